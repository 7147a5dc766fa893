//! Files beside an exported one: its words and chapters as other programs take them. Each
//! format has a file here and writes what the common model holds: sentences with their times,
//! and chapters.

pub mod cue;
pub mod html;
pub mod labels;
pub mod lrc;
pub mod srt;
pub mod vtt;

use std::fs::File;
use std::io::{self, Write};

use clap::ValueEnum;

use crate::chapters::{Chapter, chapters, tag_text};
use crate::routine::Parameter;
use crate::time::{Frames, Rate};
use crate::timeline::Timeline;
use crate::view::json;

/// What may stand beside an exported file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Its words as lyrics, for music players
    Lrc,
    /// Its words as subtitles, SubRip
    Srt,
    /// Its words as subtitles for the web, WebVTT
    Vtt,
    /// Its steps as tracks, a cue sheet
    Cue,
    /// Its steps and words as labels for Audacity
    Labels,
    /// The whole timeline, as `show --json` prints it
    Json,
    /// All of it with its sound: a page that plays in a browser
    Html,
}

impl Format {
    /// What such a file's name ends in. Labels and timelines have an ending of two parts: a
    /// routine's own file is likely to have the same name with the last.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Lrc => "lrc",
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::Cue => "cue",
            Self::Labels => "labels.txt",
            Self::Json => "timeline.json",
            Self::Html => "html",
        }
    }
}

/// Words spoken without a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The words, on one line.
    pub words: String,
    /// Where they begin.
    pub from: Frames,
    /// Where they end.
    pub until: Frames,
}

/// What there is to be written about a timeline.
#[derive(Debug)]
pub struct Captions<'a> {
    /// The timeline.
    pub timeline: &'a Timeline,
    /// The parameters of its routine.
    pub params: &'a [Parameter],
    /// The exported file's name, without its folder.
    pub file: &'a str,
    /// What is spoken.
    pub sentences: Vec<Sentence>,
    /// The steps.
    pub chapters: Vec<Chapter>,
    /// What a page needs beside all that.
    pub page: Option<Page>,
}

/// What is in a page beside words and steps.
#[derive(Debug)]
pub struct Page {
    /// What kind of routine it is.
    pub kind: &'static str,
    /// What sort of sound it has: a media type (RFC 6838).
    pub media_type: &'static str,
    /// A whole file of sound.
    pub sound: File,
}

impl<'a> Captions<'a> {
    /// What there is to be written about `timeline`, exported to `file`.
    pub fn of(timeline: &'a Timeline, params: &'a [Parameter], file: &'a str) -> Self {
        let (sentences, chapters) = (sentences(timeline), chapters(timeline));
        Self { timeline, params, file, sentences, chapters, page: None }
    }

    /// Writes it in a format.
    ///
    /// # Errors
    /// Whatever writing to `out` gives.
    pub fn write(&self, format: Format, out: impl Write) -> io::Result<()> {
        match format {
            Format::Lrc => lrc::write(self, out),
            Format::Srt => srt::write(self, out),
            Format::Vtt => vtt::write(self, out),
            Format::Cue => cue::write(self, out),
            Format::Labels => labels::write(self, out),
            Format::Json => json::write(self.timeline, self.params, out),
            Format::Html => html::write(self, out),
        }
    }

    /// What a format has to leave out, for people.
    pub fn note(&self, format: Format) -> Option<String> {
        match format {
            Format::Cue => cue::note(self),
            _ => None,
        }
    }

    /// The timeline's name on one line.
    pub fn title(&self) -> String {
        tag_text(&self.timeline.title)
    }

    /// Whole seconds and parts of a second at a frame; what is less than a part is dropped, so
    /// that nothing begins too late.
    fn moment(&self, frame: Frames, parts: u64) -> (u64, u64) {
        let all = u128::from(frame.0) * u128::from(parts) / u128::from(self.rate().hz());
        (all as u64 / parts, all as u64 % parts)
    }

    fn rate(&self) -> Rate {
        self.timeline.rate
    }

    /// A moment as subtitles have it: hours, minutes, seconds, a mark, milliseconds.
    fn subtitle_time(&self, frame: Frames, mark: char) -> String {
        let (seconds, millis) = self.moment(frame, 1000);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        format!("{hours:02}:{minutes:02}:{seconds:02}{mark}{millis:03}")
    }

