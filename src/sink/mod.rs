//! Where rendered frames go.

pub mod chunks;
pub mod id3;
pub mod output;
pub mod riff;
pub mod wav;
