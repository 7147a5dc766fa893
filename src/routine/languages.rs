//! A routine's words in one language. Words may be given by language, `{"en": ..., "de": ...}`, or
//! translated by a file beside the routine; what is wanted is put in their place before anything
//! else is read, so that nothing after this knows of languages.

use std::collections::{BTreeMap, HashSet};

use super::fields::{note_repeated, speech, text};
use super::grammar::{self, Form, Takes, VERBS};
use super::json::{Member, Node, Value};
use super::scope::whole_name;
use super::translation::Translation;
use crate::language::{Language, NoLanguage};
use crate::problem::{Problem, Problems, Span};

/// Which language a routine is read in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tongue<'t> {
    /// The language that is wanted; the routine's own when left out.
    pub wanted: Option<Language>,
    /// The language of whoever stands in where there are no words in that one.
    pub stand_in: Option<Language>,
    /// Words in the language that is wanted, from a file beside the routine.
    pub translation: Option<&'t Translation>,
}

/// The texts that are in the language of whoever stands in, by their places.
pub type Foreign = HashSet<Span>;

/// The language that a routine is written in: its `language`, else English.
pub fn own_language(root: &Node, problems: &mut Problems) -> Language {
    let Value::Object(members) = &root.value else { return Language::default() };
    let tag = members.iter().find(|member| &*member.key == "language");
    let Some(Member { node: Node { value: Value::Text(tag), span }, .. }) = tag else {
        return Language::default();
    };
    tag.parse().unwrap_or_else(|error: NoLanguage| {
        let problem =
            Problem::error("unknown-language", *span, format!("there is no language `{tag}`"));
        problems.push(problem.help(error.to_string()));
        Language::default()
    })
}

/// Puts the words of one language into a routine, in place of those that are given by language or
/// translated. Where there are none it is noted.
pub fn choose(root: &mut Node, own: Language, tongue: Tongue, problems: &mut Problems) -> Foreign {
    let mut chooser = Chooser {
        own,
        wanted: tongue.wanted.unwrap_or(own),
        tongue,
        forms: VERBS.into_iter().map(|verb| (verb, grammar::verb(verb))).collect(),
        problems,
        foreign: Foreign::new(),
        missing: Vec::new(),
        has_found: false,
    };
    chooser.form(&grammar::routine(), root);
    chooser.tell_missing();
    chooser.foreign
}

struct Chooser<'t, 'p> {
    own: Language,
    wanted: Language,
    tongue: Tongue<'t>,
    /// The grammar of each verb.
    forms: BTreeMap<&'static str, Form>,
    problems: &'p mut Problems,
    foreign: Foreign,
    /// Where words are missing in the language that is wanted.
    missing: Vec<Span>,
    /// Whether any were found.
    has_found: bool,
}

impl Chooser<'_, '_> {
    /// An object of a form, or its one main value.
    fn form(&mut self, form: &Form, node: &mut Node) {
        let main = form.main.and_then(|main| form.fields.iter().find(|field| field.name == main));
        match (&mut node.value, main) {
            (Value::Object(members), main) => {
                let known = |member: &Member| form.fields.iter().any(|f| *f.name == *member.key);
                let is_main = self.is_by_language(members) && !members.iter().any(known);
                if let Some(main) = main.filter(|main| is_main && is_text(&main.takes)) {
                    let span = node.span;
                    let mut value = Node { span, value: node.value.clone() };
                    self.value(main.name, &main.takes, &mut value);
                    // An object by talk level could not be told from the verb's own.
                    let key_span = value.span;
                    let member = Member { key: main.name.into(), key_span, node: value };
                    node.value = Value::Object(vec![member]);
                    return;
                }
                for member in members {
                    let field = form.fields.iter().find(|field| *field.name == *member.key);
                    if let Some(field) = field {
                        self.value(field.name, &field.takes, &mut member.node);
                    }
                }
            }
            (_, Some(main)) => self.value(main.name, &main.takes, node),
            _ => {}
        }
    }

    fn value(&mut self, name: &str, takes: &Takes, node: &mut Node) {
        match takes {
            Takes::Speech | Takes::Phrases | Takes::Name => self.spoken(name, takes, node),
            Takes::Shown | Takes::File | Takes::Value => self.shown(node),
            Takes::Steps => self.steps(node),
            Takes::Cues => self.each(&grammar::cue(), node),
            Takes::Params => self.members(&grammar::param(), node),
            Takes::Blocks => self.members(&grammar::block(), node),
            Takes::Arguments => {
                let Value::Object(members) = &mut node.value else { return };
                for member in members {
                    self.shown(&mut member.node);
                }
            }
            _ => {}
        }
    }

    fn steps(&mut self, node: &mut Node) {
        let Value::List(steps) = &mut node.value else { return };
        for step in steps {
            let Value::Object(members) = &mut step.value else { continue };
            for member in members {
                if let Some((verb, form)) = self.forms.remove_entry(&*member.key) {
                    self.form(&form, &mut member.node);
                    self.forms.insert(verb, form);
                } else if VERBS.contains(&&*member.key) {
                    // A verb within itself: its form is in use further out.
                    self.form(&grammar::verb(&member.key), &mut member.node);
                }
            }
        }
    }

    fn each(&mut self, form: &Form, node: &mut Node) {
        let Value::List(items) = &mut node.value else { return };
        for item in items {
            self.form(form, item);
        }
    }

