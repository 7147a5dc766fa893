//! The whole program against the limit, side by side: `cargo bench --bench export`.
//!
//! The limit is one loop that writes as many bytes, as a process of its own. Both run in
//! turn, so that a slow moment of the machine hits both; what counts is the median and
//! the ratio of medians. Prints rows for the table in `benches/README.md`.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use timing::{median, print_row, run};

mod timing;

/// Chunks of the plain loop: as large as the program's own writes.
const CHUNK: usize = 128 * 1024;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let [_, command, file, bytes] = args.as_slice()
        && command == "plain-write"
    {
        return plain_write(Path::new(file), bytes.parse().unwrap());
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    timing::print_head("plain write");
    for (name, repeats, rounds) in [("calf-cramp", 1, 41), ("6 h", 49, 7)] {
        compare(folder.path(), name, repeats, rounds);
    }
    for command in ["list", "check calf-cramp", "--version"] {
        let args: Vec<&str> = command.split(' ').collect();
        let runs = (0..41).map(|_| run(Command::new(env!("CARGO_BIN_EXE_earcoach")).args(&args)));
        print_row(command, 0, &runs.collect::<Vec<_>>(), None);
    }
}

fn plain_write(file: &Path, mut bytes: usize) {
    let (mut file, chunk) = (File::create(file).unwrap(), vec![7; CHUNK]);
    while bytes > 0 {
        let part = bytes.min(CHUNK);
        file.write_all(&chunk[..part]).unwrap();
        bytes -= part;
    }
}

/// Exports the built-in routine's steps `repeats` times over, in turn with the plain loop.
fn compare(folder: &Path, name: &str, repeats: usize, rounds: usize) {
    let text = include_str!("../audio/routines/calf-cramp.json");
    let mut routine: serde_json::Value = serde_json::from_str(text).unwrap();
    let steps = routine["steps"].take();
    routine["steps"] = serde_json::json!([{ "repeat": { "times": repeats, "steps": steps } }]);
    let (json, wav, plain) = (folder.join("r.json"), folder.join("r.wav"), folder.join("plain"));
    fs::write(&json, routine.to_string()).unwrap();
    let export = || {
        let _ = fs::remove_file(&wav);
        run(Command::new(env!("CARGO_BIN_EXE_earcoach"))
            .arg("export")
            .arg(&json)
            .arg("-o")
            .arg(&wav))
    };
    export();
    let size = fs::metadata(&wav).unwrap().len();
    let write = || {
        let _ = fs::remove_file(&plain);
        let program = std::env::current_exe().unwrap();
        run(Command::new(program).arg("plain-write").arg(&plain).arg(size.to_string()))
    };
    let (writes, exports): (Vec<_>, Vec<_>) = (0..rounds).map(|_| (write(), export())).unzip();
    print_row(&format!("plain write, {name}"), size, &writes, None);
    print_row(&format!("export, {name}"), size, &exports, Some(median(&writes)));
}
