//! The samples that a cue should have in a file: by the one mixer, so that it is cut and faded
//! as it is in an export.

use std::sync::Arc;

use crate::bed::duck::Duck;
use crate::mixer::{Mixer, Sounding};
use crate::sounds::Sounds;
use crate::time::{Frames, Rate};
use crate::timeline::{Cue, Ear, Timeline};

/// Samples softer than -60 dBFS before a sound are not looked for.
const SILENCE: u16 = 33;

/// Makes the samples of single cues.
pub struct Samples<'a> {
    timeline: &'a Timeline,
    sounds: Arc<Sounds>,
    mixer: Mixer,
    /// How many frames of silence each sound begins with.
    silences: Vec<u64>,
}

impl<'a> Samples<'a> {
    /// Of the cues of `timeline`, whose sounds are `sounds`.
    pub fn new(timeline: &'a Timeline, sounds: Arc<Sounds>) -> Self {
        let silence = |sound: u32| {
            let samples = sounds.samples(sound);
            let loud = samples.iter().position(|sample| sample.unsigned_abs() >= SILENCE);
            loud.unwrap_or(samples.len()) as u64
        };
        let silences = (0..timeline.sounds.len() as u32).map(silence).collect();
        Self { timeline, sounds, mixer: Mixer::new(timeline.rate, 1, false), silences }
    }

    /// The rate of the samples.
    pub fn rate(&self) -> Rate {
        self.timeline.rate
    }

    /// Where a cue begins to be heard, and where it ends, in frames after its begin; `None` if it
    /// is never heard.
    pub fn heard(&self, cue: &Cue) -> Option<(u64, u64)> {
        let end = self.timeline.end(cue).min(self.timeline.frames);
        let (silence, length) = (self.silences[cue.sound as usize], end.0.saturating_sub(cue.at.0));
        (silence < length).then_some((silence, length))
    }

    /// The samples of a cue between two frames after its begin, alone and as the near ear has it.
    pub fn of(&mut self, cue: &Cue, from: u64, until: u64) -> Vec<f32> {
        let at = cue.at.0;
        self.mixer.start_at(Frames(at + from));
        self.mixer.begin(Sounding {
            sounds: Arc::clone(&self.sounds),
            sound: cue.sound,
            at,
            end: (cue.at + self.timeline.sound(cue).frames).0,
            cut: cue.cut.map(|cut| cut.0),
            is_voice: false,
            again: at,
            ear: Ear::Both,
        });
        let mut samples = vec![0.0; (until - from) as usize];
        let mut made = 0;
        while made < samples.len() {
            let span = self.mixer.next_span(Frames(at + until), false, Duck::Open);
            let frames = span.frames();
            span.copy_to(&mut samples[made..made + frames]);
            made += frames;
        }
        samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cue_has_its_own_samples_as_far_as_the_timeline_lets_it_sound() {
        let sound: &[i16] = &[0, 5, 64, 128, -256];
        let timeline = Timeline::of(104, &[sound], &[(100, 0, Ear::Left)]);
        let mut samples = Samples::new(&timeline, Arc::new(Sounds::of(&[sound])));
        let cue = timeline.cues[0];
        assert_eq!(samples.heard(&cue), Some((2, 4)));
        assert_eq!(samples.of(&cue, 2, 4), [64.0 / 32_768.0, 128.0 / 32_768.0]);
    }

    #[test]
    fn a_cue_that_is_cut_fades_as_it_does_in_a_file_and_one_without_sound_is_never_heard() {
        let sounds: [&[i16]; 2] = [&[1000; 600], &[3; 10]];
        let mut timeline = Timeline::of(900, &sounds, &[(0, 0, Ear::Both), (700, 1, Ear::Both)]);
        timeline.cues[0].cut = Some(Frames(340));
        let mut samples = Samples::new(&timeline, Arc::new(Sounds::of(&sounds)));
        let cue = timeline.cues[0];
        assert_eq!(samples.heard(&cue), Some((0, 340)));
        // It fades for 240 frames: one step from its end it has four parts of a thousand.
        assert_eq!(samples.of(&cue, 339, 340), [4.0 / 32_768.0]);
        assert_eq!(samples.heard(&timeline.cues[1]), None);
    }
}
