//! Proves a voice pack: its manifest is sound, every clip is there, as long and as loud as that says,
//! begins and ends softly, what its licences ask for is kept, and the built-in routines find all
//! their words. All problems are found in one run, each with its place in the manifest.

mod level;
mod licence;

use std::collections::{HashMap, HashSet};

use crate::clip::own::ENDINGS;
use crate::error::Error;
use crate::language::Language;
use crate::problem::{Problem, Problems, Severity, Span};
use crate::report::Report;
use crate::voice::embedded;
use crate::voice::files::{Files, is_licence};
use crate::voice::reading::{self, Reading};
use crate::voice::{ClipId, Pack, manifest, manifest_text};

/// What is found in a voice pack.
#[derive(Clone, Debug)]
pub struct Audit {
    /// The pack as it can be used; `None` where its manifest is not sound.
    pub pack: Option<Pack>,
    /// How many clips there are.
    pub clips: usize,
    /// How long they are together, in seconds.
    pub seconds: f64,
    /// The loudness of the softest and the loudest clip, in LUFS.
    pub loudness: (f64, f64),
    /// The highest true peak, in dBTP.
    pub peak: f64,
    /// What is wrong, with its places. Errors keep the pack from being used or passed on; warnings
    /// are heard.
    pub report: Report,
}

/// Reads and measures every clip of the pack that is called `voice`: a name, or the path of its
/// folder or file.
///
/// # Errors
/// [`Error::Usage`] when there is no such voice, [`Error::Voice`] when there is nothing in it that
/// could be judged.
pub fn audit(voice: &str) -> Result<Audit, Error> {
    audit_files(voice, Pack::files(voice)?.as_ref())
}

/// The same for a pack in these files, or for the one that is part of the program; it is shown as
/// `voice`.
///
/// # Errors
/// [`Error::Voice`] when there is nothing that could be judged.
pub fn audit_files(voice: &str, files: Option<&Files>) -> Result<Audit, Error> {
    let (file, text) = match files {
        Some(files) => {
            let text = manifest_text(files).map_err(|problem| Error::voice(voice, problem))?;
            (format!("{voice}/{}", manifest::FILE), text)
        }
        None => (format!("{voice}/{} (built in)", manifest::FILE), embedded::MANIFEST.into()),
    };
    let reading = reading::read(&text);
    let is_sound = !reading.problems.has_errors();
    let pack = match files {
        Some(files) => Pack::open_files(voice, files.clone()).ok(),
        None => Some(Pack::built_in()),
    };
    let mut audit = Audit {
        pack: pack.filter(|_| is_sound),
        clips: reading.manifest.clips.len(),
        seconds: 0.0,
        loudness: (f64::INFINITY, f64::NEG_INFINITY),
        peak: f64::NEG_INFINITY,
        report: Report { file, text, problems: Problems::default() },
    };
    audit.judge_manifest(&reading);
    match &audit.pack {
        Some(pack) => audit.measure(&pack.clone(), &reading),
        None => audit.find_files(files, &reading),
    }
    if let Some(files) = files {
        audit.find_unnamed(files, &reading);
        let names = files.names().unwrap_or_default();
        licence::judge(&reading, &names, &mut audit.report.problems);
    }
    audit.report.problems.sort();
    Ok(audit)
}

impl Audit {
    /// Whether anything keeps it from being used or passed on.
    pub fn is_usable(&self) -> bool {
        !self.report.problems.has_errors()
    }

    /// Notes lines of a routine that the voice does not say.
    pub fn add_missing(&mut self, routine: &str, lines: &[String]) {
        let place = reading::read(&self.report.text).list;
        for line in lines {
            let message = format!("for the routine `{routine}` it has no clip for “{line}”");
            self.report.problems.push(Problem::warning("missing-words", place, message));
        }
    }

    fn push(&mut self, severity: Severity, code: &'static str, span: Span, message: String) {
        let problem = Problem { severity, ..Problem::error(code, span, message) };
        self.report.problems.push(problem);
    }

    /// What shows in the manifest alone.
    fn judge_manifest(&mut self, reading: &Reading) {
        reading.problems.iter().for_each(|problem| self.report.problems.push(problem.clone()));
        let tag = &reading.manifest.language;
        if !tag.is_empty() && tag.parse::<Language>().is_err() {
            let message = format!("`{tag}` is no language tag");
            let problem = Problem::error("voice-language", reading.language, message);
            let help = "write it as BCP 47 has it, like `en`, `de-AT` or `pt-BR`";
            self.report.problems.push(problem.help(help));
        }
        let mut words: HashMap<&str, &str> = HashMap::new();
        let mut files: HashMap<&str, Span> = HashMap::new();
        for (entry, span) in reading.manifest.clips.iter().zip(&reading.clips) {
            if let Some(first) = words.insert(&entry.words, &entry.file) {
                let message = format!("`{}` says the same words as `{first}`", entry.file);
                self.push(Severity::Warning, "voice-duplicate", *span, message);
            }
            if let Some(first) = files.insert(&entry.file, *span) {
                let message = format!("`{}` is listed twice", entry.file);
                let problem = Problem::warning("voice-duplicate", *span, message);
                self.report.problems.push(problem.also(first, "first listed here"));
            }
        }
    }

    /// Decodes and measures every clip.
    fn measure(&mut self, pack: &Pack, reading: &Reading) {
        for (place, span) in reading.clips.iter().enumerate() {
            let id = ClipId(place as u32);
            match pack.clip(id) {
                Ok(clip) => {
                    let measured = level::Level::of(&clip, pack.entry(id));
                    for (severity, code, what) in measured.problems {
                        let message = format!("`{}` {what}", pack.entry(id).file);
                        self.push(severity, code, *span, message);
                    }
                    self.seconds += clip.samples.len() as f64 / f64::from(clip.rate.hz());
                    if let Some((lufs, peak)) = measured.loudness {
                        self.loudness = (self.loudness.0.min(lufs), self.loudness.1.max(lufs));
                        self.peak = self.peak.max(peak);
                    }
                }
                Err(Error::Voice { problem, .. }) => {
                    self.push(Severity::Error, "voice-file", *span, problem);
                }
                Err(other) => self.push(Severity::Error, "voice-file", *span, other.to_string()),
            }
        }
    }

    /// Where clips cannot be judged, at least whether they are there.
    fn find_files(&mut self, files: Option<&Files>, reading: &Reading) {
        let names = files.map(|files| files.names().unwrap_or_default()).unwrap_or_default();
        for (entry, span) in reading.manifest.clips.iter().zip(&reading.clips) {
            if names.binary_search(&entry.file).is_err() {
                let message = format!("`{}`: there is no such file", entry.file);
                self.push(Severity::Error, "voice-file", *span, message);
            }
        }
    }

    /// Audio files that no clip names.
    fn find_unnamed(&mut self, files: &Files, reading: &Reading) {
        let named: HashSet<&str> =
            reading.manifest.clips.iter().map(|entry| entry.file.as_str()).collect();
        // Where clips could not be read, it is not known which files they name.
        if reading.problems.has_errors() {
            return;
        }
        for name in files.names().unwrap_or_default() {
            let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
            let is_audio = ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()));
            if is_audio && !named.contains(name.as_str()) && !is_licence(&name) {
                let message = format!("no clip names the file `{name}`");
                self.push(Severity::Warning, "voice-unnamed", reading.list, message);
            }
        }
    }
}
