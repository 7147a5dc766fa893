//! A file in the making. Where the file system can, it has no name until it is whole, so that
//! not even a program that is killed leaves anything of it. Elsewhere it has a name of its own
//! beside its place. Whatever has such a name is locked by the run that makes it: what is not was
//! left by one that was killed, and is taken away by the next.

use std::fs::{self, File, TryLockError};
use std::io;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir};

/// A file in the making.
#[derive(Debug)]
pub enum Part {
    /// It has no name yet.
    #[cfg(target_os = "linux")]
    Nameless(File),
    /// It has a name of its own.
    Named(NamedTempFile),
}

/// How files and folders in the making are called, with something between.
const PREFIX: &str = ".earcoach-";
pub(crate) const PART: &str = ".part";
/// How often a name is tried that another run has just taken for abandoned.
const TRIES: usize = 100;
/// The most files of a folder that are looked at for what was left.
const MOST: usize = 100_000;

/// What makes names for files and folders in the making, which begin with a dot.
fn names(suffix: &'static str) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(suffix);
    builder
}

/// What was left in `folder` by runs that were killed, with names that end in `suffix`, each locked
/// from now on.
pub(crate) fn abandoned(folder: &Path, suffix: &str) -> Vec<(PathBuf, File)> {
    let entries = fs::read_dir(folder).into_iter().flatten().take(MOST).flatten();
    let ours = entries.filter(|entry| {
        let name = entry.file_name();
        let name = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        name.is_some_and(|name| name.ends_with(suffix))
            && entry.file_type().is_ok_and(|kind| kind.is_file() || kind.is_dir())
    });
    let locked = |path: PathBuf| {
        let file = File::open(&path).ok()?;
        file.try_lock().is_ok().then_some((path, file))
    };
    ours.filter_map(|entry| locked(entry.path())).collect()
}

/// Takes away the files among them.
fn clear(folder: &Path) {
    for (path, _lock) in abandoned(folder, PART) {
        // That it cannot is no harm to what is being made.
        let _ = fs::remove_file(path);
    }
}

/// A new folder to work in, and its lock where the system has some; it is taken away when it is
/// dropped.
pub(crate) fn folder_in(
    parent: &Path,
    suffix: &'static str,
) -> io::Result<(TempDir, Option<File>)> {
    let mut builder = names(suffix);
    #[cfg(unix)]
    builder.permissions(PermissionsExt::from_mode(0o700));
    for _ in 0..TRIES {
        let folder = builder.tempdir_in(parent)?;
        match File::open(folder.path()) {
            Ok(lock) if is_ours(&lock, folder.path()) => return Ok((folder, Some(lock))),
            // A system that cannot open folders does not lock them either.
            Err(_) if !cfg!(unix) => return Ok((folder, None)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            // Another run has taken it for abandoned.
            Ok(_) | Err(_) => {}
        }
    }
    Err(others_interfere())
}

/// Whether what was just made is locked by this run from now on, or by none on a file system without
/// locks. Else another run has taken it for abandoned.
fn is_ours(file: &File, path: &Path) -> bool {
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) && path.exists()
}

fn others_interfere() -> io::Error {
    io::Error::other("others lock each new file in this folder")
}

/// A new file with a name, locked.
fn named(folder: &Path) -> io::Result<NamedTempFile> {
    clear(folder);
    let mut builder = names(PART);
    // As any new file: the user's umask takes its share.
    #[cfg(unix)]
    builder.permissions(PermissionsExt::from_mode(0o666));
    for _ in 0..TRIES {
        let part = builder.tempfile_in(folder)?;
        if is_ours(part.as_file(), part.path()) {
            return Ok(part);
        }
    }
    Err(others_interfere())
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
        named(folder).map(Self::Named)
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
        if !replace {
            return self.place_new(path).map_err(|(error, _)| error);
        }
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => {
                // A name is given only where there is none; the way over one leads by another.
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                let folder = folder.unwrap_or(Path::new("."));
                clear(folder);
                let named = names(PART).make_in(folder, |new| name(&file, new))?;
                named.persist(path).map(drop).map_err(|error| error.error)
            }
            Self::Named(part) => part.persist(path).map(drop).map_err(|error| error.error),
        }
    }

    /// Puts it in its place where nothing is yet; gives it back where it cannot.
    ///
    /// # Errors
    /// As [`Part::place`].
    pub fn place_new(self, path: &Path) -> Result<(), (io::Error, Self)> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => {
                name(&file, path).map_err(|error| (error, Self::Nameless(file)))
            }
            Self::Named(part) => match part.persist_noclobber(path) {
                Ok(_) => Ok(()),
                Err(error) => Err((error.error, Self::Named(error.file))),
            },
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
    // For the moment in which it has a name of its own, if ever.
    let _ = file.try_lock();
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
        let named = Part::Named(named(folder).unwrap());
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
    fn what_a_killed_run_left_is_taken_away_and_what_is_made_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mine = [".earcoach-a.txt", "earcoach-a.part"].map(at);
        for path in &mine {
            fs::write(path, "mine").unwrap();
        }
        let left = at(".earcoach-left.part");
        for replace in [false, true] {
            fs::write(&left, "part").unwrap();
            let other = named(folder.path()).unwrap();
            assert!(!left.exists());
            fs::write(&left, "part").unwrap();
            let [nameless, _] = written(folder.path());
            nameless.place(&at(&replace.to_string()), replace).unwrap();
            assert!(!left.exists());
            other.persist(at("other")).unwrap();
        }
        assert!(mine.iter().all(|path| path.exists()));
    }

    #[test]
    fn what_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(written(folder.path()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
