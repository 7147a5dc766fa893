//! How much a sound adds to the loudness of whatever it is placed in.

use std::array::from_fn;
use std::cmp::Reverse;
use std::f64::consts::PI;

/// How fine a sound is measured, in milliseconds.
pub const SLICE_MS: u32 = 10;

/// Sounds are measured so many at a time, side by side: in a filter that feeds on its own past each
/// sample waits for the one before it, and alone would leave most of the processor idle.
const LANES: usize = 4;
/// What each sound has for one frame.
type Frame = [f64; LANES];

/// Added to every sample, 300 dB below full scale: with less the filter's past would fade to
/// numbers so small that processors take a hundred times as long for them.
const FLOOR: f64 = 1e-15;

/// Of each of some sounds the K-weighted mean square of its 10 ms slices (ITU-R BS.1770-5,
/// annex 1), mono heard with two ears, which is 3 dB more than one channel alone.
pub fn energies(sounds: &[&[i16]], rate: u32) -> Vec<Vec<f32>> {
    let mut order: Vec<usize> = (0..sounds.len()).collect();
    // Those that end together waste the fewest places.
    order.sort_by_key(|place| Reverse(sounds[*place].len()));
    let mut energies = vec![Vec::new(); sounds.len()];
    for places in order.chunks(LANES) {
        let lanes = from_fn(|lane| places.get(lane).map_or(&[][..], |place| sounds[*place]));
        for (place, found) in places.iter().zip(side_by_side(lanes, rate)) {
            energies[*place] = found;
        }
    }
    energies
}

/// The energies of so many sounds.
fn side_by_side(mut lanes: [&[i16]; LANES], rate: u32) -> [Vec<f32>; LANES] {
    let slice = (rate * SLICE_MS / 1000) as usize;
    let (mut frames, mut weighting) = (vec![[FLOOR; LANES]; slice], KWeighting::new(rate));
    let mut energies = [const { Vec::new() }; LANES];
    while lanes.iter().any(|lane| !lane.is_empty()) {
        frames.fill([FLOOR; LANES]);
        let begun = lanes.map(|lane| !lane.is_empty());
        for (place, lane) in lanes.iter_mut().enumerate() {
            let (now, rest) = lane.split_at(slice.min(lane.len()));
            for (frame, sample) in frames.iter_mut().zip(now) {
                frame[place] += f64::from(*sample) / 32_768.0;
            }
            *lane = rest;
        }
        let power = weighting.power(&frames);
        for place in (0..LANES).filter(|place| begun[*place]) {
            energies[place].push((2.0 * power[place] / slice as f64) as f32);
        }
    }
    energies
}

/// The two filters before the mean square: a shelf for the head, and a high-pass.
struct KWeighting {
    shelf: Biquad,
    high_pass: Biquad,
}

impl KWeighting {
    /// BS.1770 has the coefficients at 48 kHz alone (tables 1 and 2); these are the pitches, gains and
    /// qualities of the filters behind them (B. De Man, AES e-Brief 464, 2018), for any rate.
    fn new(rate: u32) -> Self {
        let bend = |hz: f64| libm::tan(PI * hz / f64::from(rate));
        let (k, q) = (bend(1_681.974_450_955_533), 0.707_175_236_955_419_6);
        let high = libm::pow(10.0, 3.999_843_853_973_347 / 20.0);
        let band = libm::pow(high, 0.499_666_774_154_541_6);
        let shelf = Biquad::new(
            [high + band * k / q + k * k, 2.0 * (k * k - high), high - band * k / q + k * k],
            [1.0 + k / q + k * k, 2.0 * (k * k - 1.0), 1.0 - k / q + k * k],
        );
        let (k, q) = (bend(38.135_470_876_024_44), 0.500_327_037_323_877_3);
        let whole = 1.0 + k / q + k * k;
        let high_pass = Biquad::new(
            [whole, -2.0 * whole, whole],
            [whole, 2.0 * (k * k - 1.0), 1.0 - k / q + k * k],
        );
        Self { shelf, high_pass }
    }

