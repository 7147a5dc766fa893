//! What stands in a WAV file besides its samples: chapters and tags, as chunks after them.
//!
//! Sources: Multimedia Programming Interface and Data Specifications 1.0, chapter 2 (chunks,
//! `LIST/INFO`) and chapter 3 (`cue `, `LIST/adtl` with `labl` and `ltxt`).

use super::id3;
use crate::chapters::{Chapter, chapters, tag_text};
use crate::time::Rate;
use crate::timeline::Timeline;

/// The most chapters that a file carries.
pub const MOST_CHAPTERS: usize = 10_000;

/// The program that made the file.
const SOFTWARE: &str = concat!("earcoach ", env!("CARGO_PKG_VERSION"));

/// What is told about a timeline within its file.
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
    /// What had to be left out, for people.
    pub notes: Vec<String>,
}

impl Tags {
    /// The tags of a timeline made of a routine of some kind.
    pub fn of(timeline: &Timeline, kind: &str) -> Self {
        let mut tags = Self {
            title: tag_text(&timeline.title),
            about: tag_text(&timeline.about),
            kind: tag_text(kind),
            rate: timeline.rate,
            chapters: chapters(timeline),
            notes: Vec::new(),
        };
        let count = tags.chapters.len();
        if count > MOST_CHAPTERS {
            tags.chapters.clear();
            tags.notes.push(format!(
                "the WAV has no chapters: there would be {count}, more than {MOST_CHAPTERS}"
            ));
        } else if tags.points().count() < count {
            let points = tags.points().count();
            tags.notes.push(format!(
                "the last {} chapters lie further on than WAV's own cue points can count: \
                 they are in its ID3 tag alone",
                count - points
            ));
        }
        tags
    }

    /// The chapters at which there can be a cue point: those that begin and end where 32 bits
    /// count frames. Each has its number among all.
    fn points(&self) -> impl Iterator<Item = (u32, u32, &Chapter)> {
        let chapters = (0..).zip(&self.chapters);
        chapters.map_while(|(number, chapter)| {
            u32::try_from(chapter.until.0).ok().map(|_| (number, chapter.from.0 as u32, chapter))
        })
    }

    /// All of it as chunks.
    ///
    /// A reader that knows both the ID3 tag and the cue points takes the later ones where both
    /// have a number: the cue points, which are exact to the frame. That is why they come last,
    /// and why their numbers begin at 0, as the places of the tag's chapters do.
    pub fn chunks(&self) -> Vec<u8> {
        let tag = id3::tag(&self.title, &self.about, self.rate, &self.chapters);
        let mut chunks = chunk(*b"id3 ", &tag);
        if !self.chapters.is_empty() {
            chunks.extend(chunk(*b"cue ", &self.cue_points()));
            chunks.extend(chunk(*b"LIST", &self.labels()));
        }
        chunks.extend(chunk(*b"LIST", &self.info()));
        chunks
    }

    /// A cue point's place is told twice: in the order of playing, and within the data chunk.
    fn cue_points(&self) -> Vec<u8> {
        let mut body = (self.points().count() as u32).to_le_bytes().to_vec();
        for (number, at, _) in self.points() {
            let data = u32::from_le_bytes(*b"data");
            for field in [number, at, data, 0, 0, at] {
                body.extend(field.to_le_bytes());
            }
        }
        body
    }

    /// All names come first: there are readers that know nothing else and stop at it.
    fn labels(&self) -> Vec<u8> {
        let mut list = b"adtl".to_vec();
        for (number, _, chapter) in self.points() {
            let name = [&number.to_le_bytes(), chapter.name.as_bytes(), &[0]].concat();
            list.extend(chunk(*b"labl", &name));
        }
        for (number, _, chapter) in self.points() {
            let frames = chapter.frames().0 as u32;
            // Country, language, dialect and code page are those of a text, of which there is none.
            let lengths = [number, frames].map(u32::to_le_bytes);
            list.extend(chunk(*b"ltxt", &[lengths.as_flattened(), b"rgn ", &[0; 8]].concat()));
        }
        list
    }

    fn info(&self) -> Vec<u8> {
        let mut list = b"INFO".to_vec();
        let texts = [
            (*b"INAM", self.title.as_str()),
            (*b"ICMT", &self.about),
            (*b"IGNR", &self.kind),
            (*b"ISFT", SOFTWARE),
        ];
        for (id, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            list.extend(chunk(id, &[text.as_bytes(), &[0]].concat()));
        }
        list
    }
}

