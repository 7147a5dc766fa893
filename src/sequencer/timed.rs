//! A timed part: its instruction before it, the tone at its start, what happens within it,
//! and the tone at its end.

use super::defaults;
use super::events::{Event, Events};
use super::script::{Line, overrun};
use super::{AFTER_TONE, Sequencer};
use crate::routine::{Timed, Verb, Words};
use crate::time::Millis;
use crate::tone::Tone;

/// From the end of an instruction to the tone that begins its timed part.
const LEAD: Millis = Millis(300);

/// From the begin of the tone that ends a part to the next words: they may be spoken while it
/// rings out, for "release" cannot wait.
const AFTER_END: Millis = Millis(250);

/// A deepening that goes on into whatever timed part comes next.
pub(super) struct Flow {
    /// From when on words may be spoken in the deepening: after its tone.
    free: Millis,
    /// When the deepening ends.
    boundary: Millis,
    /// The deepening's step.
    step: usize,
    /// Whether a tone marks its end if nothing timed follows.
    tones: bool,
}

impl Sequencer<'_> {
    /// Writes a whole timed step; `events` happen within it beside what is announced and
    /// counted.
    pub(super) fn timed(&mut self, timed: &Timed, label: String, events: Events) {
        let span = timed.name.as_ref().map_or(timed.span, |name| name.span);
        let own = Words { text: defaults::instruction(timed), span };
        let line = self.script.line(timed.say.as_ref().unwrap_or(&own));
        let (step, begin) = self.instruct(timed, label, line);
        let mut free = begin;
        if timed.tones {
            free = self.script.play(defaults::begin_tone(timed.verb), begin, step) + AFTER_TONE;
        }
        for (after, event) in events.with_time_left(timed, &mut self.script.problems) {
            match event {
                Event::Tone(tone) => drop(self.script.play(tone, begin + after, step)),
                Event::Say(words) => {
                    let line = self.script.line(&words);
                    self.script.speak(line, begin + after, step);
                }
            }
        }
        let end = begin + timed.length;
        self.script.ensure_last_line_ends_by(end, "its step ends");
        self.script.set_timed(step, begin, end);
        self.script.now = end;
        let flow = Flow { free, boundary: end, step, tones: timed.tones };
        if timed.verb == Verb::Deepen { self.flow = Some(flow) } else { self.finish(&flow) }
    }

    /// Begins a step and speaks its instruction: now, or, after a deepening, within what is
    /// left of it. Gives the step and the moment its timed part begins.
    fn instruct(&mut self, timed: &Timed, label: String, line: Line) -> (usize, Millis) {
        let lead = if line.is_silent() { Millis::ZERO } else { line.length + LEAD };
        let Some(flow) = self.flow.take() else {
            let at = self.script.now;
            let step = self.script.begin_step(timed.verb, label, at, timed.span);
            self.script.speak(line, at, step);
            return (step, at + lead);
        };
        self.script.end_step(flow.step, flow.boundary);
        let slot = flow.boundary.saturating_sub(self.script.voice_free().max(flow.free));
        let at = flow.boundary.saturating_sub(lead);
        let step = self.script.begin_step(timed.verb, label, at, timed.span);
        if lead > slot {
            let slot = slot.saturating_sub(LEAD);
            self.script.problems.push(overrun(&line, slot, "its step begins"));
        } else {
            self.script.speak(line, at, step);
        }
        (step, flow.boundary)
    }

    /// Ends a deepening that nothing timed follows.
    pub(super) fn settle(&mut self) {
        if let Some(flow) = self.flow.take() {
            self.finish(&flow);
        }
    }

    fn finish(&mut self, flow: &Flow) {
        self.script.now = flow.boundary;
        if flow.tones {
            let rung_out = self.script.play(Tone::End, flow.boundary, flow.step);
            self.script.now = flow.boundary + AFTER_END;
            return self.script.end_step(flow.step, rung_out.max(self.script.now));
        }
        self.script.end_step(flow.step, self.script.now);
    }
}
