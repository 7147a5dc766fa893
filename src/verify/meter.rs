//! How loud a file is as two ears hear it, by EBU R128: mono is heard with both.

use ebur128::{Channel, EbuR128, Mode};

/// Measures a file block by block, in constant memory.
pub struct Meter(EbuR128);

/// How loud a file is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loudness {
    /// Its integrated loudness in LUFS; `None` where nothing is heard.
    pub lufs: Option<f64>,
    /// Its true peak in dBTP; `None` where all is silent.
    pub dbtp: Option<f64>,
}

impl Meter {
    /// A meter for as many channels; `None` where there are more than it has ears for.
    pub fn new(channels: usize, rate: u32) -> Option<Self> {
        let mode = Mode::I | Mode::TRUE_PEAK | Mode::HISTOGRAM;
        let mut meter = EbuR128::new(channels as u32, rate, mode).ok()?;
        if channels == 1 {
            meter.set_channel(0, Channel::DualMono).ok()?;
        }
        Some(Self(meter))
    }

    /// Measures whole frames, the channels interleaved.
    pub fn add(&mut self, block: &[f32]) {
        let added = self.0.add_frames_f32(block);
        debug_assert_eq!(added, Ok(()), "they are whole frames");
    }

    /// How loud all of it was.
    pub fn loudness(&self) -> Loudness {
        let peak = |channel| self.0.true_peak(channel).unwrap_or(0.0);
        let peak = (0..self.0.channels()).map(peak).fold(0.0, f64::max);
        let lufs = self.0.loudness_global().ok().filter(|lufs| lufs.is_finite());
        Loudness { lufs, dbtp: (peak > 0.0).then(|| 20.0 * peak.log10()) }
    }
}
