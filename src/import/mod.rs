//! Routines out of what their authors already have: timed scripts, phrases with
//! silences, labels of an audio editor, workouts in YAML. Each reader makes
//! [`Entry`]s, the steps of the routine to be; what cannot be carried over is listed,
//! never dropped in silence.

mod entry;
mod labels;
mod moments;
mod phrases;
mod reading;
mod script;
mod source;
mod template;
mod w2a;
mod write;
mod yaml;

pub use entry::{Cue, Entry, Routine, Timed};
pub use reading::LeftOut;
pub use source::Source;

use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use self::reading::Reading;
use crate::error::Error;
use crate::problem::{Problem, Span};
use crate::time::Millis;

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines of `m:ss "text"`
    Script,
    /// Lines of `phrase;seconds`
    Phrases,
    /// Labels exported from Audacity
    Labels,
    /// A YAML workout of w2a
    W2a,
}

/// A file made into a routine.
#[derive(Debug, PartialEq, Serialize)]
pub struct Imported {
    /// The routine.
    pub routine: Routine,
    /// What was not carried over, in the order of its lines.
    pub left_out: Vec<LeftOut>,
}

impl Imported {
    /// The routine as JSON, as a person would lay it out.
    pub fn json(&self) -> String {
        write::json(&self.routine)
    }

    /// The timed parts of all steps together; what is said beside them comes on top.
    pub fn length(&self) -> Millis {
        self.routine.steps.iter().filter_map(Entry::length).sum()
    }

    /// Whether words take their own time before the last step, so that the routine lasts
    /// longer than its timed parts by more than a closing sentence.
    pub fn has_words_between(&self) -> bool {
        let before_last = self.routine.steps.split_last().map_or(&[][..], |(_, before)| before);
        before_last.iter().any(Entry::has_words_of_their_own)
    }
}

/// Makes a routine of `source`, which is in `format`, or in the one it looks like.
///
/// # Errors
/// [`Error::Invalid`] with everything that is wrong, each thing with its place.
pub fn import(source: &Source, format: Option<Format>) -> Result<Imported, Error> {
    let Some(format) = format.or_else(|| recognise(source)) else {
        return Err(source.report(unknown_format(source).into()).into());
    };
    let mut reading = Reading::of(&source.text);
    let mut title = None;
    let steps = match format {
        Format::Script => script::read(&mut reading),
        Format::Phrases => phrases::read(&mut reading),
        Format::Labels => labels::read(&mut reading),
        Format::W2a => w2a::read(&mut reading, &mut title),
    };
    if steps.is_empty() && !reading.problems.has_errors() {
        let problem = Problem::error("empty-routine", Span::default(), "nothing here is timed");
        reading.problems.push(problem.help(expected(format)));
    }
    if reading.problems.has_errors() {
        return Err(source.report(reading.problems).into());
    }
    let left_out = reading.left_out.into_iter().collect();
    let title = title.unwrap_or_else(|| source.title());
    Ok(Imported { routine: Routine::new(title, steps), left_out })
}

/// The format that most lines look like, whether or not they are right in it.
fn recognise(source: &Source) -> Option<Format> {
    let ending = Path::new(&source.file).extension().unwrap_or_default();
    let is_yaml = ["yaml", "yml"].iter().any(|yaml| ending.eq_ignore_ascii_case(yaml));
    if is_yaml || source.text.lines().any(|line| line.starts_with("exercises:")) {
        return Some(Format::W2a);
    }
    let count = |looks_like: fn(&str) -> bool| {
        source.text.lines().filter(|line| looks_like(line.trim())).count()
    };
    // Of equals the last one is taken: `5:00 to go;3` is rather a phrase.
    let counted = [
        (count(script::looks_like), Format::Script),
        (count(labels::looks_like), Format::Labels),
        (count(phrases::looks_like), Format::Phrases),
    ];
    let most = counted.into_iter().max_by_key(|(count, _)| *count)?;
    (most.0 > 0).then_some(most.1)
}

