//! Reads a pack's manifest. Whatever is wrong in it is noted with its place, and reading goes on, so
//! that one run finds everything.

use std::ops::RangeInclusive;

use super::files::is_plain_name;
use super::manifest::{Entry, Manifest, SCHEMA};
use crate::problem::{Problem, Problems, Span};
use crate::routine::fields::{Fields, wrong_type};
use crate::routine::grammar::{Field, Form, Takes};
use crate::routine::json::{self, Node, Value};
use crate::time::Rate;

/// The most clips a pack may have.
pub const MOST_CLIPS: usize = 10_000;
/// The longest clip, in seconds.
pub const LONGEST_CLIP: u32 = 60;
/// The most letters of a text in it.
const LONGEST_TEXT: usize = 1000;

/// A manifest as it was read.
#[derive(Debug)]
pub struct Reading {
    /// What could be read. A clip in which anything is wrong is left out; what else is wrong is
    /// empty, and so is the rate: 0.
    pub manifest: Manifest,
    /// Where the clips stand that were read.
    pub clips: Vec<Span>,
    /// Where its language stands.
    pub language: Span,
    /// Where its licence stands.
    pub licence: Span,
    /// Where the list of clips begins.
    pub list: Span,
    /// What is wrong.
    pub problems: Problems,
}

/// Reads the text of a manifest.
pub fn read(text: &str) -> Reading {
    let mut problems = Problems::default();
    let root = json::parse(text).unwrap_or_else(|problem| {
        problems.push(problem);
        Node { span: Span::default(), value: Value::Unknown }
    });
    if root.value == Value::Unknown {
        return Reading::of(Manifest::default(), problems);
    }
    let form = form("the manifest", &MANIFEST);
    let fields = Fields::of(&form, &root, &mut problems);
    let text = |name, problems: &mut Problems| words(&fields, name, problems);
    let (name, language) = (text("name", &mut problems), text("language", &mut problems));
    let (speaker, licence) = (text("speaker", &mut problems), text("licence", &mut problems));
    let source = text("source", &mut problems);
    let manifest = Manifest {
        schema: schema(&fields, &mut problems),
        name,
        language,
        speaker,
        licence,
        source,
        rate: rate(&fields, &mut problems),
        clips: Vec::new(),
    };
    let mut reading = Reading::of(manifest, problems);
    reading.language = fields.span_of("language");
    reading.licence = fields.span_of("licence");
    let list = fields.span_of("clips");
    reading.list = Span { start: list.start, end: list.start + 1 };
    match fields.node("clips") {
        Some(Node { value: Value::List(items), span }) => reading.read_clips(items, *span),
        Some(other) => reading.problems.push(wrong_type("clips", "an array", other)),
        None => require(&fields, "clips", &mut reading.problems),
    }
    reading
}

/// The fields of a manifest, with an example of each.
const MANIFEST: [(&str, &str); 8] = [
    ("schema", "1"),
    ("name", "\"anna\""),
    ("language", "\"en-GB\""),
    ("speaker", "\"Anna Example\""),
    ("licence", "\"CC-BY-4.0\""),
    ("source", "\"recorded by Anna Example in 2026\""),
    ("rate", "24000"),
    ("clips", "[...]"),
];
/// The fields of a clip.
const CLIP: [(&str, &str); 7] = [
    ("words", "\"Well done.\""),
    ("file", "\"well-done.flac\""),
    ("frames", "24000"),
    ("lufs", "-16.0"),
    ("peak", "-3.0"),
    ("licence", "\"CC0-1.0\""),
    ("source", "\"recorded in the park\""),
];

fn form(name: &'static str, fields: &[(&'static str, &'static str)]) -> Form {
    let field = |(name, _): &(&'static str, &'static str)| Field {
        name,
        takes: Takes::Text,
        about: "",
        examples: &[],
        otherwise: "",
        must: false,
    };
    Form { name, main: None, about: "", fields: fields.iter().map(field).collect() }
}

