//! What looks at a routine or a file and changes nothing: `show`, `verify`, `check`, `list`.

use std::path::PathBuf;

use clap::Args;

use super::shared::{FillArgs, TimelineArgs, Voices};
use super::values::parse_duration;
use crate::time::Millis;

/// What `show` takes.
#[derive(Debug, Args)]
pub struct Show {
    /// The routine and how it is played
    #[command(flatten)]
    pub timeline: TimelineArgs,
    /// What is missing
    #[command(flatten)]
    pub fill: FillArgs,
    /// Print every step and cue as JSON
    #[arg(long)]
    pub json: bool,
    /// Draw the timeline as an SVG picture; `-` draws to standard output
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub svg: Option<PathBuf>,
    /// Replace the picture if it exists
    #[arg(short, long, requires = "svg")]
    pub force: bool,
}

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct Verify {
    /// The audio file; `-` for standard input
    pub file: PathBuf,
    /// The routine and how it is played
    #[command(flatten)]
    pub timeline: TimelineArgs,
    /// It is of what was heard live, as `play --take` saved it
    #[arg(long, value_name = "FILE")]
    pub take: Option<PathBuf>,
    /// How far a cue may lie from its place. 5 ms is more than resampling and encoders move
    /// anything, and less than a slip in an editor
    #[arg(long, value_name = "TIME", default_value = "5ms")]
    pub tolerance: Millis,
    /// Let all cues lie early or late by the same, as where an encoder put silence before them
    #[arg(long)]
    pub shift: bool,
    /// Print every cue as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `check` takes.
#[derive(Debug, Args)]
pub struct Check {
    /// The routines: files, built-in names, or `-` for standard input
    #[arg(required_unless_present = "explain", value_name = "FILE")]
    pub files: Vec<String>,
    /// Explain a problem by its code, such as `voice-overruns`
    #[arg(long, value_name = "CODE", exclusive = true)]
    pub explain: Option<String>,
    /// Refuse routines that last longer than this
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub longest: Option<Millis>,
    /// The voice that has to say their words
    #[command(flatten)]
    pub voices: Voices,
    /// Print the problems as JSON
    #[arg(long)]
    pub json: bool,
    /// Let warnings count as errors
    #[arg(long)]
    pub strict: bool,
}

/// What `list` takes.
#[derive(Debug, Args)]
pub struct List {
    /// Print the routines as JSON
    #[arg(long)]
    pub json: bool,
}
