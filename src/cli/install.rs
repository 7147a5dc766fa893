//! What an installation has beside the program: `completions`, `man`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// What `completions` takes.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell that is to complete
    pub shell: Shell,
}

/// What `man` takes.
#[derive(Debug, Args)]
pub struct Man {
    /// Write a page for each subcommand into this folder, which is made if it is not there
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Replace pages that exist
    #[arg(short, long, requires = "dir")]
    pub force: bool,
}
