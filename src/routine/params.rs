//! Parameters: values with names, declared by a routine or a block, that `"$name"` stands for in
//! any field and `{name}` within words. They are put in place before a step is read (see
//! [`super::scope`]), so that nothing else knows of them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::fields::{Fields, did_you_mean, note_repeated, suggestion, wrong_type};
use super::grammar::{self, PLACEHOLDERS};
use super::json::{Member, Node, Value};
use super::scope::{Scope, Used, names_in, shown};
use crate::problem::{Problem, Problems, Span};
use crate::time::Millis;

/// As many parameters may be declared in one place.
const MOST_PARAMS: usize = 50;
/// The most letters that a parameter's value may have.
const LONGEST_VALUE: usize = 1000;

/// A value for a parameter, given by whoever plays the routine: `--set NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The parameter's name.
    pub name: String,
    /// The value, as typed.
    pub value: String,
}

impl std::str::FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("write it like NAME=VALUE")?;
        Ok(Self { name: name.trim().into(), value: value.trim().into() })
    }
}

/// As it is typed.
impl std::fmt::Display for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// A parameter of a routine, as people are shown it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The value it has.
    pub value: String,
    /// The least it may be; empty for no bound.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub min: String,
    /// The most it may be; empty for no bound.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub max: String,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// A parameter that a routine or a block declares.
#[derive(Clone, Debug)]
struct Param<'a> {
    name: &'a str,
    /// Where its name stands.
    span: Span,
    default: Option<&'a Node>,
    min: Option<&'a Node>,
    max: Option<&'a Node>,
    about: String,
    /// Whether it can be named at all.
    has_name: bool,
}

/// The parameters that are declared in one place.
#[derive(Clone, Debug, Default)]
pub struct Declared<'a>(Vec<Param<'a>>);

/// What stands in place of a value that cannot be one.
static UNKNOWN: Node = Node { span: Span { start: 0, end: 0 }, value: Value::Unknown };

/// The value of a parameter, so far as two can be compared.
enum Quantity {
    Number(f64),
    Time(Millis),
}

impl Quantity {
    /// How it compares to a bound; `None` where they have nothing in common.
    fn order(&self, bound: &Self) -> Option<Ordering> {
        match (self, bound) {
            (Self::Number(number), Self::Number(bound)) => number.partial_cmp(bound),
            (Self::Time(length), Self::Time(bound)) => Some(length.cmp(bound)),
            // A duration may be written as a number of seconds.
            (Self::Number(seconds), Self::Time(bound)) => {
                (seconds * 1000.0).partial_cmp(&(bound.0 as f64))
            }
            (Self::Time(_), Self::Number(_)) => None,
        }
    }
}

impl<'a> Declared<'a> {
    /// Reads the `params` of a routine or a block.
    pub fn read(node: Option<&'a Node>, problems: &mut Problems) -> Self {
        let Some(node) = node else { return Self::default() };
        let Value::Object(members) = &node.value else {
            problems.push(wrong_type("params", "an object", node));
            return Self::default();
        };
        note_repeated(members, "`params`", problems);
        let mut declared: Vec<Param> = Vec::new();
        if let Some(member) = members.get(MOST_PARAMS) {
            let message = format!("there are more than {MOST_PARAMS} parameters here");
            problems.push(Problem::error("too-large", member.key_span, message));
            return Self::default();
        }
        for member in members {
            if declared.iter().any(|param| *param.name == *member.key) {
                continue;
            }
            let has_name = ensure_name(member, problems);
            let form = grammar::param();
            let fields = Fields::of(&form, &member.node, problems);
            let about = fields.text("about", problems).map_or(String::new(), |words| words.text);
            let default = fields.node("default").map(|node| usable("default", node, problems));
            let [min, max] = ["min", "max"]
                .map(|name| fields.node(name).and_then(|node| comparable(name, node, problems)));
            let span = member.key_span;
            declared.push(Param { name: &member.key, span, default, min, max, about, has_name });
        }
        Self(declared)
    }

