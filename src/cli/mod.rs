//! The command line as it is typed.

mod install;
mod look;
mod shared;
mod sound;
mod values;
mod voice;
mod write;

use clap::{Parser, Subcommand};

use crate::terminal::Color;

pub use install::{Completions, Man};
pub use look::{Check, List, Show, Verify};
pub use shared::{FillArgs, MusicArgs, TimelineArgs, TtsArgs, Voices};
pub use sound::{Devices, Export, Play};
pub use values::BitsArg;
pub use voice::{
    Voice, VoiceCheck, VoiceFill, VoiceInstall, VoiceList, VoicePack, VoiceRecord, VoiceSay,
};
pub use write::{Bundle, Import, New};

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
    /// Print what lets a shell complete the command line
    #[command(after_help = "\
Examples:
  earcoach completions bash > ~/.local/share/bash-completion/completions/earcoach
  earcoach completions zsh > ~/.zfunc/_earcoach      with `fpath+=~/.zfunc` before `compinit` in ~/.zshrc
  earcoach completions fish > ~/.config/fish/completions/earcoach.fish")]
    Completions(Completions),
    /// Print the manual page, or write all of them into a folder
    #[command(after_help = "\
Examples:
  earcoach man | man -l -                     reads it
  earcoach man --dir ~/.local/share/man/man1  then: man earcoach-play")]
    Man(Man),
}

/// What is played when nothing is named: what the program was made for.
pub const DEFAULT_ROUTINE: &str = "calf-cramp";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
