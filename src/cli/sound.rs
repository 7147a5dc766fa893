//! What makes sound: `play`, `export`, `devices`.

use std::path::PathBuf;

use clap::Args;

use super::shared::{FillArgs, TimelineArgs};
use super::values::{BitsArg, parse_loudness};
use crate::captions;
use crate::sink::format;
use crate::sink::opus::OpusFormat;

/// What `export` takes.
#[derive(Debug, Args)]
pub struct Export {
    /// The routine and how it is played
    #[command(flatten)]
    pub timeline: TimelineArgs,
    /// What is missing
    #[command(flatten)]
    pub fill: FillArgs,
    /// The file to write; `-` streams to standard output [default: the routine's name with its
    /// format's ending, here]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write a track for each part, and a playlist, into this folder; "next" says "I am at my limit"
    #[arg(long, value_name = "DIR", conflicts_with_all = ["output", "with"])]
    pub tracks: Option<PathBuf>,
    /// The file's format [default: the one that its name ends in, else wav]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<format::Format>,
    /// Write what was heard live, as `play --take` saved it
    #[arg(long, value_name = "FILE")]
    pub take: Option<PathBuf>,
    /// Replace the file, or the tracks, if they exist
    #[arg(short, long)]
    pub force: bool,
    /// Bits in a sample of WAV or FLAC; 32 is floating point, for WAV alone [default: 16]
    #[arg(long)]
    pub bits: Option<BitsArg>,
    /// The room that Opus takes, in kilobits a second, from 6 to 510 [default: 48 for mono, 80 for
    /// stereo]
    #[arg(long, value_name = "KBPS", value_parser = clap::value_parser!(u16).range(OpusFormat::BITRATES))]
    pub bitrate: Option<u16>,
    /// Make it so loud, in LUFS as two ears hear it, such as -16 for a player of spoken words;
    /// peaks are limited to -1.5 dBTP [default: as it is heard live, its voice at -16]
    #[arg(long, value_name = "LUFS", allow_negative_numbers = true, value_parser = parse_loudness)]
    pub loudness: Option<f64>,
    /// 1 for mono, 2 for stereo [default: 2 where there is music or anything for one ear, else 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=2))]
    pub channels: Option<u16>,
    /// Write the sound alone, without chapters and tags
    #[arg(long)]
    pub plain: bool,
    /// Write files beside it, of the same name; several with commas between
    #[arg(long, value_name = "FORMATS", value_delimiter = ',')]
    pub with: Vec<captions::Format>,
    /// Print what was written as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `play` takes.
#[derive(Debug, Args)]
pub struct Play {
    /// The routine and how it is played
    #[command(flatten)]
    pub timeline: TimelineArgs,
    /// What is missing
    #[command(flatten)]
    pub fill: FillArgs,
    /// The sound device, by its id [default: the system's]
    #[arg(long, value_name = "ID")]
    pub device: Option<String>,
    /// How loud, from 0 to 100
    #[arg(long, value_name = "PERCENT", default_value_t = 100, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub volume: u8,
    /// Frames the device takes at a time: more for a machine that cannot keep up
    #[arg(long, value_name = "FRAMES", value_parser = clap::value_parser!(u32).range(16..=16_384))]
    pub buffer: Option<u32>,
    /// Where to begin: a step's number or name as `show` lists it, or a time
    #[arg(long, value_name = "STEP|M:SS")]
    pub from: Option<String>,
    /// Play the file anew from the step that was edited, whenever it is saved
    #[arg(long, conflicts_with = "take")]
    pub watch: bool,
    /// Save what the runner did
    #[arg(long, value_name = "FILE")]
    pub take: Option<PathBuf>,
    /// Replace that file if it exists
    #[arg(short, long, requires = "take")]
    pub force: bool,
    /// Print what happens as JSON, an event a line
    #[arg(long)]
    pub events: bool,
}

/// What `devices` takes.
#[derive(Debug, Args)]
pub struct Devices {
    /// Print the devices as JSON
    #[arg(long)]
    pub json: bool,
}
