//! Exports with music and at a loudness, beside ffmpeg doing the same: `cargo bench --bench
//! programme`. It needs ffmpeg.
//!
//! Both run in turn, so that a slow moment of the machine hits both; what counts is the median and
//! the ratio of medians. Prints rows for the table in `benches/README.md`.

use std::path::Path;
use std::process::Command;

use timing::{median, print_row, run};

mod timing;

/// How often each is run.
const ROUNDS: usize = 5;
/// How ffmpeg lays music under a voice: brought to its rate, made softer, ducked by it and added.
const SIDECHAIN: &str = "[0]asplit=2[voice][key];[1]aresample=48000,volume=-9dB[music];\
    [music][key]sidechaincompress=threshold=0.02:ratio=8:attack=50:release=800[bed];\
    [voice][bed]amix=2:duration=first:normalize=0";

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let folder = folder.path();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_string();
    run(&mut earcoach(&["export", "-o", &path("plain.wav")]));
    timing::print_head("ours");
    for ending in ["mp3", "flac", "wav"] {
        let songs: Vec<String> = (1..=3).map(|song| make_song(folder, song, ending)).collect();
        let lines = songs.iter().map(|song| ["file '", song, "'\n"].concat());
        let list: String = lines.collect();
        std::fs::write(path("list.txt"), list).unwrap();
        let ours = || {
            let mut ours = earcoach(&["export", "-f", "-o", &path("ours.wav"), "--music"]);
            run(ours.args(&songs))
        };
        let theirs = || {
            let list = path("list.txt");
            let inputs = ["-i", &path("plain.wav"), "-f", "concat", "-safe", "0", "-i", &list];
            let mut theirs = ffmpeg(&inputs);
            theirs.args(["-filter_complex", SIDECHAIN, "-ac", "2", &path("theirs.wav")]);
            run(&mut theirs)
        };
        compare(&format!("music of {ending}"), ours, theirs);
    }
    for loudness in ["-14", "-20"] {
        let ours = || {
            run(&mut earcoach(&["export", "-f", "-o", &path("ours.wav"), "--loudness", loudness]))
        };
        let theirs = || {
            let filter = format!("loudnorm=I={loudness}:TP=-1.5");
            let mut theirs = ffmpeg(&["-i", &path("plain.wav"), "-af", &filter]);
            run(theirs.args(["-ar", "48000", &path("theirs.wav")]))
        };
        compare(&format!("{loudness} LUFS"), ours, theirs);
    }
}

type Run = (std::time::Duration, std::time::Duration);

fn compare(what: &str, ours: impl Fn() -> Run, theirs: impl Fn() -> Run) {
    let (ours, theirs): (Vec<_>, Vec<_>) = (0..ROUNDS).map(|_| (ours(), theirs())).unzip();
    print_row(&format!("earcoach, {what}"), 0, &ours, None);
    print_row(&format!("ffmpeg, {what}"), 0, &theirs, Some(median(&ours)));
}

fn earcoach(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_earcoach"));
    command.args(args);
    command
}

fn ffmpeg(args: &[&str]) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y"]).args(args);
    command
}

/// Makes 200 s of something like music in a file at 44.1 kHz.
fn make_song(folder: &Path, song: u32, ending: &str) -> String {
    let file = folder.join(format!("{song}.{ending}")).to_str().unwrap().to_string();
    let noise =
        format!("anoisesrc=color=pink:amplitude=0.3:seed={song}:sample_rate=44100:duration=200");
    let beat = format!(
        "aevalsrc='0.2*sin(2*PI*{}*t)*(0.5+0.5*sin(4*PI*t))':s=44100:d=200",
        200 + 20 * song
    );
    let mix = "[0][1]amix=2:normalize=0,pan=stereo|c0=c0|c1=0.8*c0";
    let mut make = ffmpeg(&["-f", "lavfi", "-i", &noise, "-f", "lavfi", "-i", &beat]);
    run(make.args(["-filter_complex", mix, "-b:a", "192k", &file]));
    file
}
