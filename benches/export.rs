//! The whole program against the limit, side by side: `cargo bench --bench export`.
//!
//! The limit is one loop that writes as many bytes, as a process of its own. Both run in
//! turn, so that a slow moment of the machine hits both; what counts is the median and
//! the ratio of medians. Prints rows for the table in `benches/README.md`.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};

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
    println!(
        "| what | size | wall ms, median (min to max) | CPU ms | x plain write (wall) | peak MB so far |"
    );
    println!("|---|---|---|---|---|---|");
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

/// Runs a command to its end: how long it took, how much processor time.
fn run(command: &mut Command) -> (Duration, Duration) {
    let (begin, before) = (Instant::now(), processor_time(&children()));
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    let wall = begin.elapsed();
    assert!(status.success(), "{command:?}");
    (wall, processor_time(&children()).saturating_sub(before))
}

fn children() -> Usage {
    getrusage(UsageWho::RUSAGE_CHILDREN).unwrap()
}

fn processor_time(usage: &Usage) -> Duration {
    let micros =
        |time: nix::sys::time::TimeVal| (time.tv_sec() * 1_000_000 + time.tv_usec()) as u64;
    Duration::from_micros(micros(usage.user_time()) + micros(usage.system_time()))
}

fn median(runs: &[(Duration, Duration)]) -> Duration {
    let mut walls: Vec<Duration> = runs.iter().map(|(wall, _)| *wall).collect();
    walls.sort();
    walls[walls.len() / 2]
}

fn print_row(name: &str, size: u64, runs: &[(Duration, Duration)], limit: Option<Duration>) {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let (least, most) = (runs.iter().min().unwrap().0, runs.iter().max().unwrap().0);
    let mut processor: Vec<Duration> = runs.iter().map(|(_, processor)| *processor).collect();
    processor.sort();
    let (wall, processor) = (ms(median(runs)), ms(processor[processor.len() / 2]));
    let size = if size == 0 { String::new() } else { format!("{:.1} MB", size as f64 / 1e6) };
    let ratio = limit.map_or(String::new(), |limit| format!("{:.2}", wall / ms(limit)));
    let peak = children().max_rss() as f64 / 1024.0;
    let range = format!("{:.1} to {:.1}", ms(least), ms(most));
    println!("| {name} | {size} | {wall:.1} ({range}) | {processor:.1} | {ratio} | {peak:.1} |");
}
