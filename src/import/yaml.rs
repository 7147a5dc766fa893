//! YAML with places: a document as nodes that each know where they stand. An alias is the
//! very node it names, never a copy, and whatever can be used again is small, so that a
//! few lines cannot become a billion.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Parser, ScalarStyle, ScanError};

use super::entry::LONGEST_WORDS;
use super::source::first_trick;
use crate::problem::{Problem, Span, char_boundary_before};

/// How deep lists and mappings may lie in each other.
const MOST_DEPTH: usize = 32;
/// How many values a document may hold.
const MOST_VALUES: usize = 100_000;
/// How many fields a mapping may have that stands in several places.
const MOST_SHARED: usize = 16;
/// How many mappings may be merged into one.
const MOST_MERGED: usize = 8;
/// How many bytes a key may have, and any other text: more than is ever said in one go.
const LONGEST_KEY: usize = 100;
const LONGEST_TEXT: usize = 4 * LONGEST_WORDS;
/// The key that merges a mapping into the one it stands in.
const MERGE: &str = "<<";

/// A node's place in its [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Id(usize);

/// A document.
#[derive(Debug)]
pub(super) struct Document {
    nodes: Vec<Node>,
    root: Id,
    aliased: HashSet<Id>,
    /// Where a further document begins, if there is one.
    pub further: Option<Span>,
}

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node {
    /// Where it stands; of a block, its beginning.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Value {
    /// Nothing: `null`, `~`, or no value where one could be.
    Null,
    /// Any scalar, and whether it is in quotes or a block.
    Text(String, Quoted),
    /// A list.
    List(Vec<Id>),
    /// A mapping.
    Map(Vec<Field>),
}

/// Whether a scalar is in quotes or a block: then it is a text, whatever it looks like.
pub(super) type Quoted = bool;

/// One field of a mapping.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Its key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// Its value.
    pub value: Id,
}

impl Document {
    /// Reads the first document of `text`.
    ///
    /// # Errors
    /// What is wrong with its syntax, or which bound it passes.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut builder = Builder::default();
        let mut events = Parser::new_from_str(text);
        while let Some(event) = events.next_event() {
            let (event, span) = event.map_err(|error| syntax_problem(text, &error))?;
            let span = span.byte_range().map_or(Span::default(), |r| Span::new(r.start, r.end));
            match event {
                Event::DocumentStart(..) if builder.root.is_some() => {
                    builder.further = Some(span);
                    break;
                }
                event => builder.take(event, span)?,
            }
        }
        let Some(root) = builder.root else {
            return Err(Problem::error("empty-routine", Span::default(), "there is no YAML here"));
        };
        let Builder { nodes, aliased, further, .. } = builder;
        Ok(Self { nodes, root, aliased, further })
    }

    /// The outermost value.
    pub fn root(&self) -> &Node {
        self.node(self.root)
    }

    /// A node.
    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0]
    }

    /// Whether a node is used elsewhere by an alias.
    pub fn is_aliased(&self, id: Id) -> bool {
        self.aliased.contains(&id)
    }
}

/// The parser's error as a problem.
fn syntax_problem(text: &str, error: &ScanError) -> Problem {
    let start = char_boundary_before(text, error.marker().byte_offset().unwrap_or_default());
    let end = start + text[start..].chars().next().map_or(0, char::len_utf8);
    Problem::error("syntax", Span::new(start, end), format!("this is no YAML: {}", error.info()))
        .help("a workout of w2a is YAML: fields indented alike, texts with colons in quotes")
}

/// A document in the making.
#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    /// Lists and mappings that are not closed yet, the innermost last.
    open: Vec<Open>,
    anchors: HashMap<usize, Id>,
    aliased: HashSet<Id>,
    root: Option<Id>,
    further: Option<Span>,
}

/// A list or mapping that is not closed yet.
struct Open {
    anchor: usize,
    span: Span,
    collection: Collection,
}

enum Collection {
    List(Vec<Id>),
    Map { fields: Vec<Field>, merged: Option<Vec<Field>>, key: Option<(String, Span)> },
}

