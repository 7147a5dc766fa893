//! The renderer: goes through a timeline once, front to back, and gives its frames away.

use std::sync::Arc;

use crate::bed::Bed;
use crate::mixer::{Frame, Mixer, Sounding, Span};
use crate::sounds::Sounds;
use crate::time::Frames;
use crate::timeline::Timeline;

/// Sounds that may overlap before the mixer needs more memory.
const VOICES: usize = 16;

/// Gives the frames of a timeline away, front to back: a renderer, or what works on its frames.
pub trait Spans {
    /// The next frame to be given.
    fn position(&self) -> Frames;

    /// The next span, of at least one and at most `most` frames; `None` at the end.
    fn next_span(&mut self, most: usize) -> Option<Span<'_>>;
}

/// Fills `out` with the next frames of `spans`, from -1.0 to 1.0, and says how many there were:
/// fewer than asked for only at the end.
pub fn fill<F: Frame>(spans: &mut dyn Spans, out: &mut [F]) -> usize {
    let mut filled = 0;
    while filled < out.len() {
        let Some(span) = spans.next_span(out.len() - filled) else { break };
        let frames = span.frames();
        span.copy_to(&mut out[filled..filled + frames]);
        filled += frames;
    }
    filled
}

/// Goes through a timeline and makes its samples.
#[derive(Debug)]
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
        let mixer = Mixer::new(timeline.rate, VOICES, timeline.guard.on);
        Self { timeline, sounds, mixer, next_cue: 0 }
    }

    /// The same with music under it, which gives way where the timeline says.
    #[must_use]
    pub fn over(mut self, bed: Bed) -> Self {
        self.mixer.lay_bed(bed);
        self
    }

    /// As [`fill`].
    pub fn fill<F: Frame>(&mut self, out: &mut [F]) -> usize {
        fill(self, out)
    }
}

impl Spans for Renderer {
    fn position(&self) -> Frames {
        self.mixer.position()
    }

