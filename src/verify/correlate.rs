//! Where a sound lies in a stretch of samples, by normalised cross-correlation: 1 where the
//! samples are the sound at any loudness, 0 where they have nothing of it, -1 where they are
//! the sound upside down. J. P. Lewis, "Fast Normalized Cross-Correlation", 1995, has the
//! method: products by Fourier transforms, energies by running sums.

use std::ops::RangeInclusive;

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

/// What is 50 dB softer than the sound is not it: so soft is what rounding and encoders leave.
const SOFTEST: f64 = 1e-5;
/// A likeness that is not searched beyond.
const SURE: f64 = 0.999;

/// Frequencies that are 30 dB weaker than its strongest are not a sound's own.
const WEAKEST: f32 = 1e-3;

/// Likenesses that differ by less may do so by what else is heard.
const AS_GOOD: f32 = 0.05;

/// Where a sound was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// Its first sample, within the stretch.
    pub at: usize,
    /// How like it is: 1 is the sound itself.
    pub likeness: f64,
    /// How much louder than the sound.
    pub gain: f64,
}

/// Looks for sounds, keeping the tables of the transforms.
pub struct Correlator {
    planner: RealFftPlanner<f32>,
}

impl Correlator {
    /// One without tables.
    pub fn new() -> Self {
        Self { planner: RealFftPlanner::new() }
    }

    /// Where `sound` is most like itself in `stretch`. It is looked for at `expected` first: there
    /// it need only be surely itself, even if another of the kind is near.
    pub fn find(&mut self, sound: &[f32], stretch: &[f32], expected: usize) -> Option<Match> {
        let here = climb(sound, stretch, expected);
        if here.likeness >= SURE {
            return Some(here);
        }
        let likenesses = self.likenesses(sound, stretch);
        let (best, _) = highest(&likenesses, 0..=likenesses.len().checked_sub(1)?)?;
        Some(climb(sound, stretch, best))
    }

    /// How like `sound` the samples from each of `stretch` on are.
    pub fn likenesses(&mut self, sound: &[f32], stretch: &[f32]) -> Vec<f32> {
        let Some(last) = stretch.len().checked_sub(sound.len()) else { return Vec::new() };
        let size = stretch.len().next_power_of_two();
        let mut spectrum = self.spectrum(stretch, size);
        for (place, sound) in spectrum.iter_mut().zip(self.spectrum(sound, size)) {
            *place *= sound.conj();
        }
        let mut products = self.samples(spectrum, size);
        products.truncate(last + 1);
        let own = energy(sound);
        let mut there = energy(&stretch[..sound.len()]);
        for (at, product) in products.iter_mut().enumerate() {
            *product = normalised(f64::from(*product), own, there) as f32;
            let (gone, come) = (stretch[at], stretch.get(at + sound.len()).copied());
            there += f64::from(come.unwrap_or(0.0)).powi(2) - f64::from(gone).powi(2);
        }
        products
    }

    /// Where `sound` is like itself within `range` of `stretch`, nothing being heard but the
    /// frequencies that it has. A tone is like itself a turn earlier and later too, so of places
    /// that are about as good the one nearest to the middle is meant.
    pub fn find_in_its_band(
        &mut self,
        sound: &[f32],
        stretch: &[f32],
        range: RangeInclusive<usize>,
    ) -> Option<Match> {
        let size = stretch.len().next_power_of_two();
        let own = self.spectrum(sound, size);
        let strongest = own.iter().map(Complex::norm_sqr).fold(0.0, f32::max);
        let mut spectrum = self.spectrum(stretch, size);
        for (place, own) in spectrum.iter_mut().zip(own) {
            if own.norm_sqr() < strongest * WEAKEST {
                *place = Complex::default();
            }
        }
        let mut stretch = self.samples(spectrum, size);
        stretch.truncate(*range.end() + sound.len());
        let (from, stretch) = (*range.start(), &stretch[*range.start()..]);
        let likenesses = self.likenesses(sound, stretch);
        let (best, most) = highest(&likenesses, 0..=range.end() - from)?;
        let middle = (range.end() - from) / 2;
        let as_good = (0..likenesses.len()).filter(|at| likenesses[*at] >= most - AS_GOOD);
        let best = as_good.min_by_key(|at| at.abs_diff(middle)).unwrap_or(best);
        let best = climb(sound, stretch, best);
        Some(Match { at: from + best.at, ..best })
    }

    /// The frequencies in `samples`, silence being after them up to `size`.
    fn spectrum(&mut self, samples: &[f32], size: usize) -> Vec<Complex<f32>> {
        let transform = self.planner.plan_fft_forward(size);
        let (mut padded, mut spectrum) = (transform.make_input_vec(), transform.make_output_vec());
        padded[..samples.len()].copy_from_slice(samples);
        transform.process(&mut padded, &mut spectrum).expect("the planner made both lengths");
        spectrum
    }

    /// The samples of a spectrum.
    fn samples(&mut self, mut spectrum: Vec<Complex<f32>>, size: usize) -> Vec<f32> {
        // Real samples have real ends; rounding may have left more.
        spectrum[0].im = 0.0;
        spectrum[size / 2].im = 0.0;
        let transform = self.planner.plan_fft_inverse(size);
        let mut samples = transform.make_output_vec();
        transform.process(&mut spectrum, &mut samples).expect("the planner made both lengths");
        for sample in &mut samples {
            *sample /= size as f32;
        }
        samples
    }
}

