//! Collects what is written into chunks of one size. Unlike `BufWriter` it hands on
//! nothing but whole chunks until the end, so that all writes to a file begin and end where
//! its pages do: the system then keeps the file in large pages, which takes half the time.
//! Of what is longer only the ends are copied.
//! Long silences are not written at all where the file can have holes.

use std::fs::File;
use std::io::{self, IoSlice, Seek, SeekFrom, Write};

/// How much is written at a time, in bytes: chunks begin at multiples of it.
const CHUNK: usize = 64 * 1024;
/// Zeros that are left out are whole pages of the file; a page of any common system divides this.
const PAGE: u64 = 16 * 1024;
/// Fewer zeros are written: a write of its own after every short silence would cost more.
const LEAST_HOLE: u64 = 32 * 1024;

/// Something to write to that may be able to have holes: bytes that were never written, take no
/// room, and are read as zeros (POSIX.1-2024, `lseek`).
pub trait Holes: Write {
    /// Leaves out as many zero bytes, and says so; or that it cannot. A hole is not to be the
    /// end of a file, which is as long as it was written.
    ///
    /// # Errors
    /// Whatever moving on in the file gives.
    fn leave_out(&mut self, zeros: u64) -> io::Result<bool>;
}

impl<W: Holes + ?Sized> Holes for &mut W {
    fn leave_out(&mut self, zeros: u64) -> io::Result<bool> {
        (**self).leave_out(zeros)
    }
}

impl Holes for &File {
    fn leave_out(&mut self, zeros: u64) -> io::Result<bool> {
        self.seek(SeekFrom::Current(zeros as i64)).map(|_| true)
    }
}

impl Holes for Vec<u8> {
    fn leave_out(&mut self, _zeros: u64) -> io::Result<bool> {
        Ok(false)
    }
}

impl Holes for io::Sink {
    fn leave_out(&mut self, _zeros: u64) -> io::Result<bool> {
        Ok(true)
    }
}

/// A writer that passes on whole chunks. What is left over is written by `flush`;
/// dropped without it, it is lost.
#[derive(Debug)]
pub struct Chunks<W: Holes> {
    out: W,
    /// Where the chunk begins.
    begin: u64,
    chunk: Vec<u8>,
    /// Zeros that follow the chunk.
    zeros: u64,
}

impl<W: Holes> Chunks<W> {
    /// Collects chunks for `out`.
    pub fn new(out: W) -> Self {
        Self { out, begin: 0, chunk: Vec::with_capacity(CHUNK), zeros: 0 }
    }

    /// Adds zero bytes: they are written, or left out, when it is known how many there are.
    pub fn add_zeros(&mut self, count: u64) {
        self.zeros += count;
    }

    /// Writes the zeros that were added, or leaves most of them out.
    fn settle_zeros(&mut self) -> io::Result<()> {
        let count = std::mem::take(&mut self.zeros);
        if count < LEAST_HOLE {
            return self.write_zeros(count);
        }
        let end = self.begin + self.chunk.len() as u64;
        let to_page = end.next_multiple_of(PAGE) - end;
        self.write_zeros(to_page)?;
        self.pass_on()?;
        // Something is written after it, be it one byte.
        let hole = (count - to_page - 1) / PAGE * PAGE;
        let hole = if self.out.leave_out(hole)? { hole } else { 0 };
        self.begin += hole;
        self.write_zeros(count - to_page - hole)
    }

    fn write_zeros(&mut self, mut count: u64) -> io::Result<()> {
        while count > 0 {
            let part = count.min(self.room() as u64);
            self.chunk.resize(self.chunk.len() + part as usize, 0);
            count -= part;
            self.pass_on_when_full()?;
        }
        Ok(())
    }

    /// How many bytes the chunk has room for: fewer after a hole, so that the next ones begin at a
    /// multiple of their size again.
    fn room(&self) -> usize {
        CHUNK - self.begin as usize % CHUNK - self.chunk.len()
    }

    fn pass_on_when_full(&mut self) -> io::Result<()> {
        if self.room() == 0 { self.pass_on() } else { Ok(()) }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.chunk)?;
        self.begin += self.chunk.len() as u64;
        self.chunk.clear();
        Ok(())
    }
}

