//! Chapters and tags in exported files, and the files beside them, as others read them.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use crate::support::{EVERYTHING, Ran, earcoach, ffmpeg_samples, tool};

/// A chapter: where it begins and ends, in frames, and its name.
type Chapter = (u64, u64, String);

/// The chapters that there should be, by the timeline as `show --json` has it.
fn expected(timeline: &Value) -> Vec<Chapter> {
    let steps = timeline["steps"].as_array().unwrap().iter();
    let steps: Vec<&Value> =
        steps.filter(|step| step["verb"] != "tone" && step["frames"] != 0).collect();
    let at = |step: &Value| step["at"].as_u64().unwrap();
    let ends = steps.iter().skip(1).map(|next| at(next)).chain(timeline["frames"].as_u64());
    let name = |step: &Value| {
        let label = step["label"].as_str().unwrap();
        match step["side"].as_str() {
            Some(side) if step["verb"] != "sides" => format!("{label} ({side})"),
            _ => label.to_string(),
        }
    };
    steps.iter().zip(ends).map(|(step, end)| (at(step), end, name(step))).collect()
}

/// The chapters that ffmpeg reads, counted in frames.
fn ffprobe_chapters(file: &Path, rate: u64) -> Vec<Chapter> {
    let file = file.to_str().unwrap();
    let arguments = ["-v", "error", "-show_chapters", "-of", "json", file];
    let probed: Value = serde_json::from_slice(&tool("ffprobe", &arguments).0).unwrap();
    let chapters = probed["chapters"].as_array().unwrap().iter();
    let chapter = |chapter: &Value| {
        assert_eq!(chapter["time_base"], format!("1/{rate}"));
        let frames = |name: &str| chapter[name].as_u64().unwrap();
        let name = chapter["tags"]["title"].as_str().unwrap().to_string();
        (frames("start"), frames("end"), name)
    };
    chapters.map(chapter).collect()
}

/// The chunks of a WAV file with their bytes, read as the specification has it.
fn chunks(file: &[u8]) -> Vec<(String, &[u8])> {
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!((&file[..4], number(4) + 8, &file[8..12]), (&b"RIFF"[..], file.len(), &b"WAVE"[..]));
    let (mut chunks, mut at) = (Vec::new(), 12);
    while at < file.len() {
        let (name, length) = (String::from_utf8(file[at..at + 4].into()).unwrap(), number(at + 4));
        chunks.push((name, &file[at + 8..at + 8 + length]));
        at += 8 + length.next_multiple_of(2);
    }
    assert_eq!(at, file.len());
    chunks
}

fn export(options: &str) -> (Ran, Value) {
    let show = earcoach(&format!("show - --json {options}")).stdin(EVERYTHING).run().exits(0);
    let ran = earcoach(&format!("export - -o a.wav {options} --json"));
    (ran.stdin(EVERYTHING).run().exits(0), show.json())
}

#[test]
fn ffmpeg_lists_every_step_as_a_chapter_on_its_frames() {
    for (options, rate) in [("", 48_000), ("--rate 11025 --limit 3", 11_025)] {
        let (ran, timeline) = export(options);
        let expected = expected(&timeline);
        assert!(expected.len() > 10);
        assert_eq!(ffprobe_chapters(&ran.path("a.wav"), rate), expected);
        assert_eq!(ran.json()["chapters"], expected.len());
    }
}

#[test]
fn the_samples_are_those_of_a_file_without_chapters() {
    // An odd number of bytes in all samples needs a byte before what follows.
    for options in ["", "--bits 24 --rate 8001", "--bits 32 --channels 2"] {
        let tagged = earcoach(&format!("export calf-stretch -o a.wav {options}")).run().exits(0);
        let plain = earcoach(&format!("export calf-stretch -o a.wav --plain {options}"));
        let plain = plain.run().exits(0);
        let (tagged, plain) = (tagged.path("a.wav"), plain.path("a.wav"));
        let (all, bare) = (std::fs::read(&tagged).unwrap(), std::fs::read(&plain).unwrap());
        let (all, bare) = (chunks(&all), chunks(&bare));
        let names = |chunks: &[(String, &[u8])]| -> Vec<String> {
            chunks.iter().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&bare), ["fmt ", "data"]);
        assert_eq!(names(&all), ["fmt ", "data", "id3 ", "cue ", "LIST", "LIST"]);
        assert!(all[..2] == bare[..], "{options}");
        assert_eq!(ffmpeg_samples(&tagged), ffmpeg_samples(&plain));
        let sox = |file: &Path| tool("sox", &[file.to_str().unwrap(), "-t", "raw", "-"]).0;
        assert!(sox(&tagged) == sox(&plain), "{options}");
        let hound = |file: &Path| hound::WavReader::open(file).unwrap();
        assert_eq!(hound(&tagged).duration(), hound(&plain).duration());
    }
}

