//! A few words on their own, such as the answer to "where am I".

use super::guard::BREATH;
use super::script::Script;
use crate::bed::duck::Ducks;
use crate::problem::{Problems, Span};
use crate::routine::{Verb, Words};
use crate::time::{Millis, Rate};
use crate::timeline::{Guard, Timeline};
use crate::tone::Tone;
use crate::voice::Voice;

/// Silence after the last word.
const TAIL: Millis = Millis(300);

/// The timeline of a text that is spoken on its own, after a soft tone if earbuds may be
/// asleep.
///
/// # Errors
/// The words that the voice has no clip for.
pub fn phrase(text: &str, voice: &Voice, rate: Rate, guarded: bool) -> Result<Timeline, Problems> {
    let mut script = Script::new(voice, rate, None);
    let line = script.line(&Words { text: text.into(), span: Span::default() });
    let step = script.begin_step(Verb::Say, text.into(), Millis::ZERO, Span::default());
    if guarded {
        script.play(Tone::Breath, Millis::ZERO, step);
        script.now = BREATH;
    }
    script.speak(line, script.now, step);
    let end = script.voice_free() + TAIL;
    script.end_step(step, end);
    if script.problems.has_errors() {
        return Err(script.problems);
    }
    Ok(Timeline {
        title: text.into(),
        about: String::new(),
        routine: String::new(),
        rate,
        frames: script.frame_at(end),
        cues: script.placed_cues(),
        steps: script.steps,
        sounds: script.sounds,
        guard: Guard { on: guarded, spans: Vec::new() },
        ducks: Ducks::default(),
    })
}
