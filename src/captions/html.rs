//! A page that plays the routine in a browser, with its sound and all else within: one file to
//! be sent to somebody. `page.html`, `page.css` and `page.js` beside this file are its source.
//!
//! What a routine says comes from strangers. It is data in the page (HTML Living Standard,
//! section "Restrictions for contents of script elements": without `<` it cannot end), the
//! script puts it in as text alone, and a policy (Content Security Policy Level 3) lets the page
//! run no other script and load nothing. The policy names script and style by their SHA-256;
//! a test keeps the two current.

use std::io::{self, Seek, SeekFrom, Write};

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use serde_json::{Value, json};

use super::{Captions, Page};
use crate::chapters::{named, tag_text};
use crate::parts::{Leave, Part, stretches};
use crate::routine::Verb;
use crate::terminal::json_line;
use crate::time::Frames;
use crate::timeline::TimelineStep;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the page.
///
/// # Errors
/// Whatever reading the sound or writing to `out` gives.
pub fn write(captions: &Captions, mut out: impl Write) -> io::Result<()> {
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once('@') {
        out.write_all(before.as_bytes())?;
        let Some((name, after)) = after.split_once('@') else { break };
        match name {
            "style" => out.write_all(STYLE.as_bytes())?,
            "script" => out.write_all(SCRIPT.as_bytes())?,
            "data" => out.write_all(data(captions).as_bytes())?,
            _ => sound(captions.page.as_ref(), &mut out)?,
        }
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// The sound as a URL of its own (RFC 2397), if there is any.
fn sound(page: Option<&Page>, out: &mut impl Write) -> io::Result<()> {
    let Some(page) = page else { return Ok(()) };
    write!(out, "data:{};base64,", page.media_type)?;
    let mut encoder = EncoderWriter::new(out, &STANDARD);
    let mut file = &page.sound;
    file.seek(SeekFrom::Start(0))?;
    io::copy(&mut file, &mut encoder)?;
    encoder.finish().map(|_| ())
}

/// All that the script needs to know, all times in seconds.
fn data(captions: &Captions) -> String {
    let timeline = captions.timeline;
    let seconds = |frame: Frames| frame.0 as f64 / f64::from(captions.rate().hz());
    let is_shown = |step: &&TimelineStep| {
        step.verb != Verb::Tone && step.frames > Frames(0) && step.at < timeline.frames
    };
    let shown: Vec<&TimelineStep> = timeline.steps.iter().filter(is_shown).collect();
    let ends = shown.iter().skip(1).map(|next| next.at).chain([timeline.frames]);
    let step = |(step, end): (&&TimelineStep, Frames)| {
        json!({
            "name": named(&step.label, step.side),
            "from": seconds(step.at),
            "until": seconds(end),
            "timed": step.timed.map(|(at, frames)| {
                json!({ "from": seconds(at), "until": seconds(at + frames) })
            }),
        })
    };
    let wait = |part: Part| {
        let leave = match part.leave? {
            Leave::AtLimit => "limit",
            Leave::WhenReady => "ready",
        };
        Some(json!({ "from": seconds(part.from), "until": seconds(part.until), "leave": leave }))
    };
    let sentences = captions.sentences.iter().map(|sentence| {
        let (from, until) = (seconds(sentence.from), seconds(sentence.until));
        json!({ "words": sentence.words, "from": from, "until": until })
    });
    let value = json!({
        "title": captions.title(),
        "about": tag_text(&timeline.about),
        "kind": captions.page.as_ref().map_or("", |page| page.kind),
        "sound": captions.page.as_ref().map_or("", |page| page.media_type),
        "length": seconds(timeline.frames),
        "steps": shown.iter().zip(ends).map(step).collect::<Vec<Value>>(),
        "waits": stretches(timeline).into_iter().filter_map(wait).collect::<Vec<Value>>(),
        "sentences": sentences.collect::<Vec<Value>>(),
    });
    json_line(&value).replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{example, spoken, written};
    use super::*;

    /// The data in a page, and what is left of the page without it.
    fn parted(page: &str) -> (Value, String) {
        let (before, after) = page.split_once("type=\"application/json\">").unwrap();
        let (data, after) = after.split_once("</script>").unwrap();
        (serde_json::from_str(data).unwrap(), format!("{before}{after}"))
    }

    #[test]
    fn the_page_holds_each_sentence_and_step_in_seconds() {
        let mut timeline = example();
        timeline.steps[1].verb = Verb::Deepen;
        timeline.steps[1].timed = Some((Frames(20_000), Frames(4_000)));
        let (data, _) = parted(&written(&timeline, Format::Html));
        let expected = json!({
            "title": "Calm", "about": "", "kind": "", "sound": "", "length": 4500.0,
            "steps": [
                { "name": "Begin", "from": 0.5, "until": 2.0, "timed": null },
                { "name": "Hold \"still\"", "from": 2.0, "until": 4440.0,
                  "timed": { "from": 2.5, "until": 3.0 } },
                { "name": "Rest <-->", "from": 4440.0, "until": 4500.0, "timed": null },
            ],
            "waits": [{ "from": 2.0, "until": 4440.0, "leave": "limit" }],
            "sentences": [
                { "words": "Hold it, for one minute.", "from": 0.501, "until": 0.802 },
                { "words": "[Rest] <i>&{now}</i> --> \"well\".", "from": 2.0, "until": 3.0 },
                { "words": "One", "from": 4_440.999_875, "until": 4_441.000_375 },
            ],
        });
        assert_eq!(data, expected);
    }

    #[test]
    fn no_words_become_markup() {
        let hostile = "</script><script>alert(1)</script><!-- @style@ \u{2028}";
        let mut timeline = spoken(&[(8000, 80, hostile, false)]);
        for text in [&mut timeline.title, &mut timeline.about, &mut timeline.steps[0].label] {
            *text = hostile.into();
        }
        let page = written(&timeline, Format::Html);
        assert_eq!(page.matches("<script").count(), 2);
        let (data, rest) = parted(&page);
        assert!(!rest.contains("alert("));
        assert_eq!(data["title"], tag_text(hostile));
        assert_eq!(data["sentences"][0]["words"], tag_text(hostile));
    }

    #[test]
    fn the_sound_is_in_the_page() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"OggS and more").unwrap();
        let timeline = example();
        let page = Some(Page { kind: "cramp", media_type: "audio/ogg;codecs=opus", sound: file });
        let captions = Captions { page, ..Captions::of(&timeline, &[], "calm.wav") };
        let mut out = Vec::new();
        captions.write(Format::Html, &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        assert!(page.contains(" src=\"data:audio/ogg;codecs=opus;base64,T2dnUyBhbmQgbW9yZQ==\">"));
        assert_eq!(parted(&page).0["kind"], "cramp");
    }
}
