//! What each subcommand does.

mod beside;
mod bundle;
mod check;
mod completions;
mod devices;
mod export;
mod fill;
mod import;
mod list;
mod live;
mod man;
mod music;
mod new;
mod page;
mod play;
mod programme;
mod progress;
mod reading;
mod record;
mod say;
mod schema;
mod share;
mod show;
mod spoken;
mod taken;
mod tracks;
mod verify;
mod voice;
mod watch;
mod welcome;

use crate::cli::{Cli, Command, FillArgs, TimelineArgs, Voices};
use crate::error::{Error, ExitCode};
use crate::problem::Problems;
use crate::report::Report;
use crate::routine::{self, Routine, Setting, Source};
use crate::sequencer::{self, Choices, Misfit, Options, Trim};
use crate::time::Millis;
use crate::timeline::Timeline;
use crate::voice::Voice;
use reading::Reading;

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
        Some(Command::Bundle(args)) => bundle::run(args, cli.quiet),
        Some(Command::List(args)) => list::run(args),
        Some(Command::New(args)) => new::run(args, cli.quiet),
        Some(Command::Verify(args)) => verify::run(args, cli.quiet),
        Some(Command::Schema) => schema::run(),
        Some(Command::Completions(args)) => completions::run(args),
        Some(Command::Man(args)) => man::run(args, cli.quiet),
        Some(Command::Voice(command)) => voice::run(command, cli.quiet, cli.color),
    }
}

/// A routine laid out in time, and the voice that speaks it.
struct Loaded {
    source: Source,
    routine: Routine,
    choices: Choices,
    options: Options,
    timeline: Timeline,
    voice: Voice,
}

impl Loaded {
    /// The routine laid out with other options.
    fn lay_out(&self, options: &Options) -> Result<Timeline, Error> {
        sequence(&self.source, &self.routine, &self.voice, options)
    }
}

/// Reads the routine that `args` name, opens its voice and lays it out in time.
fn load(args: &TimelineArgs, fill: &FillArgs, quiet: bool) -> Result<Loaded, Error> {
    let (source, choices) = (Source::open(args.routine())?, args.choices());
    if fill.fill {
        fill::before(&source, &settings_of(&choices)?, &args.voices, &fill.tts, quiet)?;
    }
    open(source, &args.voices, choices)
}

fn settings_of(choices: &Choices) -> Result<Vec<Setting>, Error> {
    let settings = choices.set.iter().map(|set| set.parse());
    settings.collect::<Result<_, _>>().map_err(Error::Usage)
}

fn open(source: Source, voices: &Voices, choices: Choices) -> Result<Loaded, Error> {
    let settings = settings_of(&choices)?;
    let Reading { routine, voice, mut problems, translation } =
        reading::read(&source, &settings, voices)?;
    if let Some(words) = translation.filter(Report::has_errors) {
        return Err(words.into());
    }
    if let Some(mut routine) = routine {
        let mut options = choices.options();
        if let Some(misfit) = sequencer::misfit(&routine, &options) {
            return Err(Error::Usage(misfit));
        }
        routine::attach(&mut routine, &source, &mut problems);
        let laid_out = lay_out(&source, &routine, &voice, &options, &mut problems);
        if let Some(mut timeline) = laid_out {
            if let Some(longest) = choices.fit {
                options.trim = fit(&source, &routine, &voice, &options, Millis(longest))?;
                timeline = sequence(&source, &routine, &voice, &options)?;
            }
            return Ok(Loaded { source, routine, choices, options, timeline, voice });
        }
    }
    fill::offer(&mut problems, &source, voices, &voice);
    Err(source.report(problems).into())
}

/// What has to be left out for the routine to last `longest` at most.
fn fit(
    source: &Source,
    routine: &Routine,
    voice: &Voice,
    options: &Options,
    longest: Millis,
) -> Result<Trim, Error> {
    sequencer::fit(routine, voice, options, longest).map_err(|misfit| match misfit {
        Misfit::TooLong(shortest) => Error::Usage(format!(
            "--fit {longest}: the shortest this routine can be is {shortest}; mark steps as \
                 `optional`, or give timed steps a `min`"
        )),
        Misfit::Problems(problems) => source.report(problems).into(),
    })
}

fn sequence(
    source: &Source,
    routine: &Routine,
    voice: &Voice,
    options: &Options,
) -> Result<Timeline, Error> {
    let laid_out = sequencer::sequence(routine, &source.name, voice, options);
    laid_out.map_err(|problems| source.report(problems).into())
}

/// The timeline of a routine without errors. What shows only now joins `problems`, so that
/// one run finds everything.
fn lay_out(
    source: &Source,
    routine: &Routine,
    voice: &Voice,
    options: &Options,
    problems: &mut Problems,
) -> Option<Timeline> {
    match sequencer::sequence(routine, &source.name, voice, options) {
        Ok(timeline) => (!problems.has_errors()).then_some(timeline),
        Err(found) => {
            found.iter().for_each(|problem| problems.push(problem.clone()));
            None
        }
    }
}