/// A chunk: its name, its length, its bytes, and one more where their number is odd.
pub fn chunk(id: [u8; 4], body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32).to_le_bytes();
    let mut chunk = [&id, &length, body].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routine::Verb;
    use crate::time::Frames;

    fn tags(chapters: &[(&str, u64, u64)]) -> Tags {
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
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_chunk_of_odd_length_is_filled_up_but_not_counted_longer() {
        assert_eq!(chunk(*b"labl", b"abc"), *b"labl\x03\0\0\0abc\0");
        assert_eq!(chunk(*b"labl", b"ab"), *b"labl\x02\0\0\0ab");
    }

    #[test]
    fn each_chapter_is_a_cue_point_with_a_name_and_a_length() {
        let tags = tags(&[("In", 3, 258), ("Out", 258, 261)]);
        let points = [
            b"\x02\0\0\0".as_slice(),
            b"\0\0\0\0\x03\0\0\0data\0\0\0\0\0\0\0\0\x03\0\0\0".as_slice(),
            b"\x01\0\0\0\x02\x01\0\0data\0\0\0\0\0\0\0\0\x02\x01\0\0".as_slice(),
        ];
        assert_eq!(tags.cue_points(), points.concat());
        let labels = [
            b"adtl".as_slice(),
            b"labl\x07\0\0\0\0\0\0\0In\0\0".as_slice(),
            b"labl\x08\0\0\0\x01\0\0\0Out\0".as_slice(),
            b"ltxt\x14\0\0\0\0\0\0\0\xff\0\0\0rgn \0\0\0\0\0\0\0\0".as_slice(),
            b"ltxt\x14\0\0\0\x01\0\0\0\x03\0\0\0rgn \0\0\0\0\0\0\0\0".as_slice(),
        ];
        assert_eq!(tags.labels(), labels.concat());
    }

    #[test]
    fn the_texts_that_there_are_stand_in_the_info_list() {
        let info = [
            b"INFOINAM\x05\0\0\0Calm\0\0IGNR\x06\0\0\0other\0ISFT".as_slice(),
            &(SOFTWARE.len() as u32 + 1).to_le_bytes(),
            SOFTWARE.as_bytes(),
            &[0; 2][..=(SOFTWARE.len() + 1) % 2],
        ];
        assert_eq!(tags(&[]).info(), info.concat());
    }

    #[test]
    fn all_chunks_follow_each_other_and_without_chapters_there_are_no_cue_points() {
        let names = |bytes: &[u8]| {
            let (mut names, mut rest) = (Vec::new(), bytes);
            while let Some((head, body)) = rest.split_first_chunk::<8>() {
                let length = u32::from_le_bytes(head[4..].try_into().unwrap()) as usize;
                let kind = if &head[..4] == b"LIST" { &body[..4] } else { &head[..4] };
                names.push(String::from_utf8(kind.into()).unwrap());
                rest = &body[length.next_multiple_of(2)..];
            }
            assert!(rest.is_empty());
            names
        };
        assert_eq!(names(&tags(&[("In", 3, 8)]).chunks()), ["id3 ", "cue ", "adtl", "INFO"]);
        assert_eq!(names(&tags(&[]).chunks()), ["id3 ", "INFO"]);
    }

    #[test]
    fn more_chapters_than_a_file_carries_are_none_and_it_is_told() {
        let steps: Vec<_> = (0..10_001).map(|at| (Verb::Say, "x", at, 1)).collect();
        let timeline = Timeline::of(10_001, &[], &[]).with_steps(&steps);
        let tags = Tags::of(&timeline, "other");
        let told = "the WAV has no chapters: there would be 10001, more than 10000";
        assert_eq!((tags.chapters, tags.notes), (Vec::new(), vec![told.to_string()]));
        let timeline = Timeline::of(10_000, &[], &[]).with_steps(&steps[..10_000]);
        let tags = Tags::of(&timeline, "other");
        assert_eq!((tags.chapters.len(), tags.notes), (10_000, Vec::new()));
    }

    #[test]
    fn chapters_beyond_32_bits_have_no_cue_point_and_it_is_told() {
        let far = u64::from(u32::MAX);
        let steps = [(Verb::Say, "a", 0, 9), (Verb::Say, "b", 9, 9), (Verb::Say, "c", far + 1, 9)];
        let tags = Tags::of(&Timeline::of(far + 9, &[], &[]).with_steps(&steps), "other");
        let points: Vec<_> = tags.points().map(|(number, at, _)| (number, at)).collect();
        assert_eq!((tags.chapters.len(), points), (3, vec![(0, 0)]));
        assert_eq!(
            tags.notes,
            [
                "the last 2 chapters lie further on than WAV's own cue points can count: they are in \
              its ID3 tag alone"
            ]
        );
    }
}
