//! `earcoach bundle`: a routine with its voice, its clips and their licences in one file.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use indicatif::HumanBytes;
use serde_json::json;

use super::{Loaded, fill, open, settings_of};
use crate::bundle::{self, Contents, ENDING};
use crate::cli::Bundle;
use crate::clip::own;
use crate::error::{Error, ExitCode};
use crate::lines;
use crate::routine::{Action, Routine, Source, Step};
use crate::sequencer::Choices;
use crate::sink::output::Output;
use crate::terminal::{printable, tell, write_json};

pub fn run(args: &Bundle, quiet: bool) -> Result<ExitCode, Error> {
    let source = Source::open(args.routine.as_deref().unwrap_or(crate::cli::DEFAULT_ROUTINE))?;
    if source.bundle.is_some() {
        let file = printable(&source.file).into_owned();
        return Err(Error::Usage(format!("`{file}` is a bundle already")));
    }
    let choices = Choices::default();
    if args.fill.fill {
        let tts = &args.fill.tts;
        fill::before(&source, &settings_of(&choices)?, &args.voices, tts, quiet)?;
    }
    let Loaded { source, routine, voice, .. } = open(source, &args.voices, choices)?;
    let path = args.output.clone();
    let path = path.unwrap_or_else(|| PathBuf::from(format!("{}.{ENDING}", source.name)));
    let mut output = Output::create(&path, args.force)?;
    let words = match voice.language() {
        own if own == routine.own_language => None,
        other => source.translation(other)?.map(|words| (other, words.text)),
    };
    let said = lines::clips(&source.text, &routine, &voice);
    let contents = Contents {
        name: &source.name,
        text: &source.text,
        words: words.as_ref().map(|(language, text)| (*language, text.as_str())),
        clips: clips(&source, &routine)?,
    };
    let bytes = bundle::write(&contents, &voice, &said)?;
    let written = output.write_all(&bytes).and_then(|()| output.flush());
    written.map_err(|error| Error::io("cannot write", output.path(), error))?;
    output.finish()?;
    let file = path.to_string_lossy();
    if args.json {
        let value = json!({
            "file": file,
            "bytes": bytes.len(),
            "voice": voice.shown(),
            "clips": said.len(),
            "own_clips": contents.clips.len(),
        });
        write_json(&value, io::stdout()).map_err(Error::output)?;
    } else if !quiet {
        let (file, voice) = (printable(&file), printable(voice.shown()));
        let (count, size) = (said.len(), HumanBytes(bytes.len() as u64));
        tell(format_args!("wrote {file}: {count} clips of the voice `{voice}`, {size}"));
        tell(format_args!("it plays anywhere: earcoach play {file}"));
    }
    Ok(ExitCode::Done)
}

/// The audio files that a routine plays, each once, by the names that it has for them.
fn clips(source: &Source, routine: &Routine) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut names = Vec::new();
    collect(&routine.steps, &mut names);
    names.sort_unstable();
    names.dedup();
    let Some(folder) = &source.folder else { return Ok(Vec::new()) };
    let read = |name: &str| {
        let cannot_read = |error| Error::io("cannot read", name.as_ref(), error);
        let file = own::find(folder, name)
            .map_err(|error| cannot_read(io::Error::other(error.to_string())))?;
        Ok((name.to_string(), fs::read(file).map_err(cannot_read)?))
    };
    names.into_iter().map(read).collect()
}

fn collect<'r>(steps: &'r [Step], names: &mut Vec<&'r str>) {
    for step in steps {
        if let Action::Clip(clip) = &step.action {
            names.push(&clip.file.text);
        }
        collect(step.action.steps(), names);
    }
}
