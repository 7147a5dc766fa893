//! How much a sound adds to the loudness of whatever it is placed in.

use std::array::from_fn;
use std::cmp::Reverse;
use std::f64::consts::PI;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use wide::f64x4;

use crate::clip::recording::Window;

/// How fine a sound is measured, in milliseconds.
pub const SLICE_MS: u32 = 10;

/// Sounds are measured so many at a time, side by side: in a filter that feeds on its own past each
/// sample waits for the one before it, and alone would leave most of the processor idle.
const LANES: usize = 4;

/// Added to every sample, 300 dB below full scale: with less the filter's past would fade to
/// numbers so small that processors take a hundred times as long for them.
const FLOOR: f64 = 1e-15;

/// Some sounds whose samples are there or can be read.
pub trait Samples {
    /// How many frames each has.
    fn lengths(&self) -> Vec<usize>;

    /// So many samples of one from a frame on, in memory or seen through `window`.
    fn part<'a>(
        &'a self,
        sound: usize,
        from: usize,
        wanted: usize,
        window: &'a mut Window,
    ) -> &'a [i16];
}

/// Of each of some sounds the K-weighted mean square of its 10 ms slices (ITU-R BS.1770-5,
/// annex 1), mono heard with two ears, which is 3 dB more than one channel alone.
pub fn energies(sounds: &impl Samples, rate: u32) -> Vec<Vec<f32>> {
    let work = Work::new(sounds, rate);
    work.share(sounds);
    work.found()
}

/// Finding out the energies of some sounds, in which several threads may share.
#[derive(Debug)]
pub struct Work {
    rate: u32,
    /// The sounds that are measured together, each with its length.
    groups: Vec<Vec<(usize, usize)>>,
    /// The next group that nobody has taken.
    next: AtomicUsize,
    found: Mutex<Vec<Vec<f32>>>,
}

impl Work {
    /// All of it is to be done.
    pub fn new(sounds: &impl Samples, rate: u32) -> Self {
        let mut order: Vec<_> = sounds.lengths().into_iter().enumerate().collect();
        let found = Mutex::new(vec![Vec::new(); order.len()]);
        // Those that end together waste the fewest places.
        order.sort_by_key(|(_, length)| Reverse(*length));
        let groups = order.chunks(LANES).map(<[_]>::to_vec).collect();
        Self { rate, groups, next: AtomicUsize::new(0), found }
    }

