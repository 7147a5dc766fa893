//! How much a clip adds to the loudness of whatever it is placed in.
//!
//! The build script uses this file too, so it knows nothing of the rest of the crate.

use ebur128::{Channel, EbuR128, Mode};

/// How fine a clip is measured, in milliseconds.
pub const SLICE_MS: u32 = 10;

/// The K-weighted mean square of each 10 ms slice of a clip (ITU-R BS.1770-5, annex 1),
/// mono heard with two ears, which is 3 dB more than one channel alone.
pub fn energies(samples: &[i16], rate: u32) -> Vec<f32> {
    let slice = (rate * SLICE_MS / 1000) as usize;
    let Ok(mut meter) = EbuR128::new(1, rate, Mode::M) else { return Vec::new() };
    let set_up = meter.set_channel(0, Channel::DualMono);
    debug_assert_eq!(set_up, Ok(()), "one channel was asked for");
    samples
        .chunks(slice)
        .map(|chunk| {
            let loudness =
                meter.add_frames_i16(chunk).and_then(|()| meter.loudness_window(SLICE_MS));
            // BS.1770-5, equation 2: loudness = -0.691 + 10 log10(mean square).
            loudness.map_or(0.0, |lufs| 10f64.powf((lufs + 0.691) / 10.0) as f32)
        })
        .collect()
}
