//! The terminal as a shared thing: keys come one by one while this process is in the
//! foreground, and the person gets it back as it was, however the program ends or stops.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

pub use imp::{Cbreak, can_stop, read};

/// How often [`read`] looks whether the foreground has changed.
const TICK: Duration = Duration::from_millis(200);
/// How often, and how long each time, [`restore`] waits for another thread.
const PATIENCE: (u32, Duration) = (20, Duration::from_millis(1));

/// Takes the terminal's second screen, which has no memory and is not laid out anew when
/// the terminal is resized, and gives it back: what stood on the first one is there again.
/// (Private modes 1049, 7 and 25 of xterm's "Control Sequences".)
const ENTER: &str = "\x1b[?1049h";
const LEAVE: &str = "\x1b[?1049l";
/// Erases the whole screen, and rests at its beginning.
pub const WIPE: &str = "\x1b[H\x1b[2J";
/// Lets lines wrap and shows the cursor.
pub const SHOW_CURSOR: &str = "\x1b[?7h\x1b[?25h";

/// What [`read`] came back with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// This many bytes, at least one.
    Bytes(usize),
    /// Nothing for a while, or another process has the terminal.
    Nothing,
    /// There will never be more.
    End,
}

/// What is on the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing of ours.
    Empty,
    /// The screen, with the cursor hidden at its beginning.
    Drawn,
    /// Nothing of ours, and nothing shall be drawn.
    Closed,
}

static STAGE: Mutex<Stage> = Mutex::new(Stage::Empty);

/// Writes on the terminal what `render` makes, which is told whether the screen is still
/// there; `drawn` says whether it will be then. `false`, and nothing is written, while
/// another process has the terminal or after [`restore`].
pub fn paint(drawn: bool, render: impl FnOnce(bool) -> String) -> bool {
    let mut stage = STAGE.lock().unwrap_or_else(PoisonError::into_inner);
    if *stage == Stage::Closed {
        return false;
    }
    if imp::in_background(io::stderr()) {
        *stage = Stage::Empty;
        return false;
    }
    let was_drawn = *stage == Stage::Drawn;
    let mut text = render(was_drawn);
    if drawn && !was_drawn {
        text.insert_str(0, ENTER);
    } else if was_drawn && !drawn {
        text += LEAVE;
    }
    *stage = if drawn { Stage::Drawn } else { Stage::Empty };
    // A terminal that cannot be written to is one that nobody sees.
    let _ = io::stderr().write_all(text.as_bytes());
    true
}

/// Whether the screen is on the terminal as it was left by [`paint`].
pub fn is_drawn() -> bool {
    *STAGE.lock().unwrap_or_else(PoisonError::into_inner) == Stage::Drawn
}

/// Gives the terminal back as it was: its modes, the cursor, no screen, and none to come
/// until [`resume`]. For the end of the program, be it a panic or a signal, and before it is
/// stopped by Ctrl-Z: never waits for long, and can be called again and again.
pub fn restore() {
    imp::restore();
    let Some(mut stage) = patiently(&STAGE) else { return };
    if *stage == Stage::Drawn && !imp::in_background(io::stderr()) {
        let _ = io::stderr().write_all([WIPE, SHOW_CURSOR, LEAVE].concat().as_bytes());
    }
    *stage = Stage::Closed;
}

/// Takes the terminal again after [`restore`], and whenever the process was told to go on
/// (SIGCONT): others may have written on it, so the screen will be drawn as a whole.
pub fn resume() {
    imp::resume();
    *STAGE.lock().unwrap_or_else(PoisonError::into_inner) = Stage::Empty;
}

/// A panic in whatever thread leaves a whole terminal, and its message readable on it.
pub fn restore_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        restore();
        before(info);
        if std::thread::current().name() != Some("main") {
            // The others go on without that thread.
            resume();
        }
    }));
}

/// The lock, unless another thread keeps it: the one that panics may be the one that has it.
fn patiently<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    for _ in 0..PATIENCE.0 {
        match mutex.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(error)) => return Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => thread::sleep(PATIENCE.1),
        }
    }
    None
}

#[cfg(unix)]
mod imp {
    use std::io::{IsTerminal, stdin};
    use std::os::fd::AsFd;
    use std::sync::{Mutex, PoisonError};
    use std::thread;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use rustix::process::{getpgrp, getsid};
    use rustix::termios::{
        InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp,
        tcsetattr,
    };

    use super::{Input, TICK, patiently};

    /// How the terminal is wanted, and how it was.
    struct Modes {
        /// Keys are to come one by one.
        wanted: bool,
        /// Not now, though: between [`super::restore`] and [`super::resume`].
        away: bool,
        /// The modes to give back.
        saved: Option<Termios>,
    }

    static MODES: Mutex<Modes> = Mutex::new(Modes { wanted: false, away: false, saved: None });

