//! What a timeline comes to: the time for each side, the time in a stretch, what is said.

use serde::Serialize;

use crate::routine::Verb;
use crate::time::Frames;
use crate::timeline::{Side, SoundKind, Timeline, TimelineStep};

/// Sums over a timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// The timed parts for the left side.
    pub left: Frames,
    /// The timed parts for the right side.
    pub right: Frames,
    /// Deepenings and holds.
    pub stretching: Frames,
    /// Whatever is spoken.
    pub speaking: Frames,
    /// How many words are spoken.
    pub words: usize,
}

impl Totals {
    /// The sums over `timeline`.
    pub fn of(timeline: &Timeline) -> Self {
        let timed = |which: &dyn Fn(&TimelineStep) -> bool| {
            let steps = timeline.steps.iter().filter(|step| which(step));
            Frames(steps.filter_map(|step| step.timed).map(|(_, frames)| frames.0).sum())
        };
        let counts: Vec<usize> = timeline.sounds.iter().map(|s| words_in(&s.kind)).collect();
        let spoken = timeline.cues.iter().filter(|cue| timeline.is_voice(cue));
        Self {
            left: timed(&|step| step.side == Some(Side::Left)),
            right: timed(&|step| step.side == Some(Side::Right)),
            stretching: timed(&|step| matches!(step.verb, Verb::Deepen | Verb::Hold)),
            speaking: Frames(spoken.map(|cue| timeline.sound(cue).frames.0).sum()),
            words: timeline.cues.iter().map(|cue| counts[cue.sound as usize]).sum(),
        }
    }
}

fn words_in(kind: &SoundKind) -> usize {
    kind.words().map_or(0, |words| words.split_whitespace().count())
}
