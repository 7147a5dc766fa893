//! What is told about a timeline within its file: every format says it in its own way.

use crate::chapters::{Chapter, chapters, tag_text};
use crate::time::Rate;
use crate::timeline::Timeline;

/// The program that made the file.
pub const SOFTWARE: &str = concat!("earcoach ", env!("CARGO_PKG_VERSION"));

/// What is told about a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Tags {
    /// Its name.
    pub title: String,
    /// What it is for.
    pub about: String,
    /// What kind of routine it is.
    pub kind: String,
    /// Frames a second, by which the chapters count.
    pub rate: Rate,
    /// Its chapters.
    pub chapters: Vec<Chapter>,
    /// Its place among others, if it is a track of several.
    pub track: Option<Track>,
}

/// The place of a track among others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// What they make together.
    pub album: String,
    /// Its number, from 1 on.
    pub number: usize,
    /// How many there are.
    pub count: usize,
}

impl Track {
    /// Its number and how many there are: `2/12`.
    pub fn of_count(&self) -> String {
        format!("{}/{}", self.number, self.count)
    }
}

impl Tags {
    /// The tags of a timeline made of a routine of some kind.
    pub fn of(timeline: &Timeline, kind: &str) -> Self {
        Self {
            title: tag_text(&timeline.title),
            about: tag_text(&timeline.about),
            kind: tag_text(kind),
            rate: timeline.rate,
            chapters: chapters(timeline),
            track: None,
        }
    }

    /// Leaves the chapters out where there are more than `format` can have, and tells it.
    pub(super) fn limit_chapters(&mut self, most: usize, format: &str) -> Option<String> {
        let count = self.chapters.len();
        (count > most).then(|| {
            self.chapters.clear();
            format!("the {format} has no chapters: there would be {count}, more than {most}")
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::routine::Verb;
    use crate::time::Frames;

    /// The tags of a file at 8 kHz with these chapters: each a name, its begin and its end.
    pub fn tags(chapters: &[(&str, u64, u64)]) -> Tags {
        let chapter = |&(name, from, until): &(&str, u64, u64)| Chapter {
            name: name.into(),
            from: Frames(from),
            until: Frames(until),
        };
        Tags {
            title: "Calm".into(),
            about: String::new(),
            kind: "other".into(),
            rate: Rate::new(8000).unwrap(),
            chapters: chapters.iter().map(chapter).collect(),
            track: None,
        }
    }

    impl Tags {
        /// The same for a track of several.
        #[must_use]
        pub fn with_track(self, album: &str, number: usize, count: usize) -> Self {
            let track = Some(Track { album: album.into(), number, count });
            Self { track, ..self }
        }
    }

    #[test]
    fn more_chapters_than_a_file_carries_are_none_and_it_is_told() {
        let steps = [(Verb::Say, "a", 0, 9), (Verb::Say, "b", 9, 9), (Verb::Say, "c", 18, 9)];
        let mut tags = Tags::of(&Timeline::of(27, &[], &[]).with_steps(&steps), "other");
        assert_eq!((tags.limit_chapters(3, "WAV"), tags.chapters.len()), (None, 3));
        let told = "the WAV has no chapters: there would be 3, more than 2".to_string();
        assert_eq!((tags.limit_chapters(2, "WAV"), tags.chapters), (Some(told), Vec::new()));
    }
}