impl<W: Holes> Write for Chunks<W> {
    /// What reaches the end of the chunk is not copied into it: whole chunks are written from where
    /// they lie.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.settle_zeros()?;
        let room = self.room();
        if bytes.len() < room {
            self.chunk.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        let part = room + (bytes.len() - room) / CHUNK * CHUNK;
        write_all(&mut self.out, &mut [IoSlice::new(&self.chunk), IoSlice::new(&bytes[..part])])?;
        self.begin += (self.chunk.len() + part) as u64;
        self.chunk.clear();
        Ok(part)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.settle_zeros()?;
        self.pass_on()?;
        self.out.flush()
    }
}

/// Writes all parts, one after the other, at once where the system can.
fn write_all(out: &mut impl Write, mut parts: &mut [IoSlice]) -> io::Result<()> {
    IoSlice::advance_slices(&mut parts, 0);
    while !parts.is_empty() {
        match out.write_vectored(parts) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut parts, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes how much is written at a time, and what is left out.
    #[derive(Default)]
    struct Sizes {
        written: Vec<usize>,
        holes: Vec<u64>,
        has_holes: bool,
    }

    impl Write for Sizes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.write_vectored(&[IoSlice::new(bytes)])
        }

        fn write_vectored(&mut self, parts: &[IoSlice]) -> io::Result<usize> {
            let bytes = parts.iter().map(|part| part.len()).sum();
            self.written.push(bytes);
            Ok(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Holes for Sizes {
        fn leave_out(&mut self, zeros: u64) -> io::Result<bool> {
            self.holes.extend(self.has_holes.then_some(zeros));
            Ok(self.has_holes)
        }
    }

    const FEW: u64 = LEAST_HOLE - 1;

    #[test]
    fn all_but_the_last_write_are_whole_chunks() {
        let mut chunks = Chunks::new(Sizes::default());
        chunks.write_all(&[1; 44]).unwrap();
        for _ in 0..6 {
            chunks.add_zeros(FEW);
            chunks.write_all(&[2]).unwrap();
        }
        chunks.write_all(&vec![3; CHUNK]).unwrap();
        chunks.flush().unwrap();
        assert_eq!(chunks.out.written, [CHUNK, CHUNK, CHUNK, CHUNK, 44]);
    }

    #[test]
    fn a_long_silence_is_a_hole_of_whole_pages_after_which_chunks_end_where_they_did() {
        let mut chunks = Chunks::new(Sizes { has_holes: true, ..Sizes::default() });
        let (page, chunk) = (PAGE as usize, CHUNK as u64);
        chunks.write_all(&[1; 44]).unwrap();
        (0..3).for_each(|_| chunks.add_zeros(chunk));
        chunks.write_all(&vec![2; CHUNK]).unwrap();
        chunks.flush().unwrap();
        assert_eq!(chunks.out.holes, [3 * chunk - PAGE]);
        assert_eq!(chunks.out.written, [page, CHUNK, 44]);
    }

    #[test]
    fn a_hole_is_never_the_end() {
        let mut chunks = Chunks::new(Sizes { has_holes: true, ..Sizes::default() });
        chunks.add_zeros(LEAST_HOLE);
        chunks.flush().unwrap();
        assert_eq!(chunks.out.holes, [LEAST_HOLE - PAGE]);
        assert_eq!(chunks.out.written.last(), Some(&(PAGE as usize)));
    }

    #[test]
    fn every_byte_arrives_in_its_place_with_holes_and_without() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        let parts: [(u64, u8); 5] = [(44, 1), (FEW, 0), (3, 2), (5 * CHUNK as u64, 0), (7, 3)];
        let expected: Vec<u8> =
            parts.iter().flat_map(|(count, byte)| vec![*byte; *count as usize]).collect();
        let write = |out: &mut dyn Holes| {
            let mut chunks = Chunks::new(out);
            for (count, byte) in parts {
                match byte {
                    0 => chunks.add_zeros(count),
                    _ => chunks.write_all(&vec![byte; count as usize]).unwrap(),
                }
            }
            chunks.flush().unwrap();
        };
        let mut memory = Vec::new();
        write(&mut memory);
        write(&mut &File::create(&file).unwrap());
        assert!(memory == expected);
        assert!(std::fs::read(&file).unwrap() == expected);
    }
}