impl Builder {
    fn take(&mut self, event: Event, span: Span) -> Result<(), Problem> {
        if event.tag().is_some() {
            return Err(refused(span, "a tag has no meaning here").help("take it out"));
        }
        match event {
            Event::Scalar(text, style, anchor, _) => self.scalar(text, style, anchor, span),
            Event::SequenceStart(_, anchor, _) => {
                self.begin(Open { anchor, span, collection: Collection::List(Vec::new()) })
            }
            Event::MappingStart(_, anchor, _) => {
                let collection = Collection::Map { fields: Vec::new(), merged: None, key: None };
                self.begin(Open { anchor, span, collection })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let Some(id) = self.anchors.get(&anchor).copied() else {
                    return Err(refused(span, "this stands for the very value it is part of"));
                };
                if matches!(&self.nodes[id.0].value, Value::Map(fields) if fields.len() > MOST_SHARED)
                {
                    let message = format!("this stands for more than {MOST_SHARED} fields");
                    return Err(Problem::error("too-many", span, message));
                }
                self.aliased.insert(id);
                self.place(id, span)
            }
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: Cow<str>,
        style: ScalarStyle,
        anchor: usize,
        span: Span,
    ) -> Result<(), Problem> {
        if let Some((_, trick)) = first_trick(&text) {
            let code = u32::from(trick);
            let message = format!("the character U+{code:04X} does not belong in a text");
            return Err(Problem::error("control-character", span, message).help("take it out"));
        }
        if text.len() > LONGEST_TEXT {
            let message = format!("this text has more than {LONGEST_TEXT} bytes");
            return Err(Problem::error("out-of-range", span, message));
        }
        let quoted = style != ScalarStyle::Plain;
        let is_null = !quoted && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
        let value = if is_null { Value::Null } else { Value::Text(text.into_owned(), quoted) };
        self.add(anchor, span, value)
    }

    fn begin(&mut self, open: Open) -> Result<(), Problem> {
        if self.open.len() == MOST_DEPTH {
            let message = format!("values are nested more than {MOST_DEPTH} deep");
            return Err(Problem::error("too-deep", open.span, message));
        }
        self.open.push(open);
        Ok(())
    }

    /// Closes the innermost list or mapping. A mapping's own fields come before merged ones.
    fn end(&mut self) -> Result<(), Problem> {
        let Some(Open { anchor, span, collection }) = self.open.pop() else { return Ok(()) };
        let value = match collection {
            Collection::List(items) => Value::List(items),
            Collection::Map { mut fields, merged, .. } => {
                let mut keys = HashMap::new();
                for Field { key, key_span, .. } in &fields {
                    if let Some(before) = keys.insert(key.clone(), *key_span) {
                        let message = format!("`{key}` is given twice");
                        let problem = Problem::error("duplicate-field", *key_span, message);
                        let problem = problem.also(before, "first given here");
                        return Err(problem.help("keep the one that is meant"));
                    }
                }
                fields.extend(
                    merged.into_iter().flatten().filter(|field| !keys.contains_key(&field.key)),
                );
                Value::Map(fields)
            }
        };
        self.add(anchor, span, value)
    }

    fn add(&mut self, anchor: usize, span: Span, value: Value) -> Result<(), Problem> {
        if self.nodes.len() == MOST_VALUES {
            let message = format!("with this there are more than {MOST_VALUES} values");
            return Err(Problem::error("too-many", span, message));
        }
        let id = Id(self.nodes.len());
        self.nodes.push(Node { span, value });
        // The parser counts anchors from 1.
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
        self.place(id, span)
    }

    /// Puts a node where it belongs: into the innermost list or mapping, or on top.
    fn place(&mut self, id: Id, span: Span) -> Result<(), Problem> {
        let Some(mut open) = self.open.pop() else {
            self.root.get_or_insert(id);
            return Ok(());
        };
        match &mut open.collection {
            Collection::List(items) => items.push(id),
            Collection::Map { fields, merged, key } => match key.take() {
                None => {
                    *key = Some((self.key(id, span)?, span));
                    if open.span.start == open.span.end {
                        open.span = span;
                    }
                }
                Some((key, key_span)) if key == MERGE && merged.is_none() => {
                    *merged = Some(self.to_merge(id, key_span)?);
                }
                Some((key, key_span)) if key == MERGE => {
                    return Err(Problem::error("duplicate-field", key_span, "`<<` is given twice")
                        .help("merge several mappings by a list: `<<: [*first, *second]`"));
                }
                Some((key, key_span)) => fields.push(Field { key, key_span, value: id }),
            },
        }
        self.open.push(open);
        Ok(())
    }

    fn key(&self, id: Id, span: Span) -> Result<String, Problem> {
        match &self.nodes[id.0].value {
            Value::Text(text, _) if text.len() <= LONGEST_KEY => Ok(text.clone()),
            Value::Text(..) => Err(refused(span, "this key is too long")),
            _ => Err(refused(span, "a key must be a word")),
        }
    }

    /// The fields that `<<` brings in: those of a mapping, or of several in a list.
    fn to_merge(&self, id: Id, span: Span) -> Result<Vec<Field>, Problem> {
        let sources = match &self.nodes[id.0].value {
            Value::List(items) => items.as_slice(),
            _ => &[id],
        };
        if sources.len() > MOST_MERGED {
            let message = format!("`<<` merges more than {MOST_MERGED} mappings");
            return Err(Problem::error("too-many", span, message));
        }
        let mut fields: Vec<Field> = Vec::new();
        for source in sources {
            let Value::Map(more) = &self.nodes[source.0].value else {
                return Err(refused(span, "`<<` merges mappings only"));
            };
            if more.len() > MOST_SHARED {
                let message = format!("`<<` merges more than {MOST_SHARED} fields");
                return Err(Problem::error("too-many", span, message));
            }
            for field in more {
                if fields.iter().all(|known| known.key != field.key) {
                    fields.push(field.clone());
                }
            }
        }
        Ok(fields)
    }
}

fn refused(span: Span, message: &str) -> Problem {
    Problem::error("not-in-w2a", span, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document as one line, aliases and merged fields where they are used.
    fn shown(text: &str) -> Result<String, String> {
        fn show(document: &Document, node: &Node) -> String {
            match &node.value {
                Value::Null => "-".into(),
                Value::Text(text, true) => format!("{text:?}"),
                Value::Text(text, false) => text.clone(),
                Value::List(items) => {
                    let items = items.iter().map(|id| show(document, document.node(*id)));
                    format!("[{}]", items.collect::<Vec<_>>().join(" "))
                }
                Value::Map(fields) => {
                    let field =
                        |f: &Field| format!("{}={}", f.key, show(document, document.node(f.value)));
                    format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(" "))
                }
            }
        }
        let document = Document::parse(text).map_err(|problem| problem.message)?;
        Ok(show(&document, document.root()))
    }

    #[test]
    fn values_aliases_and_merges_are_read() {
        let text = "a: &a {x: 1, y: 'two'}\nb:\n  - *a\n  - <<: *a\n    y: 3\n  - <<: [{y: 4}, *a]\nc: ~\nd:\n";
        let expected = "{a={x=1 y=\"two\"} b=[{x=1 y=\"two\"} {y=3 x=1} {y=4 x=1}] c=- d=-}";
        assert_eq!(shown(text), Ok(expected.into()));
    }

    #[test]
    fn every_value_knows_its_place() {
        let text = "a:\n  - é: \"b\"\n";
        let document = Document::parse(text).unwrap();
        let Value::Map(fields) = &document.root().value else { panic!("{document:?}") };
        let Value::List(items) = &document.node(fields[0].value).value else {
            panic!("{document:?}")
        };
        let item = document.node(items[0]);
        let Value::Map(inner) = &item.value else { panic!("{document:?}") };
        let places = [fields[0].key_span, item.span, document.node(inner[0].value).span];
        assert_eq!(places.map(|span| &text[span.range()]), ["a", "é", "\"b\""]);
    }

    #[test]
    fn what_is_after_the_first_document_is_seen() {
        let document = Document::parse("a: 1\n---\nb: 2\n").unwrap();
        assert_eq!(document.further.map(|span| span.start), Some(5));
    }

    #[test]
    fn what_could_explode_or_mislead_is_refused() {
        let many = (0..17).fold(String::new(), |many, i| many + &format!("k{i}: 1, "));
        let cases = [
            ("a: &a [*a]".into(), "this stands for the very value it is part of".into()),
            (format!("a: &a {{{many}}}\nb: *a"), "this stands for more than 16 fields".into()),
            (format!("<<: [{}]", "{}, ".repeat(9)), "`<<` merges more than 8 mappings".into()),
            (format!("<<: {{{many}}}"), "`<<` merges more than 16 fields".into()),
            ("<<: 1".into(), "`<<` merges mappings only".into()),
            ("<<: {}\n<<: {}".into(), "`<<` is given twice".into()),
            ("a: 1\na: 2".into(), "`a` is given twice".into()),
            ("[a]: 1".into(), "a key must be a word".into()),
            ("a: !!binary x".into(), "a tag has no meaning here".into()),
            (r#"a: "\u202e""#.into(), "the character U+202E does not belong in a text".into()),
            (r#"a: "\0""#.into(), "the character U+0000 does not belong in a text".into()),
            (format!("a: {}", "x".repeat(4001)), "this text has more than 4000 bytes".into()),
            (String::new(), "there is no YAML here".into()),
            ("- ".repeat(33), "values are nested more than 32 deep".to_string()),
        ];
        for (text, message) in cases {
            assert_eq!(shown(&text), Err(message), "{text}");
        }
        assert!(shown("a: *nobody").unwrap_err().starts_with("this is no YAML: "));
    }

    #[test]
    fn a_megabyte_of_anything_is_answered_quickly() {
        let begin = std::time::Instant::now();
        for piece in [
            "[", "{", "{a: ", "- ", "? ", "a: ", "-\n ", "&a ", "*a ", "!a ", "\"", "| ", "#", "%",
            "a\n", "[],", "---\n", "\t", "'a' ",
        ] {
            let _ = Document::parse(&piece.repeat(1_000_000 / piece.len()));
        }
        assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
    }
}
