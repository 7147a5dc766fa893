//! The command line as it is typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::captions;
use crate::import::Format;
use crate::routine::Setting;
use crate::sequencer::{Choices, GuardMode, Sides, Talk};
use crate::sink::format;
use crate::sink::opus::OpusFormat;
use crate::sink::pcm::Bits;
use crate::terminal::Color;
use crate::time::{Millis, Rate};
use crate::voice;

/// A voice-guided audio coach: stretching, physio, breathing and intervals, timed to the frame
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Say nothing but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a routine to a file, for any music player
    #[command(after_help = "\
Examples:
  earcoach export                             calf-cramp.wav, here
  earcoach export --side left -o left.wav     names the left leg
  earcoach export my-routine.json --force     replaces my-routine.wav
  earcoach export --format opus               calf-cramp.opus, small enough for any phone
  earcoach export --with lrc,cue              lyrics and a cue sheet beside calf-cramp.wav
  earcoach export --tracks cramp              a track for each part, and a playlist, in cramp
  earcoach export --music songs --loudness -16    music under it, as loud as a podcast
  earcoach export -o - | aplay                streams WAV into another program")]
    Export(Export),
    /// Play a routine live, listening to the runner
    #[command(after_help = "\
Keys: Enter at my limit, go on · space pause · n next · p this step again, then the one before ·
r squeeze once more, or repeat the step · + - 15 s more or less · m voice off and on ·
? where am I · q quit. Standard input that is no terminal takes lines: limit, pause, next,
previous, repeat, more, less, mute, where, quit. Media keys and earbud buttons work too.

Examples:
  earcoach play --side left                   the calf-cramp routine, naming the left leg
  earcoach play my-routine.json --from 2:30   begins in the middle
  earcoach play --take today.json             saves what you did: `earcoach export --take today.json`
  earcoach play --music ~/Music/calm          music under it, which gives way to words
  earcoach play --device alsa:default         on this device; `earcoach devices` lists them")]
    Play(Play),
    /// List the sound devices to play on
    Devices(Devices),
    /// Show a routine's timeline: what is said and done when
    #[command(after_help = "\
Examples:
  earcoach show                               the calf-cramp routine as a table
  earcoach show --side right --svg plan.svg   draws it, to be printed
  earcoach show my-routine.json --json        every cue with its frame, for programs")]
    Show(Show),
    /// Find each cue of a routine in an audio file, and measure how loud the file is
    #[command(after_help = "\
The file may have been through an editor or an encoder: WAV, RF64, FLAC, MP3, AAC, Ogg Vorbis,
Opus, at any rate. It fails, with exit code 1, when a cue is missing or further from its place than the
tolerance.

Examples:
  earcoach verify calf-cramp.wav              every cue, with the frames it is off by
  earcoach verify left.mp3 --side left        with the options that the file was made with
  earcoach verify evening.ogg evening.json --shift    a shift of the whole is no fault
  earcoach verify cramp.wav --json | jq .ok   for programs")]
    Verify(Verify),
    /// Check routine files; every problem is shown with its place
    #[command(after_help = "\
