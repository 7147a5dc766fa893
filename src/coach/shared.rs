//! What the audio thread and the session share: a clock, flags and counters. No locks.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::time::Rate;

/// The state of one opened device.
#[derive(Debug)]
pub struct Shared {
    /// What `stamp` counts from.
    begin: Instant,
    /// Frames made for the device.
    made: AtomicU64,
    /// When they were, in nanoseconds.
    stamp: AtomicU64,
    /// No more frames will come.
    over: AtomicBool,
    /// The device has let go of its source, or said that it is gone.
    gone: AtomicBool,
    /// Times the device ran out of frames.
    xruns: AtomicU64,
    /// Errors of which the device may recover.
    errors: AtomicU64,
}

impl Shared {
    /// A device that has been given `made` frames.
    pub fn new(made: u64) -> Self {
        Self {
            begin: Instant::now(),
            made: AtomicU64::new(made),
            stamp: AtomicU64::new(0),
            over: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            xruns: AtomicU64::new(0),
            errors: AtomicU64::new(0),
        }
    }

    /// Frames were made, `made` in all.
    pub fn note_made(&self, made: u64) {
        self.stamp.store(self.begin.elapsed().as_nanos() as u64, Ordering::Relaxed);
        self.made.store(made, Ordering::Release);
    }

    /// Nothing more will be made.
    pub fn note_over(&self) {
        self.over.store(true, Ordering::Release);
    }

    /// The device is gone.
    pub fn note_gone(&self) {
        self.gone.store(true, Ordering::Release);
    }

    /// The device ran out of frames.
    pub fn note_xrun(&self) {
        self.xruns.fetch_add(1, Ordering::Relaxed);
    }

    /// The device has met an error.
    pub fn note_error(&self) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    /// Frames made.
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Acquire)
    }

    /// Whether all frames are made.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Whether the device is gone.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    /// Times the device ran out of frames.
    pub fn xruns(&self) -> u64 {
        self.xruns.load(Ordering::Relaxed)
    }

    /// Errors that were met.
    pub fn errors(&self) -> u64 {
        self.errors.load(Ordering::Relaxed)
    }

    /// How long nothing has been made.
    pub fn idle(&self) -> Duration {
        let stamp = Duration::from_nanos(self.stamp.load(Ordering::Relaxed));
        self.begin.elapsed().saturating_sub(stamp)
    }

    /// Frames that are heard by now, of a device that is kept `ahead` frames ahead right
    /// after frames were made. Between two callbacks time passes by the clock, but never beyond
    /// what was made.
    pub fn heard(&self, rate: Rate, ahead: u64) -> u64 {
        let made = self.made();
        let passed = self.idle().as_secs_f64() * f64::from(rate.hz());
        (made + passed as u64).saturating_sub(ahead).min(made)
    }
}
