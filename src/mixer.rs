//! The mixer: the only code that makes samples. Whatever is heard, in a file or live, went
//! through it.
//!
//! It makes spans. While nothing sounds a span is a number of silent frames, or the
//! guard signal as it lies in memory; a clip that sounds alone is given as it is. Only where
//! sounds overlap or fade are they added up, in whole numbers of 16 bit, so that neither the
//! order of adding nor how much is asked for can change the result.

use std::sync::Arc;

use crate::guard;
use crate::sounds::Sounds;
use crate::time::{Frames, Millis, Rate};

/// Sounds are added up in stretches of this length.
const QUANTUM: Millis = Millis(10);
/// How long a sound takes to fade to nothing where it is cut.
pub const FADE: Millis = Millis(30);
/// 16-bit full scale; a sample of 32,768 would be 1.0.
pub const FULL_SCALE: f32 = 32768.0;

/// A stretch of frames, in the form that costs least. Mono.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Span<'a> {
    /// So many frames of silence.
    Silence(usize),
    /// Samples as they are: one clip alone, the guard signal, or several sounds added up.
    Samples(&'a [i16]),
}

impl Span<'_> {
    /// How many frames the span has.
    pub fn frames(&self) -> usize {
        match self {
            Self::Silence(frames) => *frames,
            Self::Samples(samples) => samples.len(),
        }
    }

    /// Writes the span's samples, from -1.0 to 1.0, into `out`, which has as many frames.
    pub fn copy_to(&self, out: &mut [f32]) {
        match self {
            Self::Silence(_) => out.fill(0.0),
            Self::Samples(samples) => {
                for (out, sample) in out.iter_mut().zip(*samples) {
                    *out = f32::from(*sample) / FULL_SCALE;
                }
            }
        }
    }
}

/// A sound that is being heard.
#[derive(Clone, Debug)]
pub struct Sounding {
    /// The samples that it is one of.
    pub sounds: Arc<Sounds>,
    /// Which of them.
    pub sound: u32,
    /// Where it begins.
    pub at: u64,
    /// Where it has ended.
    pub end: u64,
    /// Where it has faded to nothing, if it is cut.
    pub cut: Option<u64>,
    /// Whether it is spoken.
    pub is_voice: bool,
    /// Where the timeline has to go on so that all of its sentence is heard.
    pub again: u64,
}

impl Sounding {
    /// Where nothing is left of it.
    fn end(&self) -> u64 {
        self.cut.map_or(self.end, |cut| self.end.min(cut))
    }

    /// Where its fade begins, or where it ends.
    fn fading_from(&self, fade: u64) -> u64 {
        self.cut.map_or(self.end, |cut| self.end.min(cut.saturating_sub(fade)))
    }
}

/// Makes samples of sounds that were begun.
#[derive(Clone, Debug)]
pub struct Mixer {
    /// The next frame to be made.
    position: u64,
    /// What sounds, in the order of its begin.
    sounding: Vec<Sounding>,
    fade: u64,
    guard: Vec<i16>,
    /// Room for one quantum: its sums, and these as samples.
    sums: Vec<i32>,
    mix: Vec<i16>,
}

impl Mixer {
    /// A mixer at frame zero, for at most `voices` sounds at once: more of them
    /// take memory anew.
    pub fn new(rate: Rate, voices: usize) -> Self {
        let quantum = rate.frame_at(QUANTUM).0 as usize;
        Self {
            position: 0,
            sounding: Vec::with_capacity(voices),
            fade: rate.frame_at(FADE).0,
            guard: guard::signal(rate),
            sums: vec![0; quantum],
            mix: vec![0; quantum],
        }
    }

    /// The next frame to be made.
    pub fn position(&self) -> Frames {
        Frames(self.position)
    }

    /// Goes on from `position`, where nothing sounds.
    pub fn start_at(&mut self, position: Frames) {
        self.position = position.0;
        self.sounding.clear();
    }

    /// Begins a sound; it may have begun before.
    pub fn begin(&mut self, sounding: Sounding) {
        if sounding.end > self.position {
            self.sounding.push(sounding);
        }
    }

    /// Cuts what `which` chooses: it fades out from here.
    pub fn cut(&mut self, which: impl Fn(&Sounding) -> bool) {
        let cut = self.position + self.fade;
        for sounding in self.sounding.iter_mut().filter(|sounding| which(sounding)) {
            sounding.cut = Some(sounding.cut.map_or(cut, |before| before.min(cut)));
        }
    }

