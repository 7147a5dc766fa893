//! What is written about routines: the schema against an independent validator, the reference,
//! and every routine and command of the guide and the README.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use earcoach::routine::reference;

use crate::support::{EVERYTHING, current, earcoach, repository, tool, wav};

/// Prints which of the files a schema refuses, a name a line. Files that are no JSON are not
/// spoken of.
const VALIDATOR: &str = "
import json, sys
from jsonschema import Draft202012Validator
sys.setrecursionlimit(100000)
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for name in sys.argv[2:]:
    try:
        routine = json.load(open(name))
    except ValueError:
        continue
    if not validator.is_valid(routine):
        print(name)
";

/// The files that the committed schema refuses.
fn refused(files: &[PathBuf]) -> Vec<PathBuf> {
    let schema = repository().join("docs/routine.schema.json");
    let mut arguments = vec!["-c", VALIDATOR, schema.to_str().unwrap()];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    let (out, _) = tool("/usr/bin/python3", &arguments);
    String::from_utf8(out).unwrap().lines().map(PathBuf::from).collect()
}

fn routines_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    // A file of words beside a routine has a language before its ending.
    files.retain(|path| !path.file_stem().unwrap().to_string_lossy().contains('.'));
    files.sort();
    files
}

#[test]
fn the_committed_schema_and_reference_are_current() {
    let schema = earcoach("schema").run().exits(0);
    let file = repository().join("docs/routine.schema.json");
    assert!(schema.text() == current(&file, schema.text()), "BLESS=1 writes it anew");
    let file = repository().join("docs/reference.md");
    let now = reference::text();
    assert!(now == current(&file, &now), "BLESS=1 writes it anew");
}

#[test]
fn the_schema_takes_every_routine_that_the_program_takes() {
    let mut files = routines_in(&repository().join("audio/routines"));
    files.push(repository().join("audio/template.json"));
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        file
    };
    files.push(written("everything.json", EVERYTHING));
    files.push(written("values.json", EVERY_VALUE));
    let _ = earcoach("check --strict -").stdin(EVERY_VALUE).run().exits(0);
    assert_eq!(refused(&files), Vec::<PathBuf>::new());
}

/// Every way to write a value.
const EVERY_VALUE: &str = r#"{
    "$schema": "./earcoach.schema.json", "seed": 7, "side_word": "sore",
    "params": {
        "times": { "default": 2, "min": 1, "max": 5.0 }, "hold": { "default": "5s", "min": "4s", "max": "0.5m" },
        "words": "Well done.", "tones": false, "which": "tick"
    },
    "blocks": {
        "plain": [{ "rest": 5 }],
        "own": { "params": { "for": {}, "pause": "0s" }, "steps": [{ "sides": { "pause": "$pause", "steps": [{ "hold": "$for" }] } }] }
    },
    "steps": [
        { "use": "plain" },
        { "use": { "block": "own", "with": { "for": 5.5, "pause": 0 } } },
        { "use": { "block": "own", "with": { "for": "1.0s" }, "optional": true } },
        { "say": ["{words}", "Nice work."] },
        { "say": { "text": { "coach": ["$words", "Great."], "normal": "Great.", "quiet": "" }, "side": "left", "ear": "side" } },
        { "repeat": { "times": "$times", "steps": [
            { "hold": { "for": ["5s", 6], "tones": "$tones", "count": 3.0, "count_with": "$which", "min": "4s" } },
            { "work": { "name": "Run", "until": "limit", "at_most": "20s", "announce": ["halfway", 7, "4000.0ms"] } }
        ] } },
        { "sides": { "pause": 0, "say": "", "steps": [{ "squeeze": "$hold" }] } },
        { "sides": { "pause": "0m", "say": "", "steps": [{ "release": 5.001 }] } },
        { "deepen": { "until": "limit", "times": 2, "at_most": 5, "each": [] } },
        { "deepen": "30s" },
        { "breathe": { "times": 1, "cues": [], "guide": true, "hold": "1s", "pause": "1s" } },
        { "wait": { "for": "6s", "reminder": "" } },
        { "tone": "$which" }
    ]
}"#;

/// The bad routines whose mistakes a schema can see; all others need the program.
const SEEN_BY_THE_SCHEMA: &[&str] = &[
    "announcements-out-of-place",
    "arguments-of-wrong-type",
    "at-most-alone",
    "bad-param-names",
    "blocks-of-wrong-type",
    "bounds-of-another-kind",
    "clip-outside",
    "control-characters",
    "cue-with-unknown-field",
    "cue-without-moment",
    "deepen-does-not-add-up",
    "direction-marks",
    "dose-of-wrong-type",
    "doses-empty",
    "empty-pool",
    "empty-steps",
    "huge-duration",
    "huge-numbers",
    "missing-clip",
    "negative-duration",
    "no-duration",
    "no-steps",
    "not-an-object",
    "nul-in-words",
    "optional-not-boolean",
    "params-no-object",
    "params-of-wrong-type",
    "pool-of-wrong-types",
    "repeat-without-times",
    "speech-by-level-as-main-value",
    "speech-without-coach",
    "steps-in-use",
    "too-fine-duration",
    "two-verbs",
    "unknown-ear-and-side",
    "unknown-field",
    "unknown-talk-level",
    "unknown-values",
    "unknown-verb",
    "unknown-voice",
    "unused-block-with-mistakes",
    "work-without-name",
    "wrong-types",
    "zero-duration",
];

#[test]
fn the_schema_refuses_what_has_the_wrong_shape() {
    let files = routines_in(&repository().join("tests/bad"));
    let refused = refused(&files);
    let names: Vec<&str> =
        refused.iter().map(|file| file.file_stem().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, SEEN_BY_THE_SCHEMA);
}

