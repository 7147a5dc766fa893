//! Options that mean the same in every subcommand that takes them.

use std::path::PathBuf;

use clap::Args;

use super::DEFAULT_ROUTINE;
use super::values::{parse_decibels, parse_duration, parse_rate, parse_setting};
use crate::sequencer::{Choices, GuardMode, Sides, Talk};
use crate::time::{Millis, Rate};

/// The routine and the options that change its timeline, the same wherever a routine is taken.
#[derive(Debug, Args)]
pub struct TimelineArgs {
    /// The name of a routine that `list` shows, a file, or `-` for standard input [default: calf-cramp]
    pub routine: Option<String>,
    /// The side to work on
    #[arg(long, value_name = "SIDE")]
    pub side: Option<Sides>,
    /// How many deepenings come before the hold, where the runner would say "I am at my limit"
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
    /// The voice that speaks
    #[command(flatten)]
    pub voices: Voices,
    /// What keeps Bluetooth earbuds awake, which else swallow the first syllable after a silence
    /// [default: wake]
    #[arg(long, value_name = "MODE")]
    pub guard: Option<GuardMode>,
    /// How much is said [default: coach]
    #[arg(long, value_name = "LEVEL")]
    pub talk: Option<Talk>,
    /// A value for one of the routine's parameters; `show` lists them. May be given again
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_setting)]
    pub set: Vec<String>,
    /// Make it last at most so long, such as `6m` or `5:30`: shorter rests first, then fewer
    /// optional steps, then less of whatever has a `min`; never below a minimum
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub fit: Option<Millis>,
    /// Frames a second, from 8000 to 192000 [default: 48000]
    #[arg(long, value_name = "HZ", value_parser = parse_rate)]
    pub rate: Option<Rate>,
    /// The music under it
    #[command(flatten)]
    pub music: MusicArgs,
}

impl TimelineArgs {
    /// The routine that is meant.
    pub fn routine(&self) -> &str {
        self.routine.as_deref().unwrap_or(DEFAULT_ROUTINE)
    }

    /// What was chosen of how it is played.
    pub fn choices(&self) -> Choices {
        Choices {
            rate: self.rate.map(Rate::hz),
            side: self.side,
            limit: self.limit,
            guard: self.guard,
            talk: self.talk,
            fit: self.fit.map(|fit| fit.0),
            set: self.set.clone(),
            music: self.music.is_wanted(),
        }
    }
}

/// The voices that speak.
#[derive(Clone, Debug, Default, Args)]
pub struct Voices {
    /// The voice: a name, or a voice pack's folder or file. Its language is that of the words
    #[arg(long, value_name = "NAME|DIR")]
    pub voice: Option<String>,
    /// Another voice for what that one has no words for, in its own language
    #[arg(long, value_name = "NAME|DIR")]
    pub fall_back: Option<String>,
}

/// Music under the voice.
#[derive(Clone, Debug, Args)]
pub struct MusicArgs {
    /// Music under the voice, as long as the routine: files, folders, M3U playlists
    #[arg(long, value_name = "PATH", num_args = 1.., help_heading = "Music")]
    pub music: Vec<PathBuf>,
    /// Shuffle it; the same number gives the same order
    #[arg(long, value_name = "SEED", requires = "music", help_heading = "Music")]
    pub shuffle: Option<u64>,
    /// How far the music gives way to words, in dB; to tones by half of that
    #[arg(long, value_name = "DB", default_value_t = 12.0, value_parser = parse_decibels, requires = "music", help_heading = "Music")]
    pub duck: f64,
    /// How much softer the music is than its file, in dB
    #[arg(long, value_name = "DB", default_value_t = 9.0, value_parser = parse_decibels, requires = "music", help_heading = "Music")]
    pub music_level: f64,
}

/// What is missing may be spoken by a synthesiser.
#[derive(Clone, Debug, Args)]
pub struct FillArgs {
    /// Have what the voice cannot say spoken by a synthesiser first, as `voice fill` does
    #[arg(long, help_heading = "Speech synthesis")]
    pub fill: bool,
    /// The synthesiser
    #[command(flatten)]
    pub tts: TtsArgs,
}

/// A speech synthesiser.
#[derive(Clone, Debug, Args)]
pub struct TtsArgs {
    /// The synthesiser: kokoro, piper, say, espeak-ng, or a command with {out} and {text}
    /// [default: the best that is installed]
    #[arg(long, value_name = "NAME|COMMAND", help_heading = "Speech synthesis")]
    pub tts: Option<String>,
    /// The synthesiser's voice or model, by its own name for it
    #[arg(long, value_name = "NAME", help_heading = "Speech synthesis")]
    pub speaker: Option<String>,
    /// How long one line may take
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse_duration, help_heading = "Speech synthesis")]
    pub patience: Millis,
}