    /// The values of a routine's parameters: what was set, else their defaults.
    ///
    /// # Errors
    /// What was set and cannot be, in words for whoever set it.
    pub fn of_routine(
        &self,
        settings: &[Setting],
        used: &mut Used,
        problems: &mut Problems,
    ) -> Result<Scope, String> {
        let mut set: BTreeMap<&str, Node> = BTreeMap::new();
        for setting in settings {
            let param = self.0.iter().find(|param| param.name == setting.name);
            let param = param.ok_or_else(|| self.unknown(setting))?;
            set.insert(param.name, param.set(setting)?);
        }
        for param in &self.0 {
            if param.default.is_none() {
                let message = format!("the parameter `{}` has no `default`", param.name);
                let problem = Problem::error("missing-field", param.span, message);
                problems.push(problem.help("add it, for example `\"default\": \"60s\"`"));
            }
        }
        Ok(self.bind(&|name| set.get(name), &Scope::default(), used, problems))
    }

    /// The values of a block's parameters: what it is given at `span`, else their defaults, on top
    /// of what is known outside. `block` is its name.
    pub fn of_block(
        &self,
        (block, span): (&str, Span),
        given: &[Member],
        outer: &Scope,
        used: &mut Used,
        problems: &mut Problems,
    ) -> Scope {
        for member in given.iter().take(MOST_PARAMS + 1) {
            if self.0.iter().all(|param| *param.name != *member.key) {
                let names: Vec<&str> = self.0.iter().map(|param| param.name).collect();
                let message = format!("the block `{block}` has no parameter `{}`", member.key);
                let problem = Problem::error("unknown-param", member.key_span, message);
                problems.push(problem.help(names_help(&member.key, &names)));
            }
        }
        for param in &self.0 {
            let is_given = given.iter().any(|member| *member.key == *param.name);
            if param.default.is_none() && !is_given {
                let message = format!("the block `{block}` needs `{}`", param.name);
                let problem = Problem::error("missing-field", span, message);
                let example = format!("give it like `\"with\": {{ \"{}\": \"60s\" }}`", param.name);
                problems.push(problem.help(example));
            }
        }
        let given: Vec<(&str, &Node)> =
            given.iter().map(|m| (&*m.key, usable(&m.key, &m.node, problems))).collect();
        let given = |name: &str| given.iter().find(|(key, _)| *key == name).map(|(_, node)| *node);
        self.bind(&given, outer, used, problems)
    }

    /// Values for all names: those given, else the defaults, which may name each other.
    fn bind<'g>(
        &self,
        given: &dyn Fn(&str) -> Option<&'g Node>,
        outer: &Scope,
        used: &mut Used,
        problems: &mut Problems,
    ) -> Scope {
        let mut scope = outer.clone();
        // Those that are given depend on nothing here: a default that names them finds them.
        let (first, others): (Vec<_>, Vec<_>) =
            self.0.iter().partition(|param| given(param.name).is_some());
        let mut waiting: Vec<&Param> = Vec::new();
        for param in others {
            scope.remove(param.name);
            waiting.push(param);
        }
        for param in first {
            let Some(node) = given(param.name) else { continue };
            param.ensure_within(node, problems);
            scope.put(param.name, param.span, node);
        }
        loop {
            let before = waiting.len();
            waiting.retain(|param| {
                // Whoever names it is told once that it has no value.
                let default = param.default.unwrap_or(&UNKNOWN);
                let names = names_in(default);
                let is_later =
                    |name: &str| !scope.has(name) && self.0.iter().any(|other| other.name == name);
                if names.iter().any(|name| is_later(name)) {
                    return true;
                }
                let value = scope.resolve(default, used, problems).into_owned();
                param.ensure_within(&value, problems);
                scope.put(param.name, param.span, &value);
                false
            });
            if waiting.len() == before {
                break;
            }
        }
        for circle in circles(&waiting) {
            problems.push(circular(&circle));
        }
        for param in waiting {
            // Whatever names them shall not be a mistake of its own, nor they be called unused.
            used.note(param.span);
            scope.put(param.name, param.span, &UNKNOWN);
        }
        scope
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The parameters with their values in `scope`, for people.
    pub fn shown(&self, scope: &Scope) -> Vec<Parameter> {
        let bound = |node: Option<&Node>| node.map_or(String::new(), |node| shown(&node.value));
        let parameter = |param: &Param| Parameter {
            name: param.name.into(),
            value: scope.get(param.name).map_or(String::new(), shown),
            min: bound(param.min),
            max: bound(param.max),
            about: param.about.clone(),
        };
        self.0.iter().map(parameter).collect()
    }

    /// The names and places of parameters that nothing stands for.
    pub fn unused<'s>(&'s self, used: &'s Used) -> impl Iterator<Item = (&'a str, Span)> + 's {
        let may_be_used = |param: &&Param| param.has_name && !used.has(param.span);
        let unused = self.0.iter().filter(may_be_used);
        unused.map(|param| (param.name, param.span))
    }

    fn unknown(&self, setting: &Setting) -> String {
        let names: Vec<&str> = self.0.iter().map(|param| param.name).collect();
        format!(
            "--set {setting}: this routine has no parameter `{}`; {}",
            setting.name,
            names_help(&setting.name, &names)
        )
    }
}

