//! The formats of exported files, and how the format of a file is known.

use std::path::Path;

use clap::ValueEnum;

use crate::error::Error;
use crate::terminal::printable;

/// What an exported file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Samples as they are, for everything
    Wav,
    /// The same samples in a fifth of the room or less
    Flac,
    /// Nearly the same sound in a twentieth of the room or less, for phones
    Opus,
}

impl Format {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wav => "WAV",
            Self::Flac => "FLAC",
            Self::Opus => "Opus",
        }
    }

    /// What such a file's name ends in.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
            Self::Opus => "opus",
        }
    }

    fn of_ending(ending: &str) -> Option<Self> {
        match ending {
            "wav" | "wave" => Some(Self::Wav),
            "flac" => Some(Self::Flac),
            "opus" | "ogg" => Some(Self::Opus),
            _ => None,
        }
    }

    /// The format of a file to be written: the one that was asked for, else the one that its name
    /// ends in, else WAV.
    ///
    /// # Errors
    /// [`Error::Usage`] when the name ends in something else.
    pub fn of_file(path: Option<&Path>, asked: Option<Self>) -> Result<Self, Error> {
        let ending = path.and_then(|path| Some(path.extension()?.to_string_lossy().to_lowercase()));
        let (Some(path), Some(ending)) = (path, ending) else {
            return Ok(asked.unwrap_or(Self::Wav));
        };
        let is_device = path.exists() && !path.is_file();
        let shown = printable(&path.to_string_lossy()).into_owned();
        match (asked, Self::of_ending(&ending)) {
            (Some(asked), Some(named)) if asked != named => Err(Error::Usage(format!(
                "`{shown}` is named as {}, but --format {} was asked for; let the name end in .{}",
                named.name(),
                asked.ending(),
                asked.ending()
            ))),
            (Some(format), _) | (None, Some(format)) => Ok(format),
            (None, None) if is_device => Ok(Self::Wav),
            (None, None) => Err(Error::Usage(format!(
                "`{shown}`: earcoach writes WAV, FLAC and Opus; let the name end in .wav, .flac or \
                 .opus, not .{}",
                printable(&ending)
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_what_was_asked_for_or_by_the_ending() {
        let of = |path: &str, asked| Format::of_file(Some(Path::new(path)), asked).ok();
        assert_eq!(Format::of_file(None, Some(Format::Opus)).ok(), Some(Format::Opus));
        assert_eq!(Format::of_file(None, None).ok(), Some(Format::Wav));
        assert_eq!((of("a", None), of("-", None)), (Some(Format::Wav), Some(Format::Wav)));
        assert_eq!((of("a.WAV", None), of("a.wave", None)), (Some(Format::Wav), Some(Format::Wav)));
        assert_eq!(
            (of("a.b.flac", None), of("a.ogg", None)),
            (Some(Format::Flac), Some(Format::Opus))
        );
        assert_eq!(
            (of("-", Some(Format::Flac)), of("a.part", Some(Format::Flac))),
            (Some(Format::Flac), Some(Format::Flac))
        );
        assert_eq!((of("a.mp3", None), of("a.ogg", Some(Format::Flac))), (None, None));
    }
}
