//! Brings music to another rate while it comes.

use crate::clip::filter::{Filter, Place, Shape};
use crate::mixer::FULL_SCALE;

/// For music at 44.1 kHz: even up to 19.2 kHz, and what is mirrored below -80 dB from 24.9 kHz on;
/// between the two lies what nobody hears. 40 products for a sample instead of the 104 of a clip:
/// of clips there is an end.
const SHAPE: Shape = Shape { crossings: 19, cutoff: 1.0, beta: 8.0 };

/// Brings two channels from one rate to another.
#[derive(Debug)]
pub struct Stereo {
    filter: Filter,
    /// The old samples that are still needed, left and right, and the place of the first of them:
    /// the window of old sample `i` begins at `i`.
    old: [Vec<f32>; 2],
    first: u64,
    /// Where the next new sample stands.
    next: Place,
}

impl Stereo {
    /// From `from` to `to` frames a second.
    pub fn new(from: u32, to: u32) -> Self {
        let filter = Filter::new(from, to, SHAPE);
        let silence = vec![0.0; filter.lead()];
        Self { filter, old: [silence.clone(), silence], first: 0, next: Place::default() }
    }

    /// Takes old frames, from -1.0 to 1.0, and adds to `out` what new ones can be made by now.
    pub fn push(&mut self, frames: &[[f32; 2]], out: &mut Vec<[i16; 2]>) {
        for (channel, old) in self.old.iter_mut().enumerate() {
            old.extend(frames.iter().map(|frame| frame[channel]));
        }
        let taps = self.filter.taps();
        loop {
            let begin = (self.next.whole - self.first) as usize;
            if begin + taps > self.old[0].len() {
                break;
            }
            let [left, right] = &self.old;
            let windows = [&left[begin..begin + taps], &right[begin..begin + taps]];
            let [left, right] = self.filter.values_at(windows, self.next);
            out.push([rounded(left), rounded(right)]);
            self.next = self.filter.after(self.next);
        }
        let done = (self.next.whole - self.first) as usize;
        let done = done.min(self.old[0].len());
        for old in &mut self.old {
            old.drain(..done);
        }
        self.first += done as u64;
    }

    /// Adds the rest to `out`, of which the old frames have come.
    pub fn finish(&mut self, out: &mut Vec<[i16; 2]>) {
        self.push(&vec![[0.0; 2]; self.filter.taps() - self.filter.lead() - 1], out);
    }
}

/// A sample from -1.0 to 1.0 as the nearest of 16 bit; what is beyond stops there.
#[inline]
pub fn rounded(sample: f32) -> i16 {
    let value = sample * FULL_SCALE;
    (value + 0.5f32.copysign(value)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEAK: f64 = 20_000.0;

    fn sine(hz: f64, rate: u32, count: usize) -> Vec<f64> {
        let turn = std::f64::consts::TAU * hz / f64::from(rate);
        (0..count).map(|i| PEAK * (turn * i as f64).sin()).collect()
    }

    fn scaled(sample: f64) -> f32 {
        sample as f32 / FULL_SCALE
    }

    fn resampled(from: u32, to: u32, old: &[[f32; 2]], at_once: usize) -> Vec<[i16; 2]> {
        let (mut stereo, mut new) = (Stereo::new(from, to), Vec::new());
        for frames in old.chunks(at_once) {
            stereo.push(frames, &mut new);
        }
        stereo.finish(&mut new);
        new
    }

    #[test]
    fn a_sine_in_each_ear_stays_the_same_sine() {
        for (from, to) in [(44_100, 48_000), (48_000, 44_100), (22_050, 48_000), (96_000, 48_000)] {
            let (left, right) = (sine(997.0, from, 20_000), sine(7001.0, from, 20_000));
            let frames =
                left.iter().zip(&right).map(|(left, right)| [scaled(*left), scaled(*right)]);
            let old: Vec<[f32; 2]> = frames.collect();
            let new = resampled(from, to, &old, 1000);
            assert_eq!(new.len() as u64, (20_000 * u64::from(to)).div_ceil(u64::from(from)));
            for (channel, hz) in [997.0, 7001.0].into_iter().enumerate() {
                let ideal = sine(hz, to, new.len());
                let inner = 200..new.len() - 200;
                let power: f64 =
                    inner.clone().map(|i| (f64::from(new[i][channel]) - ideal[i]).powi(2)).sum();
                let error = 10.0 * (power / inner.len() as f64 / (PEAK * PEAK / 2.0)).log10();
                assert!(error < -78.0, "{hz} Hz from {from} to {to}: {error:.1} dB");
            }
        }
    }

    #[test]
    fn what_cannot_be_held_is_gone() {
        let old: Vec<[f32; 2]> =
            sine(9000.0, 48_000, 12_000).iter().map(|s| [scaled(*s); 2]).collect();
        let new = resampled(48_000, 8_000, &old, 12_000);
        assert!(new[200..1700].iter().flatten().all(|sample| sample.abs() < 4));
    }

    #[test]
    fn how_many_frames_come_at_a_time_changes_nothing() {
        let old: Vec<[f32; 2]> =
            sine(500.0, 44_100, 4000).iter().map(|s| [scaled(*s), 0.1]).collect();
        let whole = resampled(44_100, 48_000, &old, 4000);
        for at_once in [1, 33, 1024] {
            assert_eq!(resampled(44_100, 48_000, &old, at_once), whole, "{at_once} at a time");
        }
    }
}
