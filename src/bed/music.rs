//! Music without an end: one piece after another, the end of each crossfaded into the next, and
//! the first again after the last.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::Music;
use super::playlist::Playlist;
use super::track::Track;
use crate::error::Error;
use crate::terminal::printable;
use crate::time::{Frames, Millis, Rate};

/// How long one piece fades into the next.
const CROSSFADE: Millis = Millis(4000);

/// What had to be left out so far, for people; shared with whoever tells them.
#[derive(Clone, Debug, Default)]
pub struct Notes(Arc<Mutex<Vec<String>>>);

/// Nobody reads more notes than these.
const MOST_NOTES: usize = 50;

impl Notes {
    fn add(&self, note: String) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() < MOST_NOTES && !notes.contains(&note) {
            notes.push(note);
            if notes.len() == MOST_NOTES {
                notes.push("and more that is not listed".into());
            }
        }
    }

    /// Takes what is noted by now.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The pieces of a playlist, one after another.
#[derive(Debug)]
pub struct Pieces {
    files: Vec<PathBuf>,
    /// The file that comes next.
    next_file: usize,
    rate: Rate,
    notes: Notes,
    /// What is heard; nothing when no file is left that can be.
    now: Option<Piece>,
    fade: Option<Fade>,
    /// What comes after it: opened long before, so that it is decoded while there is time.
    ahead: Option<Piece>,
    /// How many frames are still wanted.
    wanted: u64,
    /// The levels of a piece that comes, frame by frame, in parts of 32,768; backwards they are
    /// those of the piece that goes.
    curve: Vec<i16>,
}

/// A piece of which so much is known ahead that its end is seen before it fades.
#[derive(Debug)]
struct Piece {
    file: PathBuf,
    /// Nothing when all of it is read.
    track: Option<Track>,
    frames: Vec<[i16; 2]>,
    /// The first of them that was not heard yet.
    at: usize,
    /// How many frames there were in all.
    length: usize,
}

/// A piece that comes while the one before goes.
#[derive(Debug)]
struct Fade {
    next: Piece,
    /// How much of it is over, and how long it takes.
    done: usize,
    length: usize,
}

impl Piece {
    /// Reads until so many frames lie ahead, as far as there are so many.
    fn reach(&mut self, frames: usize, notes: &Notes) {
        // Moved up only now and then: each frame about once.
        if self.at > self.left() {
            self.frames.drain(..self.at);
            self.at = 0;
        }
        while self.left() < frames {
            let Some(track) = &mut self.track else { return };
            let before = self.frames.len();
            let has_more = track.read(&mut self.frames);
            self.length += self.frames.len() - before;
            if !has_more {
                if track.is_damaged {
                    notes.add(note(&self.file, "it is damaged; what could be read was played"));
                }
                self.track = None;
            }
        }
    }

    /// How many frames are known that lie ahead.
    fn left(&self) -> usize {
        self.frames.len() - self.at
    }

    /// The next frames, `most` at most.
    fn take(&mut self, most: usize) -> &[[i16; 2]] {
        let from = self.at;
        self.at += most.min(self.left());
        &self.frames[from..self.at]
    }
}

impl Fade {
    /// Gives the next frames of both pieces, `out.len()` at most, and says how many there were.
    fn give(&mut self, old: &mut Piece, curve: &[i16], out: &mut [[i16; 2]]) -> usize {
        let frames = out.len().min(self.length - self.done);
        let (old, new) = (old.take(frames), self.next.take(frames));
        let places = (self.done..).map(|done| done * curve.len() / self.length);
        let new = new.iter().copied().chain(std::iter::repeat([0; 2]));
        for (((out, old), new), place) in out.iter_mut().zip(old).zip(new).zip(places) {
            let (up, down) = (curve[place], curve[curve.len() - 1 - place]);
            *out = [0, 1].map(|ear| mixed((old[ear], down), (new[ear], up)));
        }
        self.done += frames;
        frames
    }
}