/// A value that a name may stand for; what cannot be one is noted.
fn usable<'n>(name: &str, node: &'n Node, problems: &mut Problems) -> &'n Node {
    match &node.value {
        Value::Text(text) if text.chars().count() > LONGEST_VALUE => {
            let message = format!("`{name}` has more than {LONGEST_VALUE} letters");
            problems.push(Problem::error("out-of-range", node.span, message));
            &UNKNOWN
        }
        Value::Text(_) | Value::Number(_) | Value::Bool(_) | Value::Unknown => node,
        _ => {
            let expected = "a text, a number, or true or false";
            problems.push(wrong_type(name, expected, node));
            &UNKNOWN
        }
    }
}

/// A bound, if it is one that values can be compared with; else it is noted.
fn comparable<'n>(name: &str, node: &'n Node, problems: &mut Problems) -> Option<&'n Node> {
    if quantity(node).is_none() {
        problems.push(wrong_type(name, "a number or a duration", node));
    }
    quantity(node).map(|_| node)
}

/// Parameters that take their values from each other in a circle, each circle once.
fn circles<'p, 'a>(waiting: &[&'p Param<'a>]) -> Vec<Vec<&'p Param<'a>>> {
    let next = |param: &Param| {
        let names = param.default.map(names_in).unwrap_or_default();
        waiting.iter().copied().find(|other| names.contains(&other.name))
    };
    let mut seen: HashSet<&str> = HashSet::new();
    let mut circles = Vec::new();
    for param in waiting {
        let mut path = vec![*param];
        while let Some(next) = path.last().and_then(|last| next(last)) {
            if let Some(begin) = path.iter().position(|before| before.name == next.name) {
                let circle = path.split_off(begin);
                if circle.iter().all(|param| !seen.contains(param.name)) {
                    seen.extend(circle.iter().map(|param| param.name));
                    circles.push(circle);
                }
                break;
            }
            path.push(next);
        }
    }
    circles
}

fn circular(circle: &[&Param]) -> Problem {
    let first = circle[0];
    let message = match circle {
        [alone] => format!("`{}` takes its value from itself", alone.name),
        _ => {
            let others = circle[1..].iter().chain([&first]);
            let links: Vec<String> = circle
                .iter()
                .zip(others)
                .map(|(from, to)| format!("`{}` takes its value from `{}`", from.name, to.name))
                .collect();
            links.join(", ")
        }
    };
    let problem = Problem::error("circular-params", first.span, message);
    problem.help("give one of them a value of its own")
}

