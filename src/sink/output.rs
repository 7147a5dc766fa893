//! A file that appears whole or not at all: it takes its place when it is finished. Standard
//! output, pipes and devices are written to as they are.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice, IsTerminal, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};

use super::chunks::Holes;
use super::part::Part;
use crate::error::{Error, Stopped};

/// Something to write to.
#[derive(Debug)]
pub struct Output {
    path: PathBuf,
    kind: Kind,
    bytes: u64,
}

#[derive(Debug)]
enum Kind {
    /// Standard output, a pipe or a device.
    Stream(File),
    /// A file in the making.
    Whole { part: Part, replace: bool, stop: Arc<AtomicBool> },
    /// A file of a folder in the making.
    Within { file: File, stop: Arc<AtomicBool> },
}

impl Output {
    /// Opens `path` for writing, or standard output for `-`. A file that exists is
    /// replaced only with `replace`.
    ///
    /// # Errors
    /// [`Error::Exists`]; [`Error::Usage`] for a folder, or for a terminal as
    /// standard output; [`Error::Io`] when the place cannot be written to.
    pub fn create(path: &Path, replace: bool) -> Result<Self, Error> {
        Self::create_until(path, replace, stop_on_signals)
    }

    /// As [`Output::create`], for what is written as the program ends, be it by a signal.
    ///
    /// # Errors
    /// As there.
    pub fn create_for_the_end(path: &Path, replace: bool) -> Result<Self, Error> {
        Self::create_until(path, replace, || Ok(Arc::default()))
    }

    /// Opens `path`; writing to a file ends when the flag is raised that `stop` gives.
    fn create_until(
        path: &Path,
        replace: bool,
        stop: impl FnOnce() -> io::Result<Arc<AtomicBool>>,
    ) -> Result<Self, Error> {
        if path == Path::new("-") {
            return Self::standard_output();
        }
        let cannot_write = |error| Error::io("cannot write", path, error);
        let is_link = fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink());
        // A link is followed: what it leads to is replaced, not the link.
        let target = match fs::canonicalize(path) {
            Ok(target) => target,
            Err(error) if is_link => return Err(cannot_write(error)),
            Err(_) => path.into(),
        };
        let old = match fs::metadata(&target) {
            Ok(data) if data.is_dir() => return Err(is_folder(path)),
            Ok(data) if data.is_file() && !replace => return Err(Error::Exists(path.into())),
            Ok(data) if data.is_file() => Some(data.permissions()),
            Ok(_) => {
                let stream = OpenOptions::new().write(true).open(&target).map_err(cannot_write)?;
                return Self::stream(stream, target);
            }
            Err(_) => None,
        };
        if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(is_folder(path));
        }
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        fs::metadata(folder).map_err(cannot_write)?;
        let stop = stop().map_err(cannot_write)?;
        // tempfile's own message would name the part, of which the user knows nothing.
        let part = Part::create(folder).map_err(|error| cannot_write(error.kind().into()))?;
        if let Some(permissions) = old {
            part.file().set_permissions(permissions).map_err(cannot_write)?;
        }
        Ok(Self { path: target, kind: Kind::Whole { part, replace, stop }, bytes: 0 })
    }

    /// A file of a folder that appears whole or not at all, open already; messages name it as
    /// `path`, and writing to it ends when `stop` is raised.
    pub(crate) fn within(path: PathBuf, file: File, stop: Arc<AtomicBool>) -> Self {
        Self { path, kind: Kind::Within { file, stop }, bytes: 0 }
    }

    fn standard_output() -> Result<Self, Error> {
        #[cfg(unix)]
        let handle = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned();
        #[cfg(windows)]
        let handle = std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned();
        Self::stream(File::from(handle.map_err(Error::output)?), "standard output".into())
    }

    fn stream(stream: File, path: PathBuf) -> Result<Self, Error> {
        if stream.is_terminal() {
            return Err(Error::Usage(format!(
                "{} is a terminal; send the output into a file or a program, or name a file",
                path.display()
            )));
        }
        if HEEDED.load(Ordering::Relaxed) {
            end_on_signals().map_err(|error| Error::io("cannot write", &path, error))?;
        }
        Ok(Self { path, kind: Kind::Stream(stream), bytes: 0 })
    }

    /// The file as messages name it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes it has so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes over the bytes with which a file in the making begins. What was streamed is gone, and
    /// stays as it was.
    ///
    /// # Errors
    /// Whatever writing gives.
    pub fn write_begin_again(&mut self, begin: &[u8]) -> io::Result<()> {
        let mut file = match &self.kind {
            Kind::Stream(_) => return Ok(()),
            Kind::Whole { part, .. } => part.file(),
            Kind::Within { file, .. } => file,
        };
        file.seek(SeekFrom::Start(0))?;
        file.write_all(begin)?;
        file.seek(SeekFrom::End(0)).map(|_| ())
    }

    /// An error when the user wants the program to end.
    ///
    /// # Errors
    /// That the user has [`Stopped`] it.
    pub fn ensure_wanted(&self) -> io::Result<()> {
        match &self.kind {
            Kind::Whole { stop, .. } | Kind::Within { stop, .. }
                if stop.load(Ordering::Relaxed) =>
            {
                Err(io::Error::other(Stopped))
            }
            _ => Ok(()),
        }
    }

    /// Waits until what was written to a file in the making is on the disk.
    ///
    /// # Errors
    /// Whatever the system gives.
    pub fn sync(&mut self) -> io::Result<()> {
        match &self.kind {
            Kind::Stream(_) => Ok(()),
            Kind::Whole { part, .. } => part.file().sync_all(),
            Kind::Within { file, .. } => file.sync_all(),
        }
    }

    /// Puts the whole file in its place. Without this nothing is left of it.
    ///
    /// # Errors
    /// [`Error::Exists`] when someone else has made the file meanwhile, [`Error::Io`].
    pub fn finish(self) -> Result<(), Error> {
        let Kind::Whole { part, replace, .. } = self.kind else { return Ok(()) };
        match part.place(&self.path, replace) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(Error::Exists(self.path))
            }
            // tempfile's own message would name the part.
            Err(error) => Err(Error::io("cannot write", &self.path, error.kind().into())),
        }
    }
}

