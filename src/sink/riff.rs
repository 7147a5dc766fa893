//! What stands in a WAV file besides its samples: chapters and tags, as chunks after them.
//!
//! Sources: Multimedia Programming Interface and Data Specifications 1.0, chapter 2 (chunks,
//! `LIST/INFO`) and chapter 3 (`cue `, `LIST/adtl` with `labl` and `ltxt`). A track's number
//! stands in `ITRK`, which came later and is what players read.

use super::id3;
use super::tags::{SOFTWARE, Tags, Track};
use crate::chapters::Chapter;

/// The most chapters that a file carries.
pub const MOST_CHAPTERS: usize = 10_000;

/// Leaves out what a WAV file cannot hold, and tells it.
pub fn limit(tags: &mut Tags) -> Vec<String> {
    if let Some(note) = tags.limit_chapters(MOST_CHAPTERS, "WAV") {
        return vec![note];
    }
    let beyond = tags.chapters.len() - points(tags).count();
    if beyond == 0 {
        return Vec::new();
    }
    vec![format!(
        "the last {beyond} chapters lie further on than WAV's own cue points can count: they are \
         in its ID3 tag alone"
    )]
}

/// The chapters at which there can be a cue point: those that begin and end where 32 bits
/// count frames. Each has its number among all.
fn points(tags: &Tags) -> impl Iterator<Item = (u32, u32, &Chapter)> {
    let chapters = (0..).zip(&tags.chapters);
    chapters.map_while(|(number, chapter)| {
        u32::try_from(chapter.until.0).ok().map(|_| (number, chapter.from.0 as u32, chapter))
    })
}

/// All of it as chunks.
///
/// A reader that knows both the ID3 tag and the cue points takes the later ones where both
/// have a number: the cue points, which are exact to the frame. That is why they come last,
/// and why their numbers begin at 0, as the places of the tag's chapters do.
pub fn chunks(tags: &Tags) -> Vec<u8> {
    let tag = id3::tag(tags);
    let mut chunks = chunk(*b"id3 ", &tag);
    if !tags.chapters.is_empty() {
        chunks.extend(chunk(*b"cue ", &cue_points(tags)));
        chunks.extend(chunk(*b"LIST", &labels(tags)));
    }
    chunks.extend(chunk(*b"LIST", &info(tags)));
    chunks
}

/// A cue point's place is told twice: in the order of playing, and within the data chunk.
fn cue_points(tags: &Tags) -> Vec<u8> {
    let mut body = (points(tags).count() as u32).to_le_bytes().to_vec();
    for (number, at, _) in points(tags) {
        let data = u32::from_le_bytes(*b"data");
        for field in [number, at, data, 0, 0, at] {
            body.extend(field.to_le_bytes());
        }
    }
    body
}

/// All names come first: there are readers that know nothing else and stop at it.
fn labels(tags: &Tags) -> Vec<u8> {
    let mut list = b"adtl".to_vec();
    for (number, _, chapter) in points(tags) {
        let name = [&number.to_le_bytes(), chapter.name.as_bytes(), &[0]].concat();
        list.extend(chunk(*b"labl", &name));
    }
    for (number, _, chapter) in points(tags) {
        let frames = chapter.frames().0 as u32;
        // Country, language, dialect and code page are those of a text, of which there is none.
        let lengths = [number, frames].map(u32::to_le_bytes);
        list.extend(chunk(*b"ltxt", &[lengths.as_flattened(), b"rgn ", &[0; 8]].concat()));
    }
    list
}

fn info(tags: &Tags) -> Vec<u8> {
    let mut list = b"INFO".to_vec();
    let of_count = tags.track.as_ref().map(Track::of_count).unwrap_or_default();
    let texts = [
        (*b"INAM", tags.title.as_str()),
        (*b"IPRD", tags.track.as_ref().map_or("", |track| &track.album)),
        (*b"ITRK", &of_count),
        (*b"ICMT", &tags.about),
        (*b"IGNR", &tags.kind),
        (*b"ISFT", SOFTWARE),
    ];
    for (id, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        list.extend(chunk(id, &[text.as_bytes(), &[0]].concat()));
    }
    list
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
    use super::super::tags::tests::tags;
    use super::*;
    use crate::routine::Verb;
    use crate::timeline::Timeline;

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
        assert_eq!(cue_points(&tags), points.concat());
        let labels = [
            b"adtl".as_slice(),
            b"labl\x07\0\0\0\0\0\0\0In\0\0".as_slice(),
            b"labl\x08\0\0\0\x01\0\0\0Out\0".as_slice(),
            b"ltxt\x14\0\0\0\0\0\0\0\xff\0\0\0rgn \0\0\0\0\0\0\0\0".as_slice(),
            b"ltxt\x14\0\0\0\x01\0\0\0\x03\0\0\0rgn \0\0\0\0\0\0\0\0".as_slice(),
        ];
        assert_eq!(super::labels(&tags), labels.concat());
    }

    #[test]
    fn the_texts_that_there_are_stand_in_the_info_list() {
        let info = [
            b"INFOINAM\x05\0\0\0Calm\0\0IGNR\x06\0\0\0other\0ISFT".as_slice(),
            &(SOFTWARE.len() as u32 + 1).to_le_bytes(),
            SOFTWARE.as_bytes(),
            &[0; 2][..=(SOFTWARE.len() + 1) % 2],
        ];
        assert_eq!(super::info(&tags(&[])), info.concat());
    }

    #[test]
    fn a_track_tells_its_number_and_what_it_is_a_part_of() {
        let info = info(&tags(&[]).with_track("Evening", 2, 12));
        let expected =
            b"INFOINAM\x05\0\0\0Calm\0\0IPRD\x08\0\0\0Evening\0ITRK\x05\0\0\x002/12\0\0IGNR";
        assert_eq!(info[..expected.len()], *expected);
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
        assert_eq!(names(&chunks(&tags(&[("In", 3, 8)]))), ["id3 ", "cue ", "adtl", "INFO"]);
        assert_eq!(names(&chunks(&tags(&[]))), ["id3 ", "INFO"]);
    }

    #[test]
    fn more_chapters_than_a_file_carries_are_none_and_it_is_told() {
        let steps: Vec<_> = (0..10_001).map(|at| (Verb::Say, "x", at, 1)).collect();
        let timeline = Timeline::of(10_001, &[], &[]).with_steps(&steps);
        let mut tags = Tags::of(&timeline, "other");
        let told = "the WAV has no chapters: there would be 10001, more than 10000";
        assert_eq!((limit(&mut tags), tags.chapters), (vec![told.to_string()], Vec::new()));
        let timeline = Timeline::of(10_000, &[], &[]).with_steps(&steps[..10_000]);
        let mut tags = Tags::of(&timeline, "other");
        assert_eq!((limit(&mut tags), tags.chapters.len()), (Vec::new(), 10_000));
    }

    #[test]
    fn chapters_beyond_32_bits_have_no_cue_point_and_it_is_told() {
        let far = u64::from(u32::MAX);
        let steps = [(Verb::Say, "a", 0, 9), (Verb::Say, "b", 9, 9), (Verb::Say, "c", far + 1, 9)];
        let mut tags = Tags::of(&Timeline::of(far + 9, &[], &[]).with_steps(&steps), "other");
        let points: Vec<_> = points(&tags).map(|(number, at, _)| (number, at)).collect();
        assert_eq!((tags.chapters.len(), points), (3, vec![(0, 0)]));
        assert_eq!(
            limit(&mut tags),
            [
                "the last 2 chapters lie further on than WAV's own cue points can count: they are in \
              its ID3 tag alone"
            ]
        );
    }
}
