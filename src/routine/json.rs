//! JSON with places: a tree of values that each know where in the text they
//! stand. serde_json judges the syntax and reads strings and numbers; this walks
//! text it has found sound, once, to keep what serde_json forgets.

use serde::de::IgnoredAny;

use crate::problem::{Problem, Span, char_boundary_before};

/// How deep arrays and objects may lie in each other. Sixty-four levels of
/// steps need three each, with a few to spare.
const MAX_DEPTH: usize = 200;
/// How many values a text may hold: more than a routine of the most cues needs.
const MAX_VALUES: usize = 2_000_000;

/// A JSON value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where the value stands, quotes and brackets included.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a JSON value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number.
    Number(f64),
    /// A string, unescaped.
    Text(Box<str>),
    /// An array.
    List(Vec<Node>),
    /// An object, its members in the order written.
    Object(Vec<Member>),
    /// What a name would stand for that is not known; that was noted.
    Unknown,
}

/// One member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The key, unescaped.
    pub key: Box<str>,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}

impl Node {
    /// What the value is, for messages: `a number`, `an object`.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "an array",
            Value::Object(_) => "an object",
            Value::Unknown => "an unknown value",
        }
    }

    /// How many values it is made of, itself among them.
    pub fn count(&self) -> usize {
        1 + self.children().map(|(_, child)| child.node.count()).sum::<usize>()
    }

    /// The values directly inside, each with the step that leads there.
    pub fn children(&self) -> impl Iterator<Item = (Step<'_>, Child<'_>)> {
        let (list, object): (&[Node], &[Member]) = match &self.value {
            Value::List(items) => (items, &[]),
            Value::Object(members) => (&[], members),
            _ => (&[], &[]),
        };
        let items = list.iter().enumerate();
        let items = items.map(|(i, node)| (Step::Index(i), Child { within: node.span, node }));
        let members = object.iter().map(|member| {
            let within = Span { start: member.key_span.start, end: member.node.span.end };
            (Step::Key(&member.key), Child { within, node: &member.node })
        });
        items.chain(members)
    }
}

/// A value inside another, and the text it takes there, its key included.
pub struct Child<'a> {
    /// The text from the key, if any, to the value's end.
    pub within: Span,
    /// The value.
    pub node: &'a Node,
}

/// One step of a path into a value.
pub enum Step<'a> {
    /// The member of an object.
    Key(&'a str),
    /// The item of an array.
    Index(usize),
}

impl Step<'_> {
    /// The step as it is written after `path`: `.key`, `key` at the start, `[3]`.
    pub fn joined_to(&self, path: &str) -> String {
        match self {
            Self::Key(key) if path.is_empty() => (*key).to_string(),
            Self::Key(key) => format!(".{key}"),
            Self::Index(index) => format!("[{index}]"),
        }
    }
}

/// Reads `text` into a tree.
///
/// # Errors
/// One problem: a syntax error with what was found and expected, a number or
/// string that cannot be read, too deep nesting (200) or too many values (2,000,000).
pub fn parse(text: &str) -> Result<Node, Problem> {
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| syntax_problem(text, &error))?;
    let mut walker = Walker { text, position: 0, values: 0 };
    walker.value(0)
}

/// serde_json's error as a problem, its place as a span and what stands there named.
fn syntax_problem(text: &str, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let line_start: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // Of a control character serde_json gives the place before it.
    let late = usize::from(message.starts_with("control character"));
    let column = error.column().saturating_sub(1) + late;
    let start = char_boundary_before(text, line_start + column);
    let found = text[start..].chars().next();
    let end = start + found.map_or(0, char::len_utf8);
    let found = found.map_or("the end of the text".to_string(), |c| format!("`{c}`"));
    let message = match message {
        m if m.starts_with("EOF") => format!("the text ends too early: {m}"),
        m => format!("{m}, found {found}"),
    };
    Problem::error("syntax", Span::new(start, end), message)
        .help("the file must be JSON: strings and keys in double quotes, a comma between members, none after the last")
}

/// Walks text that is known to be sound JSON.
struct Walker<'a> {
    text: &'a str,
    position: usize,
    values: usize,
}

