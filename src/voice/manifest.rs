//! A voice pack's manifest, `voice.json`: who speaks, under which licence, and
//! every clip with its words.
//!
//! The build script uses this file too, so it knows nothing of the rest of the crate.

use serde::{Deserialize, Serialize};

/// The manifest's file name in a pack's folder.
pub const FILE: &str = "voice.json";
/// The version of the format that this program writes and reads.
pub const SCHEMA: u32 = 1;

/// A voice pack as its manifest describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the format: 1.
    pub schema: u32,
    /// What the voice is called on the command line.
    pub name: String,
    /// The language as a BCP 47 tag, such as `en-US`.
    pub language: String,
    /// Who or what speaks.
    pub speaker: String,
    /// The licence of the clips, as an SPDX expression.
    pub licence: String,
    /// Where the clips come from.
    pub source: String,
    /// Frames a second of every clip.
    pub rate: u32,
    /// The clips.
    pub clips: Vec<Entry>,
}

/// One clip in a manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The words spoken. Ending in `.`, `?` or `!` they close a sentence; else more follows.
    pub words: String,
    /// The file's name in the pack's folder.
    pub file: String,
    /// The length in frames at the pack's rate.
    pub frames: u64,
    /// The loudness in LUFS of the spoken part, as two ears hear mono.
    pub lufs: f64,
    /// The true peak in dBTP.
    pub peak: f64,
    /// The clip's own licence, where it differs from the pack's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// The clip's own source, where it differs from the pack's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}
