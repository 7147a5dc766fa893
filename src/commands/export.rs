//! `earcoach export`: a routine as a file.

use std::path::{Path, PathBuf};

use indicatif::HumanBytes;
use serde_json::json;

use super::beside::Beside;
use super::programme::{Loudness, Measuring, Programme};
use super::progress::Progress;
use super::tracks::Album;
use super::{Loaded, load, page, taken};
use crate::cli::Export;
use crate::error::{Error, ExitCode};
use crate::sink::Sink;
use crate::sink::format::Format;
use crate::sink::output::Output;
use crate::sink::pcm::Bits;
use crate::sink::tags::Tags;
use crate::sounds::Sounds;
use crate::terminal::{printable, tell, write_json};
use crate::time::{Frames, Millis, Rate};
use crate::timeline::Timeline;
use crate::tracks::Tracks;

pub fn run(args: &Export, quiet: bool) -> Result<ExitCode, Error> {
    let format = Format::of_file(args.output.as_deref(), args.format)?;
    let Loaded { timeline, routine, voice, .. } = match &args.take {
        Some(_) if args.fill.fill => {
            let message = "--fill: nothing of a take is missing; `voice fill` makes clips";
            return Err(Error::Usage(message.into()));
        }
        Some(take) => taken::load(take, &args.timeline)?,
        None => load(&args.timeline, &args.fill, quiet)?,
    };
    let (timeline, channels) =
        for_channels(timeline, args.channels, args.timeline.music.is_wanted());
    let bits = args.bits.map(Into::into);
    let sink = Sink::new(format, timeline.rate, channels, bits, args.bitrate)?;
    let mut tags = (!args.plain).then(|| Tags::of(&timeline, routine.kind.name()));
    let sounds = Sounds::open(&timeline, &voice)?;
    let music = &args.timeline.music;
    if let Some(folder) = &args.tracks {
        let tracks = Tracks::of(&timeline, format.ending());
        let programme = Programme::open(timeline, sounds, channels, music)?;
        let album = Album { programme, tracks, sink, channels, tags };
        album.export(folder, args, quiet)?.tell(args.json, quiet)?;
        return Ok(ExitCode::Done);
    }
    let path = args.output.clone().unwrap_or_else(|| default_path(&timeline, format));
    Beside::ensure(&path, &args.with)?;
    if args.json && path == Path::new("-") {
        return Err(Error::Usage("--json and the file cannot both go to standard output".into()));
    }
    let mut output = Output::create(&path, args.force)?;
    let mut beside = Beside::open(&path, &args.with, args.force)?;
    let mut written = Written::of(&path, &timeline, sink, channels);
    if let Some(tags) = &mut tags {
        written.notes.extend(sink.limit(tags));
        written.chapters = tags.chapters.len();
    }
    let mut programme = Programme::open(timeline, sounds, channels, music)?;
    let levelled = programme.bring_to(args.loudness, quiet, || output.ensure_wanted())?;
    written.notes.extend(levelled);
    let page = || page::page(&programme, sink, routine.kind.name(), quiet);
    let told = beside.write(programme.timeline(), &routine.params, &path, page)?;
    written.notes.extend(told);
    // Nobody is told of it when nothing is printed.
    let measuring = (args.json || !quiet).then(|| programme.loudness());
    render(&programme, sink, tags.as_ref(), &mut output, quiet)?;
    written.notes.extend(programme.music_notes());
    written.bytes = output.bytes();
    let loudness = measuring.map(Measuring::finish).transpose()?;
    output.finish()?;
    written.beside = beside.finish()?;
    if let Some(loudness) = loudness {
        written.tell(loudness, args.json)?;
    }
    Ok(ExitCode::Done)
}

/// The long work: makes the samples and writes them.
fn render(
    programme: &Programme,
    sink: Sink,
    tags: Option<&Tags>,
    output: &mut Output,
    quiet: bool,
) -> Result<(), Error> {
    let frames = programme.frames();
    let mut progress = Progress::new("exporting", frames, quiet);
    let written = programme.play(|spans| {
        let show = |position| progress.show(position);
        let written = sink.write(spans, frames, tags, output, show);
        written.map_err(|error| Error::io("cannot write", output.path(), error))
    });
    progress.clear();
    written
}

/// The timeline for as many channels as were asked for, else as it needs: one has no ears.
fn for_channels(timeline: Timeline, asked: Option<u16>, has_music: bool) -> (Timeline, u16) {
    match asked.unwrap_or(if timeline.has_ears() || has_music { 2 } else { 1 }) {
        1 => (timeline.without_ears(), 1),
        channels => (timeline, channels),
    }
}

/// The routine's name with the format's ending, in the current folder.
fn default_path(timeline: &Timeline, format: Format) -> PathBuf {
    PathBuf::from(format!("{}.{}", timeline.routine, format.ending()))
}

/// What an export has written.
struct Written {
    file: PathBuf,
    frames: Frames,
    length: Millis,
    bytes: u64,
    sink: Sink,
    rate: Rate,
    channels: u16,
    chapters: usize,
    notes: Vec<String>,
    /// The files beside it.
    beside: Vec<PathBuf>,
}

impl Written {
    fn of(path: &Path, timeline: &Timeline, sink: Sink, channels: u16) -> Self {
        Self {
            file: path.into(),
            frames: timeline.frames,
            length: timeline.rate.moment_of(timeline.frames),
            bytes: 0,
            sink,
            rate: timeline.rate,
            channels,
            chapters: 0,
            notes: Vec::new(),
            beside: Vec::new(),
        }
    }

    /// Prints it: as JSON to standard output, or as a line for people to standard error.
    fn tell(&self, loudness: Loudness, json: bool) -> Result<(), Error> {
        let file = self.file.to_string_lossy();
        let beside: Vec<_> = self.beside.iter().map(|file| file.to_string_lossy()).collect();
        if json {
            let value = json!({
                "file": file,
                "frames": self.frames,
                "format": self.sink.format().ending(),
                "rate": self.rate,
                "channels": self.channels,
                "bits": self.sink.bits().map(Bits::count),
                "bytes": self.bytes,
                "chapters": self.chapters,
                "files": beside,
                "notes": self.notes,
                "lufs": loudness.rounded(),
            });
            return write_json(&value, std::io::stdout()).map_err(Error::output);
        }
        let file = if file == "-" { "to standard output".into() } else { printable(&file) };
        let (length, size) = (self.length.clock(), HumanBytes(self.bytes));
        tell(format_args!("wrote {file}: {length}, {size}, {}", loudness.told()));
        for file in beside {
            tell(format_args!("wrote {}", printable(&file)));
        }
        for note in &self.notes {
            tell(format_args!("note: {note}"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Ear;

    #[test]
    fn there_are_two_channels_where_the_ears_need_them_unless_one_is_asked_for() {
        let timeline = |ear| Timeline::of(9, &[&[1, 2]], &[(3, 0, ear)]);
        let (mono, ears) = (timeline(Ear::Both), timeline(Ear::Left));
        assert_eq!(for_channels(mono.clone(), None, false), (mono.clone(), 1));
        assert_eq!(for_channels(mono.clone(), None, true), (mono.clone(), 2));
        assert_eq!(for_channels(mono.clone(), Some(2), false), (mono.clone(), 2));
        assert_eq!(for_channels(ears.clone(), None, false), (ears.clone(), 2));
        assert_eq!(for_channels(ears.clone(), Some(2), false), (ears.clone(), 2));
        assert_eq!(for_channels(ears, Some(1), false), (mono, 1));
    }
}
