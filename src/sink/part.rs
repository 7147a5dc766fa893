//! A file in the making. Where the file system can, it has no name until it is whole, so that
//! not even a program that is killed leaves anything of it. Elsewhere it has a name of its own
//! beside its place.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// A file in the making.
#[derive(Debug)]
pub enum Part {
    /// It has no name yet.
    #[cfg(target_os = "linux")]
    Nameless(File),
    /// It has a name of its own.
    Named(NamedTempFile),
}

/// What makes names for files and folders in the making, which begin with a dot.
pub(crate) fn names() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".earcoach-").suffix(".part");
    builder
}

impl Part {
    /// Begins a file that is to have its place in `folder`.
    ///
    /// # Errors
    /// Whatever the system gives.
    pub fn create(folder: &Path) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(file) = nameless(folder) {
            return Ok(Self::Nameless(file));
        }
        let mut builder = names();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new file: the user's umask takes its share.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        builder.tempfile_in(folder).map(Self::Named)
    }

    /// The file itself.
    pub fn file(&self) -> &File {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => file,
            Self::Named(file) => file.as_file(),
        }
    }

    /// Puts it in its place, over a file that is there only with `replace`.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`], or whatever else the system gives.
    pub fn place(self, path: &Path, replace: bool) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) if !replace => name(&file, path),
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => {
                // A name is given only where there is none; the way over one leads by another.
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                let folder = folder.unwrap_or(Path::new("."));
                let named = names().make_in(folder, |new| name(&file, new))?;
                named.persist(path).map(drop).map_err(|error| error.error)
            }
            Self::Named(part) if replace => {
                part.persist(path).map(drop).map_err(|error| error.error)
            }
            Self::Named(part) => {
                part.persist_noclobber(path).map(drop).map_err(|error| error.error)
            }
        }
    }
}

/// A file without a name, or nothing where the system does not know such files or could not give
/// it a name later (open(2), O_TMPFILE).
#[cfg(target_os = "linux")]
fn nameless(folder: &Path) -> Option<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::TMPFILE.bits();
    let mut options = File::options();
    options.read(true).write(true).mode(0o666).custom_flags(flags.cast_signed());
    let file = options.open(folder).ok()?;
    fs::symlink_metadata(handle(&file)).is_ok().then_some(file)
}

/// Gives a nameless file its name.
#[cfg(target_os = "linux")]
fn name(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    Ok(linkat(CWD, handle(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

/// Where the system shows an open file.
#[cfg(target_os = "linux")]
fn handle(file: &File) -> String {
    use std::os::fd::AsRawFd;
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn written(folder: &Path) -> [Part; 2] {
        let named = Part::Named(names().tempfile_in(folder).unwrap());
        [Part::create(folder).unwrap(), named].map(|part| {
            part.file().write_all(b"new").unwrap();
            part
        })
    }

    #[test]
    fn it_takes_its_place_where_there_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for (part, name) in written(folder.path()).into_iter().zip(["a", "b"]) {
            part.place(&folder.path().join(name), false).unwrap();
            assert_eq!(fs::read(folder.path().join(name)).unwrap(), b"new");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn it_takes_the_place_of_another_only_if_it_is_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for replace in [false, true] {
            for part in written(folder.path()) {
                fs::write(&path, "old").unwrap();
                let placed = part.place(&path, replace).map_err(|error| error.kind());
                let expected: (_, &[u8]) = if replace {
                    (Ok(()), b"new")
                } else {
                    (Err(io::ErrorKind::AlreadyExists), b"old")
                };
                assert_eq!((placed, fs::read(&path).unwrap().as_slice()), expected);
            }
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(written(folder.path()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
