//! `earcoach voice fill` and `--fill`, with a real synthesiser and with hostile ones.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Output, Stdio};
use std::thread;
use std::time::Duration;

use earcoach::audit::audit;
use nix::sys::signal::Signal;

use crate::support::{Program, Ran, earcoach, signal, wav};

const TOES: &str = r#"{ "steps": [
    { "say": "Touch your toes. Well done. Now wiggle them." }, { "rest": "5s" } ] }"#;

/// The arguments that name the script which [`with_engine`] writes.
const ENGINE: &str = r#"["./engine","{text}","{out}"]"#;

/// A synthesiser of a few lines of shell. `$1` are the words, `$2` the file to write; `$here` is the
/// folder of the test, and `tone.wav` in it sound that may pass for speech.
fn with_engine(program: Program, script: &str) -> Program {
    let tone: Vec<i16> = (0..8000).map(|i| if i % 40 < 20 { 5000 } else { -5000 }).collect();
    let script = format!("#!/bin/sh\nhere=$(dirname \"$0\")\n{script}\n");
    let program = program.file("tone.wav", wav(8000, &tone)).file("engine", script);
    let file = program.folder.path().join("engine");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    program
}

fn fill(script: &str, routine: &str) -> Ran {
    let program = earcoach(&format!("voice fill my.json --tts {ENGINE}"));
    with_engine(program, script).file("my.json", routine).run()
}

/// A routine that says these lines.
fn saying(lines: &[&str]) -> String {
    let steps = lines.iter().map(|line| serde_json::json!({ "say": line }));
    serde_json::json!({ "steps": steps.collect::<Vec<_>>() }).to_string()
}

