//! The timeline of what was heard live, by the take that was saved of it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{Loaded, open};
use crate::cli::TimelineArgs;
use crate::error::Error;
use crate::routine::{BUILT_IN, Source};
use crate::sequencer::Options;
use crate::take::Take;
use crate::terminal::printable;

/// The most bytes a take may have.
const LARGEST_TAKE: u64 = 16_000_000;

/// The timeline that was heard when a take was made.
pub fn load(path: &Path, args: &TimelineArgs) -> Result<Loaded, Error> {
    let shown = || printable(&path.to_string_lossy()).into_owned();
    let text = read_text(path)?;
    let take = Take::parse(&text);
    let take = take.map_err(|problem| Error::Take { path: path.into(), problem })?;
    let routine = match &args.routine {
        Some(routine) => routine.as_str(),
        // A take may come from a stranger: it names a routine of ours, never a file.
        None if BUILT_IN.iter().any(|own| own.name == take.routine) => take.routine.as_str(),
        None => {
            let (routine, shown) = (printable(&take.routine), shown());
            return Err(Error::Usage(format!(
                "`{shown}` is a take of `{routine}`: name the routine, as in \
                 `{routine}.json --take {shown}`"
            )));
        }
    };
    let choices = args.choices().or(take.options.clone());
    let mut loaded = open(Source::open(routine)?, &args.voices, choices)?;
    loaded.timeline = loaded.lay_out(&Options { live: true, ..loaded.options })?;
    if !take.is_of(&loaded.timeline)? {
        return Err(Error::Usage(format!(
            "`{}` is a take of another timeline: give the routine and the voice that were \
             played, and no other options",
            shown()
        )));
    }
    loaded.timeline = take.close(&loaded.timeline, &loaded.voice)?;
    Ok(loaded)
}

/// The text of a file that is not too large.
fn read_text(path: &Path) -> Result<String, Error> {
    let cannot_read = |error| Error::io("cannot read", path, error);
    let mut text = String::new();
    let file = File::open(path).map_err(cannot_read)?;
    let size = file.take(LARGEST_TAKE + 1).read_to_string(&mut text).map_err(cannot_read)?;
    if size as u64 > LARGEST_TAKE {
        let problem = format!("it is larger than {LARGEST_TAKE} bytes");
        return Err(Error::Take { path: path.into(), problem });
    }
    Ok(text)
}
