//! `earcoach export --tracks`: joined they are the routine, "next" is "I am at my limit", and
//! nothing of the user's is ever in danger.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{EVERYTHING, Program, Ran, earcoach, ffmpeg_samples, signal, tool};

const ROUTINES: [&str; 6] =
    ["calf-cramp", "calf-stretch", "gentle-stretch", "box-breathing", "run-walk", "desk-break"];

/// A routine of four seconds: one track.
const SHORT: &str = r#"{ "title": "Short", "steps": [{ "rest": "4s" }] }"#;

fn files_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The files of the tracks in the order of the playlist.
fn played(ran: &Ran, folder: &str) -> Vec<PathBuf> {
    let folder = ran.path(folder);
    let is_playlist = |name: &String| Path::new(name).extension() == Some("m3u8".as_ref());
    let playlist = files_in(&folder).into_iter().find(is_playlist).unwrap();
    let text = fs::read_to_string(folder.join(playlist)).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(|name| folder.join(name)).collect()
}

/// The bytes of the samples of a WAV file, as sox reads them.
fn samples(file: &Path) -> Vec<u8> {
    tool("sox", &[file.to_str().unwrap(), "-t", "raw", "-"]).0
}

#[test]
fn the_tracks_joined_are_the_routine_sample_for_sample() {
    for options in [
        "calf-cramp",
        "calf-cramp --limit 2 --side left --rate 44100 --bits 24",
        "calf-stretch --channels 2 --bits 32 --rate 8001",
        "box-breathing --guard always --rate 16000",
        "desk-break --rate 22050 --plain --guard off",
    ] {
        let whole = earcoach(&format!("export {options} -o whole.wav")).run().exits(0);
        let ran = earcoach(&format!("export {options} --tracks t")).run().exits(0);
        let tracks = played(&ran, "t");
        assert!(tracks.len() > 1, "{options}");
        let joined: Vec<u8> = tracks.iter().flat_map(|track| samples(track)).collect();
        assert!(joined == samples(&whole.path("whole.wav")), "{options}");
    }
}

#[test]
fn tracks_of_flac_joined_are_the_routine_and_those_of_opus_as_long_to_the_frame() {
    let whole = earcoach("export calf-stretch --rate 16000 -o whole.wav").run().exits(0);
    let whole = ffmpeg_samples(&whole.path("whole.wav"));
    let of_format = |format: &str| {
        let ran =
            earcoach(&format!("export calf-stretch --rate 16000 --tracks t --format {format}"));
        let ran = ran.run().exits(0);
        let files = played(&ran, "t");
        assert!(files.iter().all(|file| file.extension().unwrap() == format));
        let samples: Vec<_> = files.iter().map(|file| ffmpeg_samples(file)).collect();
        (ran, samples)
    };
    let (ran, samples) = of_format("flac");
    assert!(samples.concat() == whole);
    let (tagged, _) = tool(
        "metaflac",
        &["--export-tags-to=-", ran.path("t/02 Gastrocnemius get set left.flac").to_str().unwrap()],
    );
    let tagged = String::from_utf8(tagged).unwrap();
    let expected =
        "TITLE=Gastrocnemius: get set (left)\nALBUM=Calf stretch\nTRACKNUMBER=2\nTRACKTOTAL=14\n";
    assert!(tagged.starts_with(expected), "{tagged}");
    // Opus is decoded at 48 kHz.
    let (_, opus) = of_format("opus");
    let lengths = |tracks: &[Vec<i16>], times: usize| -> Vec<usize> {
        tracks.iter().map(|track| track.len() * times).collect()
    };
    assert_eq!(lengths(&opus, 1), lengths(&samples, 3));
}

#[test]
fn a_player_that_goes_through_the_playlist_plays_the_routine() {
    let whole = earcoach("export calf-cramp --rate 16000").run().exits(0);
    let ran = earcoach("export calf-cramp --rate 16000 --tracks t").run().exits(0);
    let (out, list) = (ran.path("played.wav"), ran.path("t/calf-cramp.m3u8"));
    let quiet = ["--no-config", "--no-video", "--really-quiet", "--gapless-audio=yes"];
    let to = format!("--ao-pcm-file={}", out.display());
    let list = format!("--playlist={}", list.display());
    tool("mpv", &[&quiet[..], &["--ao=pcm", &to, &list]].concat());
    assert!(ffmpeg_samples(&out) == ffmpeg_samples(&whole.path("calf-cramp.wav")));
}

