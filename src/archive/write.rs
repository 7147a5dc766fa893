//! Archives of ours: the same files give the same bytes.

use std::io::{self, Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

/// An archive in the making, in memory.
pub struct Writer {
    zip: ZipWriter<Cursor<Vec<u8>>>,
}

impl Writer {
    /// An archive without files.
    pub fn new() -> Self {
        Self { zip: ZipWriter::new(Cursor::new(Vec::new())) }
    }

    /// Adds a file. It is stored as it is: what is large in our archives is compressed already.
    ///
    /// # Errors
    /// That there is one of this name, or that it is too large.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        // A time that is the same for everybody: the first that the format has (APPNOTE.TXT, 4.4.6).
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.zip.start_file(name, options)?;
        self.zip.write_all(bytes)
    }

    /// The whole archive.
    ///
    /// # Errors
    /// That it is too large.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        Ok(self.zip.finish()?.into_inner())
    }
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Archive;

    #[test]
    fn what_was_written_is_read_and_is_the_same_every_time() {
        let written = || {
            let mut writer = Writer::new();
            writer.add("voice.json", b"{}").unwrap();
            writer.add("clips/a.flac", &[7; 9999]).unwrap();
            writer.finish().unwrap()
        };
        let once = written();
        assert!(once == written());
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), once).unwrap();
        let archive = Archive::open(file.path()).unwrap();
        assert_eq!(archive.names().collect::<Vec<_>>(), ["clips/a.flac", "voice.json"]);
        assert_eq!(archive.read("clips/a.flac", 9999).unwrap(), vec![7; 9999]);
        let told = |name, most| archive.read(name, most).unwrap_err().to_string();
        assert_eq!(told("clips/a.flac", 9998), "it is larger than 9998 bytes");
        assert_eq!(told("none", 9), "it cannot be read: there is no such file");
    }
}
