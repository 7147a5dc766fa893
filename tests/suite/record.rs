//! `earcoach voice record` with a microphone that hears the shipped clips, and with recordings
//! made elsewhere. What is timed is timed by the microphone's frames.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::device::Device;
use crate::support::{Ran, earcoach, ffmpeg_samples, repository, signal, tool, wav};

/// Three lines whose clips the shipped voice has.
const THREE: &str = r#"{ "steps": [
    { "say": "Get your breath back. Well done. Never press on varicose veins." }] }"#;
const LINES: [(&str, &str); 3] = [
    ("Get your breath back.", "get-your-breath-back"),
    ("Well done.", "well-done"),
    ("Never press on varicose veins.", "never-press-on-varicose-veins"),
];

/// Somebody in the booth: what happens is read, and lines are answered.
struct Sitting {
    child: Child,
    stdin: Option<ChildStdin>,
    events: Receiver<Value>,
    folder: TempDir,
}

/// Begins to record the pack `me` in a folder with `routine` in it, as `three.json`.
fn record(device: &Device, options: &str, routine: &str, data: Option<&Path>) -> Sitting {
    let program = earcoach(&format!("voice record me three.json --events {options}"))
        .file("three.json", routine);
    let mut command = program.command();
    if let Some(data) = data {
        command.env("XDG_DATA_HOME", data);
    }
    device.dress(&mut command);
    sit(command, program.folder)
}

fn sit(mut command: Command, folder: TempDir) -> Sitting {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take().unwrap());
    let (send, events) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            let event = serde_json::from_str(&line.unwrap()).unwrap();
            if send.send(event).is_err() {
                return;
            }
        }
    });
    Sitting { child, stdin, events, folder }
}

impl Sitting {
    /// Waits for an event of this name, and gives it.
    fn event(&self, name: &str) -> Value {
        loop {
            let event = self.events.recv_timeout(Duration::from_secs(120));
            let event = event.unwrap_or_else(|_| panic!("there was no `{name}`"));
            if event["event"] == name {
                return event;
            }
        }
    }

    fn answer(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Speaks when the recording begins, and waits for its end.
    fn speak(&self, device: &Device, samples: &[i16]) -> Value {
        self.event("recording");
        device.say(samples);
        self.event("recorded")
    }

    fn end(mut self) -> Ran {
        drop(self.stdin.take());
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let code = self.child.wait().unwrap().code().expect("the program was not killed");
        Ran { code, stdout: Vec::new(), stderr, folder: self.folder }
    }
}

/// A shipped clip as a person would say it into a microphone: softer.
fn clip(name: &str) -> Vec<i16> {
    let file = repository().join(format!("audio/voices/heart/{name}.flac"));
    let args = ["-v", "error", "-i", file.to_str().unwrap(), "-ar", "48000", "-f", "s16le", "-"];
    let (bytes, _) = tool("ffmpeg", &args);
    bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]]) / 4).collect()
}

fn manifest(pack: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(pack.join("voice.json")).unwrap()).unwrap()
}

