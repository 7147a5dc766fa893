//! The timeline: every cue of a routine at its frame. Pure data, made by the
//! sequencer and read by the renderer and by everything that shows it.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

use crate::bed::duck::Ducks;
use crate::clip::recording::Recording;
use crate::glide::Glide;
use crate::problem::Span;
use crate::routine::Verb;
use crate::time::{Frames, Rate};
use crate::tone::Tone;
use crate::voice::VoiceClip;

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
    /// The signal that keeps Bluetooth earbuds awake.
    pub guard: Guard,
    /// Where music gives way, if any is to lie under it.
    pub ducks: Ducks,
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
    /// spoken within that deepening, and the soft tone before words lies in the silence
    /// before them, so two such steps overlap.
    pub at: Frames,
    /// All of it, to where the next thing may begin.
    pub frames: Frames,
    /// Its timed part: where it begins and how long it lasts.
    pub timed: Option<(Frames, Frames)>,
    /// Whether it lasts, live, until the runner goes on.
    pub open: bool,
    /// Where an open step leads when the runner goes on: past all that belongs to it.
    pub exit: Option<Frames>,
    /// Where it stands in the routine's file.
    pub span: Span,
}

impl TimelineStep {
    /// Where the step ends.
    pub fn end(&self) -> Frames {
        self.at + self.frames
    }
}

/// When the inaudible signal flows that keeps Bluetooth earbuds awake. It fills silence and
/// never sounds together with a cue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// Whether there is one at all.
    pub on: bool,
    /// From where to where it flows: in order, none touching the next.
    pub spans: Vec<(Frames, Frames)>,
}

impl Guard {
    /// Whether the signal flows at `moment`, and where that changes next.
    pub fn at(&self, moment: Frames) -> (bool, Option<Frames>) {
        let next = self.spans.partition_point(|(_, until)| *until <= moment);
        match self.spans.get(next) {
            Some((from, _)) if *from > moment => (false, Some(*from)),
            Some((_, until)) => (true, Some(*until)),
            None => (false, None),
        }
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

/// The ears that a cue is meant for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ear {
    /// Both, alike.
    #[default]
    Both,
    /// The left; the right hears it from afar.
    Left,
    /// The right; the left hears it from afar.
    Right,
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
    /// Whether it goes on with the sentence that the cue before it began.
    pub goes_on: bool,
    /// Where it has faded to nothing, if it is cut before its sound ends.
    pub cut: Option<Frames>,
    /// The ears that it is meant for.
    pub ear: Ear,
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
        clip: VoiceClip,
        /// Its words.
        words: String,
    },
    /// A tone.
    Tone(Tone),
    /// A tone that guides a breath.
    Glide(Glide),
    /// An audio file of the author's own.
    Clip {
        /// Its path within the routine's folder.
        file: String,
        /// The words in it.
        words: String,
        /// Its samples, at a rate of their own.
        audio: Arc<Recording>,
    },
}

impl SoundKind {
    /// The word for it in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Voice { .. } => "voice",
            Self::Tone(_) | Self::Glide(_) => "tone",
            Self::Clip { .. } => "clip",
        }
    }

    /// The words in it, if there are any.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Voice { words, .. } | Self::Clip { words, .. } => {
                Some(words.as_str()).filter(|words| !words.is_empty())
            }
            Self::Tone(_) | Self::Glide(_) => None,
        }
    }

    /// The name of the tone that it is.
    pub fn tone(&self) -> Option<&'static str> {
        match self {
            Self::Tone(tone) => Some(tone.name()),
            Self::Glide(glide) => Some(glide.way.name()),
            Self::Voice { .. } | Self::Clip { .. } => None,
        }
    }

    /// The author's own file that it is.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Clip { file, .. } => Some(file),
            _ => None,
        }
    }

    /// What it is, for people: its words, or its name in brackets.
    pub fn shown(&self) -> Cow<'_, str> {
        match (self.words(), self.file().or(self.tone())) {
            (Some(words), _) => words.into(),
            (None, name) => format!("({})", name.unwrap_or_default()).into(),
        }
    }
}