    fn next_span(&mut self, most: usize) -> Option<Span<'_>> {
        let (timeline, position) = (&*self.timeline, self.mixer.position());
        // What cannot be read is an error; nobody waits for the rest.
        if position >= timeline.frames || !self.sounds.are_read() {
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
                ear: cue.ear,
            });
            self.next_cue += 1;
        }
        let next_cue = timeline.cues.get(self.next_cue).map(|cue| cue.at);
        let (guarded, change) = timeline.guard.at(position);
        let (duck, give_way) = timeline.ducks.at(position);
        let ends = [next_cue, change, give_way].into_iter().flatten();
        let until = ends.fold(timeline.frames, Frames::min);
        let most = Frames(position.0 + most as u64);
        Some(self.mixer.next_span(until.min(most), guarded, duck))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mixer::FULL_SCALE;
    use crate::timeline::Ear;

    /// Two sounds: 2 frames of 100 and 200, and 600 frames of 1000.
    fn renderer(frames: u64, cues: &[(u64, u32)]) -> Renderer {
        let cues: Vec<_> = cues.iter().map(|(at, sound)| (*at, *sound, Ear::Both)).collect();
        with_ears(frames, &cues)
    }

    fn with_ears(frames: u64, cues: &[(u64, u32, Ear)]) -> Renderer {
        let samples: [&[i16]; 2] = [&[100, 200], &[1000; 600]];
        let timeline = Timeline::of(frames, &samples, cues);
        Renderer::new(Arc::new(timeline), Arc::new(Sounds::of(&samples)))
    }

    #[test]
    fn silence_is_a_number_and_a_clip_alone_is_itself() {
        let mut renderer = renderer(10, &[(3, 0)]);
        assert_eq!(renderer.next_span(100), Some(Span::Silence(3)));
        assert_eq!(renderer.next_span(100), Some(Span::Samples(&[100, 200], Ear::Both)));
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

    /// The whole of a timeline as each ear hears it, in samples.
    fn ears(renderer: &mut Renderer, frames: usize) -> Vec<[i32; 2]> {
        let mut out = vec![[9.0; 2]; frames + 1];
        assert_eq!(renderer.fill(&mut out), frames);
        let samples = |frame: &[f32; 2]| frame.map(|sample| (sample * FULL_SCALE) as i32);
        out[..frames].iter().map(samples).collect()
    }

    #[test]
    fn a_clip_alone_in_one_ear_is_itself_there_and_a_quarter_in_the_other() {
        let cues = [(1, 0, Ear::Left), (4, 0, Ear::Right)];
        let mut spans = with_ears(7, &cues);
        assert_eq!(spans.next_span(100), Some(Span::Silence(1)));
        assert_eq!(spans.next_span(100), Some(Span::Samples(&[100, 200], Ear::Left)));
        assert_eq!(spans.next_span(100), Some(Span::Silence(1)));
        assert_eq!(spans.next_span(100), Some(Span::Samples(&[100, 200], Ear::Right)));
        let heard = ears(&mut with_ears(7, &cues), 7);
        let expected = [[0, 0], [100, 25], [200, 50], [0, 0], [25, 100], [50, 200], [0, 0]];
        assert_eq!(heard, expected);
    }

    #[test]
    fn two_ears_are_made_only_while_something_is_meant_for_one() {
        let mut renderer = with_ears(700, &[(0, 1, Ear::Both), (3, 0, Ear::Right)]);
        assert_eq!(renderer.next_span(700), Some(Span::Samples(&[1000; 3], Ear::Both)));
        let pairs = [[1025, 1100], [1050, 1200]];
        assert_eq!(renderer.next_span(700), Some(Span::Pairs(&pairs)));
        assert_eq!(renderer.next_span(700), Some(Span::Samples(&[1000; 595], Ear::Both)));
        assert_eq!(renderer.next_span(700), Some(Span::Silence(100)));
    }

    #[test]
    fn a_far_ear_is_rounded_once_to_the_nearest() {
        let samples: &[i16] = &[1, 2, 3, 5, -1, -2, -3, -5, i16::MAX, i16::MIN];
        let heard = |cues: &[(u64, u32, Ear)]| {
            let timeline = Timeline::of(10, &[samples], cues);
            let sounds = Sounds::of(&[samples]);
            ears(&mut Renderer::new(Arc::new(timeline), Arc::new(sounds)), 10)
        };
        let far: Vec<i32> = heard(&[(0, 0, Ear::Left)]).iter().map(|[_, far]| *far).collect();
        assert_eq!(far, [0, 1, 1, 1, 0, 0, -1, -1, 8192, -8192]);
        let twice = heard(&[(0, 0, Ear::Left), (0, 0, Ear::Left)]);
        let expected = [
            [2, 1],
            [4, 1],
            [6, 2],
            [10, 3],
            [-2, 0],
            [-4, -1],
            [-6, -1],
            [-10, -2],
            [32_767, 16_384],
            [-32_768, -16_384],
        ];
        assert_eq!(twice, expected);
    }

    #[test]
    fn each_ear_stops_at_full_scale_for_itself() {
        let cues: Vec<_> = (0..40).map(|_| (0, 1, Ear::Left)).collect();
        let heard = ears(&mut with_ears(600, &cues), 600);
        assert_eq!(heard, [[i32::from(i16::MAX), 10_000]; 600]);
    }

    #[test]
    fn a_sound_in_one_ear_fades_in_both_where_it_is_cut() {
        let mut timeline = Timeline::of(500, &[&[1000; 600]], &[(0, 0, Ear::Right)]);
        timeline.cues[0].cut = Some(Frames(340));
        let sounds = Arc::new(Sounds::of(&[&[1000; 600]]));
        let heard = ears(&mut Renderer::new(Arc::new(timeline), sounds), 500);
        // The fade takes 240 frames, 30 ms.
        let near = (0..500i32).map(|frame| 1000 * (340 - frame).clamp(0, 240) / 240);
        let expected: Vec<[i32; 2]> = near.map(|near| [(near + 2) / 4, near]).collect();
        assert_eq!(heard, expected);
    }

    const CROWD: [(u64, u32, Ear); 6] = [
        (0, 1, Ear::Left),
        (10, 1, Ear::Both),
        (10, 0, Ear::Right),
        (300, 1, Ear::Right),
        (901, 0, Ear::Left),
        (902, 1, Ear::Left),
    ];

    #[test]
    fn what_the_ears_hear_does_not_depend_on_how_much_is_asked_for() {
        let whole = ears(&mut with_ears(2000, &CROWD), 2000);
        for pull in [1, 7, 79, 80, 81, 512] {
            let (mut renderer, mut pulled) = (with_ears(2000, &CROWD), vec![[0.0; 2]; 2000]);
            for chunk in pulled.chunks_mut(pull) {
                assert_eq!(renderer.fill(chunk), chunk.len());
            }
            let expected = whole.iter().map(|frame| frame.map(|s| s as f32 / FULL_SCALE));
            assert!(expected.eq(pulled), "pulled by {pull}");
        }
    }

    #[test]
    fn what_the_ears_hear_does_not_depend_on_the_order_of_adding() {
        let all_at_once = CROWD.map(|(_, sound, ear)| (0, sound, ear));
        let expected = ears(&mut with_ears(700, &all_at_once), 700);
        for turn in 1..all_at_once.len() {
            let mut turned = all_at_once;
            turned.rotate_left(turn);
            assert_eq!(ears(&mut with_ears(700, &turned), 700), expected);
        }
    }

    #[test]
    fn one_channel_has_every_sound_at_its_own_level() {
        let samples: [&[i16]; 2] = [&[100, 200], &[1000; 600]];
        let timeline = Timeline::of(2000, &samples, &CROWD).without_ears();
        let mut mono = Renderer::new(Arc::new(timeline), Arc::new(Sounds::of(&samples)));
        let cues = CROWD.map(|(at, sound, _)| (at, sound));
        let (mut heard, mut expected) = ([0.0; 2000], [9.0; 2000]);
        mono.fill(&mut heard);
        renderer(2000, &cues).fill(&mut expected);
        assert_eq!(heard, expected);
    }
}
