//! Has lines spoken by a synthesiser, several at a time, and puts them into a pack.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::cache::Cache;
use super::engine::Engine;
use super::folder::{Origin, PRIVATE, PackFolder};
use super::master::{Flaw, Mastered, master};
use super::run::{Failure, speak};
use crate::error::Error;
use crate::time::Rate;

/// What lines are spoken with.
#[derive(Debug)]
pub struct Studio<'a> {
    /// Who speaks.
    pub engine: &'a Engine,
    /// What was spoken before.
    pub cache: &'a Cache,
    /// How long one line may take.
    pub patience: Duration,
    /// Raised when the user wants it to end.
    pub stop: &'a AtomicBool,
}

/// Why a line was not made.
#[derive(Debug, thiserror::Error)]
pub enum Unspoken {
    /// The synthesiser did not speak.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// What it spoke is no clip.
    #[error("what it made is no clip: {0}")]
    Flaw(#[from] Flaw),
}

/// What came of the lines.
#[derive(Debug, Default)]
pub struct Filled {
    /// How many were put into the pack.
    pub made: usize,
    /// How many of these had been spoken before.
    pub kept: usize,
    /// Those that were not made, and why.
    pub failed: Vec<(String, Unspoken)>,
    /// Whether the user has ended it.
    pub is_stopped: bool,
}

impl Studio<'_> {
    /// Has every line spoken and puts it into `pack`, in their order. `progress` hears how many are
    /// done. Whatever happens, what was made is kept.
    ///
    /// # Errors
    /// What the pack's folder gives.
    pub fn fill(
        &self,
        lines: &[String],
        pack: &mut PackFolder,
        mut progress: impl FnMut(usize),
    ) -> Result<Filled, Error> {
        let rate = pack.rate();
        let mut made: Vec<Option<Result<(Mastered, bool), Unspoken>>> = Vec::new();
        made.resize_with(lines.len(), || None);
        let next = AtomicUsize::new(0);
        let workers = thread::available_parallelism().map_or(1, NonZero::get).min(lines.len());
        thread::scope(|scope| {
            let (send, results) = channel();
            for _ in 0..workers {
                let (send, next) = (send.clone(), &next);
                scope.spawn(move || {
                    while let Some(line) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if send.send((line, self.line(line, rate))).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(send);
            for (done, (line, result)) in (1..).zip(results) {
                let place = lines.iter().position(|own| std::ptr::eq(own, line)).unwrap_or(0);
                made[place] = Some(result);
                progress(done);
            }
        });
        self.put(lines, made, pack)
    }

    fn put(
        &self,
        lines: &[String],
        made: Vec<Option<Result<(Mastered, bool), Unspoken>>>,
        pack: &mut PackFolder,
    ) -> Result<Filled, Error> {
        let origin = Origin { source: self.engine.shown(), licence: PRIVATE.into() };
        let mut filled = Filled::default();
        for (line, result) in lines.iter().zip(made) {
            match result {
                Some(Ok((clip, was_kept))) => {
                    pack.put(line, &clip, Some(&origin))?;
                    filled.made += 1;
                    filled.kept += usize::from(was_kept);
                }
                Some(Err(Unspoken::Failure(Failure::Stopped))) | None => filled.is_stopped = true,
                Some(Err(why)) => filled.failed.push((line.clone(), why)),
            }
        }
        pack.save()?;
        Ok(filled)
    }

    /// One line, and whether it had been spoken before.
    fn line(&self, line: &str, rate: Rate) -> Result<(Mastered, bool), Unspoken> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Failure::Stopped.into());
        }
        if let Some(spoken) = self.cache.get(self.engine, line) {
            return Ok((master(&spoken, rate)?, true));
        }
        let spoken = speak(self.engine, line, self.patience, self.stop)?;
        let clip = master(&spoken, rate)?;
        self.cache.put(self.engine, line, &spoken);
        Ok((clip, false))
    }
}
