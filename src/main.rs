//! The `earcoach` command: reads the command line, does it, and says what went wrong.

use std::process::ExitCode;

use clap::Parser;
use earcoach::cli::Cli;
use earcoach::commands;
use earcoach::error::Error;
use earcoach::terminal::{printable, tell};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(&cli) {
        Ok(code) => code.into(),
        Err(error) => {
            complain(&error, &cli);
            error.exit_code().into()
        }
    }
}

fn complain(error: &Error, cli: &Cli) {
    match error {
        Error::ClosedPipe => {}
        Error::Invalid(report) => tell(report.render(cli.color.wanted_on(&std::io::stderr()))),
        error => tell(printable(&format!("error: {error}"))),
    }
}
