//! Vorbis comments, the tags of FLAC and Opus files: a list of `NAME=text`.
//!
//! Sources: Ogg Vorbis I format specification, section 5 (comments and their names); Xiph wiki,
//! "Chapter Extension" (`CHAPTERxxx`, times to the millisecond, names).

use super::tags::{SOFTWARE, Tags, Track};
use crate::time::Millis;

/// The most chapters that can be numbered: three digits, from 001.
pub const MOST_CHAPTERS: usize = 999;

/// Who wrote the list: it stands before every list, even where there are no comments.
pub const VENDOR: &str = env!("CARGO_PKG_NAME");

/// All of it as comments.
pub fn comments(tags: &Tags) -> Vec<String> {
    let number = |of: fn(&Track) -> usize| {
        tags.track.as_ref().map(|track| of(track).to_string()).unwrap_or_default()
    };
    let texts = [
        ("TITLE", tags.title.as_str()),
        ("ALBUM", tags.track.as_ref().map_or("", |track| &track.album)),
        ("TRACKNUMBER", &number(|track| track.number)),
        ("TRACKTOTAL", &number(|track| track.count)),
        ("DESCRIPTION", &tags.about),
        ("GENRE", &tags.kind),
        ("ENCODER", SOFTWARE),
    ];
    let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
    let mut comments: Vec<String> = texts.map(|(name, text)| format!("{name}={text}")).collect();
    for (chapter, number) in tags.chapters.iter().zip(1..) {
        let at = clock(tags.rate.moment_of(chapter.from));
        comments.push(format!("CHAPTER{number:03}={at}"));
        comments.push(format!("CHAPTER{number:03}NAME={}", chapter.name));
    }
    comments
}

/// A moment as `HH:MM:SS.mmm`.
fn clock(at: Millis) -> String {
    let (seconds, millis) = (at.0 / 1000, at.0 % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{millis:03}")
}

#[cfg(test)]
mod tests {
    use super::super::tags::tests::tags;
    use super::*;

    #[test]
    fn texts_come_first_and_then_each_chapter_with_its_moment_and_its_name() {
        let tags = tags(&[("In", 8, 29_480_000), ("Out = end", 29_480_000, 30_000_000)]);
        let expected = [
            "TITLE=Calm",
            "GENRE=other",
            &format!("ENCODER={SOFTWARE}"),
            "CHAPTER001=00:00:00.001",
            "CHAPTER001NAME=In",
            "CHAPTER002=01:01:25.000",
            "CHAPTER002NAME=Out = end",
        ];
        assert_eq!(comments(&tags), expected);
    }

    #[test]
    fn a_track_has_its_album_and_its_number() {
        let comments = comments(&tags(&[]).with_track("Evening", 2, 12));
        let expected = ["TITLE=Calm", "ALBUM=Evening", "TRACKNUMBER=2", "TRACKTOTAL=12"];
        assert_eq!(comments[..4], expected);
    }
}
