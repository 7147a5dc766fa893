//! The answer to "where am I": the step, and the time that is left of it.

use super::journal::{Doing, Heard};
use crate::language::{Phrasebook, filled};
use crate::routine::Verb;
use crate::time::Millis;
use crate::timeline::{Timeline, TimelineStep};

/// What the coach says, best first: the first that the voice has clips for is taken.
pub fn phrases(timeline: &Timeline, heard: &Heard, book: &'static Phrasebook) -> Vec<String> {
    let Some(on) = timeline.step_at(heard.position) else { return Vec::new() };
    let step = &timeline.steps[on];
    let mut phrases = Vec::new();
    if step.timed.is_none() {
        // Words alone have no place in time: what they lead to has.
        let next = timeline.steps[on..].iter().find(|step| step.timed.is_some());
        let names = next.map(|next| [next.label.as_str(), what(next.verb, book)]);
        phrases.extend(names.into_iter().flatten().map(|name| filled(book.next_up, "name", name)));
        phrases.push(book.almost_there.into());
        return phrases;
    }
    let side = step.side.map(|side| filled(book.first_side, "side", book.side(side)));
    let left = time_left(timeline, step, heard).and_then(|left| book.time_left(left));
    // A step's own name says more than its verb, where the voice can say it.
    for name in [step.label.as_str(), what(step.verb, book)] {
        let own = [Some(format!("{name}.")), side.clone(), left.clone()];
        phrases.push(own.into_iter().flatten().collect::<Vec<_>>().join(" "));
    }
    phrases.extend(left);
    phrases.push(book.keep_going.into());
    phrases
}

/// What any answer about a step may be made of, its time left out.
pub fn words(step: &TimelineStep, book: &'static Phrasebook) -> Vec<String> {
    let mut words = vec![book.almost_there.to_string(), book.keep_going.to_string()];
    for name in [step.label.as_str(), what(step.verb, book)] {
        words.extend([filled(book.next_up, "name", name), format!("{name}.")]);
    }
    words.extend(step.side.map(|side| filled(book.first_side, "side", book.side(side))));
    words
}

/// The verb as the coach says it.
fn what(verb: Verb, book: &'static Phrasebook) -> &'static str {
    match verb {
        Verb::Deepen => book.deepening,
        Verb::Wait => book.take_time.trim_end_matches('.'),
        verb => book.verb(verb),
    }
}

/// What is left of a timed part, in whole seconds; nothing is said of one that waits for the
/// runner, or is nearly over.
fn time_left(timeline: &Timeline, step: &TimelineStep, heard: &Heard) -> Option<Millis> {
    let (begin, frames) = step.timed.filter(|_| !step.open)?;
    let more = match heard.doing {
        Doing::Waiting(frames) => frames.0,
        _ => 0,
    };
    let left = (begin + frames).0.saturating_sub(heard.position.max(begin).0) + more;
    let seconds = left.div_ceil(u64::from(timeline.rate.hz()));
    (seconds > 0).then(|| Millis::from_secs(seconds))
}
