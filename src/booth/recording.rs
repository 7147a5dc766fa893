//! One line being recorded, and what is to be said of the recording.

use super::meter::Clips;
use super::microphone::Heard;
use super::speech::{Progress, Speech};
use crate::time::Rate;

/// A line may take this long, in seconds: a clip has 60 s at most.
const LONGEST: u32 = 50;
/// Nobody is waited for longer than this, in seconds.
const PATIENCE: u32 = 10;

/// Why a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was asked for.
    Asked,
    /// Nothing more was said.
    Silence,
    /// It had become too long.
    TooLong,
    /// Nothing was said at all.
    Nothing,
}

impl End {
    /// Its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Silence => "silence",
            Self::TooLong => "too-long",
            Self::Nothing => "nothing",
        }
    }
}

/// A line that is being recorded.
#[derive(Debug)]
pub struct Recording {
    rate: Rate,
    samples: Vec<f32>,
    speech: Speech,
    clips: Clips,
    /// How often the microphone had lost something before.
    losses: u64,
}

/// A line as it was recorded.
#[derive(Debug)]
pub struct Recorded {
    /// What the microphone gave.
    pub samples: Vec<f32>,
    /// Whether anything was said.
    pub says_something: bool,
    /// What is not as it should be, a sentence each.
    pub warnings: Vec<String>,
}

impl Recording {
    /// A recording in a room of this noise; the microphone has lost something so often before.
    pub fn new(noise: f32, losses: u64, rate: Rate) -> Self {
        let samples = Vec::with_capacity((LONGEST * rate.hz()) as usize);
        let (speech, clips) = (Speech::new(noise, rate), Clips::default());
        Self { rate, samples, speech, clips, losses }
    }

    /// The next frame; why the recording ends with it, if it does.
    pub fn feed(&mut self, heard: Heard) -> Option<End> {
        self.samples.push(heard.sample);
        self.clips.feed(heard.peak);
        self.speech.feed(heard.sample);
        let seconds = self.seconds();
        match self.speech.progress() {
            Progress::Over => Some(End::Silence),
            Progress::Waiting if seconds >= f64::from(PATIENCE) => Some(End::Nothing),
            _ if seconds >= f64::from(LONGEST) => Some(End::TooLong),
            _ => None,
        }
    }

    /// How long it is by now.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate.hz())
    }

    /// Whether anything was said by now.
    pub fn says_something(&self) -> bool {
        self.speech.progress() != Progress::Waiting
    }

    /// What was recorded by now.
    pub fn into_samples(self) -> Vec<f32> {
        self.samples
    }

    /// Ends it; the microphone has lost something so often by now.
    pub fn finish(self, end: End, losses: u64) -> Recorded {
        let says_something = self.says_something();
        let mut warnings = Vec::new();
        let mut warn = |text: &str| warnings.push(text.to_owned());
        if !says_something && self.speech.is_dead() {
            warn("the microphone gives nothing at all: is it muted, or switched off?");
        } else if !says_something {
            warn("nothing was heard: is this the right microphone, and is it loud enough?");
        }
        if self.clips.count > 0 {
            warn(
                "too loud: the peaks are cut off; go further from the microphone, or turn it down",
            );
        }
        if losses > self.losses {
            warn("a part is missing, because the machine was busy; record it again");
        }
        if end == End::TooLong {
            warn("cut off: a line may take 50 s at most");
        }
        Recorded { samples: self.samples, says_something, warnings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 8000;

    /// A recording of parts, each a height and its length in ms; how it ends by itself, if it
    /// does, and what is said of it.
    fn record(parts: &[(f32, u32)]) -> (Option<End>, Recorded) {
        let mut recording = Recording::new(0.0, 3, Rate::new(RATE).unwrap());
        for (peak, ms) in parts {
            for turn in 0..ms * RATE / 1000 {
                let sample = if turn % 2 == 0 { *peak } else { -peak };
                if let Some(end) = recording.feed(Heard { sample, peak: *peak }) {
                    return (Some(end), recording.finish(end, 3));
                }
            }
        }
        (None, recording.finish(End::Asked, 4))
    }

    #[test]
    fn a_recording_ends_after_the_words_or_in_time() {
        assert_eq!(record(&[(0.0, 900), (0.2, 900), (0.0, 1499)]).0, None);
        assert_eq!(record(&[(0.0, 900), (0.2, 900), (0.0, 1501)]).0, Some(End::Silence));
        assert_eq!(record(&[(0.0, 10_001)]).0, Some(End::Nothing));
        assert_eq!(record(&[(0.2, 50_001)]).0, Some(End::TooLong));
    }

    #[test]
    fn what_is_wrong_is_told() {
        let warnings = |parts: &[(f32, u32)]| record(parts).1.warnings;
        let fine: &[(f32, u32)] = &[(0.0005, 500), (0.2, 900), (0.0005, 1600)];
        assert_eq!(warnings(fine), [""; 0]);
        assert!(record(fine).1.says_something);
        assert!(warnings(&[(0.0, 10_001)])[0].starts_with("the microphone gives nothing at all"));
        assert!(warnings(&[(0.0001, 10_001)])[0].starts_with("nothing was heard"));
        assert!(warnings(&[(0.0, 500), (1.0, 900), (0.0, 1600)])[0].starts_with("too loud"));
        assert!(warnings(&[(0.2, 100)])[0].starts_with("a part is missing"));
        assert_eq!(warnings(&[(0.2, 50_001)]), ["cut off: a line may take 50 s at most"]);
    }
}
