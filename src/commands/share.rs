//! `earcoach voice pack` and `earcoach voice install`: voices passed on as one file.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use indicatif::HumanBytes;

use crate::audit::{Audit, audit, audit_files};
use crate::cli::{VoiceInstall, VoicePack};
use crate::error::{Error, ExitCode};
use crate::sink::output::Output;
use crate::terminal::{printable, tell};
use crate::voice::files::{ENDING, Files};
use crate::voice::{BUILT_IN, Pack, is_name, own_folder, sharing};

/// The most letters of an installed voice's name.
const LONGEST_NAME: usize = 64;

/// Writes a pack as one file.
pub fn pack(args: &VoicePack, quiet: bool) -> Result<ExitCode, Error> {
    let audit = audit(&args.voice)?;
    if !audit.report.problems.is_empty() {
        return Err(audit.report.into());
    }
    let pack = sound(audit)?;
    let default = || PathBuf::from(format!("{}.{ENDING}", pack.manifest.name));
    if args.output.is_none() && !is_good_name(&pack.manifest.name) {
        let name = printable(&pack.manifest.name).into_owned();
        return Err(Error::Usage(format!("`{name}` makes no good file name: name one with -o")));
    }
    let path = args.output.clone().unwrap_or_else(default);
    let mut output = Output::create(&path, args.force)?;
    let bytes = sharing::file_of(&pack)?;
    put(&bytes, &mut output)?;
    output.finish()?;
    if !quiet {
        let (file, size) = (path.to_string_lossy(), HumanBytes(bytes.len() as u64));
        tell(format_args!("wrote {}: {}, {size}", printable(&file), about(&pack)));
        tell(format_args!("others get it with: earcoach voice install {}", printable(&file)));
    }
    Ok(ExitCode::Done)
}

/// Puts a pack that somebody shared into the user's own folder.
pub fn install(args: &VoiceInstall, quiet: bool) -> Result<ExitCode, Error> {
    let shown = args.pack.to_string_lossy();
    if !args.pack.exists() {
        return Err(Error::Usage(format!("there is no file or folder `{}`", printable(&shown))));
    }
    let files = Files::open(&args.pack);
    let files = files.map_err(|error| Error::voice(&shown, error.to_string()))?;
    let audit = audit_files(&shown, Some(&files))?;
    if !audit.is_usable() {
        return Err(audit.report.into());
    }
    if !audit.report.problems.is_empty() && !quiet {
        tell(audit.report.render(false) + "\n");
    }
    let mut pack = sound(audit)?;
    let name = args.name.clone().unwrap_or_else(|| pack.manifest.name.clone());
    let place = place_for(&name, args.force)?;
    pack.manifest.name.clone_from(&name);
    let bytes = sharing::file_of(&pack)?;
    let mut output = Output::create(&place, args.force)?;
    put(&bytes, &mut output)?;
    output.finish()?;
    if !quiet {
        tell(format_args!("installed {name}: {}", about(&pack)));
        tell(format_args!("hear it with: earcoach play --voice {name}"));
    }
    Ok(ExitCode::Done)
}

/// The pack of an audit that found nothing that keeps it from being used.
fn sound(audit: Audit) -> Result<Pack, Error> {
    audit.pack.ok_or_else(|| audit.report.into())
}

fn put(bytes: &[u8], output: &mut Output) -> Result<(), Error> {
    let written = output.write_all(bytes).and_then(|()| output.flush());
    written.map_err(|error| Error::io("cannot write", output.path(), error))
}

/// What a pack is: its clips, who speaks, and under which licence.
fn about(pack: &Pack) -> String {
    let manifest = &pack.manifest;
    let frames: u64 = manifest.clips.iter().map(|clip| clip.frames).sum();
    let (clips, seconds) = (manifest.clips.len(), frames / u64::from(manifest.rate));
    let text = format!(
        "{clips} clips, {seconds} s, {}, spoken by {} ({})",
        manifest.language, manifest.speaker, manifest.licence
    );
    printable(&text).into_owned()
}

/// Where a pack of this name goes, if nothing is there that is not to be replaced.
fn place_for(name: &str, replace: bool) -> Result<PathBuf, Error> {
    let shown = printable(name);
    if !is_good_name(name) {
        return Err(Error::Usage(format!(
            "`{shown}` makes no good name for a voice: give one of letters, figures, `-` and `_` \
             with --name"
        )));
    }
    if name.to_lowercase() == BUILT_IN {
        return Err(Error::Usage(format!(
            "`{shown}` is the name of a built-in voice: give it another one with --name"
        )));
    }
    let no_folder = || Error::Usage("there is no folder for your own voices: set HOME".into());
    let own = own_folder().ok_or_else(no_folder)?;
    let cannot_write = |error| Error::io("cannot write", &own, error);
    fs::create_dir_all(&own).map_err(cannot_write)?;
    if own.join(name).exists() {
        return Err(Error::Taken(format!(
            "there is a folder of your own for the voice `{shown}`, which is never replaced: give \
             this one another name with --name"
        )));
    }
    let place = own.join(format!("{name}.{ENDING}"));
    if is_there(&place) && !replace {
        return Err(Error::Taken(format!(
            "the voice `{shown}` is installed already: add --force to replace it, or give this one \
             another name with --name"
        )));
    }
    Ok(place)
}

fn is_there(place: &Path) -> bool {
    fs::symlink_metadata(place).is_ok()
}

/// Whether a name is easily typed and means a file everywhere.
fn is_good_name(name: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    is_name(name)
        && name.len() <= LONGEST_NAME
        && !name.starts_with('-')
        && name.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_words() {
        for name in ["anna", "Anna-2", "großmutter", "a_b"] {
            assert!(is_good_name(name), "{name}");
        }
        let long = "x".repeat(65);
        for name in ["", ".anna", "-rf", "a b", "a/b", "..", "a.b", "a\x1b", &long] {
            assert!(!is_good_name(name), "{name}");
        }
    }
}
