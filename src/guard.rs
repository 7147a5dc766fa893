//! The guard signal: what keeps Bluetooth earbuds awake while nothing is to be heard. Silence
//! made of zeros does not; real samples must flow.

use std::f64::consts::TAU;

use crate::time::{Millis, Rate};

/// The signal repeats itself after this time.
const LOOP: Millis = Millis(200);
/// Its partials, in turns a loop: 25 to 115 Hz, where the ear needs most. Primes, so that
/// their peaks never fall together.
const TURNS: [f64; 7] = [5.0, 7.0, 11.0, 13.0, 17.0, 19.0, 23.0];
/// The highest sample: -63 dBFS.
const PEAK: f64 = 23.0;

/// One loop of the signal at `rate`, 16 bit: at most -63 dBFS, made alike on every processor.
pub fn signal(rate: Rate) -> Vec<i16> {
    let frames = rate.frame_at(LOOP).0 as usize;
    let mut sum = vec![0.0; frames];
    for turns in TURNS {
        // The partial as a point on the unit circle that is turned by multiplication alone.
        let angle = TAU * turns / frames as f64;
        let (turn_sine, turn_cosine) = (libm::sin(angle), libm::cos(angle));
        // Begun at phases that grow with the square of the pitch, partials add up to a low
        // peak (M. R. Schroeder, IEEE Trans. Information Theory 16, 1970).
        let phase = TAU * turns * turns / 97.0;
        let (mut sine, mut cosine) = (libm::sin(phase), libm::cos(phase));
        for value in &mut sum {
            *value += sine;
            (sine, cosine) =
                (sine * turn_cosine + cosine * turn_sine, cosine * turn_cosine - sine * turn_sine);
        }
    }
    let highest = sum.iter().fold(0.0, |highest: f64, value| highest.max(value.abs()));
    sum.iter().map(|value| (value * PEAK / highest).round() as i16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signal_flows_all_the_time_and_stays_below_minus_60_dbfs() {
        for hz in [8_000, 44_100, 48_000, 192_000] {
            let samples = signal(Rate::new(hz).unwrap());
            assert_eq!(samples.len(), hz as usize / 5);
            let loudest = samples.iter().map(|sample| sample.abs()).max();
            assert_eq!(loudest, Some(23), "a 16-bit sample of 33 is -60 dBFS");
            let longest_zeros =
                samples.split(|sample| *sample != 0).map(<[i16]>::len).max().unwrap();
            assert!(longest_zeros < hz as usize / 100, "{longest_zeros} zeros at {hz}");
        }
    }

    #[test]
    fn one_loop_goes_on_into_the_next_without_a_step() {
        let samples = signal(Rate::DEFAULT);
        let next = samples.iter().cycle().skip(1);
        let steepest = samples.iter().zip(next).map(|(a, b)| (a - b).abs()).max();
        assert!(steepest <= Some(1), "{steepest:?}");
    }
}