/// The words of a pack's clips.
fn words(pack: &Path) -> Vec<String> {
    let manifest = manifest(pack);
    let clips = manifest["clips"].as_array().unwrap().iter();
    clips.map(|clip| clip["words"].as_str().unwrap().to_owned()).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// How alike two sounds are at the shift where they are most alike: 1.0 is the same.
fn likeness(a: &[i16], b: &[i16]) -> f64 {
    let at = |samples: &[i16], i: i64| f64::from(*samples.get(i as usize).unwrap_or(&0));
    let power = |samples: &[i16]| samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>();
    // Rough first, then to the frame around the best.
    let sum = |shift: i64, step: usize| -> f64 {
        (0..a.len() as i64).step_by(step).map(|i| at(a, i) * at(b, i + shift)).sum()
    };
    let best = |shifts: Vec<i64>, step| {
        shifts.into_iter().max_by(|x, y| sum(*x, step).total_cmp(&sum(*y, step))).unwrap()
    };
    let rough = best((-4800..4800).step_by(2).collect(), 7);
    let fine = best((rough - 3..=rough + 3).collect(), 1);
    sum(fine, 1) / (power(a) * power(b)).sqrt()
}

/// What is above the pitch of a voice, where taking out the rumble has turned no phases.
fn bright(file: &Path) -> Vec<i16> {
    let filter = "highpass=f=500,highpass=f=500";
    let file = file.to_str().unwrap();
    let args = ["-v", "error", "-i", file, "-ar", "48000", "-af", filter, "-f", "s16le", "-"];
    let (bytes, _) = tool("ffmpeg", &args);
    bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
}

/// Asserts that a clip of the pack is the shipped clip of this name.
fn assert_says(pack: &Path, words: &str, name: &str) {
    let manifest = manifest(pack);
    let clips = manifest["clips"].as_array().unwrap();
    let entry = clips.iter().find(|clip| clip["words"] == words).unwrap();
    let recorded = pack.join(entry["file"].as_str().unwrap());
    let frames = ffmpeg_samples(&recorded).len();
    assert_eq!(frames as u64, entry["frames"].as_u64().unwrap());
    let longer = (frames as f64 - clip(name).len() as f64) / 48.0;
    assert!(longer.abs() < 120.0, "{words}: {longer:.0} ms longer");
    let shipped = repository().join(format!("audio/voices/heart/{name}.flac"));
    let likeness = likeness(&bright(&recorded), &bright(&shipped));
    assert!(likeness > 0.95, "{words}: {likeness:.3}");
}

#[test]
fn what_is_spoken_becomes_the_clips_of_a_pack_that_is_sound() {
    let device = Device::new().speed(2.0);
    let mut sitting = record(&device, "", THREE, None);
    assert_eq!(sitting.event("started")["lines"], 3);
    for (number, (words, name)) in (1..).zip(LINES) {
        let line = sitting.event("line");
        assert_eq!((&line["line"], &line["words"]), (&number.into(), &words.into()));
        let recorded = sitting.speak(&device, &clip(name));
        assert_eq!(recorded["usable"], true);
        assert_eq!(recorded["ended"], "silence");
        assert_eq!(recorded["warnings"], serde_json::json!([]));
        sitting.answer("keep");
        assert_eq!(sitting.event("kept")["file"], format!("{name}.flac"));
    }
    assert_eq!(sitting.event("finished")["kept"], 3);
    let ran = sitting.end().exits(0);
    assert!(ran.stderr.contains("me: 3 lines recorded; that is all of it"), "{}", ran.stderr);
    let pack = ran.path("data/earcoach/voices/me");
    for (words, name) in LINES {
        assert_says(&pack, words, name);
    }
    assert_eq!(manifest(&pack)["licence"], "LicenseRef-private");
    assert_eq!(names(&pack.join("takes")).len(), 3);
    let mut check = Command::new(env!("CARGO_BIN_EXE_earcoach"));
    let check = check.args(["voice", "check"]).arg(&pack).output().unwrap();
    let told = String::from_utf8(check.stderr).unwrap() + &String::from_utf8(check.stdout).unwrap();
    assert!(told.contains("3 clips") && !told.contains(".flac"), "{told}");
    // The tones that count in, and what was recorded, were heard.
    assert!(device.heard().iter().any(|frame| frame[0].abs() > 3000));
}

#[test]
fn a_sitting_goes_on_where_it_stopped_and_nothing_recorded_is_lost() {
    let device = Device::new().speed(4.0);
    let data = tempfile::tempdir().unwrap();
    let pack = data.path().join("earcoach/voices/me");
    let mut sitting = record(&device, "--silent", THREE, Some(data.path()));
    sitting.event("line");
    sitting.answer("skip");
    assert_eq!(sitting.event("line")["line"], 2);
    sitting.speak(&device, &clip("get-your-breath-back"));
    sitting.answer("again");
    sitting.speak(&device, &clip("well-done"));
    sitting.answer("keep");
    assert_eq!(sitting.event("line")["line"], 3);
    sitting.answer("quit");
    assert_eq!(sitting.event("stopped")["kept"], 1);
    let ran = sitting.end().exits(0);
    let expected = "me: 1 line recorded, 2 left; go on with `earcoach voice record me three.json`";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    assert_eq!(words(&pack), ["Well done."]);
    assert_says(&pack, "Well done.", "well-done");
    assert_eq!(names(&pack.join("takes")), ["0001-well-done.wav", "0002-well-done.wav"]);

    let first = std::fs::read(pack.join("well-done.flac")).unwrap();
    let mut sitting = record(&device, "--silent", THREE, Some(data.path()));
    assert_eq!(sitting.event("line")["words"], "Get your breath back.");
    sitting.answer("skip");
    assert_eq!(sitting.event("line")["words"], "Never press on varicose veins.");
    sitting.answer("quit");
    sitting.end().exits(0);
    assert_eq!(std::fs::read(pack.join("well-done.flac")).unwrap(), first);
}

#[test]
fn a_clip_is_replaced_only_by_again_and_then_the_former_one_is_kept() {
    let device = Device::new().speed(4.0);
    let data = tempfile::tempdir().unwrap();
    let pack = data.path().join("earcoach/voices/me");
    let mut sitting = record(&device, "--silent", THREE, Some(data.path()));
    sitting.speak(&device, &clip("well-done"));
    sitting.answer("keep");
    sitting.event("kept");
    sitting.event("line");
    sitting.answer("back");
    let line = sitting.event("line");
    assert_eq!((&line["line"], &line["recorded"]), (&1.into(), &true.into()));
    sitting.answer("listen");
    sitting.answer("keep");
    assert_eq!(sitting.event("line")["line"], 2);
    sitting.answer("quit");
    sitting.end().exits(0);
    assert_eq!(words(&pack), ["Get your breath back."]);
    let former = std::fs::read(pack.join("get-your-breath-back.flac")).unwrap();

    let mut sitting = record(&device, "--silent --all", THREE, Some(data.path()));
    assert_eq!(sitting.event("line")["recorded"], true);
    sitting.answer("again");
    sitting.speak(&device, &clip("get-your-breath-back"));
    sitting.answer("keep");
    sitting.event("kept");
    sitting.answer("quit");
    sitting.end().exits(0);
    assert_eq!(words(&pack), ["Get your breath back."]);
    assert_says(&pack, "Get your breath back.", "get-your-breath-back");
    let takes = names(&pack.join("takes"));
    let kept = takes.iter().find(|name| name.contains("former")).unwrap();
    assert_eq!(std::fs::read(pack.join("takes").join(kept)).unwrap(), former);
}

#[test]
fn what_is_wrong_with_a_recording_is_said_and_nothing_is_kept_of_silence() {
    let device = Device::new().speed(8.0);
    let mut sitting = record(&device, "--silent", THREE, None);
    let recorded = sitting.event("recorded");
    assert_eq!((&recorded["ended"], &recorded["usable"]), (&"nothing".into(), &false.into()));
    let warning = recorded["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("the microphone gives nothing at all"), "{warning}");
    sitting.answer("keep");
    sitting.answer("again");
    let loud: Vec<i16> = clip("well-done").iter().map(|s| s.saturating_mul(40)).collect();
    let recorded = sitting.speak(&device, &loud);
    let warning = recorded["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("too loud: the peaks are cut off"), "{recorded}");
    sitting.answer("quit");
    let ran = sitting.end().exits(0);
    assert!(ran.stderr.contains("there is nothing to keep"), "{}", ran.stderr);
    assert_eq!(names(&ran.path("data/earcoach/voices/me")), ["takes"]);
}

#[test]
fn a_line_that_does_not_fit_its_slot_is_told_with_the_milliseconds() {
    let device = Device::new().speed(4.0);
    let routine = r#"{ "steps": [{ "hold": { "for": "9s", "say": "", "count": 0, "announce": [],
        "cues": [{ "at": "1s", "say": "Well done." }, { "at": "2s", "say": "Great." }] } }] }"#;
    let mut sitting = record(&device, "--silent", routine, None);
    let recorded = sitting.speak(&device, &clip("never-press-on-varicose-veins"));
    let warning = recorded["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("too long for `three`: “Well done.” takes "), "{warning}");
    assert!(warning.contains(" ms, but only "), "{warning}");
    sitting.answer("again");
    let recorded = sitting.speak(&device, &clip("well-done"));
    assert_eq!(recorded["warnings"], serde_json::json!([]));
    sitting.answer("quit");
    sitting.end().exits(0);
}

