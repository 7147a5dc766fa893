//! Playing live, side by side with other players: `cargo bench --bench live [-- SECONDS]`.
//!
//! Each plays the same half minute on the strict virtual sound card of the tests, in turn: when the
//! first sound is heard, how much of a processor and of memory it takes, and whether what was
//! heard lies where it should. Then earcoach plays for SECONDS (600 when left out) beside
//! two processes that do nothing but count. Prints rows for `benches/README.md`.

#[path = "../tests/suite/device.rs"]
#[allow(dead_code)] // Some of it is for the tests alone.
mod device;

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use device::Device;
use nix::sys::resource::{UsageWho, getrusage};
use nix::time::{ClockId, clock_gettime};

const RATE: usize = 48_000;
const ROUNDS: usize = 3;
/// A 16-bit sample of 33 is -60 dBFS: what is softer is not heard.
const AUDIBLE: i16 = 32;
/// About half a minute of words and tones.
const SHORT: &str = r#"{ "title": "Short", "steps": [{ "breathe": { "times": 3 } }] }"#;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "rodio-player", file] => return play_with_rodio(Path::new(file)),
        [_, "count"] => count(),
        _ => {}
    }
    let seconds = args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(600);
    let folder = tempfile::tempdir().unwrap();
    let short = Routine::new(folder.path(), "short", SHORT);
    println!(
        "| what | first sound after ms, median (min to max) | CPU %, median | peak MB | heard |"
    );
    println!("|---|---|---|---|---|");
    let players: [(&str, Play); 6] = [
        ("aplay", aplay),
        ("sox", sox),
        ("mpv", mpv),
        ("minimal rodio player", rodio_player),
        ("earcoach play", earcoach),
        ("earcoach play --events", earcoach_events),
    ];
    let mut runs: Vec<Vec<Run>> = players.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((_, play), runs) in players.iter().zip(&mut runs) {
            runs.push(measure(&short, *play));
        }
    }
    for ((name, _), runs) in players.iter().zip(&runs) {
        print_row(name, runs);
    }
    let times = (seconds / 32).max(1);
    let long = SHORT.replace(
        r#""steps": ["#,
        &format!(r#""steps": [{{ "repeat": {{ "times": {times}, "steps": ["#),
    );
    let long = Routine::new(folder.path(), "long", &long.replace("] }", "] } }] }"));
    let hogs = [hog(), hog()];
    print_row(
        &format!("earcoach play, {seconds} s beside two that count"),
        &[measure(&long, earcoach)],
    );
    for mut hog in hogs {
        hog.kill().unwrap();
    }
}

/// A routine as a file and as the WAV that it becomes.
struct Routine {
    json: PathBuf,
    wav: PathBuf,
    samples: Vec<i16>,
}

impl Routine {
    fn new(folder: &Path, name: &str, text: &str) -> Self {
        let (json, wav) =
            (folder.join(name).with_extension("json"), folder.join(name).with_extension("wav"));
        fs::write(&json, text).unwrap();
        let mut export = Command::new(env!("CARGO_BIN_EXE_earcoach"));
        let export =
            export.arg("export").arg(&json).arg("-o").arg(&wav).args(["--guard", "off", "--quiet"]);
        assert!(export.status().unwrap().success());
        let samples = hound::WavReader::open(&wav).unwrap().samples().map(Result::unwrap).collect();
        Self { json, wav, samples }
    }
}

type Play = fn(&Routine) -> Command;

fn aplay(routine: &Routine) -> Command {
    let mut command = Command::new("aplay");
    command.arg("-q").arg(&routine.wav);
    command
}

fn sox(routine: &Routine) -> Command {
    let mut command = Command::new("sox");
    command.arg("-q").arg(&routine.wav).args(["-t", "alsa", "default"]);
    command
}

fn mpv(routine: &Routine) -> Command {
    let mut command = Command::new("mpv");
    command.args(["--really-quiet", "--no-config", "--ao=alsa"]).arg(&routine.wav);
    command
}

fn rodio_player(routine: &Routine) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("rodio-player").arg(&routine.wav);
    command
}

fn earcoach(routine: &Routine) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_earcoach"));
    command.args(["play", "--guard", "off"]).arg(&routine.json);
    command
}