/// Notes that a field is missing, with its example.
fn require(fields: &Fields<'_>, name: &'static str, problems: &mut Problems) {
    let known = MANIFEST.iter().chain(&CLIP).find(|(known, _)| *known == name);
    let example = known.map_or("", |(_, example)| example);
    fields.require(name, &format!("\"{name}\": {example}"), problems);
}

/// A text that has to be given; empty where it is not.
fn words(fields: &Fields<'_>, name: &'static str, problems: &mut Problems) -> String {
    if fields.node(name).is_none() {
        require(fields, name, problems);
        return String::new();
    }
    optional(fields, name, problems).unwrap_or_default()
}

/// A text that is neither empty nor endless.
fn optional(fields: &Fields<'_>, name: &'static str, problems: &mut Problems) -> Option<String> {
    let words = fields.text(name, problems)?;
    let letters = words.text.chars().count();
    if words.text.trim().is_empty() || letters > LONGEST_TEXT {
        let message = match letters.min(LONGEST_TEXT + 1) {
            0..=LONGEST_TEXT => format!("`{name}` is empty"),
            _ => format!("`{name}` has {letters} letters, more than {LONGEST_TEXT}"),
        };
        problems.push(Problem::error("out-of-range", words.span, message));
        return None;
    }
    Some(words.text)
}

fn schema(fields: &Fields<'_>, problems: &mut Problems) -> u32 {
    let Some(node) = fields.node("schema") else {
        require(fields, "schema", problems);
        return SCHEMA;
    };
    match &node.value {
        Value::Number(number) if *number != f64::from(SCHEMA) => {
            let message = format!("`schema` is {number}, this program reads {SCHEMA}");
            problems.push(Problem::error("unknown-value", node.span, message));
        }
        Value::Number(_) => {}
        _ => problems.push(wrong_type("schema", "the number 1", node)),
    }
    SCHEMA
}

/// The rate; 0 where it is none.
fn rate(fields: &Fields<'_>, problems: &mut Problems) -> u32 {
    let Some(node) = fields.node("rate") else {
        require(fields, "rate", problems);
        return 0;
    };
    let Value::Number(number) = node.value else {
        problems.push(wrong_type("rate", "a whole number", node));
        return 0;
    };
    let hz = number as u32;
    if f64::from(hz) == number && Rate::new(hz).is_some() {
        return hz;
    }
    let (low, high) = (Rate::LOWEST, Rate::HIGHEST);
    let message = format!("`rate` is {number}, it must be from {low} to {high}");
    problems.push(Problem::error("out-of-range", node.span, message));
    0
}

impl Reading {
    fn of(manifest: Manifest, problems: Problems) -> Self {
        let nowhere = Span::default();
        Self {
            manifest,
            clips: Vec::new(),
            language: nowhere,
            licence: nowhere,
            list: nowhere,
            problems,
        }
    }

    fn read_clips(&mut self, items: &[Node], span: Span) {
        let wrong = |what: String| Problem::error("out-of-range", span, what);
        if items.is_empty() {
            self.problems.push(wrong("it has no clips".into()));
        }
        if items.len() > MOST_CLIPS {
            return self.problems.push(wrong(format!("it has more than {MOST_CLIPS} clips")));
        }
        let form = form("a clip", &CLIP);
        for item in items {
            let before = self.problems.count();
            let entry = self.clip(&form, item);
            if self.problems.count() == before {
                self.manifest.clips.push(entry);
                self.clips.push(item.span);
            }
        }
    }

    fn clip(&mut self, form: &Form, node: &Node) -> Entry {
        let problems = &mut self.problems;
        let fields = Fields::of(form, node, problems);
        let (words, file) = (words(&fields, "words", problems), words(&fields, "file", problems));
        if !file.is_empty() && !is_plain_name(&file) {
            let message = format!("`{file}` must be a file in the pack's own folder");
            problems.push(Problem::error("clip-outside", fields.span_of("file"), message));
        }
        Entry {
            frames: frames(&fields, &file, self.manifest.rate, problems),
            lufs: number(&fields, "lufs", -100.0..=20.0, problems),
            peak: number(&fields, "peak", -100.0..=20.0, problems),
            licence: optional(&fields, "licence", problems),
            source: optional(&fields, "source", problems),
            words,
            file,
        }
    }
}

