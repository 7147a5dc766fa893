//! The renderer: the only code that makes samples. It goes through a timeline
//! once, front to back, and gives it away in spans.
//!
//! A span never crosses the begin or end of a cue, so most of a routine needs no
//! arithmetic at all: silence is a number, and a clip that sounds alone is given as it lies
//! in memory. Only where sounds overlap are they added up, in quanta of 10 ms counted from
//! the timeline's start, so that the result does not depend on how much is asked for.

use std::sync::Arc;

use crate::sounds::Sounds;
use crate::time::{Frames, Millis};
use crate::timeline::Timeline;

/// Sounds are added up in stretches of this length.
const QUANTUM: Millis = Millis(10);
/// 16-bit full scale; a sample of 32,768 would be 1.0.
const FULL_SCALE: f32 = 32768.0;

/// A stretch of frames, in the form that costs least. Mono.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Span<'a> {
    /// So many frames of silence.
    Silence(usize),
    /// One clip alone, as it is.
    Clip(&'a [i16]),
    /// Several sounds together, from -1.0 to 1.0.
    Mix(&'a [f32]),
}

impl Span<'_> {
    /// How many frames the span has.
    pub fn frames(&self) -> usize {
        match self {
            Self::Silence(frames) => *frames,
            Self::Clip(samples) => samples.len(),
            Self::Mix(samples) => samples.len(),
        }
    }

    /// Writes the span's samples, from -1.0 to 1.0, into `out`, which has as many frames.
    pub fn copy_to(&self, out: &mut [f32]) {
        match self {
            Self::Silence(_) => out.fill(0.0),
            Self::Clip(samples) => {
                for (out, sample) in out.iter_mut().zip(*samples) {
                    *out = f32::from(*sample) / FULL_SCALE;
                }
            }
            Self::Mix(samples) => out.copy_from_slice(samples),
        }
    }
}

/// Goes through a timeline and makes its samples.
#[derive(Clone, Debug)]
pub struct Renderer {
    timeline: Arc<Timeline>,
    sounds: Arc<Sounds>,
    /// The next frame to be made.
    position: u64,
    /// The next cue to begin.
    next_cue: usize,
    /// The cues that sound at the position, in the order of their begin.
    sounding: Vec<usize>,
    /// Room for one quantum.
    mix: Vec<f32>,
}

impl Renderer {
    /// A renderer at the start of `timeline`, whose sounds are `sounds`.
    pub fn new(timeline: Arc<Timeline>, sounds: Arc<Sounds>) -> Self {
        let quantum = timeline.rate.frame_at(QUANTUM).0 as usize;
        Self {
            timeline,
            sounds,
            position: 0,
            next_cue: 0,
            sounding: Vec::with_capacity(16),
            mix: vec![0.0; quantum],
        }
    }

    /// The next frame to be made.
    pub fn position(&self) -> Frames {
        Frames(self.position)
    }

    /// The next span, of at least one and at most `most` frames; `None` at the end.
    pub fn next_span(&mut self, most: usize) -> Option<Span<'_>> {
        let timeline = &*self.timeline;
        let cues = &timeline.cues;
        let (position, end) = (self.position, timeline.frames.0);
        if position >= end {
            return None;
        }
        self.sounding.retain(|&cue| timeline.end(&cues[cue]).0 > position);
        while self.next_cue < cues.len() && cues[self.next_cue].at.0 <= position {
            if timeline.end(&cues[self.next_cue]).0 > position {
                self.sounding.push(self.next_cue);
            }
            self.next_cue += 1;
        }
        let next_begin = cues.get(self.next_cue).map_or(end, |cue| cue.at.0);
        let ends = self.sounding.iter().map(|&cue| timeline.end(&cues[cue]).0);
        let until = ends.fold(next_begin.min(end), u64::min).min(position + most as u64);
        let span = match self.sounding.as_slice() {
            [] => Span::Silence((until - position) as usize),
            [cue] => {
                let from = cues[*cue].at.0;
                let samples = self.sounds.samples(cues[*cue].sound);
                Span::Clip(&samples[(position - from) as usize..(until - from) as usize])
            }
            several => {
                let quantum = self.mix.len() as u64;
                let until = until.min((position / quantum + 1) * quantum);
                let mix = &mut self.mix[..(until - position) as usize];
                mix.fill(0.0);
                for &cue in several {
                    let samples = self.sounds.samples(cues[cue].sound);
                    add(mix, &samples[(position - cues[cue].at.0) as usize..]);
                }
                for sample in mix.iter_mut() {
                    *sample = sample.clamp(-1.0, 1.0);
                }
                Span::Mix(mix)
            }
        };
        self.position += span.frames() as u64;
        Some(span)
    }

    /// Fills `out` with the next frames, from -1.0 to 1.0, and says how many there
    /// were: fewer than asked for only at the end.
    pub fn fill(&mut self, out: &mut [f32]) -> usize {
        let mut filled = 0;
        while filled < out.len() {
            let Some(span) = self.next_span(out.len() - filled) else { break };
            let frames = span.frames();
            span.copy_to(&mut out[filled..filled + frames]);
            filled += frames;
        }
        filled
    }
}