fn unknown_format(source: &Source) -> Problem {
    let first = source.text.trim_start();
    let start = source.text.len() - first.len();
    let end = start + first.find('\n').unwrap_or(first.len());
    let help = if first.starts_with('{') {
        "this looks like JSON: `earcoach check` tells whether it is a routine".to_string()
    } else {
        let formats = Format::value_variants().iter().map(|format| expected(*format));
        let formats: Vec<_> = formats.collect();
        format!("{}; `--from` names the format", formats.join("; "))
    };
    let message = "what this is cannot be told: no line looks like one of the known formats";
    Problem::error("unknown-format", Span::new(start, end), message).help(help)
}

/// What the lines of a format look like.
fn expected(format: Format) -> &'static str {
    match format {
        Format::Script => "a script has lines like `1:30 \"Walk.\"`",
        Format::Phrases => "phrases have lines like `Walk.;90`",
        Format::Labels => "labels have lines of start, tab, end, tab, text, in seconds",
        Format::W2a => "a workout of w2a is YAML with `exercises:`",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::routine::bounds::LONGEST;

    fn recognised(file: &str, text: &str) -> Option<Format> {
        recognise(&Source { name: "x".into(), file: file.into(), text: text.into() })
    }

    #[test]
    fn a_format_is_recognised_by_most_of_its_lines() {
        let cases = [
            ("x.txt", "Week 1; easy\n\n0:00 - \"Walk; slowly\"\n5:00 Run\n", Some(Format::Script)),
            ("x.txt", "-1:00 \"Walk\"\n", Some(Format::Script)),
            ("x.txt", "# calm\nBreathe; slowly;5\n*;2.5\n", Some(Format::Phrases)),
            ("x.txt", "5:00 to go;3\n", Some(Format::Phrases)),
            ("x.txt", "2.150000\t2.150000\tGo\n\\\t100\t200\n", Some(Format::Labels)),
            ("x.YML", "exercise: []\n", Some(Format::W2a)),
            ("standard input", "pause: {}\nexercises:\n", Some(Format::W2a)),
            ("x.txt", "Once upon a time: 3; 4 men.\n", None),
            ("x.txt", "", None),
        ];
        for (file, text, format) in cases {
            assert_eq!(recognised(file, text), format, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_file_holds_it_is_refused_or_becomes_a_bounded_routine(
            lines in prop::collection::vec(r#"[0-9]?:[0-9]{2} ["“]?[a-c:;]{0,3}["”]?|[a\\*-]?;?\PC{0,3}[0-9.]{0,6}|[0-9.]{1,4}\t[0-9.]{1,4}\t?a?|exercises:| *- (&a |\*a|<<: )?\{?name: a, duration: [0-9]s\}?"#, 0..8),
            format in prop::sample::select(Format::value_variants()),
        ) {
            let text = lines.join("\n");
            let source = Source { name: "x".into(), file: "x".into(), text };
            if let Ok(imported) = import(&source, Some(format)) {
                let as_laid_out: serde_json::Value = serde_json::from_str(&imported.json()).unwrap();
                prop_assert_eq!(as_laid_out, serde_json::to_value(&imported.routine).unwrap());
                prop_assert!(imported.length() <= LONGEST);
                let lengths = imported.routine.steps.iter().filter_map(Entry::length);
                prop_assert!(lengths.into_iter().all(|length| length > Millis::ZERO));
            }
        }
    }

    #[test]
    fn what_is_a_routine_already_is_told_so() {
        let source = Source { name: "x".into(), file: "x.json".into(), text: "\n{}".into() };
        let error = import(&source, None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "\
error[unknown-format]: what this is cannot be told: no line looks like one of the known formats
 --> x.json:2:1
  |
2 | {}
  | ^^
  |
  = help: this looks like JSON: `earcoach check` tells whether it is a routine"
        );
    }
}
