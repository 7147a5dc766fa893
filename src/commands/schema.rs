//! `earcoach schema`: the JSON Schema of routines, for editors.

use std::io::{self, Write};

use crate::error::{Error, ExitCode};
use crate::routine::schema;

pub fn run() -> Result<ExitCode, Error> {
    io::stdout().write_all(schema::text().as_bytes()).map_err(Error::output)?;
    Ok(ExitCode::Done)
}