fn add(mix: &mut [f32], samples: &[i16]) {
    for (out, sample) in mix.iter_mut().zip(samples) {
        *out += f32::from(*sample) / FULL_SCALE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Rate;
    use crate::timeline::{Cue, Sound, SoundKind};
    use crate::tone::Tone;

    /// Two sounds: 2 frames of 100 and 200, and 600 frames of 1000.
    fn renderer(frames: u64, cues: &[(u64, u32)]) -> Renderer {
        let samples: [&[i16]; 2] = [&[100, 200], &[1000; 600]];
        let sound = |s: &&[i16]| Sound {
            kind: SoundKind::Tone(Tone::Tick),
            frames: Frames(s.len() as u64),
        };
        let timeline = Timeline {
            title: String::new(),
            about: String::new(),
            routine: String::new(),
            rate: Rate::new(8000).unwrap(),
            frames: Frames(frames),
            steps: Vec::new(),
            cues: cues.iter().map(|&(at, sound)| Cue { at: Frames(at), sound, step: 0 }).collect(),
            sounds: samples.iter().map(sound).collect(),
        };
        Renderer::new(Arc::new(timeline), Arc::new(Sounds::of(&samples)))
    }

    #[test]
    fn silence_is_a_number_and_a_clip_alone_is_itself() {
        let mut renderer = renderer(10, &[(3, 0)]);
        assert_eq!(renderer.next_span(100), Some(Span::Silence(3)));
        assert_eq!(renderer.next_span(100), Some(Span::Clip(&[100, 200])));
        assert_eq!(renderer.next_span(100), Some(Span::Silence(5)));
        assert_eq!(renderer.next_span(100), None);
    }

    #[test]
    fn sounds_that_overlap_are_added_frame_by_frame() {
        let mut renderer = renderer(8, &[(1, 0), (2, 0)]);
        let mut out = [9.0; 10];
        assert_eq!(renderer.fill(&mut out), 8);
        let frames = out[..8].iter().map(|sample| (sample * FULL_SCALE) as i32);
        assert_eq!(frames.collect::<Vec<_>>(), [0, 100, 300, 200, 0, 0, 0, 0]);
    }

    #[test]
    fn sums_stop_at_full_scale() {
        let cues: Vec<(u64, u32)> = (0..40).map(|_| (0, 1)).collect();
        let mut renderer = renderer(600, &cues);
        let mut out = [0.0; 600];
        renderer.fill(&mut out);
        assert_eq!(out, [1.0; 600]);
    }

    #[test]
    fn a_sound_is_cut_where_the_timeline_ends() {
        let mut renderer = renderer(5, &[(4, 0)]);
        let mut out = [0.0; 8];
        assert_eq!(renderer.fill(&mut out), 5);
        assert_eq!((out[4] * FULL_SCALE) as i32, 100);
    }

    #[test]
    fn the_samples_do_not_depend_on_how_many_are_asked_for() {
        let cues = [(0, 1), (10, 1), (11, 0), (300, 1), (901, 0), (902, 1)];
        let mut whole = vec![0.0; 2000];
        renderer(2000, &cues).fill(&mut whole);
        for pull in [1, 7, 79, 80, 81, 512] {
            let (mut renderer, mut pulled) = (renderer(2000, &cues), vec![0.0; 2000]);
            for chunk in pulled.chunks_mut(pull) {
                assert_eq!(renderer.fill(chunk), chunk.len());
            }
            assert_eq!(pulled, whole, "pulled by {pull}");
        }
    }
}
