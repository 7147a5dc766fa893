//! What an export writes: the frames of a timeline, the music under it, at the loudness that was
//! asked for.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::music;
use super::progress::Progress;
use crate::bed::music::Notes;
use crate::cli::MusicArgs;
use crate::error::Error;
use crate::loudness;
use crate::loudness::energy::Work;
use crate::loudness::leveller::{Level, Leveller, level_for};
use crate::render::{Renderer, Spans};
use crate::sounds::Sounds;
use crate::threads;
use crate::time::Frames;
use crate::timeline::Timeline;

/// What is within so many LU of the loudness asked for is left as it is.
const NEAR_ENOUGH: f64 = 0.5;

/// How loud a programme is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loudness {
    /// In LUFS.
    Lufs(f64),
    /// Nobody knows: there is music under it, and nothing was measured.
    Music,
    /// Nothing is heard.
    Silence,
}

impl Loudness {
    /// How people are told of it.
    pub fn told(self) -> String {
        match self {
            Self::Lufs(lufs) => format!("{lufs:.1} LUFS"),
            Self::Music => "music under it".into(),
            Self::Silence => "silent".into(),
        }
    }

    /// In LUFS to a hundredth, for programs; `None` where there is none.
    pub fn rounded(self) -> Option<f64> {
        match self {
            Self::Lufs(lufs) => Some((lufs * 100.0).round() / 100.0),
            Self::Music | Self::Silence => None,
        }
    }
}

/// A loudness that is being found out.
#[derive(Debug)]
pub enum Measuring {
    /// It is known.
    Done(Loudness),
    /// A thread is at it.
    Going {
        /// The thread, if there could be one.
        thread: Option<JoinHandle<()>>,
        /// What it does.
        work: Arc<Work>,
        /// What is measured.
        sounds: Arc<Sounds>,
        /// Where it sounds.
        timeline: Arc<Timeline>,
    },
}

impl Measuring {
    /// Does the rest of it, and says what was found.
    ///
    /// # Errors
    /// [`Error::Io`] when a clip cannot be read.
    pub fn finish(self) -> Result<Loudness, Error> {
        match self {
            Self::Done(loudness) => Ok(loudness),
            Self::Going { thread, work, sounds, timeline } => {
                work.share(&*sounds);
                if let Some(Err(panic)) = thread.map(JoinHandle::join) {
                    std::panic::resume_unwind(panic);
                }
                sounds.ensure_read()?;
                let lufs = loudness::of(&timeline, &work.found());
                Ok(lufs.map_or(Loudness::Silence, Loudness::Lufs))
            }
        }
    }
}

/// A timeline with all that makes it sound.
pub struct Programme<'a> {
    timeline: Arc<Timeline>,
    sounds: Arc<Sounds>,
    channels: u16,
    music: &'a MusicArgs,
    level: Option<Level>,
    notes: Notes,
}

impl<'a> Programme<'a> {
    /// The programme of a timeline for so many channels. Its music is opened once to know that
    /// there is some.
    ///
    /// # Errors
    /// [`Error::Music`], [`Error::Usage`] as [`music::open`] has them.
    pub fn open(
        timeline: Timeline,
        sounds: Sounds,
        channels: u16,
        music: &'a MusicArgs,
    ) -> Result<Self, Error> {
        let notes = Notes::default();
        music::open(music, timeline.rate, Frames(0), &notes)?;
        let (timeline, sounds) = (Arc::new(timeline), Arc::new(sounds));
        Ok(Self { timeline, sounds, channels, music, level: None, notes })
    }

    /// How many frames it has.
    pub fn frames(&self) -> Frames {
        self.timeline.frames
    }

    /// What is heard when.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Begins to find out how loud it is, on a thread of its own, so that nothing waits for it.
    pub fn loudness(&self) -> Measuring {
        match self.level {
            Some(level) => Measuring::Done(Loudness::Lufs(level.lufs)),
            None if self.music.is_wanted() => Measuring::Done(Loudness::Music),
            None => {
                let (sounds, timeline) = (Arc::clone(&self.sounds), Arc::clone(&self.timeline));
                let work = Arc::new(Work::new(&*sounds, timeline.rate.hz()));
                let (shared, shared_sounds) = (Arc::clone(&work), Arc::clone(&sounds));
                // Where no thread can be had, all of it is done at the end.
                let thread = thread::Builder::new().spawn(move || shared.share(&*shared_sounds));
                let thread = thread.ok();
                Measuring::Going { thread, work, sounds, timeline }
            }
        }
    }

    /// What was left out of its music, for people.
    pub fn music_notes(&self) -> Vec<String> {
        self.notes.take().into_iter().map(|note| format!("music {note}")).collect()
    }

    /// Brings it to a loudness in LUFS, if one is asked for and it is not near enough already, and
    /// says what is to be told of it. `ensure_wanted` may end it.
    ///
    /// # Errors
    /// What `ensure_wanted` gives, [`Error::Threads`], and as [`Programme::play`].
    pub fn bring_to(
        &mut self,
        target: Option<f64>,
        quiet: bool,
        ensure_wanted: impl Fn() -> io::Result<()>,
    ) -> Result<Option<String>, Error> {
        let Some(target) = target else { return Ok(None) };
        let own = self.sounds.loudness(&self.timeline);
        let is_near = own.is_none_or(|own| (target - own).abs() <= NEAR_ENOUGH);
        if is_near && !self.music.is_wanted() {
            return Ok(None);
        }
        threads::ensure(1)?;
        let mut progress = Progress::new("measuring", self.frames(), quiet);
        let guess = own.map_or(0.0, |own| target - own);
        let level = level_for(target, guess, |gain| {
            self.level = Some(Level { gain, lufs: target });
            self.measure(|position| {
                progress.show(position);
                ensure_wanted()
            })
        });
        progress.clear();
        self.level = level?;
        let short = self.level.map_or(0.0, |level| target - level.lufs);
        Ok((short.abs() > NEAR_ENOUGH).then(|| {
            format!("it cannot be brought to {target} LUFS: its peaks may not get any higher")
        }))
    }

    /// How loud it is at its level.
    fn measure(&self, go_on: impl FnMut(Frames) -> io::Result<()>) -> Result<Option<f64>, Error> {
        self.play(|spans| {
            let measured =
                loudness::leveller::loudness(spans, self.timeline.rate, self.channels, go_on);
            measured.map_err(|error| Error::io("cannot write", Path::new("the file"), error))
        })
    }

    /// Gives all its frames to `listen`, front to back, and tells of music that was left out.
    ///
    /// # Errors
    /// What `listen` gives, [`Error::Music`] when none can be read any more, and [`Error::Io`] when
    /// a clip cannot.
    pub fn play<T>(
        &self,
        listen: impl FnOnce(&mut dyn Spans) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut renderer = Renderer::new(Arc::clone(&self.timeline), Arc::clone(&self.sounds));
        if let Some(bed) = music::bed(self.music, &self.timeline, &self.notes)? {
            renderer = renderer.over(bed);
        }
        let heard = match self.level {
            Some(Level { gain, .. }) => {
                listen(&mut Leveller::new(&mut renderer, self.timeline.rate, self.channels, gain))
            }
            None => listen(&mut renderer),
        };
        // It may have ended early for that.
        self.sounds.ensure_read()?;
        heard
    }
}
