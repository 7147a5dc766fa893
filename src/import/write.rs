//! A routine as JSON, laid out as a person would: a step a line, or over several lines
//! where one would be too long.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use unicode_width::UnicodeWidthStr;

use super::entry::{Entry, Routine};

/// The columns that a step on one line may take.
const COLUMNS: usize = 100;

/// The levels of a step that are laid over lines when it is too long: its verb, and the
/// fields of that.
const LEVELS: usize = 2;

/// The routine's text, with an end of line.
pub(super) fn json(routine: &Routine) -> String {
    let (schema, title) = (Laid::FLAT.out(&routine.schema), Laid::FLAT.out(&routine.title));
    let steps: Vec<String> = routine.steps.iter().map(step).collect();
    let steps = steps.join(",\n    ");
    format!(
        "{{\n  \"$schema\": {schema},\n  \"title\": {title},\n  \"steps\": [\n    {steps}\n  ]\n}}\n"
    )
}

fn step(step: &Entry) -> String {
    let fits = |text: &String| text.lines().all(|line| line.width() <= COLUMNS);
    let ways = [Laid::FLAT, Laid { levels: LEVELS, ..Laid::FLAT }];
    let fitting = ways.into_iter().map(|laid| laid.out(step)).find(fits);
    fitting.unwrap_or_else(|| Laid { levels: LEVELS, lists: true, ..Laid::FLAT }.out(step))
}

/// JSON with spaces, a field a line in its outermost levels.
struct Laid {
    /// How many levels of objects are laid over lines.
    levels: usize,
    /// Whether the lists in them are too.
    lists: bool,
    /// How many objects are open.
    depth: usize,
    /// Whether the list that was begun last has anything in it.
    has_items: bool,
}

impl Laid {
    /// All on one line.
    const FLAT: Self = Self { levels: 0, lists: false, depth: 0, has_items: false };

    fn out(self, value: &impl Serialize) -> String {
        let mut json = Vec::new();
        // Memory takes everything, and our values have only text for keys.
        let _ = value.serialize(&mut Serializer::with_formatter(&mut json, self));
        String::from_utf8_lossy(&json).into_owned()
    }

    /// The white space before a field or a closing brace, at `depth` of the step.
    fn space(&self, depth: usize, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        if self.depth <= self.levels {
            // A step stands four columns from the left.
            write!(out, "\n{:width$}", "", width = 4 + 2 * depth)
        } else {
            out.write_all(b" ")
        }
    }
}

impl Formatter for Laid {
    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        out.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        self.space(self.depth, out)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.space(self.depth - 1, out)?;
        self.depth -= 1;
        out.write_all(b"}")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if self.lists && self.depth <= self.levels && self.has_items {
            self.space(self.depth, out)?;
        }
        self.has_items = false;
        out.write_all(b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.has_items = true;
        match (self.lists && self.depth <= self.levels, first) {
            (true, _) => {
                out.write_all(if first { b"" } else { b"," })?;
                self.space(self.depth + 1, out)
            }
            (false, first) => out.write_all(if first { b"" } else { b", " }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;

    #[test]
    fn a_step_is_a_line_or_a_field_is_one() {
        let long = "a ".repeat(50);
        let steps = vec![
            Entry::silence(Millis(1500)).unwrap(),
            Entry::words_at_once("Go \"on\".".into(), Millis(90_000)),
            Entry::words_at_once(long.clone(), Millis(1)),
            Entry::Say("Done.".into()),
        ];
        let routine = Routine::new("Week 1".into(), steps);
        assert_eq!(
            json(&routine).replace(&long, "LONG").replace(&long[..79], "NAME"),
            r#"{
  "$schema": "./earcoach.schema.json",
  "title": "Week 1",
  "steps": [
    {
      "rest": {
        "name": "Silence",
        "for": "1s500ms",
        "say": "",
        "tones": false,
        "count": 0,
        "announce": []
      }
    },
    {
      "work": {
        "name": "Go \"on\".",
        "for": "1m30s",
        "say": "",
        "tones": false,
        "count": 0,
        "announce": [],
        "cues": [{ "at": 0, "say": "Go \"on\"." }]
      }
    },
    {
      "work": {
        "name": "NAME…",
        "for": "1ms",
        "say": "",
        "tones": false,
        "count": 0,
        "announce": [],
        "cues": [
          { "at": 0, "say": "LONG" }
        ]
      }
    },
    { "say": "Done." }
  ]
}
"#
        );
    }
}
