//! What happens, as JSON lines for programs: in the order heard, each as it is heard.

use std::io;

use serde::Serialize;
use serde_json::{Value, json};

use super::writer::Writer;
use crate::terminal::json_line;
use crate::time::Frames;
use crate::timeline::{Cue, Timeline};

/// One event.
#[derive(Debug, Serialize)]
struct Line<'a> {
    event: &'a str,
    at: Frames,
    #[serde(flatten)]
    more: Value,
}

/// Where events go.
#[derive(Debug)]
pub struct Events(Option<Writer>);

impl Events {
    /// Events to standard output, or none at all.
    pub fn new(wanted: bool) -> Self {
        Self(wanted.then(|| Writer::new(io::stdout())))
    }

    /// Tells that something happened at a frame of what is heard.
    pub fn tell(&mut self, event: &str, at: Frames, more: Value) {
        if let Some(out) = &mut self.0 {
            out.line(&json_line(&Line { event, at, more }));
        }
    }

    /// Tells of a step that begins.
    pub fn step(&mut self, at: Frames, timeline: &Timeline, index: usize) {
        let step = &timeline.steps[index];
        let mut more = json!({
            "index": index,
            "verb": step.verb,
            "label": step.label,
            "open": step.open,
        });
        if let Some(side) = step.side {
            more["side"] = json!(side);
        }
        if let Some((_, frames)) = step.timed {
            more["timed_frames"] = json!(frames);
        }
        self.tell("step", at, more);
    }

    /// Tells of a cue that begins.
    pub fn cue(&mut self, at: Frames, timeline: &Timeline, cue: &Cue) {
        let kind = &timeline.sound(cue).kind;
        let mut more = json!({ "kind": kind.name(), "step": cue.step });
        for (key, value) in [("text", kind.words()), ("tone", kind.tone()), ("file", kind.file())] {
            if let Some(value) = value {
                more[key] = json!(value);
            }
        }
        self.tell("cue", at, more);
    }

    /// Waits until all lines are written, but not for ever.
    pub fn finish(&mut self) {
        if let Some(out) = &mut self.0 {
            out.finish();
        }
    }
}
