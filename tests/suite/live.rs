//! `earcoach play` on a virtual sound card that runs in real time: what the card was given is
//! compared sample by sample; the wall clock is not trusted.

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use crate::device::Device;
use crate::support::{Ran, earcoach, ffmpeg_samples, signal, wav};

/// A program that plays on a virtual device.
struct Player {
    child: Child,
    stdin: Option<ChildStdin>,
    folder: TempDir,
}

/// Short enough for a test: two deepenings at most 6, a short hold.
const SHORT: &str = r#"{ "title": "Short", "steps": [
    { "say": "Get ready." },
    { "squeeze": { "for": "5s", "say": "Squeeze." } },
    { "release": { "for": "2s", "say": "Release." } },
    { "deepen": { "until": "limit", "at_most": 6, "times": 2, "every": "6s" } },
    { "hold": { "for": "8s", "say": "Hold." } },
    { "say": "Well done." }
] }"#;

/// One clip of some seconds: long enough that whatever cuts it comes in its midst.
const SENTENCE: &str = "It hurts much less now, and it helps the last fibers finish.";
const LONG_SENTENCE: &str = r#"{ "steps": [
    { "say": "It hurts much less now, and it helps the last fibers finish. Well done." }] }"#;

fn play(device: &Device, options: &str, routine: &str) -> Player {
    play_with(device, options, routine, |_| {})
}

/// Plays after `prepare` has had its way with the command.
fn play_with(
    device: &Device,
    options: &str,
    routine: &str,
    prepare: impl FnOnce(&mut Command),
) -> Player {
    let program = earcoach(&format!("play short.json {options}")).file("short.json", routine);
    let mut command = program.command();
    device.dress(&mut command);
    prepare(&mut command);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let stdin = child.stdin.take();
    Player { child, stdin, folder: program.folder }
}

impl Player {
    fn say(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn end(mut self) -> Ran {
        drop(self.stdin.take());
        let output = self.child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().expect("the program was not killed"),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
            folder: self.folder,
        }
    }
}

