//! What writes routines: `new`, `import`, `bundle`.

use std::path::PathBuf;

use clap::Args;

use super::shared::{FillArgs, Voices};
use crate::import::Format;

/// What `new` takes.
#[derive(Debug, Args)]
pub struct New {
    /// The file to write; `-` is standard output
    pub file: PathBuf,
    /// Begin with a copy of this routine
    #[arg(long, value_name = "ROUTINE")]
    pub from: Option<String>,
    /// Replace the file if it exists
    #[arg(short, long)]
    pub force: bool,
}

/// What `import` takes.
#[derive(Debug, Args)]
pub struct Import {
    /// The file to read; `-` for standard input
    pub file: String,
    /// Its format [default: the one it looks like]
    #[arg(long, value_name = "FORMAT")]
    pub from: Option<Format>,
    /// The routine to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace that file if it exists
    #[arg(short, long, requires = "output")]
    pub force: bool,
    /// Print the routine and what was left out as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `bundle` takes.
#[derive(Debug, Args)]
pub struct Bundle {
    /// The name of a routine that `list` shows, a file, or `-` for standard input [default: calf-cramp]
    pub routine: Option<String>,
    /// The voice that speaks
    #[command(flatten)]
    pub voices: Voices,
    /// What is missing
    #[command(flatten)]
    pub fill: FillArgs,
    /// The file to write [default: the routine's name with the ending .earcoach, here]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(short, long)]
    pub force: bool,
    /// Print what was written as JSON
    #[arg(long)]
    pub json: bool,
}
