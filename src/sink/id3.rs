//! An ID3 tag with chapters, which podcast and music players know best.
//!
//! Sources: ID3 tag version 2.4.0, Main Structure, sections 3.1 (header), 4 (frames) and 6.2
//! (lengths of 7 bits a byte); Native Frames, sections 4.2 (`TIT2`, `TALB`, `TRCK`) and 4.10 (`COMM`); ID3v2
//! Chapter Frame Addendum 1.0, sections 3.1 (`CHAP`) and 3.2 (`CTOC`).

use super::tags::Tags;
use crate::chapters::Chapter;
use crate::time::Rate;

/// Texts are in UTF-8.
const UTF_8: u8 = 3;
/// The most entries of a table of contents: their number is one byte.
const MOST_ENTRIES: usize = 255;
/// A table that lies in no other, and one whose entries are in order.
const TOP_LEVEL: u8 = 2;
const ORDERED: u8 = 1;

/// A whole tag. The language of the comment is not said: it is the author's.
pub fn tag(tags: &Tags) -> Vec<u8> {
    let mut frames = text(*b"TIT2", &tags.title);
    if let Some(track) = &tags.track {
        frames.extend(text(*b"TALB", &track.album));
        frames.extend(text(*b"TRCK", &track.of_count()));
    }
    if !tags.about.is_empty() {
        let comment = [&[UTF_8], b"XXX\0".as_slice(), tags.about.as_bytes()].concat();
        frames.extend(frame(*b"COMM", &comment));
    }
    let chapters = &tags.chapters;
    if !chapters.is_empty() {
        frames.extend(contents(chapters.len()));
    }
    for (number, chapter) in chapters.iter().enumerate() {
        frames.extend(self::chapter(number, tags.rate, chapter));
    }
    // Version 2.4.0, no flags.
    [b"ID3\x04\0\0".as_slice(), &in_sevens(frames.len()), &frames].concat()
}

/// The tables of contents: one, or where that has not room enough, one of several.
fn contents(chapters: usize) -> Vec<u8> {
    let names: Vec<Vec<u8>> = (0..chapters).map(chapter_id).collect();
    if chapters <= MOST_ENTRIES {
        return table(b"toc\0", TOP_LEVEL | ORDERED, &names);
    }
    let parts = names.chunks(MOST_ENTRIES);
    let ids: Vec<Vec<u8>> =
        (0..parts.len()).map(|part| zero_ended(&format!("toc{part}"))).collect();
    let mut tables = table(b"toc\0", TOP_LEVEL | ORDERED, &ids);
    for (id, part) in ids.iter().zip(parts) {
        tables.extend(table(id, ORDERED, part));
    }
    tables
}

fn table(id: &[u8], flags: u8, entries: &[Vec<u8>]) -> Vec<u8> {
    frame(*b"CTOC", &[id, &[flags, entries.len() as u8], &entries.concat()].concat())
}

/// A chapter from and to its milliseconds; where its bytes lie is not said.
fn chapter(number: usize, rate: Rate, chapter: &Chapter) -> Vec<u8> {
    let millis = |frame| (rate.moment_of(frame).0 as u32).to_be_bytes();
    let name = text(*b"TIT2", &chapter.name);
    let times = [millis(chapter.from), millis(chapter.until), [0xff; 4], [0xff; 4]].concat();
    frame(*b"CHAP", &[chapter_id(number), times, name].concat())
}

fn chapter_id(number: usize) -> Vec<u8> {
    zero_ended(&format!("chp{number}"))
}

fn zero_ended(text: &str) -> Vec<u8> {
    [text.as_bytes(), &[0]].concat()
}

fn text(id: [u8; 4], text: &str) -> Vec<u8> {
    frame(id, &[&[UTF_8], text.as_bytes()].concat())
}

fn frame(id: [u8; 4], body: &[u8]) -> Vec<u8> {
    [id.as_slice(), &in_sevens(body.len()), &[0, 0], body].concat()
}

/// A length with seven bits in each byte, so that none looks like the begin of MPEG audio.
fn in_sevens(length: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (length >> shift & 0x7f) as u8)
}

#[cfg(test)]
mod tests {
    use super::super::tags::tests::tags;
    use super::*;

    #[test]
    fn a_tag_has_the_title_the_comment_the_contents_and_each_chapter() {
        let tags =
            Tags { about: "why".into(), ..tags(&[("In", 3, 8000), ("Out", 8000, 2_048_000)]) };
        let expected = [
            b"ID3\x04\0\0\0\0\x01\x14".as_slice(),
            b"TIT2\0\0\0\x05\0\0\x03Calm",
            b"COMM\0\0\0\x08\0\0\x03XXX\0why",
            b"CTOC\0\0\0\x10\0\0toc\0\x03\x02chp0\0chp1\0",
            b"CHAP\0\0\0\x22\0\0chp0\0\0\0\0\0\0\0\x03\xe8\xff\xff\xff\xff\xff\xff\xff\xff",
            b"TIT2\0\0\0\x03\0\0\x03In",
            b"CHAP\0\0\0\x23\0\0chp1\0\0\0\x03\xe8\0\x03\xe8\0\xff\xff\xff\xff\xff\xff\xff\xff",
            b"TIT2\0\0\0\x04\0\0\x03Out",
        ];
        assert_eq!(tag(&tags), expected.concat());
    }

    #[test]
    fn a_track_has_what_it_is_a_part_of_and_its_number() {
        let expected = [
            b"ID3\x04\0\0\0\0\0\x30".as_slice(),
            b"TIT2\0\0\0\x05\0\0\x03Calm",
            b"TALB\0\0\0\x08\0\0\x03Evening",
            b"TRCK\0\0\0\x05\0\0\x032/12",
        ];
        assert_eq!(tag(&tags(&[]).with_track("Evening", 2, 12)), expected.concat());
    }

    #[test]
    fn contents_beyond_255_chapters_are_tables_within_a_table() {
        let contents = contents(256);
        let top = b"CTOC\0\0\0\x10\0\0toc\0\x03\x02toc0\0toc1\0";
        assert_eq!(contents[..26], *top);
        let last = b"CTOC\0\0\0\x0e\0\0toc1\0\x01\x01chp255\0";
        assert!(contents.ends_with(last));
        let first = &contents[26..contents.len() - last.len()];
        assert!(
            first.starts_with(b"CTOC") && first[10..].starts_with(b"toc0\0\x01\xffchp0\0chp1\0")
        );
        assert!(first.ends_with(b"chp253\0chp254\0"));
    }

    #[test]
    fn lengths_have_seven_bits_a_byte() {
        assert_eq!(in_sevens(257), [0, 0, 2, 1]);
        assert_eq!(in_sevens((1 << 28) - 1), [0x7f; 4]);
    }
}