Examples:
  earcoach check my-routine.json
  earcoach check --explain voice-overruns     what a problem means, and what to do
  earcoach check --json routines/*.json       for programs")]
    Check(Check),
    /// Make a routine of what you have: a timed script, phrases, labels, a workout
    #[command(after_help = "\
What cannot be carried over is listed on standard error, each thing with its line.

Examples:
  earcoach import week1.txt -o week1.json     lines like `1:30 \"Walk.\"`
  earcoach import calm.txt --from phrases     lines like `Breathe in.;4`; a `*` is silence
  earcoach import labels.txt | less           labels exported from Audacity
  earcoach import workout.yaml --json         a workout of w2a, with what was left out, for programs")]
    Import(Import),
    /// Pack a routine, its voice and its clips into one file that plays anywhere
    #[command(after_help = "\
A bundle is taken wherever a routine is. It is checked as it is opened, and nothing is unpacked.

Examples:
  earcoach bundle my-routine.json                  my-routine.earcoach, with the clips it needs
  earcoach bundle my-routine.json --fill           what is missing is spoken by a synthesiser first
  earcoach bundle --voice anna -o anna.earcoach    the calf-cramp routine, spoken by Anna
  earcoach play anna.earcoach")]
    Bundle(Bundle),
    /// List the routines at hand: those built in, and your own
    List(List),
    /// Write a routine to begin with, and its schema for your editor
    #[command(after_help = "\
Examples:
  earcoach new evening.json                       a small routine that plays as it is
  earcoach new mine.json --from calf-cramp        the built-in one, to be changed

Put it into ~/.config/earcoach/routines, and it is found by its name.")]
    New(New),
    /// Print the JSON Schema of routines, with which editors complete and check
    Schema,
    /// Voice packs: what they say, and whether they are sound
    #[command(subcommand)]
    Voice(Voice),
}

/// What is played when nothing is named: what the program was made for.
pub const DEFAULT_ROUTINE: &str = "calf-cramp";

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

/// What `show` takes.
#[derive(Debug, Args)]
pub struct Show {
    /// The routine and how it is played
    #[command(flatten)]
    pub timeline: TimelineArgs,
    /// What is missing
    #[command(flatten)]
    pub fill: FillArgs,
    /// Print every step and cue as JSON
    #[arg(long)]
    pub json: bool,
    /// Draw the timeline as an SVG picture; `-` draws to standard output
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub svg: Option<PathBuf>,
    /// Replace the picture if it exists
    #[arg(short, long, requires = "svg")]
    pub force: bool,
}

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct Verify {
    /// The audio file; `-` for standard input
    pub file: PathBuf,
    /// The routine and how it is played
    #[command(flatten)]
    pub timeline: TimelineArgs,
    /// It is of what was heard live, as `play --take` saved it
    #[arg(long, value_name = "FILE")]
    pub take: Option<PathBuf>,
    /// How far a cue may lie from its place. 5 ms is more than resampling and encoders move
    /// anything, and less than a slip in an editor
    #[arg(long, value_name = "TIME", default_value = "5ms")]
    pub tolerance: Millis,
    /// Let all cues lie early or late by the same, as where an encoder put silence before them
    #[arg(long)]
    pub shift: bool,
    /// Print every cue as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `check` takes.
#[derive(Debug, Args)]
pub struct Check {
    /// The routines: files, built-in names, or `-` for standard input
    #[arg(required_unless_present = "explain", value_name = "FILE")]
    pub files: Vec<String>,
    /// Explain a problem by its code, such as `voice-overruns`
    #[arg(long, value_name = "CODE", exclusive = true)]
    pub explain: Option<String>,
    /// Refuse routines that last longer than this
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub longest: Option<Millis>,
    /// The voice that has to say their words
    #[command(flatten)]
    pub voices: Voices,
    /// Print the problems as JSON
    #[arg(long)]
    pub json: bool,
    /// Let warnings count as errors
    #[arg(long)]
    pub strict: bool,
}

/// What `new` takes.
#[derive(Debug, Args)]
pub struct New {
    /// The file to write; `-` is standard output
    pub file: PathBuf,
    /// Begin with a copy of this routine
    #[arg(long, value_name = "ROUTINE")]
    pub from: Option<String>,
    /// Replace the file if it exists
    #[arg(short, long)]
    pub force: bool,
}

/// What `import` takes.
#[derive(Debug, Args)]
pub struct Import {
    /// The file to read; `-` for standard input
    pub file: String,
    /// Its format [default: the one it looks like]
    #[arg(long, value_name = "FORMAT")]
    pub from: Option<Format>,
    /// The routine to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace that file if it exists
    #[arg(short, long, requires = "output")]
    pub force: bool,
    /// Print the routine and what was left out as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `bundle` takes.
#[derive(Debug, Args)]
pub struct Bundle {
    /// The name of a routine that `list` shows, a file, or `-` for standard input [default: calf-cramp]
    pub routine: Option<String>,
    /// The voice that speaks
    #[command(flatten)]
    pub voices: Voices,
    /// What is missing
    #[command(flatten)]
    pub fill: FillArgs,
    /// The file to write [default: the routine's name with the ending .earcoach, here]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(short, long)]
    pub force: bool,
    /// Print what was written as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `list` takes.
#[derive(Debug, Args)]
pub struct List {
    /// Print the routines as JSON
    #[arg(long)]
    pub json: bool,
}

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

fn parse_rate(text: &str) -> Result<Rate, String> {
    let rate = text.parse().ok().and_then(Rate::new);
    rate.ok_or_else(|| {
        format!("a rate is a whole number from {} to {}", Rate::LOWEST, Rate::HIGHEST)
    })
}

fn parse_loudness(text: &str) -> Result<f64, String> {
    let lufs = text.parse().ok().filter(|lufs| (-60.0..=-5.0).contains(lufs));
    lufs.ok_or_else(|| "a loudness is a number from -60 to -5".into())
}

fn parse_decibels(text: &str) -> Result<f64, String> {
    let db = text.parse().ok().filter(|db| (0.0..=60.0).contains(db));
    db.ok_or_else(|| "a number of dB from 0 to 60".into())
}

fn parse_duration(text: &str) -> Result<Millis, String> {
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

fn parse_setting(text: &str) -> Result<String, String> {
    text.parse::<Setting>().map(|setting| setting.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
