//! `earcoach check`: every problem of every file, in one run.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{lay_out, open_voice};
use crate::cli::Check;
use crate::error::{Error, ExitCode};
use crate::explain;
use crate::lint;
use crate::problem::{Problem, Problems, Severity, Span};
use crate::report::Report;
use crate::routine::{self, Routine, Setting, Source, did_you_mean, suggestion};
use crate::sequencer::{Options, SIDE, Sides, Talk};
use crate::terminal::{Color, printable, tell, write_json};
use crate::time::Millis;
use crate::timeline::Timeline;
use crate::voice::Pack;

pub fn run(args: &Check, quiet: bool, color: Color) -> Result<ExitCode, Error> {
    if let Some(code) = &args.explain {
        return explain(code);
    }
    let voice = args.voice.as_deref();
    if let Some(voice) = voice {
        Pack::open(voice)?;
    }
    let reports: Vec<Report> = args.files.iter().map(|file| check(file, args)).collect();
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

/// The problems of one file, also those that show only when it is laid out in time, for
/// any side and talk level. A file that cannot be read is a problem of that file alone.
fn check(file: &str, args: &Check) -> Report {
    let unreadable = |error: &Error| {
        let problem = Problem::error("unreadable", Span::default(), error.to_string());
        Report { file: file.into(), text: String::new(), problems: problem.into() }
    };
    let checked = || {
        let source = Source::open(file)?;
        let (routine, mut problems) = routine::read(&source.text, &[]).map_err(Error::Usage)?;
        if let Some(mut routine) = routine {
            routine::attach(&mut routine, source.folder.as_deref(), &mut problems);
            let pack = open_voice(args.voice.as_deref(), &routine, &mut problems)?;
            for options in ways_to_play(&source.text) {
                let timeline = lay_out(&source, &routine, &pack, &options, &mut problems);
                if let Some(timeline) = timeline.as_ref().filter(|_| is_plain(&options)) {
                    lint::check(timeline, &mut problems);
                    ensure_short(timeline, args.longest, &mut problems);
                }
                // Live, open steps say more than in a file.
                if timeline.is_none_or(|timeline| timeline.steps.iter().any(|step| step.open)) {
                    let live = Options { live: true, ..options };
                    lay_out(&source, &routine, &pack, &live, &mut problems);
                }
            }
            try_bounds(&source, &routine, &pack, &mut problems);
        }
        Ok(source.report(problems))
    };
    match checked() {
        Ok(report) => report,
        Err(Error::Invalid(report)) => *report,
        Err(error) => unreadable(&error),
    }
}

/// What goes wrong only when a parameter has the least or the most value that it may have.
fn try_bounds(source: &Source, routine: &Routine, pack: &Pack, problems: &mut Problems) {
    for param in &routine.params {
        for bound in [&param.min, &param.max] {
            if problems.has_errors() || bound.is_empty() || *bound == param.value {
                continue;
            }
            let setting = Setting { name: param.name.clone(), value: bound.clone() };
            for mut problem in problems_with(&setting, source, pack) {
                problem.message = format!("with --set {setting}: {}", problem.message);
                problems.push(problem);
            }
        }
    }
}

/// The errors of a routine in which one parameter has another value.
fn problems_with(setting: &Setting, source: &Source, pack: &Pack) -> Vec<Problem> {
    let read = routine::read(&source.text, std::slice::from_ref(setting));
    let Ok((Some(mut routine), mut problems)) = read else { return Vec::new() };
    routine::attach(&mut routine, source.folder.as_deref(), &mut problems);
    for live in [false, true] {
        let options = Options { live, ..Options::default() };
        lay_out(source, &routine, pack, &options, &mut problems);
    }
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    errors.cloned().collect()
}

/// The options with which a routine may say different words: sides and talk levels, as far as
/// its text tells them apart.
fn ways_to_play(text: &str) -> Vec<Options> {
    let all = [None, Some(Sides::Left), Some(Sides::Right)];
    let sides = if text.contains(SIDE) { &all[..] } else { &all[..1] };
    let levels = [(Talk::Coach, ""), (Talk::Normal, "\"normal\""), (Talk::Quiet, "\"quiet\"")];
    let levels = levels.into_iter().filter(|(_, key)| text.contains(key));
    let levels: Vec<Talk> = levels.map(|(talk, _)| talk).collect();
    let options = |sides, talk| Options { sides, talk, ..Options::default() };
    levels.iter().flat_map(|talk| sides.iter().map(|side| options(*side, *talk))).collect()
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

fn file_json(file: &str, report: &Report, ok: bool) -> Value {
    json!({ "file": file, "ok": ok, "problems": report.to_json() })
}
