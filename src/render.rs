//! The renderer: goes through a timeline once, front to back, and gives its frames away.

use std::sync::Arc;

use crate::mixer::{Mixer, Sounding, Span};
use crate::sounds::Sounds;
use crate::time::Frames;
use crate::timeline::Timeline;

/// Sounds that may overlap before the mixer needs more memory.
const VOICES: usize = 16;

/// Goes through a timeline and makes its samples.
#[derive(Clone, Debug)]
pub struct Renderer {
    timeline: Arc<Timeline>,
    sounds: Arc<Sounds>,
    mixer: Mixer,
    /// The next cue to begin.
    next_cue: usize,
}

impl Renderer {
    /// A renderer at the start of `timeline`, whose sounds are `sounds`.
    pub fn new(timeline: Arc<Timeline>, sounds: Arc<Sounds>) -> Self {
        let mixer = Mixer::new(timeline.rate, VOICES);
        Self { timeline, sounds, mixer, next_cue: 0 }
    }

    /// The next frame to be made.
    pub fn position(&self) -> Frames {
        self.mixer.position()
    }

    /// The next span, of at least one and at most `most` frames; `None` at the end.
    pub fn next_span(&mut self, most: usize) -> Option<Span<'_>> {
        let (timeline, position) = (&*self.timeline, self.mixer.position());
        if position >= timeline.frames {
            return None;
        }
        while let Some(cue) = timeline.cues.get(self.next_cue).filter(|cue| cue.at <= position) {
            self.mixer.begin(Sounding {
                sounds: Arc::clone(&self.sounds),
                sound: cue.sound,
                at: cue.at.0,
                end: timeline.end(cue).0,
                cut: cue.cut.map(|cut| cut.0),
                is_voice: timeline.is_voice(cue),
                again: cue.at.0,
            });
            self.next_cue += 1;
        }
        let next_cue = timeline.cues.get(self.next_cue).map(|cue| cue.at);
        let (guarded, change) = timeline.guard.at(position);
        let until = [Some(timeline.frames), next_cue, change].into_iter().flatten().min();
        let most = Frames(position.0 + most as u64);
        Some(self.mixer.next_span(until.map_or(most, |until| until.min(most)), guarded))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mixer::FULL_SCALE;
    use crate::time::Rate;
    use crate::timeline::{Cue, Guard, Sound, SoundKind};
    use crate::tone::Tone;

    /// Two sounds: 2 frames of 100 and 200, and 600 frames of 1000.
    fn renderer(frames: u64, cues: &[(u64, u32)]) -> Renderer {
        let samples: [&[i16]; 2] = [&[100, 200], &[1000; 600]];
        let sound = |s: &&[i16]| Sound {
            kind: SoundKind::Tone(Tone::Tick),
            frames: Frames(s.len() as u64),
        };
        let cue = |&(at, sound): &(u64, u32)| Cue {
            at: Frames(at),
            sound,
            step: 0,
            goes_on: false,
            cut: None,
        };
        let timeline = Timeline {
            title: String::new(),
            about: String::new(),
            routine: String::new(),
            rate: Rate::new(8000).unwrap(),
            frames: Frames(frames),
            steps: Vec::new(),
            cues: cues.iter().map(cue).collect(),
            guard: Guard::default(),
            sounds: samples.iter().map(sound).collect(),
        };
        Renderer::new(Arc::new(timeline), Arc::new(Sounds::of(&samples)))
    }

    #[test]
    fn silence_is_a_number_and_a_clip_alone_is_itself() {
        let mut renderer = renderer(10, &[(3, 0)]);
        assert_eq!(renderer.next_span(100), Some(Span::Silence(3)));
        assert_eq!(renderer.next_span(100), Some(Span::Samples(&[100, 200])));
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
        assert_eq!(out, [f32::from(i16::MAX) / FULL_SCALE; 600]);
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