    fn members(&mut self, form: &Form, node: &mut Node) {
        let Value::Object(members) = &mut node.value else { return };
        for member in members {
            self.form(form, &mut member.node);
        }
    }

    /// Words that are spoken: in the language that is wanted, or it is noted.
    fn spoken(&mut self, name: &str, takes: &Takes, node: &mut Node) {
        let span = node.span;
        if let Value::Object(members) = &mut node.value
            && self.is_by_language(members)
        {
            self.judge(name, takes, members);
            if let Some(chosen) = take(members, self.wanted) {
                self.has_found = true;
                *node = chosen;
            } else if let Some(chosen) = self.tongue.stand_in.and_then(|other| take(members, other))
            {
                *node = chosen;
                self.mark(node);
            } else {
                self.missing.push(span);
                *node = Node { span, value: Value::Unknown };
            }
            return;
        }
        if self.wanted != self.own {
            self.translate(node);
        }
    }

    /// Texts that are not spoken: in the language that is wanted where there are any.
    fn shown(&mut self, node: &mut Node) {
        if let Value::Object(members) = &mut node.value
            && self.is_by_language(members)
        {
            let chosen = take(members, self.wanted).or_else(|| take(members, self.own));
            let first = || members.first().map(|member| member.node.clone());
            if let Some(chosen) = chosen.or_else(first) {
                *node = chosen;
            }
            return;
        }
        if let (Value::Text(text), Some(translation)) = (&mut node.value, self.tongue.translation)
            && let Some(translated) = translation.get(text)
        {
            *text = translated.into();
        }
    }

    /// The texts within words that are not given by language.
    fn translate(&mut self, node: &mut Node) {
        match &mut node.value {
            Value::Text(text) if has_words(text) => {
                let translated = self.tongue.translation.and_then(|words| words.get(text));
                if let Some(translated) = translated {
                    self.has_found = true;
                    *text = translated.into();
                } else if self.tongue.stand_in == Some(self.own) {
                    self.foreign.insert(node.span);
                } else {
                    self.missing.push(node.span);
                    // Once is enough: no voice is to look for it too.
                    *text = "".into();
                }
            }
            Value::List(items) => {
                for item in items {
                    self.translate(item);
                }
            }
            Value::Object(members) => {
                for member in members {
                    self.translate(&mut member.node);
                }
            }
            _ => {}
        }
    }

    /// Notes that the texts in a value are in the other language.
    fn mark(&mut self, node: &Node) {
        if matches!(node.value, Value::Text(_)) {
            self.foreign.insert(node.span);
        }
        node.children().for_each(|(_, child)| self.mark(child.node));
    }

    /// Notes what is wrong in words for languages that nobody asked for now.
    fn judge(&mut self, name: &str, takes: &Takes, members: &[Member]) {
        note_repeated(members, &format!("`{name}`"), self.problems);
        for Member { key, node, .. } in members {
            if key.parse() == Ok(self.wanted) {
                continue;
            }
            match takes {
                Takes::Speech => drop(speech(name, node, self.problems)),
                Takes::Name => drop(text(name, node, self.problems)),
                _ => {}
            }
        }
    }

    /// Whether an object gives something by language. `for` might be one as well: at least one
    /// has to be a language that somebody here speaks.
    fn is_by_language(&self, members: &[Member]) -> bool {
        let languages: Result<Vec<Language>, _> = members.iter().map(|m| m.key.parse()).collect();
        let is_spoken = |language: &Language| {
            [self.own, self.wanted].contains(language)
                || self.tongue.stand_in == Some(*language)
                || language.phrasebook().is_some()
        };
        languages.is_ok_and(|languages| languages.iter().any(is_spoken))
    }

    fn tell_missing(&mut self) {
        let wanted = self.wanted;
        let help = format!(
            "write it by language, `{{ \"{}\": ..., \"{wanted}\": ... }}`, or translate it in a file \
             beside the routine; --fall-back lets another voice say it",
            self.own
        );
        if let (false, Some(first)) = (self.has_found, self.missing.first()) {
            let message = format!("the routine has no words in `{wanted}`, which the voice speaks");
            return self
                .problems
                .push(Problem::error("missing-language", *first, message).help(help));
        }
        for span in &self.missing {
            let message = format!("this has no words in `{wanted}`, which the voice speaks");
            let problem = Problem::error("missing-language", *span, message);
            self.problems.push(problem.help(help.as_str()));
        }
    }
}

/// Whether there is anything in a text that differs between languages: more than names that others
/// stand for.
fn has_words(text: &str) -> bool {
    let mut pieces = text.split('{');
    let first = pieces.next().unwrap_or_default();
    let rest = pieces.map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after));
    let has_letters = |piece: &str| piece.chars().any(char::is_alphabetic);
    whole_name(text).is_none() && std::iter::once(first).chain(rest).any(has_letters)
}

/// Whether a field takes texts that may be given by language.
fn is_text(takes: &Takes) -> bool {
    matches!(
        takes,
        Takes::Speech | Takes::Phrases | Takes::Name | Takes::Shown | Takes::File | Takes::Value
    )
}

/// What is given for a language.
fn take(members: &[Member], language: Language) -> Option<Node> {
    let found = members.iter().find(|member| member.key.parse() == Ok(language));
    found.map(|member| member.node.clone())
}
