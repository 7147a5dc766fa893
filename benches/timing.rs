//! Times whole processes and prints rows for the tables in `benches/README.md`.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};

/// Prints the head of a table of rows that are compared with `limit`.
pub fn print_head(limit: &str) {
    println!(
        "| what | size | wall ms, median (min to max) | CPU ms | x {limit} (wall) | peak MB so far |"
    );
    println!("|---|---|---|---|---|---|");
}

/// Runs a command to its end: how long it took, how much processor time.
pub fn run(command: &mut Command) -> (Duration, Duration) {
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

/// The median of how long runs took.
pub fn median(runs: &[(Duration, Duration)]) -> Duration {
    let mut walls: Vec<Duration> = runs.iter().map(|(wall, _)| *wall).collect();
    walls.sort();
    walls[walls.len() / 2]
}

/// Prints a row: the runs of a command on so many bytes, against the limit where there is one.
pub fn print_row(name: &str, size: u64, runs: &[(Duration, Duration)], limit: Option<Duration>) {
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
