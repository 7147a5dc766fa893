//! An audio file as the decoder takes it. An RF64 file, which the decoder does not know, is shown to
//! it as the WAV stream that it is (EBU Tech 3306 v1.1), and a tag before the sound is passed over.

use std::io::{self, Cursor, Read};

use symphonia::core::io::{MediaSource, ReadOnlySource};

/// The most bytes that may come before the samples of an RF64 file.
const LONGEST_HEAD: usize = 1_000_000;
/// A length that stands elsewhere, in 64 bits, or that nobody knew.
const UNKNOWN: [u8; 4] = [0xff; 4];

/// An ordinary file, or what lies in memory.
///
/// # Errors
/// Whatever reading its begin gives.
pub fn from_file(mut file: impl MediaSource + 'static) -> io::Result<Box<dyn MediaSource>> {
    let head = head(&mut file)?;
    if is_rf64(&head) || tag(&head).is_some() {
        file.rewind()?;
        return from_stream(file);
    }
    file.rewind()?;
    Ok(Box::new(file))
}

/// What comes as a stream.
///
/// # Errors
/// Whatever reading its begin gives.
pub fn from_stream(
    mut stream: impl Read + Send + Sync + 'static,
) -> io::Result<Box<dyn MediaSource>> {
    let head = head(&mut stream)?;
    if is_rf64(&head) {
        return Ok(Box::new(ReadOnlySource::new(as_wav(stream)?)));
    }
    if let Some(rest) = tag(&head) {
        io::copy(&mut stream.by_ref().take(rest), &mut io::sink())?;
        return Ok(Box::new(ReadOnlySource::new(stream)));
    }
    Ok(Box::new(ReadOnlySource::new(Cursor::new(head).chain(stream))))
}

/// The first twelve bytes, or all there are.
fn head(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.take(12).read_to_end(&mut head)?;
    Ok(head)
}

fn is_rf64(head: &[u8]) -> bool {
    matches!(head, [b'R', b'F', b'6', b'4', .., b'W', b'A', b'V', b'E'])
}

/// How much of an ID3 tag comes after a file's first twelve bytes (ID3v2.4.0, sections 3.1 and
/// 6.2). The decoder looks for the sound byte by byte, and behind a large picture no more.
fn tag(head: &[u8]) -> Option<u64> {
    let [b'I', b'D', b'3', _, _, _, size @ .., _, _] = head else { return None };
    let size = size.iter().fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7f));
    size.checked_sub(2)
}

/// A file in memory without the tag before its sound.
pub fn without_tag(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = tag(&bytes[..bytes.len().min(12)]).map_or(0, |rest| rest.saturating_add(12));
    bytes.drain(..bytes.len().min(length as usize));
    bytes
}

/// The rest of an RF64 file as a WAV file whose length is unknown, up to the end of its samples.
fn as_wav<R: Read>(mut input: R) -> io::Result<impl Read + use<R>> {
    let mut head = [b"RIFF".as_slice(), &UNKNOWN, b"WAVE"].concat();
    let mut samples = u64::MAX;
    loop {
        let mut start = [0; 8];
        input.read_exact(&mut start)?;
        head.extend(start);
        let [.., a, b, c, d] = start;
        let size = u32::from_le_bytes([a, b, c, d]);
        if start.starts_with(b"data") {
            let samples = if start.ends_with(&UNKNOWN) { samples } else { size.into() };
            return Ok(Cursor::new(head).chain(input.take(samples)));
        }
        let body = head.len();
        let size = size as usize;
        if size > LONGEST_HEAD - body.min(LONGEST_HEAD) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its samples are not found"));
        }
        head.resize(body + size.next_multiple_of(2), 0);
        input.read_exact(&mut head[body..])?;
        // The file's own length, then that of its samples (section 3.3).
        if let (b"ds64", Some(length)) = (&start[..4], head.get(body + 8..body + 16)) {
            samples = length.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rf64(samples: u64) -> Vec<u8> {
        let lengths = [99, samples, 2].map(u64::to_le_bytes);
        [
            b"ds64\x1c\0\0\0".as_slice(),
            lengths.as_flattened(),
            &[0; 4],
            b"odd \x01\0\0\0a\0fmt \x02\0\0\0xydata",
            &UNKNOWN,
            b"samples, tags",
        ]
        .concat()
    }

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        as_wav(bytes)?.read_to_end(&mut out).map(|_| out)
    }

    #[test]
    fn an_rf64_file_is_a_wav_file_that_ends_with_its_samples() {
        let bytes = rf64(7);
        let expected = [b"RIFF\xff\xff\xff\xffWAVE", &bytes[..bytes.len() - 6]].concat();
        assert_eq!(read(&bytes).unwrap(), expected);
        let cut_short = rf64(1 << 40);
        assert_eq!(read(&cut_short).unwrap()[12..], cut_short);
    }

    #[test]
    fn a_tag_is_as_long_as_it_says() {
        assert_eq!(tag(b"ID3\x04\0\0\0\0\x08\x01TI"), Some(1023));
        assert_eq!(tag(b"ID3\x04\0\0\0\0\0\x01TI"), None);
        assert_eq!(tag(b"ID3"), None);
        assert_eq!(tag(b"RIFF\0\0\0\0WAVE"), None);
    }

    #[test]
    fn what_comes_before_the_samples_is_bounded() {
        let endless = [b"junk\xfe\xff\xff\xff".as_slice(), &[0; 64]].concat();
        assert_eq!(read(&endless).unwrap_err().kind(), io::ErrorKind::InvalidData);
        let many = b"junk\x00\x40\0\0".iter().chain(&[0; 0x4000]).copied();
        let many: Vec<u8> = many.cycle().take(2_000_000).collect();
        assert_eq!(read(&many).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(read(b"fmt \x10\0\0\0").unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_tag_in_memory_is_taken_away_whatever_it_claims() {
        let tagged = |size: u8| [b"ID3\x04\0\0\0\0\0".as_slice(), &[size], b"tagssound"].concat();
        assert_eq!(without_tag(tagged(4)), b"sound");
        assert_eq!(without_tag(tagged(100)), b"");
        assert_eq!(without_tag(tagged(0)), tagged(0));
        assert_eq!(without_tag(b"ID3".to_vec()), b"ID3");
    }
}