    /// Keys come one by one and are not shown, as long as this lives and the process is in
    /// the foreground; Ctrl-C and Ctrl-Z stay signals.
    #[derive(Debug)]
    pub struct Cbreak(());

    impl Cbreak {
        /// From now on, when standard input is the terminal of this session. In the
        /// background the modes are left alone until [`read`] finds itself in the foreground.
        pub fn enter() -> Option<Self> {
            if !stdin().is_terminal() || tcgetpgrp(stdin()).is_err() {
                return None;
            }
            MODES.lock().unwrap_or_else(PoisonError::into_inner).wanted = true;
            keep();
            Some(Self(()))
        }
    }

    impl Drop for Cbreak {
        fn drop(&mut self) {
            let Some(mut modes) = patiently(&MODES) else { return };
            modes.wanted = false;
            modes.give_back();
        }
    }

    /// Sets the modes if they are wanted, it is our turn and somebody else has set others,
    /// as a shell does.
    fn keep() {
        let mut modes = MODES.lock().unwrap_or_else(PoisonError::into_inner);
        if !modes.wanted || modes.away || !in_foreground() {
            return;
        }
        let Ok(now) = tcgetattr(stdin()) else { return };
        if !now.local_modes.intersects(LocalModes::ICANON | LocalModes::ECHO) {
            return;
        }
        let mut cbreak = now.clone();
        cbreak.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        // Ctrl-S would hold up whoever draws, and with it all that the runner wants.
        cbreak.input_modes.remove(InputModes::IXON);
        cbreak.special_codes[SpecialCodeIndex::VMIN] = 1;
        cbreak.special_codes[SpecialCodeIndex::VTIME] = 0;
        if tcsetattr(stdin(), OptionalActions::Now, &cbreak).is_ok() {
            modes.saved = Some(now);
        }
    }

    impl Modes {
        /// Sets the modes as they were.
        fn give_back(&mut self) {
            // In the background the terminal has the modes of whoever is in front.
            if let Some(saved) = self.saved.take()
                && in_foreground()
            {
                let _ = tcsetattr(stdin(), OptionalActions::Now, &saved);
            }
        }
    }

    pub(super) fn restore() {
        let Some(mut modes) = patiently(&MODES) else { return };
        modes.away = true;
        modes.give_back();
    }

    pub(super) fn resume() {
        MODES.lock().unwrap_or_else(PoisonError::into_inner).away = false;
        keep();
    }

    /// Whether this process may read the terminal that is its standard input.
    fn in_foreground() -> bool {
        tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp())
    }

    /// Whether `stream` is the terminal of this session and another process has it.
    pub(super) fn in_background(stream: impl AsFd) -> bool {
        tcgetpgrp(stream).is_ok_and(|group| group != getpgrp())
    }

    /// Whether somebody could let this process go on after SIGSTOP. Where no shell with job
    /// control has started it, Ctrl-Z must do nothing, and the system sees to that only for
    /// SIGTSTP.
    pub fn can_stop() -> bool {
        getsid(None).is_ok_and(|session| session != getpgrp())
    }

    /// Waits a moment for keys. Never stops the process for reading in the background, and
    /// sees to it that in the foreground keys come one by one.
    pub fn read(buffer: &mut [u8]) -> Input {
        let Ok(group) = tcgetpgrp(stdin()) else { return Input::End };
        if group != getpgrp() {
            // What is typed now is for others, and would end every poll at once.
            thread::sleep(TICK);
            return Input::Nothing;
        }
        keep();
        let timeout = Timespec { tv_sec: 0, tv_nsec: TICK.subsec_nanos().into() };
        let stdin = stdin();
        let mut polled = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut polled, Some(&timeout)) {
            Ok(0) | Err(Errno::INTR) => Input::Nothing,
            Ok(_) if in_foreground() => read_now(buffer),
            Ok(_) => Input::Nothing,
            Err(_) => Input::End,
        }
    }

    fn read_now(buffer: &mut [u8]) -> Input {
        match rustix::io::read(stdin(), buffer) {
            Ok(0) => Input::End,
            Ok(count) => Input::Bytes(count),
            Err(Errno::INTR | Errno::AGAIN) => Input::Nothing,
            Err(_) => Input::End,
        }
    }
}

#[cfg(not(unix))]
mod imp {
    use super::Input;

    /// Keys one by one: not on this system.
    #[derive(Debug)]
    pub struct Cbreak(());

    impl Cbreak {
        /// Not on this system.
        pub fn enter() -> Option<Self> {
            None
        }
    }

    pub(super) fn restore() {}

    pub(super) fn resume() {}

    pub(super) fn in_background<T>(_stream: T) -> bool {
        false
    }

    /// Never on this system.
    pub fn can_stop() -> bool {
        false
    }

    /// No keys on this system.
    pub fn read(_buffer: &mut [u8]) -> Input {
        Input::End
    }
}
