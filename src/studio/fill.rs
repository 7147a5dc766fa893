//! Has lines spoken by a synthesiser, several at a time, and puts them into a pack.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::cache::Cache;
use super::engine::Engine;
use super::folder::{Origin, PRIVATE, PackFolder};
use super::master::{Flaw, Mastered, master};
use super::run::{Failure, speak};
use crate::error::Error;
use crate::threads;
use crate::time::Rate;
use crate::voice::reading::LONGEST_TEXT;

/// What lines are spoken with.
#[derive(Debug)]
pub struct Studio<'a> {
    /// Who speaks.
    pub engine: &'a Engine,
    /// What was spoken before.
    pub cache: &'a Cache,
    /// How long one line may take.
    pub patience: Duration,
    /// Raised when it is to end.
    pub stop: &'a AtomicBool,
}

/// Why a line was not made.
#[derive(Debug, thiserror::Error)]
pub enum Unspoken {
    /// The synthesiser did not speak.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// It is more than a clip may say.
    #[error("it has more than {LONGEST_TEXT} letters; part it into sentences")]
    Long,
    /// What it spoke is no clip.
    #[error("what it made is no clip: {0}")]
    Flaw(#[from] Flaw),
}

/// So many failures are enough where it has never spoken.
const ENOUGH: usize = 5;
/// How often the pack is saved meanwhile.
const SAVED: Duration = Duration::from_secs(1);

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
    /// How many were not tried any more: it has failed with each before, or the user has ended it.
    pub left: usize,
}

/// A line that was made, and whether it had been spoken before.
type Made = Result<(Mastered, bool), Unspoken>;

impl Studio<'_> {
    /// Has every line spoken and puts it into `pack`, in their order. `progress` hears how many are
    /// done. Whatever happens, what was made is kept.
    ///
    /// # Errors
    /// [`Error::Voice`] for more lines than a pack may have, [`Error::Threads`] for fewer threads
    /// than it speaks with; whatever writing into it gives.
    pub fn fill(
        &self,
        lines: &[String],
        pack: &mut PackFolder,
        progress: impl FnMut(usize),
    ) -> Result<Filled, Error> {
        let new = lines.iter().filter(|line| pack.entry(line).is_none()).count();
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let workers = self.engine.at_once(cores).min(lines.len());
        let can_begin = pack.ensure_room(new).and_then(|()| threads::ensure(workers));
        if let Err(error) = can_begin {
            // A folder that was made for it goes.
            return pack.save().and(Err(error));
        }
        let queue = Queue::new(lines);
        let rate = pack.rate();
        thread::scope(|scope| {
            let (send, results) = channel();
            for _ in 0..workers {
                let (send, queue) = (send.clone(), &queue);
                scope.spawn(move || {
                    while let Some((place, line)) = queue.next() {
                        let made = self.line(line, rate);
                        queue.heed(&made);
                        if send.send((place, made)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(send);
            let filled = self.collect(lines, results, pack, progress);
            if filled.is_err() {
                self.stop.store(true, Ordering::Relaxed);
            }
            // Also of what could not all be put there.
            pack.save().and(filled)
        })
    }

    /// Puts what is made into the pack, in the order of the lines.
    fn collect(
        &self,
        lines: &[String],
        results: Receiver<(usize, Made)>,
        pack: &mut PackFolder,
        mut progress: impl FnMut(usize),
    ) -> Result<Filled, Error> {
        let origin = Origin { source: self.engine.shown(), licence: PRIVATE.into() };
        let mut filled = Filled::default();
        let mut early = BTreeMap::new();
        let mut rest = lines.iter().enumerate().peekable();
        let mut saved = Instant::now();
        for (done, (place, made)) in (1..).zip(results) {
            early.insert(place, made);
            while let Some((_, line)) = rest.next_if(|(place, _)| early.contains_key(place)) {
                let Some((_, made)) = early.pop_first() else { break };
                match made {
                    Ok((clip, was_kept)) => {
                        pack.put(line, &clip, Some(&origin))?;
                        filled.made += 1;
                        filled.kept += usize::from(was_kept);
                    }
                    Err(Unspoken::Failure(Failure::Stopped)) => filled.left += 1,
                    Err(why) => filled.failed.push((line.clone(), why)),
                }
            }
            if saved.elapsed() > SAVED {
                pack.save()?;
                saved = Instant::now();
            }
            progress(done);
        }
        filled.left += rest.count();
        filled.is_stopped = filled.left > 0 && self.stop.load(Ordering::Relaxed);
        Ok(filled)
    }

    /// One line.
    fn line(&self, line: &str, rate: Rate) -> Made {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Failure::Stopped.into());
        }
        if line.chars().count() > LONGEST_TEXT {
            return Err(Unspoken::Long);
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

/// The lines, each of which is taken once.
struct Queue<'a> {
    lines: &'a [String],
    next: AtomicUsize,
    failed: AtomicUsize,
    has_spoken: AtomicBool,
}

impl<'a> Queue<'a> {
    fn new(lines: &'a [String]) -> Self {
        let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { lines, next, failed, has_spoken: AtomicBool::new(false) }
    }

    /// The next line and its place; none where nothing comes of it.
    fn next(&self) -> Option<(usize, &'a String)> {
        let is_mute = !self.has_spoken.load(Ordering::Relaxed)
            && self.failed.load(Ordering::Relaxed) >= ENOUGH;
        if is_mute {
            return None;
        }
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        self.lines.get(place).map(|line| (place, line))
    }

    /// What came of a line.
    fn heed(&self, made: &Made) {
        match made {
            Ok(_) => self.has_spoken.store(true, Ordering::Relaxed),
            Err(_) => drop(self.failed.fetch_add(1, Ordering::Relaxed)),
        }
    }
}
