//! The system's signals, as a session takes them.

use std::io;
#[cfg(unix)]
use std::sync::Arc;
#[cfg(unix)]
use std::time::{Duration, Instant};

/// What the system wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The program is to end.
    End,
    /// The user stops the program for a while (Ctrl-Z).
    Suspend,
    /// The program goes on after it was stopped, by whomever.
    Continue,
}

/// A session that is asked to end again after this time hangs, and is ended at once.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(3);

/// Passes the signals that end or stop the program on to `send`, from a thread of its own.
///
/// # Errors
/// When the system does not let us.
#[cfg(unix)]
pub fn listen(send: impl Fn(Signal) + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
    let wanted = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCONT];
    let heeded = wanted.into_iter().filter(|signal| !is_ignored(*signal));
    let mut signals = signal_hook::iterator::Signals::new(heeded)?;
    // A file that outgrows the user's limit is an error of its writing, not the program's end.
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default())?;
    std::thread::spawn(move || {
        let mut asked_to_end: Option<Instant> = None;
        for signal in signals.forever() {
            let wanted = match signal {
                SIGTSTP => Signal::Suspend,
                SIGCONT => Signal::Continue,
                // Ctrl-\ ends a program at once, whatever it does.
                SIGQUIT => {
                    end_at_once(signal);
                    continue;
                }
                _ if asked_to_end.is_some_and(|asked| asked.elapsed() > PATIENCE) => {
                    end_at_once(signal);
                    continue;
                }
                _ => {
                    asked_to_end.get_or_insert_with(Instant::now);
                    Signal::End
                }
            };
            send(wanted);
        }
    });
    Ok(())
}

/// Gives the terminal back and does what the signal does to programs that do not listen.
#[cfg(unix)]
fn end_at_once(signal: i32) {
    super::tty::restore();
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}

/// Whether we were started with a signal ignored, as `nohup` does: it stays so. By
/// `/proc/self/status` (proc(5)); on other systems no signal is taken for ignored.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Stops the program until it is continued.
#[cfg(unix)]
pub fn stop_here() {
    // It cannot fail: SIGTSTP may be emulated.
    let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP);
}

/// Passes Ctrl-C on to `send`, from a thread of its own.
///
/// # Errors
/// When the system does not let us.
#[cfg(not(unix))]
pub fn listen(send: impl Fn(Signal) + Send + 'static) -> io::Result<()> {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;
    let stop = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&stop))?;
    std::thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(100));
        }
        send(Signal::End);
    });
    Ok(())
}

/// Stopping for a while is a thing of Unix.
#[cfg(not(unix))]
pub fn stop_here() {}
