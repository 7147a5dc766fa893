//! `earcoach voice`: the voices at hand, what they say, and whether they are sound.

use std::io::{self, BufWriter, Write};

use serde_json::json;

use super::reading::{self, Reading};
use super::{fill, record, say, share};
use crate::audit::{Audit, audit};
use crate::cli::{Voice, VoiceCheck, VoiceList};
use crate::error::{Error, ExitCode};
use crate::lines::missing;
use crate::problem::{Problem, Span};
use crate::report::Report;
use crate::routine::{BUILT_IN, Routine, Source};
use crate::terminal::{Color, printable, tell, write_json};
use crate::voice::{self, Pack, Voice as Spoken, own_voices};

pub fn run(command: &Voice, quiet: bool, color: Color) -> Result<ExitCode, Error> {
    match command {
        Voice::List(args) => list(args),
        Voice::Check(args) => check(args, quiet, color),
        Voice::Pack(args) => share::pack(args, quiet),
        Voice::Install(args) => share::install(args, quiet),
        Voice::Record(args) => record::run(args, quiet, color),
        Voice::Say(args) => say::run(args, quiet),
        Voice::Fill(args) => fill::run(args, quiet),
    }
}

fn list(args: &VoiceList) -> Result<ExitCode, Error> {
    let voices: Vec<Spoken> = match &args.voice {
        Some(voice) => vec![Spoken::open(voice)?],
        None if args.words => vec![Spoken::built_in_with_own()?],
        None => all(),
    };
    let packs = voices.iter().flat_map(Spoken::packs);
    let mut out = BufWriter::new(io::stdout().lock());
    let written = if args.json {
        let manifests: Vec<_> = packs.map(|pack| &pack.manifest).collect();
        write_json(&json!({ "voices": manifests }), &mut out)
    } else if args.words {
        let mut clips = packs.flat_map(|pack| &pack.manifest.clips);
        clips.try_for_each(|clip| writeln!(out, "{}", printable(&clip.words)))
    } else {
        let mut packs = voices.iter().flat_map(|voice| voice.packs().iter().enumerate());
        packs.try_for_each(|(place, pack)| writeln!(out, "{}", line(pack, place > 0)))
    };
    written.and_then(|()| out.flush()).map_err(Error::output)?;
    Ok(ExitCode::Done)
}

/// The built-in voice, with what was added to it, and those in the user's own folder; broken ones
/// are told of.
fn all() -> Vec<Spoken> {
    let sound = |name: &str| {
        Spoken::open(name).map_err(|error| tell(printable(&format!("warning: {error}")))).ok()
    };
    let built_in = sound(voice::BUILT_IN).unwrap_or_else(Spoken::built_in);
    let own = own_voices().into_iter().filter(|name| name != voice::BUILT_IN);
    std::iter::once(built_in).chain(own.filter_map(|name| sound(&name))).collect()
}

/// What is told of a pack, which may be one that was added to the one before.
fn line(pack: &Pack, is_added: bool) -> String {
    let manifest = &pack.manifest;
    let frames: u64 = manifest.clips.iter().map(|clip| clip.frames).sum();
    let seconds = frames / u64::from(manifest.rate);
    let clips = match manifest.clips.len() {
        1 => "1 clip".into(),
        count => format!("{count} clips"),
    };
    let name = if is_added { "  added to it".into() } else { printable(&pack.shown) };
    format!(
        "{name:<16} {}  {clips}, {seconds} s  {} ({})",
        printable(&manifest.language),
        printable(&manifest.speaker),
        printable(&manifest.licence),
    )
}

fn check(args: &VoiceCheck, quiet: bool, color: Color) -> Result<ExitCode, Error> {
    let mut audit = match audit(&args.voice) {
        Ok(audit) => audit,
        Err(Error::Voice { pack, problem }) if args.json => {
            let problem = Problem::error("voice-file", Span::default(), problem);
            let report = Report { file: pack, text: String::new(), problems: problem.into() };
            return write_report(&report);
        }
        Err(error) => return Err(error),
    };
    add_missing(&mut audit, args)?;
    if args.json {
        return write_report(&audit.report);
    }
    let problems = &audit.report.problems;
    if !problems.is_empty() {
        tell(audit.report.render(color.wanted_on(&io::stderr())) + "\n");
    }
    if !quiet {
        writeln!(io::stdout(), "{}", summary(&args.voice, &audit)).map_err(Error::output)?;
    }
    Ok(if problems.is_empty() { ExitCode::Done } else { ExitCode::Invalid })
}

/// Notes what the voice does not say of the routines that were named, else of all built-in ones that
/// have words in its language.
fn add_missing(audit: &mut Audit, args: &VoiceCheck) -> Result<(), Error> {
    let Some(pack) = audit.pack.clone() else { return Ok(()) };
    let voice = Spoken::of(pack);
    let built_in = BUILT_IN.map(|built_in| built_in.name.to_string());
    let routines = if args.routines.is_empty() { &built_in[..] } else { &args.routines };
    for name in routines {
        let source = Source::open(name)?;
        let open = |_: &Routine| Ok((voice.clone(), None));
        let Reading { routine, problems, .. } = reading::read_for(&source, &[], open)?;
        match routine.filter(|_| !problems.has_errors()) {
            Some(routine) => {
                audit.add_missing(&source.name, &missing(&source.text, &routine, &voice));
            }
            None if args.routines.is_empty() => {}
            None => return Err(source.report(problems).into()),
        }
    }
    Ok(())
}

/// What was measured, and the verdict, in one line.
fn summary(voice: &str, audit: &Audit) -> String {
    let verdict = match audit.report.problems.count() {
        0 => "ok".into(),
        1 => "1 problem".into(),
        count => format!("{count} problems"),
    };
    let (clips, seconds, (softest, loudest)) = (audit.clips, audit.seconds, audit.loudness);
    let measured = if softest.is_finite() {
        format!(", {softest:.1} to {loudest:.1} LUFS, peaks to {:.1} dBTP", audit.peak)
    } else {
        String::new()
    };
    format!("{}: {clips} clips, {seconds:.1} s{measured}: {verdict}", printable(voice))
}

/// Prints the problems as `check --json` does.
fn write_report(report: &Report) -> Result<ExitCode, Error> {
    let ok = report.problems.is_empty();
    let file = json!({ "file": report.file, "ok": ok, "problems": report.to_json() });
    write_json(&json!({ "files": [file] }), io::stdout()).map_err(Error::output)?;
    Ok(if ok { ExitCode::Done } else { ExitCode::Invalid })
}
