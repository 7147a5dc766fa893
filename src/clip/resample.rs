//! Changes the sample rate of a clip, by the windowed-sinc method (J. O. Smith,
//! "Digital Audio Resampling Home Page", 2002): each new sample is the old ones weighed
//! by a low-pass filter that stands at its place.
//!
//! Our own and no library's, because the same routine must give the same bytes on every
//! processor: fast libraries choose their instructions, and with them their rounding, by
//! the machine. Here all sums are taken in one fixed order. The build script uses this
//! file too, so it knows nothing of the rest of the crate.

/// Zero crossings of the sinc on each side of its middle.
const CROSSINGS: usize = 48;
/// Places between two old samples at which the filter is tabled at most. Rates
/// with a simple ratio need fewer and fall on them exactly (147 from 48,000 to 44,100);
/// for others the filter is interpolated between them, with an error below -110 dB.
const MOST_PHASES: u64 = 1024;
/// Where the filter begins to fall, as a part of the lower rate's half.
const CUTOFF: f64 = 0.95;
/// The Kaiser window's shape: side lobes below -100 dB.
const BETA: f64 = 10.0;
/// Sums run in so many lanes, so that they can be added side by side.
const LANES: usize = 8;

/// Changes clips from one rate to another. The low-pass filter is tabled once: a row of
/// weights for every phase, and one more, so that every phase has a next.
#[derive(Clone, Debug)]
pub struct Resampler {
    from: u32,
    to: u32,
    rows: Vec<f32>,
    phases: u64,
    /// Weights in a row: a multiple of [`LANES`].
    taps: usize,
}

impl Resampler {
    /// A resampler from `from` to `to` frames a second.
    pub fn new(from: u32, to: u32) -> Self {
        // Going down, the filter is as much wider as the new rate is lower.
        let scale = (f64::from(to) / f64::from(from)).min(1.0) * CUTOFF;
        let reach = CROSSINGS as f64 / scale;
        let taps = (2 * (reach.ceil() as usize + 1)).next_multiple_of(LANES);
        let middle = taps / 2 - 1;
        let phases = u64::from(to / greatest_common_divisor(from, to)).min(MOST_PHASES);
        let mut rows = Vec::new();
        for phase in 0..=phases {
            let offset = middle as f64 + phase as f64 / phases as f64;
            let weights = (0..taps).map(|tap| weight(tap as f64 - offset, scale, reach));
            let weights: Vec<f64> = weights.collect();
            // Every row lets a constant through unchanged, or the phases would hum.
            let sum: f64 = weights.iter().sum();
            rows.extend(weights.iter().map(|weight| (weight / sum) as f32));
        }
        Self { from, to, rows, phases, taps }
    }

    /// `samples` turned into as many at the new rate as begin within the same time
    /// (rounded down).
    pub fn resample(&self, samples: &[i16]) -> Vec<i16> {
        let padded = self.pad(samples);
        let (from, to) = (u64::from(self.from), u64::from(self.to));
        let count = samples.len() as u64 * to / from;
        (0..count)
            .map(|i| {
                let (whole, part) = (i * from / to, i * from % to);
                let value = self.value_at(&padded[whole as usize..], part, to);
                value.round_ties_even().clamp(-32768.0, 32767.0) as i16
            })
            .collect()
    }

    /// The samples as floats with silence around, so that the filter always
    /// finds its neighbours: index `i` then begins the window of old sample `i`.
    fn pad(&self, samples: &[i16]) -> Vec<f32> {
        let mut padded = vec![0.0; self.taps / 2 - 1];
        padded.extend(samples.iter().map(|&sample| f32::from(sample)));
        padded.resize(padded.len() + self.taps, 0.0);
        padded
    }

    /// The value at `part / whole` of the way from the window's middle sample to the next.
    fn value_at(&self, window: &[f32], part: u64, whole: u64) -> f32 {
        let (phase, rest) = (part * self.phases / whole, part * self.phases % whole);
        let row = |phase: u64| {
            let begin = phase as usize * self.taps;
            &self.rows[begin..begin + self.taps]
        };
        let here = dot(row(phase), window);
        if rest == 0 {
            return here;
        }
        let between = rest as f32 / whole as f32;
        here + between * (dot(row(phase + 1), window) - here)
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// The sum of products, in eight lanes that are added in one fixed order.
fn dot(weights: &[f32], samples: &[f32]) -> f32 {
    let mut lanes = [0f32; LANES];
    let pairs = weights.chunks_exact(LANES).zip(samples.chunks_exact(LANES));
    for (weights, samples) in pairs {
        for lane in 0..LANES {
            lanes[lane] += weights[lane] * samples[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// The filter's weight at `distance` old samples from its middle.
fn weight(distance: f64, scale: f64, reach: f64) -> f64 {
    let x = distance / reach;
    if x.abs() >= 1.0 {
        return 0.0;
    }
    let angle = std::f64::consts::PI * distance * scale;
    let sinc = if angle == 0.0 { 1.0 } else { libm::sin(angle) / angle };
    sinc * bessel_i0(BETA * (1.0 - x * x).sqrt()) / bessel_i0(BETA)
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-16 {
        term *= quarter / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
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
