//! `earcoach verify`: where the cues of a routine lie in an audio file.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use super::{Loaded, open, taken};
use crate::cli::Verify;
use crate::error::{Error, ExitCode};
use crate::routine::Source;
use crate::sequencer::Choices;
use crate::sounds::Sounds;
use crate::terminal::{printable, tell};
use crate::time::{Millis, Rate};
use crate::timeline::Timeline;
use crate::verify::window::Window;
use crate::verify::{Demand, Verified, verify};
use crate::view::verified;

pub fn run(args: &Verify, quiet: bool) -> Result<ExitCode, Error> {
    if args.file == Path::new("-") && args.timeline.routine.as_deref() == Some("-") {
        let problem = "the file and the routine cannot both come from standard input";
        return Err(Error::Usage(problem.into()));
    }
    let window = Window::open(&args.file)?;
    let Loaded { timeline, voice, .. } = load(args, window.rate())?;
    let sounds = Arc::new(Sounds::load(&timeline, &voice)?);
    let demand = Demand { tolerance: args.tolerance, shift: args.shift };
    let verified = verify(&timeline, sounds, window, demand)?;
    let mut out = BufWriter::new(io::stdout().lock());
    print(args, &timeline, &verified, demand, quiet, &mut out).map_err(Error::output)?;
    out.flush().map_err(Error::output)?;
    if !quiet {
        hints(args, &timeline, &verified).iter().for_each(tell);
    }
    Ok(if verified.is_ok() { ExitCode::Done } else { ExitCode::Failed })
}

/// The timeline at the file's own rate, so that nothing has to be resampled to be compared.
fn load(args: &Verify, rate: Rate) -> Result<Loaded, Error> {
    let (file, hz) = (printable(&args.file.to_string_lossy()).into_owned(), rate.hz());
    if args.timeline.rate.is_some_and(|asked| asked != rate) {
        let problem = format!("`{file}` has {hz} frames a second; leave --rate out");
        return Err(Error::Usage(problem));
    }
    let Some(take) = &args.take else {
        let source = Source::open(args.timeline.routine())?;
        let choices = Choices { rate: Some(hz), ..args.timeline.choices() };
        return open(source, &args.timeline.voices, choices);
    };
    let loaded = taken::load(take, &args.timeline)?;
    let own = loaded.timeline.rate.hz();
    if own != hz {
        let problem = format!(
            "`{file}` has {hz} frames a second, the take {own}: bring the file to {own} first, as \
             by `ffmpeg -i {file} -ar {own} again.wav`"
        );
        return Err(Error::Usage(problem));
    }
    Ok(loaded)
}

fn print(
    args: &Verify,
    timeline: &Timeline,
    verified: &Verified,
    demand: Demand,
    quiet: bool,
    mut out: impl Write,
) -> io::Result<()> {
    let file = args.file.to_string_lossy();
    if args.json {
        return verified::write_json_to(timeline, verified, demand, &file, out);
    }
    if is_another(timeline, verified) {
        let (file, routine) = (printable(&file), printable(&timeline.routine));
        let cues = verified.cues.len();
        let found = cues - verified.missing();
        return writeln!(out, "`{file}` is not of `{routine}`: of {cues} cues {found} are in it");
    }
    let terminal = console::Term::stdout();
    let width = if terminal.is_term() { terminal.size().1.into() } else { usize::MAX };
    verified::write_cues(timeline, verified, !quiet, width, &mut out)?;
    if quiet {
        return Ok(());
    }
    writeln!(out, "\n{}", verified::summary(timeline, verified, demand))
}

/// Whether the file has nothing to do with the routine: few of the cues are in it, and few of
/// those that it is long enough for.
fn is_another(timeline: &Timeline, verified: &Verified) -> bool {
    let end = verified.measured.frames;
    let fit = verified.cues.iter().filter(|cue| timeline.cues[cue.cue].at < end).count();
    let (all, found) = (verified.cues.len(), verified.cues.len() - verified.missing());
    found * 10 < all && found * 2 < fit
}

/// What to do about what was found.
fn hints(args: &Verify, timeline: &Timeline, verified: &Verified) -> Vec<String> {
    let mut hints = Vec::new();
    let file = printable(&args.file.to_string_lossy()).into_owned();
    let measured = &verified.measured;
    let clock = |frames| timeline.rate.moment_of(frames).clock();
    if let Some(claimed) = measured.claimed {
        let (claimed, end) = (clock(claimed), clock(measured.frames));
        hints.push(format!("note: the file says that it lasts {claimed}, but ends at {end}"));
    }
    if is_another(timeline, verified) {
        hints.push(format!(
            "name the routine that it was made of, with the options it was made with, as in \
             `earcoach verify {file} calf-stretch --side left`"
        ));
    } else if verified.missing() > 0 && measured.frames < timeline.frames {
        let (end, length) = (clock(measured.frames), clock(timeline.frames));
        hints.push(format!("note: the file ends at {end}, the routine lasts {length}"));
    }
    if !is_another(timeline, verified) && verified.missing() > 0 && args.take.is_none() {
        let options = "such as --side left, is verified with the same";
        hints.push(format!("note: a file that was made with options, {options}"));
    }
    if !args.shift && is_shifted_alone(timeline, verified, args.tolerance) {
        hints.push("note: nothing but the whole is shifted; --shift lets it be".into());
    }
    hints
}

/// Whether all would be in place if the file began earlier or later.
fn is_shifted_alone(timeline: &Timeline, verified: &Verified, tolerance: Millis) -> bool {
    let tolerance = timeline.rate.frame_at(tolerance).0;
    let shift = verified.shift.unwrap_or(0);
    let worst = verified.worst(shift).map_or(0, |(_, worst)| (worst.off - shift).unsigned_abs());
    verified.missing() == 0 && !verified.is_ok() && worst <= tolerance
}