#[test]
fn next_within_deepenings_leads_to_the_hold_and_its_words() {
    let ran = earcoach("export calf-cramp --tracks t --json").run().exits(0).json();
    let tracks = ran["tracks"].as_array().unwrap();
    let titles: Vec<&str> = tracks.iter().map(|track| track["title"].as_str().unwrap()).collect();
    let expected = [
        "Stop",
        "Safety",
        "Grip",
        "Squeeze 1",
        "Release 1",
        "Squeeze 2",
        "Release 2",
        "Breathe",
        "Stand up",
        "Gastrocnemius: get set",
        "Gastrocnemius: deepen - Next at your limit",
        "Gastrocnemius: hold",
        "Ease out",
        "Soleus: get set",
        "Soleus: deepen - Next at your limit",
        "Soleus: hold",
        "Finish",
    ];
    assert_eq!(titles, expected);
    let show = earcoach("show calf-cramp --json").run().exits(0).json();
    let holds = show["steps"].as_array().unwrap().iter().filter(|step| step["verb"] == "hold");
    let holds: Vec<&Value> = holds.collect();
    assert_eq!(holds.len(), 2);
    for (hold, track) in holds.into_iter().zip([&tracks[11], &tracks[15]]) {
        // The tick that says "I heard you", then the words, then the minute.
        assert_eq!(hold["at"], track["at"]);
        let cues = show["cues"].as_array().unwrap().iter();
        let mut cues = cues.filter(|cue| cue["at"].as_u64() >= track["at"].as_u64());
        assert_eq!(cues.next().unwrap()["tone"], "tick");
        assert_eq!(cues.next().unwrap()["text"], "That is deep enough.");
    }
}

#[test]
fn no_clip_of_a_voice_is_cut_by_a_track_in_any_routine() {
    let mut cuts = 0;
    for name in ROUTINES {
        for options in ["", "--side left", "--talk quiet", "--talk normal --guard off"] {
            let at = format!("{name} {options} --rate 8000 --json");
            // Not every routine has a side to choose, nor is a side said in all of them.
            let show = earcoach(&format!("show {at}")).run();
            if show.code == 2 {
                continue;
            }
            let show = show.exits(0).json();
            let ran = earcoach(&format!("export {at} --tracks t")).run().exits(0).json();
            for track in ran["tracks"].as_array().unwrap() {
                let cut = track["at"].as_u64().unwrap();
                for cue in show["cues"].as_array().unwrap() {
                    let (from, frames) =
                        (cue["at"].as_u64().unwrap(), cue["frames"].as_u64().unwrap());
                    let is_cut = from < cut && cut < from + frames;
                    assert!(!is_cut, "{at}: {cue} is cut at {cut}");
                }
                cuts += 1;
            }
        }
    }
    assert!(cuts > 200, "{cuts}");
}