    /// What sounds now and is not being cut.
    pub fn sounding(&self) -> impl Iterator<Item = &Sounding> {
        let is_heard = |s: &&Sounding| s.end > self.position && s.cut.is_none();
        self.sounding.iter().filter(is_heard)
    }

    /// Fills `out` while time stands still: with silence, or the guard signal if `guarded`;
    /// `since` counts the frames of the device.
    pub fn idle(&self, since: u64, out: &mut [f32], guarded: bool) {
        out.fill(0.0);
        if guarded {
            let from = (since % self.guard.len() as u64) as usize;
            let signal = self.guard.iter().cycle().skip(from);
            for (out, sample) in out.iter_mut().zip(signal) {
                *out = f32::from(*sample) / FULL_SCALE;
            }
        }
    }

    /// The next span: of at least one frame, up to `until` at the furthest. Where nothing
    /// sounds it is the guard signal if `guarded`.
    pub fn next_span(&mut self, until: Frames, guarded: bool) -> Span<'_> {
        let (position, fade) = (self.position, self.fade);
        self.sounding.retain(|sounding| sounding.end() > position);
        let mut until = until.0;
        for sounding in &self.sounding {
            let fading_from = sounding.fading_from(fade);
            until = until.min(if fading_from > position { fading_from } else { sounding.end() });
        }
        let frames = (until - position) as usize;
        let is_fading = self.sounding.iter().any(|s| s.fading_from(fade) <= position);
        if self.sounding.len() > 1 || is_fading {
            return self.mix(until);
        }
        if let [one] = self.sounding.as_slice() {
            self.position = until;
            let from = (position - one.at) as usize;
            return Span::Samples(&one.sounds.samples(one.sound)[from..from + frames]);
        }
        if guarded {
            let from = (position % self.guard.len() as u64) as usize;
            let frames = frames.min(self.guard.len() - from);
            self.position += frames as u64;
            return Span::Samples(&self.guard[from..from + frames]);
        }
        self.position = until;
        Span::Silence(frames)
    }

    fn mix(&mut self, until: u64) -> Span<'_> {
        let (position, quantum) = (self.position, self.mix.len() as u64);
        let until = until.min((position / quantum + 1) * quantum);
        let sums = &mut self.sums[..(until - position) as usize];
        sums.fill(0);
        for sounding in &self.sounding {
            let samples = &sounding.sounds.samples(sounding.sound);
            let samples = &samples[(position - sounding.at) as usize..];
            match sounding.cut.filter(|cut| *cut <= position + self.fade) {
                Some(cut) => add_fading(sums, samples, cut - position, self.fade),
                None => add(sums, samples),
            }
        }
        self.position = until;
        let mix = &mut self.mix[..sums.len()];
        for (sample, sum) in mix.iter_mut().zip(sums) {
            *sample = (*sum).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
        }
        Span::Samples(mix)
    }
}

fn add(sums: &mut [i32], samples: &[i16]) {
    for (sum, sample) in sums.iter_mut().zip(samples) {
        *sum += i32::from(*sample);
    }
}

/// Adds samples that have `left` of the frames of a fade before them.
fn add_fading(sums: &mut [i32], samples: &[i16], left: u64, fade: u64) {
    for ((sum, sample), left) in sums.iter_mut().zip(samples).zip((0..=left as i32).rev()) {
        *sum += i32::from(*sample) * left / fade as i32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sound of 600 frames of 1000 that has faded at frame 340, at 8 kHz, in spans of at most
    /// `most` frames.
    fn cut(most: u64) -> Vec<i16> {
        let mut mixer = Mixer::new(Rate::new(8000).unwrap(), 1);
        let sounds = Arc::new(Sounds::of(&[&[1000; 600]]));
        let (at, end, cut) = (0, 600, Some(340));
        mixer.begin(Sounding { sounds, sound: 0, at, end, cut, is_voice: false, again: 0 });
        let mut heard = Vec::new();
        while mixer.position() < Frames(500) {
            let until = Frames(500.min(mixer.position().0 + most));
            match mixer.next_span(until, false) {
                Span::Silence(frames) => heard.resize(heard.len() + frames, 0),
                Span::Samples(samples) => heard.extend_from_slice(samples),
            }
        }
        heard
    }

    #[test]
    fn a_fade_begins_on_its_frame_however_much_is_asked_for() {
        // It takes 30 ms: 240 frames.
        let expected = (0..500).map(|frame| (1000 * (340 - frame).clamp(0, 240) / 240) as i16);
        let expected: Vec<i16> = expected.collect();
        for most in [1, 30, 79, 80, 81, 500] {
            assert_eq!(cut(most), expected, "in spans of {most}");
        }
    }
}