fn is_folder(path: &Path) -> Error {
    Error::Usage(format!("`{}` is a folder; name a file in it", path.display()))
}

/// The signals by which the user or the system wants the program to end.
#[cfg(unix)]
const ENDING: [i32; 3] = [SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const ENDING: [i32; 2] = [SIGINT, SIGTERM];

/// Whether they raise flags: then they do not end the program by themselves any more.
static HEEDED: AtomicBool = AtomicBool::new(false);

/// A flag that is raised when the user or the system wants the program to end, so that
/// the unfinished file can be taken away. Streams need none: the signal ends the program.
pub(crate) fn stop_on_signals() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in ENDING {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    HEEDED.store(true, Ordering::Relaxed);
    // A file that outgrows the user's limit is an error of its writing, not the program's end.
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(stop)
}

/// The signals end the program again, which has a stream to write to and no file in the making.
fn end_on_signals() -> io::Result<()> {
    let always = Arc::new(AtomicBool::new(true));
    ENDING.into_iter().try_for_each(|signal| {
        signal_hook::flag::register_conditional_default(signal, Arc::clone(&always)).map(|_| ())
    })
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, parts: &[IoSlice]) -> io::Result<usize> {
        self.ensure_wanted()?;
        let written = match &mut self.kind {
            Kind::Stream(stream) => stream.write_vectored(parts),
            Kind::Whole { part, .. } => part.file().write_vectored(parts),
            Kind::Within { file, .. } => file.write_vectored(parts),
        }?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.kind {
            Kind::Stream(stream) => stream.flush(),
            Kind::Whole { part, .. } => part.file().flush(),
            Kind::Within { file, .. } => file.flush(),
        }
    }
}

impl Holes for Output {
    /// A file in the making can have holes; what is streamed cannot.
    fn leave_out(&mut self, zeros: u64) -> io::Result<bool> {
        self.ensure_wanted()?;
        let mut file = match &self.kind {
            Kind::Stream(_) => return Ok(false),
            Kind::Whole { part, .. } => part.file(),
            Kind::Within { file, .. } => file,
        };
        self.bytes += zeros;
        file.leave_out(zeros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_only_when_it_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let mut output = Output::create(&path, false).unwrap();
        output.write_all(b"whole").unwrap();
        assert!(!path.exists());
        output.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn what_is_not_finished_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        drop(Output::create(&folder.path().join("a.wav"), false).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_exists_is_replaced_only_when_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        fs::write(&path, "mine").unwrap();
        assert!(matches!(Output::create(&path, false), Err(Error::Exists(_))));
        let mut output = Output::create(&path, true).unwrap();
        output.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        output.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn the_begin_can_be_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.flac");
        let mut output = Output::create(&path, false).unwrap();
        output.write_all(b"head and").unwrap();
        output.write_begin_again(b"HEAD").unwrap();
        output.write_all(b" tail").unwrap();
        assert_eq!(output.bytes(), 13);
        output.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"HEAD and tail");
    }

    #[test]
    fn a_file_made_meanwhile_by_someone_else_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let output = Output::create(&path, false).unwrap();
        fs::write(&path, "theirs").unwrap();
        assert!(matches!(output.finish(), Err(Error::Exists(_))));
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
    }

    #[test]
    fn a_folder_that_went_away_meanwhile_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gone/a.wav");
        for replace in [false, true] {
            fs::create_dir(folder.path().join("gone")).unwrap();
            let output = Output::create(&path, replace).unwrap();
            fs::remove_dir_all(folder.path().join("gone")).unwrap();
            let error = output.finish().unwrap_err();
            let expected = format!("cannot write `{}`: entity not found", path.display());
            assert_eq!(error.to_string(), expected);
        }
    }
}
