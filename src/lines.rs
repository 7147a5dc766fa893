//! The lines of a routine: what a voice has to say in whatever way it is played.

use std::collections::{BTreeSet, HashSet};

use crate::coach::answer;
use crate::language::Phrasebook;
use crate::routine::{Routine, Verb};
use crate::sequencer::{self, Options, SIDE, Sides, Talk};
use crate::time::Millis;
use crate::timeline::SoundKind;
use crate::voice::{Speaker, Voice, VoiceClip};

/// The options with which a routine may say different words: sides and talk levels, as far as
/// its text tells them apart.
pub fn ways_to_play(text: &str) -> Vec<Options> {
    let all = [None, Some(Sides::Left), Some(Sides::Right)];
    let sides = if text.contains(SIDE) { &all[..] } else { &all[..1] };
    let levels = [(Talk::Coach, ""), (Talk::Normal, "\"normal\""), (Talk::Quiet, "\"quiet\"")];
    let levels = levels.into_iter().filter(|(_, key)| text.contains(key));
    let levels: Vec<Talk> = levels.map(|(talk, _)| talk).collect();
    let options = |sides, talk| Options { sides, talk, ..Options::default() };
    levels.iter().flat_map(|talk| sides.iter().map(|side| options(*side, *talk))).collect()
}

/// Every sentence of a routine with words in it that `voice` has no clips for, in whatever way it
/// is played, in the order in which they are said first. `text` is the routine's own.
pub fn missing(text: &str, routine: &Routine, voice: &Voice) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut lines = Vec::new();
    for options in ways_to_play(text) {
        for live in [false, true] {
            for line in sequencer::missing(routine, voice, &Options { live, ..options }) {
                if seen.insert(line.clone()) {
                    lines.push(line);
                }
            }
        }
    }
    lines
}

/// The clips of `voice` that are heard of a routine in whatever way it is played, with any side,
/// level and bound of its parameters, and those that other times and the answer to "where am I" are
/// made of. `text` is the routine's own.
pub fn clips(text: &str, routine: &Routine, voice: &Voice) -> BTreeSet<VoiceClip> {
    let mut clips = BTreeSet::new();
    let mut phrases = BTreeSet::new();
    for options in ways_to_play(text) {
        for live in [false, true] {
            let laid_out = sequencer::sequence(routine, "", voice, &Options { live, ..options });
            let Ok(timeline) = laid_out else { continue };
            clips.extend(timeline.sounds.iter().filter_map(|sound| match sound.kind {
                SoundKind::Voice { clip, .. } => Some(clip),
                _ => None,
            }));
            if let Some(book) = voice.language().phrasebook() {
                let steps = timeline.steps.iter();
                phrases.extend(steps.flat_map(|step| answer::words(step, book)));
            }
        }
    }
    for speaker in [Speaker::Own, Speaker::StandIn] {
        let Some(book) = voice.language_of(speaker).phrasebook() else { continue };
        let own = phrases.iter().filter(|_| speaker == Speaker::Own).cloned();
        for phrase in own.chain(counts(book)) {
            let spoken = voice.compose(&phrase, speaker).unwrap_or_default();
            clips.extend(spoken.iter().map(|spoken| spoken.clip));
        }
    }
    clips
}

/// Numbers, and times as they are announced and asked for.
fn counts(book: &'static Phrasebook) -> impl Iterator<Item = String> {
    const VERBS: [Verb; 5] = [Verb::Hold, Verb::Rest, Verb::Squeeze, Verb::Release, Verb::Breathe];
    let seconds = (1..3600).chain((1..24).map(|hour| hour * 3600 + 61)).map(Millis::from_secs);
    let times = seconds.flat_map(move |time| [book.time_left(time), book.duration(time)]);
    let verbs = VERBS.into_iter().map(move |verb| book.verb_for(verb, Millis::from_secs(60)));
    (0..100).map(|number| book.number(number)).chain(times.flatten()).chain(verbs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routine::parse;

    #[test]
    fn every_way_of_playing_has_its_lines() {
        let text = r#"{ "side_word": "sore", "steps": [
            { "say": { "text": { "coach": "Touch your {side} toes.", "quiet": "Toes. Now." } } },
            { "repeat": { "times": 3, "steps": [
                { "hold": { "for": "9s", "say": "Hold for {time}. Fold number {round}." } }
            ] } },
            { "work": { "name": "Swans", "for": "20s", "until": "limit", "at_most": "40s",
                        "cues": [{ "at": "30s", "say": "Fly." }] } }
        ] }"#;
        let lines = missing(text, &parse(text).unwrap(), &Voice::built_in());
        let expected = [
            "Touch your sore toes.",
            "Fold number 1.",
            "Fold number 2.",
            "Fold number 3.",
            "Swans.",
            "Fly.",
            "Touch your left toes.",
            "Touch your right toes.",
            "Toes.",
            "Now.",
        ];
        assert_eq!(lines, expected);
    }
}