#[test]
fn names_are_in_order_and_each_file_says_what_it_is() {
    let ran = earcoach("export - --tracks t --json").stdin(EVERYTHING).run().exits(0);
    let told = ran.json();
    let tracks = told["tracks"].as_array().unwrap();
    let names: Vec<&str> = tracks.iter().map(|track| track["file"].as_str().unwrap()).collect();
    assert_eq!(names[5], "06 Deepen left - Next at your limit.wav");
    let files: Vec<&Path> = names.iter().map(Path::new).collect();
    let listed: Vec<PathBuf> = played(&ran, "t");
    assert_eq!(listed, files.iter().map(|file| ran.path("t").join(file)).collect::<Vec<_>>());
    let mut all: Vec<String> = names.iter().map(|name| (*name).into()).collect();
    all.push(told["playlist"].as_str().unwrap().into());
    assert_eq!(files_in(&ran.path("t")), all);
    for (track, number) in tracks.iter().zip(1..) {
        let file = ran.path("t").join(track["file"].as_str().unwrap());
        let arguments = ["-v", "error", "-show_format", "-of", "json", file.to_str().unwrap()];
        let probed: Value = serde_json::from_slice(&tool("ffprobe", &arguments).0).unwrap();
        let tags = &probed["format"]["tags"];
        assert_eq!(tags["title"], track["title"]);
        assert_eq!(tags["track"], format!("{number}/{}", tracks.len()));
        assert_eq!(tags["album"], "Everything");
        let (frames, _) = tool("soxi", &["-s", file.to_str().unwrap()]);
        assert_eq!(String::from_utf8(frames).unwrap().trim(), track["frames"].to_string());
    }
    let sum: u64 = tracks.iter().map(|track| track["frames"].as_u64().unwrap()).sum();
    assert_eq!(told["frames"], sum);
    let size = |name: &&str| fs::metadata(ran.path("t").join(name)).unwrap().len();
    assert_eq!(told["bytes"], names.iter().map(size).sum::<u64>());
}

#[test]
fn deepenings_are_chapters_within_their_track() {
    let ran = earcoach("export calf-stretch --tracks t").run().exits(0);
    let track = ran.path("t/03 Gastrocnemius deepen left - Next at your limit.wav");
    let arguments = ["-v", "error", "-show_chapters", "-of", "json", track.to_str().unwrap()];
    let probed: Value = serde_json::from_slice(&tool("ffprobe", &arguments).0).unwrap();
    let show = earcoach("show calf-stretch --json").run().exits(0).json();
    let at = |step: usize| show["steps"][step]["at"].as_i64().unwrap();
    let found: Vec<_> = probed["chapters"].as_array().unwrap().iter().collect();
    assert_eq!(found.len(), 2);
    assert_eq!(found[1]["tags"]["title"], "Gastrocnemius: deepen 2 of 2 (left)");
    assert_eq!(found[1]["start"], at(4) - at(3));
    assert_eq!(found[1]["end"], at(5) - at(3));
}

#[test]
fn hostile_labels_make_harmless_files() {
    let labels = [
        "../../up",
        "/etc/passwd",
        "con",
        "a\\u0000b",
        "NUL.wav",
        "\\u202e\\n",
        "....",
        "x\\\\y:z*?",
    ];
    let step = |label: &&str| format!(r#"{{ "rest": {{ "name": "{label}", "for": "7s" }} }}"#);
    let steps: Vec<String> = labels.iter().map(step).collect();
    let routine = format!(r#"{{ "title": "a\n#EXTINF:1,b", "steps": [{}] }}"#, steps.join(","));
    let routine = routine.replace("\\u0000", "").replace("\\u202e\\n", "  ");
    let ran =
        earcoach("export - --tracks t --guard off --rate 8000").stdin(&routine).run().exits(0);
    assert_eq!(ran.files(), ["t"]);
    let expected = [
        "01 up.wav",
        "02 etc passwd.wav",
        "03 con.wav",
        "04 ab.wav",
        "05 NUL wav.wav",
        "06 Part.wav",
        "07 Part.wav",
        "08 x y z.wav",
        "routine.m3u8",
    ];
    assert_eq!(files_in(&ran.path("t")), expected);
    let lines = fs::read_to_string(ran.path("t/routine.m3u8")).unwrap();
    assert_eq!(lines.lines().nth(2), Some("#PLAYLIST:a #EXTINF:1,b"));
    assert_eq!(lines.lines().count(), 3 + 2 * 8);
}

#[test]
fn more_than_999_parts_are_joined_and_it_is_told() {
    let routine = r#"{ "steps": [{ "repeat": { "times": 1200, "steps": [
        { "rest": { "for": "7s", "say": "", "tones": false, "count": 0 } } ] } }] }"#;
    let ran = earcoach("export - --tracks t --rate 8000").stdin(routine).run().exits(0);
    let told = "\nnote: 600 tracks for 1200 parts, since 999 is the most: shorter ones are joined \
                to what follows\n";
    assert!(ran.stderr.ends_with(told), "{}", ran.stderr);
    let tracks = played(&ran, "t");
    assert_eq!(
        (tracks.len(), tracks[0].file_name().unwrap().to_str()),
        (600, Some("001 Rest.wav"))
    );
}

