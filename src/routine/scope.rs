//! The names that are known at some place of a routine, and what they stand for: puts values in
//! the place of `"$name"` and of `{name}` within words.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use super::fields::{did_you_mean, suggestion};
use super::json::{Member, Node, Value};
use super::params::is_name;
use crate::problem::{Problem, Problems, Span};
use crate::voice::numbers;

/// Words that have grown this long, in bytes, are filled no further.
const LONGEST_FILLED: usize = 100_000;

/// The values that names stand for at some place of a routine.
#[derive(Clone, Debug, Default)]
pub struct Scope(BTreeMap<Rc<str>, Bound>);

#[derive(Clone, Debug)]
struct Bound {
    value: Rc<Value>,
    /// Where the name was declared.
    declared: Span,
}

/// The places at which the names were declared that something stands for.
pub type Used = HashSet<Span>;

impl Scope {
    /// Lets a name that is declared at `declared` stand for a value.
    pub fn put(&mut self, name: &str, declared: Span, value: Value) {
        let value = Rc::new(value);
        self.0.insert(name.into(), Bound { value, declared });
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
            used.insert(bound.declared);
            return Value::clone(&bound.value);
        }
        Value::Text(self.fill(text, used).into())
    }

    /// Words with every known name in them replaced by how its value is said.
    fn fill(&self, text: &str, used: &mut Used) -> String {
        let (mut filled, mut rest) = (String::new(), text);
        while let Some(open) = rest.find('{') {
            let name = rest[open + 1..].split_once('}').map(|(name, _)| name);
            let bound = name.and_then(|name| Some((name, self.0.get(name)?)));
            // Words this long are refused later; until then they shall not fill the memory.
            let Some((name, bound)) = bound.filter(|_| filled.len() < LONGEST_FILLED) else {
                filled += &rest[..=open];
                rest = &rest[open + 1..];
                continue;
            };
            used.insert(bound.declared);
            filled += &rest[..open];
            filled += &spoken(&bound.value);
            rest = &rest[open + name.len() + 2..];
        }
        filled + rest
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
fn whole_name(text: &str) -> Option<&str> {
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
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        _ => String::new(),
    }
}

/// A value as it is said: durations in words.
fn spoken(value: &Value) -> String {
    let words = match value {
        Value::Text(text) => text.parse().ok().and_then(numbers::duration),
        _ => None,
    };
    words.unwrap_or_else(|| shown(value))
}
