//! Reads a routine in the language of the voice that is to speak it.

use super::Voices;
use crate::error::Error;
use crate::language::Language;
use crate::problem::{Problem, Problems};
use crate::report::Report;
use crate::routine::translation::Translation;
use crate::routine::{self, Routine, Setting, Source, Tongue};
use crate::voice::{BUILT_IN, Voice};

/// A routine as it was read.
pub struct Reading {
    /// The routine, if there is one to be laid out.
    pub routine: Option<Routine>,
    /// The voice that speaks it.
    pub voice: Voice,
    /// What is wrong in it.
    pub problems: Problems,
    /// What is wrong in the file of words beside it, if it was asked.
    pub translation: Option<Report>,
}

/// Reads the routine of `source` in the language of its voice.
///
/// # Errors
/// [`Error::Usage`] for settings or voices that there are not, [`Error::Voice`] for a voice that is
/// not valid, whatever reading the file of words gives.
pub fn read(source: &Source, settings: &[Setting], voices: &Voices) -> Result<Reading, Error> {
    read_for(source, settings, |routine| open_voice(voices, source, routine))
}

/// The same with the voice that `open` gives, and what is wrong in asking for it.
///
/// # Errors
/// As there, and what `open` gives.
pub fn read_for(
    source: &Source,
    settings: &[Setting],
    open: impl FnOnce(&Routine) -> Result<(Voice, Option<Problem>), Error>,
) -> Result<Reading, Error> {
    let in_tongue = |tongue| routine::read(&source.text, settings, tongue).map_err(Error::Usage);
    let (routine, problems) = in_tongue(Tongue::default())?;
    let Some(routine) = routine else {
        let voice = Voice::built_in();
        return Ok(Reading { routine: None, voice, problems, translation: None });
    };
    let (voice, unknown) = open(&routine)?;
    let wanted = voice.language();
    let mut reading = Reading { routine: Some(routine), voice, problems, translation: None };
    if reading.routine.as_ref().is_some_and(|routine| routine.language != wanted) {
        let words = source.translation(wanted)?.map(|words| read_words(&words, wanted));
        let translation = words.as_ref().map(|(translation, ..)| translation);
        let stand_in = reading.voice.other_language();
        let tongue = Tongue { wanted: Some(wanted), stand_in, translation };
        (reading.routine, reading.problems) = in_tongue(tongue)?;
        reading.translation = words.map(|(translation, source, mut problems)| {
            translation.find_unused(&mut problems);
            source.report(problems)
        });
    }
    if let Some(unknown) = unknown {
        reading.problems.push(unknown);
    }
    Ok(reading)
}

/// Reads a file of words in a language.
fn read_words(source: &Source, language: Language) -> (Translation, Source, Problems) {
    let mut problems = Problems::default();
    let translation = Translation::read(&source.text, language, &mut problems);
    (translation, source.clone(), problems)
}

/// The voice that was chosen, else that of the bundle, the routine's own, or the built-in one, with whoever stands in
/// for it. A routine may come from a stranger: it names a voice, never a path. A voice that there
/// is not is a problem of the routine.
///
/// # Errors
/// As [`Voice::open`].
pub fn open_voice(
    voices: &Voices,
    source: &Source,
    routine: &Routine,
) -> Result<(Voice, Option<Problem>), Error> {
    let mut unknown = None;
    let voice = match (&voices.voice, &source.bundle, &routine.voice) {
        (Some(chosen), ..) => Voice::open(chosen)?,
        (None, Some(bundle), _) => bundle.voice()?,
        (None, None, Some(own)) => match Voice::open_named(&own.text)? {
            Some(voice) => voice,
            None => {
                let message = format!("there is no voice `{}`", own.text);
                let help = format!(
                    "`earcoach voice list` shows those at hand, such as `{BUILT_IN}`; others are \
                     chosen with --voice DIR"
                );
                unknown = Some(Problem::error("unknown-voice", own.span, message).help(help));
                Voice::built_in_with_own()?
            }
        },
        (None, None, None) => Voice::built_in_with_own()?,
    };
    match &voices.fall_back {
        Some(other) => Ok((voice.with_stand_in(Voice::open(other)?), unknown)),
        None => Ok((voice, unknown)),
    }
}
