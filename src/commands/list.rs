//! `earcoach list`: the routines at hand.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Loaded, open};
use crate::cli::List;
use crate::error::{Error, ExitCode};
use crate::routine::BUILT_IN;
use crate::sequencer::Options;
use crate::terminal::write_json;
use crate::time::Millis;

pub fn run(args: &List) -> Result<ExitCode, Error> {
    let mut out = io::stdout().lock();
    let routines: Vec<Listed> =
        BUILT_IN.iter().map(|b| Listed::open(b.name)).collect::<Result<_, _>>()?;
    if args.json {
        let routines: Vec<Value> = routines.iter().map(Listed::to_json).collect();
        write_json(&json!({ "routines": routines }), &mut out).map_err(Error::output)?;
        return Ok(ExitCode::Done);
    }
    for routine in &routines {
        let Listed { name, title, kind, length } = routine;
        let length = length.clock();
        writeln!(out, "{name:<16} {length:>7}  {title} ({kind})").map_err(Error::output)?;
    }
    Ok(ExitCode::Done)
}

/// One routine as it is listed.
struct Listed {
    name: &'static str,
    title: String,
    kind: &'static str,
    length: Millis,
}

impl Listed {
    fn open(name: &'static str) -> Result<Self, Error> {
        let Loaded { routine, timeline, .. } = open(name, None, &Options::default())?;
        let length = timeline.rate.moment_of(timeline.frames);
        Ok(Self { name, kind: routine.kind.name(), title: routine.title, length })
    }

    fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "title": self.title,
            "kind": self.kind,
            "seconds": self.length.0 as f64 / 1000.0,
            "from": "built in",
        })
    }
}