impl Timeline {
    /// The sound that a cue plays.
    pub fn sound(&self, cue: &Cue) -> &Sound {
        &self.sounds[cue.sound as usize]
    }

    /// Where a cue's sound ends.
    pub fn end(&self, cue: &Cue) -> Frames {
        let end = cue.at + self.sound(cue).frames;
        cue.cut.map_or(end, |cut| end.min(cut))
    }

    /// Whether any cue is meant for one ear.
    pub fn has_ears(&self) -> bool {
        self.cues.iter().any(|cue| cue.ear != Ear::Both)
    }

    /// The timeline as one channel has it: every sound at its own level, wherever it was.
    #[must_use]
    pub fn without_ears(mut self) -> Self {
        for cue in &mut self.cues {
            cue.ear = Ear::Both;
        }
        self
    }

    /// Whether a cue is spoken.
    pub fn is_voice(&self, cue: &Cue) -> bool {
        matches!(self.sound(cue).kind, SoundKind::Voice { .. })
    }

    /// The step that is on at a moment: the one that began last, or the one that follows an open
    /// step that is being left. Before the first it is the first.
    pub fn step_at(&self, moment: Frames) -> Option<usize> {
        let begun = self.steps.partition_point(|step| step.at <= moment);
        let step = begun.saturating_sub(1);
        let is_left = self.steps.get(step)?.exit.is_some_and(|exit| exit <= moment);
        Some(if is_left { (step + 1).min(self.steps.len() - 1) } else { step })
    }

    /// A timeline of `frames` at 8 kHz with cues of sounds so long, each with its place, its
    /// sound and its ear, for tests.
    #[cfg(test)]
    pub(crate) fn of(frames: u64, sounds: &[&[i16]], cues: &[(u64, u32, Ear)]) -> Self {
        let kind = SoundKind::Tone(Tone::Tick);
        let sound = |s: &&[i16]| Sound { kind: kind.clone(), frames: Frames(s.len() as u64) };
        let cue = |&(at, sound, ear): &(u64, u32, Ear)| Cue {
            at: Frames(at),
            sound,
            step: 0,
            goes_on: false,
            cut: None,
            ear,
        };
        Self {
            title: String::new(),
            about: String::new(),
            routine: String::new(),
            rate: Rate::new(8000).unwrap(),
            frames: Frames(frames),
            steps: Vec::new(),
            cues: cues.iter().map(cue).collect(),
            sounds: sounds.iter().map(sound).collect(),
            guard: Guard::default(),
            ducks: Ducks::default(),
        }
    }

    /// The same with steps, each with its verb, its name, its place and its length, for tests.
    #[cfg(test)]
    pub(crate) fn with_steps(mut self, steps: &[(Verb, &str, u64, u64)]) -> Self {
        let step = |&(verb, label, at, frames): &(Verb, &str, u64, u64)| TimelineStep {
            verb,
            label: label.into(),
            side: None,
            at: Frames(at),
            frames: Frames(frames),
            timed: None,
            open: false,
            exit: None,
            span: Span::default(),
        };
        self.steps = steps.iter().map(step).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_when_the_signal_flows_and_until_when() {
        let spans = vec![(Frames(2), Frames(4)), (Frames(7), Frames(9))];
        let guard = Guard { on: true, spans };
        let at = |moment| guard.at(Frames(moment));
        assert_eq!(at(0), (false, Some(Frames(2))));
        assert_eq!(at(3), (true, Some(Frames(4))));
        assert_eq!(at(4), (false, Some(Frames(7))));
        assert_eq!(at(9), (false, None));
    }

    #[test]
    fn a_timeline_has_ears_until_they_are_taken_off() {
        let timeline = Timeline::of(9, &[&[1, 2]], &[(0, 0, Ear::Both), (3, 0, Ear::Right)]);
        assert!(timeline.has_ears());
        let mono = Timeline::of(9, &[&[1, 2]], &[(0, 0, Ear::Both), (3, 0, Ear::Both)]);
        assert!(!mono.has_ears());
        assert_eq!(timeline.without_ears(), mono);
    }
}