/// A clip's length.
fn frames(fields: &Fields<'_>, file: &str, rate: u32, problems: &mut Problems) -> u64 {
    let Some(node) = fields.node("frames") else {
        require(fields, "frames", problems);
        return 0;
    };
    let Value::Number(number) = node.value else {
        problems.push(wrong_type("frames", "a whole number", node));
        return 0;
    };
    let rate = if rate == 0 { Rate::HIGHEST } else { rate };
    let most = u64::from(LONGEST_CLIP) * u64::from(rate);
    let frames = number as u64;
    if frames as f64 != number || frames == 0 || frames > most {
        let message = format!("`{file}` must be from one frame to {LONGEST_CLIP} s long");
        problems.push(Problem::error("out-of-range", node.span, message));
    }
    frames
}

/// A number that has to be given.
fn number(
    fields: &Fields<'_>,
    name: &'static str,
    range: RangeInclusive<f64>,
    problems: &mut Problems,
) -> f64 {
    match fields.node(name).map(|node| (&node.value, node)) {
        None => require(fields, name, problems),
        Some((Value::Number(number), _)) if range.contains(number) => return *number,
        Some((Value::Number(number), node)) => {
            let (low, high) = (range.start(), range.end());
            let message = format!("`{name}` is {number:e}, it must be from {low} to {high}");
            problems.push(Problem::error("out-of-range", node.span, message));
        }
        Some((_, node)) => problems.push(wrong_type(name, "a number", node)),
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"{ "schema": 1, "name": "a", "language": "en", "speaker": "b",
        "licence": "CC0-1.0", "source": "c", "rate": 8000, "clips": [
        { "words": "Go.", "file": "go.wav", "frames": 80, "lufs": -16.0, "peak": -3.5 } ] }"#;

    fn told(text: &str) -> Vec<(String, &str)> {
        let found = |problem: &Problem| (problem.message.clone(), &text[problem.span.range()]);
        read(text).problems.iter().map(found).collect()
    }

    #[test]
    fn a_sound_manifest_is_what_serde_reads_of_it() {
        let reading = read(SOUND);
        assert_eq!(reading.manifest, serde_json::from_str(SOUND).unwrap());
        assert_eq!((reading.problems.count(), reading.clips.len()), (0, 1));
        assert_eq!(&SOUND[reading.language.range()], "\"en\"");
        assert_eq!(&SOUND[reading.licence.range()], "\"CC0-1.0\"");
    }

    #[test]
    fn everything_wrong_is_found_in_one_run_with_its_place() {
        let text = r#"{ "schema": 2, "nme": "a", "language": 7, "speaker": " ", "rate": 7,
            "licence": "MIT", "source": "c", "clips": [
            { "words": "Go.", "file": "../go.wav", "frames": 0, "lufs": "x" }, 9 ] }"#;
        let expected = [
            ("unknown field `nme` in the manifest", "\"nme\""),
            ("`language` must be a string, found a number", "7"),
            ("`speaker` is empty", "\" \""),
            ("`schema` is 2, this program reads 1", "2"),
            ("`rate` is 7, it must be from 8000 to 192000", "7"),
            ("`../go.wav` must be a file in the pack's own folder", "\"../go.wav\""),
            ("`../go.wav` must be from one frame to 60 s long", "0"),
            ("`lufs` must be a number, found a string", "\"x\""),
            ("a clip must be an object, found a number", "9"),
        ];
        let mut found = told(text);
        let clip = found.iter().position(|(told, _)| told == "a clip has no `peak`");
        found.remove(clip.unwrap());
        let found: Vec<(&str, &str)> = found.iter().map(|(told, at)| (&**told, *at)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn clips_that_cannot_be_read_are_left_out() {
        let text = SOUND.replace("\"frames\": 80,", "\"frames\": 80.5,");
        assert_eq!(told(&text)[0].0, "`go.wav` must be from one frame to 60 s long");
        assert_eq!(read(&text).manifest.clips, []);
        assert_eq!(told("[]")[0].0, "the manifest must be an object, found an array");
        assert_eq!(told("{").len(), 1);
    }
}
