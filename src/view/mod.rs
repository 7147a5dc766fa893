//! A timeline to look at: as a table, as JSON, as a drawing.

pub mod json;
pub mod svg;
pub mod table;

use crate::time::{Frames, Millis, Rate};

/// The moment of a frame, in whole milliseconds, for people.
fn moment(frame: Frames, rate: Rate) -> Millis {
    Millis(frame.0 * 1000 / u64::from(rate.hz()))
}
