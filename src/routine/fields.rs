//! The fields of one JSON object, read with their types. Whatever is wrong is
//! noted, and reading goes on, so that one run finds everything.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use super::bounds::LONGEST;
use super::grammar::Form;
use super::json::{Member, Node, Value};
use super::{Speech, Words};
use crate::problem::{Problem, Problems, Span};
use crate::time::{DurationError, Millis};

/// How often anything may be done.
pub const MOST_TIMES: u32 = 1_000_000;

/// The most letters a step's name may have.
const LONGEST_NAME: usize = 80;
/// The most letters that are spoken in one go: over a minute of speech.
pub const LONGEST_WORDS: usize = 1000;

/// The fields of an object, each to be taken by its name.
pub struct Fields<'a> {
    /// What the object is, for messages: `hold`, `the routine`.
    owner: &'static str,
    span: Span,
    members: Vec<(&'a str, &'a Node)>,
    /// Fields that an unknown one was probably meant to be.
    guessed: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The fields of `node`, which has to be of this form. Where it is no object it stands for
    /// the form's main field. Unknown and repeated fields are noted as problems.
    pub fn of(form: &Form, node: &'a Node, problems: &mut Problems) -> Self {
        let (owner, known) = (form.name, form.known());
        let mut fields = Self { owner, span: node.span, members: Vec::new(), guessed: Vec::new() };
        let Value::Object(members) = &node.value else {
            match form.main {
                Some(main) => fields.members.push((main, node)),
                None => {
                    problems.push(wrong_type(owner, "an object", node));
                    fields.guessed = known;
                }
            }
            return fields;
        };
        note_repeated(members, &fields.quoted_owner(), problems);
        for member in members {
            let key: &'a str = &member.key;
            if !known.contains(&key) {
                fields.note_unknown(form, member, problems);
            } else if fields.members.iter().all(|(name, _)| *name != key) {
                fields.members.push((key, &member.node));
            }
        }
        fields
    }

    /// Notes a field that is not known, and remembers what it was probably meant to be.
    fn note_unknown(&mut self, form: &Form, member: &Member, problems: &mut Problems) {
        let (key, known) = (&*member.key, form.known());
        let main = form.main.filter(|_| form.name == "say" && LEVELS.contains(&key));
        let help = if let Some(main) = main {
            self.guessed.push(main);
            format!("words by talk level go into `{main}`: `\"{main}\": {{ \"{key}\": ... }}`")
        } else {
            // Beyond what is shown nobody needs a guess.
            let shown = if problems.is_full() { "" } else { key };
            let guess = did_you_mean(shown, known.iter().copied());
            self.guessed.extend(guess);
            suggestion(guess, "its fields are", &known)
        };
        let message = format!("unknown field `{key}` in {}", self.quoted_owner());
        problems.push(Problem::error("unknown-field", member.key_span, message).help(help));
    }

    fn quoted_owner(&self) -> String {
        if self.owner.contains(' ') { self.owner.to_string() } else { format!("`{}`", self.owner) }
    }

    /// The value of a field as it stands.
    pub fn node(&self, name: &str) -> Option<&'a Node> {
        let found = self.members.iter().find(|(field, _)| *field == name);
        found.map(|(_, node)| *node).filter(|node| node.value != Value::Unknown)
    }

    /// Where a field's value stands, or the whole object when it is not there.
    pub fn span_of(&self, name: &str) -> Span {
        self.node(name).map_or(self.span, |node| node.span)
    }

    /// Notes that a field is missing, unless a misspelt one was meant for it.
    pub fn require(&self, name: &'static str, example: &str, problems: &mut Problems) {
        let is_given = self.members.iter().any(|(field, _)| *field == name);
        if !is_given && !self.guessed.contains(&name) {
            let message = format!("{} has no `{name}`", self.quoted_owner());
            let problem = Problem::error("missing-field", self.span, message);
            problems.push(problem.help(format!("add it, for example `{example}`")));
        }
    }

    /// A string.
    pub fn text(&self, name: &str, problems: &mut Problems) -> Option<Words> {
        text(name, self.node(name)?, problems)
    }

    /// A name, short enough to be shown.
    pub fn name(&self, problems: &mut Problems) -> Option<Words> {
        let name = self.text("name", problems)?;
        let letters = name.text.chars().count();
        if letters > LONGEST_NAME {
            let message = format!("`name` has {letters} letters, more than {LONGEST_NAME}");
            problems.push(Problem::error("out-of-range", name.span, message));
        }
        Some(name)
    }

    /// What is spoken: words, an array of which one is chosen, or these by talk level.
    pub fn speech(&self, name: &str, problems: &mut Problems) -> Option<Speech> {
        speech(name, self.node(name)?, problems)
    }

    /// Words to be spoken in turn: a string or an array of them.
    pub fn phrases(&self, name: &str, problems: &mut Problems) -> Option<Vec<Words>> {
        let node = self.node(name)?;
        match &node.value {
            Value::List(items) => {
                Some(items.iter().filter_map(|item| words(name, item, problems)).collect())
            }
            _ => words(name, node, problems).map(|words| vec![words]),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self, name: &str, problems: &mut Problems) -> Option<bool> {
        let node = self.node(name)?;
        match node.value {
            Value::Bool(value) => Some(value),
            _ => {
                problems.push(wrong_type(name, "true or false", node));
                None
            }
        }
    }

    /// A whole number within `range`.
    pub fn integer(
        &self,
        name: &str,
        range: RangeInclusive<u32>,
        problems: &mut Problems,
    ) -> Option<u32> {
        let node = self.node(name)?;
        let Value::Number(number) = node.value else {
            problems.push(wrong_type(name, "a whole number", node));
            return None;
        };
        let whole = number as u32;
        if f64::from(whole) == number && range.contains(&whole) {
            return Some(whole);
        }
        let (low, high) = (range.start(), range.end());
        let message =
            format!("`{name}` is a whole number from {low} to {high}, found {}", figures(number));
        problems.push(Problem::error("out-of-range", node.span, message));
        None
    }

    /// A length of time, longer than nothing and at most a day.
    pub fn duration(&self, name: &str, problems: &mut Problems) -> Option<Millis> {
        duration(name, self.node(name)?, problems)
    }

    /// A moment, counted from the begin of something: at most a day.
    pub fn moment(&self, name: &str, problems: &mut Problems) -> Option<Millis> {
        moment(name, self.node(name)?, problems)
    }

    /// One of a few names.
    pub fn choice<T: Copy>(
        &self,
        name: &str,
        choices: &[(&'static str, T)],
        problems: &mut Problems,
    ) -> Option<T> {
        let node = self.node(name)?;
        let found = text(name, node, problems)?.text;
        let choice = choices.iter().find(|(choice, _)| *choice == found);
        if choice.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let guess = did_you_mean(&found, names.iter().copied());
            let message = format!("`{name}` cannot be `{found}`");
            let problem = Problem::error("unknown-value", node.span, message);
            problems.push(problem.help(suggestion(guess, "it is one of", &names)));
        }
        choice.map(|(_, value)| *value)
    }
}

/// Notes keys that an object has twice, each with the place where it stood first.
pub fn note_repeated(members: &[Member], owner: &str, problems: &mut Problems) {
    let mut first: HashMap<&str, Span> = HashMap::new();
    for Member { key, key_span, .. } in members {
        let Some(before) = first.get(&**key) else {
            first.insert(key, *key_span);
            continue;
        };
        let message = format!("`{key}` is given twice in {owner}");
        let problem = Problem::error("duplicate-field", *key_span, message);
        problems.push(problem.also(*before, "first given here").help("keep the one that is meant"));
    }
}

/// A value of the wrong type, with what was expected and found.
pub fn wrong_type(what: &str, expected: &str, node: &Node) -> Problem {
    let what = if what.contains(' ') { what.to_string() } else { format!("`{what}`") };
    let message = format!("{what} must be {expected}, found {}", node.kind());
    Problem::error("wrong-type", node.span, message)
}

/// Reads a string.
pub fn text(name: &str, node: &Node, problems: &mut Problems) -> Option<Words> {
    match &node.value {
        Value::Text(text) => Some(Words { text: text.to_string(), span: node.span }),
        _ => {
            problems.push(wrong_type(name, "a string", node));
            None
        }
    }
}

fn words(name: &str, node: &Node, problems: &mut Problems) -> Option<Words> {
    let words = text(name, node, problems)?;
    let letters = words.text.chars().count();
    if letters > LONGEST_WORDS {
        let message = format!("`{name}` has {letters} letters, more than {LONGEST_WORDS}");
        let problem = Problem::error("out-of-range", node.span, message);
        problems.push(problem.help("say it in several steps"));
    }
    Some(words)
}

/// The talk levels that may have words of their own.
const LEVELS: [&str; 3] = ["coach", "normal", "quiet"];

/// Reads what is spoken; see [`Fields::speech`].
pub fn speech(name: &str, node: &Node, problems: &mut Problems) -> Option<Speech> {
    let Value::Object(members) = &node.value else {
        return Some(Speech { coach: pool(name, node, problems)?, ..Speech::default() });
    };
    note_repeated(members, &format!("`{name}`"), problems);
    let mut speech = Speech::default();
    for member in members {
        let slot = match &*member.key {
            "coach" => &mut speech.coach,
            "normal" => speech.normal.insert(Vec::new()),
            "quiet" => speech.quiet.insert(Vec::new()),
            key => {
                let guess = did_you_mean(key, LEVELS.into_iter());
                let message = format!("unknown talk level `{key}` in `{name}`");
                let problem = Problem::error("unknown-field", member.key_span, message);
                problems.push(problem.help(suggestion(guess, "words may be given for", &LEVELS)));
                continue;
            }
        };
        *slot = pool(name, &member.node, problems)?;
    }
    if members.iter().all(|member| &*member.key != "coach") {
        let message = format!("`{name}` has no words for the talk level `coach`");
        let problem = Problem::error("missing-field", node.span, message);
        problems.push(problem.help("`coach` is what is said unless somebody chose another level"));
    }
    Some(speech)
}

/// Words, or an array of several.
fn pool(name: &str, node: &Node, problems: &mut Problems) -> Option<Vec<Words>> {
    let Value::List(items) = &node.value else {
        return words(name, node, problems).map(|words| vec![words]);
    };
    if items.is_empty() {
        let problem =
            Problem::error("out-of-range", node.span, format!("`{name}` is an empty array"));
        problems.push(problem.help("`\"\"` says nothing"));
    }
    Some(items.iter().filter_map(|item| words(name, item, problems)).collect())
}

/// Reads a duration: `"5s"`, `"1m30s"`, `"500ms"` or a number of seconds.
pub fn duration(name: &str, node: &Node, problems: &mut Problems) -> Option<Millis> {
    length(name, node, false, problems)
}

/// Reads a moment: a duration, or zero.
pub fn moment(name: &str, node: &Node, problems: &mut Problems) -> Option<Millis> {
    length(name, node, true, problems)
}

fn length(name: &str, node: &Node, zero: bool, problems: &mut Problems) -> Option<Millis> {
    let bad = |message: String| Problem::error("bad-duration", node.span, message);
    let how = "write it like \"5s\", \"1m30s\" or \"500ms\", or as a number of seconds";
    let length = match &node.value {
        Value::Text(text) => text.parse().map_err(|error: DurationError| {
            bad(format!("`{name}` is not a duration: found \"{text}\"; {error}")).help(how)
        }),
        Value::Number(seconds) => seconds_to_millis(*seconds).ok_or_else(|| {
            bad(format!("`{name}` cannot last {} seconds", figures(*seconds))).help(how)
        }),
        _ => Err(wrong_type(name, "a duration like \"5s\" or a number of seconds", node)),
    };
    let length = length.and_then(|length| match length {
        Millis::ZERO if !zero => Err(bad(format!("`{name}` must last longer than nothing"))),
        length if length > LONGEST => {
            Err(bad(format!("`{name}` is longer than the {LONGEST} a routine may last")))
        }
        length => Ok(length),
    });
    length.map_err(|problem| problems.push(problem)).ok()
}

/// A number as it is written: never in hundreds of figures.
pub fn figures(number: f64) -> String {
    match number.abs() {
        0.0 | 1e-6..1e15 => number.to_string(),
        _ => format!("{number:e}"),
    }
}

/// Seconds as whole milliseconds; `None` when negative or finer.
fn seconds_to_millis(seconds: f64) -> Option<Millis> {
    let millis = seconds * 1000.0;
    let whole = millis.round();
    let exact = (millis - whole).abs() < 1e-6 && seconds >= 0.0;
    exact.then_some(Millis(whole as u64))
}

/// What to write instead: the likeliest name, or all there are.
pub fn suggestion(guess: Option<&str>, lead: &str, all: &[&str]) -> String {
    match guess {
        Some(guess) => format!("did you mean `{guess}`?"),
        None if all.len() == 1 => format!("there is only `{}`", all[0]),
        None => format!("{lead} `{}`", all.join("`, `")),
    }
}

/// The name most like `found`, if any is like it.
pub fn did_you_mean<'n>(found: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    /// From trying misspellings: `fro`/`for` scores 0.56 by Jaro-Winkler but is one swap away.
    const ALIKE: f64 = 0.8;
    if found.len() > 40 {
        return None;
    }
    let found = found.to_lowercase();
    let score = |name: &str| {
        let swaps = strsim::damerau_levenshtein(&found, name);
        let near = swaps <= 1 || (swaps == 2 && name.len() > 4);
        strsim::jaro_winkler(&found, name).max(if near { 0.9 } else { 0.0 })
    };
    let scored = names.map(|name| (score(name), name));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(score, _)| *score > ALIKE).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_guessed_and_others_are_not() {
        let names = ["for", "say", "squeeze", "announce", "count"];
        let guess = |found| did_you_mean(found, names.iter().copied());
        assert_eq!(guess("fro"), Some("for"));
        assert_eq!(guess("sqeeze"), Some("squeeze"));
        assert_eq!(guess("Announcement"), Some("announce"));
        assert_eq!(guess("counts"), Some("count"));
        assert_eq!(guess("xyzzy"), None);
    }

    #[test]
    fn seconds_come_in_whole_milliseconds() {
        assert_eq!(seconds_to_millis(2.5), Some(Millis(2500)));
        assert_eq!(seconds_to_millis(0.001), Some(Millis(1)));
        assert_eq!(seconds_to_millis(0.0001), None);
        assert_eq!(seconds_to_millis(-1.0), None);
        assert_eq!(seconds_to_millis(1e300).map(|m| m > LONGEST), Some(true));
    }
}