/// The events of a run, in order.
fn events(ran: &Ran) -> Vec<Value> {
    ran.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The names of the events, without cues and steps.
fn happenings(ran: &Ran) -> Vec<String> {
    let names = events(ran).into_iter().map(|event| event["event"].as_str().unwrap().to_string());
    names.filter(|name| name != "cue" && name != "step").collect()
}

/// The left channel, which both are, from the first sample of the program on: before it the
/// device may have had a block or two of silence.
fn heard(device: &Device) -> Vec<i16> {
    let frames = device.heard();
    assert!(frames.iter().all(|frame| frame[0] == frame[1]));
    let first = frames.iter().position(|frame| frame[0] != 0).unwrap();
    frames[first..].iter().map(|frame| frame[0]).collect()
}

/// The samples of a WAV file of 16 bit, from the first that is not zero on.
fn samples(ran: &Ran, name: &str) -> Vec<i16> {
    let mut reader = hound::WavReader::open(ran.path(name)).unwrap();
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    let first = samples.iter().position(|sample| *sample != 0).unwrap();
    samples[first..].to_vec()
}

/// Asserts that the device was given the file, and after it nothing but silence.
fn assert_heard(device: &Device, file: &[i16]) {
    let heard = heard(device);
    let differs = heard.iter().zip(file).position(|(a, b)| a != b);
    assert_eq!(differs, None, "of {} frames", file.len());
    assert!(heard.len() >= file.len(), "{} of {} frames", heard.len(), file.len());
    assert!(heard[file.len()..].iter().all(|sample| *sample == 0));
}

/// What an export of the same routine gives.
fn export(ran: &Ran, options: &str) -> Vec<i16> {
    let text = std::fs::read(ran.path("short.json")).unwrap();
    let exported =
        earcoach(&format!("export short.json -o a.wav {options}")).file("short.json", text);
    let exported = match std::fs::read(ran.path("take.json")) {
        Ok(take) => exported.file("take.json", take),
        Err(_) => exported,
    };
    samples(&exported.run().exits(0), "a.wav")
}

#[test]
fn what_the_device_is_given_is_the_exported_file_bit_by_bit() {
    let device = Device::new().speed(20.0);
    let ran = play(&device, "--limit 2", SHORT).end().exits(0);
    assert_heard(&device, &export(&ran, ""));
    assert!(ran.stderr.contains("Squeeze.\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains(": three\n"), "{}", ran.stderr);
}

#[test]
fn each_ear_is_given_its_own_channel_bit_by_bit() {
    let device = Device::new().speed(20.0);
    let routine = r#"{ "steps": [
        { "sides": [{ "hold": { "for": "5s", "ear": "side" } }] },
        { "say": { "text": "Well done.", "ear": "left" } }, { "say": "Great." } ] }"#;
    let ran = play(&device, "--guard off --take take.json", routine).end().exits(0);
    let exported = earcoach("export short.json --take take.json -o a.wav")
        .file("short.json", routine)
        .file("take.json", std::fs::read(ran.path("take.json")).unwrap())
        .run()
        .exits(0);
    let mut reader = hound::WavReader::open(exported.path("a.wav")).unwrap();
    assert_eq!(reader.spec().channels, 2);
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    let file: Vec<[i16; 2]> = samples.chunks(2).map(|frame| [frame[0], frame[1]]).collect();
    let (heard, file) = (begun(&device.heard()), begun(&file));
    let louder = |a: i16, b: i16| a.unsigned_abs() / 2 > b.unsigned_abs() + 1000;
    assert!(file.iter().any(|[left, right]| louder(*left, *right)));
    assert!(file.iter().any(|[left, right]| louder(*right, *left)));
    let differs = heard.iter().zip(&file).position(|(a, b)| a != b);
    assert_eq!(differs, None, "of {} frames", file.len());
    assert!(heard.len() >= file.len(), "{} of {} frames", heard.len(), file.len());
    assert!(heard[file.len()..].iter().all(|frame| *frame == [0, 0]));
}

/// Frames from the first on that is not silent.
fn begun(frames: &[[i16; 2]]) -> Vec<[i16; 2]> {
    frames.iter().skip_while(|frame| **frame == [0, 0]).copied().collect()
}

#[test]
fn in_real_time_every_cue_begins_on_its_frame() {
    let device = Device::new();
    let routine = r#"{ "steps": [{ "work": { "name": "Squats", "for": "6s" } }] }"#;
    let ran = play(&device, "--guard off --events", routine).end().exits(0);
    assert_heard(&device, &export(&ran, "--guard off"));
    let expected = earcoach("show short.json --json --guard off").file("short.json", routine);
    let expected = expected.run().exits(0).json();
    let cues: Vec<_> = events(&ran).into_iter().filter(|event| event["event"] == "cue").collect();
    let planned = expected["cues"].as_array().unwrap();
    let at = |cues: &[Value]| cues.iter().map(|cue| cue["at"].clone()).collect::<Vec<_>>();
    assert_eq!(at(&cues), at(planned));
}

#[test]
fn a_press_ends_the_deepening_and_the_take_holds_all_that_was_heard() {
    let device = Device::new().speed(4.0);
    let mut player = play(&device, "--take take.json --events", SHORT);
    // Presses of before, outside an open step, never count.
    player.say("limit");
    device.wait_for_frames(48_000 * 22);
    player.say("limit");
    let ran = player.end().exits(0);
    assert_heard(&device, &export(&ran, "--take take.json"));
    assert_eq!(happenings(&ran), ["started", "limit", "finished"]);
    let take: Value =
        serde_json::from_slice(&std::fs::read(ran.path("take.json")).unwrap()).unwrap();
    assert_eq!(take["open"].as_array().unwrap().len(), 1);
    assert_eq!(take["moves"].as_array().unwrap().len(), 2);
}

#[test]
fn the_files_beside_a_take_tell_what_was_heard() {
    let device = Device::new().speed(4.0);
    let mut player = play(&device, "--take take.json", SHORT);
    device.wait_for_frames(48_000 * 22);
    player.say("limit");
    let ran = player.end().exits(0);
    let take = std::fs::read(ran.path("take.json")).unwrap();
    let exported = earcoach("export short.json --take take.json -o a.wav --with lrc,json")
        .file("short.json", SHORT)
        .file("take.json", &take)
        .run()
        .exits(0);
    let read = |name: &str| std::fs::read_to_string(exported.path(name)).unwrap();
    let heard: Value = serde_json::from_str(&read("a.timeline.json")).unwrap();
    let take: Value = serde_json::from_slice(&take).unwrap();
    assert_eq!(heard["frames"], take["frames"]);
    let spoken = heard["cues"].as_array().unwrap().iter().filter(|cue| cue["text"].is_string());
    let lines = spoken.map(|cue| {
        let hundredths = cue["at"].as_u64().unwrap() * 100 / 48_000;
        let (seconds, hundredths) = (hundredths / 100, hundredths % 100);
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        format!("[{minutes:02}:{seconds:02}.{hundredths:02}]{}", cue["text"].as_str().unwrap())
    });
    let lyrics = read("a.lrc");
    assert!(lyrics.lines().skip(2).eq(lines), "{lyrics}");
    assert_eq!(lyrics.matches("]Hold.").count(), 1);
}

#[test]
fn the_tracks_of_a_take_joined_are_what_was_heard() {
    let device = Device::new().speed(4.0);
    let mut player = play(&device, "--take take.json", SHORT);
    device.wait_for_frames(48_000 * 22);
    player.say("limit");
    let ran = player.end().exits(0);
    let take = std::fs::read(ran.path("take.json")).unwrap();
    let export = |to: &str| {
        let program = earcoach(&format!("export short.json --take take.json --json {to}"));
        program.file("short.json", SHORT).file("take.json", &take).run().exits(0)
    };
    let (whole, tracks) = (export("-o a.wav"), export("--tracks t"));
    let told = tracks.json();
    let told = told["tracks"].as_array().unwrap().iter();
    let files = told.map(|track| tracks.path("t").join(track["file"].as_str().unwrap()));
    let files: Vec<_> = files.collect();
    assert!(files.iter().any(|file| file.to_str().unwrap().ends_with("Next at your limit.wav")));
    let joined: Vec<i16> = files.iter().flat_map(|file| ffmpeg_samples(file)).collect();
    assert!(joined == ffmpeg_samples(&whole.path("a.wav")));
}

#[test]
fn every_control_does_what_it_says() {
    let device = Device::new().speed(4.0);
    let mut player = play(&device, "--take take.json --events", SHORT);
    for (seconds, line) in [
        (2, "pause"),
        (4, "PAUSE"),
        (5, "next"),
        (8, "previous"),
        (9, "where"),
        (16, "mute"),
        (18, "mute"),
        (19, "more"),
        (22, "repeat"),
        (25, "less"),
        (26, "next"),
        (30, "no such thing"),
        (32, "limit"),
        (38, "quit"),
    ] {
        device.wait_for_frames(48_000 * seconds);
        player.say(line);
    }
    let ran = player.end().exits(0);
    let expected = ["started", "paused", "resumed", "answer", "voice", "voice"];
    assert_eq!(happenings(&ran)[..6], expected);
    assert_eq!(happenings(&ran).last().unwrap(), "stopped");
    assert!(ran.stderr.contains("`no such thing`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("go on with `earcoach play --from 0:"));
    let take: Value =
        serde_json::from_slice(&std::fs::read(ran.path("take.json")).unwrap()).unwrap();
    // The pause took time, and is not in the file; up to it both are the same.
    let (heard, file) = (heard(&device), export(&ran, "--take take.json"));
    assert!(heard.len() > file.len() + 48_000);
    let paused_at = take["moves"][1]["at"].as_u64().unwrap() as usize;
    assert!(heard[..paused_at - 100] == file[..paused_at - 100]);
    assert!(heard[..paused_at + 48_000] != file[..paused_at + 48_000]);
}

#[test]
fn after_a_pause_the_cut_sentence_is_said_again_from_its_start() {
    let device = Device::new();
    let mut player = play(&device, "--guard off --events --take take.json", LONG_SENTENCE);
    device.wait_for_frames(24_000);
    player.say("pause");
    device.wait_for_frames(72_000);
    player.say("pause");
    let ran = player.end().exits(0);
    assert_eq!(happenings(&ran), ["started", "paused", "resumed", "finished"]);
    let spoken: Vec<_> = events(&ran).into_iter().filter(|event| event["event"] == "cue").collect();
    let texts: Vec<_> = spoken.iter().map(|cue| cue["text"].as_str().unwrap()).collect();
    assert_eq!(texts, [SENTENCE, SENTENCE, "Well done."]);
}

#[test]
fn a_lost_device_is_waited_for_and_the_cut_sentence_said_again() {
    let device = Device::new();
    let mut player = play(&device, "--events", LONG_SENTENCE);
    device.wait_for_frames(48_000 + 24_000);
    device.unplug();
    std::thread::sleep(Duration::from_millis(700));
    let gone_at = device.heard().len();
    device.plug_in();
    // A second leads in to the sentence.
    device.wait_for_frames(gone_at + 96_000);
    player.say("quit");
    let ran = player.end().exits(0);
    let expected = ["started", "device_lost", "device_back", "stopped"];
    assert_eq!(happenings(&ran), expected);
    let spoken: Vec<_> =
        events(&ran).into_iter().filter(|event| event["text"] == SENTENCE).collect();
    assert_eq!(spoken.len(), 2, "{:?}", events(&ran));
    assert!(ran.stderr.contains("the sound device is gone"), "{}", ran.stderr);
}

#[test]
fn a_pause_while_the_device_is_lost_is_told_and_kept() {
    let device = Device::new();
    let mut player = play(&device, "--events", LONG_SENTENCE);
    device.wait_for_frames(48_000 + 24_000);
    device.unplug();
    std::thread::sleep(Duration::from_millis(300));
    player.say("pause");
    std::thread::sleep(Duration::from_millis(700));
    let gone_at = device.heard().len();
    device.plug_in();
    device.wait_for_frames(gone_at + 24_000);
    player.say("pause");
    device.wait_for_frames(gone_at + 72_000);
    player.say("quit");
    let ran = player.end().exits(0);
    let expected = ["started", "device_lost", "paused", "device_back", "resumed", "stopped"];
    assert_eq!(happenings(&ran), expected, "{}", ran.stderr);
}

#[test]
fn whoever_goes_on_in_a_long_silence_is_woken_before_the_words() {
    let device = Device::new().speed(4.0);
    let routine = r#"{ "steps": [
        { "say": "Get ready." }, { "rest": { "for": "60s", "say": "", "count": 0, "announce": [] } },
        { "say": "Well done." }] }"#;
    let mut player = play(&device, "--take take.json --quiet", routine);
    device.wait_for_frames(48_000 * 14);
    player.say("next");
    let ran = player.end().exits(0);
    assert_heard(&device, &export(&ran, "--take take.json"));
    let take: Value =
        serde_json::from_slice(&std::fs::read(ran.path("take.json")).unwrap()).unwrap();
    let [.., still, play] = take["moves"].as_array().unwrap().as_slice() else { panic!("{take}") };
    let (from, until) = (still["at"].as_u64().unwrap(), play["at"].as_u64().unwrap());
    assert_eq!((&still["still"], until - from), (&false.into(), 48_000));
    // The card was given a block or two of silence first; nothing else stands between.
    let frames = device.heard();
    let first = frames.iter().position(|frame| frame[0] != 0).unwrap() as u64;
    let begin = (first + from) as usize + 100;
    let woken = &frames[begin..begin + 47_000];
    assert!(woken.iter().all(|frame| frame[0].abs() < 24), "nothing is heard");
    assert!(woken.chunks(480).all(|block| block.iter().any(|frame| frame[0] != 0)), "it flows");
}

#[test]
fn a_broken_sound_server_costs_nothing_and_is_waited_for() {
    let device = Device::new();
    let mut player = play(&device, "--events", SHORT);
    device.wait_for_frames(48_000 + 24_000);
    device.storm();
    std::thread::sleep(Duration::from_secs(2));
    let gone_at = device.heard().len();
    device.calm();
    device.wait_for_frames(gone_at + 48_000);
    player.say("quit");
    let ran = player.end().exits(0);
    assert_eq!(happenings(&ran), ["started", "device_lost", "device_back", "stopped"]);
    assert!(ran.stderr.lines().count() < 20, "{}", ran.stderr);
}

#[test]
fn a_program_that_was_stopped_goes_on_with_the_sentence_that_was_cut() {
    let device = Device::new();
    let player = play(&device, "--events --take take.json", LONG_SENTENCE);
    device.wait_for_frames(48_000 + 24_000);
    signal(&player.child, Signal::SIGSTOP);
    std::thread::sleep(Duration::from_secs(5));
    signal(&player.child, Signal::SIGCONT);
    let ran = player.end().exits(0);
    assert_heard(&device, &export(&ran, "--take take.json"));
    let spoken = events(&ran).into_iter().filter(|event| event["text"] == SENTENCE).count();
    assert_eq!(spoken, 2);
}

#[test]
fn a_device_that_stands_still_for_a_while_loses_nothing() {
    let device = Device::new();
    let player = play(
        &device,
        "--take take.json",
        r#"{ "steps": [{ "say": "Get your breath back. Well done." }] }"#,
    );
    device.wait_for_frames(48_000 + 24_000);
    device.stick();
    std::thread::sleep(Duration::from_secs(2));
    device.unstick();
    let ran = player.end().exits(0);
    assert_heard(&device, &export(&ran, "--take take.json"));
}

#[test]
fn a_signal_fades_out_saves_the_take_and_says_how_to_go_on() {
    for sent in [Signal::SIGTERM, Signal::SIGHUP] {
        let device = Device::new();
        let player = play(&device, "--take take.json", SHORT);
        device.wait_for_frames(48_000 * 2);
        signal(&player.child, sent);
        let ran = player.end().exits(130);
        assert!(ran.stderr.contains("go on with `earcoach play --from 0:0"));
        assert_heard(&device, &export(&ran, "--take take.json"));
    }
}

#[test]
fn without_a_device_there_is_one_clear_message() {
    let device = Device::none();
    let ran = play(&device, "", SHORT).end().exits(4);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: there is no sound device to play on"), "{}", ran.stderr);
    let device = Device::new();
    let ran = play(&device, "--device alsa:nowhere", SHORT).end().exits(4);
    let expected = "error: there is no output device `alsa:nowhere`; there are: alsa:default, \
                    alsa:null, alsa:room\n";
    assert_eq!(ran.stderr, expected);
}

#[test]
fn the_devices_are_listed_without_noise() {
    let (device, program) = (Device::new(), earcoach("devices"));
    let mut command = program.command();
    device.dress(&mut command);
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    let listed = String::from_utf8(output.stdout).unwrap();
    assert!(listed.starts_with("alsa:default  "), "{listed}");
    assert!(listed.contains("\nalsa:null "), "{listed}");
}

#[test]
fn the_null_device_plays_faster_than_time() {
    let device = Device::none();
    let begin = Instant::now();
    let ran = play(&device, "--device alsa:null --events", SHORT).end().exits(0);
    assert_eq!(happenings(&ran), ["started", "finished"]);
    let seconds = events(&ran).last().unwrap()["at"].as_u64().unwrap() / 48_000;
    assert!(seconds > 30 && begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn one_begins_where_one_wants() {
    let device = Device::new().speed(20.0);
    let ran = play(&device, "--from Hold --events --quiet", SHORT).end().exits(0);
    assert_eq!(ran.stderr, "");
    let steps: Vec<_> = events(&ran).into_iter().filter(|event| event["event"] == "step").collect();
    assert_eq!(steps[0]["label"], "Hold");
    let ran = play(&device, "--from Rise", SHORT).end().exits(2);
    assert!(ran.stderr.contains("there is no such step"), "{}", ran.stderr);
}

#[test]
fn a_card_of_another_rate_is_played_at_its_own() {
    let device = Device::new().speed(20.0).rate(44_100);
    let ran = play(&device, "--device alsa:room --limit 2", SHORT).end().exits(0);
    assert_heard(&device, &export(&ran, "--rate 44100"));
}

#[test]
fn a_take_of_another_timeline_is_refused() {
    let device = Device::new().speed(20.0);
    let ran = play(&device, "--take take.json --limit 1", SHORT).end().exits(0);
    let take = std::fs::read(ran.path("take.json")).unwrap();
    for (options, code, message) in [
        ("export short.json --take take.json --rate 44100", 2, "is a take of another timeline"),
        ("export --take take.json", 2, "is a take of `short`: name the routine"),
        ("export --take short.json", 3, "the take `short.json`: unknown field"),
        ("export --take none.json", 1, "cannot read `none.json`"),
    ] {
        let again = earcoach(options).file("short.json", SHORT).file("take.json", &take);
        let ran = again.run().exits(code);
        assert!(ran.stderr.contains(message), "{options}: {}", ran.stderr);
        assert_eq!(ran.files(), ["short.json", "take.json"]);
    }
    let ran = play(&device, "--take short.json", SHORT).end().exits(1);
    assert!(ran.stderr.contains("exists already"), "{}", ran.stderr);
}

#[test]
fn a_clip_that_is_touched_while_it_is_played_spoils_no_take() {
    let routine = r#"{ "steps": [{ "clip": "a.wav" }, { "rest": "2s" }] }"#;
    let device = Device::new();
    let clip = wav(48_000, &vec![1000; 48_000]);
    let mut file = PathBuf::new();
    let player = play_with(&device, "--take take.json", routine, |command| {
        file = command.get_current_dir().unwrap().join("a.wav");
        std::fs::write(&file, &clip).unwrap();
    });
    device.wait_for_frames(24_000);
    let touched = File::options().write(true).open(&file).unwrap();
    touched.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let ran = player.end().exits(0);
    let take = std::fs::read(ran.path("take.json")).unwrap();
    let again = earcoach("export short.json --take take.json").file("short.json", routine);
    again.file("take.json", &take).file("a.wav", &clip).run().exits(0);
}

#[test]
fn an_edited_file_is_played_anew_from_the_step_that_was_edited() {
    let device = Device::new();
    let text =
        |hold: &str| format!(r#"{{ "steps": [{{ "rest": "60s" }}, {{ "hold": "{hold}" }}] }}"#);
    let mut player = play(&device, "--watch --events", &text("20s"));
    let file = player.folder.path().join("short.json");
    device.wait_for_frames(48_000);
    std::fs::write(&file, "{ \"steps\": [{ \"hodl\": 5 }] }").unwrap();
    device.wait_for_frames(48_000 * 3);
    std::fs::write(&file, text("25s")).unwrap();
    device.wait_for_frames(48_000 * 6);
    player.say("quit");
    let ran = player.end().exits(0);
    assert_eq!(happenings(&ran), ["started", "stopped", "started", "stopped"], "{}", ran.stderr);
    let warning = "warning: short.json:1:15: unknown verb `hodl`; the version before goes on\n";
    assert!(ran.stderr.contains(warning), "{}", ran.stderr);
    let steps: Vec<_> = events(&ran).into_iter().filter(|event| event["event"] == "step").collect();
    let labels: Vec<_> = steps.iter().map(|step| step["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["Rest", "Hold"]);
    assert_eq!(steps[1]["timed_frames"], 25 * 48_000);
    let ran = play(&device, "--watch --take take.json", SHORT).end().exits(2);
    assert!(ran.stderr.contains("cannot be used with"), "{}", ran.stderr);
}

/// A session bus of our own.
pub struct Bus {
    daemon: Child,
    pub address: String,
    _folder: TempDir,
}

impl Bus {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("bus");
        let address = format!("unix:path={}", socket.display());
        let mut daemon = Command::new("dbus-daemon");
        daemon.args(["--session", "--nofork", "--nopidfile", "--nosyslog"]);
        daemon.arg(format!("--address={address}")).stderr(Stdio::null());
        let daemon = daemon.spawn().expect("scripts/test installs dbus-daemon");
        until("the bus is there", || socket.exists());
        Self { daemon, address, _folder: folder }
    }

    /// Calls a method of the player that runs as `pid`, and gives its answer.
    fn call(&self, pid: u32, method: &str, arguments: &[&str]) -> Option<String> {
        let mut send = Command::new("dbus-send");
        send.args(["--session", "--print-reply=literal", "--reply-timeout=5000"]);
        send.arg(format!("--dest=org.mpris.MediaPlayer2.earcoach.instance{pid}"));
        send.args(["/org/mpris/MediaPlayer2", method]).args(arguments);
        let output = send.env("DBUS_SESSION_BUS_ADDRESS", &self.address).output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    fn press(&self, pid: u32, button: &str) {
        self.call(pid, &format!("org.mpris.MediaPlayer2.Player.{button}"), &[]).unwrap();
    }

    fn status(&self, pid: u32) -> Option<String> {
        let player = "string:org.mpris.MediaPlayer2.Player";
        let arguments = [player, "string:PlaybackStatus"];
        self.call(pid, "org.freedesktop.DBus.Properties.Get", &arguments)
    }

    fn wait_for_status(&self, pid: u32, status: &str) {
        let is_so = || self.status(pid).is_some_and(|found| found.contains(status));
        until(status, is_so);
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Waits for something, a generous time.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_buttons_of_earbuds_pause_and_go_on_and_end_an_open_step() {
    let (device, mut bus) = (Device::new(), Bus::new());
    let routine = r#"{ "steps": [
        { "wait": { "say": "Get ready.", "name": "Ready" } }, { "say": "Well done." },
        { "wait": { "say": "Get ready.", "name": "Again" } }, { "say": "Well done." }] }"#;
    let player = play_with(&device, "--events", routine, |command| {
        command.env("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    });
    let pid = player.child.id();
    bus.wait_for_status(pid, "Playing");
    bus.press(pid, "PlayPause");
    bus.wait_for_status(pid, "Paused");
    bus.press(pid, "Pause");
    bus.press(pid, "Play");
    bus.wait_for_status(pid, "Playing");
    bus.press(pid, "Next");
    let metadata = || {
        let arguments = ["string:org.mpris.MediaPlayer2.Player", "string:Metadata"];
        bus.call(pid, "org.freedesktop.DBus.Properties.Get", &arguments).unwrap_or_default()
    };
    until("the second wait", || metadata().contains("Again"));
    bus.press(pid, "Next");
    // A bus that dies changes nothing.
    bus.daemon.kill().unwrap();
    let ran = player.end().exits(0);
    let expected = ["started", "paused", "resumed", "limit", "limit", "finished"];
    assert_eq!(happenings(&ran), expected, "{}", ran.stderr);
}

#[test]
fn a_wait_waits_and_reminds_until_one_goes_on() {
    let device = Device::new().speed(20.0);
    let routine = r#"{ "steps": [
        { "wait": { "at_most": "40s", "remind": "10s", "reminder": "Ready?" } }, { "say": "Go." }] }"#;
    let ran = play(&device, "--events --quiet", routine).end().exits(0);
    let spoken: Vec<_> = events(&ran)
        .into_iter()
        .filter_map(|event| event["text"].as_str().map(String::from))
        .collect();
    assert_eq!(spoken, ["Take your time.", "Ready?", "Ready?", "Ready?", "Go."]);
    assert_heard(&device, &export_live(&ran));
}

/// The export of a wait that nobody ended: as long in the file as live.
fn export_live(ran: &Ran) -> Vec<i16> {
    let text = std::fs::read_to_string(ran.path("short.json")).unwrap();
    let text = text.replace("\"at_most\"", "\"for\": \"40s\", \"at_most\"");
    samples(
        &earcoach("export short.json -o a.wav").file("short.json", text).run().exits(0),
        "a.wav",
    )
}

#[test]
fn after_the_squeezes_one_more_may_be_asked_for() {
    let device = Device::new().speed(10.0);
    let mut player = play(&device, "--events --quiet --side left", CRAMP);
    device.wait_for_frames(48_000 * 33);
    player.say("repeat");
    device.wait_for_frames(48_000 * 45);
    player.say("quit");
    let ran = player.end().exits(0);
    let steps = events(&ran).into_iter().filter(|event| event["event"] == "step");
    let verbs: Vec<String> = steps.map(|step| step["verb"].as_str().unwrap().to_string()).collect();
    assert_eq!(
        verbs[..8],
        ["rest", "squeeze", "release", "rest", "squeeze", "release", "rest", "squeeze"]
    );
}

/// Two squeezes, a rest for the hands before each, and the breaths.
const CRAMP: &str = r#"{ "kind": "cramp", "steps": [
    { "rest": { "for": "3s", "say": "", "count": 0 } }, { "squeeze": "5s" }, { "release": "5s" },
    { "rest": { "for": "3s", "say": "", "count": 0 } }, { "squeeze": "5s" }, { "release": "60s" },
    { "breathe": { "times": 4 } } ] }"#;

#[test]
fn lines_without_sense_or_end_do_no_harm() {
    let device = Device::new().speed(20.0);
    let mut player = play(&device, "--limit 1", SHORT);
    let mut stdin = player.stdin.take().unwrap();
    stdin.write_all(&vec![b'x'; 100_000]).unwrap();
    stdin.write_all(b"\n\xff\xfe\x1b[2J\n\n").unwrap();
    for _ in 0..1000 {
        stdin.write_all(b"what?\n").unwrap();
    }
    drop(stdin);
    let ran = player.end().exits(0);
    assert!(!ran.stderr.contains('\x1b'));
    let warnings = ran.stderr.lines().filter(|line| line.starts_with("warning")).count();
    assert!((3..=11).contains(&warnings), "{}", ran.stderr);
}

#[test]
fn a_reader_of_events_who_leaves_or_sleeps_holds_nothing_up() {
    let device = Device::new().speed(20.0);
    let mut player = play(&device, "--events --limit 1", SHORT);
    drop(player.child.stdout.take());
    player.end().exits(0);
}

#[test]
fn wrong_usage_is_refused_before_anything_sounds() {
    let device = Device::new();
    for (options, message) in [
        ("--volume 101", "101"),
        ("--buffer 3", "3"),
        ("--from 99:00", "the routine lasts"),
        ("--limit 99", "this routine takes 1 to 6"),
    ] {
        let ran = play(&device, options, SHORT).end().exits(2);
        assert!(ran.stderr.contains(message), "{options}: {}", ran.stderr);
    }
    assert!(device.heard().is_empty());
}

#[test]
fn half_the_volume_is_half_of_every_sample() {
    let device = Device::new().speed(20.0);
    let routine = r#"{ "steps": [{ "tone": "finish" }] }"#;
    let ran = play(&device, "--volume 50 --guard off", routine).end().exits(0);
    let (heard, file) = (heard(&device), export(&ran, "--guard off"));
    let loudest = |samples: &[i16]| samples.iter().map(|s| s.abs()).max().unwrap();
    assert!(loudest(&heard).abs_diff(loudest(&file) / 2) <= 1);
}

/// Runs the program on a terminal of its own, within `script`, and gives what was written on
/// the terminal and its modes before and after.
fn on_terminal(device: &Device, end: impl FnOnce(&mut ChildStdin, Pid)) -> (String, [String; 2]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("short.json"), SHORT).unwrap();
    // `script` may lose what is written at its very end: it waits for a line more. Ctrl-C reaches the
    // shell too, which is to live on. Tests that run in the background have it ignored, which `env`
    // undoes.
    let run = format!(
        "trap : INT; stty rows 24 columns 80; stty -a >before; \
         sh -c 'echo $$ >pid; exec env --default-signal {} play short.json'; stty -a >after; read line",
        env!("CARGO_BIN_EXE_earcoach")
    );
    let mut command = Command::new("script");
    command.args(["-qc", &run, "/dev/null"]).current_dir(folder.path());
    device.dress(&mut command);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let written = Arc::new(Mutex::new(Vec::new()));
    let reading = Arc::clone(&written);
    let reader = std::thread::spawn(move || {
        let mut block = [0; 4096];
        while let Ok(count @ 1..) = stdout.read(&mut block) {
            reading.lock().unwrap().extend_from_slice(&block[..count]);
        }
    });
    let text = || String::from_utf8_lossy(&written.lock().unwrap()).into_owned();
    device.wait_for_frames(48_000 * 3 / 2);
    until("the words", || text().contains("“Get ready.”"));
    let file = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    end(&mut stdin, Pid::from_raw(file("pid").trim().parse().unwrap()));
    until("how to go on", || text().contains("go on with `earcoach play"));
    stdin.write_all(b"\n").unwrap();
    assert!(child.wait().unwrap().success());
    reader.join().unwrap();
    (text(), [file("before"), file("after")])
}

#[test]
fn the_terminal_is_whole_again_however_it_ends() {
    type End = fn(&mut ChildStdin, Pid);
    let ends: [End; 4] = [
        |stdin, _| stdin.write_all(b"q").unwrap(),
        |stdin, _| stdin.write_all(b"\x03").unwrap(),
        |_, pid| nix::sys::signal::kill(pid, Signal::SIGTERM).unwrap(),
        |stdin, _| {
            stdin.write_all(b"\x1b[C\x1b[C\x1b[D m+-r?  ").unwrap();
            std::thread::sleep(Duration::from_millis(300));
            stdin.write_all(b"q").unwrap();
        },
    ];
    for end in ends {
        let device = Device::new();
        let (written, [before, after]) = on_terminal(&device, end);
        assert!(before.contains(" icanon") && before.contains(" echo "), "{before}");
        assert_eq!(before, after);
        assert!(written.contains("space pause"), "{written}");
        let last = |text| written.rfind(text).unwrap();
        assert!(last("\x1b[?25l") < last("\x1b[?25h"), "the cursor is visible again");
    }
}

#[test]
fn a_flood_of_wishes_does_not_drown_the_signal_to_end() {
    let device = Device::new();
    let mut player = play(&device, "--quiet --take take.json", SHORT);
    let mut stdin = player.stdin.take().unwrap();
    let flood = std::thread::spawn(move || {
        let lines = "limit\npause\nwhere\nmore\nmute\n".repeat(1000);
        while stdin.write_all(lines.as_bytes()).is_ok() {}
    });
    device.wait_for_frames(48_000);
    signal(&player.child, Signal::SIGTERM);
    let ran = player.end().exits(130);
    flood.join().unwrap();
    assert!(ran.path("take.json").exists());
}

#[test]
fn whoever_begins_in_the_middle_is_woken_first() {
    let device = Device::new().speed(20.0);
    let ran = play(&device, "--from Hold --take take.json --limit 1", SHORT).end().exits(0);
    let frames = device.heard();
    let second: Vec<i16> =
        frames.iter().map(|frame| frame[0]).skip_while(|s| *s == 0).take(47_000).collect();
    assert!(second.iter().all(|sample| sample.abs() < 33), "nothing is heard in the first second");
    assert_heard(&device, &export(&ran, "--take take.json"));
}
