//! A timed part: its instruction before it, the tone at its start, what happens within it,
//! and the tone at its end.

use super::defaults;
use super::events::{Event, Events};
use super::script::{Line, overrun};
use super::{AFTER_TONE, Sequencer};
use crate::language::Language;
use crate::routine::{Timed, Verb};
use crate::time::Millis;
use crate::tone::Tone;

/// From the end of an instruction to the tone that begins its timed part.
const LEAD: Millis = Millis(300);

/// From the begin of the tone that ends a part to the next words: they may be spoken while it
/// rings out, for "release" cannot wait.
const AFTER_END: Millis = Millis(250);

/// From the tick that says "I heard you" to the words that follow an open step.
const AFTER_TICK: Millis = Millis(200);

/// A part that goes on into whatever timed part comes next.
pub(super) struct Flow {
    /// From when on words may be spoken in the part: after its tone.
    free: Millis,
    /// When the part ends.
    boundary: Millis,
    /// The part's step.
    step: usize,
    /// The open steps that it is the last of.
    open: Option<OpenSteps>,
    /// Whether a tone marks its end if nothing timed follows.
    tones: bool,
}

/// Steps that the runner ends together.
#[derive(Clone, Copy)]
struct OpenSteps {
    /// The first of them.
    first: usize,
    /// When it begins.
    since: Millis,
}

/// Whether a step waits for the runner.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// It does not.
    Closed,
    /// It does.
    Opens,
    /// It does, together with the one before.
    GoesOn,
}

impl Sequencer<'_> {
    /// Writes a whole timed step; `events` happen within it beside what is announced and
    /// counted.
    pub(super) fn timed(&mut self, timed: &Timed, label: String, events: Events, opening: Opening) {
        let span = timed.name.as_ref().map_or(timed.span, |name| name.span);
        let words =
            self.instruction(timed.say.as_ref(), |book| defaults::instruction(timed, book), span);
        let line = self.script.line(&words);
        let mut events = events;
        for (after, speech) in timed.cues.iter().filter(|(after, _)| *after < timed.length) {
            let Some(words) = self.remark(speech) else { continue };
            // In a file an open step may be over before its later words.
            let end = *after + self.script.line(&words).length;
            if opening == Opening::Closed || self.options.live || end <= timed.length {
                events.say(*after, words);
            }
        }
        let before = self.flow.as_ref().and_then(|flow| flow.open);
        let (step, at, begin) = self.instruct(timed, label, line, opening);
        let open = match opening {
            Opening::Closed => None,
            Opening::Opens => Some(OpenSteps { first: step, since: at }),
            Opening::GoesOn => before,
        };
        let mut free = begin;
        if timed.tones && !events.begin_by_themselves() {
            free = self.script.play(defaults::begin_tone(timed.verb), begin, step) + AFTER_TONE;
        }
        for (after, event) in self.with_time_left(events, timed) {
            match event {
                Event::Guide(glide) => self.script.guide(glide, begin + after, step),
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
        let flow = Flow { free, boundary: end, step, open, tones: timed.tones };
        if timed.verb == Verb::Deepen { self.flow = Some(flow) } else { self.finish(&flow) }
    }

    /// Events with what is announced and counted of a timed part.
    fn with_time_left(&mut self, events: Events, timed: &Timed) -> Vec<(Millis, Event)> {
        let talk = self.options.talk;
        // Where nothing is said the coach needs no words.
        let needs_words = timed.announce.as_ref().is_none_or(|announced| !announced.is_empty())
            || timed.count.last != Some(0);
        let book = if needs_words && talk.is_talkative() {
            self.script.book(timed.span)
        } else {
            Language::KNOWN[0]
        };
        events.with_time_left(timed, talk, book, &mut self.script.problems)
    }

    /// Begins a step and speaks its instruction: now, or, after a part that flows, within what
    /// is left of it. Gives the step, the moment it begins, and that of its timed part.
    fn instruct(
        &mut self,
        timed: &Timed,
        label: String,
        line: Line,
        opening: Opening,
    ) -> (usize, Millis, Millis) {
        let lead = if line.is_silent() { Millis::ZERO } else { line.length + LEAD };
        let Some(flow) = self.flow.take() else {
            let at = self.script.now;
            let step = self.script.begin_step(timed.verb, label, at, timed.span);
            self.script.speak(line, at, step);
            return (step, at, at + lead);
        };
        self.script.end_step(flow.step, flow.boundary);
        let leaves = flow.open.filter(|_| opening != Opening::GoesOn);
        let tick = leaves.map_or(Millis::ZERO, |_| AFTER_TICK);
        let slot = flow.boundary.saturating_sub(self.script.voice_free().max(flow.free));
        let at = flow.boundary.saturating_sub(lead);
        let begin = at.saturating_sub(tick);
        let step = self.script.begin_step(timed.verb, label, begin, timed.span);
        if lead + tick > slot {
            let slot = slot.saturating_sub(LEAD + tick);
            self.script.problems.push(overrun(&line, slot, "its step begins"));
            return (step, begin, flow.boundary);
        }
        if let Some(open) = leaves {
            self.script.play(Tone::Tick, begin, step);
            self.leave(open, flow.step, begin, flow.boundary);
        }
        self.script.speak(line, at, step);
        (step, begin, flow.boundary)
    }

    /// Ends a part that nothing timed follows.
    pub(super) fn settle(&mut self) {
        if let Some(flow) = self.flow.take() {
            self.finish(&flow);
        }
    }

    fn finish(&mut self, flow: &Flow) {
        self.script.now = flow.boundary;
        if let Some(open) = flow.open {
            self.leave(open, flow.step, flow.boundary, flow.boundary);
        }
        if flow.tones || flow.open.is_some() {
            let tone = if flow.tones { Tone::End } else { Tone::Tick };
            let rung_out = self.script.play(tone, flow.boundary, flow.step);
            self.script.now = flow.boundary + AFTER_END;
            return self.script.end_step(flow.step, rung_out.max(self.script.now));
        }
        self.script.end_step(flow.step, self.script.now);
    }

    /// Says where going on leads from steps that are open, up to `last`, which ends at `end`.
    fn leave(&mut self, open: OpenSteps, last: usize, exit: Millis, end: Millis) {
        let exit = self.script.frame_at(exit);
        for step in &mut self.script.steps[open.first..=last] {
            (step.open, step.exit) = (true, Some(exit));
        }
        self.script.open.push((open.since, end));
    }
}