#[test]
fn hound_reads_the_samples_and_stops_before_the_chapters() {
    let ran = earcoach("export calf-stretch").run().exits(0);
    let mut reader = hound::WavReader::open(ran.path("calf-stretch.wav")).unwrap();
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    assert_eq!(samples, ffmpeg_samples(&ran.path("calf-stretch.wav")));
}

#[test]
fn a_stream_ends_with_the_same_chapters_as_a_file() {
    let file = earcoach("export calf-stretch -o a.wav").run().exits(0);
    let stream = earcoach("export calf-stretch -o -").run().exits(0);
    assert!(stream.stdout == std::fs::read(file.path("a.wav")).unwrap());
    assert!(chunks(&stream.stdout).iter().any(|(name, _)| name == "cue "));
}

#[test]
fn title_purpose_and_kind_are_tags_without_tricks() {
    let routine = r#"{ "title": "Calm\u001b[1m \u202edown", "about": "To sleep\nwell.",
        "kind": "breath", "steps": [{ "rest": "4s" }] }"#;
    let ran = earcoach("export - -o a.wav").stdin(routine).run().exits(0);
    let file = ran.path("a.wav");
    let arguments = ["-v", "error", "-show_format", "-of", "json", file.to_str().unwrap()];
    let probed: Value = serde_json::from_slice(&tool("ffprobe", &arguments).0).unwrap();
    let expected = serde_json::json!({
        "title": "Calm[1m down",
        "comment": "To sleep well.",
        "genre": "breath",
        "encoder": concat!("earcoach ", env!("CARGO_PKG_VERSION")),
    });
    assert_eq!(probed["format"]["tags"], expected);
}

#[test]
fn the_id3_tag_alone_has_the_same_chapters_to_the_millisecond() {
    let (ran, timeline) = export("--rate 44100");
    let file = std::fs::read(ran.path("a.wav")).unwrap();
    let chunks = chunks(&file);
    let tag = chunks.iter().find(|(name, _)| name == "id3 ").unwrap().1;
    // A few seconds of MPEG audio behind the tag make it one that ffmpeg reads as such.
    let silence = ["-v", "error", "-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", "2"];
    let mpeg = ["-id3v2_version", "0", "-write_xing", "0", "-f", "mp3", "-"];
    let audio = tool("ffmpeg", &[&silence[..], &mpeg].concat()).0;
    let mp3 = ran.path("a.mp3");
    std::fs::write(&mp3, [tag, &audio].concat()).unwrap();
    let millis = |frames: u64| frames * 1000 / 44_100;
    let expected = expected(&timeline).into_iter();
    let expected: Vec<Chapter> =
        expected.map(|(from, until, name)| (millis(from), millis(until), name)).collect();
    assert_eq!(ffprobe_chapters(&mp3, 1000), expected);
}

#[test]
fn more_than_ten_thousand_steps_are_no_chapters_and_it_is_told() {
    let routine = r#"{ "steps": [{ "repeat": { "times": 10001, "steps": [
        { "rest": { "for": "1s", "say": "", "tones": false, "count": 0 } } ] } }] }"#;
    let told = "the WAV has no chapters: there would be 10001, more than 10000";
    let export = |options| earcoach(options).stdin(routine).run().exits(0);
    let ran = export("export - -o a.wav --rate 8000");
    assert!(ran.stderr.ends_with(&format!("\nnote: {told}\n")), "{}", ran.stderr);
    let json = export("export - -o a.wav --rate 8000 --json").json();
    assert_eq!((&json["chapters"], &json["notes"]), (&0.into(), &serde_json::json!([told])));
    let json = export("export - -o a.wav --rate 8000 --plain --json").json();
    assert_eq!((&json["chapters"], &json["notes"]), (&0.into(), &serde_json::json!([])));
}