fn short(args: &str) -> Program {
    earcoach(&format!("export - --rate 8000 {args}")).stdin(SHORT)
}

const TRACKS: [&str; 2] = ["01 Rest.wav", "routine.m3u8"];

#[test]
fn a_folder_is_made_or_filled_if_it_is_empty() {
    let ran = short("--tracks t").run().exits(0);
    assert_eq!(
        (ran.files(), files_in(&ran.path("t"))),
        (vec!["t".into()], TRACKS.map(String::from).into())
    );
    let told = "wrote t: 1 track and routine.m3u8, 0:08, 126.63 KiB, -17.8 LUFS\n";
    assert_eq!(ran.stderr, told);
    let program = short("--tracks t/ -q");
    fs::create_dir(program.folder.path().join("t")).unwrap();
    let ran = program.run().exits(0);
    assert_eq!(
        (files_in(&ran.path("t")), ran.stderr.as_str()),
        (TRACKS.map(String::from).into(), "")
    );
}

/// What is in a folder, with every byte.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = files_in(folder).into_iter();
    names.map(|name| (name.clone(), fs::read(folder.join(name)).unwrap_or_default())).collect()
}

#[test]
fn what_is_in_a_folder_is_kept_unless_it_is_our_tracks_and_forced() {
    let ran = short("--tracks t").run().exits(0);
    let before = contents(&ran.path("t"));
    let again = |ran: &Ran, options: &str| {
        let mut program = earcoach(&format!("export - {options} --tracks t")).stdin(SHORT);
        program.folder = tempfile::tempdir_in(ran.folder.path()).unwrap();
        fs::rename(ran.path("t"), program.folder.path().join("t")).unwrap();
        let done = program.run();
        fs::rename(done.path("t"), ran.path("t")).unwrap();
        assert_eq!(done.files(), [] as [&str; 0]);
        (done.code, done.stderr)
    };
    let refused =
        "error: `t` holds tracks already; add --force to replace them, or name another folder\n";
    assert_eq!(again(&ran, ""), (1, refused.into()));
    assert!(contents(&ran.path("t")) == before);
    let (code, _) = again(&ran, "--force --rate 16000");
    assert_eq!((code, files_in(&ran.path("t"))), (0, TRACKS.map(String::from).into()));
    let replaced = contents(&ran.path("t"));
    assert!(replaced != before);
    for (name, is_folder) in [("notes.txt", false), ("01 Rest.flac", false), ("old", true)] {
        let other = ran.path("t").join(name);
        if is_folder { fs::create_dir(&other) } else { fs::write(&other, "mine") }.unwrap();
        let (code, told) = again(&ran, "--force");
        let expected = format!(
            "error: `t` holds something else than tracks, `{name}`, and is left as it is; name \
             another folder\n"
        );
        assert_eq!((code, told), (1, expected));
        if is_folder { fs::remove_dir(&other) } else { fs::remove_file(&other) }.unwrap();
        assert!(contents(&ran.path("t")) == replaced);
    }
}

#[test]
fn a_playlist_that_is_not_ours_makes_nothing_replaceable() {
    let song = "#EXTM3U\n01 Rest.wav\n";
    let ours = "#EXTM3U\n# earcoach: these tracks are replaced by export --tracks --force\n";
    let outside = format!("{ours}../mine.wav\nmine.wav\n");
    for (playlist, song, kept) in
        [(song, "01 Rest.wav", "01 Rest.wav"), (&outside, "mine.wav", "mine.wav")]
    {
        let program = short("--tracks t --force").file("mine.wav", "mine");
        let folder = program.folder.path().join("t");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("a.m3u8"), playlist).unwrap();
        fs::write(folder.join(song), "mine").unwrap();
        let ran = program.run().exits(1);
        assert!(ran.stderr.contains(&format!("`{kept}`")), "{}", ran.stderr);
        assert_eq!(fs::read(ran.path("t").join(song)).unwrap(), b"mine");
        assert_eq!(fs::read(ran.path("mine.wav")).unwrap(), b"mine");
    }
}

