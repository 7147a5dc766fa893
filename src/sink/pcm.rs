//! Frames as whole numbers, in blocks of one size, as encoders take them.

use crate::render::{self, Spans};

/// How a sample is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// 16-bit whole numbers.
    Int16,
    /// 24-bit whole numbers.
    Int24,
    /// 32-bit floating point, full scale 1.0.
    Float32,
}

impl Bits {
    /// Bits in a sample.
    pub fn count(self) -> u16 {
        match self {
            Self::Int16 => 16,
            Self::Int24 => 24,
            Self::Float32 => 32,
        }
    }
}

/// What a sample of 1.0 would be in 16 bits and in 24.
pub(super) const FULL_16: f32 = 32_768.0;
pub(super) const FULL_24: f32 = 8_388_608.0;

/// A sample from -1.0 to 1.0 as a whole number of a format whose full scale is `full`.
pub(super) fn whole(sample: f32, full: f32) -> i32 {
    nearest(sample * full).clamp(-full, full - 1.0) as i32
}

/// The nearest whole number, of two the even one, as `f32::round_ties_even` has it, but several at
/// a time: beside 1.5 * 2^52 an `f64` has no room for parts (IEEE 754, binary64).
fn nearest(value: f32) -> f32 {
    const NO_PARTS: f64 = 6_755_399_441_055_744.0;
    (f64::from(value) + NO_PARTS - NO_PARTS) as f32
}

/// Takes frames in blocks.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    channels: usize,
    full: f32,
    floats: Vec<f32>,
    samples: Vec<i32>,
}

impl Blocks {
    /// Blocks of so many frames, whose samples are whole numbers up to `full`.
    pub fn new(channels: u16, full: f32, frames: usize) -> Self {
        let channels = usize::from(channels);
        Self { channels, full, floats: vec![0.0; frames * channels], samples: Vec::new() }
    }

    /// The next samples of `spans`, channels interleaved: a block of them, fewer only at the end.
    pub fn next(&mut self, spans: &mut dyn Spans) -> &[i32] {
        let frames = match self.channels {
            2 => render::fill(spans, self.floats.as_chunks_mut::<2>().0),
            _ => render::fill(spans, &mut self.floats),
        };
        let (floats, full) = (&self.floats[..frames * self.channels], self.full);
        self.samples.clear();
        self.samples.extend(floats.iter().map(|sample| whole(*sample, full)));
        &self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::render::Renderer;
    use crate::sounds::Sounds;
    use crate::timeline::{Ear, Timeline};
    use std::sync::Arc;

    #[test]
    fn the_nearest_whole_number_is_the_one_that_rounding_gives() {
        for value in [0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.499_999_97, 8_388_607.5, -8_388_608.0, 3.7]
        {
            assert_eq!(nearest(value), value.round_ties_even(), "{value}");
        }
    }

    #[test]
    fn blocks_are_full_but_for_the_last() {
        let samples: [&[i16]; 1] = [&[4, -8, i16::MIN]];
        let timeline = Arc::new(Timeline::of(5, &samples, &[(1, 0, Ear::Left)]));
        let sounds = Arc::new(Sounds::of(&samples));
        let mut spans = Renderer::new(Arc::clone(&timeline), Arc::clone(&sounds));
        let mut blocks = Blocks::new(2, FULL_16, 3);
        assert_eq!(blocks.next(&mut spans), [0, 0, 4, 1, -8, -2]);
        assert_eq!(blocks.next(&mut spans), [-32_768, -8192, 0, 0]);
        assert!(blocks.next(&mut spans).is_empty());
        let mono = timeline.as_ref().clone().without_ears();
        let mut spans = Renderer::new(Arc::new(mono), sounds);
        assert_eq!(Blocks::new(1, FULL_24, 9).next(&mut spans), [0, 1024, -2048, -8_388_608, 0]);
    }

    #[test]
    fn samples_are_rounded_to_the_nearest_and_stop_at_full_scale() {
        let samples = [0.5, 1.5, -0.5, 0.51, 32_767.0, 40_000.0, -40_000.0];
        let whole = samples.map(|sample| whole(sample / FULL_16, FULL_16));
        assert_eq!(whole, [0, 2, 0, 1, 32_767, 32_767, -32_768]);
    }
}
