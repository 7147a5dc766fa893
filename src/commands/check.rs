//! `earcoach check`: every problem of every file, in one run.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::lay_out;
use super::reading::{self, Reading};
use crate::cli::Check;
use crate::error::{Error, ExitCode};
use crate::explain;
use crate::lines::ways_to_play;
use crate::lint;
use crate::problem::{Problem, Problems, Severity, Span};
use crate::report::Report;
use crate::routine::{self, Routine, Setting, Source, did_you_mean, suggestion};
use crate::sequencer::{Options, Talk};
use crate::terminal::{Color, printable, tell, write_json};
use crate::time::Millis;
use crate::timeline::Timeline;
use crate::voice::Voice;

pub fn run(args: &Check, quiet: bool, color: Color) -> Result<ExitCode, Error> {
    if let Some(code) = &args.explain {
        return explain(code);
    }
    for voice in [&args.voices.voice, &args.voices.fall_back].into_iter().flatten() {
        Voice::open(voice)?;
    }
    let checked: Vec<Checked> = args.files.iter().flat_map(|file| check(file, args)).collect();
    let failed = |Checked { report, .. }: &Checked| {
        report.has_errors() || (args.strict && !report.problems.is_empty())
    };
    let mut out = io::stdout().lock();
    if args.json {
        let files: Vec<Value> = checked.iter().map(|file| file_json(file, !failed(file))).collect();
        write_json(&json!({ "files": files }), &mut out).map_err(Error::output)?;
    } else {
        for Checked { report, .. } in &checked {
            if !report.problems.is_empty() {
                tell(report.render(color.wanted_on(&io::stderr())) + "\n");
            } else if !quiet {
                writeln!(out, "{}: ok", printable(&report.file)).map_err(Error::output)?;
            }
        }
    }
    Ok(if checked.iter().any(failed) { ExitCode::Invalid } else { ExitCode::Done })
}

/// What a code means.
fn explain(code: &str) -> Result<ExitCode, Error> {
    let Some(text) = explain::explain(code) else {
        let codes = explain::CODES.map(|(code, _)| code);
        let guess = did_you_mean(code, codes.into_iter());
        let advice = suggestion(guess, "there are", &codes);
        return Err(Error::Usage(format!("there is no problem `{}`: {advice}", printable(code))));
    };
    let text = textwrap::fill(text, 80);
    writeln!(io::stdout(), "{code}\n\n{text}").map_err(Error::output)?;
    Ok(ExitCode::Done)
}

/// A file that was checked.
struct Checked {
    /// The file as it was named.
    file: String,
    report: Report,
}

/// The problems of one file, also those that show only when it is laid out in time, for
/// any side and talk level; and those of the file of words beside it, if the voice needs one. A file
/// that cannot be read is a problem of that file alone.
fn check(file: &str, args: &Check) -> Vec<Checked> {
    let unreadable = |error: &Error| {
        let problem = Problem::error("unreadable", Span::default(), error.to_string());
        Report { file: file.into(), text: String::new(), problems: problem.into() }
    };
    let checked = || {
        let source = Source::open(file)?;
        let Reading { routine, voice, mut problems, translation } =
            reading::read(&source, &[], &args.voices)?;
        if let Some(mut routine) = routine {
            routine::attach(&mut routine, &source, &mut problems);
            for options in ways_to_play(&source.text) {
                let timeline = lay_out(&source, &routine, &voice, &options, &mut problems);
                if let Some(timeline) = timeline.as_ref().filter(|_| is_plain(&options)) {
                    lint::check(timeline, &mut problems);
                    ensure_short(timeline, args.longest, &mut problems);
                }
                // Live, open steps say more than in a file.
                if timeline.is_none_or(|timeline| timeline.steps.iter().any(|step| step.open)) {
                    let live = Options { live: true, ..options };
                    lay_out(&source, &routine, &voice, &live, &mut problems);
                }
            }
            try_bounds(&source, &routine, args, &mut problems);
        }
        let beside = translation.map(|words| Checked { file: words.file.clone(), report: words });
        let own = Checked { file: file.into(), report: source.report(problems) };
        Ok(std::iter::once(own).chain(beside).collect())
    };
    let alone = |report| vec![Checked { file: file.into(), report }];
    match checked() {
        Ok(reports) => reports,
        Err(Error::Invalid(report)) => alone(*report),
        Err(error) => alone(unreadable(&error)),
    }
}

/// What goes wrong only when a parameter has the least or the most value that it may have.
fn try_bounds(source: &Source, routine: &Routine, args: &Check, problems: &mut Problems) {
    for param in &routine.params {
        for bound in [&param.min, &param.max] {
            if problems.has_errors() || bound.is_empty() || *bound == param.value {
                continue;
            }
            let setting = Setting { name: param.name.clone(), value: bound.clone() };
            for mut problem in problems_with(&setting, source, args) {
                problem.message = format!("with --set {setting}: {}", problem.message);
                problems.push(problem);
            }
        }
    }
}

/// The errors of a routine in which one parameter has another value.
fn problems_with(setting: &Setting, source: &Source, args: &Check) -> Vec<Problem> {
    let read = reading::read(source, std::slice::from_ref(setting), &args.voices);
    let Ok(Reading { routine: Some(mut routine), voice, mut problems, .. }) = read else {
        return Vec::new();
    };
    routine::attach(&mut routine, source, &mut problems);
    for live in [false, true] {
        let options = Options { live, ..Options::default() };
        lay_out(source, &routine, &voice, &options, &mut problems);
    }
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    errors.cloned().collect()
}

fn is_plain(options: &Options) -> bool {
    options.sides.is_none() && options.talk == Talk::Coach
}

fn ensure_short(timeline: &Timeline, longest: Option<Millis>, problems: &mut Problems) {
    let length = timeline.rate.moment_of(timeline.frames);
    let last = timeline.steps.last().map_or(Span::default(), |step| step.span);
    if let Some(longest) = longest.filter(|longest| length > *longest) {
        let message = format!("the routine lasts {length}, longer than {longest}");
        problems.push(Problem::error("too-long", last, message).help("shorten it, or try --fit"));
    }
}

fn file_json(checked: &Checked, ok: bool) -> Value {
    json!({ "file": checked.file, "ok": ok, "problems": checked.report.to_json() })
}