    /// Measures `sounds`, as long as there are some that nobody else measures.
    pub fn share(&self, sounds: &impl Samples) {
        while let Some(group) = self.groups.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let measured =
                side_by_side(sounds, from_fn(|lane| group.get(lane).copied()), self.rate);
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            for ((sound, _), energies) in group.iter().zip(measured) {
                found[*sound] = energies;
            }
        }
    }

    /// What was found by all that shared in it.
    pub fn found(&self) -> Vec<Vec<f32>> {
        std::mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The energies of so many sounds, each with its length.
fn side_by_side(
    sounds: &impl Samples,
    lanes: [Option<(usize, usize)>; LANES],
    rate: u32,
) -> [Vec<f32>; LANES] {
    let slice = (rate * SLICE_MS / 1000) as usize;
    let mut weighting = KWeighting::new(rate);
    let mut windows: [Window; LANES] = from_fn(|_| Window::default());
    let mut frames = from_fn(|_| vec![FLOOR; slice]);
    let mut energies = [const { Vec::new() }; LANES];
    let longest = lanes.iter().flatten().map(|(_, length)| *length).max().unwrap_or(0);
    for from in (0..longest).step_by(slice) {
        let mut begun = [false; LANES];
        for (lane, (sound, length)) in
            lanes.iter().enumerate().filter_map(|(i, s)| Some((i, (*s)?)))
        {
            let now = slice.min(length.saturating_sub(from));
            begun[lane] = now > 0;
            let part =
                if now > 0 { sounds.part(sound, from, now, &mut windows[lane]) } else { &[] };
            scale(part, &mut frames[lane]);
        }
        let power = weighting.power(&frames);
        for lane in (0..LANES).filter(|lane| begun[*lane]) {
            energies[lane].push((2.0 * power[lane] / slice as f64) as f32);
        }
    }
    energies
}

/// Samples as parts of full scale, and silence after them.
fn scale(samples: &[i16], frames: &mut [f64]) {
    let (heard, silent) = frames.split_at_mut(samples.len());
    for (frame, sample) in heard.iter_mut().zip(samples) {
        *frame = f64::from(*sample) / 32_768.0 + FLOOR;
    }
    silent.fill(FLOOR);
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

    /// The sum of the squares of what is left of each sound's next frames.
    fn power(&mut self, frames: &[Vec<f64>; LANES]) -> [f64; LANES] {
        // The processor keeps in its registers what lies in variables of one's own.
        let (mut shelf, mut high_pass, mut power) = (self.shelf, self.high_pass, f64x4::ZERO);
        let [a, b, c, d] = frames;
        for (((a, b), c), d) in a.iter().zip(b).zip(c).zip(d) {
            let heard = high_pass.next(shelf.next(f64x4::new([*a, *b, *c, *d])));
            power += heard * heard;
        }
        (self.shelf, self.high_pass) = (shelf, high_pass);
        power.to_array()
    }
}

/// A filter of the second order (direct form II, transposed).
#[derive(Clone, Copy)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    past: [f64x4; 2],
}

impl Biquad {
    fn new(b: [f64; 3], [whole, a1, a2]: [f64; 3]) -> Self {
        Self { b: b.map(|b| b / whole), a: [a1 / whole, a2 / whole], past: [f64x4::ZERO; 2] }
    }

    #[inline]
    fn next(&mut self, x: f64x4) -> f64x4 {
        let (b, a, [first, second]) = (self.b, self.a, self.past);
        let y = x * b[0] + first;
        self.past = [x * b[1] + second - y * a[0], x * b[2] - y * a[1]];
        y
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Samples in memory.
    pub struct InMemory<'a>(pub &'a [&'a [i16]]);

    impl Samples for InMemory<'_> {
        fn lengths(&self) -> Vec<usize> {
            self.0.iter().map(|samples| samples.len()).collect()
        }

        fn part<'a>(
            &'a self,
            sound: usize,
            from: usize,
            wanted: usize,
            _window: &'a mut Window,
        ) -> &'a [i16] {
            &self.0[sound][from..from + wanted]
        }
    }

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
            for (sound, energies) in sounds.iter().zip(energies(&InMemory(&sounds), rate)) {
                let energies: Vec<_> = energies.into_iter().map(f64::from).collect();
                close(&energies, &oracle(sound, rate));
            }
        }
    }

    #[test]
    fn threads_that_share_the_work_find_what_one_finds() {
        let samples: Vec<Vec<i16>> = (1..40).map(|i| vec![i * 500; 90 * i as usize]).collect();
        let sounds: Vec<&[i16]> = samples.iter().map(Vec::as_slice).collect();
        let sounds = InMemory(&sounds);
        let work = Work::new(&sounds, 8_000);
        std::thread::scope(|scope| {
            (0..3).for_each(|_| drop(scope.spawn(|| work.share(&sounds))));
        });
        assert_eq!(work.found(), energies(&sounds, 8_000));
    }

    #[test]
    fn a_slice_that_is_only_begun_is_measured_as_if_silence_followed() {
        let begun = [9000; 100];
        let padded = [&begun[..], &[0; 60]].concat();
        let found = energies(&InMemory(&[&begun, &padded, &[]]), 8_000);
        assert_eq!(found[0].len(), 2);
        assert_eq!(found[0], found[1]);
        assert!(found[2].is_empty());
    }
}
