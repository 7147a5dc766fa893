//! `earcoach list`: the routines at hand.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Loaded, Voices, open};
use crate::cli::List;
use crate::error::{Error, ExitCode};
use crate::routine::{BUILT_IN, Source, own_routines};
use crate::sequencer::Choices;
use crate::terminal::{printable, write_json};
use crate::time::Millis;

pub fn run(args: &List) -> Result<ExitCode, Error> {
    let mut out = io::stdout().lock();
    let routines = all();
    if args.json {
        let routines: Vec<Value> = routines.iter().map(Listed::to_json).collect();
        write_json(&json!({ "routines": routines }), &mut out).map_err(Error::output)?;
        return Ok(ExitCode::Done);
    }
    for Listed { name, from, found } in &routines {
        let name = printable(name);
        let line = match found {
            Ok(Found { title, kind, length }) => {
                let (length, title) = (length.clock(), printable(title));
                format!("{name:<16} {length:>7}  {title} ({kind}){}", from.shown())
            }
            Err(problem) => {
                format!("{name:<16} {:>7}  {}{}", "-", printable(problem), from.shown())
            }
        };
        writeln!(out, "{line}").map_err(Error::output)?;
    }
    Ok(ExitCode::Done)
}

/// The user's own routines and those that are built in. An own one takes the place of a built-in
/// one of the same name.
fn all() -> Vec<Listed> {
    let own = own_routines();
    let is_own = |name: &str| own.iter().any(|(own, _)| own == name);
    let built_in = BUILT_IN.iter().filter(|built_in| !is_own(built_in.name));
    let built_in = built_in.map(|built_in| Listed::open(built_in.name, From::BuiltIn));
    let own = own.iter().map(|(name, path)| Listed::open(name, From::Folder(path.clone())));
    built_in.chain(own).collect()
}

/// Where a routine comes from.
enum From {
    BuiltIn,
    Folder(PathBuf),
}

impl From {
    fn shown(&self) -> &'static str {
        match self {
            Self::BuiltIn => "",
            Self::Folder(path) => {
                let stem = path.file_stem().unwrap_or_default();
                let is_replaced = BUILT_IN.iter().any(|built_in| built_in.name == stem);
                if is_replaced { ", your own in place of the built-in one" } else { ", your own" }
            }
        }
    }
}

/// One routine as it is listed.
struct Listed {
    name: String,
    from: From,
    /// What it is, or why it cannot be used.
    found: Result<Found, String>,
}

/// What a routine is.
struct Found {
    title: String,
    kind: &'static str,
    length: Millis,
}

impl Listed {
    fn open(name: &str, from: From) -> Self {
        let found = Source::open(name)
            .and_then(|source| open(source, &Voices::default(), Choices::default()));
        let found = found.map(|Loaded { routine, timeline, .. }| Found {
            title: routine.title,
            kind: routine.kind.name(),
            length: timeline.rate.moment_of(timeline.frames),
        });
        let why = |error| match error {
            Error::Invalid(_) => format!("not valid: see `earcoach check {name}`"),
            error => error.to_string(),
        };
        Self { name: name.into(), from, found: found.map_err(why) }
    }

    fn to_json(&self) -> Value {
        let mut listed = json!({ "name": self.name, "ok": self.found.is_ok() });
        match &self.from {
            From::BuiltIn => listed["from"] = json!("built in"),
            From::Folder(path) => {
                listed["from"] = json!("own");
                listed["file"] = json!(path.to_string_lossy());
            }
        }
        match &self.found {
            Ok(found) => {
                listed["title"] = json!(found.title);
                listed["kind"] = json!(found.kind);
                listed["seconds"] = json!(found.length.0 as f64 / 1000.0);
            }
            Err(problem) => listed["problem"] = json!(problem),
        }
        listed
    }
}