#[test]
fn a_signal_ends_it_and_all_that_was_recorded_is_there() {
    for sent in [Signal::SIGTERM, Signal::SIGHUP] {
        let device = Device::new().speed(4.0);
        let mut sitting = record(&device, "--silent", THREE, None);
        sitting.speak(&device, &clip("get-your-breath-back"));
        sitting.answer("keep");
        sitting.event("recording");
        device.say(&clip("never-press-on-varicose-veins"));
        let said = |line: &str| line.contains("mic-spoken");
        while device.log().lines().filter(|line| said(line)).count() < 2 {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(300));
        signal(&sitting.child, sent);
        assert_eq!(sitting.event("stopped")["kept"], 1);
        let ran = sitting.end().exits(130);
        let pack = ran.path("data/earcoach/voices/me");
        assert_eq!(words(&pack), ["Get your breath back."]);
        assert_eq!(names(&pack.join("takes")).len(), 2);
    }
}

#[test]
fn a_microphone_that_is_lost_ends_it_and_what_was_said_is_kept() {
    let device = Device::new().speed(4.0);
    let mut sitting = record(&device, "--silent", THREE, None);
    sitting.speak(&device, &clip("get-your-breath-back"));
    sitting.answer("keep");
    sitting.event("kept");
    sitting.event("recording");
    device.unplug();
    let ran = sitting.end().exits(4);
    assert!(ran.stderr.contains("error: the microphone is gone ("), "{}", ran.stderr);
    assert_eq!(words(&ran.path("data/earcoach/voices/me")), ["Get your breath back."]);
}

