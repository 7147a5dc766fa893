//! What a voice is recorded for: routines, in the language that it speaks.

use super::reading::{self, Reading};
use crate::booth::proof::Proof;
use crate::error::Error;
use crate::language::Language;
use crate::lines;
use crate::report::Report;
use crate::routine::{self, BUILT_IN, Routine, Source, Tongue};
use crate::studio::folder::new_manifest;
use crate::time::Millis;
use crate::voice::{Pack, Voice};

/// Numbers are recorded up to this one.
const NUMBERS: u64 = 60;
/// Lengths of time that are often announced, in seconds.
const TIMES: [u64; 7] = [5, 10, 15, 20, 30, 45, 60];

/// What is to be said.
pub struct Spoken {
    /// All lines, in the order in which they are said first.
    pub lines: Vec<String>,
    /// What they have to fit into.
    pub proof: Proof,
    texts: Vec<(String, Routine)>,
    numbers: Vec<String>,
}

impl Spoken {
    /// The lines that a voice has no clips for.
    pub fn missing(&self, voice: &Voice) -> Vec<String> {
        let mut missing = Vec::new();
        let of_routines =
            self.texts.iter().flat_map(|(text, routine)| lines::missing(text, routine, voice));
        let numbers =
            self.numbers.iter().filter(|words| voice.compose(words, <_>::default()).is_err());
        for line in of_routines.chain(numbers.cloned()) {
            if !missing.contains(&line) {
                missing.push(line);
            }
        }
        missing
    }
}

/// What a routine says in a language; without one, what the built-in routines say, and numbers.
///
/// # Errors
/// [`Error::Usage`] when there is no such routine, or nothing in that language;
/// [`Error::Invalid`] when it is not valid.
pub fn spoken(routine: Option<&str>, language: Language) -> Result<Spoken, Error> {
    let manifest = new_manifest("", language.tag(), "", "");
    let silent = Voice::of(Pack::empty("", manifest, "".into()));
    let mut spoken = Spoken {
        lines: Vec::new(),
        proof: Proof::default(),
        texts: Vec::new(),
        numbers: Vec::new(),
    };
    let mut add = |source: Source, routine: Routine| {
        spoken.proof.add(routine.clone(), &source.name, lines::ways_to_play(&source.text));
        spoken.texts.push((source.text, routine));
    };
    match routine {
        Some(name) => {
            let source = Source::open(name)?;
            let routine = read(&source, &silent)?;
            add(source, routine);
        }
        None => {
            for built_in in BUILT_IN {
                let source = Source::open(built_in.name)?;
                if let Ok(routine) = read(&source, &silent) {
                    add(source, routine);
                }
            }
            spoken.numbers = numbers(language);
        }
    }
    spoken.lines = spoken.missing(&silent);
    if spoken.lines.is_empty() {
        return Err(Error::Usage(format!(
            "there is nothing to record in `{language}`: name a routine that has words in it"
        )));
    }
    Ok(spoken)
}

/// The language that a routine is in.
///
/// # Errors
/// As [`spoken`].
pub fn language_of(routine: &str) -> Result<String, Error> {
    let source = Source::open(routine)?;
    let read = routine::read(&source.text, &[], Tongue::default()).map_err(Error::Usage)?;
    match read {
        (Some(routine), _) => Ok(routine.language.to_string()),
        (None, problems) => Err(source.report(problems).into()),
    }
}

/// A routine in the language of the voice that is to be recorded.
fn read(source: &Source, voice: &Voice) -> Result<Routine, Error> {
    let reading = reading::read_for(source, &[], |_| Ok((voice.clone(), None)))?;
    let Reading { routine, mut problems, translation, .. } = reading;
    if let Some(words) = translation.filter(Report::has_errors) {
        return Err(words.into());
    }
    let mut routine = routine;
    if let Some(routine) = &mut routine {
        routine::attach(routine, source, &mut problems);
    }
    match routine {
        Some(routine) if !problems.has_errors() => Ok(routine),
        _ => Err(source.report(problems).into()),
    }
}

/// The numbers of a language, and lengths of time as they are announced.
fn numbers(language: Language) -> Vec<String> {
    let Some(book) = language.phrasebook() else { return Vec::new() };
    let left = TIMES.into_iter().filter_map(|seconds| book.time_left(Millis::from_secs(seconds)));
    (1..=NUMBERS).map(|number| book.number(number)).chain(left).collect()
}
