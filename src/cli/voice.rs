//! What `voice` takes, and each of its subcommands.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::shared::{TtsArgs, Voices};
use super::values::{parse_rate, parse_setting};
use crate::time::Rate;
use crate::voice;

/// The subcommands of `voice`.
#[derive(Debug, Subcommand)]
pub enum Voice {
    /// List the voices at hand, or the words that a voice can say
    List(VoiceList),
    /// Check a voice pack: manifest, files, loudness, margins, licences, and the words of the built-in routines
    Check(VoiceCheck),
    /// Write a voice pack as one file, to be passed on
    #[command(after_help = "\
The pack is checked first; its licences go with it.

Examples:
  earcoach voice pack recordings                  NAME.earvoice, after the name in its voice.json
  earcoach voice pack anna -o anna-2026.earvoice  the installed voice `anna`")]
    Pack(VoicePack),
    /// Put a voice pack that somebody shared into your own folder of voices
    #[command(after_help = "\
The pack is checked first. Nothing in it is run or unpacked elsewhere.

Examples:
  earcoach voice install anna.earvoice        then: earcoach play --voice anna
  earcoach voice install anna.earvoice --name aunt")]
    Install(VoiceInstall),
    /// Record a voice of your own, line by line
    #[command(after_help = "\
Keys: Enter ends a recording, and keeps it · a again · l listen again · s skip · b the line
before · q quit; given again, the command goes on where it stopped. Standard input that is no
terminal takes lines: keep, again, skip, stop, listen, back, quit.

Examples:
  earcoach voice record me calf-cramp             what calf-cramp says, in your voice
  earcoach play --voice me                        hear it
  earcoach voice record me calf-cramp --lines     the lines, to be read from a phone
  earcoach voice record me calf-cramp --from *.m4a.wav    recordings made there")]
    Record(VoiceRecord),
    /// Say a phrase, or write it to a file
    #[command(after_help = "\
Examples:
  earcoach voice say \"Forty five seconds left.\"
  earcoach voice say \"Well done.\" -o well-done.wav
  earcoach voice say \"Encore 45 secondes.\" --voice siwis")]
    Say(VoiceSay),
    /// Have the lines that a voice lacks for a routine spoken by a speech synthesiser
    #[command(after_help = "\
The synthesiser is the best that is installed (kokoro, piper, say, espeak-ng) or the one that --tts names:
one of these, or a command that writes a WAV file to {out}, with the words as {text} or, without
that, on its standard input. No shell is involved. What was spoken once is kept.

Examples:
  earcoach voice fill my-routine.json                    adds to the built-in voice
  earcoach voice fill my-routine.json --tts espeak-ng --speaker en-gb
  earcoach voice fill my-routine.json --voice oma --language de     a new voice, in German
  earcoach voice fill my-routine.json --tts 'my-tts --out {out} {text}'")]
    Fill(VoiceFill),
}

/// What `voice record` takes.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct VoiceRecord {
    /// The pack: a name for one of your own, or a folder
    pub pack: String,
    /// Record what this routine says [default: what the built-in routines say, and numbers]
    pub routine: Option<String>,
    /// The language of a new pack, such as `de` or `pt-BR` [default: the routine's]
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// Who speaks in a new pack [default: me]
    #[arg(long, value_name = "NAME")]
    pub speaker: Option<String>,
    /// The licence of a new pack, by its SPDX name [default: LicenseRef-private]
    #[arg(long, value_name = "SPDX")]
    pub licence: Option<String>,
    /// The microphone, by the id that `earcoach devices` lists
    #[arg(long, value_name = "ID")]
    pub device: Option<String>,
    /// The device to hear tones and recordings on, by its id
    #[arg(long, value_name = "ID", conflicts_with = "silent")]
    pub play_on: Option<String>,
    /// Play nothing: neither the tones that count in nor what was recorded
    #[arg(long)]
    pub silent: bool,
    /// Go through the lines that the pack has already, too
    #[arg(long)]
    pub all: bool,
    /// Take recordings made elsewhere: files, or folders of them
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["device", "play_on", "silent", "events"])]
    pub from: Vec<PathBuf>,
    /// Print the lines to be recorded, to be read from a phone or on paper
    #[arg(long, conflicts_with_all = ["from", "device", "play_on", "silent", "events"])]
    pub lines: bool,
    /// Print a line of JSON as each thing happens
    #[arg(long)]
    pub events: bool,
}

