//! From a routine to its timeline: when each word is spoken and each tone heard.
//!
//! The instruction comes before the timed part, a tone marks its exact start and
//! another its exact end. Deepenings follow each other without a gap: what is said of the
//! next is said within the last. All of it is planned in milliseconds from the
//! start and rounded to frames once, at the end.

mod defaults;
mod events;
mod fit;
mod guard;
mod options;
mod phrase;
mod place;
mod pools;
mod script;
mod timed;

pub use fit::{Misfit, fit};
pub use guard::{LEAD_IN, LONG_SILENCE};
pub use options::{Choices, GuardMode, Options, Sides, Talk, Trim, misfit};
pub use phrase::phrase;

use std::borrow::Cow;

use crate::bed::duck::Ducks;
use crate::language::Phrasebook;
use crate::problem::{Problem, Problems, Span};
use crate::routine::{
    Action, Breathe, Clip, Count, Deepen, EarChoice, Routine, Speech, Step, Timed, Verb, Words,
};
use crate::terminal::cut;
use crate::time::Millis;
use crate::timeline::{Ear, Side, Timeline};
use crate::tone::Tone;
use crate::voice::Voice;
use events::Events;
use place::Place;
use pools::Pools;
use script::{Missing, Script};
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

/// Lays a routine out in time, spoken by `voice`; `name` is the routine's short name.
///
/// # Errors
/// Every problem that shows only now: words without a clip, lines that do not
/// fit their slots, a routine longer than its bounds.
pub fn sequence(
    routine: &Routine,
    name: &str,
    voice: &Voice,
    options: &Options,
) -> Result<Timeline, Problems> {
    let script = Script::new(voice, options.rate, Some(routine));
    let mut script = written(script, routine, options);
    if script.problems.has_errors() {
        return Err(script.problems);
    }
    let end = script.now.max(script.voice_free()) + TAIL;
    script.cues.sort_by_key(|cue| cue.at);
    let guard = guard::keep_awake(&mut script, options.guard, end);
    let mut timeline = Timeline {
        title: routine.title.clone(),
        about: routine.about.clone(),
        routine: name.into(),
        rate: options.rate,
        frames: script.frame_at(end),
        cues: script.placed_cues(),
        steps: script.steps,
        sounds: script.sounds,
        guard,
        ducks: Ducks::default(),
    };
    if options.music {
        timeline.ducks = Ducks::of(&timeline);
    }
    Ok(timeline)
}

/// The sentences of a routine that `voice` cannot say, each once, in the order said first.
pub fn missing(routine: &Routine, voice: &Voice, options: &Options) -> Vec<String> {
    let mut script = Script::new(voice, options.rate, Some(routine));
    script.missing = Some(Missing::default());
    let script = written(script, routine, options);
    script.missing.map_or(Vec::new(), Missing::into_lines)
}

/// A script with all steps of a routine written into it.
fn written<'a>(script: Script<'a>, routine: &'a Routine, options: &'a Options) -> Script<'a> {
    let pools = Pools::new(routine.seed);
    let mut sequencer = Sequencer { script, options, flow: None, pools };
    sequencer.script.place.side = options.side();
    sequencer.script.optional = options.trim.optional;
    if options.guard != GuardMode::Off {
        sequencer.script.now = guard::LEAD_IN;
    }
    sequencer.steps(&routine.steps);
    sequencer.settle();
    sequencer.script
}

struct Sequencer<'a> {
    script: Script<'a>,
    options: &'a Options,
    /// The deepening that the next timed part goes on from.
    flow: Option<Flow>,
    pools: Pools,
}

impl<'a> Sequencer<'a> {
    fn steps(&mut self, steps: &'a [Step]) {
        for (index, step) in steps.iter().enumerate() {
            if self.script.is_full() {
                return;
            }
            if step.optional {
                let Some(left) = self.script.optional.checked_sub(1) else { continue };
                self.script.optional = left;
            }
            let outer = self.script.place;
            self.script.place.side = step.side.or(outer.side);
            self.script.ear = ear_of(step.ear, self.script.place.side);
            self.script.ahead.push((&steps[index + 1..], outer));
            self.step(step);
            self.script.ahead.pop();
            self.script.place = outer;
            self.script.ensure_within_bounds(step.span);
        }
    }

    fn step(&mut self, step: &'a Step) {
        match &step.action {
            Action::Say { name, text } => {
                let Some(words) = self.remark(text) else { return };
                let name = name.as_ref().and_then(|name| self.script.filled(name));
                let name = name.map(Cow::into_owned);
                self.untimed(Verb::Say, name, &words, step.span);
            }
            Action::Timed(timed) if timed.open.is_some() => self.open(timed),
            Action::Timed(timed) => {
                let timed = Timed { length: self.length(timed), ..timed.clone() };
                self.script.place.time = Some(timed.length);
                let label = self.label(&timed);
                self.timed(&timed, label, Events::default(), Opening::Closed);
            }
            Action::Breathe(breathe) => self.breathe(breathe),
            Action::Deepen(deepen) => self.deepen(deepen),
            Action::Tone(tone) => self.tone(*tone, step.span),
            Action::Clip(clip) => self.clip(clip, step.span),
            Action::Repeat { times, steps } => self.repeat(*times, steps),
            Action::Sides { say, pause, steps } => {
                self.sides(say.as_ref(), *pause, steps, step.span);
            }
            Action::Use { steps } => self.steps(steps),
        }
    }

