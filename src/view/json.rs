//! The timeline as JSON, for programs. All times are frames at the timeline's
//! rate, from the start of the file that an export with the same options writes.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::routine::{Parameter, Verb};
use crate::terminal::write_json;
use crate::time::{Frames, Rate};
use crate::timeline::{Cue, Ear, Side, Timeline, TimelineStep};
use crate::totals::Totals;

/// Writes `timeline` and the routine's parameters as one JSON object.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(timeline: &Timeline, params: &[Parameter], out: impl Write) -> io::Result<()> {
    let document = Document {
        title: &timeline.title,
        routine: &timeline.routine,
        rate: timeline.rate,
        frames: timeline.frames,
        totals: Totals::of(timeline),
        params,
        steps: Steps(timeline),
        cues: Cues(timeline),
    };
    write_json(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    title: &'a str,
    routine: &'a str,
    rate: Rate,
    frames: Frames,
    totals: Totals,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    params: &'a [Parameter],
    steps: Steps<'a>,
    cues: Cues<'a>,
}

struct Steps<'a>(&'a Timeline);

impl Serialize for Steps<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let steps = self.0.steps.iter().enumerate();
        serializer.collect_seq(steps.map(|(index, step)| StepView::new(index, step)))
    }
}

#[derive(Serialize)]
struct StepView<'a> {
    index: usize,
    verb: Verb,
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<Side>,
    at: Frames,
    frames: Frames,
    #[serde(skip_serializing_if = "Option::is_none")]
    timed_at: Option<Frames>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timed_frames: Option<Frames>,
    open: bool,
}

impl<'a> StepView<'a> {
    fn new(index: usize, step: &'a TimelineStep) -> Self {
        Self {
            index,
            verb: step.verb,
            label: &step.label,
            side: step.side,
            at: step.at,
            frames: step.frames,
            timed_at: step.timed.map(|(at, _)| at),
            timed_frames: step.timed.map(|(_, frames)| frames),
            open: step.open,
        }
    }
}

struct Cues<'a>(&'a Timeline);

impl Serialize for Cues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cues = self.0.cues.iter();
        serializer.collect_seq(cues.map(|cue| CueView::new(self.0, cue)))
    }
}

#[derive(Serialize)]
struct CueView<'a> {
    at: Frames,
    frames: Frames,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tone: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// Only where it is one of the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    ear: Option<Ear>,
    step: u32,
}

impl<'a> CueView<'a> {
    fn new(timeline: &'a Timeline, cue: &Cue) -> Self {
        let sound = timeline.sound(cue);
        let (kind, text) = (sound.kind.name(), sound.kind.words());
        let (tone, file) = (sound.kind.tone(), sound.kind.file());
        let ear = Some(cue.ear).filter(|ear| *ear != Ear::Both);
        Self { at: cue.at, frames: sound.frames, kind, text, tone, file, ear, step: cue.step }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_cue_tells_its_ear_only_where_it_is_one_of_the_two() {
        let cues = [(0, 0, Ear::Both), (3, 0, Ear::Left), (6, 0, Ear::Right)];
        let mut written = Vec::new();
        write(&Timeline::of(9, &[&[1, 2]], &cues), &[], &mut written).unwrap();
        let document: Value = serde_json::from_slice(&written).unwrap();
        let expected = json!([
            { "at": 0, "frames": 2, "kind": "tone", "tone": "tick", "step": 0 },
            { "at": 3, "frames": 2, "kind": "tone", "tone": "tick", "ear": "left", "step": 0 },
            { "at": 6, "frames": 2, "kind": "tone", "tone": "tick", "ear": "right", "step": 0 },
        ]);
        assert_eq!(document["cues"], expected);
    }
}