#[test]
fn a_broken_sound_server_is_a_lost_microphone() {
    let device = Device::new();
    let sitting = record(&device, "--silent", THREE, None);
    sitting.event("recording");
    device.storm();
    let ran = sitting.end().exits(4);
    assert!(ran.stderr.contains("error: the microphone is gone"), "{}", ran.stderr);
}

#[test]
fn without_a_microphone_there_is_one_clear_message_and_no_pack() {
    let device = Device::none();
    let ran = record(&device, "", THREE, None).end().exits(4);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: there is no microphone: plug one in"), "{}", ran.stderr);
    assert!(!ran.path("data").exists());
    let device = Device::new();
    let ran = record(&device, "--device alsa:nowhere", THREE, None).end().exits(4);
    let expected = "error: there is no microphone `alsa:nowhere`; there are: alsa:default, \
                    alsa:null, alsa:room\n";
    assert_eq!(ran.stderr, expected);
}

#[test]
fn a_card_of_sixteen_bit_alone_is_listened_to() {
    let device = Device::new().speed(4.0).rate(44_100);
    let mut sitting = record(&device, "--silent --device alsa:room", THREE, None);
    assert_eq!(sitting.event("started")["device"], "alsa:room");
    let recorded = sitting.speak(&device, &clip("well-done"));
    assert_eq!(recorded["usable"], true);
    sitting.answer("quit");
    let ran = sitting.end().exits(0);
    let take = ran.path("data/earcoach/voices/me/takes/0001-get-your-breath-back.wav");
    let spec = hound::WavReader::open(take).unwrap().spec();
    assert_eq!((spec.sample_rate, spec.bits_per_sample), (44_100, 24));
}

#[test]
fn whoever_leaves_is_not_waited_for() {
    let device = Device::new().speed(4.0);
    let mut sitting = record(&device, "--silent", THREE, None);
    drop(sitting.stdin.take());
    sitting.speak(&device, &clip("well-done"));
    let ran = sitting.end().exits(0);
    assert_eq!(names(&ran.path("data/earcoach/voices/me/takes")).len(), 1);
}

#[test]
fn a_full_disk_is_told_and_what_was_kept_before_stays_whole() {
    let device = Device::new().speed(4.0);
    let program = earcoach("").file("three.json", THREE);
    let mut command = Command::new("sh");
    // Blocks of 512 bytes: a take of some seconds has more than the 200,000 of them.
    let script = "ulimit -f 400; exec \"$0\" voice record me three.json --events --silent";
    command.args(["-c", script, env!("CARGO_BIN_EXE_earcoach")]);
    command.current_dir(program.folder.path());
    command.env("XDG_DATA_HOME", program.folder.path().join("data"));
    device.dress(&mut command);
    let sitting = sit(command, program.folder);
    sitting.event("recording");
    device.say(&clip("never-press-on-varicose-veins"));
    let ran = sitting.end().exits(1);
    assert!(ran.stderr.contains("error: cannot write `"), "{}", ran.stderr);
    assert_eq!(names(&ran.path("data/earcoach/voices/me/takes")), [""; 0]);
}

