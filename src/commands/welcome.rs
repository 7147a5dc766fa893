//! `earcoach` alone: the first things people do, ready to paste.

use std::io::{self, Write};

use crate::error::{Error, ExitCode};

const WELCOME: &str = "\
earcoach: a voice in your ear that tells you what to do, and when.

  earcoach play                        the calf-cramp routine, now, in your ears
  earcoach export                      the same as calf-cramp.wav, for any music player
  earcoach show                        see what it says and does, minute by minute

Have a cramp in the calf right now? Do not stretch it yet: `earcoach play`, and do what it
says. Press Enter when you are at your limit; `--side left` names the leg.

`earcoach --help` shows all commands, `earcoach COMMAND --help` one of them.
";

pub fn run() -> Result<ExitCode, Error> {
    io::stdout().write_all(WELCOME.as_bytes()).map_err(Error::output)?;
    Ok(ExitCode::Done)
}
