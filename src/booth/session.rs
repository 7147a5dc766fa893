//! A sitting in the booth: line after line is counted in, recorded, heard again and kept.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::face::Face;
use super::meter::Meter;
use super::microphone::{Heard, Microphone};
use super::page::{State, View};
use super::proof::Proof;
use super::recording::{End, Recorded, Recording};
use super::shelf::Shelf;
use super::speaker::Speaker;
use super::speech::Room;
use super::takes::Takes;
use super::wish::Wish;
use crate::clip::decode::Audio;
use crate::coach::signals::{self, Signal};
use crate::coach::tty;
use crate::error::Error;
use crate::studio::folder::slug;
use crate::studio::master::{Doubt, Mastered, master};
use crate::time::{Millis, Rate};
use crate::tone::Tone;

/// How often the session looks what has changed.
const TICK: Duration = Duration::from_millis(40);
/// How many tones count in, how far they are from each other, and how long after the last of them
/// the recording begins: a device may be heard this late.
const TONES: u64 = 3;
const BEAT: Millis = Millis(700);
const RING_OUT: Millis = Millis(500);
/// Who wants to end a recording that has just ended by itself does not mean to keep it unheard.
const LATE: Millis = Millis(500);

/// What reaches the session from outside.
#[derive(Debug)]
pub enum Input {
    /// A key or a line.
    Wish(Wish),
    /// Something to be told to the user.
    Warning(String),
    /// The system wants something.
    Signal(Signal),
    /// No more wishes will come.
    Over,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All lines were gone through.
    Whole,
    /// There was enough.
    Quit,
    /// The system wanted the program to end.
    Interrupted,
}

/// What a session needs.
pub struct Booth<'a> {
    /// The microphone.
    pub microphone: Microphone,
    /// What is heard.
    pub speaker: Speaker,
    /// The pack.
    pub shelf: &'a mut Shelf,
    /// The lines to be recorded.
    pub lines: &'a [String],
    /// What is seen and told.
    pub face: &'a mut Face,
    /// What the lines have to fit into.
    pub proof: &'a Proof,
}

/// A sitting in the booth.
pub struct Session<'a> {
    booth: Booth<'a>,
    takes: Takes,
    /// The line that it is about.
    at: usize,
    stage: Stage,
    room: Room,
    meter: Meter,
    /// Frames of the microphone.
    now: u64,
    kept: usize,
    /// Nobody is asked whether it may begin.
    goes_ahead: bool,
    /// Nobody is there any more to judge what is recorded.
    is_alone: bool,
}

/// How far a line is.
enum Stage {
    /// It waits for a key.
    Ready,
    /// The recording begins at this frame.
    CountIn(u64),
    Recording(Recording),
    Review(Review),
}

/// A recording, or a clip of the pack, that is judged.
struct Review {
    clip: Option<Mastered>,
    is_kept: bool,
    warnings: Vec<String>,
    /// Until then the wish to end the recording is a late one.
    settled: u64,
}

impl<'a> Session<'a> {
    /// A session that begins with the first line; at once if it `goes_ahead`.
    pub fn new(booth: Booth<'a>, goes_ahead: bool) -> Self {
        let rate = booth.microphone.rate;
        let takes = Takes::of(booth.shelf.folder());
        Self {
            booth,
            takes,
            at: 0,
            stage: Stage::Ready,
            room: Room::new(rate),
            meter: Meter::new(rate),
            now: 0,
            kept: 0,
            goes_ahead,
            is_alone: false,
        }
    }

    /// Goes through the lines until the last, or until there is enough. How it ended, and how many
    /// lines were kept.
    ///
    /// # Errors
    /// [`Error::Device`] when the microphone is lost, [`Error::Io`] when a clip or a recording
    /// cannot be written.
    pub fn run(mut self, inputs: &Receiver<Input>) -> Result<(Ending, usize), Error> {
        self.booth.face.started(&self.booth.microphone.id, self.booth.lines.len());
        let ending = self.follow(inputs);
        self.booth.speaker.stop();
        let saved = self.save_unfinished();
        self.booth.microphone.close();
        let ending = ending?;
        saved?;
        self.booth.face.over(ending == Ending::Whole, self.kept);
        Ok((ending, self.kept))
    }

