//! `earcoach` alone: the first things people do, ready to paste.

use std::io::{self, Write};

use crate::error::{Error, ExitCode};

const WELCOME: &str = "\
earcoach: a voice in your ear that tells you what to do, and when.

  earcoach export                      write the calf-cramp routine to calf-cramp.wav
  earcoach export --side left          the same, naming the left leg
  earcoach show                        see what it says and does, minute by minute

Have a cramp in the calf right now? Do not stretch it yet: export the routine, play
the file, and do what it says.

`earcoach --help` shows all commands, `earcoach COMMAND --help` one of them.
";

pub fn run() -> Result<ExitCode, Error> {
    io::stdout().write_all(WELCOME.as_bytes()).map_err(Error::output)?;
    Ok(ExitCode::Done)
}
