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
