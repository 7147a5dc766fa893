//! `earcoach man`: the manual pages.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::cli::Man;
use crate::error::{Error, ExitCode};
use crate::manual::{self, Page};
use crate::sink::output::Output;
use crate::terminal::{printable, tell};

pub fn run(args: &Man, quiet: bool) -> Result<ExitCode, Error> {
    let pages = manual::pages();
    let Some(folder) = &args.dir else {
        io::stdout().write_all(pages[0].text.as_bytes()).map_err(Error::output)?;
        return Ok(ExitCode::Done);
    };
    fs::create_dir_all(folder).map_err(|error| Error::io("cannot write", folder, error))?;
    let outputs = pages.iter().map(|page| begin(folder, page, args.force));
    for output in outputs.collect::<Result<Vec<_>, _>>()? {
        output.finish()?;
    }
    if !quiet {
        let folder = printable(&folder.to_string_lossy()).into_owned();
        tell(format_args!("wrote {folder}: {} pages", pages.len()));
    }
    Ok(ExitCode::Done)
}

/// A page that is written whole, and not yet in its place.
fn begin(folder: &Path, page: &Page, replace: bool) -> Result<Output, Error> {
    let mut output = Output::create(&folder.join(&page.file), replace)?;
    let written = output.write_all(page.text.as_bytes()).and_then(|()| output.flush());
    written.map_err(|error| Error::io("cannot write", output.path(), error))?;
    Ok(output)
}