fn names_help(found: &str, names: &[&str]) -> String {
    if names.is_empty() {
        return "it has none".into();
    }
    suggestion(did_you_mean(found, names.iter().copied()), "it has", names)
}

/// Whether a name can be written in words and means nothing else already; else it is noted.
fn ensure_name(member: &Member, problems: &mut Problems) -> bool {
    if !is_name(&member.key) {
        let message = format!("`{}` is no name for a parameter", member.key);
        let problem = Problem::error("bad-name", member.key_span, message);
        problems.push(problem.help("use small letters, figures and `_`, a letter first"));
    } else if PLACEHOLDERS.iter().any(|(name, _)| **name == *member.key) {
        let message = format!("`{{{}}}` has a meaning of its own already", member.key);
        let problem = Problem::error("bad-name", member.key_span, message);
        problems.push(problem.help("give the parameter another name"));
    } else {
        return true;
    }
    false
}

/// Whether a text may be the name of a parameter.
pub fn is_name(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 40
        && text.chars().all(is_inner)
}

impl Param<'_> {
    /// What was typed for it, as a value of its kind and within its bounds.
    fn set(&self, setting: &Setting) -> Result<Node, String> {
        let wrong = |what: &str| Err(format!("--set {setting}: `{}` {what}", self.name));
        let typed = &setting.value;
        let value = match self.default.map(|node| &node.value) {
            Some(Value::Bool(_)) => match typed.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => return wrong("is true or false"),
            },
            Some(Value::Number(_)) => match typed.parse() {
                Ok(number) if f64::is_finite(number) => Value::Number(number),
                _ => return wrong("is a number"),
            },
            Some(Value::Text(own)) if own.parse::<Millis>().is_ok() => {
                match (typed.parse::<Millis>(), typed.parse::<f64>()) {
                    (Ok(_), _) => Value::Text(typed.as_str().into()),
                    (_, Ok(seconds)) if seconds.is_finite() => Value::Number(seconds),
                    _ => return wrong("is a duration like 45s or 1m30s"),
                }
            }
            _ => Value::Text(typed.as_str().into()),
        };
        let node = Node { span: self.span, value };
        match self.misfit(&node) {
            Some(misfit) => Err(format!("--set {setting}: {misfit}")),
            None => Ok(node),
        }
    }

    fn ensure_within(&self, node: &Node, problems: &mut Problems) {
        if let Some(misfit) = self.misfit(node) {
            let problem = Problem::error("out-of-range", node.span, misfit);
            problems.push(problem.help("choose a value within its bounds"));
        }
    }

    /// Why a value is not within the bounds, if so.
    fn misfit(&self, node: &Node) -> Option<String> {
        let name = self.name;
        if node.value == Value::Unknown {
            return None;
        }
        for (bound, is_least) in [(self.min, true), (self.max, false)] {
            let Some(bound) = bound else { continue };
            let order = quantity(node).zip(quantity(bound)).and_then(|(a, b)| a.order(&b));
            let shown = shown(&bound.value);
            match order {
                None => {
                    let what = shown_kind(bound);
                    return Some(format!("`{name}` has the bound {shown}, so it must be {what}"));
                }
                Some(Ordering::Less) if is_least => {
                    return Some(format!(
                        "`{name}` is at least {shown}, found {}",
                        self::shown(&node.value)
                    ));
                }
                Some(Ordering::Greater) if !is_least => {
                    return Some(format!(
                        "`{name}` is at most {shown}, found {}",
                        self::shown(&node.value)
                    ));
                }
                Some(_) => {}
            }
        }
        None
    }
}

fn shown_kind(bound: &Node) -> &'static str {
    match quantity(bound) {
        Some(Quantity::Number(_)) => "a number",
        Some(Quantity::Time(_)) => "a duration",
        None => "something else",
    }
}

fn quantity(node: &Node) -> Option<Quantity> {
    match &node.value {
        Value::Number(number) => Some(Quantity::Number(*number)),
        Value::Text(text) => text.parse().ok().map(Quantity::Time),
        _ => None,
    }
}