#[test]
fn a_place_that_cannot_be_written_to_is_told_before_anything_is_recorded() {
    let program = earcoach("voice record file/me three.json --from a.wav");
    let program = program.file("three.json", THREE).file("file", "").file("a.wav", wav(8000, &[0]));
    let ran = program.file("b.wav", "").run();
    assert!(ran.code == 1 || ran.code == 2, "{}", ran.stderr);
    let device = Device::new();
    let program = earcoach("voice record file/me three.json --silent");
    let program = program.file("three.json", THREE).file("file", "");
    let mut command = program.command();
    device.dress(&mut command);
    let ran = sit(command, program.folder).end().exits(1);
    assert!(ran.stderr.starts_with("error: cannot make `file/me`: "), "{}", ran.stderr);
}

#[test]
fn a_name_that_is_none_is_refused_before_anything_is_made() {
    for name in ["heart", ".", "..", "/", "a\u{1b}[2J", "a\u{202e}b"] {
        let ran = earcoach(&format!("voice record {name} calf-cramp --lines")).run().exits(2);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        assert!(!ran.stderr.contains(['\u{1b}', '\u{202e}']));
        assert_eq!(ran.files(), [""; 0]);
    }
}

#[test]
fn the_lines_are_printed_with_their_numbers() {
    let ran = earcoach("voice record me three.json --lines").file("three.json", THREE);
    let ran = ran.run().exits(0);
    let expected = "1  Get your breath back.\n2  Well done.\n3  Never press on varicose veins.\n";
    assert_eq!(ran.text(), expected);
    assert_eq!(ran.files(), ["three.json"]);
    let all = earcoach("voice record me --lines").run().exits(0);
    let (first, numbers) = (all.text().lines().next().unwrap(), all.text());
    assert!(first.ends_with("  Stop, and sit or lie down."), "{first}");
    assert!(numbers.contains("  forty two\n") && numbers.contains("  thirty seconds left.\n"));
}

/// A phone's recording of a shipped clip, with half a second of silence around it.
fn phone(name: &str) -> Vec<i16> {
    [vec![0; 24_000], clip(name), vec![0; 24_000]].concat()
}

/// `earcoach` with the files that a phone made, and the routine.
fn from_phone(options: &str, files: &[(&str, &[i16])]) -> crate::support::Program {
    let program = earcoach(&format!("voice record me three.json {options}"));
    let program = program.file("three.json", THREE);
    let folder = program.folder.path().join("phone");
    std::fs::create_dir(&folder).unwrap();
    for (name, samples) in files {
        std::fs::write(folder.join(name), wav(48_000, samples)).unwrap();
    }
    program
}

fn pack_of(ran: &Ran) -> PathBuf {
    ran.path("data/earcoach/voices/me")
}

#[test]
fn files_that_are_called_like_lines_are_for_these() {
    let [breath, done, veins] = LINES.map(|(_, name)| phone(name));
    let files: [(&str, &[i16]); 3] = [
        ("1.wav", &breath),
        ("Well done.wav", &done),
        ("never-press-on-varicose-veins.wav", &veins),
    ];
    let ran = from_phone("--from phone", &files).run().exits(0);
    assert!(ran.stderr.contains("me: 3 lines recorded; that is all of it"), "{}", ran.stderr);
    for (words, name) in LINES {
        assert_says(&pack_of(&ran), words, name);
    }
    let some = from_phone("--from phone", &files[1..2]).run().exits(0);
    assert!(some.stderr.contains("1 line recorded, 2 left"), "{}", some.stderr);
    assert_eq!(words(&pack_of(&some)), ["Well done."]);
}

#[test]
fn as_many_files_as_lines_are_taken_in_the_order_in_which_people_count() {
    let [breath, done, veins] = LINES.map(|(_, name)| phone(name));
    let files: [(&str, &[i16]); 3] =
        [("take 9.wav", &breath), ("take 10.wav", &done), ("take 100.wav", &veins)];
    let ran = from_phone("--from phone", &files).run().exits(0);
    for (words, name) in LINES {
        assert_says(&pack_of(&ran), words, name);
    }
}

