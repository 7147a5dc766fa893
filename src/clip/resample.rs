//! Changes the sample rate of a clip.
//!
//! The build script uses this file too, so it knows nothing of the rest of the crate.

use std::iter;

use super::filter::{Filter, Place, Shape};

/// Zero crossings of the sinc on each side of its middle: its side lobes are below -100 dB, and it
/// falls between 0.95 and 1.05 of the lower rate's half.
const SHAPE: Shape = Shape { crossings: 48, cutoff: 0.95, beta: 10.0 };

/// Changes clips from one rate to another.
#[derive(Clone, Debug)]
pub struct Resampler(Filter);

impl Resampler {
    /// A resampler from `from` to `to` frames a second.
    pub fn new(from: u32, to: u32) -> Self {
        Self(Filter::new(from, to, SHAPE))
    }

    /// `samples` turned into as many at the new rate as begin within the same time
    /// (rounded down).
    pub fn resample(&self, samples: &[i16]) -> Vec<i16> {
        let padded = self.pad(samples);
        let places = iter::successors(Some(Place::default()), |place| Some(self.0.after(*place)));
        places
            .take(self.0.count(samples.len() as u64) as usize)
            .map(|place| {
                let value = self.0.value_at(&padded[place.whole as usize..], place);
                value.round_ties_even().clamp(-32768.0, 32767.0) as i16
            })
            .collect()
    }

    /// The samples as floats with silence around, so that the filter always
    /// finds its neighbours: index `i` then begins the window of old sample `i`.
    fn pad(&self, samples: &[i16]) -> Vec<f32> {
        let mut padded = vec![0.0; self.0.lead()];
        padded.extend(samples.iter().map(|&sample| f32::from(sample)));
        padded.resize(padded.len() + self.0.taps(), 0.0);
        padded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEAK: f64 = 20_000.0;

    fn sine(hz: f64, rate: u32, count: usize) -> Vec<f64> {
        let turn = std::f64::consts::TAU * hz / f64::from(rate);
        (0..count).map(|i| PEAK * (turn * i as f64).sin()).collect()
    }

    /// How far the resampled sine is from the sine at the new rate, in dB, ends left out.
    fn error_db(hz: f64, from: u32, to: u32) -> f64 {
        let old: Vec<i16> =
            sine(hz, from, from as usize / 4).iter().map(|s| s.round() as i16).collect();
        let new = Resampler::new(from, to).resample(&old);
        let ideal = sine(hz, to, new.len());
        let inner = new.len() / 8..new.len() * 7 / 8;
        let length = inner.len() as f64;
        let power = inner.map(|i| (f64::from(new[i]) - ideal[i]).powi(2)).sum::<f64>() / length;
        10.0 * (power / (PEAK * PEAK / 2.0)).log10()
    }

    #[test]
    fn a_sine_stays_the_same_sine_at_every_rate() {
        for (from, to) in [
            (24_000, 48_000),
            (48_000, 44_100),
            (44_100, 48_000),
            (48_000, 192_000),
            (48_000, 16_000),
            (48_000, 44_099),
        ] {
            for hz in [100.0, 1000.0, 3000.0, 7000.0] {
                let error = error_db(hz, from, to);
                // Rounding to 16 bit twice alone leaves -90 dB below this peak.
                assert!(error < -85.0, "{hz} Hz, {from} to {to}: {error:.1} dB");
            }
        }
    }

    #[test]
    fn what_the_new_rate_cannot_hold_is_gone() {
        let old: Vec<i16> = sine(6000.0, 48_000, 12_000).iter().map(|s| *s as i16).collect();
        let loudest = Resampler::new(48_000, 8_000)
            .resample(&old)
            .iter()
            .skip(200)
            .take(1500)
            .map(|s| s.abs())
            .max();
        assert!(loudest < Some(3), "{loudest:?}");
    }

    #[test]
    fn a_constant_stays_and_the_length_is_rounded_down() {
        let new = Resampler::new(48_000, 44_100).resample(&[1000; 1001]);
        assert_eq!(new.len(), 919);
        assert!(new[100..800].iter().all(|&s| s == 1000));
        assert!(Resampler::new(48_000, 44_100).resample(&[]).is_empty());
    }
}
