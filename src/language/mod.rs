//! Languages: how each says numbers and lengths of time, and the coach's own words in it. Sentences
//! are composed by the rules of their language, never by putting other words into an English one.

mod english;
mod french;
mod german;
mod italian;
mod spanish;

use std::fmt;
use std::str::FromStr;

use crate::routine::Verb;
use crate::time::Millis;
use crate::timeline::Side;

/// A language by its primary subtag (BCP 47, section 2.2.1): `en`, `de`, `gsw`. Regions and scripts
/// do not matter to who understands whom here: `en-US` and `en-GB` are both `en`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Language([u8; 3]);

impl Language {
    /// English, in which routines are unless they say so.
    pub const ENGLISH: Self = Self(*b"en\0");

    /// The subtag.
    pub fn tag(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default().trim_end_matches('\0')
    }

    /// What the coach says of its own in this language; `None` where it knows no such words.
    pub fn phrasebook(self) -> Option<&'static Phrasebook> {
        let known = Self::KNOWN.iter().find(|book| book.tag == self.tag());
        known.copied()
    }

    /// The languages that the coach has words of its own in.
    pub const KNOWN: [&'static Phrasebook; 5] = [
        &english::PHRASES,
        &german::PHRASES,
        &french::PHRASES,
        &spanish::PHRASES,
        &italian::PHRASES,
    ];
}

impl Default for Language {
    fn default() -> Self {
        Self::ENGLISH
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// A text that is no language tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a language is written like `en`, `de` or `pt-BR`")]
pub struct NoLanguage;

impl FromStr for Language {
    type Err = NoLanguage;

    fn from_str(tag: &str) -> Result<Self, NoLanguage> {
        let mut subtags = tag.split('-');
        let primary = subtags.next().unwrap_or_default();
        let is_primary = matches!(primary.len(), 2..=3)
            && primary.chars().all(|letter| letter.is_ascii_lowercase());
        let is_subtag = |subtag: &str| {
            matches!(subtag.len(), 1..=8) && subtag.chars().all(|c| c.is_ascii_alphanumeric())
        };
        if !is_primary || tag.len() > 35 || !subtags.all(is_subtag) {
            return Err(NoLanguage);
        }
        let mut bytes = [0; 3];
        bytes[..primary.len()].copy_from_slice(primary.as_bytes());
        Ok(Self(bytes))
    }
}

/// A unit of time that is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// An hour.
    Hour,
    /// A minute.
    Minute,
    /// A second.
    Second,
}

/// A language's rules, and the coach's own words. `{time}`, `{side}`, `{verb}` and `{name}` in them
/// stand for a length of time, a side's name, what is done, and what it is called.
#[derive(Debug)]
pub struct Phrasebook {
    /// The language's subtag.
    pub tag: &'static str,
    /// A number from 0 to 99 in words.
    pub cardinal: fn(u64) -> String,
    /// So many of a unit, from 1 to 99, such as `one minute`.
    pub counted: fn(u64, Unit) -> String,
    /// The left side and the right.
    pub sides: [&'static str; 2],
    /// What each verb asks for, without a full stop; as [`Phrasebook::verb`] reads it.
    pub verbs: Verbs,
    /// A verb for a length of time.
    pub lasting: &'static str,
    /// Before a stretch that goes deeper.
    pub ease_in: &'static str,
    /// Before each further deepening, in turn. Never an order: the runner may have reached the limit.
    pub deeper: [&'static str; 2],
    /// A deepening, as the answer to "where am I".
    pub deepening: &'static str,
    /// As one breathes in.
    pub breathe_in: &'static str,
    /// As one breathes out.
    pub breathe_out: &'static str,
    /// As one holds the breath.
    pub hold_breath: &'static str,
    /// At the half of a timed part.
    pub halfway: &'static str,
    /// What is left of the time.
    pub left: &'static str,
    /// As a side begins.
    pub first_side: &'static str,
    /// As the second side begins.
    pub other_side: &'static str,
    /// Before the coach waits.
    pub take_time: &'static str,
    /// While the coach waits.
    pub ready: &'static str,
    /// What comes next.
    pub next_up: &'static str,
    /// When nothing that has a name comes next.
    pub almost_there: &'static str,
    /// When there is nothing else to answer.
    pub keep_going: &'static str,
    /// Between the number of a deepening and how many there are, in lists.
    pub of: &'static str,
}

/// What verbs with a timed part ask for.
#[derive(Debug)]
pub struct Verbs {
    /// To squeeze.
    pub squeeze: &'static str,
    /// To let go.
    pub release: &'static str,
    /// To breathe.
    pub breathe: &'static str,
    /// To hold a position.
    pub hold: &'static str,
    /// To rest.
    pub rest: &'static str,
    /// To do an exercise.
    pub work: &'static str,
    /// To go deeper, as a step is called.
    pub deepen: &'static str,
    /// To wait, as a step is called.
    pub wait: &'static str,
}

impl Phrasebook {
    /// A number in words, such as `forty five`; beyond 99 in figures.
    pub fn number(&self, number: u64) -> String {
        if number < 100 { (self.cardinal)(number) } else { number.to_string() }
    }

    /// A duration in words, such as `one minute thirty seconds`; `None` when it has parts of a
    /// second, which nobody says.
    pub fn duration(&self, length: Millis) -> Option<String> {
        if !length.0.is_multiple_of(1000) {
            return None;
        }
        let seconds = length.0 / 1000;
        let parts = [
            (seconds / 3600, Unit::Hour),
            (seconds / 60 % 60, Unit::Minute),
            (seconds % 60, Unit::Second),
        ];
        let words = parts.into_iter().filter(|(count, _)| *count > 0);
        let words: Vec<String> = words.map(|(count, unit)| (self.counted)(count, unit)).collect();
        Some(words.join(" "))
    }

    /// How much time is left, as it is announced: `ten seconds left.`
    pub fn time_left(&self, left: Millis) -> Option<String> {
        Some(filled(self.left, "time", &self.duration(left)?))
    }

    /// A verb for a length of time, or alone where that cannot be said: `Hold for one minute.`
    pub fn verb_for(&self, verb: Verb, length: Millis) -> String {
        match self.duration(length) {
            Some(time) => filled(&filled(self.lasting, "verb", self.verb(verb)), "time", &time),
            None => format!("{}.", self.verb(verb)),
        }
    }

    /// What a verb asks for, without a full stop.
    pub fn verb(&self, verb: Verb) -> &'static str {
        match verb {
            Verb::Squeeze => self.verbs.squeeze,
            Verb::Release => self.verbs.release,
            Verb::Breathe => self.verbs.breathe,
            Verb::Deepen => self.verbs.deepen,
            Verb::Hold => self.verbs.hold,
            Verb::Rest => self.verbs.rest,
            Verb::Work => self.verbs.work,
            Verb::Wait => self.verbs.wait,
            Verb::Say | Verb::Tone | Verb::Clip | Verb::Sides => verb.label(),
        }
    }

    /// A side's name.
    pub fn side(&self, side: Side) -> &'static str {
        self.sides[usize::from(side == Side::Right)]
    }

