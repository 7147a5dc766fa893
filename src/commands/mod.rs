//! What each subcommand does.

mod check;
mod devices;
mod export;
mod import;
mod list;
mod play;
mod show;
mod voice;
mod welcome;

use crate::cli::{Cli, Command, TimelineArgs};
use crate::error::{Error, ExitCode};
use crate::problem::{Problem, Problems};
use crate::routine::{self, Routine, Source};
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
        Some(Command::Play(args)) => play::run(args, cli.quiet, cli.color),
        Some(Command::Devices(args)) => devices::run(args),
        Some(Command::Show(args)) => show::run(args, cli.quiet),
        Some(Command::Check(args)) => check::run(args, cli.quiet, cli.color),
        Some(Command::Import(args)) => import::run(args, cli.quiet),
        Some(Command::List(args)) => list::run(args),
        Some(Command::Voice(command)) => voice::run(command, cli.quiet),
    }
}

/// A routine laid out in time, and the voice that speaks it.
struct Loaded {
    source: Source,
    routine: Routine,
    options: Options,
    timeline: Timeline,
    pack: Pack,
}

impl Loaded {
    /// The routine laid out with other options.
    fn lay_out(&self, options: &Options) -> Result<Timeline, Error> {
        let laid_out = sequencer::sequence(&self.routine, &self.source.name, &self.pack, options);
        laid_out.map_err(|problems| self.source.report(problems).into())
    }
}

/// Reads the routine that `args` name, opens its voice and lays it out in time.
fn load(args: &TimelineArgs) -> Result<Loaded, Error> {
    open(args.routine(), args.voice.as_deref(), &args.options())
}

fn open(routine: &str, voice: Option<&str>, options: &Options) -> Result<Loaded, Error> {
    let source = Source::open(routine)?;
    let (routine, mut problems) = routine::read(&source.text);
    if let Some(routine) = routine {
        let pack = open_voice(voice, &routine, &mut problems)?;
        if let Some(misfit) = sequencer::misfit(&routine, options) {
            return Err(Error::Usage(misfit));
        }
        if let Some(timeline) = lay_out(&source, &routine, &pack, options, &mut problems) {
            return Ok(Loaded { source, routine, options: *options, timeline, pack });
        }
    }
    Err(source.report(problems).into())
}

/// The voice that was chosen, else the routine's own, else the built-in one. A routine may
/// come from a stranger: it names a voice, never a folder.
fn open_voice(
    chosen: Option<&str>,
    routine: &Routine,
    problems: &mut Problems,
) -> Result<Pack, Error> {
    if let Some(chosen) = chosen {
        return Pack::open(chosen);
    }
    if let Some(own) = routine.voice.as_ref().filter(|own| own.text != BUILT_IN) {
        let message = format!("there is no voice `{}`", own.text);
        let problem = Problem::error("unknown-voice", own.span, message);
        let help = format!("the voice at hand is `{BUILT_IN}`; others are chosen with --voice");
        problems.push(problem.help(help));
    }
    Ok(Pack::built_in())
}

/// The timeline of a routine without errors. What shows only now joins `problems`, so that
/// one run finds everything.
fn lay_out(
    source: &Source,
    routine: &Routine,
    pack: &Pack,
    options: &Options,
    problems: &mut Problems,
) -> Option<Timeline> {
    match sequencer::sequence(routine, &source.name, pack, options) {
        Ok(timeline) => (!problems.has_errors()).then_some(timeline),
        Err(found) => {
            found.iter().for_each(|problem| problems.push(problem.clone()));
            None
        }
    }
}
