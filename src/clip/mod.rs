//! A clip: samples that are ready to be placed on a timeline.

pub mod decode;
pub mod filter;
pub mod opus;
pub mod own;
pub mod recording;
pub mod resample;
pub mod source;

use std::ops::Deref;

use crate::time::{Frames, Rate};

/// Mono samples, 16 bit, at a known rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// Frames a second.
    pub rate: Rate,
    /// The samples.
    pub samples: Samples,
}

/// Samples, used where they lie.
#[derive(Clone, Debug)]
pub enum Samples {
    /// In the program.
    Embedded(&'static [i16]),
    /// Made for this.
    Made(Vec<i16>),
}

impl Deref for Samples {
    type Target = [i16];

    fn deref(&self) -> &[i16] {
        match self {
            Self::Embedded(samples) => samples,
            Self::Made(samples) => samples,
        }
    }
}

impl PartialEq for Samples {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Clip {
    /// How long the clip is.
    pub fn frames(&self) -> Frames {
        Frames(self.samples.len() as u64)
    }
}