#[cfg(unix)]
#[test]
fn links_lead_to_the_folder_but_nothing_behind_links_in_it_is_taken_away() {
    use std::os::unix::fs::symlink;
    let program = short("--tracks link").file("song.wav", "mine");
    let path = |name: &str| program.folder.path().join(name);
    fs::create_dir(path("t")).unwrap();
    symlink("t", path("link")).unwrap();
    let ran = program.run().exits(0);
    assert!(fs::symlink_metadata(ran.path("link")).unwrap().is_symlink());
    assert_eq!(files_in(&ran.path("t")), TRACKS);
    fs::remove_file(ran.path("t/01 Rest.wav")).unwrap();
    symlink("../song.wav", ran.path("t/01 Rest.wav")).unwrap();
    let mut program = short("--tracks link --force");
    program.folder = ran.folder;
    let ran = program.run().exits(1);
    assert!(ran.stderr.contains("`01 Rest.wav`, and is left as it is"), "{}", ran.stderr);
    assert_eq!(fs::read(ran.path("song.wav")).unwrap(), b"mine");
    let ran = short("--tracks t").run().exits(0);
    symlink("nowhere", ran.path("dangling")).unwrap();
    let mut program = short("--tracks dangling");
    program.folder = ran.folder;
    let ran = program.run().exits(1);
    assert!(ran.stderr.starts_with("error: cannot write `dangling`: "), "{}", ran.stderr);
}

#[test]
fn places_where_no_folder_can_be_are_refused_at_once() {
    for (program, code, told) in [
        (
            short("--tracks a.txt").file("a.txt", "mine"),
            2,
            "`a.txt` is a file; name a folder for the tracks\n",
        ),
        (short("--tracks ."), 2, "`.` cannot be replaced as a whole; name a folder in it\n"),
        (
            short("--tracks no/such"),
            1,
            "cannot write `no/such`: No such file or directory (os error 2)\n",
        ),
        (short("--tracks /proc/t"), 1, "cannot write `/proc/t`: entity not found\n"),
    ] {
        let ran = program.run().exits(code);
        assert_eq!(ran.stderr, format!("error: {told}"));
    }
    for others in ["-o a.wav", "-o -", "--with lrc"] {
        let _ = short(&format!("--tracks t {others}")).run().exits(2);
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_behind_and_what_was_there_as_it_was() {
    let ran = earcoach("export box-breathing --tracks t").run().exits(0);
    let before = contents(&ran.path("t"));
    // In blocks of 512 bytes: less than the second track has.
    let limited = "ulimit -f 4000; exec \"$0\" export box-breathing --tracks t --force";
    let output = std::process::Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_earcoach")])
        .current_dir(ran.folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert_eq!(
        told,
        "error: cannot write `t/02 Box breathing.wav`: File too large (os error 27)\n"
    );
    assert_eq!(ran.files(), ["t"]);
    assert!(contents(&ran.path("t")) == before);
}

#[cfg(unix)]
#[test]
fn an_interrupted_export_takes_its_unfinished_folder_away() {
    let program = earcoach("export - --format flac --rate 192000 --tracks t");
    let mut child = program.spawn();
    let hours = r#"{"steps": [{"rest": "3h"}]}"#;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), hours.as_bytes()).unwrap();
    let is_there = || !files_in(program.folder.path()).is_empty();
    while !is_there() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    signal(&child, nix::sys::signal::Signal::SIGINT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.stderr, b"error: interrupted; nothing was written\n");
    assert_eq!(output.status.code(), Some(130));
    assert!(!is_there());
}

#[test]
fn every_track_has_a_name_of_its_own() {
    let ran = earcoach("export calf-stretch --tracks t --rate 8000").run().exits(0);
    let names: Vec<String> = files_in(&ran.path("t"));
    let lower: HashSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(lower.len(), names.len());
    assert!(names.iter().all(|name| name.is_ascii()), "{names:?}");
}