    fn follow(&mut self, inputs: &Receiver<Input>) -> Result<Ending, Error> {
        self.enter(self.at)?;
        while self.at < self.booth.lines.len() {
            self.hear()?;
            if self.booth.microphone.is_lost() {
                return Err(self.lost());
            }
            self.draw();
            let ending = match inputs.recv_timeout(TICK) {
                Ok(Input::Wish(wish)) => self.grant(wish)?,
                Ok(Input::Signal(signal)) => self.heed(signal)?,
                Ok(Input::Warning(text)) => {
                    self.booth.face.note(&text);
                    None
                }
                Ok(Input::Over) => {
                    self.is_alone = true;
                    None
                }
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => {
                    std::thread::sleep(TICK);
                    None
                }
            };
            if let Some(ending) = ending {
                return Ok(ending);
            }
            if self.is_alone && matches!(self.stage, Stage::Review(_)) {
                return Ok(Ending::Quit);
            }
        }
        Ok(Ending::Whole)
    }

    fn lost(&self) -> Error {
        let name = &self.booth.microphone.name;
        Error::Device(format!(
            "the microphone is gone ({name}): plug it in and give the command again, which goes on \
             with the line that was cut; what was recorded so far is kept"
        ))
    }

    fn rate(&self) -> Rate {
        self.booth.microphone.rate
    }

    fn frames(&self, time: Millis) -> u64 {
        self.rate().frame_at(time).0
    }

