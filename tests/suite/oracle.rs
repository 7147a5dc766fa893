//! Exported files as others read them: every cue on its frame, by ffmpeg's eyes.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use crate::support::{EVERYTHING, earcoach, ffmpeg_samples, repository, tool};

/// A cue of `show --json`.
struct Cue {
    at: usize,
    frames: usize,
    voice: Option<String>,
    tone: Option<String>,
}

fn cues(timeline: &Value) -> Vec<Cue> {
    let text = |value: &Value| value.as_str().map(String::from);
    let cue = |cue: &Value| Cue {
        at: cue["at"].as_u64().unwrap() as usize,
        frames: cue["frames"].as_u64().unwrap() as usize,
        voice: text(&cue["text"]),
        tone: text(&cue["tone"]),
    };
    timeline["cues"].as_array().unwrap().iter().map(cue).collect()
}

/// The file of each clip's words, as the manifest has it.
fn files() -> HashMap<String, String> {
    let manifest = repository().join("audio/voices/heart/voice.json");
    let manifest: Value = serde_json::from_slice(&std::fs::read(manifest).unwrap()).unwrap();
    let clips = manifest["clips"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_string();
    clips.map(|clip| (text(&clip["words"]), text(&clip["file"]))).collect()
}

/// How many frames later than at `at` a clip recorded at 24 kHz lies in a file at 48 kHz,
/// within a millisecond, by the greatest correlation.
fn lag(file: &[i16], at: usize, clip: &[i16]) -> isize {
    let correlation = |lag: isize| -> f64 {
        let begin = at as isize + lag;
        let pairs = clip.iter().enumerate().map(|(i, sample)| {
            let place = usize::try_from(begin + 2 * i as isize).ok();
            let found = place.and_then(|place| file.get(place)).copied().unwrap_or(0);
            f64::from(*sample) * f64::from(found)
        });
        pairs.sum()
    };
    (-48..=48).max_by(|a, b| correlation(*a).total_cmp(&correlation(*b))).unwrap()
}

/// Asserts that every cue of the timeline begins on its frame in the file, and that
/// nothing is heard between the cues.
fn assert_every_cue_on_its_frame(timeline: &Value, file: &[i16]) {
    assert_eq!(file.len() as u64, timeline["frames"].as_u64().unwrap());
    let files = files();
    let mut decoded: HashMap<String, Vec<i16>> = HashMap::new();
    let mut tones: HashMap<String, Vec<i16>> = HashMap::new();
    let mut silent_from = 0;
    for cue in cues(timeline) {
        let alone = cue.at >= silent_from;
        if alone {
            let between = &file[silent_from..cue.at];
            assert!(between.iter().all(|sample| *sample == 0), "sound before frame {}", cue.at);
        }
        if let Some(words) = &cue.voice {
            let clip = decoded.entry(words.clone()).or_insert_with(|| {
                let folder = repository().join("audio/voices/heart");
                ffmpeg_samples(&folder.join(&files[words]))
            });
            assert_eq!(cue.frames, 2 * clip.len(), "{words}");
            assert_eq!(lag(file, cue.at, clip), 0, "“{words}” at frame {}", cue.at);
        } else if let Some(tone) = &cue.tone {
            // Wherever a tone is heard alone, it is the same to the sample.
            let heard = &file[cue.at..cue.at + cue.frames];
            let first = tones.entry(tone.clone()).or_insert_with(|| heard.to_vec());
            assert!(!alone || heard == first, "{tone} at frame {}", cue.at);
            let onset = heard.iter().position(|sample| *sample != 0);
            assert!(onset < Some(16), "{tone} at frame {} begins {onset:?} late", cue.at);
        }
        silent_from = silent_from.max(cue.at + cue.frames);
    }
    assert!(file[silent_from..].iter().all(|sample| *sample == 0));
}

fn show(options: &str, routine: &str) -> Value {
    earcoach(&format!("show - --json {options}")).stdin(routine).run().exits(0).json()
}

fn export(options: &str, routine: &str) -> Vec<i16> {
    let ran = earcoach(&format!("export - -o a.wav {options}")).stdin(routine).run().exits(0);
    ffmpeg_samples(&ran.path("a.wav"))
}

fn calf_cramp() -> String {
    std::fs::read_to_string(repository().join("audio/routines/calf-cramp.json")).unwrap()
}

#[test]
fn every_cue_of_the_calf_cramp_routine_begins_on_its_frame() {
    let (options, routine) = ("--side left", calf_cramp());
    assert_every_cue_on_its_frame(&show(options, &routine), &export(options, &routine));
}

#[test]
fn every_cue_of_a_routine_of_all_verbs_begins_on_its_frame() {
    let options = "--limit 3";
    assert_every_cue_on_its_frame(&show(options, EVERYTHING), &export(options, EVERYTHING));
}

#[test]
fn every_format_holds_the_same_sound() {
    let mono = export("", EVERYTHING);
    for options in ["--bits 24", "--bits 32"] {
        let samples = export(options, EVERYTHING);
        assert_eq!(samples, mono, "{options}");
    }
    let stereo = export("--channels 2", EVERYTHING);
    assert!(stereo.chunks_exact(2).zip(&mono).all(|(pair, sample)| pair == [*sample; 2]));
    assert_eq!(stereo.len(), 2 * mono.len());
}

#[test]
fn the_loudness_that_is_told_is_the_one_that_ffmpeg_measures() {
    for options in ["--rate 48000", "--rate 22050", "--side right --limit 2"] {
        let command = format!("export calf-cramp --json -o a.wav {options}");
        let ran = earcoach(&command).run().exits(0);
        let told = ran.json()["lufs"].as_f64().unwrap();
        let file = ran.path("a.wav");
        let (_, log) = tool(
            "ffmpeg",
            &["-i", file.to_str().unwrap(), "-af", "ebur128=dualmono=true", "-f", "null", "-"],
        );
        let summary = log.rsplit("Integrated loudness:").next().unwrap();
        let measured = summary.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap();
        assert!((told - measured).abs() <= 0.2, "{options}: told {told}, measured {measured}");
    }
}

/// The 64-bit FNV-1a hash (draft-eastlake-fnv, section 2), enough to notice any change.
fn hash(file: &Path) -> String {
    let bytes = std::fs::read(file).unwrap();
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// These change only when a routine, the voice or the rendering is changed on purpose;
/// the files must be the same on every processor.
#[test]
fn two_routines_are_the_very_bytes_they_were() {
    let ran = earcoach("export --side left --quiet").run().exits(0);
    assert_eq!(hash(&ran.path("calf-cramp.wav")), CALF_CRAMP);
    let ran = earcoach("export - -o a.wav --rate 44100 --channels 2 --bits 24 --quiet")
        .stdin(EVERYTHING)
        .run()
        .exits(0);
    assert_eq!(hash(&ran.path("a.wav")), EVERYTHING_AT_44100);
}

const CALF_CRAMP: &str = "1f063afb617587a2";
const EVERYTHING_AT_44100: &str = "54c2d72a57f27fb6";