fn manifest(folder: &Path, name: &str) -> serde_json::Value {
    let file = folder.join("data/earcoach/voices").join(name).join("voice.json");
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// The words of all clips that were added to the built-in voice.
fn words(folder: &Path) -> Vec<String> {
    let clips = manifest(folder, "heart")["clips"].clone();
    clips.as_array().unwrap().iter().map(|c| c["words"].as_str().unwrap().into()).collect()
}

#[test]
fn what_the_voice_lacks_is_spoken_and_the_routine_can_be_exported() {
    let program = earcoach("voice fill my.json --tts espeak-ng").file("my.json", TOES);
    let filled = program.run().exits(0);
    assert!(
        filled.text().starts_with("2 lines spoken by espeak-ng, voice en-us"),
        "{}",
        filled.text()
    );
    assert_eq!(words(filled.folder.path()), ["Touch your toes.", "Now wiggle them."]);
    let pack = filled.path("data/earcoach/voices/heart");
    let audit = audit(pack.to_str().unwrap()).unwrap();
    assert!(audit.report.problems.is_empty(), "{}", audit.report.render(false));
    let listed = earcoach("voice list").within(filled).run().exits(0);
    let names: Vec<&str> = listed.text().lines().map(|line| &line[..16]).collect();
    assert_eq!(names, ["heart           ", "  added to it   "]);
    let said = earcoach("voice list --words").within(listed).run().exits(0);
    assert!(said.text().ends_with("sixty\nTouch your toes.\nNow wiggle them.\n"));
    let again = earcoach("voice fill my.json").within(said).run().exits(0);
    assert_eq!(again.text(), "nothing is missing: the voice `heart` says all of my.json\n");
    let exported = earcoach("export my.json -o a.wav").within(again).run().exits(0);
    assert!(exported.path("a.wav").is_file());
}

#[test]
fn fill_makes_what_is_missing_before_an_export() {
    let program = earcoach(&format!("export my.json -o a.wav --fill --tts {ENGINE}"));
    let ran =
        with_engine(program, r#"cp "$here/tone.wav" "$2""#).file("my.json", TOES).run().exits(0);
    assert!(
        ran.stderr.starts_with("2 lines spoken by engine, for the voice `heart`"),
        "{}",
        ran.stderr
    );
    assert!(ran.path("a.wav").is_file());
}

#[test]
fn without_fill_the_message_says_how_the_words_can_be_had() {
    let ran = earcoach("export my.json").file("my.json", TOES).run().exits(3);
    assert!(ran.stderr.contains("`earcoach voice fill my.json` has it spoken"), "{}", ran.stderr);
    assert_eq!(ran.files(), ["my.json"]);
}

#[test]
fn what_was_spoken_once_is_not_spoken_again() {
    let script = r#"echo "$1" >> "$here/runs"; cp "$here/tone.wav" "$2""#;
    let first = fill(script, TOES).exits(0);
    fs::remove_dir_all(first.path("data")).unwrap();
    let command = format!("voice fill my.json --tts {ENGINE} --json");
    let second = earcoach(&command).within(first).run().exits(0);
    assert_eq!(second.json()["spoken_before"], 2);
    let runs = fs::read_to_string(second.path("runs")).unwrap();
    assert_eq!(runs.lines().count(), 2, "{runs}");
    // What was kept and damaged is made again.
    for entry in fs::read_dir(second.path("cache/earcoach/speech")).unwrap() {
        let file = entry.unwrap().path();
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    }
    let command = format!("voice fill my.json --tts {ENGINE} --json --again");
    let third = earcoach(&command).within(second).run().exits(0);
    assert_eq!((&third.json()["made"], &third.json()["spoken_before"]), (&2.into(), &0.into()));
    let clips = fs::read_dir(third.path("data/earcoach/voices/heart")).unwrap().count();
    assert_eq!(clips, 3);
}

#[test]
fn a_line_that_fails_is_named_with_the_last_words_and_the_others_are_kept() {
    let script = r#"case "$1" in *bad*) printf 'first\nno \033[31msuch voice\n' >&2; exit 7;; esac
        cp "$here/tone.wav" "$2""#;
    let ran = fill(script, &saying(&["A bad one.", "A fine one.", "Another fine one."])).exits(1);
    assert!(
        ran.stderr.contains(
            "error: engine: “A bad one.”: it failed (exit status: 7); its last words: first / no "
        ),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
    assert_eq!(words(ran.folder.path()), ["A fine one.", "Another fine one."]);
}

#[test]
fn what_writes_no_sound_is_told_what_it_wrote() {
    for (script, expected) in [
        (r#"echo hello > "$2""#, "it wrote no sound: it is no audio that can be read"),
        ("true", "it wrote no sound: there is no file"),
        (r#"mkdir "$2""#, "it wrote no sound: what it made is no ordinary file"),
        (r#"ln -s "$here/tone.wav" "$2""#, "it wrote no sound: what it made is no ordinary file"),
        (r#"truncate -s 10G "$2""#, "it wrote "),
        (r#"truncate -s 10G "$2"; sleep 60"#, "it wrote more than 64000000 bytes and was stopped"),
        (r#"head -c 4000 "$here/tone.wav" > "$2""#, "it wrote no sound: "),
        (r#": > "$2""#, "it wrote no sound: it is no audio that can be read"),
    ] {
        let ran = fill(script, &saying(&["Wiggle."])).exits(1);
        assert!(ran.stderr.contains(expected), "{script}: {}", ran.stderr);
        assert!(!ran.path("data/earcoach/voices/heart/voice.json").exists(), "{script}");
    }
    let program = earcoach(&format!("voice fill my.json --tts {ENGINE}"));
    let silent = with_engine(program, r#"cp "$here/silence.wav" "$2""#)
        .file("silence.wav", wav(8000, &[0; 8000]))
        .file("my.json", saying(&["Wiggle."]))
        .run()
        .exits(1);
    assert!(
        silent.stderr.contains("what it made is no clip: nothing is heard in it"),
        "{}",
        silent.stderr
    );
}

/// Whether a process is there.
fn is_running(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .is_some_and(|rest| !rest.trim().is_empty() && !rest.trim().starts_with('Z'))
}

#[test]
fn one_that_hangs_is_stopped_with_all_that_it_has_started() {
    let script = r#"sleep 1000 & echo $! > "$here/child"; echo waiting >&2; wait"#;
    let program = earcoach(&format!("voice fill my.json --tts {ENGINE} --patience 500ms"));
    let ran = with_engine(program, script).file("my.json", saying(&["Wiggle."])).run().exits(1);
    assert!(
        ran.stderr.contains("it took longer than 0.5 s and was stopped; its last words: waiting"),
        "{}",
        ran.stderr
    );
    let child = fs::read_to_string(ran.path("child")).unwrap();
    let gone = (0..500).any(|_| {
        thread::sleep(Duration::from_millis(10));
        !is_running(child.trim())
    });
    assert!(gone, "{child} is still running");
}

#[test]
fn a_child_that_stays_behind_is_not_waited_for() {
    let script = r#"sleep 1000 & cp "$here/tone.wav" "$2""#;
    fill(script, &saying(&["Wiggle."])).exits(0);
}

#[test]
fn words_are_only_words_whatever_they_are() {
    let long = "wiggle ".repeat(140);
    let lines = [
        "--version please",
        "$(touch owned) `touch owned`; touch owned",
        "Say \"hello\", 'you' & me",
        "[[p@l'IS]] <break time=\"9s\"/> {out}",
        "Two\nlines",
        long.as_str(),
    ];
    let script = r#"printf '%s\n' "$1" >> "$here/heard"; cp "$here/tone.wav" "$2""#;
    let ran = fill(script, &saying(&lines)).exits(0);
    let heard = fs::read_to_string(ran.path("heard")).unwrap();
    let mut heard: Vec<&str> = heard.lines().collect();
    heard.sort_unstable();
    // The pack composes by sentences: `;` and `.` part them.
    for expected in [" --version please", "touch owned", "Say \"hello\", 'you' & me", "Two lines"] {
        assert!(heard.contains(&expected), "{expected}: {heard:?}");
    }
    assert!(heard.iter().all(|line| !line.contains(['[', '<', '{'])), "{heard:?}");
    assert!(!ran.path("owned").exists());
    for name in ran.files() {
        assert!(
            ["cache", "data", "engine", "heard", "my.json", "tone.wav"].contains(&name.as_str()),
            "{name}"
        );
    }
}

#[test]
fn what_was_made_before_an_interruption_is_kept_and_the_next_run_goes_on() {
    let lines: Vec<String> = (0..24).map(|i| format!("Wiggle toe {i}.")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let script = r#"cp "$here/tone.wav" "$2"; echo x >> "$here/runs"; sleep 0.1"#;
    let program = earcoach(&format!("voice fill my.json --tts {ENGINE}"));
    let program = with_engine(program, script).file("my.json", saying(&lines));
    let child = program.spawn();
    let runs = program.folder.path().join("runs");
    while fs::read_to_string(&runs).unwrap_or_default().lines().count() < 6 {
        thread::sleep(Duration::from_millis(10));
    }
    signal(&child, Signal::SIGINT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains(" of 24 lines spoken") || told.contains("lines of 24 spoken"), "{told}");
    let kept = words(program.folder.path()).len();
    assert!((1..24).contains(&kept), "{kept}");
    let mut again = earcoach(&format!("voice fill my.json --tts {ENGINE} --json"));
    again.folder = program.folder;
    let ran = again.run().exits(0);
    assert_eq!(ran.json()["lines"].as_array().unwrap().len(), 24 - kept);
    assert_eq!(words(ran.folder.path()).len(), 24);
}

#[test]
fn a_new_voice_in_another_language_says_all_of_a_routine() {
    let routine = r#"{ "steps": [
        { "say": { "en": "Hello.", "de": "Guten Morgen." } }, { "hold": "21s" }
    ] }"#;
    let command = "voice fill my.json --voice oma --language de-DE --tts espeak-ng";
    let ran = earcoach(command).file("my.json", routine).run().exits(0);
    let said = manifest(ran.folder.path(), "oma");
    assert_eq!(
        (&said["language"], &said["licence"]),
        (&"de-DE".into(), &"LicenseRef-private".into())
    );
    let words: Vec<&str> =
        said["clips"].as_array().unwrap().iter().map(|c| c["words"].as_str().unwrap()).collect();
    let expected =
        ["Guten Morgen.", "Halte, einundzwanzig Sekunden.", "Die Hälfte.", "drei", "zwei", "eins"];
    assert_eq!(words, expected);
    let shown = earcoach("show my.json --voice oma").within(ran).run().exits(0);
    assert!(
        shown.text().contains("Halte, einundzwanzig Sekunden. Die Hälfte. drei zwei eins"),
        "{}",
        shown.text()
    );
}

#[test]
fn more_lines_than_a_pack_may_have_are_refused_and_leave_nothing() {
    let lines: Vec<String> = (0..10_001).map(|i| format!("Zany line {i} wobbles.")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let command = format!("voice fill my.json --voice many --language en --tts {ENGINE}");
    let program = with_engine(earcoach(&command), "exit 1").file("my.json", saying(&lines));
    let ran = program.run().exits(3);
    assert!(ran.stderr.contains("it would have more than 10000"), "{}", ran.stderr);
    assert!(!ran.path("data/earcoach/voices/many").exists());
}

#[test]
fn what_is_asked_of_nobody_is_refused_before_anything_is_made() {
    for (args, expected) in [
        ("--voice nobody", "there is no voice `nobody`"),
        ("--voice nobody", "with --language TAG a new one is made"),
        ("--language de --voice heart", "the voice `heart` speaks `en`"),
        ("--language klingonisch --voice k", "there is no language `klingonisch`"),
        ("--tts nobody", "`nobody` has no `{out}` to write to"),
        ("--tts [\"nobody\",\"{out}\"]", "there is no program `nobody`"),
        ("--tts piper", "there is no program `piper` in PATH"),
    ] {
        let command = format!("voice fill my.json {args}");
        let ran = earcoach(&command).file("my.json", TOES).run().exits(2);
        assert!(ran.stderr.contains(expected), "{args}: {}", ran.stderr);
        assert_eq!(ran.files(), ["my.json"], "{args}");
    }
    let broken = earcoach("voice fill my.json").file("my.json", "{").run().exits(3);
    assert_eq!(broken.files(), ["my.json"]);
}

/// A synthesiser of any name that notes how it was called, and with nothing else in its PATH.
const NOTING: &str = r#"here=${0%/*}/..
printf '%s\n' "${0##*/} $*" >> "$here/calls"
[ "$2" = '?' ] && printf 'Bells de_DE # Ding.\nAnna de_DE # Hallo.\n'
for arg; do case $arg in *.wav) /bin/cp "$here/tone.wav" "$arg";; esac; done"#;

/// The output of a run where these programs alone are in PATH, and how the one that spoke was called.
fn among(installed: &[&str], program: &Program, model: Option<&str>) -> (Output, String) {
    let bin = program.folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    for name in installed {
        let file = bin.join(name);
        fs::write(&file, format!("#!/bin/sh\n{NOTING}\n")).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = program.command();
    command.env("PATH", &bin).env_remove("PIPER_MODEL").stdin(Stdio::null());
    command.envs(model.map(|model| ("PIPER_MODEL", model)));
    let output = command.output().unwrap();
    let calls = fs::read_to_string(program.folder.path().join("calls")).unwrap_or_default();
    let call = calls.lines().last().unwrap_or_default();
    // Files have other names in each run.
    let words = call.split(' ').map(|word| word.rsplit('/').next().unwrap_or_default());
    (output, words.collect::<Vec<_>>().join(" "))
}

#[test]
fn the_best_synthesiser_that_speaks_the_language_speaks_with_a_voice_of_it() {
    let all = ["kokoro", "piper", "say", "espeak-ng"];
    for (installed, language, model, expected) in [
        (&all[..], "en-GB", None, "kokoro -m bf_emma -i words.txt -o out.wav"),
        (&all[..], "de", Some("en.onnx"), "say -v Anna -f words.txt -o out.wav"),
        (&all[..], "de", Some("de"), "piper --model de.onnx --output_file out.wav"),
        (&all[..], "sv-FI", None, "espeak-ng -v sv-fi -w out.wav --stdin"),
        (&all[1..2], "en", Some("en.onnx"), "piper --model en.onnx --output_file out.wav"),
    ] {
        let command = format!("voice fill my.json --voice oma --language {language}");
        let program = with_engine(earcoach(&command), "").file("my.json", said_in(language));
        let program = program.file("en.onnx", "").file("de.onnx", "");
        let program = program.file("en.onnx.json", r#"{"language":{"family":"en"}}"#);
        let program = program.file("de.onnx.json", r#"{"espeak":{"voice":"de"}}"#);
        let (output, call) = among(installed, &program, model);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(call.trim_end_matches(" --data-format=LEI16@22050"), expected, "{told}");
        assert_eq!(output.status.code(), Some(0), "{told}");
    }
}

/// A routine in a language.
fn said_in(language: &str) -> String {
    let primary = language.split('-').next().unwrap();
    format!(r#"{{ "language": "{primary}", "steps": [{{ "say": "Ping." }}] }}"#)
}

#[test]
fn where_no_synthesiser_speaks_the_language_the_message_says_what_to_install() {
    for (installed, expected) in [
        (&[][..], "no speech synthesiser is installed: install espeak-ng"),
        (&["kokoro"][..], "kokoro has no voice for `de` that is known here"),
        (&["piper"][..], "piper needs a model: --speaker MODEL.onnx"),
    ] {
        let program = earcoach("voice fill my.json --voice oma --language de");
        let program = with_engine(program, "").file("my.json", said_in("de"));
        let (output, call) = among(installed, &program, None);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(expected) && told.contains("install espeak-ng"), "{told}");
        assert_eq!((output.status.code(), call.as_str()), (Some(2), ""));
        assert!(!program.folder.path().join("data").exists());
    }
}

#[test]
fn again_is_spoken_anew_and_what_somebody_recorded_stays() {
    let script = r#"echo "$1" >> "$here/runs"; cp "$here/tone.wav" "$2""#;
    let first = fill(script, TOES).exits(0);
    let pack = first.path("data/earcoach/voices/heart/voice.json");
    let mut recorded = manifest(first.folder.path(), "heart");
    recorded["clips"][0].as_object_mut().unwrap().remove("source");
    fs::write(&pack, recorded.to_string()).unwrap();
    let command = format!("voice fill my.json --tts {ENGINE} --again --json");
    let again = earcoach(&command).within(first).run().exits(0);
    let done = again.json();
    assert_eq!((&done["made"], &done["spoken_before"]), (&1.into(), &0.into()));
    assert_eq!(done["lines"], serde_json::json!(["Now wiggle them."]));
    assert_eq!(fs::read_to_string(again.path("runs")).unwrap().lines().count(), 3);
    let clips = manifest(again.folder.path(), "heart")["clips"].clone();
    assert_eq!(clips[0], recorded["clips"][0]);
}

#[test]
fn one_that_never_speaks_is_not_asked_for_every_line() {
    let lines: Vec<String> = (0..200).map(|i| format!("Wiggle toe {i}.")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let ran = fill(r#"echo x >> "$here/runs"; exit 9"#, &saying(&lines)).exits(1);
    let runs = fs::read_to_string(ran.path("runs")).unwrap().lines().count();
    // Five, and those that were spoken meanwhile.
    assert!((5..150).contains(&runs), "{runs}");
    let expected =
        format!("error: engine has not spoken once, so {} lines were not tried\n", 200 - runs);
    assert!(ran.stderr.ends_with(&expected), "{}", ran.stderr);
    assert!(ran.stderr.lines().count() <= 12, "{}", ran.stderr);
    assert!(!ran.path("data/earcoach/voices/heart").exists());
}

#[test]
fn a_command_means_paths_from_where_the_user_is_and_may_read_the_words() {
    let program = earcoach(r#"voice fill my.json --tts ["sh","speak.sh","{language}","{out}"]"#);
    let script = r#"printf '%s: ' "$1" >> heard; cat >> heard; cp tone.wav "$2""#;
    let program = with_engine(program, "").file("speak.sh", script);
    let ran = program.file("my.json", saying(&["--help me."])).run().exits(0);
    assert_eq!(fs::read_to_string(ran.path("heard")).unwrap(), "en-US: --help me.\n");
    assert!(ran.text().ends_with("\n`earcoach play my.json` plays it\n"), "{}", ran.text());
}

#[test]
fn a_line_of_more_letters_than_a_clip_may_say_is_named_and_breaks_no_pack() {
    // The routine's own text has no more; the time makes it longer.
    let say = format!("{}{{time}}.", "wiggle ".repeat(140));
    let hold = serde_json::json!({ "hold": { "for": "1h59m59s", "say": say } });
    let routine = serde_json::json!({ "steps": [{ "say": "Wiggle." }, hold] }).to_string();
    let ran = fill(r#"cp "$here/tone.wav" "$2""#, &routine).exits(1);
    let expected = "…”: it has more than 1000 letters; part it into sentences\n";
    assert!(ran.stderr.ends_with(expected), "{}", ran.stderr);
    assert_eq!(words(ran.folder.path()), ["Wiggle."]);
    earcoach("voice list").within(ran).run().exits(0);
}

#[test]
fn a_stream_that_was_filled_for_ends_with_the_users_signal() {
    let routine = r#"{ "steps": [{ "say": "Touch your toes." }, { "rest": "20h" }] }"#;
    let command = format!("export my.json -o - --fill --tts {ENGINE}");
    let program = with_engine(earcoach(&command), r#"cp "$here/tone.wav" "$2""#);
    let program = program.file("my.json", routine);
    let mut child = program.spawn();
    let mut header = [0; 44];
    child.stdout.as_mut().unwrap().read_exact(&mut header).unwrap();
    signal(&child, Signal::SIGINT);
    assert_eq!(child.wait().unwrap().signal(), Some(Signal::SIGINT as i32));
}

#[test]
fn a_new_voice_may_be_a_folder_that_is_named() {
    let command = format!("voice fill my.json --voice voices/oma --language en --tts {ENGINE}");
    let program = with_engine(earcoach(&command), r#"cp "$here/tone.wav" "$2""#);
    let ran = program.file("my.json", saying(&["Ping."])).run().exits(0);
    assert!(ran.text().contains("for the voice `voices/oma`, in voices/oma\n"), "{}", ran.text());
    assert!(!ran.path("data").exists());
    let shown = earcoach("show my.json --voice voices/oma").within(ran).run().exits(0);
    assert!(shown.text().contains("Ping."), "{}", shown.text());
}

#[test]
fn the_message_fills_the_voice_that_was_asked_for() {
    let command = format!("voice fill my.json --voice oma --language en --tts {ENGINE}");
    let program = with_engine(earcoach(&command), r#"cp "$here/tone.wav" "$2""#);
    let program = program.file("my.json", saying(&["Ping."])).file("a b.json", saying(&["Pong."]));
    let ran = program.run().exits(0);
    let mut program = earcoach("show --voice oma").within(ran);
    program.args.push("a b.json".into());
    let ran = program.run().exits(3);
    let expected = "`earcoach voice fill 'a b.json' --voice oma` has it spoken by espeak-ng";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
}

#[test]
fn words_for_a_synthesiser_never_see_a_shell() {
    let line = "Touch $(touch pwned) `touch pwned`; touch pwned & \"touch\" | 'pwned' > pwned";
    let script = r#"printf '%s\n' "$1" >>"$here/asked"; cp "$here/tone.wav" "$2""#;
    let ran = fill(script, &saying(&[line]));
    let asked = fs::read_to_string(ran.path("asked")).unwrap_or_default();
    for whole in ["Touch $(touch pwned) `touch pwned`;\n", "touch pwned & \"touch\""] {
        assert!(asked.contains(whole), "{asked} {}", ran.stderr);
    }
    assert!(!ran.files().contains(&"pwned".into()), "{:?}", ran.files());
}