/// The routines that a page shows: each stands in a JSON block after a line that ends with its
/// file's name, as in `evening.json`:
fn shown_routines(page: &str) -> Vec<(&str, String)> {
    let lines: Vec<&str> = page.lines().collect();
    let mut routines = Vec::new();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| **line == "```json") {
        let before = lines[..at].iter().rev().find(|line| !line.is_empty());
        let name = before.and_then(|line| line.strip_suffix("`:")?.rsplit('`').next());
        let body = lines[at + 1..].iter().take_while(|line| **line != "```");
        let body: Vec<&str> = body.copied().collect();
        routines.extend(name.map(|name| (name, body.join("\n") + "\n")));
    }
    routines
}

/// The page with what its commands print now, in `folder`, those that `is_run` chooses by the
/// command and by what the page shows of its answer. What stands there is kept where it says the
/// same, less what `...` and `…` leave out.
fn page_now(page: &str, folder: &Path, is_run: fn(&str, &[&str]) -> bool) -> String {
    let mut now = String::new();
    let mut lines = page.lines().peekable();
    let mut is_console = false;
    while let Some(line) = lines.next() {
        now = now + line + "\n";
        is_console = line == "```console" || (is_console && line != "```");
        let Some(command) = line.strip_prefix("$ earcoach ").filter(|_| is_console) else {
            continue;
        };
        let mut shown = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("$ ") && *line != "```") {
            shown.push(line);
        }
        let printed = is_run(command, &shown).then(|| printed_by(command, folder));
        let printed: Option<Vec<&str>> = printed.as_ref().map(|p| p.trim_end().lines().collect());
        let other = printed.filter(|printed| !says_the_same(&shown, printed));
        for line in other.unwrap_or(shown) {
            now = now + line + "\n";
        }
    }
    now
}

/// What a command prints, as it would be typed in `folder`; the error after the answer.
fn printed_by(command: &str, folder: &Path) -> String {
    if command.starts_with("export evening.json") {
        // What was exported before is not in the way.
        let _ = fs::remove_file(folder.join("evening.wav"));
    }
    let output = Command::new(env!("CARGO_BIN_EXE_earcoach"))
        .args(command.split_whitespace())
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("XDG_DATA_HOME", folder.join("data"))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

/// Whether lines are the same, where `...` stands for any number of lines and `…` for the rest of
/// one.
fn says_the_same(shown: &[&str], printed: &[&str]) -> bool {
    match (shown, printed) {
        ([], []) => true,
        ([], rest) => rest.iter().all(|line| line.is_empty()),
        (["...", shown @ ..], _) => {
            (0..=printed.len()).any(|skipped| says_the_same(shown, &printed[skipped..]))
        }
        ([first, shown @ ..], [line, printed @ ..]) => {
            let is_same = match first.strip_suffix('…') {
                Some(begin) => line.starts_with(begin),
                None => first.trim_end() == line.trim_end(),
            };
            is_same && says_the_same(shown, printed)
        }
        _ => false,
    }
}

#[test]
fn every_routine_and_command_of_the_guide_does_what_it_says() {
    let file = repository().join("docs/guide.md");
    let page = fs::read_to_string(&file).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("clips")).unwrap();
    let bell: Vec<i16> = (0..24_000).map(|n| if n % 100 < 50 { 900 } else { -900 }).collect();
    fs::write(folder.path().join("clips/bell.wav"), wav(16_000, &bell)).unwrap();
    let routines = shown_routines(&page);
    assert_eq!(routines.len(), 6);
    let files: Vec<PathBuf> = routines.iter().map(|(name, _)| folder.path().join(name)).collect();
    for ((name, text), file) in routines.iter().zip(&files) {
        fs::write(file, text).unwrap();
        assert_eq!(
            printed_by(&format!("check --strict {name}"), folder.path()),
            format!("{name}: ok\n")
        );
    }
    assert_eq!(refused(&files), Vec::<PathBuf>::new());
    let now = page_now(&page, folder.path(), |_, _| true);
    assert_eq!(first_difference(&now, &current(&file, &now)), None);
}

/// The first line in which two pages differ, as it is in both.
fn first_difference(now: &str, before: &str) -> Option<(String, String)> {
    let line = |lines: &mut std::str::Lines| lines.next().unwrap_or("(the end)").to_string();
    let (mut now, mut before) = (now.lines(), before.lines());
    let count = now.clone().count().max(before.clone().count());
    (0..count).map(|_| (line(&mut now), line(&mut before))).find(|(a, b)| a != b)
}

#[test]
fn the_routine_and_the_answers_in_the_readme_are_as_the_program_gives_them() {
    let file = repository().join("README.md");
    let page = fs::read_to_string(&file).unwrap();
    let block = |opening: &str| {
        let after = page.split_once(opening).unwrap().1;
        after.split_once("```").unwrap().0.to_string()
    };
    let folder = tempfile::tempdir().unwrap();
    let routine = block("```json\n");
    fs::write(folder.path().join("evening.json"), &routine).unwrap();
    fs::write(folder.path().join("broken.json"), routine.replace("\"hold\"", "\"hodl\"")).unwrap();
    let script = block("$ cat tuesday.txt\n");
    fs::write(folder.path().join("tuesday.txt"), script.split_once("$ ").unwrap().0).unwrap();
    assert_eq!(refused(&[folder.path().join("evening.json")]), Vec::<PathBuf>::new());
    // What is played, piped or only explained is looked at elsewhere.
    let now = page_now(&page, folder.path(), |command, shown| {
        let is_plain = !command.contains(['|', '#']) && !shown.is_empty();
        is_plain && !["play", "new"].iter().any(|other| command.starts_with(other))
    });
    assert_eq!(now, current(&file, &now));
}