    fn repeat(&mut self, times: u32, steps: &'a [Step]) {
        let outer = self.script.place;
        for round in 1..=times {
            let problems = self.script.problems.count();
            let place = |round| Place { round: Some((round, times)), ..outer };
            let again = if round < times { steps } else { &[] };
            self.script.place = place(round);
            self.script.ahead.push((again, place(round + 1)));
            self.steps(steps);
            self.script.ahead.pop();
            // What is wrong in one round is wrong in all of them.
            if self.script.is_full() || self.script.problems.count() > problems {
                break;
            }
        }
        self.script.place = outer;
    }

    fn tone(&mut self, tone: Tone, span: Span) {
        self.settle();
        let at = self.script.now;
        let index = self.script.begin_step(Verb::Tone, tone.name().into(), at, span);
        self.script.now = self.script.play(tone, at, index) + AFTER_TONE;
        self.script.end_step(index, self.script.now);
    }

    /// An audio file of the author's own, alone.
    fn clip(&mut self, clip: &Clip, span: Span) {
        let Some(audio) = &clip.audio else {
            let message = format!("the clip `{}` was not read", clip.file.text);
            let problem = Problem::error("missing-clip", clip.file.span, message);
            return self.script.problems.push(problem);
        };
        self.settle();
        let name = clip.name.as_ref().and_then(|name| self.script.filled(name));
        let label = match name {
            Some(name) => name.into_owned(),
            None => cut(&clip.file.text, LABEL_COLUMNS).into_owned(),
        };
        let at = self.script.now;
        let index = self.script.begin_step(Verb::Clip, label, at, span);
        let rung_out = self.script.play_audio(clip, audio, at, index);
        self.script.now = rung_out + BETWEEN_LINES;
        self.script.end_step(index, self.script.now);
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

    fn sides(&mut self, say: Option<&Speech>, pause: Millis, steps: &'a [Step], span: Span) {
        let outer = self.script.place;
        let sides: &[Side] = match self.options.side() {
            Some(Side::Left) => &[Side::Left],
            Some(Side::Right) => &[Side::Right],
            None => &[Side::Left, Side::Right],
        };
        for (turn, side) in sides.iter().enumerate() {
            let place = |side| Place { side: Some(side), ..outer };
            self.script.place = place(*side);
            let again = sides.get(turn + 1).map_or((&[][..], outer), |next| (steps, place(*next)));
            self.script.ahead.push(again);
            let own = |book: &Phrasebook| {
                if turn == 0 { book.first_side } else { book.other_side }.to_string()
            };
            let words = self.instruction(say, own, span);
            let label = self.shown_book().side_label(*side);
            self.untimed(Verb::Sides, Some(label), &words, span);
            if turn > 0 {
                self.change_sides(pause);
            }
            self.steps(steps);
            self.script.ahead.pop();
        }
        self.script.place = outer;
    }

    /// Time to change sides, at the end of the step that says so.
    fn change_sides(&mut self, pause: Millis) {
        let index = self.script.steps.len() - 1;
        if self.options.talk == Talk::Tones {
            self.script.play(Tone::Halfway, self.script.now, index);
        }
        self.script.now = self.script.now + pause;
        self.script.end_step(index, self.script.now);
    }

    /// What a timed step is before it begins, at the talk level there is; the verb's `own` words
    /// where the routine has none.
    fn instruction(
        &mut self,
        say: Option<&Speech>,
        own: impl FnOnce(&Phrasebook) -> String,
        span: Span,
    ) -> Words {
        let silence = Words { text: String::new(), span };
        let own_speech;
        let speech = match say {
            Some(say) => say,
            None => {
                own_speech = Speech::of(own(self.script.book(span)), span);
                &own_speech
            }
        };
        let talk = self.options.talk;
        let chosen = match talk {
            Talk::Tones => None,
            Talk::Quiet => self.choose(speech.quiet.as_ref().unwrap_or(&speech.coach)),
            Talk::Normal => self.choose(speech.normal.as_ref().unwrap_or(&speech.coach)),
            Talk::Coach => self.choose(&speech.coach),
        };
        match chosen {
            Some(words) if talk == Talk::Quiet && speech.quiet.is_none() => {
                self.script.shortened(words)
            }
            Some(words) => words,
            None => silence,
        }
    }

    /// What is said beside the instructions, at the talk level there is.
    fn remark(&mut self, speech: &Speech) -> Option<Words> {
        let phrases = match self.options.talk {
            Talk::Coach => &speech.coach,
            Talk::Normal => speech.normal.as_ref().unwrap_or(&speech.coach),
            Talk::Quiet => speech.quiet.as_ref()?,
            Talk::Tones => return None,
        };
        self.choose(phrases)
    }

    /// One of several texts. Those that are not chosen have to be sayable too: another seed or
    /// another round chooses them.
    fn choose(&mut self, phrases: &[Words]) -> Option<Words> {
        if phrases.len() > 1 && self.pools.is_new(phrases) {
            for words in phrases {
                self.script.line(words);
            }
        }
        self.pools.choose(phrases).cloned()
    }

    /// How long a timed part lasts in this round, in the time there is.
    fn length(&self, timed: &Timed) -> Millis {
        let round = self.script.place.round.map_or(0, |(round, _)| round as usize - 1);
        let dose = timed.doses.get(round).or(timed.doses.last()).copied();
        let whole = dose.unwrap_or(timed.length);
        let trim = self.options.trim;
        match (timed.verb, timed.min) {
            (Verb::Rest, min) => {
                let shortest = min.unwrap_or(defaults::SHORTEST_REST).min(whole);
                Trim::between(shortest, whole, trim.rest)
            }
            (_, Some(min)) => Trim::between(min.min(whole), whole, trim.work),
            _ => whole,
        }
    }

    fn breathe(&mut self, breathe: &Breathe) {
        let timed = &breathe.timed;
        self.script.place.time = Some(timed.length);
        let label = self.label(timed);
        let book = self.script.book(timed.span);
        let events = Events::of_breaths(breathe, self.options.talk, book);
        self.timed(timed, label, events, Opening::Closed);
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
        self.script.place.time = Some(timed.length);
        let label = self.label(&timed);
        let reminders = self.reminders(&timed);
        self.timed(&timed, label, Events::of_reminders(reminders), Opening::Opens);
    }

    /// What is said while the coach waits, and when. Where it does not speak it ticks.
    fn reminders(&mut self, timed: &Timed) -> Vec<(Millis, Option<Words>)> {
        let Some((every, speech)) = timed.open.as_ref().and_then(|open| open.remind.as_ref())
        else {
            return Vec::new();
        };
        let times = timed.length.0.saturating_sub(1) / every.0;
        let mut reminders = Vec::new();
        for turn in 1..=times {
            let words = match self.options.talk {
                Talk::Tones => None,
                _ => {
                    let own = |book: &Phrasebook| book.ready.to_string();
                    Some(self.instruction(speech.as_ref(), own, timed.span))
                }
            };
            reminders.push((every.saturating_mul(turn), words));
        }
        reminders
    }

    fn deepen(&mut self, deepen: &Deepen) {
        let own_each;
        let each = match &deepen.each {
            Some(each) => each,
            None => {
                let span = deepen.timed.span;
                let own = self.script.book(span).deeper;
                own_each = own.map(|text| Words { text: text.into(), span }).to_vec();
                &own_each
            }
        };
        let times = self.deepenings(deepen);
        for turn in 0..times {
            let silence = Words { text: String::new(), span: deepen.timed.span };
            let say = match (turn, each.len()) {
                (0, _) => deepen.timed.say.clone(),
                (turn, phrases @ 1..) if self.options.talk.is_talkative() => {
                    let words = each[(turn as usize - 1) % phrases].clone();
                    Some(Speech { coach: vec![words], ..Speech::default() })
                }
                _ => Some(Speech { coach: vec![silence], ..Speech::default() }),
            };
            let timed = Timed { say, ..deepen.timed.clone() };
            self.script.place.time = Some(timed.length.saturating_mul(u64::from(times)));
            let opening = match (deepen.open, turn) {
                (None, _) => Opening::Closed,
                (Some(_), 0) => Opening::Opens,
                (Some(_), _) => Opening::GoesOn,
            };
            let is_counted = opening == Opening::Closed || !self.options.live;
            let of = self.shown_book().of;
            let of = if is_counted { format!(" {of} {times}") } else { String::new() };
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

    /// Words for what is shown: in English where the coach does not know the language.
    fn shown_book(&self) -> &'static Phrasebook {
        self.script.shown_book()
    }

    fn label(&mut self, timed: &Timed) -> String {
        let own = self.shown_book().verb(timed.verb);
        match &timed.name {
            Some(name) => self.script.filled(name).map_or(own.into(), Cow::into_owned),
            None => own.into(),
        }
    }
}

/// The ear that hears a step on some side; where there is no side, both.
fn ear_of(choice: EarChoice, side: Option<Side>) -> Ear {
    match (choice, side) {
        (EarChoice::Left, _) | (EarChoice::Side, Some(Side::Left)) => Ear::Left,
        (EarChoice::Right, _) | (EarChoice::Side, Some(Side::Right)) => Ear::Right,
        (EarChoice::Both, _) | (EarChoice::Side, None) => Ear::Both,
    }
}