impl Walker<'_> {
    fn value(&mut self, depth: usize) -> Result<Node, Problem> {
        let first = self.peek();
        let start = self.position;
        let here = Span::new(start, start + 1);
        self.values += 1;
        if self.values > MAX_VALUES {
            let message = format!("the text holds more than {MAX_VALUES} values");
            return Err(Problem::error("too-large", here, message));
        }
        if depth > MAX_DEPTH {
            let message = format!("brackets are nested more than {MAX_DEPTH} deep");
            return Err(Problem::error("too-deep", here, message));
        }
        let value = match first {
            b'{' => Value::Object(self.members(depth)?),
            b'[' => Value::List(self.items(depth)?),
            b'"' => Value::Text(self.string()?),
            _ => self.word()?,
        };
        Ok(Node { span: Span::new(start, self.position), value })
    }

    fn members(&mut self, depth: usize) -> Result<Vec<Member>, Problem> {
        let mut members = Vec::new();
        self.position += 1;
        while self.peek() != b'}' {
            self.skip(b',');
            let key_start = {
                self.peek();
                self.position
            };
            let key = self.string()?;
            let key_span = Span::new(key_start, self.position);
            self.skip(b':');
            members.push(Member { key, key_span, node: self.value(depth + 1)? });
        }
        self.position += 1;
        // Most have one or two, and there are many of them.
        members.shrink_to_fit();
        Ok(members)
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node>, Problem> {
        let mut items = Vec::new();
        self.position += 1;
        while self.peek() != b']' {
            self.skip(b',');
            items.push(self.value(depth + 1)?);
        }
        self.position += 1;
        items.shrink_to_fit();
        Ok(items)
    }

    fn string(&mut self) -> Result<Box<str>, Problem> {
        let start = self.position;
        let bytes = &self.text.as_bytes()[start + 1..];
        let mut length = 0;
        while bytes[length] != b'"' {
            length += if bytes[length] == b'\\' { 2 } else { 1 };
        }
        self.position = start + length + 2;
        let (quoted, span) = (&self.text[start..self.position], Span::new(start, self.position));
        serde_json::from_str(quoted).map_err(|error| {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            Problem::error("syntax", span, format!("the string cannot be read: {message}"))
        })
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Value, Problem> {
        let start = self.position;
        let rest = &self.text[start..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c));
        self.position = start + length.unwrap_or(rest.len());
        match &self.text[start..self.position] {
            "null" => Ok(Value::Null),
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            number => serde_json::from_str(number).map(Value::Number).map_err(|_| {
                let span = Span::new(start, self.position);
                Problem::error("syntax", span, "the number is too large to be read")
            }),
        }
    }

    /// The next byte that is no white space; the walker stands on it.
    fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while matches!(bytes[self.position], b' ' | b'\t' | b'\n' | b'\r') {
            self.position += 1;
        }
        bytes[self.position]
    }

    /// Steps over `separator` if it comes next.
    fn skip(&mut self, separator: u8) {
        if self.peek() == separator {
            self.position += 1;
        }
        self.peek();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_its_place() {
        let text = "{\"a\": [1, \"b\\n\"], \"c\" : null}";
        let node = parse(text).unwrap();
        let Value::Object(members) = &node.value else { panic!("{node:?}") };
        assert_eq!((&*members[0].key, &text[members[0].key_span.range()]), ("a", "\"a\""));
        let Value::List(items) = &members[0].node.value else { panic!("{members:?}") };
        assert_eq!((&items[0].value, &text[items[0].span.range()]), (&Value::Number(1.0), "1"));
        assert_eq!(items[1].value, Value::Text("b\n".into()));
        assert_eq!(&text[items[1].span.range()], "\"b\\n\"");
        assert_eq!(&text[members[1].node.span.range()], "null");
    }

    #[test]
    fn a_syntax_error_names_what_was_found_and_what_was_expected() {
        let problem = parse("{\"a\" 1}").unwrap_err();
        assert_eq!(problem.message, "expected `:`, found `1`");
        assert_eq!(problem.span, Span::new(5, 6));
        assert!(parse("{\"a\": 1").unwrap_err().message.starts_with("the text ends too early"));
        assert!(parse("").unwrap_err().message.starts_with("the text ends too early"));
    }

    #[test]
    fn a_million_brackets_are_refused_quickly_and_without_overflow() {
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        assert_eq!(parse(&deep).unwrap_err().code, "too-deep");
        assert_eq!(parse(&"[".repeat(1_000_000)).unwrap_err().code, "syntax");
    }

    #[test]
    fn numbers_and_strings_that_cannot_be_read_are_named() {
        assert_eq!(parse("[1e999]").unwrap_err().message, "the number is too large to be read");
        let lone_surrogate = parse("[\"\\ud800\"]").unwrap_err();
        assert!(
            lone_surrogate.message.starts_with("the string cannot be read"),
            "{lone_surrogate:?}"
        );
    }
}
