//! Runs a synthesiser once: with a folder of its own to write to, for a limited time, and with an
//! eye on what it writes. It runs where the user is, so that paths in a command mean what they say.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::engine::Engine;
use crate::clip::decode::Audio;
use crate::clip::own;
use crate::sink::part;
use crate::terminal::cut;

/// How the name of its folder ends.
const SPEECH: &str = ".speech";

/// How often is looked whether it has ended: the longer it takes, the seldomer.
const SOON: Duration = Duration::from_millis(1);
const SELDOM: Duration = Duration::from_millis(50);
/// The most it may write, in bytes: over ten minutes of sound.
const MOST_BYTES: u64 = 64_000_000;
/// What is kept of its last words, in bytes, and shown, in columns.
const LAST_WORDS: u64 = 2000;
const SHOWN_WORDS: usize = 300;

/// Why nothing was spoken.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It could not be started, or its folder not be made.
    #[error("it cannot be run: {0}")]
    Start(io::Error),
    /// It ended with an error.
    #[error("it failed ({status}){}", said(.words))]
    Failed {
        /// How it ended.
        status: ExitStatus,
        /// Its last words.
        words: String,
    },
    /// It went on for too long.
    #[error("it took longer than {} s and was stopped{}", .limit.as_secs_f64(), said(.words))]
    Hung {
        /// How long it had.
        limit: Duration,
        /// Its last words.
        words: String,
    },
    /// It wrote more than it may.
    #[error("it wrote more than {MOST_BYTES} bytes and was stopped")]
    TooMuch,
    /// It wrote no sound.
    #[error("it wrote no sound: {problem}{}", said(.words))]
    Rubbish {
        /// What is wrong with what it wrote.
        problem: String,
        /// Its last words.
        words: String,
    },
    /// The user stopped it.
    #[error("it was stopped")]
    Stopped,
}

fn said(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!("; its last words: {words}") }
}

/// Has `text` spoken, unless `stop` is raised meanwhile.
///
/// # Errors
/// See [`Failure`].
pub fn speak(
    engine: &Engine,
    text: &str,
    limit: Duration,
    stop: &AtomicBool,
) -> Result<Audio, Failure> {
    let (folder, _lock) = work().map_err(Failure::Start)?;
    let at = |name: &str| folder.path().join(name);
    let (words, out, errors) = (at("words.txt"), at("out.wav"), at("errors.txt"));
    fs::write(&words, speakable(text) + "\n").map_err(Failure::Start)?;
    let call = engine.call(&speakable(text), &words, &out);
    let input = if call.reads { File::open(&words).map(Stdio::from) } else { Ok(Stdio::null()) };
    let mut command = Command::new(&call.program);
    command.args(&call.args).stdout(Stdio::null());
    // The words are in UTF-8, whatever the system's own encoding.
    command.env("PYTHONUTF8", "1");
    command.stdin(input.map_err(Failure::Start)?);
    command.stderr(File::create(&errors).map_err(Failure::Start)?);
    in_a_group(&mut command);
    let mut child = command.spawn().map_err(Failure::Start)?;
    let ended = wait(&mut child, limit, stop, &[&out, &errors]);
    let status = end_group(&mut child).map_err(Failure::Start)?;
    let words = last_words(&errors);
    match ended? {
        Wait::TimeOver => Err(Failure::Hung { limit, words }),
        Wait::Ended if status.success() => {
            read(&out).map_err(|problem| Failure::Rubbish { problem, words })
        }
        Wait::Ended => Err(Failure::Failed { status, words }),
    }
}

/// A folder for what is said and what comes of it. What a run left that was killed is taken away.
fn work() -> io::Result<(TempDir, Option<File>)> {
    let parent = std::env::temp_dir();
    for (left, _lock) in part::abandoned(&parent, SPEECH) {
        drop(fs::remove_dir_all(left));
    }
    part::folder_in(&parent, SPEECH)
}

/// Words as they may be spoken: on one line, without signs that synthesisers read as commands.
fn speakable(text: &str) -> String {
    let is_sign = |c: char| c.is_control() || matches!(c, '[' | ']' | '<' | '>' | '{' | '}' | '|');
    text.replace(is_sign, " ").trim().to_string()
}

/// Why a wait was over.
enum Wait {
    Ended,
    TimeOver,
}

fn wait(
    child: &mut Child,
    limit: Duration,
    stop: &AtomicBool,
    files: &[&Path],
) -> Result<Wait, Failure> {
    let begin = Instant::now();
    loop {
        if has_ended(child).map_err(Failure::Start)? {
            return Ok(Wait::Ended);
        }
        if stop.load(Ordering::Relaxed) {
            return Err(Failure::Stopped);
        }
        let is_large = |file: &&Path| fs::metadata(file).is_ok_and(|data| data.len() > MOST_BYTES);
        if files.iter().any(is_large) {
            return Err(Failure::TooMuch);
        }
        let spent = begin.elapsed();
        if spent > limit {
            return Ok(Wait::TimeOver);
        }
        thread::sleep((spent / 8).clamp(SOON, SELDOM));
    }
}

#[cfg(unix)]
fn in_a_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn in_a_group(_: &mut Command) {}

/// Whether it has ended. It stays known to the system: its number, which is that of its group too,
/// is given to nobody else before [`end_group`].
#[cfg(unix)]
fn has_ended(child: &mut Child) -> io::Result<bool> {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    Ok(waitid(WaitId::Pid(Pid::from_child(child)), options)?.is_some())
}

/// Ends it and all that it has started.
#[cfg(unix)]
fn end_group(child: &mut Child) -> io::Result<ExitStatus> {
    use rustix::process::{Pid, Signal, kill_process_group};
    // There is nobody left where all have ended.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    child.wait()
}

#[cfg(not(unix))]
fn has_ended(child: &mut Child) -> io::Result<bool> {
    child.try_wait().map(|status| status.is_some())
}

#[cfg(not(unix))]
fn end_group(child: &mut Child) -> io::Result<ExitStatus> {
    drop(child.kill());
    child.wait()
}

/// The end of what it said on standard error, on one line.
fn last_words(file: &Path) -> String {
    let read = || {
        let mut file = File::open(file)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LAST_WORDS)))?;
        let mut bytes = Vec::new();
        file.take(LAST_WORDS).read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read().unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(3)..].join(" / ");
    let skipped = last.chars().count().saturating_sub(SHOWN_WORDS);
    cut(&last.chars().skip(skipped).collect::<String>(), SHOWN_WORDS).into_owned()
}

fn read(out: &Path) -> Result<Audio, String> {
    match fs::symlink_metadata(out) {
        Err(_) => Err("there is no file".into()),
        Ok(data) if !data.is_file() => Err("what it made is no ordinary file".into()),
        Ok(data) if data.len() > MOST_BYTES => Err(format!("it is larger than {MOST_BYTES} bytes")),
        Ok(_) => own::read(out).map_err(|error| error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_words_is_a_command_to_a_synthesiser() {
        assert_eq!(speakable("Hold [[h@l]] <break/>\n\u{7}now."), "Hold   h@l    break/   now.");
    }
}
