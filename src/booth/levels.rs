//! How loud it is, in slices of 10 ms: by them words are told from silence.

use crate::time::Rate;

/// How long a slice is, in ms.
pub const SLICE_MS: u32 = 10;
/// Nothing softer is taken for speech, whatever the microphone: -60 dBFS.
const SOFTEST: f32 = 1e-6;
/// How far speech is above the noise of the room at least: 10 dB.
const ABOVE_NOISE: f32 = 10.0;
/// Loud slices in a row that are sound: a click is shorter.
pub const SOUND: usize = 3;

/// Nothing at all, in dBFS.
pub const SILENCE_DB: f32 = -120.0;

/// Cuts what is heard into slices.
#[derive(Debug)]
pub struct Slicer {
    length: usize,
    sum: f32,
    count: usize,
}

impl Slicer {
    /// For samples at `rate`.
    pub fn new(rate: Rate) -> Self {
        Self { length: (rate.hz() * SLICE_MS / 1000) as usize, sum: 0.0, count: 0 }
    }

    /// The mean square of the slice that is complete with this sample.
    pub fn feed(&mut self, sample: f32) -> Option<f32> {
        self.sum += sample * sample;
        self.count += 1;
        if self.count < self.length {
            return None;
        }
        let power = self.sum / self.length as f32;
        (self.sum, self.count) = (0.0, 0);
        Some(power)
    }
}

/// The mean squares of all whole slices.
pub fn powers(samples: impl IntoIterator<Item = f32>, rate: Rate) -> Vec<f32> {
    let mut slicer = Slicer::new(rate);
    samples.into_iter().filter_map(|sample| slicer.feed(sample)).collect()
}

/// The power that `part` of the slices, from 0.0 to 1.0, do not exceed.
pub fn quantile(powers: &[f32], part: f32) -> f32 {
    let mut sorted = powers.to_vec();
    sorted.sort_by(f32::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted.get((part * last as f32) as usize).copied().unwrap_or(0.0)
}

/// The power from which on a slice is speech, in a room with so much noise.
pub fn threshold(noise: f32) -> f32 {
    (noise * ABOVE_NOISE).max(SOFTEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_have_the_mean_square_of_their_samples() {
        let rate = Rate::new(8000).unwrap();
        let samples = [0.5; 80].into_iter().chain([-1.0; 80]).chain([1.0; 79]);
        assert_eq!(powers(samples, rate), [0.25, 1.0]);
    }

    #[test]
    fn the_noise_is_what_most_of_the_quiet_slices_have() {
        let powers = [9.0, 1.0, 2.0, 3.0, 100.0];
        assert_eq!([0.0, 0.5, 1.0].map(|part| quantile(&powers, part)), [1.0, 3.0, 100.0]);
        assert_eq!(quantile(&[], 0.5), 0.0);
        assert_eq!([0.0, 0.25].map(threshold), [SOFTEST, 2.5]);
    }
}