impl Pieces {
    /// The music of a playlist at `rate`, of which `wanted` frames will be heard; what it has to
    /// leave out is put into `notes`.
    ///
    /// # Errors
    /// [`Error::Music`] when not one of its files can be read.
    pub fn open(
        playlist: Playlist,
        rate: Rate,
        wanted: Frames,
        notes: &Notes,
    ) -> Result<Self, Error> {
        playlist.notes.into_iter().for_each(|note| notes.add(note));
        let mut pieces = Self {
            files: playlist.files,
            next_file: 0,
            rate,
            notes: notes.clone(),
            now: None,
            fade: None,
            ahead: None,
            wanted: wanted.0,
            curve: curve(rate.frame_at(CROSSFADE).0 as usize),
        };
        pieces.now = pieces.next();
        match pieces.now {
            Some(_) => Ok(pieces),
            None => Err(Error::Music(notes.take())),
        }
    }

    /// The next piece; the one after it is opened, if there will be need of it.
    fn next(&mut self) -> Option<Piece> {
        let next = self.ahead.take().or_else(|| self.open_next());
        let claimed = next.as_ref().and_then(|next| next.track.as_ref()?.claimed);
        if claimed.is_none_or(|frames| frames < self.wanted) {
            self.ahead = self.open_next();
        }
        next
    }

    /// Opens the next file that can be read, of one whole round.
    fn open_next(&mut self) -> Option<Piece> {
        for _ in 0..self.files.len() {
            let file = self.files[self.next_file].clone();
            self.next_file = (self.next_file + 1) % self.files.len();
            match Track::open(&file, self.rate) {
                Ok(track) => {
                    let (track, frames) = (Some(track), Vec::new());
                    return Some(Piece { file, track, frames, at: 0, length: 0 });
                }
                Err(error) => self.notes.add(note(&file, &error.to_string())),
            }
        }
        None
    }

    /// Gives the next frames, `out.len()` at most, and says how many there were.
    fn give(&mut self, out: &mut [[i16; 2]]) -> usize {
        let Some(now) = &mut self.now else {
            out.fill([0; 2]);
            return out.len();
        };
        if let Some(mut fade) = self.fade.take() {
            fade.next.reach(out.len(), &self.notes);
            let frames = fade.give(now, &self.curve, out);
            if fade.done < fade.length {
                self.fade = Some(fade);
            } else {
                self.now = Some(fade.next);
            }
            return frames;
        }
        now.reach(self.curve.len() + out.len(), &self.notes);
        let before = now.left().saturating_sub(self.curve.len()).min(out.len());
        out[..before].copy_from_slice(now.take(before));
        if before == 0 {
            self.begin_next();
        }
        before
    }

    /// The end of what is heard is in sight: lets the next piece begin.
    fn begin_next(&mut self) {
        if let Some(now) = self.now.as_ref().filter(|now| now.length < self.rate.hz() as usize) {
            self.notes.add(note(&now.file, "it is shorter than a second"));
            self.files.retain(|file| *file != now.file);
            self.next_file = 0;
            self.ahead = self.ahead.take().filter(|ahead| ahead.file != now.file);
        }
        let (length, next) = (self.now.as_ref().map_or(0, Piece::left), self.next());
        match next {
            Some(next) if length > 0 => self.fade = Some(Fade { next, done: 0, length }),
            next => self.now = next,
        }
    }
}

impl Music for Pieces {
    fn fill(&mut self, out: &mut [[i16; 2]]) {
        let mut filled = 0;
        while filled < out.len() {
            filled += self.give(&mut out[filled..]);
        }
        self.wanted = self.wanted.saturating_sub(filled as u64);
    }
}

/// What is told of a file that is left out.
fn note(file: &Path, why: &str) -> String {
    format!("`{}`: {why}", printable(&file.to_string_lossy()))
}

/// A quarter of a sine's turn: where one rises by it and another falls by it backwards, two that
/// are unlike have the same power together all the time.
fn curve(frames: usize) -> Vec<i16> {
    let quarter = std::f64::consts::FRAC_PI_2;
    let level = |frame| libm::sin(quarter * (frame as f64 + 0.5) / frames as f64);
    (0..frames).map(|frame| (level(frame) * f64::from(i16::MAX)) as i16).collect()
}