/// What `voice list` takes.
#[derive(Debug, Args)]
pub struct VoiceList {
    /// A voice: a name, or a voice pack's folder or file [default: all voices]
    #[arg(value_name = "VOICE")]
    pub voice: Option<String>,
    /// List what the voice can say, a clip a line
    #[arg(long)]
    pub words: bool,
    /// Print as JSON
    #[arg(long, conflicts_with = "words")]
    pub json: bool,
}

/// What `voice check` takes.
#[derive(Debug, Args)]
pub struct VoiceCheck {
    /// The voice: a name, or a voice pack's folder or file
    #[arg(value_name = "VOICE", default_value = voice::BUILT_IN)]
    pub voice: String,
    /// Routines that it is to say [default: the built-in ones with words in its language]
    #[arg(value_name = "ROUTINE")]
    pub routines: Vec<String>,
    /// Print the problems as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `voice pack` takes.
#[derive(Debug, Args)]
pub struct VoicePack {
    /// The voice: a name, or a voice pack's folder or file
    #[arg(value_name = "VOICE")]
    pub voice: String,
    /// The file to write [default: the voice's name with the ending .earvoice, here]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(short, long)]
    pub force: bool,
}

/// What `voice install` takes.
#[derive(Debug, Args)]
pub struct VoiceInstall {
    /// The pack: a file, or a folder
    #[arg(value_name = "FILE|DIR")]
    pub pack: PathBuf,
    /// What to call the voice [default: as the pack does]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Replace the voice of that name if one was installed
    #[arg(short, long)]
    pub force: bool,
}

/// What `voice fill` takes.
#[derive(Debug, Args)]
pub struct VoiceFill {
    /// The name of a routine that `list` shows, a file, or `-` for standard input [default: calf-cramp]
    pub routine: Option<String>,
    /// The voice that lacks them [default: the routine's, else heart]
    #[command(flatten)]
    pub voices: Voices,
    /// The language of a voice that is made new, as a tag such as de or pt-BR
    #[arg(long, value_name = "TAG", requires = "voice")]
    pub language: Option<String>,
    /// A value for one of the routine's parameters. May be given again
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_setting)]
    pub set: Vec<String>,
    /// Speak anew what a synthesiser spoke before
    #[arg(long)]
    pub again: bool,
    /// The synthesiser
    #[command(flatten)]
    pub tts: TtsArgs,
    /// Print what was made as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `voice say` takes.
#[derive(Debug, Args)]
pub struct VoiceSay {
    /// The phrase, in the voice's language
    #[arg(value_name = "TEXT")]
    pub text: String,
    /// The voice: a name, or a voice pack's folder or file [default: heart]
    #[arg(long, value_name = "NAME|DIR")]
    pub voice: Option<String>,
    /// Another voice for what that one has no words for
    #[arg(long, value_name = "NAME|DIR")]
    pub fall_back: Option<String>,
    /// Write it to this file instead: WAV, FLAC or Opus by its ending; `-` streams WAV
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(short, long, requires = "output")]
    pub force: bool,
    /// The sound device, by its id [default: the system's]
    #[arg(long, value_name = "ID", conflicts_with = "output")]
    pub device: Option<String>,
    /// How loud, from 0 to 100
    #[arg(long, value_name = "PERCENT", default_value_t = 100, value_parser = clap::value_parser!(u8).range(0..=100), conflicts_with = "output")]
    pub volume: u8,
    /// Frames a second, from 8000 to 192000 [default: 48000]
    #[arg(long, value_name = "HZ", value_parser = parse_rate)]
    pub rate: Option<Rate>,
}
