//! A clip: samples that are ready to be placed on a timeline.

pub mod decode;
pub mod filter;
pub mod opus;
pub mod own;
pub mod resample;
pub mod source;

use std::borrow::Cow;

use crate::time::{Frames, Rate};

/// Mono samples, 16 bit, at a known rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// Frames a second.
    pub rate: Rate,
    /// The samples; built-in clips are used where they lie in the program.
    pub samples: Cow<'static, [i16]>,
}

impl Clip {
    /// How long the clip is.
    pub fn frames(&self) -> Frames {
        Frames(self.samples.len() as u64)
    }
}
