//! What the coach says and counts where a routine leaves it out: chosen so
//! that a file of bare verbs and durations is a good routine.

use crate::language::Phrasebook;
use crate::routine::{Moment, Timed, Verb};
use crate::time::Millis;
use crate::tone::Tone;

/// How short a rest may be made that does not say so itself: long enough for its countdown.
pub const SHORTEST_REST: Millis = Millis::from_secs(5);

/// The tone that begins a timed part. The rising one means effort; where there is none to be
/// made, one short note marks the moment.
pub fn begin_tone(verb: Verb) -> Tone {
    match verb {
        Verb::Deepen => Tone::Deepen,
        Verb::Release | Verb::Rest => Tone::Tick,
        _ => Tone::Start,
    }
}

/// The instruction before a timed part.
pub fn instruction(timed: &Timed, book: &Phrasebook) -> String {
    let verb = timed.verb;
    match verb {
        Verb::Work => {
            let name = timed.name.as_ref().map_or(book.verb(verb), |name| &name.text);
            match book.duration(timed.length).filter(|_| timed.open.is_none()) {
                Some(time) => format!("{name}. {time}."),
                None => format!("{name}."),
            }
        }
        Verb::Squeeze | Verb::Release | Verb::Breathe => format!("{}.", book.verb(verb)),
        Verb::Hold | Verb::Rest if timed.open.is_some() => format!("{}.", book.verb(verb)),
        Verb::Wait => book.take_time.into(),
        Verb::Deepen => book.ease_in.into(),
        _ => book.verb_for(verb, timed.length),
    }
}

/// The moments at which the time left is told.
pub fn announcements(verb: Verb, length: Millis) -> Vec<Moment> {
    let mut moments = Vec::new();
    let told = matches!(verb, Verb::Hold | Verb::Rest | Verb::Work);
    if told && verb != Verb::Rest && length >= Millis::from_secs(20) {
        moments.push(Moment::Halfway);
    }
    if told && length >= Millis::from_secs(180) {
        moments.push(Moment::Left(Millis::from_secs(60)));
    }
    if told && length >= Millis::from_secs(30) {
        moments.push(Moment::Left(Millis::from_secs(10)));
    }
    moments
}

/// How many of the last seconds are counted down.
pub fn count(verb: Verb, length: Millis) -> u32 {
    let whole_seconds = (length.0 / 1000).min(u64::from(u32::MAX)) as u32;
    match verb {
        // A squeeze hurts: every second of it is counted, but for the one that the tone begins.
        Verb::Squeeze => whole_seconds.saturating_sub(1).min(4),
        Verb::Hold | Verb::Rest | Verb::Work if whole_seconds >= 5 => 3,
        _ => 0,
    }
}
