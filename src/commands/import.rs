//! `earcoach import`: a routine out of what its author already has.

use std::io::{self, Write};
use std::path::Path;

use crate::cli::Import;
use crate::error::{Error, ExitCode};
use crate::import::{self, Imported, Source};
use crate::sink::output::Output;
use crate::terminal::{printable, tell, write_json};

pub fn run(args: &Import, quiet: bool) -> Result<ExitCode, Error> {
    let source = Source::open(&args.file)?;
    let imported = import::import(&source, args.from)?;
    let path = args.output.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = path {
        let mut output = Output::create(path, args.force)?;
        let written = output.write_all(imported.json().as_bytes());
        written.map_err(|error| Error::io("cannot write", output.path(), error))?;
        output.finish()?;
    }
    if args.json {
        write_json(&imported, io::stdout()).map_err(Error::output)?;
    } else if path.is_none() {
        io::stdout().write_all(imported.json().as_bytes()).map_err(Error::output)?;
    }
    if !quiet {
        warn(&source, &imported);
        if let Some(path) = path.filter(|_| !args.json) {
            tell(wrote(path, &imported));
        }
    }
    Ok(ExitCode::Done)
}

/// Tells what was not carried over, each thing on a line.
fn warn(source: &Source, imported: &Imported) {
    let file = printable(&source.file);
    for left_out in &imported.left_out {
        tell(format_args!("warning: {file}:{}: {}", left_out.line, printable(&left_out.what)));
    }
}

/// What was written, and what to do with it next.
fn wrote(path: &Path, imported: &Imported) -> String {
    let steps = match imported.routine.steps.len() {
        1 => "1 step".into(),
        count => format!("{count} steps"),
    };
    let words = if imported.has_words_between() { " and the words" } else { "" };
    let (length, file) = (imported.length().clock(), path.to_string_lossy());
    let (shown, typed) = (printable(&file), typed(&file));
    format!("wrote {shown}: {steps}, {length}{words}; earcoach check {typed}")
}

/// A file's name as it is typed in a shell.
fn typed(file: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "._-/".contains(c);
    let file = printable(file);
    if file.chars().all(is_plain) {
        file.into_owned()
    } else {
        format!("'{}'", file.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::typed;

    #[test]
    fn a_name_is_quoted_where_a_shell_needs_it() {
        assert_eq!(typed("a/évening-1.json"), "a/évening-1.json");
        assert_eq!(typed("my week's.json"), r"'my week'\''s.json'");
    }
}