#[test]
fn an_rf64_stream_ends_with_its_chapters_too() {
    // Chapters come after 4 GiB: of a stream only the head is read here, of which the length
    // of all chunks is the difference between both its lengths.
    let head = |options: &str| {
        let routine = r#"{ "steps": [{ "rest": "23h" }] }"#;
        let program = earcoach(&format!("export - -o - {options}"));
        let mut child = program.spawn();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), routine.as_bytes()).unwrap();
        let mut head = [0; 36];
        child.stdout.take().unwrap().read_exact(&mut head).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let [riff, data] =
            [20, 28].map(|at| u64::from_le_bytes(head[at..at + 8].try_into().unwrap()));
        riff - data
    };
    let routine = r#"{ "steps": [{ "rest": "1s" }] }"#;
    let short = |options: &str| {
        let ran = earcoach(&format!("export - -o a.wav {options} --json")).stdin(routine).run();
        ran.exits(0).json()["bytes"].as_u64().unwrap()
    };
    assert_eq!(head("") - head("--plain"), short("") - short("--plain"));
}

/// What is spoken, by what `show --json` has: where each clip begins, in frames, and its words.
fn spoken(timeline: &Value) -> Vec<(u64, String)> {
    let cues = timeline["cues"].as_array().unwrap().iter();
    let spoken = cues.filter(|cue| cue["text"].is_string());
    spoken.map(|cue| (cue["at"].as_u64().unwrap(), cue["text"].as_str().unwrap().into())).collect()
}

/// Begins and words of what ffmpeg reads from subtitles or lyrics, in parts of a second.
fn packets(file: &Path, parts: u64) -> Vec<(u64, String)> {
    let arguments = ["-v", "error", "-show_packets", "-show_data", "-of", "json"];
    let file = file.to_str().unwrap();
    let probed = tool("ffprobe", &[&arguments[..], &[file]].concat()).0;
    let probed: Value = serde_json::from_slice(&probed).unwrap();
    let packets = probed["packets"].as_array().unwrap().iter();
    let packet = |packet: &Value| {
        let seconds: f64 = packet["pts_time"].as_str().unwrap().parse().unwrap();
        ((seconds * parts as f64).round() as u64, dumped(packet["data"].as_str().unwrap()))
    };
    packets.map(packet).collect()
}

/// The bytes of a dump as text: each line has a place, eight groups of four digits, and what they
/// look like.
fn dumped(dump: &str) -> String {
    let lines = dump.lines().filter_map(|line| line.split_once(": "));
    let digits: String = lines
        .map(|(_, line)| line.chars().take(40).filter(|c| *c != ' ').collect::<String>())
        .collect();
    let bytes = digits
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
    String::from_utf8(bytes.collect()).unwrap().trim_end().to_string()
}

/// A sentence is cues in a row: the words of all of them, from where the first of them begins.
fn assert_these_are_said(sentences: &[(u64, String)], timeline: &Value, parts: u64) {
    let rate = timeline["rate"].as_u64().unwrap();
    let mut cues = spoken(timeline).into_iter();
    for (at, words) in sentences {
        let (begin, mut said) = cues.next().unwrap();
        assert_eq!(begin * parts / rate, *at, "{words}");
        while said.len() < words.len() {
            said = format!("{said} {}", cues.next().unwrap().1);
        }
        assert_eq!(said, *words);
    }
    assert_eq!(cues.next(), None);
}

#[test]
fn ffmpeg_reads_every_sentence_at_its_time_from_lyrics_and_subtitles() {
    for options in ["", "--rate 44100"] {
        let show = earcoach(&format!("show - --json {options}")).stdin(EVERYTHING).run();
        let timeline = show.exits(0).json();
        let command = format!("export - -o a.wav --with lrc,srt,vtt {options}");
        let ran = earcoach(&command).stdin(EVERYTHING).run().exits(0);
        assert_eq!(ran.files(), ["a.lrc", "a.srt", "a.vtt", "a.wav"]);
        for (file, parts) in [("a.srt", 1000), ("a.vtt", 1000), ("a.lrc", 100)] {
            let sentences = packets(&ran.path(file), parts);
            assert!(sentences.iter().any(|(_, words)| words == "Hold for thirty seconds."));
            assert_these_are_said(&sentences, &timeline, parts);
        }
    }
}

#[test]
fn the_timeline_beside_a_file_is_the_one_that_is_shown() {
    let shown = earcoach("show calf-stretch --json").run().exits(0);
    let ran = earcoach("export calf-stretch -o a.wav --with json").run().exits(0);
    assert_eq!(std::fs::read(ran.path("a.timeline.json")).unwrap(), shown.stdout);
}