/// The greatest of `values` within `range` and its place, the first of equals.
pub fn highest(values: &[f32], range: RangeInclusive<usize>) -> Option<(usize, f32)> {
    let (first, values) = (*range.start(), values.get(range)?);
    let greater = |best: (usize, f32), (at, value): (usize, &f32)| {
        if *value > best.1 { (first + at, *value) } else { best }
    };
    Some(values.iter().enumerate().fold((first, f32::MIN), greater))
}

/// The nearest place from `at` on, up or down, where the likeness falls to both sides. Summed
/// exactly, where transforms round.
fn climb(sound: &[f32], stretch: &[f32], at: usize) -> Match {
    let last = stretch.len() - sound.len();
    let own = energy(sound);
    let compare = |at: usize| {
        let there = &stretch[at..at + sound.len()];
        let product = product(sound, there);
        Match { at, likeness: normalised(product, own, energy(there)), gain: product / own }
    };
    let mut top = compare(at);
    for up in [true, false] {
        loop {
            let next =
                if up { Some(top.at + 1).filter(|at| *at <= last) } else { top.at.checked_sub(1) };
            let next = next.map(compare);
            let Some(next) = next.filter(|next| next.likeness > top.likeness) else { break };
            top = next;
        }
    }
    top
}

fn normalised(product: f64, own: f64, there: f64) -> f64 {
    if there <= own * SOFTEST { 0.0 } else { product / (own * there).sqrt() }
}

fn energy(samples: &[f32]) -> f64 {
    product(samples, samples)
}

/// The sum of products, in eight lanes that are added in one fixed order.
pub fn product(left: &[f32], right: &[f32]) -> f64 {
    let mut lanes = [0.0; 8];
    let (left, rest) = left.as_chunks::<8>();
    let (right, other) = right.as_chunks::<8>();
    for (left, right) in left.iter().zip(right) {
        for lane in 0..8 {
            lanes[lane] += f64::from(left[lane]) * f64::from(right[lane]);
        }
    }
    let rest = rest.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b));
    lanes.iter().sum::<f64>() + rest.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: [f32; 4] = [1.0, -2.0, 4.0, 1.0];

    fn stretch(gain: f32, at: usize) -> Vec<f32> {
        let mut stretch = vec![0.0; 20];
        for (place, sample) in stretch[at..].iter_mut().zip(SOUND) {
            *place = gain * sample;
        }
        stretch
    }

    #[test]
    fn a_sound_is_found_where_it_is_however_loud() {
        for gain in [0.01, 1.0, 30.0] {
            for at in [0, 5, 16] {
                let found = Correlator::new().find(&SOUND, &stretch(gain, at), 9).unwrap();
                assert_eq!(found.at, at);
                assert!((found.likeness - 1.0).abs() < 1e-9, "{found:?}");
                assert!((found.gain / f64::from(gain) - 1.0).abs() < 1e-6, "{found:?}");
            }
        }
    }

    #[test]
    fn upside_down_it_is_not_the_sound() {
        let likenesses = Correlator::new().likenesses(&SOUND, &stretch(-1.0, 5));
        assert!((likenesses[5] + 1.0).abs() < 1e-6, "{likenesses:?}");
        let found = Correlator::new().find(&SOUND, &stretch(-1.0, 5), 9).unwrap();
        assert!(found.likeness < 0.7, "{found:?}");
    }

    #[test]
    fn of_two_alike_the_expected_one_is_meant() {
        let mut both = stretch(1.0, 2);
        both[12..16].copy_from_slice(&SOUND);
        for expected in [2, 12] {
            assert_eq!(Correlator::new().find(&SOUND, &both, expected).unwrap().at, expected);
        }
    }

    #[test]
    fn silence_and_what_rounding_leaves_are_like_nothing() {
        for gain in [0.0, 0.003] {
            let found = Correlator::new().find(&SOUND, &stretch(gain, 5), 9).unwrap();
            assert_eq!(found.likeness, 0.0, "{gain}");
        }
    }

    #[test]
    fn a_tone_under_louder_sounds_is_found_in_its_own_band() {
        let wave = |turns: f32, peak: f32, count: usize| -> Vec<f32> {
            let angle = |at: usize| std::f32::consts::TAU * turns * at as f32;
            let swell = |at: usize| (std::f32::consts::PI * at as f32 / count as f32).sin();
            (0..count).map(|at| peak * swell(at) * angle(at).sin()).collect()
        };
        let (tone, mut stretch) = (wave(0.01, 1.0, 1000), wave(0.13, 5.0, 3000));
        for (place, sample) in stretch[700..].iter_mut().zip(&tone) {
            *place += sample;
        }
        let mut correlator = Correlator::new();
        assert!(correlator.find(&tone, &stretch, 690).unwrap().likeness < 0.5);
        let found = correlator.find_in_its_band(&tone, &stretch, 650..=750).unwrap();
        assert_eq!(found.at, 700);
        assert!(found.likeness > 0.99 && (found.gain - 1.0).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn transforms_and_sums_agree() {
        let noise = |seed: u32, count: usize| -> Vec<f32> {
            let next =
                |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
            let states = std::iter::successors(Some(seed), next).take(count);
            states.map(|state| (state >> 8) as f32 / 8_388_608.0 - 1.0).collect()
        };
        let (sound, stretch) = (noise(1, 300), noise(2, 1000));
        let likenesses = Correlator::new().likenesses(&sound, &stretch);
        assert_eq!(likenesses.len(), 701);
        for (at, value) in likenesses.iter().enumerate() {
            let there = &stretch[at..at + 300];
            let sum = normalised(product(&sound, there), energy(&sound), energy(there));
            assert!((f64::from(*value) - sum).abs() < 1e-5, "{value} and {sum} at {at}");
        }
    }
}