    /// When a sentence is to be read, as subtitles have it: for a millisecond at least.
    fn subtitle_times(&self, sentence: &Sentence, mark: char) -> String {
        let millisecond = Frames(u64::from(self.rate().hz()).div_ceil(1000));
        let until = sentence.until.max(sentence.from + millisecond);
        let [from, until] = [sentence.from, until].map(|frame| self.subtitle_time(frame, mark));
        format!("{from} --> {until}")
    }
}

/// The sentences of a timeline in the order heard: clips that go on with a sentence join it. In a
/// take a sentence may be broken off; what is played of it later is one of its own.
pub fn sentences(timeline: &Timeline) -> Vec<Sentence> {
    // A clip takes whole milliseconds in the plan: as much may lie between two that join.
    let most = Frames(u64::from(timeline.rate.hz()).div_ceil(1000) + 1);
    let mut sentences: Vec<Sentence> = Vec::new();
    for cue in &timeline.cues {
        let Some(words) = timeline.sound(cue).kind.words() else { continue };
        let (words, until) = (tag_text(words), timeline.end(cue));
        if words.trim().is_empty() {
            continue;
        }
        let goes_on = |last: &&mut Sentence| cue.goes_on && last.until + most >= cue.at;
        match sentences.last_mut().filter(goes_on) {
            Some(last) if last.until <= cue.at => {
                last.words = format!("{} {words}", last.words);
                last.until = until;
            }
            _ => sentences.push(Sentence { words, from: cue.at, until }),
        }
    }
    sentences
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::routine::Verb;
    use crate::timeline::{Cue, Ear, Sound, SoundKind};
    use crate::voice::{ClipId, VoiceClip};

    /// A timeline of 75 minutes at 8 kHz: each cue with its place, its length, its words, and
    /// whether it goes on.
    pub fn spoken(cues: &[(u64, u64, &str, bool)]) -> Timeline {
        let mut timeline = Timeline::of(75 * 60 * 8000, &[], &[]).with_steps(&[
            (Verb::Say, "Begin", 4000, 12_000),
            (Verb::Hold, "Hold \"still\"", 16_000, 8_000),
            (Verb::Rest, "Rest <-->", 74 * 60 * 8000, 60 * 8000),
        ]);
        timeline.title = "Calm".into();
        for (index, &(at, frames, words, goes_on)) in cues.iter().enumerate() {
            let kind = SoundKind::Voice {
                clip: VoiceClip { pack: 0, clip: ClipId(0) },
                words: words.into(),
            };
            timeline.sounds.push(Sound { kind, frames: Frames(frames) });
            let (at, sound, ear) = (Frames(at), index as u32, Ear::Both);
            timeline.cues.push(Cue { at, sound, step: 0, goes_on, cut: None, ear });
        }
        timeline
    }

    /// The timeline of which every format has an example.
    pub fn example() -> Timeline {
        spoken(&[
            (4008, 800, "Hold it,", false),
            (4816, 1600, "for one minute.", true),
            (16_000, 8000, "[Rest] <i>&{now}</i> --> \"well\".", false),
            (74 * 60 * 8000 + 7999, 4, "One", false),
        ])
    }

    /// What a format writes of a timeline that is in `calm.wav`.
    pub fn written(timeline: &Timeline, format: Format) -> String {
        let mut out = Vec::new();
        Captions::of(timeline, &[], "calm.wav").write(format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn sentence(words: &str, from: u64, until: u64) -> Sentence {
        Sentence { words: words.into(), from: Frames(from), until: Frames(until) }
    }

    #[test]
    fn clips_that_go_on_are_one_sentence() {
        let timeline = spoken(&[
            (0, 80, "Hold for", false),
            (88, 80, "two", true),
            (168, 80, "minutes.", true),
            (248, 80, "Two", false),
        ]);
        let expected = [sentence("Hold for two minutes.", 0, 248), sentence("Two", 248, 328)];
        assert_eq!(sentences(&timeline), expected);
    }

    #[test]
    fn what_is_heard_of_a_broken_sentence_later_is_one_of_its_own() {
        let mut timeline = spoken(&[
            (0, 80, "Hold for", false),
            (80, 80, "two", true),
            (800, 80, "minutes.", true),
        ]);
        timeline.cues[1].cut = Some(Frames(120));
        let expected = [sentence("Hold for two", 0, 120), sentence("minutes.", 800, 880)];
        assert_eq!(sentences(&timeline), expected);
    }

    #[test]
    fn the_json_is_the_one_that_is_shown() {
        let (timeline, mut shown) = (example(), Vec::new());
        json::write(&timeline, &[], &mut shown).unwrap();
        assert_eq!(written(&timeline, Format::Json).as_bytes(), shown);
    }
}
