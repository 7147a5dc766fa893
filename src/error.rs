//! What can go wrong while the program runs, and the exit codes it leaves with.

use std::io;
use std::path::{Path, PathBuf};

use crate::report::Report;
use crate::terminal::printable;

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line asks for something that makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A routine is not valid; the report says where and why.
    #[error("{0}")]
    Invalid(Box<Report>),
    /// A voice pack or a clip is not valid.
    #[error("voice pack `{}`: {}", printable(pack), printable(problem))]
    Voice {
        /// The pack's name or folder.
        pack: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A take is not valid.
    #[error("the take `{}`: {problem}", shown(path))]
    Take {
        /// Its file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Of the music that was named none can be read; each file with its reason.
    #[error("--music names nothing that can be played: {}", .0.join("; "))]
    Music(Vec<String>),
    /// A file that was to be verified is no audio.
    #[error("`{}`: {problem}", shown(path))]
    Audio {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A file exists already and was not to be replaced.
    #[error("`{}` exists already; add --force to replace it, or name another file", shown(.0))]
    Exists(PathBuf),
    /// A folder holds what is not to be replaced; the message says what to do.
    #[error("{0}")]
    Taken(String),
    /// Reading or writing failed.
    #[error("{doing} `{}`: {source}", shown(path))]
    Io {
        /// What was being done, such as `cannot write`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// Whoever read our output has gone; nothing to complain about.
    #[error("the reader of our output has gone")]
    ClosedPipe,
    /// A bundle is not valid, or cannot be made.
    #[error("bundle {}", printable(.0))]
    Bundle(String),
    /// A speech synthesiser has not spoken what it was to.
    #[error("{0}")]
    Speech(String),
    /// The system lets us have no more threads.
    #[error(
        "the threads that this takes cannot be had: {0}; `ulimit -u` tells how many processes and \
         threads you may have, those that run already among them"
    )]
    Threads(io::Error),
    /// There is no sound device, or it was lost for good.
    #[error("{0}")]
    Device(String),
    /// The user stopped it.
    #[error("interrupted; nothing was written")]
    Interrupted,
}

impl Error {
    /// An I/O error about `path`; a closed pipe becomes [`Error::ClosedPipe`], and what
    /// the user [`Stopped`] becomes [`Error::Interrupted`].
    pub fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ if source
                .get_ref()
                .is_some_and(<dyn std::error::Error + Send + Sync>::is::<Stopped>) =>
            {
                Self::Interrupted
            }
            _ => Self::Io { doing, path: path.into(), source },
        }
    }

    /// Something that is wrong with a voice pack.
    pub fn voice(pack: &str, problem: impl Into<String>) -> Self {
        Self::Voice { pack: pack.into(), problem: problem.into() }
    }

    /// An error while writing results to standard output.
    pub fn output(source: io::Error) -> Self {
        Self::io("cannot write to", Path::new("standard output"), source)
    }

    /// The exit code to leave with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::Usage,
            Self::Invalid(_)
            | Self::Voice { .. }
            | Self::Take { .. }
            | Self::Music(_)
            | Self::Bundle(_)
            | Self::Audio { .. } => ExitCode::Invalid,
            Self::Exists(_)
            | Self::Taken(_)
            | Self::Io { .. }
            | Self::Speech(_)
            | Self::Threads(_) => ExitCode::Failed,
            Self::Device(_) => ExitCode::NoDevice,
            Self::ClosedPipe => ExitCode::Done,
            Self::Interrupted => ExitCode::Interrupted,
        }
    }
}

impl From<Report> for Error {
    fn from(report: Report) -> Self {
        Self::Invalid(Box::new(report))
    }
}

/// The reason of an [`io::Error`] when the user stopped the writing.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("stopped")]
pub struct Stopped;

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// The program's exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// All is well.
    Done = 0,
    /// It failed while running: input or output, a full disk.
    Failed = 1,
    /// Wrong usage; clap leaves with the same code.
    Usage = 2,
    /// The routine, voice pack or clip is not valid.
    Invalid = 3,
    /// No audio device, or it was lost for good.
    NoDevice = 4,
    /// Interrupted by the user: 128 and the number of SIGINT.
    Interrupted = 130,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
