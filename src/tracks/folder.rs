//! A folder that appears whole or not at all: it is filled beside its place under a name of its
//! own and moved there at the end. Only a folder with nothing in it is replaced, or, if that is
//! wished, one that holds nothing but tracks of ours.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

use super::{MOST_TRACKS, names, playlist};
use crate::error::{Error, Stopped};
use crate::sink::output::{Output, stop_on_signals};
use crate::terminal::printable;

/// The most bytes of a playlist of ours.
const LARGEST_PLAYLIST: u64 = 4_000_000;

/// A folder in the making.
#[derive(Debug)]
pub struct Folder {
    /// As the user named it.
    name: PathBuf,
    /// Its place.
    place: PathBuf,
    replace: bool,
    /// Where it is made: `new` in here is what will be in its place, `old` what was there.
    work: TempDir,
    stop: Arc<AtomicBool>,
}

impl Folder {
    /// Prepares a folder that will be at `path`. Tracks of ours that are there are replaced
    /// only with `replace`, anything else never.
    ///
    /// # Errors
    /// [`Error::Taken`] when there is something that is not to be replaced; [`Error::Usage`]
    /// when it is no folder, or one that cannot be moved; [`Error::Io`] when the place cannot
    /// be written to.
    pub fn create(path: &Path, replace: bool) -> Result<Self, Error> {
        let cannot_write = |error| Error::io("cannot write", path, error);
        let is_link = fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink());
        // A link is followed: what it leads to is replaced, not the link.
        let place = match fs::canonicalize(path) {
            Ok(place) => place,
            Err(error) if is_link => return Err(cannot_write(error)),
            Err(_) => path.into(),
        };
        let parent = place.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        fs::metadata(parent).map_err(cannot_write)?;
        if place.exists() {
            ensure_movable(path, &place, parent)?;
            ensure_replaceable(path, &place, replace)?;
        }
        let stop = stop_on_signals().map_err(cannot_write)?;
        // tempfile's own message would name the part, of which the user knows nothing.
        let mut builder = tempfile::Builder::new();
        builder.prefix(".earcoach-").suffix(".part");
        let work = builder.tempdir_in(parent).map_err(|error| cannot_write(error.kind().into()))?;
        fs::create_dir(work.path().join("new")).map_err(cannot_write)?;
        Ok(Self { name: path.into(), place, replace, work, stop })
    }

    /// Begins a file in it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn file(&self, name: &str) -> Result<Output, Error> {
        let path = self.name.join(name);
        match File::create_new(self.work.path().join("new").join(name)) {
            Ok(file) => Ok(Output::within(path, file, Arc::clone(&self.stop))),
            Err(error) => Err(Error::io("cannot write", &path, error)),
        }
    }

    /// An error when the user wants the program to end.
    ///
    /// # Errors
    /// That the user has [`Stopped`] it.
    pub fn ensure_wanted(&self) -> io::Result<()> {
        if self.stop.load(Ordering::Relaxed) { Err(io::Error::other(Stopped)) } else { Ok(()) }
    }

    /// Puts the whole folder in its place. Without this nothing is left of it.
    ///
    /// # Errors
    /// [`Error::Taken`] when someone else has put something there meanwhile, [`Error::Io`].
    pub fn finish(self) -> Result<(), Error> {
        let cannot_write = |error| Error::io("cannot write", &self.name, error);
        let [new, old] = ["new", "old"].map(|name| self.work.path().join(name));
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        if !self.place.exists() {
            fs::rename(new, &self.place).map_err(cannot_write)?;
            return close(self.work);
        }
        let permissions = fs::metadata(&self.place).map_err(cannot_write)?.permissions();
        fs::rename(&self.place, &old).map_err(cannot_write)?;
        // From here on nobody else puts anything into it.
        let moved = ensure_replaceable(&self.name, &old, self.replace)
            .and_then(|()| fs::rename(new, &self.place).map_err(cannot_write));
        if let Err(error) = moved {
            if fs::rename(&old, &self.place).is_err() {
                // It stays where it is rather than being taken away with the rest.
                let _ = self.work.keep();
            }
            return Err(error);
        }
        fs::set_permissions(&self.place, permissions).map_err(cannot_write)?;
        close(self.work)
    }
}

