//! The music that `--music` names, ready to lie under a routine.

use crate::bed::music::{Notes, Pieces};
use crate::bed::playlist::Playlist;
use crate::bed::{Bed, Levels};
use crate::cli::MusicArgs;
use crate::error::Error;
use crate::terminal::{printable, tell};
use crate::threads;
use crate::time::{Frames, Rate};
use crate::timeline::Timeline;

impl MusicArgs {
    /// Whether there is to be music.
    pub fn is_wanted(&self) -> bool {
        !self.music.is_empty()
    }

    /// How loud it is.
    pub fn levels(&self) -> Levels {
        Levels { music: self.music_level, duck: self.duck }
    }
}

/// As many pieces may be decoded at a time, each on a thread of its own: one that is heard, one that
/// fades, the next.
const PIECES: usize = 3;

/// Opens the music, if there is to be any, of which `wanted` frames will be heard; what it has to
/// leave out is put into `notes`.
///
/// # Errors
/// [`Error::Music`] when none of it can be read, [`Error::Usage`] where a routine is named as
/// music, [`Error::Threads`] where there are too few.
pub fn open(
    args: &MusicArgs,
    rate: Rate,
    wanted: Frames,
    notes: &Notes,
) -> Result<Option<Pieces>, Error> {
    if !args.is_wanted() {
        return Ok(None);
    }
    if let Some(routine) =
        args.music.iter().find(|path| path.extension().is_some_and(|e| e == "json"))
    {
        return Err(Error::Usage(format!(
            "--music takes all that follows it, and `{}` is no music: name the routine before \
             --music",
            printable(&routine.to_string_lossy())
        )));
    }
    threads::ensure(PIECES)?;
    Pieces::open(Playlist::of(&args.music, args.shuffle), rate, wanted, notes).map(Some)
}

/// The same as a bed to be laid under a file of `timeline`.
///
/// # Errors
/// As [`open`].
pub fn bed(args: &MusicArgs, timeline: &Timeline, notes: &Notes) -> Result<Option<Bed>, Error> {
    let (rate, wanted) = (timeline.rate, timeline.frames);
    let opened = open(args, rate, wanted, notes)?;
    Ok(opened.map(|pieces| Bed::new(Box::new(pieces), args.levels(), rate)))
}

/// Tells what had to be left out.
pub fn tell_notes(notes: &[String]) {
    for note in notes {
        tell(format_args!("note: music {note}"));
    }
}
