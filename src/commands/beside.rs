//! The files beside an exported one. All are opened before the long work begins, so that what
//! keeps one of them from being written is known by then.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::captions::{Captions, Format, Page, cue};
use crate::error::Error;
use crate::routine::Parameter;
use crate::sink::output::Output;
use crate::timeline::Timeline;

/// Files that will stand beside an exported one.
pub struct Beside(Vec<(Format, PathBuf, Output)>);

impl Beside {
    /// Refuses what can have no files beside it: a stream, a device, a file that a cue sheet
    /// cannot name.
    pub fn ensure(file: &Path, formats: &[Format]) -> Result<(), Error> {
        if formats.is_empty() {
            return Ok(());
        }
        if file == Path::new("-") || (file.exists() && !file.is_file()) {
            return Err(Error::Usage(
                "--with writes files beside the exported one: name that with -o".into(),
            ));
        }
        let can_name = file.file_name().and_then(|name| name.to_str()).is_some_and(cue::can_name);
        if formats.contains(&Format::Cue) && !can_name {
            return Err(Error::Usage(
                "a cue sheet cannot name this file: choose a name without quotes and controls, in \
                 UTF-8"
                    .into(),
            ));
        }
        Ok(())
    }

    /// Opens a file for each format, beside `file` and with its name but for the ending.
    pub fn open(file: &Path, formats: &[Format], replace: bool) -> Result<Self, Error> {
        let mut files: Vec<(Format, PathBuf, Output)> = Vec::new();
        for format in formats {
            if files.iter().all(|(other, ..)| other != format) {
                let path = file.with_extension(format.ending());
                let output = Output::create(&path, replace)?;
                files.push((*format, path, output));
            }
        }
        Ok(Self(files))
    }

    /// Writes all of them about `timeline`, which is exported to `file`, and gives what had to be
    /// left out.
    ///
    /// `page` gives what a page needs beside, if there is to be one.
    pub fn write(
        &mut self,
        timeline: &Timeline,
        params: &[Parameter],
        file: &Path,
        page: impl FnOnce() -> Result<Page, Error>,
    ) -> Result<Vec<String>, Error> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let has_page = self.0.iter().any(|(format, ..)| *format == Format::Html);
        let page = has_page.then(page).transpose()?;
        let captions = Captions { page, ..Captions::of(timeline, params, &name) };
        for (format, _, output) in &mut self.0 {
            let mut out = BufWriter::new(&mut *output);
            let written = captions.write(*format, &mut out).and_then(|()| out.flush());
            drop(out.into_parts());
            written.map_err(|error| Error::io("cannot write", output.path(), error))?;
        }
        Ok(self.0.iter().filter_map(|(format, ..)| captions.note(*format)).collect())
    }

    /// Puts all of them in their places.
    pub fn finish(self) -> Result<Vec<PathBuf>, Error> {
        let files = self.0.into_iter();
        files.map(|(_, path, output)| output.finish().map(|()| path)).collect()
    }
}
