//! `earcoach voice`: the voices at hand, what they say, and whether they are sound.

use std::io::{self, BufWriter, Write};

use serde_json::json;

use super::{fill, record, say};
use crate::audit::audit;
use crate::cli::{Voice, VoiceCheck, VoiceList};
use crate::error::{Error, ExitCode};
use crate::terminal::{Color, printable, tell, write_json};
use crate::voice::{Pack, own_voices};

pub fn run(command: &Voice, quiet: bool, color: Color) -> Result<ExitCode, Error> {
    match command {
        Voice::List(args) => list(args),
        Voice::Check(args) => check(args, quiet),
        Voice::Record(args) => record::run(args, quiet, color),
        Voice::Say(args) => say::run(args, quiet),
        Voice::Fill(args) => fill::run(args, quiet),
    }
}

fn list(args: &VoiceList) -> Result<ExitCode, Error> {
    let packs: Vec<Pack> = match &args.voice {
        Some(voice) => vec![Pack::open(voice)?],
        None if args.words => vec![Pack::built_in()],
        None => all(),
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let written = if args.json {
        let manifests: Vec<_> = packs.iter().map(|pack| &pack.manifest).collect();
        write_json(&json!({ "voices": manifests }), &mut out)
    } else if args.words {
        let clips = packs.iter().flat_map(|pack| &pack.manifest.clips);
        clips.into_iter().try_for_each(|clip| writeln!(out, "{}", printable(&clip.words)))
    } else {
        packs.iter().try_for_each(|pack| writeln!(out, "{}", line(pack)))
    };
    written.and_then(|()| out.flush()).map_err(Error::output)?;
    Ok(ExitCode::Done)
}

/// The built-in voice and those in the user's own folder; broken ones are told of.
fn all() -> Vec<Pack> {
    let own = own_voices().into_iter().filter_map(|name| {
        Pack::open(&name).map_err(|error| tell(printable(&format!("warning: {error}")))).ok()
    });
    std::iter::once(Pack::built_in()).chain(own).collect()
}

fn line(pack: &Pack) -> String {
    let manifest = &pack.manifest;
    let frames: u64 = manifest.clips.iter().map(|clip| clip.frames).sum();
    let seconds = frames / u64::from(manifest.rate);
    format!(
        "{:<16} {}  {} clips, {seconds} s  {} ({})",
        printable(&pack.shown),
        printable(&manifest.language),
        manifest.clips.len(),
        printable(&manifest.speaker),
        printable(&manifest.licence),
    )
}

fn check(args: &VoiceCheck, quiet: bool) -> Result<ExitCode, Error> {
    let pack = Pack::open(&args.voice)?;
    let audit = audit(&pack);
    for problem in &audit.problems {
        let (pack, problem) = (printable(&pack.shown), printable(problem));
        tell(format_args!("error: voice pack `{pack}`: {problem}"));
    }
    if !quiet {
        let pack = printable(&pack.shown);
        let verdict = match audit.problems.len() {
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
        let line = format!("{pack}: {clips} clips, {seconds:.1} s{measured}: {verdict}");
        writeln!(io::stdout(), "{line}").map_err(Error::output)?;
    }
    Ok(if audit.problems.is_empty() { ExitCode::Done } else { ExitCode::Invalid })
}
