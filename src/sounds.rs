//! The samples behind a timeline's sounds, all loaded before the first is needed.

use std::collections::HashMap;
use std::sync::Arc;

use crate::clip::resample::Resampler;
use crate::clip::{Clip, Samples};
use crate::error::Error;
use crate::loudness::Meter;
use crate::loudness::energy::{SLICE_MS, energies};
use crate::mixer::power;
use crate::time::Rate;
use crate::timeline::{SoundKind, Timeline};
use crate::voice::Voice;

/// Resamplers to one rate, each made once.
struct Resamplers {
    to: u32,
    from: HashMap<u32, Resampler>,
}

impl Resamplers {
    fn new(to: Rate) -> Self {
        Self { to: to.hz(), from: HashMap::new() }
    }

    /// The one from a rate; `None` where there is nothing to be done.
    fn from(&mut self, rate: u32) -> Option<&Resampler> {
        let to = self.to;
        (rate != to).then(|| &*self.from.entry(rate).or_insert_with(|| Resampler::new(rate, to)))
    }
}

/// The most that the different sounds of a timeline may last together, in seconds: they
/// are all in memory at once, 350 MB at 48 kHz.
const MOST_SECONDS: u64 = 3600;

/// The samples of every sound of a timeline, at the timeline's rate, in the same order.
#[derive(Clone, Debug)]
pub struct Sounds {
    clips: Vec<Clip>,
}

impl Sounds {
    /// Loads every sound of `timeline`: clips from `voice`, brought to the timeline's
    /// rate, and tones made at that rate.
    ///
    /// # Errors
    /// [`Error::Voice`] when a clip cannot be read or is not what the manifest says.
    pub fn load(timeline: &Timeline, voice: &Voice) -> Result<Self, Error> {
        let frames: u64 = timeline.sounds.iter().map(|sound| sound.frames.0).sum();
        if frames > MOST_SECONDS * u64::from(timeline.rate.hz()) {
            let problem = format!("its clips would take more than {MOST_SECONDS} s of memory");
            return Err(Error::Voice { pack: voice.shown().into(), problem });
        }
        let mut resamplers = Resamplers::new(timeline.rate);
        let mut sounds = Self { clips: Vec::new() };
        for sound in &timeline.sounds {
            let rate = timeline.rate;
            let samples = match &sound.kind {
                SoundKind::Voice { clip: id, .. } => {
                    let clip = voice.clip(*id)?;
                    match resamplers.from(clip.rate.hz()) {
                        Some(resampler) => Samples::Made(resampler.resample(&clip.samples)),
                        None => clip.samples,
                    }
                }
                SoundKind::Tone(tone) => Samples::Made(tone.samples(rate)),
                SoundKind::Glide(glide) => Samples::Made(glide.samples(rate)),
                SoundKind::Clip { audio, .. } => match resamplers.from(audio.rate) {
                    Some(resampler) => Samples::Made(resampler.resample(&audio.samples)),
                    None => Samples::Decoded(Arc::clone(audio)),
                },
            };
            let clip = Clip { rate, samples };
            debug_assert_eq!(clip.frames(), sound.frames, "the sequencer planned with this length");
            sounds.clips.push(clip);
        }
        Ok(sounds)
    }

    /// The samples of a sound, by its index in [`Timeline::sounds`].
    pub fn samples(&self, sound: u32) -> &[i16] {
        &self.clips[sound as usize].samples
    }

    /// The integrated loudness of the timeline in LUFS, as two ears hear it, mono in both;
    /// `None` when nothing is heard.
    pub fn loudness(&self, timeline: &Timeline) -> Option<f64> {
        let sounds: Vec<&[i16]> = self.clips.iter().map(|clip| &*clip.samples).collect();
        let energies = energies(&sounds, timeline.rate.hz());
        let mut meter = Meter::new(timeline.rate);
        for cue in &timeline.cues {
            let energies = &energies[cue.sound as usize];
            let slice = u64::from(timeline.rate.hz() * SLICE_MS / 1000);
            let heard = (timeline.end(cue) - cue.at).0.div_ceil(slice) as usize;
            meter.place(cue.at, &energies[..heard.min(energies.len())], power(cue.ear));
        }
        meter.integrated(timeline.frames)
    }

    /// Sounds of given samples, for tests.
    #[cfg(test)]
    pub fn of(samples: &[&[i16]]) -> Self {
        let rate = crate::time::Rate::DEFAULT;
        let clip = |samples: &&[i16]| Clip { rate, samples: Samples::Made(samples.to_vec()) };
        Self { clips: samples.iter().map(clip).collect() }
    }
}
