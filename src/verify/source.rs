//! The file that is to be verified: an ordinary file, or standard input.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use symphonia::core::io::MediaSource;

use crate::clip::source::{from_file, from_stream};
use crate::error::Error;

/// Opens the file at `path`, `-` being standard input.
///
/// # Errors
/// [`Error::Usage`] when there is no such file or it is no ordinary one, else why it cannot be
/// read.
pub fn open(path: &Path) -> Result<Box<dyn MediaSource>, Error> {
    let cannot_read = |error| Error::io("cannot read", path, error);
    if path == Path::new("-") {
        return from_stream(io::stdin()).map_err(cannot_read);
    }
    let name = path.display();
    match fs::metadata(path) {
        Ok(data) if data.is_dir() => {
            return Err(Error::Usage(format!("`{name}` is a folder; name a file in it")));
        }
        // A pipe would be waited for when it is opened.
        Ok(data) if !data.is_file() => {
            return Err(Error::Usage(format!(
                "`{name}` is no ordinary file; `-` reads from standard input"
            )));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::Usage(format!("there is no file `{name}`")));
        }
        _ => {}
    }
    File::open(path).and_then(from_file).map_err(cannot_read)
}
