//! From a routine to its timeline: when each word is spoken and each tone heard.
//!
//! The instruction comes before the timed part, a tone marks its exact start and
//! another its exact end. Deepenings follow each other without a gap: what is said of the
//! next is said within the last. All of it is planned in milliseconds from the
//! start and rounded to frames once, at the end.

mod defaults;
mod events;
mod guard;
mod options;
mod phrase;
mod script;
mod timed;

pub use guard::LEAD_IN;
pub use options::{GuardMode, Options, Sides, misfit};
pub use phrase::phrase;

use std::borrow::Cow;

use crate::problem::{Problems, Span};
use crate::routine::{Action, Count, Deepen, Routine, Step, Timed, Verb, Words};
use crate::terminal::cut;
use crate::time::Millis;
use crate::timeline::{Side, Timeline};
use crate::voice::Pack;
use events::Events;
use script::Script;
use timed::{Flow, Opening};

/// The placeholder for the side that is worked on.
pub const SIDE: &str = "{side}";
/// From the end of a tone to the next words.
const AFTER_TONE: Millis = Millis(150);
/// From the end of words to the next words.
const BETWEEN_LINES: Millis = Millis(500);
/// What is said stands for the name of a step that has none, as far as this.
const LABEL_COLUMNS: usize = 60;
/// Silence after the last sound, so that no player cuts it.
const TAIL: Millis = Millis(500);

/// Lays a routine out in time, spoken by `pack`; `name` is the routine's short name.
///
/// # Errors
/// Every problem that shows only now: words without a clip, lines that do not
/// fit their slots, a routine longer than its bounds.
pub fn sequence(
    routine: &Routine,
    name: &str,
    pack: &Pack,
    options: &Options,
) -> Result<Timeline, Problems> {
    let script = Script::new(pack, options.rate, routine.side_word.as_deref());
    let mut sequencer = Sequencer { script, options, flow: None };
    sequencer.script.side = options.side();
    if options.guard != GuardMode::Off {
        sequencer.script.now = guard::LEAD_IN;
    }
    sequencer.steps(&routine.steps);
    sequencer.settle();
    let mut script = sequencer.script;
    if script.problems.has_errors() {
        return Err(script.problems);
    }
    let end = script.now.max(script.voice_free()) + TAIL;
    script.cues.sort_by_key(|cue| cue.at);
    let guard = guard::keep_awake(&mut script, options.guard, end);
    Ok(Timeline {
        title: routine.title.clone(),
        about: routine.about.clone(),
        routine: name.into(),
        rate: options.rate,
        frames: script.frame_at(end),
        cues: script.placed_cues(),
        steps: script.steps,
        sounds: script.sounds,
        guard,
    })
}

struct Sequencer<'a> {
    script: Script<'a>,
    options: &'a Options,
    /// The deepening that the next timed part goes on from.
    flow: Option<Flow>,
}

