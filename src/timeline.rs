//! The timeline: every cue of a routine at its frame. Pure data, made by the
//! sequencer and read by the renderer and by everything that shows it.

use serde::Serialize;

use crate::problem::Span;
use crate::routine::Verb;
use crate::time::{Frames, Rate};
use crate::tone::Tone;
use crate::voice::ClipId;

/// A routine laid out in time, at one rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// The routine's name for people.
    pub title: String,
    /// What the routine is for.
    pub about: String,
    /// The routine's short name.
    pub routine: String,
    /// Frames a second.
    pub rate: Rate,
    /// The whole length.
    pub frames: Frames,
    /// The steps in the order played.
    pub steps: Vec<TimelineStep>,
    /// The cues in the order heard.
    pub cues: Vec<Cue>,
    /// The different sounds that the cues play.
    pub sounds: Vec<Sound>,
}

/// One step as it is played.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineStep {
    /// What is done.
    pub verb: Verb,
    /// Its name for people.
    pub label: String,
    /// The side it is done on.
    pub side: Option<Side>,
    /// Where its first cue begins. The words for a hold that follows a deepening are
    /// spoken within that deepening, so two such steps overlap.
    pub at: Frames,
    /// All of it, to where the next thing may begin.
    pub frames: Frames,
    /// Its timed part: where it begins and how long it lasts.
    pub timed: Option<(Frames, Frames)>,
    /// Whether it lasts, live, until the runner is at the limit.
    pub open: bool,
    /// Where it stands in the routine's file.
    pub span: Span,
}

impl TimelineStep {
    /// Where the step ends.
    pub fn end(&self) -> Frames {
        self.at + self.frames
    }
}

/// A side of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The left.
    Left,
    /// The right.
    Right,
}

impl Side {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

/// One sound at one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Where it begins.
    pub at: Frames,
    /// What is heard: an index of [`Timeline::sounds`].
    pub sound: u32,
    /// The step it belongs to: an index of [`Timeline::steps`].
    pub step: u32,
}

/// Something to be heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// What it is.
    pub kind: SoundKind,
    /// How long it sounds.
    pub frames: Frames,
}

/// What a sound is.
#[derive(Clone, Debug, PartialEq)]
pub enum SoundKind {
    /// A clip of the voice.
    Voice {
        /// The clip.
        clip: ClipId,
        /// Its words.
        words: String,
    },
    /// A tone.
    Tone(Tone),
}

impl Timeline {
    /// The sound that a cue plays.
    pub fn sound(&self, cue: &Cue) -> &Sound {
        &self.sounds[cue.sound as usize]
    }

    /// Where a cue's sound ends.
    pub fn end(&self, cue: &Cue) -> Frames {
        cue.at + self.sound(cue).frames
    }
}