/// Two samples, each at its level, together.
fn mixed((old, down): (i16, i16), (new, up): (i16, i16)) -> i16 {
    let sum = i32::from(old) * i32::from(down) + i32::from(new) * i32::from(up);
    ((sum + (1 << 14)) >> 15).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Writes a mono WAV file of 16 bit at 8 kHz.
    fn wav(path: &Path, samples: &[i16]) {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 8000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).unwrap();
        for sample in samples {
            writer.write_sample(*sample).unwrap();
        }
        writer.finalize().unwrap();
    }

    fn open(files: &[PathBuf]) -> Result<(Pieces, Notes), Error> {
        let playlist = Playlist { files: files.to_vec(), notes: Vec::new() };
        let notes = Notes::default();
        let pieces = Pieces::open(playlist, Rate::new(8000).unwrap(), Frames(u64::MAX), &notes)?;
        Ok((pieces, notes))
    }

    /// The left samples of the next frames.
    fn heard(pieces: &mut Pieces, frames: usize, at_once: usize) -> Vec<i16> {
        let mut out = vec![[0; 2]; frames];
        out.chunks_mut(at_once).for_each(|part| pieces.fill(part));
        out.iter().map(|frame| frame[0]).collect()
    }

    /// Two files, of 10 s of 1000 and of 9 s of -2000.
    fn two(folder: &Path) -> [PathBuf; 2] {
        let files = ["a.wav", "b.wav"].map(|name| folder.join(name));
        wav(&files[0], &vec![1000; 80_000]);
        wav(&files[1], &vec![-2000; 72_000]);
        files
    }

    #[test]
    fn each_piece_fades_into_the_next_and_the_last_into_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let (mut pieces, notes) = open(&two(folder.path())).unwrap();
        let heard = heard(&mut pieces, 200_000, 1000);
        assert!(heard[..48_000].iter().all(|sample| *sample == 1000));
        // 4 s of crossfade: where both are half over each has 0.707 of its level.
        assert!((i32::from(heard[64_000]) + 707).abs() < 3, "{}", heard[64_000]);
        assert!(heard[80_000..88_000].iter().all(|sample| *sample == -2000));
        assert!((i32::from(heard[104_000]) + 707).abs() < 3, "{}", heard[104_000]);
        assert!(heard[120_000..136_000].iter().all(|sample| *sample == 1000));
        assert!(heard.windows(2).all(|pair| pair[0].abs_diff(pair[1]) <= 1));
        assert_eq!(notes.take(), [""; 0]);
    }

    #[test]
    fn how_much_is_asked_for_at_a_time_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let files = two(folder.path());
        let whole = heard(&mut open(&files).unwrap().0, 130_000, 130_000);
        for at_once in [80, 8191] {
            let pieces = heard(&mut open(&files).unwrap().0, 130_000, at_once);
            assert!(pieces == whole, "{at_once} at a time");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_and_skipped_unless_nothing_can() {
        let folder = tempfile::tempdir().unwrap();
        let [good, _] = two(folder.path());
        let bad = folder.path().join("bad.mp3");
        fs::write(&bad, "no music").unwrap();
        let (mut pieces, notes) = open(&[bad.clone(), good]).unwrap();
        assert_eq!(heard(&mut pieces, 90_000, 480)[89_999], 1000);
        let notes = notes.take();
        assert_eq!(notes.len(), 1);
        assert!(notes[0].contains("bad.mp3`: it is no music that can be read"), "{}", notes[0]);
        assert!(matches!(open(&[bad]), Err(Error::Music(notes)) if notes.len() == 1));
    }

    #[test]
    fn a_piece_of_less_than_a_second_is_heard_once() {
        let folder = tempfile::tempdir().unwrap();
        let [good, _] = two(folder.path());
        let short = folder.path().join("short.wav");
        wav(&short, &[500; 100]);
        let (mut pieces, notes) = open(&[short.clone(), good]).unwrap();
        assert_eq!(heard(&mut pieces, 40_000, 480)[39_999], 1000);
        assert!(notes.take()[0].ends_with("short.wav`: it is shorter than a second"));
        let (mut pieces, _) = open(&[short]).unwrap();
        assert_eq!(heard(&mut pieces, 1000, 480)[100..], [0; 900]);
    }
}
