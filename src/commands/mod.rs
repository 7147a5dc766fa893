//! What each subcommand does.

mod check;
mod export;
mod list;
mod show;
mod voice;
mod welcome;

use crate::cli::{Cli, Command, TimelineArgs};
use crate::error::{Error, ExitCode};
use crate::problem::Problem;
use crate::routine::{Routine, Source};
use crate::sequencer::{self, Options};
use crate::timeline::Timeline;
use crate::voice::{BUILT_IN, Pack};

/// Does what the command line asks for.
///
/// # Errors
/// Whatever kept it from being done.
pub fn run(cli: &Cli) -> Result<ExitCode, Error> {
    match &cli.command {
        None => welcome::run(),
        Some(Command::Export(args)) => export::run(args, cli.quiet),
        Some(Command::Show(args)) => show::run(args, cli.quiet),
        Some(Command::Check(args)) => check::run(args, cli.quiet, cli.color),
        Some(Command::List(args)) => list::run(args),
        Some(Command::Voice(command)) => voice::run(command, cli.quiet),
    }
}

/// Reads the routine that `args` name, opens its voice and lays it out in time.
fn load(args: &TimelineArgs) -> Result<(Timeline, Pack), Error> {
    let source = Source::open(&args.routine)?;
    let routine = source.parse()?;
    let pack = open_voice(args.voice.as_deref(), &source, &routine)?;
    let options = args.options();
    if let Some(misfit) = sequencer::misfit(&routine, &options) {
        return Err(Error::Usage(misfit));
    }
    let timeline = lay_out(&source, &routine, &pack, &options)?;
    Ok((timeline, pack))
}

/// The voice that was chosen, else the routine's own, else the built-in one. A routine may
/// come from a stranger: it names a voice, never a folder.
fn open_voice(chosen: Option<&str>, source: &Source, routine: &Routine) -> Result<Pack, Error> {
    match (chosen, &routine.voice) {
        (Some(chosen), _) => Pack::open(chosen),
        (None, Some(own)) if own.text != BUILT_IN => {
            let message = format!("there is no voice `{}`", own.text);
            let problem = Problem::error("unknown-voice", own.span, message)
                .help(format!("the voice at hand is `{BUILT_IN}`; others are chosen with --voice"));
            Err(source.report(problem.into()).into())
        }
        _ => Ok(Pack::built_in()),
    }
}

fn lay_out(
    source: &Source,
    routine: &Routine,
    pack: &Pack,
    options: &Options,
) -> Result<Timeline, Error> {
    sequencer::sequence(routine, &source.name, pack, options)
        .map_err(|problems| source.report(problems).into())
}
