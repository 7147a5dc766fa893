//! Takes sounds out of a mixture, each as loud as it is there: by least squares, so that
//! sounds that overlap do not take from one another.

use super::correlate::product;

/// Keeps the equations solvable where two sounds are the same at the same place: both then get
/// half of what is there.
const RIDGE: f64 = 1e-9;

/// A sound within a stretch of samples: where it begins there, and what of it lies in it.
pub struct Part {
    /// Its first sample, within the stretch.
    pub at: usize,
    /// Its samples, up to the end of the stretch at most.
    pub samples: Vec<f32>,
}

impl Part {
    /// The product of two parts, where both are.
    fn product(&self, other: &Self) -> f64 {
        let from = self.at.max(other.at);
        let until = (self.at + self.samples.len()).min(other.at + other.samples.len());
        if from >= until {
            return 0.0;
        }
        let of = |part: &Self| from - part.at..until - part.at;
        product(&self.samples[of(self)], &other.samples[of(other)])
    }
}

/// Takes all `parts` but the one that is `kept` out of `stretch`. None is taken out upside down.
pub fn take_out(stretch: &mut [f32], parts: &[Part], kept: usize) {
    let gains = gains(stretch, parts);
    for (index, (part, gain)) in parts.iter().zip(gains).enumerate() {
        if index != kept && gain > 0.0 {
            for (place, sample) in stretch[part.at..].iter_mut().zip(&part.samples) {
                *place -= gain as f32 * sample;
            }
        }
    }
}

/// How loud each part is in `stretch`: what leaves the least energy over.
fn gains(stretch: &[f32], parts: &[Part]) -> Vec<f64> {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let mut row: Vec<f64> = parts.iter().map(|other| part.product(other)).collect();
        row[index] = row[index] * (1.0 + RIDGE) + f64::MIN_POSITIVE;
        row.push(product(&part.samples, &stretch[part.at..part.at + part.samples.len()]));
        rows.push(row);
    }
    solve(rows)
}

/// Solves equations by elimination. Their matrix is symmetric and positive, so that its diagonal
/// can be divided by in any order; what comes last in a row is its right side.
fn solve(mut rows: Vec<Vec<f64>>) -> Vec<f64> {
    let count = rows.len();
    for pivot in 0..count {
        let own = rows[pivot].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(index, _)| *index != pivot) {
            let factor = row[pivot] / own[pivot];
            row.iter_mut().zip(&own).for_each(|(value, own)| *value -= factor * own);
        }
    }
    rows.iter().enumerate().map(|(index, row)| row[count] / row[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(at: usize, samples: &[f32]) -> Part {
        Part { at, samples: samples.to_vec() }
    }

    fn near(left: &[f32], right: &[f32]) -> bool {
        left.len() == right.len() && left.iter().zip(right).all(|(a, b)| (a - b).abs() < 1e-5)
    }

    #[test]
    fn what_is_kept_is_left_as_it_is_though_others_lie_over_it() {
        // Twice 1 2 from place 1, and half of 4 -4 4 from place 2.
        let mut stretch = [0.0, 2.0, 6.0, -2.0, 2.0];
        let parts = [part(1, &[1.0, 2.0]), part(2, &[4.0, -4.0, 4.0])];
        take_out(&mut stretch, &parts, 0);
        assert!(near(&stretch, &[0.0, 2.0, 4.0, 0.0, 0.0]), "{stretch:?}");
    }

    #[test]
    fn what_is_not_there_is_not_taken_out() {
        let before = [0.0, 0.0, 3.0, 1.0];
        for absent in [&[1.0, 1.0][..], &[0.0], &[]] {
            let mut stretch = before;
            take_out(&mut stretch, &[part(2, &[3.0, 1.0]), part(0, absent)], 0);
            assert!(near(&stretch, &before), "{stretch:?}");
        }
        let mut upside_down = [0.0, -1.0, 1.0];
        take_out(&mut upside_down, &[part(1, &[1.0, -1.0])], 9);
        assert!(near(&upside_down, &[0.0, -1.0, 1.0]), "{upside_down:?}");
    }

    #[test]
    fn two_that_are_the_same_share_what_is_there() {
        let mut stretch = [2.0, -4.0];
        take_out(&mut stretch, &[part(0, &[1.0, -2.0]), part(0, &[1.0, -2.0])], 0);
        assert!(near(&stretch, &[1.0, -2.0]), "{stretch:?}");
    }
}
