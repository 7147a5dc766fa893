//! `earcoach new`: a routine to begin with, and its schema for the editor.

use std::io::Write;
use std::path::Path;

use crate::cli::New;
use crate::error::{Error, ExitCode};
use crate::routine::{Source, schema};
use crate::sink::output::Output;
use crate::terminal::{printable, tell};

/// What a new routine begins with.
const TEMPLATE: &str = include_str!("../../audio/template.json");
/// The schema's name beside a routine: editors look for it there.
const SCHEMA: &str = "earcoach.schema.json";

pub fn run(args: &New, quiet: bool) -> Result<ExitCode, Error> {
    let text = match &args.from {
        Some(routine) => Source::open(routine)?.text,
        None => TEMPLATE.into(),
    };
    write(&args.file, &with_schema(&text), args.force)?;
    let schema = args.file.with_file_name(SCHEMA);
    let has_schema = schema.exists();
    if !has_schema && args.file.as_os_str() != "-" {
        write(&schema, &schema::text(), false)?;
    }
    if !quiet && args.file.as_os_str() != "-" {
        let file = printable(&args.file.to_string_lossy()).into_owned();
        let beside =
            if has_schema { "" } else { ", and earcoach.schema.json beside it for your editor" };
        tell(format_args!("wrote {file}{beside}"));
        tell(format_args!(
            "edit it, then `earcoach check {file}`, then `earcoach play {file} --watch`"
        ));
    }
    Ok(ExitCode::Done)
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), Error> {
    let mut output = Output::create(path, force)?;
    let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    written.map_err(|error| Error::io("cannot write", output.path(), error))?;
    output.finish()
}

/// A routine's text with the name of its schema, for editors.
fn with_schema(text: &str) -> String {
    match text.split_once('{') {
        Some((before, after)) if !text.contains("\"$schema\"") => {
            format!("{before}{{\n  \"$schema\": \"./{SCHEMA}\",{after}")
        }
        _ => text.into(),
    }
}
