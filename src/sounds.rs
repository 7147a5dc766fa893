//! The samples behind a timeline's sounds: loaded before the first is needed, or, of long files,
//! as they are.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clip::Samples;
use crate::clip::recording::{Recording, Window};
use crate::clip::resample::Resampler;
use crate::error::Error;
use crate::loudness;
use crate::loudness::energy::{self, energies};
use crate::time::{Frames, Rate};
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

/// The most that the different sounds of a timeline may last together, in seconds. Played live,
/// they are all in memory at once, 350 MB at 48 kHz.
const MOST_SECONDS: u64 = 3600;

/// The samples of every sound of a timeline, at the timeline's rate, in the same order.
#[derive(Debug)]
pub struct Sounds {
    sounds: Vec<Stored>,
    /// The first file that could not be read when it was needed.
    unread: Mutex<Option<Error>>,
}

/// Where the samples of a sound are.
#[derive(Debug)]
enum Stored {
    Memory(Samples),
    /// In memory, or in a file of the author's.
    Own(Arc<Recording>),
}

impl Stored {
    fn of(
        kind: &SoundKind,
        rate: Rate,
        voice: &Voice,
        resamplers: &mut Resamplers,
    ) -> Result<Self, Error> {
        let samples = match kind {
            SoundKind::Voice { clip: id, .. } => {
                let clip = voice.clip(*id)?;
                match resamplers.from(clip.rate.hz()) {
                    Some(resampler) => Samples::Made(resampler.resample(&clip.samples)),
                    None => clip.samples,
                }
            }
            SoundKind::Tone(tone) => Samples::Made(tone.samples(rate)),
            SoundKind::Glide(glide) => Samples::Made(glide.samples(rate)),
            SoundKind::Clip { audio, .. } => match resamplers.from(audio.rate()) {
                Some(resampler) => {
                    let samples = audio.samples().map_err(|error| audio.unread(error))?;
                    Samples::Made(resampler.resample(&samples))
                }
                None => return Ok(Self::Own(Arc::clone(audio))),
            },
        };
        Ok(Self::Memory(samples))
    }

    fn frames(&self) -> Frames {
        Frames(match self {
            Self::Memory(samples) => samples.len(),
            Self::Own(recording) => recording.frames(),
        } as u64)
    }
}

impl Sounds {
    /// Loads every sound of `timeline` into memory: clips from `voice`, brought to the timeline's
    /// rate, and tones made at that rate. What is played live waits for no file then.
    ///
    /// # Errors
    /// [`Error::Voice`] when a clip cannot be read or is not what the manifest says, [`Error::Io`]
    /// when one of the author's own cannot.
    pub fn load(timeline: &Timeline, voice: &Voice) -> Result<Self, Error> {
        let mut sounds = Self::open(timeline, voice)?;
        for stored in &mut sounds.sounds {
            if let Stored::Own(recording) = stored
                && let Recording::Plain(_) = **recording
            {
                let samples = recording.samples().map_err(|error| recording.unread(error))?;
                *stored = Stored::Memory(Samples::Made(samples.into_owned()));
            }
        }
        Ok(sounds)
    }

    /// The same, but files of the author's own that have their samples as they are needed are read
    /// when they are. Whether they could be is known afterwards: [`Sounds::ensure_read`].
    ///
    /// # Errors
    /// As [`Sounds::load`].
    pub fn open(timeline: &Timeline, voice: &Voice) -> Result<Self, Error> {
        let frames: u64 = timeline.sounds.iter().map(|sound| sound.frames.0).sum();
        if frames > MOST_SECONDS * u64::from(timeline.rate.hz()) {
            let problem = format!("its clips would take more than {MOST_SECONDS} s of memory");
            return Err(Error::Voice { pack: voice.shown().into(), problem });
        }
        let mut resamplers = Resamplers::new(timeline.rate);
        let mut sounds = Vec::with_capacity(timeline.sounds.len());
        for sound in &timeline.sounds {
            let stored = Stored::of(&sound.kind, timeline.rate, voice, &mut resamplers)?;
            debug_assert_eq!(stored.frames(), sound.frames, "the sequencer planned with this");
            sounds.push(stored);
        }
        Ok(Self { sounds, unread: Mutex::default() })
    }