impl Sequencer<'_> {
    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            if self.script.is_full() {
                return;
            }
            self.step(step);
            self.script.ensure_within_bounds(step.span);
        }
    }

    fn step(&mut self, step: &Step) {
        match &step.action {
            Action::Say { name, text } => {
                let name = name.as_ref().and_then(|name| self.script.filled(name));
                self.untimed(Verb::Say, name.map(Cow::into_owned), text, step.span);
            }
            Action::Timed(timed) if timed.open.is_some() => self.open(timed),
            Action::Timed(timed) => {
                let label = self.label(timed);
                self.timed(timed, label, Events::default(), Opening::Closed);
            }
            Action::Breathe(breathe) => {
                let timed = &breathe.timed;
                let label = self.label(timed);
                self.timed(timed, label, Events::of_breaths(breathe), Opening::Closed);
            }
            Action::Deepen(deepen) => self.deepen(deepen),
            Action::Tone(tone) => {
                self.settle();
                let at = self.script.now;
                let index = self.script.begin_step(Verb::Tone, tone.name().into(), at, step.span);
                self.script.now = self.script.play(*tone, at, index) + AFTER_TONE;
                self.script.end_step(index, self.script.now);
            }
            Action::Repeat { times, steps } => {
                for _ in 0..*times {
                    let problems = self.script.problems.count();
                    self.steps(steps);
                    // What is wrong in one round is wrong in all of them.
                    if self.script.is_full() || self.script.problems.count() > problems {
                        return;
                    }
                }
            }
            Action::Sides { say, steps } => self.sides(say.as_ref(), steps, step.span),
        }
    }

    /// Words of their own, before whatever comes next.
    fn untimed(&mut self, verb: Verb, name: Option<String>, words: &Words, span: Span) {
        self.settle();
        let line = self.script.line(words);
        let at = self.script.now;
        let label = name.unwrap_or_else(|| cut(&line.text, LABEL_COLUMNS).into_owned());
        let index = self.script.begin_step(verb, label, at, span);
        if !line.is_silent() {
            self.script.now = at + line.length + BETWEEN_LINES;
        }
        self.script.speak(line, at, index);
        self.script.end_step(index, self.script.now);
    }

    fn sides(&mut self, say: Option<&Words>, steps: &[Step], span: Span) {
        let outer = self.script.side;
        let sides = match self.options.side() {
            Some(side) => vec![side],
            None => vec![Side::Left, Side::Right],
        };
        for (turn, side) in sides.into_iter().enumerate() {
            self.script.side = Some(side);
            let own = if turn == 0 { defaults::FIRST_SIDE } else { defaults::OTHER_SIDE };
            let own = Words { text: own.into(), span };
            let label = format!("{} side", if side == Side::Left { "Left" } else { "Right" });
            self.untimed(Verb::Sides, Some(label), say.unwrap_or(&own), span);
            self.steps(steps);
        }
        self.script.side = outer;
    }

    /// One step that lasts until the runner goes on. How long that is nobody knows, so
    /// nothing is announced or counted unasked.
    fn open(&mut self, timed: &Timed) {
        let longest = timed.open.as_ref().filter(|_| self.options.live).map(|open| open.at_most);
        let timed = Timed {
            length: longest.unwrap_or(timed.length),
            announce: timed.announce.clone().or(Some(Vec::new())),
            count: Count { last: timed.count.last.or(Some(0)), ..timed.count },
            ..timed.clone()
        };
        let label = self.label(&timed);
        let events = Events::of_reminders(&timed);
        self.timed(&timed, label, events, Opening::Opens);
    }

    fn deepen(&mut self, deepen: &Deepen) {
        let own: Vec<Words> = defaults::DEEPER
            .map(|text| Words { text: text.into(), span: deepen.timed.span })
            .into();
        let each = deepen.each.as_ref().unwrap_or(&own);
        let times = self.deepenings(deepen);
        for turn in 0..times {
            let say = match (turn, each.len()) {
                (0, _) => deepen.timed.say.clone(),
                (_, 0) => Some(Words { text: String::new(), span: deepen.timed.span }),
                (turn, phrases) => each.get((turn as usize - 1) % phrases).cloned(),
            };
            let timed = Timed { say, ..deepen.timed.clone() };
            let opening = match (deepen.open, turn) {
                (None, _) => Opening::Closed,
                (Some(_), 0) => Opening::Opens,
                (Some(_), _) => Opening::GoesOn,
            };
            let is_counted = opening == Opening::Closed || !self.options.live;
            let of = if is_counted { format!(" of {times}") } else { String::new() };
            let label = format!("{} {}{of}", self.label(&timed), turn + 1);
            self.timed(&timed, label, Events::default(), opening);
            let has_said_all = turn as usize > each.len();
            if self.script.is_full() || (has_said_all && self.script.problems.has_errors()) {
                return;
            }
        }
    }

    /// How many deepenings there are, at most.
    fn deepenings(&self, deepen: &Deepen) -> u32 {
        let Some(most) = deepen.open else { return deepen.times };
        let otherwise = if self.options.live { most } else { deepen.times };
        self.options.limit.unwrap_or(otherwise)
    }

    fn label(&mut self, timed: &Timed) -> String {
        let own = timed.verb.label();
        match &timed.name {
            Some(name) => self.script.filled(name).map_or(own.into(), Cow::into_owned),
            None => own.into(),
        }
    }
}
