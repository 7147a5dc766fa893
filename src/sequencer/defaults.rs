//! What the coach says and counts where a routine leaves it out: chosen so
//! that a file of bare verbs and durations is a good routine.

use crate::routine::{Moment, Timed, Verb};
use crate::time::Millis;
use crate::tone::Tone;
use crate::voice::numbers;

/// What is said before each further deepening, in turn. Never an order: the runner may
/// have reached the limit.
pub const DEEPER: [&str; 2] =
    ["Go a little deeper, if you can.", "And a little deeper, if you can."];
/// What is said as one breathes in, and out.
pub const BREATHE_IN: &str = "Breathe in.";
/// See [`BREATHE_IN`].
pub const BREATHE_OUT: &str = "Breathe out.";
/// What is said as one holds the breath.
pub const HOLD_BREATH: &str = "Hold.";
/// How short a rest may be made that does not say so itself: long enough for its countdown.
pub const SHORTEST_REST: Millis = Millis::from_secs(5);
/// What is said at the half of a timed part.
pub const HALFWAY: &str = "Halfway.";
/// What is said as a side begins, with the side's name.
pub const FIRST_SIDE: &str = "{side} side.";
/// What is said as the second side begins.
pub const OTHER_SIDE: &str = "Switch sides. {side} side.";

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
pub fn instruction(timed: &Timed) -> String {
    match timed.verb {
        Verb::Work if timed.open.is_some() => {
            timed.name.as_ref().map_or("Work.".into(), |name| format!("{}.", name.text))
        }
        Verb::Squeeze | Verb::Release | Verb::Breathe => format!("{}.", timed.verb.label()),
        Verb::Hold | Verb::Rest if timed.open.is_some() => format!("{}.", timed.verb.label()),
        Verb::Wait => "Take your time.".into(),
        Verb::Deepen => "Ease into the stretch.".into(),
        Verb::Work => {
            let name = timed.name.as_ref().map_or("Work", |name| &name.text);
            let words = numbers::duration(timed.length).unwrap_or_default();
            format!("{name}. {words}.")
        }
        _ => match numbers::duration(timed.length) {
            Some(words) => format!("{} for {words}.", timed.verb.label()),
            None => format!("{}.", timed.verb.label()),
        },
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