fn earcoach_events(routine: &Routine) -> Command {
    let mut command = earcoach(routine);
    command.arg("--events");
    command
}

/// What a run took.
struct Run {
    first_sound: Duration,
    processor: f64,
    peak_kb: u64,
    /// Times the card ran dry, and frames that differ from the file.
    underruns: usize,
    differing: usize,
}

fn measure(routine: &Routine, play: Play) -> Run {
    let device = Device::new().strict();
    let mut command = play(routine);
    device.dress(&mut command);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let (before, begin) = (processor(), now());
    let mut child = command.spawn().unwrap();
    let peak_kb = watch(&mut child);
    let (took, wall) = (processor().saturating_sub(before), now().saturating_sub(begin));
    let heard: Vec<i16> = device.heard().iter().map(|frame| frame[0]).collect();
    let audible = |samples: &[i16]| samples.iter().position(|s| s.abs() > AUDIBLE).unwrap();
    let (first, own_first) = (audible(&heard), audible(&routine.samples));
    let file = &routine.samples[own_first..];
    let same = heard[first..].iter().zip(file).filter(|(heard, file)| heard == file).count();
    let started = device.started_at() + Duration::from_secs_f64(first as f64 / RATE as f64);
    Run {
        first_sound: started.saturating_sub(begin),
        processor: 100.0 * took.as_secs_f64() / wall.as_secs_f64(),
        peak_kb,
        underruns: device.log().lines().filter(|line| line.contains("underrun")).count(),
        differing: file.len() - same,
    }
}

/// Waits for a program to end, and gives the most memory that it ever had, in kB.
fn watch(child: &mut Child) -> u64 {
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM"));
        let kb = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        peak = peak.max(kb.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(20));
    }
    peak
}

fn now() -> Duration {
    Duration::from(clock_gettime(ClockId::CLOCK_MONOTONIC).unwrap())
}

fn processor() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros =
        |time: nix::sys::time::TimeVal| (time.tv_sec() * 1_000_000 + time.tv_usec()) as u64;
    Duration::from_micros(micros(usage.user_time()) + micros(usage.system_time()))
}

fn print_row(name: &str, runs: &[Run]) {
    let mut first: Vec<f64> =
        runs.iter().map(|run| run.first_sound.as_secs_f64() * 1000.0).collect();
    let mut processor: Vec<f64> = runs.iter().map(|run| run.processor).collect();
    first.sort_by(f64::total_cmp);
    processor.sort_by(f64::total_cmp);
    let middle = runs.len() / 2;
    let peak = runs.iter().map(|run| run.peak_kb).max().unwrap_or(0) as f64 / 1024.0;
    let underruns: usize = runs.iter().map(|run| run.underruns).sum();
    let differing: usize = runs.iter().map(|run| run.differing).sum();
    let heard = match (underruns, differing) {
        (0, 0) => "every frame in its place".into(),
        _ => format!("{underruns} underruns, {differing} frames differ"),
    };
    println!(
        "| {name} | {:.1} ({:.1} to {:.1}) | {:.2} | {peak:.1} | {heard} |",
        first[middle],
        first[0],
        first[first.len() - 1],
        processor[middle],
    );
}

/// A process that uses a processor up.
fn hog() -> Child {
    Command::new(std::env::current_exe().unwrap()).arg("count").spawn().unwrap()
}

fn count() -> ! {
    let mut number = 0u64;
    loop {
        number = std::hint::black_box(number.wrapping_add(1));
    }
}

/// What rodio alone costs: a file in memory, added to the mixer once.
fn play_with_rodio(file: &Path) {
    let samples: Vec<f32> = hound::WavReader::open(file)
        .unwrap()
        .samples::<i16>()
        .flat_map(|sample| [f32::from(sample.unwrap()) / 32_768.0; 2])
        .collect();
    let length = Duration::from_secs_f64(samples.len() as f64 / 2.0 / RATE as f64);
    let (channels, rate) = (NonZero::new(2).unwrap(), NonZero::new(RATE as u32).unwrap());
    let mut sink = rodio::DeviceSinkBuilder::from_default_device().unwrap().open_stream().unwrap();
    sink.log_on_drop(false);
    sink.mixer().add(rodio::buffer::SamplesBuffer::new(channels, rate, samples));
    std::thread::sleep(length + Duration::from_millis(200));
}
