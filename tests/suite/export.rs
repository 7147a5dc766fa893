//! `earcoach export`: files that are right, whole, and never somebody else's.

use std::io::Read;
use std::process::Stdio;

use crate::support::{EVERYTHING, earcoach, repository, signal, tool, wait_for_a_part};

#[test]
fn the_routine_is_written_under_its_own_name_and_described() {
    let ran = earcoach("export").run().exits(0);
    assert_eq!(ran.files(), ["calf-cramp.wav"]);
    let size = std::fs::metadata(ran.path("calf-cramp.wav")).unwrap().len();
    let mut words = ran.stderr.split_whitespace();
    assert_eq!(words.by_ref().take(2).collect::<Vec<_>>(), ["wrote", "calf-cramp.wav:"]);
    assert!(ran.stderr.trim_end().ends_with("LUFS"), "{}", ran.stderr);
    assert_eq!(size % 2, 0);
}

#[test]
fn the_json_tells_what_the_file_holds() {
    let ran = earcoach("export my.json --json --rate 44100 --channels 2 --bits 24")
        .file("my.json", EVERYTHING)
        .run()
        .exits(0);
    let told = ran.json();
    let size = std::fs::metadata(ran.path("my.wav")).unwrap().len();
    assert_eq!(told["file"], "my.wav");
    assert_eq!(told["bytes"], size);
    assert_eq!(told["rate"], 44_100);
    assert_eq!((&told["channels"], &told["bits"]), (&2.into(), &24.into()));
    let (seconds, _) = tool("soxi", &["-s", ran.path("my.wav").to_str().unwrap()]);
    assert_eq!(String::from_utf8(seconds).unwrap().trim(), told["frames"].to_string());
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_same_routine_gives_the_same_bytes_every_time() {
    let export = || {
        let ran = earcoach("export - -o a.wav").stdin(EVERYTHING).run().exits(0);
        std::fs::read(ran.path("a.wav")).unwrap()
    };
    assert_eq!(export(), export());
}

#[test]
fn a_stream_is_the_file_byte_for_byte_with_its_length_in_the_header() {
    let file = earcoach("export - -o a.wav").stdin(EVERYTHING).run().exits(0);
    let stream = earcoach("export - -o -").stdin(EVERYTHING).run().exits(0);
    assert_eq!(stream.stdout, std::fs::read(file.path("a.wav")).unwrap());
    assert_eq!(stream.files(), [] as [&str; 0]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let program = earcoach("export -o -");
    let mut child = program.spawn();
    let mut head = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut head).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
    assert_eq!(&head[..4], b"RIFF");
}

#[test]
fn a_file_that_exists_is_kept_unless_forced() {
    let ran = earcoach("export").file("calf-cramp.wav", "mine").run().exits(1);
    assert_eq!(std::fs::read(ran.path("calf-cramp.wav")).unwrap(), b"mine");
    assert_eq!(
        ran.stderr,
        "error: `calf-cramp.wav` exists already; add --force to replace it, or name another file\n"
    );
    let ran = earcoach("export --force --quiet").file("calf-cramp.wav", "mine").run().exits(0);
    assert!(std::fs::metadata(ran.path("calf-cramp.wav")).unwrap().len() > 1_000_000);
    assert_eq!((ran.files(), ran.stderr.as_str()), (vec!["calf-cramp.wav".to_string()], ""));
}

#[test]
fn nothing_is_left_of_an_export_that_fails() {
    let ran = earcoach("export my.json").file("my.json", r#"{"steps": [{"hold": 0}]}"#).run();
    assert_eq!((ran.code, ran.files()), (3, vec!["my.json".to_string()]));
    let ran = earcoach("export -o no/such/folder/a.wav").run().exits(1);
    assert!(ran.stderr.starts_with("error: cannot write `no/such/folder/a.wav`"), "{}", ran.stderr);
    assert_eq!(ran.files(), [] as [&str; 0]);
}

#[test]
fn a_full_disk_is_an_error_that_names_the_file() {
    let ran = earcoach("export -o /dev/full").run().exits(1);
    assert!(ran.stderr.starts_with("error: cannot write `/dev/full`: No space"), "{}", ran.stderr);
}

#[test]
fn names_of_other_formats_and_folders_are_refused() {
    let ran = earcoach("export -o a.mp3").run().exits(2);
    assert_eq!(
        ran.stderr,
        "error: `a.mp3`: earcoach writes WAV, FLAC and Opus; let the name end in .wav, .flac or \
         .opus, not .mp3\n"
    );
    let ran = earcoach("export -o .").run().exits(2);
    assert_eq!(ran.stderr, "error: `.` is a folder; name a file in it\n");
}

#[test]
fn a_file_too_long_for_wav_is_an_rf64_file_from_its_first_byte() {
    let program = earcoach("export - -o - --plain");
    let mut child = program.spawn();
    let day = br#"{"steps": [{"rest": "23h"}]}"#;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), day).unwrap();
    let mut head = [0; 80];
    child.stdout.take().unwrap().read_exact(&mut head).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(head[..20], *b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0");
    let [riff, data, frames] =
        [20, 28, 36].map(|at| u64::from_le_bytes(head[at..at + 8].try_into().unwrap()));
    let show = earcoach("show - --json").stdin(day).run().exits(0).json();
    assert_eq!((data, frames), (2 * frames, show["frames"].as_u64().unwrap()));
    assert_eq!(riff, data + 72);
    assert_eq!(head[72..], *b"data\xff\xff\xff\xff");
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_export_takes_its_unfinished_file_away() {
    let program = earcoach("export - --rate 192000 --guard always -o a.wav");
    let mut child = program.spawn();
    let hours = r#"{"steps": [{"rest": "3h"}]}"#;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), hours.as_bytes()).unwrap();
    wait_for_a_part(&mut child, program.folder.path(), 0);
    signal(&child, nix::sys::signal::Signal::SIGINT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(output.stderr, b"error: interrupted; nothing was written\n");
    assert_eq!(std::fs::read_dir(program.folder.path()).unwrap().count(), 0);
}

#[test]
fn a_limit_is_refused_where_it_means_nothing() {
    let ran = earcoach("export --limit 40").run().exits(2);
    assert_eq!(ran.stderr, "error: --limit 40: this routine takes 1 to 12 deepenings\n");
    let ran = earcoach("export - --limit 4").stdin(r#"{"steps": [{"hold": 5}]}"#).run().exits(2);
    assert_eq!(ran.stderr, "error: --limit: no step of this routine waits for the limit\n");
    let ran = earcoach("export --side both").run().exits(2);
    assert!(ran.stderr.contains("give --side left or --side right"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn the_file_behind_a_link_is_replaced_and_keeps_its_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let program = earcoach("export -o link.wav --force --quiet").file("mine.wav", "mine");
    let (file, link) =
        (program.folder.path().join("mine.wav"), program.folder.path().join("link.wav"));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    symlink("mine.wav", link).unwrap();
    let ran = program.run().exits(0);
    assert!(std::fs::symlink_metadata(ran.path("link.wav")).unwrap().is_symlink());
    let data = std::fs::metadata(ran.path("mine.wav")).unwrap();
    assert_eq!((data.len() > 1_000_000, data.permissions().mode() & 0o777), (true, 0o600));
}

#[cfg(unix)]
#[test]
fn a_stream_that_nobody_reads_can_be_ended() {
    let program = earcoach("export -o -");
    let mut child = program.spawn();
    let mut head = [0; 100];
    let mut pipe = child.stdout.take().unwrap();
    pipe.read_exact(&mut head).unwrap();
    // The pipe is full now, and stays so.
    // Not SIGINT: a shell that runs the tests in the background has them ignore it.
    signal(&child, nix::sys::signal::Signal::SIGTERM);
    let status = child.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15));
}

#[test]
fn what_cannot_be_said_on_standard_error_is_no_failure() {
    let program = earcoach("export");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let status = program.command().stderr(full).status().unwrap();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn names_and_messages_are_made_harmless_for_the_terminal() {
    for args in ["export no\x1b[31msuch", "export --voice no\u{202e}such", "export -o a\x1b.mp3"] {
        let ran = earcoach(args).run().exits(2);
        assert!(!ran.stderr.contains(['\x1b', '\u{202e}']), "{:?}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn six_hours_take_no_more_memory_than_ten_minutes() {
    let calf_cramp = repository().join("audio/routines/calf-cramp.json");
    let mut routine: serde_json::Value =
        serde_json::from_slice(&std::fs::read(calf_cramp).unwrap()).unwrap();
    let steps = routine["steps"].take();
    routine["steps"] = serde_json::json!([{ "repeat": { "times": 48, "steps": steps } }]);
    // 80 MB of addresses: the program with its voice and the system's libraries take
    // 40 of them before a byte is rendered.
    let limited = "ulimit -v 80000; exec \"$0\" export hours.json -o /dev/null";
    let program = earcoach("").file("hours.json", routine.to_string());
    let status = std::process::Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_earcoach")])
        .current_dir(program.folder.path())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
}
