//! Keeps Bluetooth earbuds awake. They fall asleep in digital silence and swallow the first
//! syllable that wakes them, so before a sound that follows a long silence an inaudible
//! signal flows for a second, and a soft tone comes before words.

use super::GuardMode;
use super::script::{Planned, Script};
use crate::time::Millis;
use crate::timeline::Guard;
use crate::tone::Tone;

/// Silence before the first word: what a sleeping earbud takes to wake.
pub const LEAD_IN: Millis = Millis::from_secs(1);
/// A silence this long may have sent earbuds to sleep. Shorter ones lie between breaths,
/// where a tone before every word would be too much.
pub const LONG_SILENCE: Millis = Millis::from_secs(6);
/// How long the signal flows before a sound.
const WAKE: Millis = Millis::from_secs(1);
/// From the begin of the soft tone to the words.
pub const BREATH: Millis = Millis(300);

/// Adds soft tones to the cues of `script`, which are in order, and says when the signal flows.
pub fn keep_awake(script: &mut Script, mode: GuardMode, end: Millis) -> Guard {
    let spans = match mode {
        GuardMode::Off => Vec::new(),
        GuardMode::Always => vec![(Millis::ZERO, end)],
        GuardMode::Wake => wake(script),
    };
    let frames = |(from, until)| (script.frame_at(from), script.frame_at(until));
    Guard { on: mode != GuardMode::Off, spans: spans.into_iter().map(frames).collect() }
}

fn wake(script: &mut Script) -> Vec<(Millis, Millis)> {
    // The end of an open step cannot be foreseen, so the signal flows in all of it: whatever
    // comes a second after its begin finds earbuds awake.
    let mut spans = std::mem::take(&mut script.open);
    let open = spans.clone();
    let is_open = |moment| {
        let after = open.partition_point(|(from, _)| *from + WAKE <= moment);
        after > 0 && moment <= open[after - 1].1
    };
    let tone = script.sound_of_tone(Tone::Breath);
    let (mut breaths, mut begun_earlier) = (Vec::new(), Vec::new());
    let mut silent_since = None;
    for cue in &script.cues {
        let silence = silent_since.map_or(LONG_SILENCE, |since| cue.at.saturating_sub(since));
        if silence >= LONG_SILENCE && !is_open(cue.at) {
            let mut begin = cue.at;
            if script.is_voice(cue.sound) {
                begin = cue.at.saturating_sub(BREATH);
                let end = begin + Tone::Breath.length();
                begun_earlier.push((cue.step, cue.at, begin));
                breaths.push(Planned { at: begin, end, sound: tone, ..*cue });
            }
            spans.push((begin.saturating_sub(WAKE), begin));
        }
        silent_since = silent_since.max(Some(cue.end));
    }
    script.cues.extend(breaths);
    for (step, words, breath) in begun_earlier {
        script.begin_earlier(step as usize, words, breath);
    }
    script.cues.sort_by_key(|cue| cue.at);
    joined(spans)
}

/// Spans in order, those that touch made one.
fn joined(mut spans: Vec<(Millis, Millis)>) -> Vec<(Millis, Millis)> {
    spans.sort_unstable();
    let mut joined: Vec<(Millis, Millis)> = Vec::with_capacity(spans.len());
    for (from, until) in spans {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Span;
    use crate::routine::{Verb, Words};
    use crate::time::Rate;
    use crate::timeline::Ear;
    use crate::voice::Voice;

    #[test]
    fn spans_that_touch_become_one() {
        let spans = [(5, 6), (1, 2), (2, 4), (8, 9), (8, 10)].map(|(a, b)| (Millis(a), Millis(b)));
        let expected = [(1, 4), (5, 6), (8, 10)].map(|(a, b)| (Millis(a), Millis(b)));
        assert_eq!(joined(spans.into()), expected);
    }

    #[test]
    fn cues_have_the_ear_of_their_step_and_a_breath_that_of_its_words() {
        let voice = Voice::built_in();
        let mut script = Script::new(&voice, Rate::DEFAULT, None);
        let span = Span::default();
        let line = script.line(&Words { text: "Get ready.".into(), span });
        script.ear = Ear::Left;
        let words = script.begin_step(Verb::Say, String::new(), Millis::ZERO, span);
        script.ear = Ear::Right;
        let tone = script.begin_step(Verb::Tone, String::new(), Millis::ZERO, span);
        let second = Millis::from_secs;
        script.speak(line, second(2), words);
        script.play(Tone::Start, second(4), tone);
        // The words' step ends after the next has begun.
        script.play(Tone::End, second(5), words);
        keep_awake(&mut script, GuardMode::Wake, second(9));
        let cues = script.placed_cues();
        let at = |moment| Rate::DEFAULT.frame_at(moment);
        let heard: Vec<_> = cues.iter().map(|cue| (cue.at, cue.ear)).collect();
        let expected = [
            (at(Millis(1700)), Ear::Left),
            (at(second(2)), Ear::Left),
            (at(second(4)), Ear::Right),
            (at(second(5)), Ear::Left),
        ];
        assert_eq!(heard, expected);
    }
}
