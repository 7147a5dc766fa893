//! `earcoach export`: a routine as a file.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use serde_json::json;

use super::beside::Beside;
use super::{Loaded, load, music, open};
use crate::bed::Bed;
use crate::cli::{Export, TimelineArgs};
use crate::error::{Error, ExitCode};
use crate::render::Renderer;
use crate::routine::{BUILT_IN, Source};
use crate::sequencer::Options;
use crate::sink::Sink;
use crate::sink::format::Format;
use crate::sink::output::Output;
use crate::sink::pcm::Bits;
use crate::sink::tags::Tags;
use crate::sounds::Sounds;
use crate::take::Take;
use crate::terminal::{printable, tell, write_json};
use crate::time::{Frames, Millis, Rate};
use crate::timeline::Timeline;

/// The most bytes a take may have.
const LARGEST_TAKE: u64 = 16_000_000;

pub fn run(args: &Export, quiet: bool) -> Result<ExitCode, Error> {
    let format = Format::of_file(args.output.as_deref(), args.format)?;
    let Loaded { timeline, routine, pack, .. } = match &args.take {
        Some(take) => load_take(take, &args.timeline)?,
        None => load(&args.timeline)?,
    };
    let (timeline, channels) =
        for_channels(timeline, args.channels, args.timeline.music.is_wanted());
    let bits = args.bits.map(Into::into);
    let sink = Sink::new(format, timeline.rate, channels, bits, args.bitrate)?;
    let mut tags = (!args.plain).then(|| Tags::of(&timeline, routine.kind.name()));
    let sounds = Sounds::load(&timeline, &pack)?;
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
    written.notes.extend(beside.write(&timeline, &routine.params, &path)?);
    written.loudness = sounds.loudness(&timeline);
    render(timeline, sounds, sink, tags.as_ref(), &mut output, quiet)?;
    written.bytes = output.bytes();
    output.finish()?;
    written.beside = beside.finish()?;
    written.tell(args.json, quiet)?;
    Ok(ExitCode::Done)
}

/// The long work: makes the samples and writes them.
fn render(
    timeline: Timeline,
    sounds: Sounds,
    sink: Sink,
    tags: Option<&Tags>,
    output: &mut Output,
    quiet: bool,
) -> Result<(), Error> {
    let frames = timeline.frames;
    let mut progress = Progress::new(frames, quiet);
    let mut renderer = Renderer::new(Arc::new(timeline), Arc::new(sounds));
    let show = |position| progress.show(position);
    let result = sink.write(&mut renderer, frames, tags, output, show);
    progress.clear();
    result.map_err(|error| Error::io("cannot write", output.path(), error))
}

/// The timeline for as many channels as were asked for, else as it needs: one has no ears.
fn for_channels(timeline: Timeline, asked: Option<u16>, has_music: bool) -> (Timeline, u16) {
    match asked.unwrap_or(if timeline.has_ears() || has_music { 2 } else { 1 }) {
        1 => (timeline.without_ears(), 1),
        channels => (timeline, channels),
    }
}

/// The timeline that was heard when a take was made.
fn load_take(path: &Path, args: &TimelineArgs) -> Result<Loaded, Error> {
    let shown = || printable(&path.to_string_lossy()).into_owned();
    let text = read_text(path)?;
    let take = Take::parse(&text);
    let take = take.map_err(|problem| Error::Take { path: path.into(), problem })?;
    let routine = match &args.routine {
        Some(routine) => routine.as_str(),
        // A take may come from a stranger: it names a routine of ours, never a file.
        None if BUILT_IN.iter().any(|own| own.name == take.routine) => take.routine.as_str(),
        None => {
            let (routine, shown) = (printable(&take.routine), shown());
            return Err(Error::Usage(format!(
                "`{shown}` is a take of `{routine}`: name the routine, as in \
                 `earcoach export {routine}.json --take {shown}`"
            )));
        }
    };
    let choices = args.choices().or(take.options.clone());
    let mut loaded = open(Source::open(routine)?, args.voice.as_deref(), choices)?;
    loaded.timeline = loaded.lay_out(&Options { live: true, ..loaded.options })?;
    if !take.is_of(&loaded.timeline) {
        return Err(Error::Usage(format!(
            "`{}` is a take of another timeline: give the routine and the voice that were \
             played, and no other options",
            shown()
        )));
    }
    loaded.timeline = take.close(&loaded.timeline, &loaded.pack)?;
    Ok(loaded)
}

/// The text of a file that is not too large.
fn read_text(path: &Path) -> Result<String, Error> {
    let cannot_read = |error| Error::io("cannot read", path, error);
    let mut text = String::new();
    let file = File::open(path).map_err(cannot_read)?;
    let size = file.take(LARGEST_TAKE + 1).read_to_string(&mut text).map_err(cannot_read)?;
    if size as u64 > LARGEST_TAKE {
        let problem = format!("it is larger than {LARGEST_TAKE} bytes");
        return Err(Error::Take { path: path.into(), problem });
    }
    Ok(text)
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
    loudness: Option<f64>,
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
            loudness: None,
            beside: Vec::new(),
        }
    }

    /// Prints it: as JSON to standard output, or as a line for people to standard error.
    fn tell(&self, json: bool, quiet: bool) -> Result<(), Error> {
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
                "lufs": self.loudness.map(|lufs| (lufs * 100.0).round() / 100.0),
            });
            return write_json(&value, std::io::stdout()).map_err(Error::output);
        }
        if !quiet {
            let loudness = match self.loudness {
                Some(lufs) => format!("{lufs:.1} LUFS"),
                None => "silent".into(),
            };
            let file = if file == "-" { "to standard output".into() } else { printable(&file) };
            let (length, size) = (self.length.clock(), HumanBytes(self.bytes));
            tell(format_args!("wrote {file}: {length}, {size}, {loudness}"));
            for file in beside {
                tell(format_args!("wrote {}", printable(&file)));
            }
            for note in &self.notes {
                tell(format_args!("note: {note}"));
            }
        }
        Ok(())
    }
}

/// A bar that shows itself only when there is something to wait for.
struct Progress {
    bar: Option<ProgressBar>,
    begin: Instant,
    frames: Frames,
    wanted: bool,
}

impl Progress {
    /// Before this, an export is over sooner than a bar can be read.
    const PATIENCE: Duration = Duration::from_millis(300);

    fn new(frames: Frames, quiet: bool) -> Self {
        let wanted = !quiet && std::io::stderr().is_terminal();
        Self { bar: None, begin: Instant::now(), frames, wanted }
    }

    fn show(&mut self, position: Frames) {
        if !self.wanted || (self.bar.is_none() && self.begin.elapsed() < Self::PATIENCE) {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("exporting {wide_bar} {percent:>3}%");
            let bar = ProgressBar::new(self.frames.0);
            bar.set_style(style.expect("the template is sound"));
            bar
        });
        bar.set_position(position.0);
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
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