#[test]
fn the_tracks_of_the_cue_sheet_begin_where_the_steps_do() {
    let (_, timeline) = export("");
    let ran = earcoach("export - -o a.wav --with cue").stdin(EVERYTHING).run().exits(0);
    let sheet = std::fs::read_to_string(ran.path("a.cue")).unwrap();
    let mut lines = sheet.lines();
    assert_eq!(lines.next(), Some("TITLE \"Everything\""));
    assert_eq!(lines.next(), Some("FILE \"a.wav\" WAVE"));
    let expected = expected(&timeline).into_iter().zip(1..).flat_map(|((from, _, name), track)| {
        let (seconds, frames) = (from / 48_000, from % 48_000 * 75 / 48_000);
        [
            format!("  TRACK {track:02} AUDIO"),
            format!("    TITLE \"{name}\""),
            format!("    INDEX 01 {:02}:{:02}:{frames:02}", seconds / 60, seconds % 60),
        ]
    });
    assert!(lines.eq(expected), "{sheet}");
}

#[test]
fn the_labels_have_every_step_and_can_be_imported_again() {
    let (_, timeline) = export("");
    let ran = earcoach("export - -o a.wav --with labels").stdin(EVERYTHING).run().exits(0);
    let labels = std::fs::read_to_string(ran.path("a.labels.txt")).unwrap();
    let seconds =
        |frames: u64| format!("{}.{:06}", frames / 48_000, frames % 48_000 * 1_000_000 / 48_000);
    let regions: Vec<String> = expected(&timeline)
        .into_iter()
        .map(|(from, until, name)| format!("{}\t{}\t{name}", seconds(from), seconds(until)))
        .collect();
    let is_region = |line: &&str| {
        let mut fields = line.split('\t');
        fields.next() != fields.next()
    };
    let found: Vec<&str> = labels.lines().filter(is_region).collect();
    assert_eq!(found, regions);
    earcoach("import labels.txt").file("labels.txt", labels).run().exits(0);
}

#[test]
fn the_files_beside_are_told() {
    let ran = earcoach("export - -o a.wav --with cue,lrc,cue --json").stdin(EVERYTHING).run();
    assert_eq!(ran.exits(0).json()["files"], serde_json::json!(["a.cue", "a.lrc"]));
    let ran = earcoach("export - -o a.wav --with lrc").stdin(EVERYTHING).run().exits(0);
    assert!(ran.stderr.ends_with(" LUFS\nwrote a.lrc\n"), "{}", ran.stderr);
}

#[test]
fn a_file_beside_that_exists_is_kept_unless_forced_and_nothing_is_begun() {
    let ran = earcoach("export -o a.wav --with srt,lrc").file("a.lrc", "mine").run().exits(1);
    assert_eq!(
        ran.stderr,
        "error: `a.lrc` exists already; add --force to replace it, or name another file\n"
    );
    assert_eq!(ran.files(), ["a.lrc"]);
    assert_eq!(std::fs::read(ran.path("a.lrc")).unwrap(), b"mine");
    let ran = earcoach("export -o a.wav --with lrc --force").file("a.lrc", "mine").run().exits(0);
    assert!(std::fs::read_to_string(ran.path("a.lrc")).unwrap().starts_with("[ti:Calf cramp]\n"));
}

#[test]
fn what_can_have_no_files_beside_it_is_refused() {
    for output in ["-", "/dev/null"] {
        let ran = earcoach(&format!("export -o {output} --with lrc")).run().exits(2);
        assert_eq!(
            ran.stderr,
            "error: --with writes files beside the exported one: name that with -o\n"
        );
        assert_eq!(ran.stdout, b"");
    }
    let ran = earcoach("export -o \"a\".wav --with cue").run().exits(2);
    assert!(ran.stderr.starts_with("error: a cue sheet cannot name this file"), "{}", ran.stderr);
    assert_eq!(ran.files(), [] as [&str; 0]);
}

#[test]
fn a_routine_is_not_replaced_by_its_timeline() {
    let ran = earcoach("export my.json --with json,labels --force").file("my.json", EVERYTHING);
    let ran = ran.run().exits(0);
    assert_eq!(ran.files(), ["my.json", "my.labels.txt", "my.timeline.json", "my.wav"]);
    assert_eq!(std::fs::read(ran.path("my.json")).unwrap(), EVERYTHING.as_bytes());
}
