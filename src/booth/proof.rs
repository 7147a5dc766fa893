//! Whether a line fits into a routine once it is as long as it was spoken.

use super::shelf::Shelf;
use crate::routine::Routine;
use crate::sequencer::{Options, sequence};
use crate::studio::master::Mastered;
use crate::voice::Voice;

/// The problem of a line that is longer than its slot.
const OVERRUN: &str = "voice-overruns";

/// The routines that a pack is recorded for.
#[derive(Debug, Default)]
pub struct Proof {
    routines: Vec<(Routine, String, Vec<Options>)>,
}

impl Proof {
    /// Proves a routine too, of this short name, in these ways of playing it.
    pub fn add(&mut self, routine: Routine, name: &str, ways: Vec<Options>) {
        self.routines.push((routine, name.into(), ways));
    }

    /// Where the words do not fit if they are spoken like this, a sentence each; `lines` are all
    /// that will be recorded.
    pub fn overruns(
        &self,
        shelf: &Shelf,
        lines: &[String],
        (words, clip): (&str, &Mastered),
    ) -> Vec<String> {
        let would_be = shelf.voice_with(lines, (words, clip.samples.len() as u64));
        // Whatever is too long without them is not their fault.
        let before = self.found(&shelf.voice_with(lines, (words, 1)));
        let new = |text: &String| !before.contains(text);
        self.found(&would_be).into_iter().filter(new).collect()
    }

    /// Where lines do not fit as `voice` speaks them, a sentence each.
    pub fn found(&self, voice: &Voice) -> Vec<String> {
        let mut found = Vec::new();
        for (routine, name, ways) in &self.routines {
            for options in ways {
                let Err(problems) = sequence(routine, name, voice, options) else { continue };
                for problem in problems.iter().filter(|problem| problem.code == OVERRUN) {
                    let text = format!("too long for `{name}`: {}", problem.message);
                    if !found.contains(&text) {
                        found.push(text);
                    }
                }
            }
        }
        found
    }
}
