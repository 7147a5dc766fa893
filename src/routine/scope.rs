//! The names that are known at some place of a routine, and what they stand for: puts values in
//! the place of `"$name"` and of `{name}` within words.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use super::fields::{did_you_mean, figures, suggestion};
use super::json::{Member, Node, Value};
use super::params::is_name;
use crate::language::Language;
use crate::problem::{Problem, Problems, Span};
use crate::time::Millis;

/// The most text that may be put in place of names in a routine, in bytes: as much as its file may
/// have.
const MOST_BYTES: usize = 16_000_000;

/// The values that names stand for at some place of a routine.
#[derive(Clone, Debug, Default)]
pub struct Scope(BTreeMap<Rc<str>, Bound>);

#[derive(Clone, Debug)]
struct Bound {
    value: Rc<Value>,
    /// Where the value was given.
    given: Span,
    /// Where the name was declared.
    declared: Span,
}

/// What names have come to so far.
#[derive(Debug, Default)]
pub struct Used {
    /// The places at which the names were declared that something stands for.
    names: HashSet<Span>,
    /// The bytes of text that were put in their place.
    bytes: usize,
}

impl Used {
    /// Whether something stands for the name that is declared here.
    pub fn has(&self, declared: Span) -> bool {
        self.names.contains(&declared)
    }

    /// Notes that something does.
    pub fn note(&mut self, declared: Span) {
        self.names.insert(declared);
    }

    /// Counts text that is put in place of a name; `None` when it is too much.
    fn spend(&mut self, bytes: usize, span: Span, problems: &mut Problems) -> Option<()> {
        let was_small = self.bytes <= MOST_BYTES;
        self.bytes = self.bytes.saturating_add(bytes);
        if was_small && self.bytes > MOST_BYTES {
            let message = format!("with this the parameters come to more than {MOST_BYTES} bytes");
            let problem = Problem::error("too-large", span, message);
            problems.push(problem.help("use shorter words, or write them in fewer places"));
        }
        (self.bytes <= MOST_BYTES).then_some(())
    }
}

impl Scope {
    /// Lets a name that is declared at `declared` stand for a value.
    pub fn put(&mut self, name: &str, declared: Span, node: &Node) {
        let value = Rc::new(node.value.clone());
        self.0.insert(name.into(), Bound { value, given: node.span, declared });
    }

    /// How many names have a value.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What a name stands for.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).map(|bound| &*bound.value)
    }

    /// Whether a name stands for something.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Forgets a name.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// `node` with every name in it replaced by its value. Unknown names are noted.
    pub fn resolve<'n>(
        &self,
        node: &'n Node,
        used: &mut Used,
        problems: &mut Problems,
    ) -> Cow<'n, Node> {
        if !self.has_names(node) {
            return Cow::Borrowed(node);
        }
        let span = node.span;
        let value = match &node.value {
            Value::Text(text) => self.resolve_text(text, span, used, problems),
            Value::List(items) => {
                let items =
                    items.iter().map(|item| self.resolve(item, used, problems).into_owned());
                Value::List(items.filter(|item| item.value != Value::Unknown).collect())
            }
            Value::Object(members) => {
                let members = members.iter().map(|member| Member {
                    key: member.key.clone(),
                    key_span: member.key_span,
                    node: self.resolve(&member.node, used, problems).into_owned(),
                });
                Value::Object(members.collect())
            }
            other => other.clone(),
        };
        Cow::Owned(Node { span, value })
    }

    fn resolve_text(
        &self,
        text: &str,
        span: Span,
        used: &mut Used,
        problems: &mut Problems,
    ) -> Value {
        if let Some(name) = whole_name(text) {
            let Some(bound) = self.0.get(name) else {
                let names: Vec<&str> = self.0.keys().map(|name| &**name).collect();
                let message = format!("there is no parameter `{name}` here");
                let problem = Problem::error("unknown-param", span, message);
                let help = if names.is_empty() {
                    "declare it in `params`".into()
                } else {
                    suggestion(did_you_mean(name, names.iter().copied()), "there are", &names)
                };
                problems.push(problem.help(help));
                return Value::Unknown;
            };
            used.note(bound.declared);
            problems.note_origin(span, bound.given);
            let bytes = if let Value::Text(text) = &*bound.value { text.len() } else { 0 };
            let spent = used.spend(bytes, span, problems);
            return spent.map_or(Value::Unknown, |()| Value::clone(&bound.value));
        }
        let filled = self.fill(text, used);
        let spent = used.spend(filled.len(), span, problems);
        spent.map_or(Value::Unknown, |()| Value::Text(filled.into()))
    }

    /// Words with every known name in them replaced by how its value is said. What would be too
    /// much is not written out any further.
    fn fill(&self, text: &str, used: &mut Used) -> String {
        let mut pieces = text.split('{');
        let mut filled = pieces.next().unwrap_or_default().to_string();
        for piece in pieces {
            let known = piece.split_once('}').and_then(|(name, after)| {
                let bound = self.0.get(name)?;
                Some((bound, after))
            });
            if let Some((bound, after)) = known {
                used.note(bound.declared);
                filled = filled + &spoken(&bound.value) + after;
            } else {
                filled = filled + "{" + piece;
            }
            if used.bytes + filled.len() > MOST_BYTES {
                break;
            }
        }
        filled
    }

    /// Whether there is a name to be replaced in `node`, known or not.
    fn has_names(&self, node: &Node) -> bool {
        match &node.value {
            Value::Text(text) => {
                whole_name(text).is_some()
                    || (!self.0.is_empty()
                        && names_within(text).any(|name| self.0.contains_key(name)))
            }
            Value::List(items) => items.iter().any(|item| self.has_names(item)),
            Value::Object(members) => members.iter().any(|member| self.has_names(&member.node)),
            _ => false,
        }
    }
}

/// The name that a whole text stands for: `$name`.
pub(super) fn whole_name(text: &str) -> Option<&str> {
    text.strip_prefix('$').filter(|name| is_name(name))
}

/// The names within words: `{name}`.
fn names_within(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// All names in a value.
pub fn names_in(node: &Node) -> Vec<&str> {
    match &node.value {
        Value::Text(text) => match whole_name(text) {
            Some(name) => vec![name],
            None => names_within(text).collect(),
        },
        _ => Vec::new(),
    }
}

/// A value as text.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Number(number) => figures(*number),
        Value::Bool(value) => value.to_string(),
        _ => String::new(),
    }
}

/// A value within words. How a duration is said is for the language to know that the words are
/// spoken in: it becomes a placeholder of its own, such as `{1m30s}`.
fn spoken(value: &Value) -> String {
    match value {
        Value::Text(text) if text.parse::<Millis>().is_ok() => format!("{{{text}}}"),
        value => shown(value),
    }
}

/// A text with durations in it, as [`Scope::resolve`] leaves them, in words.
pub fn with_durations(text: &str, language: Language) -> String {
    let said = |length: &str| language.phrasebook()?.duration(length.parse().ok()?);
    let mut pieces = text.split('{');
    let mut words = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        let known = piece.split_once('}');
        let known = known.filter(|(length, _)| length.parse::<Millis>().is_ok());
        if let Some((length, after)) = known {
            words = words + &said(length).unwrap_or_else(|| length.into()) + after;
        } else {
            words = words + "{" + piece;
        }
    }
    words
}
