//! What happens within a timed part: breaths, the time left, the last seconds.

use super::{AFTER_TONE, Talk, defaults};
use crate::glide::{Glide, Way};
use crate::language::Phrasebook;
use crate::problem::{Problem, Problems};
use crate::routine::{Announcement, Breathe, Count, CountWith, Moment, Timed, Words};
use crate::time::Millis;
use crate::tone::Tone;

/// Something that happens within a timed part.
pub(super) enum Event {
    Tone(Tone),
    Guide(Glide),
    Say(Words),
}

/// How long it takes to say how much time is left.
const ANNOUNCED: Millis = Millis::from_secs(2);
/// So many breaths are led by words too where a tone guides them, unless all is to be said.
const GUIDED_BREATHS_SPOKEN: u64 = 2;

/// Whether a tone rises and falls with the breath: always where nothing is said.
pub(super) fn is_guided(breathe: &Breathe, talk: Talk) -> bool {
    breathe.guide || !talk.is_talkative()
}

/// Events, each so long after the part's begin.
#[derive(Default)]
pub(super) struct Events(Vec<(Millis, Event)>);

impl Events {
    /// What leads each breath: words, and a tone that rises and falls.
    pub(super) fn of_breaths(breathe: &Breathe, talk: Talk, book: &Phrasebook) -> Self {
        let Breathe { timed, inhale, hold, exhale, pause, .. } = breathe;
        let guided = is_guided(breathe, talk);
        let after_tone =
            if timed.tones && !guided { Tone::Start.length() + AFTER_TONE } else { Millis::ZERO };
        let spoken = match talk {
            Talk::Normal if guided => GUIDED_BREATHS_SPOKEN,
            Talk::Coach | Talk::Normal => u64::MAX,
            Talk::Quiet | Talk::Tones => 0,
        };
        let mut events = Self::default();
        for turn in 0..timed.length.0 / breathe.breath().0 {
            let begin = breathe.breath().saturating_mul(turn);
            let held = begin + *inhale;
            let out = held + *hold;
            if guided {
                let glide = |way, length| Event::Guide(Glide { way, length });
                events.0.push((begin, glide(Way::Rise, *inhale)));
                events.0.push((out, glide(Way::Fall, *exhale)));
            }
            let words_at = if turn == 0 { begin + after_tone } else { begin };
            let phases = [
                (words_at, book.breathe_in, *inhale),
                (held, book.hold_breath, *hold),
                (out, book.breathe_out, *exhale),
                (out + *exhale, book.hold_breath, *pause),
            ];
            for (at, text, _) in phases.into_iter().filter(|(.., length)| *length > Millis::ZERO) {
                if turn < spoken {
                    let words = Words { text: text.into(), span: timed.span };
                    events.0.push((at, Event::Say(words)));
                }
            }
        }
        events
    }

    /// Reminders that the coach waits: words, or a tick.
    pub(super) fn of_reminders(reminders: Vec<(Millis, Option<Words>)>) -> Self {
        let event = |words: Option<Words>| words.map_or(Event::Tone(Tone::Tick), Event::Say);
        Self(reminders.into_iter().map(|(after, words)| (after, event(words))).collect())
    }

    /// Whether they begin with a tone that says all that the part's first tone would.
    pub(super) fn begin_by_themselves(&self) -> bool {
        matches!(self.0.first(), Some((Millis::ZERO, Event::Guide(_))))
    }

    /// Adds words at a moment.
    pub(super) fn say(&mut self, after: Millis, words: Words) {
        self.0.push((after, Event::Say(words)));
    }

    /// These events with what is announced and counted of `timed`, in the order heard.
    pub(super) fn with_time_left(
        mut self,
        timed: &Timed,
        talk: Talk,
        book: &Phrasebook,
        problems: &mut Problems,
    ) -> Vec<(Millis, Event)> {
        let own = || {
            let moments = defaults::announcements(timed.verb, timed.length).into_iter();
            let moments = moments.filter(|at| !is_counted(*at, timed));
            moments.map(|at| Announcement { at, span: timed.span }).collect()
        };
        for announcement in timed.announce.clone().unwrap_or_else(own) {
            match announcement.at {
                Moment::Halfway => self.announce_half(timed, announcement, talk, book),
                Moment::Left(_) if !talk.is_talkative() => {}
                Moment::Left(left) => match words_left(left, timed, announcement, book) {
                    Ok(words) => self.0.push((timed.length - left, Event::Say(words))),
                    Err(problem) => problems.push(problem),
                },
            }
        }
        self.count_down(timed, timed.count, talk, book);
        self.0.sort_by_key(|(after, _)| *after);
        self.0
    }

    fn announce_half(
        &mut self,
        timed: &Timed,
        announcement: Announcement,
        talk: Talk,
        book: &Phrasebook,
    ) {
        let half = Millis(timed.length.0 / 2);
        let words = Words { text: book.halfway.into(), span: announcement.span };
        let after_tone =
            if timed.tones { Tone::Halfway.length() + AFTER_TONE } else { Millis::ZERO };
        if timed.tones {
            self.0.push((half, Event::Tone(Tone::Halfway)));
        }
        if talk.is_talkative() {
            self.0.push((half + after_tone, Event::Say(words)));
        }
    }

    fn count_down(&mut self, timed: &Timed, count: Count, talk: Talk, book: &Phrasebook) {
        // At the very start there is the tone already.
        let most = timed.length.0.div_ceil(1000).saturating_sub(1);
        let last = count.last.unwrap_or(defaults::count(timed.verb, timed.length));
        for second in (1..=most.min(u64::from(last))).rev() {
            let event = match count.with {
                _ if !talk.is_talkative() => Event::Tone(Tone::Tick),
                CountWith::Tick => Event::Tone(Tone::Tick),
                CountWith::Voice => {
                    Event::Say(Words { text: book.number(second), span: count.span })
                }
            };
            self.0.push((timed.length - Millis::from_secs(second), event));
        }
    }
}

/// Whether a moment lies within a countdown that the routine asks for, or just before it, where
/// there is no time to announce it.
fn is_counted(moment: Moment, timed: &Timed) -> bool {
    let counted = Millis::from_secs(u64::from(timed.count.last.unwrap_or(0)));
    let left = match moment {
        Moment::Halfway => Millis(timed.length.0 - timed.length.0 / 2),
        Moment::Left(left) => left,
    };
    left <= counted + ANNOUNCED
}

/// `ten seconds left.`, or why that cannot be said.
fn words_left(
    left: Millis,
    timed: &Timed,
    announcement: Announcement,
    book: &Phrasebook,
) -> Result<Words, Problem> {
    let (span, length) = (announcement.span, timed.length);
    let wrong = |message| Problem::error("out-of-range", span, message);
    if left >= length {
        let message = format!("{left} are never left in a step of {length}");
        return Err(wrong(message).help("announce a shorter time, or take it out"));
    }
    match book.time_left(left) {
        Some(text) => Ok(Words { text, span }),
        None => Err(wrong(format!("{left} cannot be said: only whole seconds can"))),
    }
}