    fn words(&self) -> &'a str {
        &self.booth.lines[self.at]
    }

    /// Takes what the microphone has heard.
    fn hear(&mut self) -> Result<(), Error> {
        let heard = self.booth.microphone.take();
        self.meter.feed(heard.iter().map(|heard| heard.peak));
        for frame in heard {
            self.now += 1;
            self.hear_frame(frame)?;
        }
        Ok(())
    }

    fn hear_frame(&mut self, heard: Heard) -> Result<(), Error> {
        match &mut self.stage {
            Stage::Recording(recording) => match recording.feed(heard) {
                Some(end) => self.end_recording(end),
                None => Ok(()),
            },
            Stage::CountIn(until) if *until <= self.now => {
                let losses = self.booth.microphone.losses();
                let mut recording = Recording::new(self.room.noise(), losses, self.rate());
                let end = recording.feed(heard);
                debug_assert_eq!(end, None, "nothing ends with its first frame");
                self.stage = Stage::Recording(recording);
                self.booth.face.recording(self.words());
                Ok(())
            }
            _ => {
                self.room.feed(heard.sample);
                Ok(())
            }
        }
    }

    /// Turns to a line. One that the pack has is heard, another is recorded.
    fn enter(&mut self, at: usize) -> Result<(), Error> {
        self.at = at;
        let Some(words) = self.booth.lines.get(at) else { return Ok(()) };
        let clip = self.booth.shelf.clip(words)?;
        self.booth.face.line((at + 1, self.booth.lines.len()), words, clip.is_some());
        match clip {
            Some(clip) => {
                self.review(Review {
                    clip: Some(clip),
                    is_kept: true,
                    warnings: Vec::new(),
                    settled: 0,
                });
            }
            None if self.goes_ahead => self.count_in(),
            None => self.stage = Stage::Ready,
        }
        Ok(())
    }

    /// Counts in, with tones where there is a speaker.
    fn count_in(&mut self) {
        self.goes_ahead = true;
        let rate = self.rate();
        let mut tones = Vec::new();
        for turn in 0..TONES {
            tones.resize(self.frames(Millis(BEAT.0 * turn)) as usize, 0);
            tones.extend(Tone::Tick.samples(rate));
        }
        self.booth.speaker.play(&tones, rate);
        let length = Millis(BEAT.0 * (TONES - 1) + RING_OUT.0);
        self.stage = Stage::CountIn(self.now + self.frames(length));
    }

    fn end_recording(&mut self, end: End) -> Result<(), Error> {
        let stage = std::mem::replace(&mut self.stage, Stage::Ready);
        let Stage::Recording(recording) = stage else { return Ok(()) };
        let seconds = recording.seconds();
        let recorded = recording.finish(end, self.booth.microphone.losses());
        let (words, rate) = (self.words(), self.rate());
        let take = self.save(&recorded.samples)?;
        let Recorded { samples, says_something, mut warnings } = recorded;
        let samples = samples.iter().map(|s| (s * 32_768.0).round_ties_even() as i16).collect();
        let audio = Audio { rate: rate.hz(), samples };
        let clip = match says_something.then(|| master(&audio, self.booth.shelf.rate())) {
            Some(Ok(clip)) => {
                // Peaks that were cut off in one channel alone are known from the recording.
                let doubts = clip.doubts.iter().filter(|doubt| **doubt != Doubt::Clipped);
                warnings.extend(doubts.map(ToString::to_string));
                let Booth { proof, shelf, lines, .. } = &self.booth;
                warnings.extend(proof.overruns(shelf, lines, (words, &clip)));
                Some(clip)
            }
            Some(Err(flaw)) => {
                warnings.push(flaw.to_string());
                None
            }
            None => None,
        };
        self.booth.face.recorded(end, seconds, &take, clip.is_some(), &warnings);
        let late = if end == End::Asked { 0 } else { self.frames(LATE) };
        self.review(Review { clip, is_kept: false, warnings, settled: self.now + late });
        Ok(())
    }

    /// Keeps a recording as it is.
    fn save(&mut self, samples: &[f32]) -> Result<String, Error> {
        self.takes.keep(&slug(self.words()), samples, self.rate())
    }

    /// Keeps what was recorded of a line that was left in its midst.
    fn save_unfinished(&mut self) -> Result<(), Error> {
        match std::mem::replace(&mut self.stage, Stage::Ready) {
            Stage::Recording(recording) if recording.says_something() => {
                self.save(&recording.into_samples()).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Lets a clip be heard and judged.
    fn review(&mut self, review: Review) {
        self.stage = Stage::Review(review);
        self.listen();
    }

    fn listen(&mut self) {
        if let Stage::Review(Review { clip: Some(clip), .. }) = &self.stage {
            self.booth.speaker.play(&clip.samples, clip.rate);
        }
    }

    /// Does what was wished; how the session ends, if it does.
    fn grant(&mut self, wish: Wish) -> Result<Option<Ending>, Error> {
        match (wish, &self.stage) {
            (Wish::Quit, _) => return Ok(Some(Ending::Quit)),
            (Wish::Go | Wish::Stop, Stage::Recording(_)) => self.end_recording(End::Asked)?,
            (Wish::Listen, Stage::Review(_)) => self.listen(),
            (Wish::Go, Stage::Review(review)) if self.now < review.settled => {}
            (Wish::Go | Wish::Stop, Stage::Ready)
            | (Wish::Go, Stage::Review(Review { clip: None, .. })) => self.count_in(),
            (Wish::Go | Wish::Keep, Stage::Review(_)) => self.keep()?,
            (Wish::Again, _) => {
                self.save_unfinished()?;
                self.count_in();
            }
            (Wish::Skip, _) => self.turn(self.at + 1)?,
            (Wish::Back, _) => self.turn(self.at.saturating_sub(1))?,
            (Wish::Go | Wish::Stop | Wish::Keep | Wish::Listen, _) => {}
        }
        Ok(None)
    }

    /// Leaves a line as it is.
    fn turn(&mut self, to: usize) -> Result<(), Error> {
        self.save_unfinished()?;
        self.booth.speaker.stop();
        self.enter(to)
    }

    /// Puts what was recorded into the pack, and goes on.
    fn keep(&mut self) -> Result<(), Error> {
        let words = self.words();
        let Stage::Review(Review { clip: Some(clip), is_kept, .. }) = &self.stage else {
            self.booth.face.note("there is nothing to keep: record it again, or skip it");
            return Ok(());
        };
        if !is_kept {
            let file = self.booth.shelf.put(words, clip, &mut self.takes)?;
            self.kept += 1;
            self.booth.face.kept(words, &file);
        }
        self.booth.speaker.stop();
        self.enter(self.at + 1)
    }

    fn heed(&mut self, signal: Signal) -> Result<Option<Ending>, Error> {
        match signal {
            Signal::End => return Ok(Some(Ending::Interrupted)),
            Signal::Suspend if tty::can_stop() => {
                self.save_unfinished()?;
                self.booth.speaker.stop();
                self.booth.face.suspend();
                signals::stop_here();
                self.booth.face.resume();
                self.goes_ahead = false;
                self.enter(self.at)?;
            }
            Signal::Suspend => {}
            Signal::Continue => self.booth.face.resume(),
        }
        Ok(None)
    }

    fn draw(&mut self) {
        let has_keys = self.booth.face.has_keys();
        let playing = self.booth.speaker.is_playing();
        let state = match &self.stage {
            Stage::Ready => State::Ready,
            Stage::CountIn(until) => {
                let left = until.saturating_sub(self.now) / self.frames(BEAT).max(1);
                State::CountIn(left.min(TONES - 1) as u32 + 1)
            }
            Stage::Recording(recording) => State::Recording(recording.seconds()),
            Stage::Review(review) => {
                let seconds =
                    |clip: &Mastered| clip.samples.len() as f64 / f64::from(clip.rate.hz());
                let length = review.clip.as_ref().map(seconds);
                State::Review { length, playing, kept: review.is_kept }
            }
        };
        let warnings = match &self.stage {
            Stage::Review(review) => review.warnings.as_slice(),
            _ => &[],
        };
        self.booth.face.draw(&View {
            pack: self.booth.shelf.shown(),
            device: &self.booth.microphone.name,
            number: (self.at + 1, self.booth.lines.len()),
            words: self.words(),
            state,
            meter: self.meter.reading(),
            warnings,
            has_keys,
        });
    }
}
