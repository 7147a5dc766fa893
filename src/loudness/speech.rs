//! How loud a few words are: a single one is shorter than the blocks that loudness is measured in.

use ebur128::{Channel, EbuR128, Mode};

/// The integrated loudness of `speech` in LUFS, as two ears hear mono, and its true
/// peak in dBTP. Speech is repeated until it fills ten gating blocks (EBU Tech 3341). Both are
/// minus infinity for silence.
pub fn measure(speech: &[i16], hz: u32) -> (f64, f64) {
    let measured = || {
        let mut meter = EbuR128::new(1, hz, Mode::I | Mode::TRUE_PEAK)?;
        meter.set_channel(0, Channel::DualMono)?;
        meter.add_frames_i16(speech)?;
        let peak = meter.true_peak(0)?;
        let mut meter = EbuR128::new(1, hz, Mode::I)?;
        meter.set_channel(0, Channel::DualMono)?;
        for _ in 0..(4 * hz as usize).div_ceil(speech.len().max(1)) {
            meter.add_frames_i16(speech)?;
        }
        Ok::<_, ebur128::Error>((meter.loudness_global()?, 20.0 * peak.log10()))
    };
    measured().unwrap_or((f64::NEG_INFINITY, f64::NEG_INFINITY))
}
