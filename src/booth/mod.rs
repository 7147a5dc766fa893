//! The recording booth: the lines of a voice are shown one after the other, recorded, and become
//! its clips.
//!
//! What the [`microphone`] hears comes through a ring. All that is timed in the booth is timed by
//! its frames, not by the wall clock.

pub mod elsewhere;
pub mod face;
pub mod levels;
pub mod meter;
pub mod microphone;
pub mod page;
pub mod proof;
pub mod recording;
pub mod session;
pub mod shelf;
pub mod speaker;
pub mod speech;
pub mod split;
pub mod takes;
pub mod wish;
