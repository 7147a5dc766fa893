//! What the commands that play or record have in common.

use std::path::Path;

use crate::coach::signals::{self, Signal};
use crate::error::Error;
use crate::threads;

/// As many threads play: three listen to signals, keys and edits, two tell, one makes the music and
/// three decode its pieces, one plays and one asks for its precedence, one answers the desktop, one
/// closes what was lost. Fewer record.
const THREADS: usize = 13;

/// Begins to pass the system's signals on to `send`, once it is sure that all threads can be had.
///
/// # Errors
/// [`Error::Threads`] where they cannot, [`Error::Io`] where the system does not let us listen.
pub(super) fn heed_signals(send: impl Fn(Signal) + Send + 'static) -> Result<(), Error> {
    threads::ensure(THREADS)?;
    signals::listen(send)
        .map_err(|error| Error::io("cannot listen to", Path::new("signals"), error))
}