    /// The sum of the squares of what is left of the next frames.
    fn power(&mut self, frames: &[Frame]) -> Frame {
        let mut power = [0.0; LANES];
        for frame in frames {
            let heard = self.high_pass.next(self.shelf.next(*frame));
            power = from_fn(|lane| power[lane] + heard[lane] * heard[lane]);
        }
        power
    }
}

/// A filter of the second order (direct form II, transposed).
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    past: [Frame; 2],
}

impl Biquad {
    fn new(b: [f64; 3], [whole, a1, a2]: [f64; 3]) -> Self {
        Self { b: b.map(|b| b / whole), a: [a1 / whole, a2 / whole], past: [[0.0; LANES]; 2] }
    }

    #[inline]
    fn next(&mut self, x: Frame) -> Frame {
        let (b, a, [first, second]) = (self.b, self.a, self.past);
        let y: Frame = from_fn(|lane| b[0] * x[lane] + first[lane]);
        let first = from_fn(|lane| b[1] * x[lane] + second[lane] - a[0] * y[lane]);
        let second = from_fn(|lane| b[2] * x[lane] - a[1] * y[lane]);
        self.past = [first, second];
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(ours: &[f64], theirs: &[f64]) {
        assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert!((ours - theirs).abs() <= 1e-6 * theirs.abs().max(1e-3), "{ours} {theirs}");
        }
    }

    #[test]
    fn at_48_khz_the_filters_are_those_of_the_recommendation() {
        let KWeighting { shelf, high_pass } = KWeighting::new(48_000);
        close(&shelf.b, &[1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85]);
        close(&shelf.a, &[-1.690_659_293_182_41, 0.732_480_774_215_85]);
        // The recommendation leaves the gain out of the high-pass: 1, -2, 1.
        close(&high_pass.b, &[1.0, -2.0, 1.0]);
        close(&high_pass.a, &[-1.990_047_454_833_98, 0.990_072_250_366_21]);
    }

    /// The energies of whole slices, by the library: the oracle.
    fn oracle(samples: &[i16], rate: u32) -> Vec<f64> {
        let mut meter = ebur128::EbuR128::new(1, rate, ebur128::Mode::M).unwrap();
        meter.set_channel(0, ebur128::Channel::DualMono).unwrap();
        let slices = samples.chunks_exact((rate * SLICE_MS / 1000) as usize);
        let energy = |slice: &[i16]| {
            meter.add_frames_i16(slice).unwrap();
            let lufs = meter.loudness_window(SLICE_MS).unwrap();
            10f64.powf((lufs + 0.691) / 10.0)
        };
        slices.map(energy).collect()
    }

    #[test]
    fn sounds_measured_side_by_side_are_as_loud_as_the_library_has_each() {
        for rate in [8_000, 44_100, 48_000, 192_000] {
            let slice = (rate * SLICE_MS / 1000) as usize;
            let sound = |sound: usize| -> Vec<i16> {
                let frames = 0..(7 + 3 * sound) * slice;
                frames.map(|i| ((i * i * (sound + 3)) % 20_011) as i16 - 10_000).collect()
            };
            let sounds: Vec<_> = (0..LANES + 2).map(sound).collect();
            let sounds: Vec<_> = sounds.iter().map(Vec::as_slice).collect();
            for (sound, energies) in sounds.iter().zip(energies(&sounds, rate)) {
                let energies: Vec<_> = energies.into_iter().map(f64::from).collect();
                close(&energies, &oracle(sound, rate));
            }
        }
    }

    #[test]
    fn a_slice_that_is_only_begun_is_measured_as_if_silence_followed() {
        let begun = [9000; 100];
        let padded = [&begun[..], &[0; 60]].concat();
        let found = energies(&[&begun, &padded, &[]], 8_000);
        assert_eq!(found[0].len(), 2);
        assert_eq!(found[0], found[1]);
        assert!(found[2].is_empty());
    }
}
