//! Values as they are typed.

use clap::ValueEnum;

use crate::routine::Setting;
use crate::sink::pcm::Bits;
use crate::time::{Millis, Rate};

/// Bits in a sample, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum BitsArg {
    /// 16-bit whole numbers
    #[value(name = "16")]
    Int16,
    /// 24-bit whole numbers
    #[value(name = "24")]
    Int24,
    /// 32-bit floating point
    #[value(name = "32")]
    Float32,
}

impl From<BitsArg> for Bits {
    fn from(bits: BitsArg) -> Self {
        match bits {
            BitsArg::Int16 => Self::Int16,
            BitsArg::Int24 => Self::Int24,
            BitsArg::Float32 => Self::Float32,
        }
    }
}

pub fn parse_rate(text: &str) -> Result<Rate, String> {
    let rate = text.parse().ok().and_then(Rate::new);
    rate.ok_or_else(|| {
        format!("a rate is a whole number from {} to {}", Rate::LOWEST, Rate::HIGHEST)
    })
}

pub fn parse_loudness(text: &str) -> Result<f64, String> {
    let lufs = text.parse().ok().filter(|lufs| (-60.0..=-5.0).contains(lufs));
    lufs.ok_or_else(|| "a loudness is a number from -60 to -5".into())
}

pub fn parse_decibels(text: &str) -> Result<f64, String> {
    let db = text.parse().ok().filter(|db| (0.0..=60.0).contains(db));
    db.ok_or_else(|| "a number of dB from 0 to 60".into())
}

pub fn parse_duration(text: &str) -> Result<Millis, String> {
    let seconds = || text.parse::<u32>().ok().map(|seconds| Millis::from_secs(seconds.into()));
    let clock = || {
        let (minutes, seconds) = text.split_once(':')?;
        let seconds = seconds.parse::<u32>().ok().filter(|seconds| *seconds < 60)?;
        Some(Millis::from_secs(u64::from(minutes.parse::<u32>().ok()?) * 60 + u64::from(seconds)))
    };
    let length =
        text.parse().ok().or_else(seconds).or_else(clock).filter(|length| *length > Millis::ZERO);
    length.ok_or_else(|| "a time is written like 6m, 90s, 1m30s or 1:30".into())
}

pub fn parse_setting(text: &str) -> Result<String, String> {
    text.parse::<Setting>().map(|setting| setting.to_string())
}
