//! What the booth shows and tells: a screen on a terminal, plain lines elsewhere, events for
//! programs.

use std::io;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::page::{self, View};
use super::recording::End;
use crate::coach::face::Kind;
use crate::coach::tty::{self, Cbreak};
use crate::coach::writer::Writer;
use crate::terminal::{Color, json_line, printable};

/// How often the screen is drawn anew.
const REDRAW: Duration = Duration::from_millis(80);

/// What the booth shows and tells.
pub struct Face {
    kind: Kind,
    events: Option<Writer>,
    drawn: Option<Instant>,
    terminal: Option<Cbreak>,
}

impl Face {
    /// What suits standard error; `terminal` is where keys come from, if they do.
    pub fn new(quiet: bool, color: Color, terminal: Option<Cbreak>, events: bool) -> Self {
        let kind = Kind::suiting(quiet, color, events);
        let events = events.then(|| Writer::new(io::stdout()));
        Self { kind, events, drawn: None, terminal }
    }

    /// Whether keys are heard.
    pub fn has_keys(&self) -> bool {
        self.terminal.is_some()
    }

    /// The session begins, with a microphone and so many lines.
    pub fn started(&mut self, device: &str, lines: usize) {
        self.event("started", json!({ "device": device, "lines": lines }));
    }

    /// A line is turned to; whether the pack has it.
    pub fn line(&mut self, (number, of): (usize, usize), words: &str, recorded: bool) {
        let more = json!({ "line": number, "of": of, "words": words, "recorded": recorded });
        self.event("line", more);
        let has = if recorded { " (in the pack)" } else { "" };
        self.say(&format!("{number}/{of}  {words}{has}"));
    }

    /// The recording of a line has begun.
    pub fn recording(&mut self, words: &str) {
        self.event("recording", json!({ "words": words }));
        self.say("recording");
    }

    /// The recording has ended; whether there is anything to keep.
    pub fn recorded(
        &mut self,
        end: End,
        seconds: f64,
        take: &str,
        usable: bool,
        warnings: &[String],
    ) {
        let seconds = (seconds * 1000.0).round() / 1000.0;
        let more = json!({
            "ended": end.name(), "seconds": seconds, "take": take, "usable": usable,
            "warnings": warnings,
        });
        self.event("recorded", more);
        self.say(&format!("recorded {seconds:.1} s"));
        for warning in warnings {
            self.say(&format!("warning: {warning}"));
        }
    }

    /// A line has become a clip of the pack.
    pub fn kept(&mut self, words: &str, file: &str) {
        self.event("kept", json!({ "words": words, "file": file }));
        self.say(&format!("kept as {file}"));
    }

    /// The session is over, with the last line or before; so many lines were kept.
    pub fn over(&mut self, whole: bool, kept: usize) {
        self.event(if whole { "finished" } else { "stopped" }, json!({ "kept": kept }));
    }

    /// Tells something that is not as it should be.
    pub fn note(&mut self, text: &str) {
        match &mut self.kind {
            Kind::Screen(screen) => screen.note(&format!("warning: {text}")),
            // A warning is told even to those who want no lines.
            Kind::Quiet(out) | Kind::Lines(out) => {
                out.line(&printable(&format!("warning: {text}")));
            }
        }
    }

    /// Shows where we are.
    pub fn draw(&mut self, view: &View) {
        let Kind::Screen(screen) = &mut self.kind else { return };
        if self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAW) {
            return;
        }
        self.drawn = Some(Instant::now());
        screen.show(|size, color| page::lines(view, size, color));
    }

    /// Leaves nothing of the screen behind, and no line unwritten.
    pub fn finish(&mut self) {
        match &mut self.kind {
            Kind::Screen(screen) => screen.finish(),
            Kind::Quiet(out) | Kind::Lines(out) => out.finish(),
        }
        if let Some(events) = &mut self.events {
            events.finish();
        }
    }

    /// Gives the terminal back for a while.
    pub fn suspend(&mut self) {
        if let Kind::Screen(screen) = &mut self.kind {
            screen.clear();
        }
        tty::restore();
    }

    /// Takes the terminal again.
    pub fn resume(&mut self) {
        tty::resume();
        self.drawn = None;
    }

    fn say(&mut self, text: &str) {
        if let Kind::Lines(out) = &mut self.kind {
            out.line(&printable(text));
        }
        self.drawn = None;
    }

    fn event(&mut self, name: &str, more: Value) {
        let Some(out) = &mut self.events else { return };
        let mut event = json!({ "event": name });
        if let (Some(event), Value::Object(more)) = (event.as_object_mut(), more) {
            event.extend(more);
        }
        out.line(&json_line(&event));
    }
}
