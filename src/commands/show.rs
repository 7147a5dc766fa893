//! `earcoach show`: the timeline as a table, as JSON, or as a drawing.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::{Loaded, load};
use crate::cli::Show;
use crate::error::{Error, ExitCode};
use crate::sink::output::Output;
use crate::terminal::{printable, tell};
use crate::timeline::Timeline;
use crate::view::{json, svg, table};

pub fn run(args: &Show, quiet: bool) -> Result<ExitCode, Error> {
    let Loaded { timeline, routine, .. } = load(&args.timeline, &args.fill, quiet)?;
    if let Some(path) = &args.svg {
        draw(&timeline, path, args.force)?;
        if !quiet && path != Path::new("-") {
            tell(format_args!("drew {}", printable(&path.to_string_lossy())));
        }
        return Ok(ExitCode::Done);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        json::write(&timeline, &routine.params, &mut out).map_err(Error::output)?;
    } else {
        let terminal = console::Term::stdout();
        let width = if terminal.is_term() { terminal.size().1.into() } else { usize::MAX };
        table::write(&timeline, &routine.params, width, &mut out).map_err(Error::output)?;
    }
    out.flush().map_err(Error::output)?;
    Ok(ExitCode::Done)
}

fn draw(timeline: &Timeline, path: &Path, force: bool) -> Result<(), Error> {
    let mut output = Output::create(path, force)?;
    let mut out = BufWriter::new(&mut output);
    let drawn = svg::write(timeline, &mut out).and_then(|()| out.flush());
    drop(out.into_parts());
    drawn.map_err(|error| Error::io("cannot write", output.path(), error))?;
    output.finish()
}
