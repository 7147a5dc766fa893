//! `earcoach voice`: the voices at hand, what they say, and whether they are sound.

use std::io::{self, BufWriter, Write};

use serde_json::json;

use crate::audit::audit;
use crate::cli::{Voice, VoiceCheck, VoiceList};
use crate::error::{Error, ExitCode};
use crate::terminal::{printable, tell, write_json};
use crate::voice::{BUILT_IN, Pack};

pub fn run(command: &Voice, quiet: bool) -> Result<ExitCode, Error> {
    match command {
        Voice::List(args) => list(args),
        Voice::Check(args) => check(args, quiet),
    }
}

fn list(args: &VoiceList) -> Result<ExitCode, Error> {
    let pack = Pack::open(args.voice.as_deref().unwrap_or(BUILT_IN))?;
    let manifest = &pack.manifest;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = if args.json {
        write_json(&json!({ "voices": [manifest] }), &mut out)
    } else if args.words {
        manifest.clips.iter().try_for_each(|clip| writeln!(out, "{}", printable(&clip.words)))
    } else {
        let frames: u64 = manifest.clips.iter().map(|clip| clip.frames).sum();
        let seconds = frames / u64::from(manifest.rate);
        writeln!(
            out,
            "{:<16} {}  {} clips, {seconds} s  {} ({})",
            printable(&manifest.name),
            printable(&manifest.language),
            manifest.clips.len(),
            printable(&manifest.speaker),
            printable(&manifest.licence),
        )
    };
    written.and_then(|()| out.flush()).map_err(Error::output)?;
    Ok(ExitCode::Done)
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
