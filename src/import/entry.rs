//! The steps of an imported routine: few verbs, with every default that would speak or
//! sound on its own turned off, so that nothing is heard which its author did not write.

use std::fmt::Display;

use serde::{Serialize, Serializer};

use crate::time::Millis;

/// The most letters a routine takes for a name.
const LONGEST_NAME: usize = 80;
/// The most letters a routine takes for what is said in one go.
pub(super) const LONGEST_WORDS: usize = 1000;

/// A routine as it is written.
#[derive(Debug, PartialEq, Serialize)]
pub struct Routine {
    /// Where editors find what a routine may hold.
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    /// Its name for people.
    pub title: String,
    /// Its steps.
    pub steps: Vec<Entry>,
}

impl Routine {
    pub(super) fn new(title: String, steps: Vec<Entry>) -> Self {
        Self { schema: "./earcoach.schema.json", title, steps }
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Entry {
    /// Words in their own time.
    Say(String),
    /// Something is done, or heard, for a time.
    Work(Timed),
    /// Nothing is done for a time.
    Rest(Timed),
    /// A tone.
    Tone(&'static str),
}

/// A step that lasts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timed {
    /// What it is called in lists.
    pub name: String,
    /// How long it lasts.
    #[serde(rename = "for", serialize_with = "duration")]
    pub length: Millis,
    /// What is said before it; nothing when empty.
    pub say: String,
    /// Whether tones mark its start and end.
    pub tones: bool,
    /// How many of its last seconds are counted down.
    pub count: u32,
    /// What the coach says of the time left.
    pub announce: Vec<&'static str>,
    /// What is said within it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cues: Vec<Cue>,
}

/// Words at a moment of a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cue {
    /// How long after the step's beginning.
    #[serde(serialize_with = "moment")]
    pub at: Millis,
    /// The words.
    pub say: String,
}

impl Entry {
    /// Words that begin at the very moment the step does, in a step of that length.
    pub(super) fn words_at_once(words: String, length: Millis) -> Self {
        let name = name_of(&words);
        let cues = vec![Cue { at: Millis::ZERO, say: words }];
        Self::Work(Timed { cues, ..Timed::silent(name, length) })
    }

    /// Words in their own time, and silence after them.
    pub(super) fn phrase(words: String, silence: Millis) -> Self {
        if silence == Millis::ZERO {
            return Self::Say(words);
        }
        Self::Rest(Timed { say: words.clone(), ..Timed::silent(name_of(&words), silence) })
    }

    /// Silence, if it lasts at all.
    pub(super) fn silence(length: Millis) -> Option<Self> {
        (length > Millis::ZERO).then(|| Self::Rest(Timed::silent("Silence".into(), length)))
    }

    /// How long the step lasts beside its words.
    pub fn length(&self) -> Option<Millis> {
        match self {
            Self::Work(timed) | Self::Rest(timed) => Some(timed.length),
            Self::Say(_) | Self::Tone(_) => None,
        }
    }

    /// Whether it says words that take time of their own.
    pub(super) fn has_words_of_their_own(&self) -> bool {
        match self {
            Self::Work(timed) | Self::Rest(timed) => !timed.say.is_empty(),
            Self::Say(_) => true,
            Self::Tone(_) => false,
        }
    }
}

impl Timed {
    /// A step in which nothing is heard.
    pub(super) fn silent(name: String, length: Millis) -> Self {
        let (say, announce, cues) = (String::new(), Vec::new(), Vec::new());
        Self { name, length, say, tones: false, count: 0, announce, cues }
    }
}

/// `words` as a name: on one line, and no longer than a name may be.
pub(super) fn name_of(words: &str) -> String {
    let words = words.replace(char::is_whitespace, " ").replace(char::is_control, "");
    if words.chars().count() <= LONGEST_NAME {
        return words;
    }
    let kept: String = words.chars().take(LONGEST_NAME - 1).collect();
    format!("{}…", kept.trim_end())
}

fn duration<S: Serializer>(length: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(length)
}

/// The beginning is a plain 0, which reads better than `"0s"`.
#[allow(clippy::trivially_copy_pass_by_ref)] // This is how serde gives it.
fn moment<S: Serializer>(at: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        &Millis::ZERO => serializer.serialize_u64(0),
        at => duration(at, serializer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routine;

    #[test]
    fn the_longest_name_and_the_longest_words_are_what_a_routine_takes() {
        let words = "a ".repeat(LONGEST_WORDS / 2);
        let steps = vec![Entry::phrase(words.clone(), Millis(1)), Entry::Say(words)];
        let routine = Routine::new("x".into(), steps);
        assert!(routine::parse(&serde_json::to_string(&routine).unwrap()).is_ok());
        let longer = Entry::Say("a".repeat(LONGEST_WORDS + 1));
        let routine = Routine::new("x".into(), vec![longer]);
        assert!(routine::parse(&serde_json::to_string(&routine).unwrap()).is_err());
    }

    #[test]
    fn a_name_is_short_and_on_one_line() {
        assert_eq!(name_of("Walk\tslowly\u{7f}."), "Walk slowly.");
        assert_eq!(name_of(&"é".repeat(80)), "é".repeat(80));
        assert_eq!(name_of(&format!("{} bc", "a".repeat(78))), format!("{}…", "a".repeat(78)));
    }
}
