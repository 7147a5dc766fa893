//! Writes lines on a thread of its own, so that a reader who does not read holds nobody up.

use std::io::Write;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Lines that wait for a reader who is slow; more are dropped, for the coach does not wait.
const MOST_WAITING: usize = 10_000;
/// How long the last lines are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(1);

/// A stream that takes lines.
#[derive(Debug)]
pub struct Writer {
    lines: Option<SyncSender<String>>,
    thread: JoinHandle<()>,
}

impl Writer {
    /// Lines to `out`, each written whole and at once.
    pub fn new(mut out: impl Write + Send + 'static) -> Self {
        let (lines, waiting) = sync_channel::<String>(MOST_WAITING);
        let thread = std::thread::spawn(move || {
            for line in waiting {
                if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
                    return;
                }
            }
        });
        Self { lines: Some(lines), thread }
    }

    /// Writes a line, unless its reader has gone or sleeps.
    pub fn line(&mut self, text: &str) {
        let Some(lines) = &self.lines else { return };
        if let Err(TrySendError::Disconnected(_)) = lines.try_send(format!("{text}\n")) {
            self.lines = None;
        }
    }

    /// Waits until all lines are written, but not for ever.
    pub fn finish(&mut self) {
        self.lines = None;
        let end = Instant::now() + PATIENCE;
        while !self.thread.is_finished() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
