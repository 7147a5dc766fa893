//! `earcoach check`: every problem of every file, in one run.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{lay_out, open_voice};
use crate::cli::Check;
use crate::error::{Error, ExitCode};
use crate::problem::{Problem, Span};
use crate::report::Report;
use crate::routine::{self, Source};
use crate::sequencer::{Options, SIDE, Sides};
use crate::terminal::{Color, printable, tell, write_json};
use crate::voice::Pack;

pub fn run(args: &Check, quiet: bool, color: Color) -> Result<ExitCode, Error> {
    let voice = args.voice.as_deref();
    if let Some(voice) = voice {
        Pack::open(voice)?;
    }
    let reports: Vec<Report> = args.files.iter().map(|file| check(file, voice)).collect();
    let failed = |report: &Report| {
        report.problems.has_errors() || (args.strict && !report.problems.is_empty())
    };
    let mut out = io::stdout().lock();
    if args.json {
        let files: Vec<Value> = args
            .files
            .iter()
            .zip(&reports)
            .map(|(file, r)| file_json(file, r, !failed(r)))
            .collect();
        write_json(&json!({ "files": files }), &mut out).map_err(Error::output)?;
    } else {
        for report in &reports {
            if !report.problems.is_empty() {
                tell(report.render(color.wanted_on(&io::stderr())) + "\n");
            } else if !quiet {
                writeln!(out, "{}: ok", printable(&report.file)).map_err(Error::output)?;
            }
        }
    }
    Ok(if reports.iter().any(failed) { ExitCode::Invalid } else { ExitCode::Done })
}

/// The problems of one file, also those that show only when it is laid out in time, for
/// any side. A file that cannot be read is a problem of that file alone.
fn check(file: &str, voice: Option<&str>) -> Report {
    let unreadable = |error: &Error| {
        let problem = Problem::error("unreadable", Span::default(), error.to_string());
        Report { file: file.into(), text: String::new(), problems: problem.into() }
    };
    let checked = || {
        let source = Source::open(file)?;
        let (routine, mut problems) = routine::read(&source.text);
        if let Some(routine) = routine {
            let pack = open_voice(voice, &routine, &mut problems)?;
            let all = [None, Some(Sides::Left), Some(Sides::Right)];
            let sides = if source.text.contains(SIDE) { &all[..] } else { &all[..1] };
            for &sides in sides {
                let mut lay = |live| {
                    let options = Options { sides, live, ..Options::default() };
                    lay_out(&source, &routine, &pack, &options, &mut problems)
                };
                // Live, open steps say more than in a file.
                if lay(false).is_none_or(|timeline| timeline.steps.iter().any(|step| step.open)) {
                    lay(true);
                }
            }
        }
        Ok(source.report(problems))
    };
    match checked() {
        Ok(report) => report,
        Err(Error::Invalid(report)) => *report,
        Err(error) => unreadable(&error),
    }
}

fn file_json(file: &str, report: &Report, ok: bool) -> Value {
    json!({ "file": file, "ok": ok, "problems": report.to_json() })
}