/// Takes away what is left where the folder was made.
fn close(work: TempDir) -> Result<(), Error> {
    let path = work.path().to_path_buf();
    work.close().map_err(|error| Error::io("cannot remove", &path, error))
}

/// Refuses what is no folder, and folders that have to stay where they are.
fn ensure_movable(path: &Path, place: &Path, parent: &Path) -> Result<(), Error> {
    let shown = printable(&path.to_string_lossy()).into_owned();
    if !place.is_dir() {
        return Err(Error::Usage(format!("`{shown}` is a file; name a folder for the tracks")));
    }
    let is_here =
        std::env::current_dir().and_then(fs::canonicalize).is_ok_and(|here| here == place);
    if is_here || is_disk(place, parent) {
        return Err(Error::Usage(format!(
            "`{shown}` cannot be replaced as a whole; name a folder in it"
        )));
    }
    Ok(())
}

/// Whether a folder is where a disk of its own begins.
#[cfg(unix)]
fn is_disk(place: &Path, parent: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).map(|data| data.dev()).ok();
    place == Path::new("/") || device(place) != device(parent)
}

#[cfg(not(unix))]
fn is_disk(place: &Path, _: &Path) -> bool {
    place.parent().is_none()
}

/// Refuses a folder in which there is anything that is not to be replaced.
fn ensure_replaceable(path: &Path, place: &Path, replace: bool) -> Result<(), Error> {
    let cannot_read = |error| Error::io("cannot read", path, error);
    let shown = printable(&path.to_string_lossy()).into_owned();
    let mut files = Vec::new();
    for entry in fs::read_dir(place).map_err(cannot_read)?.take(MOST_TRACKS + 2) {
        files.push(entry.map_err(cannot_read)?);
    }
    files.sort_by_key(fs::DirEntry::file_name);
    let ours = tracks_of_ours(&files);
    let is_ours = |file: &&fs::DirEntry| ours.contains(&file.path());
    match files.iter().find(|file| !is_ours(file)) {
        Some(file) => {
            let name = file.file_name();
            let name = printable(&name.to_string_lossy()).into_owned();
            Err(Error::Taken(format!(
                "`{shown}` holds something else than tracks, `{name}`, and is left as it is; name \
                 another folder"
            )))
        }
        None if files.is_empty() || replace => Ok(()),
        None => Err(Error::Taken(format!(
            "`{shown}` holds tracks already; add --force to replace them, or name another folder"
        ))),
    }
}

/// The playlists of ours among some files, and the files that they name.
fn tracks_of_ours(files: &[fs::DirEntry]) -> HashSet<PathBuf> {
    let is_file = |file: &&fs::DirEntry| file.file_type().is_ok_and(|kind| kind.is_file());
    let is_playlist = |path: &PathBuf| path.extension() == Some(OsStr::new("m3u8"));
    let files: Vec<PathBuf> = files.iter().filter(is_file).map(fs::DirEntry::path).collect();
    let mut ours = HashSet::new();
    for path in files.iter().filter(|path| is_playlist(path)) {
        let mut text = String::new();
        let file = File::open(path).map(|file| file.take(LARGEST_PLAYLIST));
        if file.and_then(|mut file| file.read_to_string(&mut text)).is_err() {
            continue;
        }
        let Some(named) = playlist::files(&text) else { continue };
        let names = (1..).zip(&named);
        // What somebody has added to the playlist has no number, or not that one.
        let named = names.filter(|(n, name)| name.starts_with(&names::numbered(*n, named.len())));
        let named: HashSet<&str> = named.map(|(_, name)| *name).collect();
        let is_named = |file: &&PathBuf| {
            file.file_name().and_then(OsStr::to_str).is_some_and(|name| named.contains(name))
        };
        ours.extend(files.iter().filter(is_named).cloned());
        ours.insert(path.clone());
    }
    ours
}
