//! `earcoach check`: every problem of every file, in one run.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{lay_out, open_voice};
use crate::cli::Check;
use crate::error::{Error, ExitCode};
use crate::problem::Problems;
use crate::report::Report;
use crate::routine::Source;
use crate::sequencer::Options;
use crate::terminal::{Color, printable};

pub fn run(args: &Check, quiet: bool, color: Color) -> Result<ExitCode, Error> {
    let reports: Vec<Report> = args
        .files
        .iter()
        .map(|file| check(file, args.voice.as_deref()))
        .collect::<Result<_, _>>()?;
    let failed = |report: &Report| {
        report.problems.has_errors() || (args.strict && !report.problems.is_empty())
    };
    let mut out = io::stdout().lock();
    if args.json {
        let files: Vec<Value> = reports.iter().map(|r| file_json(r, !failed(r))).collect();
        writeln!(out, "{}", json!({ "files": files })).map_err(Error::output)?;
    } else {
        for report in &reports {
            if !report.problems.is_empty() {
                eprintln!("{}\n", report.render(color.wanted_on(&io::stderr())));
            } else if !quiet {
                writeln!(out, "{}: ok", printable(&report.file)).map_err(Error::output)?;
            }
        }
    }
    Ok(if reports.iter().any(failed) { ExitCode::Invalid } else { ExitCode::Done })
}

/// The problems of one file, also those that show only when it is laid out in time.
fn check(file: &str, voice: Option<&str>) -> Result<Report, Error> {
    let checked = || {
        let source = Source::open(file)?;
        let routine = source.parse()?;
        let pack = open_voice(voice, &routine)?;
        lay_out(&source, &routine, &pack, &Options::default())?;
        Ok(source.report(Problems::default()))
    };
    match checked() {
        Err(Error::Invalid(report)) => Ok(*report),
        other => other,
    }
}

fn file_json(report: &Report, ok: bool) -> Value {
    json!({ "file": report.file, "ok": ok, "problems": report.to_json() })
}
