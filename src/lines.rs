//! The lines of a routine: what a voice has to say in whatever way it is played.

use std::collections::HashSet;

use crate::routine::Routine;
use crate::sequencer::{self, Options, SIDE, Sides, Talk};
use crate::voice::Voice;

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
