//! The sound of a page that stands beside an exported file.

use super::programme::Programme;
use super::progress::Progress;
use crate::captions::Page;
use crate::error::Error;
use crate::sink::Sink;
use crate::sink::format::Format;
use crate::sink::output::{Output, stop_on_signals};

/// A page's own part: its sound, as small as it can be. Beside FLAC and Opus it has what they
/// have; beside WAV it has Opus, or FLAC where Opus has not its rate.
pub fn page(
    programme: &Programme,
    beside: Sink,
    kind: &'static str,
    quiet: bool,
) -> Result<Page, Error> {
    let sink = small(beside)?;
    let media_type = match sink {
        Sink::Wav(_) => "audio/wav",
        Sink::Flac(_) => "audio/flac",
        Sink::Opus(_) => "audio/ogg;codecs=opus",
    };
    let folder = std::env::temp_dir();
    let cannot_write = |error| Error::io("cannot write the sound of the page in", &folder, error);
    let sound = tempfile::tempfile().map_err(cannot_write)?;
    let file = sound.try_clone().map_err(cannot_write)?;
    let stop = stop_on_signals().map_err(cannot_write)?;
    let mut output = Output::within(folder.clone(), file, stop);
    let frames = programme.frames();
    let mut progress = Progress::new("making the page", frames, quiet);
    let written = programme.play(|spans| {
        let show = |position| progress.show(position);
        sink.write(spans, frames, None, &mut output, show).map_err(cannot_write)
    });
    progress.clear();
    written.map(|()| Page { kind, media_type, sound })
}

fn small(beside: Sink) -> Result<Sink, Error> {
    let Sink::Wav(wav) = beside else { return Ok(beside) };
    let of = |format| Sink::new(format, wav.rate, wav.channels, None, None);
    of(Format::Opus).or_else(|_| of(Format::Flac))
}
