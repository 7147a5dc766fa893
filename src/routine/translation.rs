//! A file of words beside a routine, `NAME.de.json` beside `NAME.json`: what the routine's texts are
//! in another language.
//!
//! ```json
//! { "language": "de", "words": { "Squeeze.": "Drücke.", "Hold for {time}.": "Halte {time}." } }
//! ```

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::fields::{Fields, LONGEST_WORDS, note_repeated, wrong_type};
use super::grammar;
use super::json::{self, Member, Node, Value};
use crate::language::Language;
use crate::problem::{Problem, Problems, Span};

/// A routine's texts in another language.
#[derive(Debug, Default)]
pub struct Translation {
    words: HashMap<Box<str>, (Box<str>, Span)>,
    used: RefCell<HashSet<Span>>,
}

impl Translation {
    /// Reads the text of such a file, which has to be in `language`; what is wrong is noted.
    pub fn read(text: &str, language: Language, problems: &mut Problems) -> Self {
        match json::parse(text) {
            Ok(root) => Self::of(&root, language, problems),
            Err(problem) => {
                problems.push(problem);
                Self::default()
            }
        }
    }

    fn of(root: &Node, language: Language, problems: &mut Problems) -> Self {
        let fields = Fields::of(&grammar::translation(), root, problems);
        fields.require("language", "\"language\": \"de\"", problems);
        fields.require("words", "\"words\": { \"Squeeze.\": \"Drücke.\" }", problems);
        if let Some(tag) = fields.text("language", problems)
            && tag.text.parse() != Ok(language)
        {
            let message =
                format!("`language` is `{}`, but the file's name says `{language}`", tag.text);
            let problem = Problem::error("unknown-language", tag.span, message);
            problems.push(problem.help("give both the same language"));
        }
        let mut translation = Self::default();
        let Some(node) = fields.node("words") else { return translation };
        let Value::Object(members) = &node.value else {
            problems.push(wrong_type("words", "an object of texts by text", node));
            return translation;
        };
        note_repeated(members, "`words`", problems);
        for member in members {
            if let Some(text) = translated(member, problems) {
                translation.words.insert(member.key.clone(), (text.into(), member.key_span));
            }
        }
        translation
    }

    /// What a text of the routine is in this language.
    pub fn get(&self, text: &str) -> Option<&str> {
        let (translated, span) = self.words.get(text)?;
        self.used.borrow_mut().insert(*span);
        Some(translated)
    }

    /// Notes the texts that no routine has asked for.
    pub fn find_unused(&self, problems: &mut Problems) {
        let used = self.used.borrow();
        for (text, (_, span)) in self.words.iter().filter(|(_, (_, span))| !used.contains(span)) {
            let message = format!("the routine has no text “{text}”");
            let problem = Problem::warning("unused-words", *span, message);
            problems.push(problem.help("copy the text from the routine, placeholders and all"));
        }
    }
}

/// The text that stands for another.
fn translated<'n>(member: &'n Member, problems: &mut Problems) -> Option<&'n str> {
    let node = &member.node;
    let Value::Text(text) = &node.value else {
        problems.push(wrong_type("a translation", "a string", node));
        return None;
    };
    let letters = text.chars().count();
    if letters > LONGEST_WORDS {
        let message = format!("this has {letters} letters, more than {LONGEST_WORDS}");
        problems.push(Problem::error("out-of-range", node.span, message));
    }
    Some(text)
}