#[test]
fn one_long_recording_is_cut_at_its_silences() {
    let whole = LINES.map(|(_, name)| phone(name)).concat();
    let ran = from_phone("--from phone/all.wav", &[("all.wav", &whole)]).run().exits(0);
    for (words, name) in LINES {
        assert_says(&pack_of(&ran), words, name);
    }
}

#[test]
fn recordings_that_are_not_as_many_as_the_lines_are_shown_beside_them() {
    let [breath, done, _] = LINES.map(|(_, name)| phone(name));
    let whole = [breath.clone(), done].concat();
    let ran = from_phone("--from phone/all.wav", &[("all.wav", &whole)]).run().exits(2);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 4, "{}", ran.stderr);
    assert!(lines[0].starts_with("   1  0:00") && lines[0].ends_with("  Get your breath back."));
    assert!(
        lines[2].starts_with("   3  -") && lines[2].ends_with("Never press on varicose veins.")
    );
    assert!(lines[3].starts_with("error: --from: there are 2 pieces with 700 ms of silence"));
    assert_eq!(ran.files(), ["phone", "three.json"]);
    let [first, second, third, fourth] = ["1.wav", "2.wav", "3.wav", "4.wav"];
    let many = [first, second, third, fourth].map(|name| (name, breath.as_slice()));
    let ran = from_phone("--from phone", &many).run().exits(2);
    assert!(ran.stderr.contains("there are 4 files, but 3 lines"), "{}", ran.stderr);
}

#[test]
fn nothing_is_put_into_the_pack_before_all_of_it_is_proved() {
    let [breath, done, _] = LINES.map(|(_, name)| phone(name));
    let silence = vec![0; 48_000];
    let files: [(&str, &[i16]); 3] = [("1.wav", &breath), ("2.wav", &done), ("3.wav", &silence)];
    let ran = from_phone("--from phone", &files).run().exits(3);
    let expected = "“Never press on varicose veins.” (`phone/3.wav`): nothing is heard in it";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    assert!(!pack_of(&ran).exists());
    let program = from_phone("--from phone", &files[..2]).file("phone/3.wav", "no sound");
    let ran = program.run().exits(3);
    assert!(ran.stderr.contains("`phone/3.wav`: it is no audio"), "{}", ran.stderr);
    assert!(!pack_of(&ran).exists());
}

#[test]
fn a_pack_that_is_there_is_gone_on_with_and_never_written_over() {
    let [breath, done, _] = LINES.map(|(_, name)| phone(name));
    let ran = from_phone("--from phone", &[("well-done.wav", &done)]).run().exits(0);
    let first = std::fs::read(pack_of(&ran).join("well-done.flac")).unwrap();
    let again = |options: &str| {
        let program = from_phone(options, &[("well-done.wav", &breath)]);
        let mut command = program.command();
        command.env("XDG_DATA_HOME", ran.path("data"));
        command.output().unwrap()
    };
    let kept = again("--from phone");
    let told = String::from_utf8(kept.stderr).unwrap();
    assert!(told.contains("the pack has its line; --all replaces it"), "{told}");
    assert_eq!(std::fs::read(pack_of(&ran).join("well-done.flac")).unwrap(), first);
    let refused = again("--from phone --speaker Anna");
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.starts_with("error: --speaker is for new packs; `me` says `me`"), "{told}");
    assert_eq!(refused.status.code(), Some(2));
    assert!(again("--from phone --all").status.success());
    assert_says(&pack_of(&ran), "Well done.", "get-your-breath-back");
    let former = std::fs::read(pack_of(&ran).join("takes/0001-former-well-done.flac")).unwrap();
    assert_eq!(former, first);
}

#[test]
fn who_speaks_and_under_which_licence_is_in_the_pack() {
    let done = phone("well-done");
    let options = "--from phone --speaker Anna --licence CC-BY-4.0 --language en-GB";
    let ran = from_phone(options, &[("well-done.wav", &done)]).run().exits(0);
    let manifest = manifest(&pack_of(&ran));
    let told = ["name", "speaker", "licence", "language"].map(|field| manifest[field].clone());
    assert_eq!(told, ["me", "Anna", "CC-BY-4.0", "en-GB"]);
    let ran = from_phone("--from phone --language English", &[("a.wav", &done)]).run().exits(2);
    assert!(ran.stderr.starts_with("error: --language English: "), "{}", ran.stderr);
}
