//! What happens within a timed part: breaths, the time left, the last seconds.

use super::{AFTER_TONE, defaults};
use crate::problem::{Problem, Problems};
use crate::routine::{Announcement, Breathe, Count, CountWith, Moment, Timed, Words};
use crate::time::Millis;
use crate::tone::Tone;
use crate::voice::numbers;

/// Something that happens within a timed part.
pub(super) enum Event {
    Tone(Tone),
    Say(Words),
}

/// Events, each so long after the part's begin.
#[derive(Default)]
pub(super) struct Events(Vec<(Millis, Event)>);

impl Events {
    /// The words that lead each breath.
    pub(super) fn of_breaths(breathe: &Breathe) -> Self {
        let timed = &breathe.timed;
        let breath = breathe.inhale + breathe.exhale;
        let after_tone = if timed.tones { Tone::Start.length() + AFTER_TONE } else { Millis::ZERO };
        let say = |text: &str| Event::Say(Words { text: text.into(), span: timed.span });
        let mut events = Self::default();
        for turn in 0..timed.length.0 / breath.0 {
            let begin = breath.saturating_mul(turn);
            let words_at = if turn == 0 { after_tone } else { begin };
            events.0.push((words_at, say(defaults::BREATHE_IN)));
            events.0.push((begin + breathe.inhale, say(defaults::BREATHE_OUT)));
        }
        events
    }

    /// Reminders that the coach waits.
    pub(super) fn of_reminders(timed: &Timed) -> Self {
        let remind = timed.open.as_ref().and_then(|open| open.remind.as_ref());
        let Some((every, words)) = remind else { return Self::default() };
        let times = timed.length.0.saturating_sub(1) / every.0;
        let reminders = (1..=times).map(|turn| every.saturating_mul(turn));
        Self(reminders.map(|after| (after, Event::Say(words.clone()))).collect())
    }

    /// These events with what is announced and counted of `timed`, in the order heard.
    pub(super) fn with_time_left(
        mut self,
        timed: &Timed,
        problems: &mut Problems,
    ) -> Vec<(Millis, Event)> {
        let own = || {
            let moments = defaults::announcements(timed.verb, timed.length).into_iter();
            moments.map(|at| Announcement { at, span: timed.span }).collect()
        };
        for announcement in timed.announce.clone().unwrap_or_else(own) {
            match announcement.at {
                Moment::Halfway => self.announce_half(timed, announcement),
                Moment::Left(left) => match words_left(left, timed, announcement) {
                    Ok(words) => self.0.push((timed.length - left, Event::Say(words))),
                    Err(problem) => problems.push(problem),
                },
            }
        }
        self.count_down(timed, timed.count);
        self.0.sort_by_key(|(after, _)| *after);
        self.0
    }

    fn announce_half(&mut self, timed: &Timed, announcement: Announcement) {
        let half = Millis(timed.length.0 / 2);
        let words = Words { text: defaults::HALFWAY.into(), span: announcement.span };
        let after_tone =
            if timed.tones { Tone::Halfway.length() + AFTER_TONE } else { Millis::ZERO };
        if timed.tones {
            self.0.push((half, Event::Tone(Tone::Halfway)));
        }
        self.0.push((half + after_tone, Event::Say(words)));
    }

    fn count_down(&mut self, timed: &Timed, count: Count) {
        // At the very start there is the tone already.
        let most = timed.length.0.div_ceil(1000).saturating_sub(1);
        let last = count.last.unwrap_or(defaults::count(timed.verb, timed.length));
        for second in (1..=most.min(u64::from(last))).rev() {
            let event = match count.with {
                CountWith::Tick => Event::Tone(Tone::Tick),
                CountWith::Voice => {
                    Event::Say(Words { text: numbers::cardinal(second), span: count.span })
                }
            };
            self.0.push((timed.length - Millis::from_secs(second), event));
        }
    }
}

/// `ten seconds left.`, or why that cannot be said.
fn words_left(left: Millis, timed: &Timed, announcement: Announcement) -> Result<Words, Problem> {
    let (span, length) = (announcement.span, timed.length);
    let wrong = |message| Problem::error("out-of-range", span, message);
    if left >= length {
        let message = format!("{left} are never left in a step of {length}");
        return Err(wrong(message).help("announce a shorter time, or take it out"));
    }
    match numbers::duration(left) {
        Some(words) => Ok(Words { text: format!("{words} left."), span }),
        None => Err(wrong(format!("{left} cannot be said: only whole seconds can"))),
    }
}
