//! The voice: packs of recorded clips, and how written words become clips.

mod embedded;
pub mod manifest;
pub mod numbers;
mod pack;
pub mod phrases;

pub use pack::{BUILT_IN, ClipId, Pack, own_voices};
