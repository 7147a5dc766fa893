//! Runs the program and the independent tools it is measured against.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The program with arguments, in an empty folder of its own.
#[must_use]
pub struct Program {
    pub folder: TempDir,
    pub args: Vec<String>,
    stdin: Vec<u8>,
}

/// What a run of the program left.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
    pub folder: TempDir,
}

/// `earcoach` with arguments as they would be typed, without quotes.
pub fn earcoach(args: &str) -> Program {
    let args = args.split_whitespace().map(String::from).collect();
    Program { folder: tempfile::tempdir().unwrap(), args, stdin: Vec::new() }
}

impl Program {
    /// A file that is in the folder before the program runs.
    pub fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
        self
    }

    /// A copy of a folder that is in the folder before the program runs, if there is one.
    pub fn folder(self, from: &Path) -> Self {
        copy(from, &self.folder.path().join(from.file_name().unwrap()));
        self
    }

    /// The folder that another run has left.
    pub fn within(mut self, ran: Ran) -> Self {
        self.folder = ran.folder;
        self
    }

    /// What the program reads from standard input.
    pub fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = bytes.as_ref().to_vec();
        self
    }

    /// A file in the folder for the user's own settings, or for data: `config` or `data`.
    pub fn own(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        let file = self.folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
        self
    }

    /// The command, ready to be started in the folder. Whoever runs the tests may have routines
    /// and voices of their own: it sees none of them.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_earcoach"));
        command.args(&self.args).current_dir(self.folder.path()).env_remove("NO_COLOR");
        command.env("XDG_CONFIG_HOME", self.folder.path().join("config"));
        command.env("XDG_DATA_HOME", self.folder.path().join("data"));
        command.env("XDG_CACHE_HOME", self.folder.path().join("cache"));
        command
    }

    /// Starts the program with pipes to all its streams.
    pub fn spawn(&self) -> Child {
        let mut command = self.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    pub fn run(self) -> Ran {
        let mut child = self.spawn();
        let mut stdin = child.stdin.take().unwrap();
        let bytes = self.stdin;
        // A program that fails early does not read all of it.
        let feeder = std::thread::spawn(move || drop(stdin.write_all(&bytes)));
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        Ran {
            code: output.status.code().expect("the program was not killed"),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
            folder: self.folder,
        }
    }
}

impl Ran {
    /// Asserts the exit code, showing what the program said when it differs.
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "standard error:\n{}", self.stderr);
        self
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The names of all files in the folder, sorted.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Sends a signal to a running program.
#[cfg(unix)]
pub fn signal(child: &Child, signal: nix::sys::signal::Signal) {
    let pid = nix::unistd::Pid::from_raw(child.id() as i32);
    nix::sys::signal::kill(pid, signal).unwrap();
}

/// Waits until the program has begun to write a file in its folder, be it one without a name yet, or
/// has ended.
#[cfg(target_os = "linux")]
pub fn wait_for_a_part(child: &mut Child, folder: &Path, files: usize) {
    let folder = folder.canonicalize().unwrap();
    let open = format!("/proc/{}/fd", child.id());
    let leads_there = |entry: std::io::Result<std::fs::DirEntry>| {
        let target = entry.and_then(|entry| std::fs::read_link(entry.path()));
        target.is_ok_and(|target| target.starts_with(&folder) && target != folder)
    };
    let has_begun = || {
        std::fs::read_dir(&folder).unwrap().count() > files
            || std::fs::read_dir(&open).is_ok_and(|mut all| all.any(leads_there))
    };
    while !has_begun() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// Runs an independent tool and gives its standard output and error.
pub fn tool(name: &str, args: &[&str]) -> (Vec<u8>, String) {
    let output = Command::new(name).args(args).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{name}: {error}; scripts/test installs it"));
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{name} {args:?}: {stderr}");
    (output.stdout, stderr)
}

/// A WAV file of 16 bit and one channel.
pub fn wav(rate: u32, samples: &[i16]) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut out = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut out, spec).unwrap();
    for sample in samples {
        writer.write_sample(*sample).unwrap();
    }
    writer.finalize().unwrap();
    out.into_inner()
}

/// The samples of an audio file as ffmpeg reads them, 16 bit, channels interleaved.
pub fn ffmpeg_samples(file: &Path) -> Vec<i16> {
    let file = file.to_str().unwrap();
    let (bytes, _) = tool("ffmpeg", &["-v", "error", "-i", file, "-f", "s16le", "-"]);
    bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
}

fn copy(from: &Path, to: &Path) {
    let Ok(entries) = std::fs::read_dir(from) else { return };
    std::fs::create_dir(to).unwrap();
    for entry in entries.map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// What a committed file says that is to say `now`. With `BLESS=1` in the environment it is
/// written anew, to be read and committed.
pub fn current(file: &Path, now: &str) -> String {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, now).unwrap();
    }
    std::fs::read_to_string(file).unwrap_or_default()
}

/// The repository's folder.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A routine that uses every verb and most options.
pub const EVERYTHING: &str = r#"{
    "title": "Everything", "kind": "stretch", "side_word": "sore", "steps": [
        { "say": "Get ready." },
        { "squeeze": "5s" },
        { "release": { "for": "3s", "say": "", "tones": false } },
        { "breathe": { "times": 2, "in": "3s", "out": "3s" } },
        { "repeat": { "times": 2, "steps": [
            { "work": { "name": "Calf raises", "for": "20s", "announce": ["halfway", "5s"] } },
            { "rest": { "for": "4s", "count": 3, "count_with": "tick" } }
        ] } },
        { "sides": [
            { "deepen": { "times": 2, "until": "limit", "at_most": 5, "every": "8s" } },
            { "hold": "30s" }
        ] },
        { "tone": "finish" }
    ]
}"#;