    /// A side as it is said when it begins, without a full stop: `Left side`.
    pub fn side_label(&self, side: Side) -> String {
        let label = filled(self.first_side, "side", self.side(side));
        let label = label.trim_end_matches('.');
        let mut letters = label.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    }
}

/// A text with `{name}` replaced.
pub fn filled(text: &str, name: &str, by: &str) -> String {
    text.replace(&format!("{{{name}}}"), by)
}

/// Numbers from 0 to 99 out of the words for 0 to 19 and for the tens, joined as a language does.
fn composed(
    number: u64,
    ones: &[&str; 20],
    tens: &[&str; 10],
    join: fn(&str, &str) -> String,
) -> String {
    let (ten, one) = ((number / 10) as usize, (number % 10) as usize);
    match number {
        0..20 => ones[number as usize].into(),
        _ if one == 0 => tens[ten].into(),
        _ => join(tens[ten], ones[one]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_by_its_first_part() {
        for (tag, expected) in [("en", "en"), ("de-AT", "de"), ("gsw", "gsw"), ("zh-Hant-TW", "zh")]
        {
            assert_eq!(tag.parse::<Language>().unwrap().tag(), expected);
        }
        for tag in ["", "e", "EN", "engl", "en_US", "en-", "en-waytoolong", "d\u{e9}", "coach"] {
            assert_eq!(tag.parse::<Language>(), Err(NoLanguage), "{tag}");
        }
    }

    #[test]
    fn every_language_is_found_by_its_tag_and_says_its_own_words() {
        for book in Language::KNOWN {
            let language: Language = book.tag.parse().unwrap();
            assert_eq!(language.phrasebook().map(|found| found.tag), Some(book.tag));
            for (text, names) in [
                (book.lasting, &["verb", "time"][..]),
                (book.left, &["time"]),
                (book.first_side, &["side"]),
                (book.other_side, &["side"]),
                (book.next_up, &["name"]),
            ] {
                assert!(names.iter().all(|name| text.contains(&format!("{{{name}}}"))), "{text}");
            }
        }
    }

    #[test]
    fn no_two_numbers_are_said_alike_and_none_has_figures() {
        for book in Language::KNOWN {
            let words: std::collections::BTreeSet<String> =
                (0..100).map(|number| book.number(number)).collect();
            assert_eq!(words.len(), 100, "{}", book.tag);
            assert!(words.iter().all(|words| !words.contains(char::is_numeric)));
            assert_eq!(book.number(100), "100");
        }
    }
}
