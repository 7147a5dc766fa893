//! The filter that a new sample rate is made with: each new sample is the old ones weighed by
//! a low-pass filter that stands at its place (the windowed-sinc method: J. O. Smith, "Digital Audio
//! Resampling Home Page", 2002).
//!
//! Our own and no library's, because the same routine must give the same bytes on every
//! processor: fast libraries choose their instructions, and with them their rounding, by
//! the machine. Here all sums are taken in one fixed order. The build script uses this
//! file too, so it knows nothing of the rest of the crate.

/// Places between two old samples at which the filter is tabled at most. Rates
/// with a simple ratio need fewer and fall on them exactly (147 from 48,000 to 44,100);
/// for others the filter is interpolated between them, with an error below -110 dB.
const MOST_PHASES: u64 = 1024;
/// Sums run in so many lanes, so that they can be added side by side.
const LANES: usize = 8;

/// How steep a filter is, and how clean.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Zero crossings of the sinc on each side of its middle.
    pub crossings: usize,
    /// Where the filter has fallen by half, as a part of the lower rate's half.
    pub cutoff: f64,
    /// The Kaiser window's shape.
    pub beta: f64,
}

/// Where a new sample stands: behind which old one, and how many parts of the way to the next.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// The old sample.
    pub whole: u64,
    part: u64,
}

/// A low-pass filter between two rates, tabled once: a row of weights for every phase, and one
/// more, so that every phase has a next.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The two rates in their lowest terms.
    from: u64,
    to: u64,
    rows: Vec<f32>,
    phases: u64,
    /// Weights in a row: a multiple of [`LANES`].
    taps: usize,
}

impl Filter {
    /// A filter from `from` to `to` frames a second.
    pub fn new(from: u32, to: u32, shape: Shape) -> Self {
        // Going down, the filter is as much wider as the new rate is lower.
        let scale = (f64::from(to) / f64::from(from)).min(1.0) * shape.cutoff;
        let reach = shape.crossings as f64 / scale;
        let taps = (2 * (reach.ceil() as usize + 1)).next_multiple_of(LANES);
        let middle = taps / 2 - 1;
        let divisor = greatest_common_divisor(from, to);
        let (from, to) = (u64::from(from / divisor), u64::from(to / divisor));
        let phases = to.min(MOST_PHASES);
        let mut rows = Vec::new();
        for phase in 0..=phases {
            let offset = middle as f64 + phase as f64 / phases as f64;
            let weight = |tap| weight(tap as f64 - offset, scale, reach, shape.beta);
            let weights: Vec<f64> = (0..taps).map(weight).collect();
            // Every row lets a constant through unchanged, or the phases would hum.
            let sum: f64 = weights.iter().sum();
            rows.extend(weights.iter().map(|weight| (weight / sum) as f32));
        }
        Self { from, to, rows, phases, taps }
    }

    /// How many new samples begin within the time of so many old ones (rounded down).
    pub fn count(&self, old: u64) -> u64 {
        old * self.to / self.from
    }

    /// Where the new sample after the one at `place` stands.
    #[inline]
    pub fn after(&self, place: Place) -> Place {
        let part = place.part + self.from;
        // Divided only where the new rate is much lower: there it is little beside the sums.
        if part < 2 * self.to {
            let over = u64::from(part >= self.to);
            return Place { whole: place.whole + over, part: part - over * self.to };
        }
        Place { whole: place.whole + part / self.to, part: part % self.to }
    }

    /// How many old samples a window has.
    pub fn taps(&self) -> usize {
        self.taps
    }

    /// How many of them lie before the old sample behind which the new one stands.
    pub fn lead(&self) -> usize {
        self.taps / 2 - 1
    }

    /// The value at a place, of the window that begins [`Filter::lead`] before its old sample.
    #[inline]
    pub fn value_at(&self, window: &[f32], place: Place) -> f32 {
        let (row, part) = self.row_at(place);
        let value = |row: usize| dot(&self.rows()[row * self.taps..][..self.taps], window);
        let here = value(row);
        if part == 0.0 { here } else { here + part * (value(row + 1) - here) }
    }

    /// The row of weights for a place, and how far it is from there to the next row.
    #[inline]
    pub fn row_at(&self, place: Place) -> (usize, f32) {
        if self.phases == self.to {
            return (place.part as usize, 0.0);
        }
        let parts = place.part * self.phases;
        ((parts / self.to) as usize, (parts % self.to) as f32 / self.to as f32)
    }

    /// All rows of weights, one after another.
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// The sum of products, in eight lanes that are added in one fixed order.
#[inline]
fn dot(weights: &[f32], samples: &[f32]) -> f32 {
    let mut lanes = [0f32; LANES];
    let samples = samples.as_chunks::<LANES>().0;
    for (weights, samples) in weights.as_chunks::<LANES>().0.iter().zip(samples) {
        for lane in 0..LANES {
            lanes[lane] += weights[lane] * samples[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// The filter's weight at `distance` old samples from its middle.
fn weight(distance: f64, scale: f64, reach: f64, beta: f64) -> f64 {
    let x = distance / reach;
    if x.abs() >= 1.0 {
        return 0.0;
    }
    let angle = std::f64::consts::PI * distance * scale;
    let sinc = if angle == 0.0 { 1.0 } else { libm::sin(angle) / angle };
    sinc * bessel_i0(beta * (1.0 - x * x).sqrt()) / bessel_i0(beta)
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
