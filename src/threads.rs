//! Threads: whether there will be enough is looked at before the work that needs them.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder};

use crate::error::Error;

/// As much stack, in bytes, has a thread that only waits.
const STACK: usize = 1 << 16;
/// So many times as many are looked for, since the system counts for a moment those that have just
/// ended: the ones that were looked for, too.
const TIMES: usize = 2;

/// That the system lets us have so many more threads at a time: ours and those of libraries, which
/// panic where they cannot have one.
///
/// # Errors
/// [`Error::Threads`] where it does not.
pub(crate) fn ensure(count: usize) -> Result<(), Error> {
    let gate = Mutex::new(());
    let wait = || drop(gate.lock().unwrap_or_else(PoisonError::into_inner));
    let begun: io::Result<()> = thread::scope(|scope| {
        let _shut = gate.lock();
        let begin = || Builder::new().stack_size(STACK).spawn_scoped(scope, wait).map(drop);
        (0..TIMES * count).try_for_each(|_| begin())
    });
    begun.map_err(Error::Threads)
}

/// Drops what may hang when it is dropped, on a thread of its own: nobody waits for it. Only where
/// no thread can be had is it waited for.
pub(crate) fn drop_apart(what: impl Send + 'static) {
    drop(Builder::new().spawn(move || drop(what)));
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn threads_that_can_be_had_are_had_at_once_and_end() {
        assert!(ensure(0).is_ok());
        assert!(ensure(100).is_ok());
    }

    #[test]
    fn what_hangs_when_it_is_dropped_holds_nobody_up() {
        struct Hangs(std::sync::mpsc::Receiver<()>, std::sync::mpsc::Sender<&'static str>);
        impl Drop for Hangs {
            fn drop(&mut self) {
                let _ = self.0.recv();
                let _ = self.1.send("dropped");
            }
        }
        let ((release, held), (tell, told)) = (channel(), channel());
        drop_apart(Hangs(held, tell));
        release.send(()).unwrap();
        assert_eq!(told.recv(), Ok("dropped"));
    }
}
