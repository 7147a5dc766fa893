//! What happens, as JSON lines for programs: in the order heard, each as it is heard.

use std::io;

use serde::Serialize;
use serde_json::{Value, json};

use super::writer::Writer;
use crate::terminal::json_line;
use crate::time::Frames;
use crate::timeline::{Cue, SoundKind, Timeline};

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
        let step = cue.step;
        let more = match &timeline.sound(cue).kind {
            SoundKind::Voice { words, .. } => {
                json!({ "kind": "voice", "text": words, "step": step })
            }
            SoundKind::Tone(tone) => json!({ "kind": "tone", "tone": tone, "step": step }),
        };
        self.tell("cue", at, more);
    }

    /// Waits until all lines are written, but not for ever.
    pub fn finish(&mut self) {
        if let Some(out) = &mut self.0 {
            out.finish();
        }
    }
}
