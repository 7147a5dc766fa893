//! A folder that appears whole or not at all: it is filled beside its place under a name of its
//! own and moved there at the end. Only a folder with nothing in it is replaced, or, if that is
//! wished, one that holds nothing but tracks of ours. What a run left that was killed is taken away
//! by the next one beside it.

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
use crate::sink::part::{self, PART};
use crate::terminal::printable;

/// The most bytes of a playlist of ours.
const LARGEST_PLAYLIST: u64 = 4_000_000;
/// In a folder's work: what is being filled, or taken away again, and nobody will miss.
const LOOSE: &str = "new";
/// What is about to change places with what is there; afterwards, what was there.
const WHOLE: &str = "whole";
/// What was there, where two folders cannot change places at once.
const ASIDE: &str = "old";

/// A folder in the making.
#[derive(Debug)]
pub struct Folder {
    /// As the user named it.
    name: PathBuf,
    /// Its place.
    place: PathBuf,
    replace: bool,
    /// Where it is made.
    work: TempDir,
    /// As long as it is held, nobody takes the work for abandoned.
    _lock: Option<File>,
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
        clear(parent);
        // tempfile's own message would name the part, of which the user knows nothing.
        let work = part::folder_in(parent, PART).map_err(|error| cannot_write(error.kind().into()));
        let (work, lock) = work?;
        fs::create_dir(work.path().join(LOOSE)).map_err(cannot_write)?;
        Ok(Self { name: path.into(), place, replace, work, _lock: lock, stop })
    }

    /// Begins a file in it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn file(&self, name: &str) -> Result<Output, Error> {
        let path = self.name.join(name);
        match File::create_new(self.work.path().join(LOOSE).join(name)) {
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
        let [loose, whole] = [LOOSE, WHOLE].map(|name| self.work.path().join(name));
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        if !self.place.exists() {
            fs::rename(loose, &self.place).map_err(cannot_write)?;
            return close(self.work);
        }
        let permissions = fs::metadata(&self.place).map_err(cannot_write)?.permissions();
        fs::rename(&loose, &whole).map_err(cannot_write)?;
        let mut is_at_home = true;
        let changed = exchange(&whole, &self.place).map_err(cannot_write).and_then(|()| {
            // From here on nobody else puts anything into what was there.
            let replaceable = ensure_replaceable(&self.name, &whole, self.replace);
            is_at_home = replaceable.is_ok() || exchange(&whole, &self.place).is_ok();
            replaceable
        });
        if let Err(error) = changed {
            if !is_at_home || self.work.path().join(ASIDE).exists() {
                // It stays where it is rather than being taken away with the rest.
                let _ = self.work.keep();
            }
            return Err(error);
        }
        // Only now: a folder that nobody may write to cannot be moved.
        fs::set_permissions(&self.place, permissions).map_err(cannot_write)?;
        fs::rename(&whole, &loose).map_err(cannot_write)?;
        close(self.work)
    }
}

/// Two folders change places: at once where the system can, so that there is always one.
fn exchange(whole: &Path, place: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, whole, CWD, place, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    change_in_turn(whole, place)
}

/// Two folders change places; there is a moment in which nothing is at `place`.
fn change_in_turn(whole: &Path, place: &Path) -> io::Result<()> {
    let aside = whole.with_file_name(ASIDE);
    fs::rename(place, &aside)?;
    fs::rename(whole, place).or_else(|error| fs::rename(&aside, place).and(Err(error)))?;
    fs::rename(aside, whole)
}

/// Takes away what was left beside a folder by runs that were killed.
fn clear(parent: &Path) {
    for (work, _lock) in part::abandoned(parent, PART) {
        if work.is_dir() {
            // That it cannot is no harm to what is being made.
            drop(take_away(&work));
        }
    }
}

/// Takes a work away, unless something was taken out of its place that is no track of ours.
fn take_away(work: &Path) -> Result<(), Error> {
    let cannot_remove = |error| Error::io("cannot remove", work, error);
    let [loose, whole] = [LOOSE, WHOLE].map(|name| work.join(name));
    if whole.exists() {
        ensure_replaceable(work, &whole, true)?;
        fs::rename(whole, &loose).map_err(cannot_remove)?;
    }
    if loose.exists() {
        fs::remove_dir_all(loose).map_err(cannot_remove)?;
    }
    fs::remove_dir(work).map_err(cannot_remove)
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

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "\
#EXTM3U
# earcoach: these tracks are replaced by export --tracks --force
01 a.wav
";

    /// Makes a folder with tracks of ours in it.
    fn fill(folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("01 a.wav"), "old").unwrap();
        fs::write(folder.join("a.m3u8"), OURS).unwrap();
    }

    #[test]
    fn what_a_killed_run_left_is_taken_away_unless_it_may_be_missed() {
        let parent = tempfile::tempdir().unwrap();
        let left = |name: &str| parent.path().join(format!(".earcoach-{name}.part"));
        fs::create_dir_all(left("filled").join(LOOSE)).unwrap();
        fs::write(left("filled").join(LOOSE).join("01 a.wav"), "half").unwrap();
        fill(&left("changed").join(WHOLE));
        fs::create_dir(left("done")).unwrap();
        fs::create_dir_all(left("mine").join(WHOLE)).unwrap();
        fs::write(left("mine").join(WHOLE).join("a.txt"), "mine").unwrap();
        fill(&left("aside").join(ASIDE));
        let place = parent.path().join("t");
        let folder = Folder::create(&place, false).unwrap();
        let is_left =
            ["filled", "changed", "done", "mine", "aside"].map(|name| left(name).exists());
        assert_eq!(is_left, [false, false, false, true, true]);
        // What is being made is nobody's.
        drop(folder.file("01 a.wav").unwrap());
        drop(Folder::create(&parent.path().join("other"), false).unwrap());
        folder.finish().unwrap();
        assert!(place.join("01 a.wav").exists());
    }

    #[test]
    fn two_folders_change_places() {
        for change in [exchange, change_in_turn] {
            let work = tempfile::tempdir().unwrap();
            let [whole, place] = [WHOLE, "t"].map(|name| work.path().join(name));
            fill(&place);
            fs::create_dir(&whole).unwrap();
            change(&whole, &place).unwrap();
            assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
            assert!(whole.join("01 a.wav").exists());
            fs::remove_dir(&place).unwrap();
            change(&whole, &place).unwrap_err();
            assert_eq!(fs::read_dir(work.path()).unwrap().count(), 1);
        }
    }
}