    /// Samples of a sound, by its index in [`Timeline::sounds`], from a frame on: as many as are
    /// `wanted`, or the first of them. What lies in a file is seen through `window`.
    pub fn part<'a>(
        &'a self,
        sound: u32,
        from: usize,
        wanted: usize,
        window: &'a mut Window,
    ) -> &'a [i16] {
        let samples = match &self.sounds[sound as usize] {
            Stored::Memory(samples) => samples,
            Stored::Own(recording) => match &**recording {
                Recording::Decoded(audio) => audio.samples.as_slice(),
                Recording::Plain(file) => {
                    let shown = window.show(file, from, wanted);
                    return shown.unwrap_or_else(|(error, silence)| {
                        self.note(recording.unread(error));
                        silence
                    });
                }
            },
        };
        &samples[from..from + wanted]
    }

    /// All samples of a sound.
    pub fn samples(&self, sound: u32) -> Cow<'_, [i16]> {
        match &self.sounds[sound as usize] {
            Stored::Memory(samples) => Cow::Borrowed(samples),
            Stored::Own(recording) => recording.samples().unwrap_or_else(|error| {
                self.note(recording.unread(error));
                Cow::Owned(vec![0; recording.frames()])
            }),
        }
    }

    /// Notes what could not be read, which is silent then.
    fn note(&self, error: Error) {
        self.unread().get_or_insert(error);
    }

    fn unread(&self) -> MutexGuard<'_, Option<Error>> {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether every file could be read so far as it was needed.
    pub fn are_read(&self) -> bool {
        self.unread().is_none()
    }

    /// Ensures that they [are read](Self::are_read).
    ///
    /// # Errors
    /// [`Error::Io`] of the first file that could not be.
    pub fn ensure_read(&self) -> Result<(), Error> {
        self.unread().take().map_or(Ok(()), Err)
    }

    /// The loudness of a timeline of these sounds: [`loudness::of`].
    pub fn loudness(&self, timeline: &Timeline) -> Option<f64> {
        loudness::of(timeline, &energies(self, timeline.rate.hz()))
    }

    /// Sounds of given samples, for tests.
    #[cfg(test)]
    pub fn of(samples: &[&[i16]]) -> Self {
        let stored = |samples: &&[i16]| Stored::Memory(Samples::Made(samples.to_vec()));
        Self { sounds: samples.iter().map(stored).collect(), unread: Mutex::default() }
    }
}

impl energy::Samples for Sounds {
    fn lengths(&self) -> Vec<usize> {
        self.sounds.iter().map(|stored| stored.frames().0 as usize).collect()
    }

    fn part<'a>(
        &'a self,
        sound: usize,
        from: usize,
        wanted: usize,
        window: &'a mut Window,
    ) -> &'a [i16] {
        Self::part(self, sound as u32, from, wanted, window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clip::own;
    use crate::render::Renderer;
    use crate::timeline::Ear;
    use crate::tone::Tone;

    /// A timeline of a clip, which lies in a file beside, and of a tone that overlaps with it.
    fn with_a_file() -> (tempfile::TempDir, Timeline) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wav");
        let samples: Vec<i16> = (0..70_000).map(|i| (i % 2001) as i16 - 1000).collect();
        std::fs::write(&file, own::tests::wav(8000, 1, &samples)).unwrap();
        let tick = Tone::Tick.samples(Rate::new(8000).unwrap());
        let both = [(0, 1), (100, 0), (70_900, 0)].map(|(at, sound)| (at, sound, Ear::Both));
        let cues = [both.as_slice(), &[(71_000, 1, Ear::Left)]].concat();
        let mut timeline = Timeline::of(150_000, &[&samples, &tick], &cues);
        let audio = Arc::new(own::open(&file).unwrap());
        timeline.sounds[0].kind =
            SoundKind::Clip { file: "a.wav".into(), words: String::new(), audio };
        (folder, timeline)
    }

    fn heard(timeline: &Timeline, sounds: Sounds) -> (Vec<[f32; 2]>, Result<(), Error>) {
        let sounds = Arc::new(sounds);
        let mut heard = vec![[9.0; 2]; timeline.frames.0 as usize];
        let mut renderer = Renderer::new(Arc::new(timeline.clone()), Arc::clone(&sounds));
        let filled = renderer.fill(&mut heard);
        heard.truncate(filled);
        (heard, sounds.ensure_read())
    }

    #[test]
    fn what_is_read_as_it_is_needed_is_heard_as_if_it_were_in_memory() {
        let (_folder, timeline) = with_a_file();
        let voice = Voice::built_in();
        let (from_file, read) = heard(&timeline, Sounds::open(&timeline, &voice).unwrap());
        let (in_memory, _) = heard(&timeline, Sounds::load(&timeline, &voice).unwrap());
        assert!(read.is_ok());
        assert_eq!(from_file.len(), 150_000);
        assert!(from_file == in_memory);
    }

    #[test]
    fn a_file_that_went_away_ends_what_is_heard_and_is_told_of() {
        let (folder, timeline) = with_a_file();
        let sounds = Sounds::open(&timeline, &Voice::built_in()).unwrap();
        drop(folder);
        let (heard, read) = heard(&timeline, sounds);
        // A few spans may have been made before that was known.
        assert!((100..70_000).contains(&heard.len()), "{}", heard.len());
        let told = read.unwrap_err().to_string();
        assert!(told.starts_with("cannot read `") && told.contains("a.wav"), "{told}");
    }
}
