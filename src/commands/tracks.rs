//! `earcoach export --tracks`: a routine as a folder of tracks with a playlist.

use std::io::Write;
use std::path::{Path, PathBuf};

use indicatif::HumanBytes;
use serde_json::json;

use super::programme::{Loudness, Measuring, Programme};
use super::progress::Progress;
use crate::cli::Export;
use crate::error::Error;
use crate::render::Spans;
use crate::sink::Sink;
use crate::sink::pcm::Bits;
use crate::sink::tags::Tags;
use crate::slice::Slice;
use crate::terminal::{printable, tell, write_json};
use crate::tracks::folder::Folder;
use crate::tracks::{Track, Tracks, names, playlist};

/// A programme to be written as tracks.
pub struct Album<'a> {
    pub programme: Programme<'a>,
    pub tracks: Tracks,
    pub sink: Sink,
    pub channels: u16,
    /// Those of the whole.
    pub tags: Option<Tags>,
}

impl<'a> Album<'a> {
    /// Writes it into the folder at `path`.
    pub fn export(mut self, path: &Path, args: &Export, quiet: bool) -> Result<Written<'a>, Error> {
        let folder = Folder::create(path, args.force)?;
        let timeline = self.programme.timeline();
        let playlist = names::playlist(&timeline.routine);
        let text = playlist::text(&timeline.title, &self.tracks, timeline.rate);
        write_playlist(&folder, &playlist, &text)?;
        let wanted = || folder.ensure_wanted();
        let note = self.programme.bring_to(args.loudness, quiet, wanted)?;
        // Nobody is told of it when nothing is printed.
        let measuring = (args.json || !quiet).then(|| self.programme.loudness());
        let mut progress = Progress::new("exporting", self.programme.frames(), quiet);
        let written = self.programme.play(|spans| {
            let mut write = |track| self.write(track, spans, &folder, &mut progress);
            self.tracks.tracks.iter().try_fold(0, |bytes, track| Ok(bytes + write(track)?))
        });
        progress.clear();
        let bytes = written?;
        let loudness = measuring.map(Measuring::finish).transpose()?;
        folder.finish()?;
        let notes = note.into_iter().chain(self.programme.music_notes());
        let notes = self.tracks.note.clone().into_iter().chain(notes).collect();
        Ok(Written { folder: path.into(), playlist, bytes, notes, loudness, album: self })
    }

    /// Writes a track, and gives its bytes.
    fn write(
        &self,
        track: &Track,
        spans: &mut dyn Spans,
        folder: &Folder,
        progress: &mut Progress,
    ) -> Result<u64, Error> {
        let mut tags = self.tags.as_ref().map(|tags| self.tracks.tags(track, tags));
        if let Some(tags) = &mut tags {
            // A track has its name whatever else does not fit: there is nothing to tell.
            self.sink.limit(tags);
        }
        let (mut slice, mut file) = (Slice::new(spans, track.until), folder.file(&track.file)?);
        let show = |position| progress.show(position);
        let frames = track.frames();
        let written = self.sink.write(&mut slice, frames, tags.as_ref(), &mut file, show);
        written.map_err(|error| Error::io("cannot write", file.path(), error))?;
        Ok(file.bytes())
    }
}

fn write_playlist(folder: &Folder, name: &str, text: &str) -> Result<(), Error> {
    let mut file = folder.file(name)?;
    let written = file.write_all(text.as_bytes());
    written.map_err(|error| Error::io("cannot write", file.path(), error))
}

/// What has been written.
pub struct Written<'a> {
    folder: PathBuf,
    playlist: String,
    /// Of all tracks.
    bytes: u64,
    notes: Vec<String>,
    /// Where somebody is told of it.
    loudness: Option<Loudness>,
    album: Album<'a>,
}

impl Written<'_> {
    /// Prints it: as JSON to standard output, or as a line for people to standard error.
    pub fn tell(&self, json: bool, quiet: bool) -> Result<(), Error> {
        if json {
            return write_json(&self.json(), std::io::stdout()).map_err(Error::output);
        }
        let Some(loudness) = self.loudness.filter(|_| !quiet) else { return Ok(()) };
        let (folder, programme) = (self.folder.to_string_lossy(), &self.album.programme);
        let (count, size) = (self.album.tracks.tracks.len(), HumanBytes(self.bytes));
        let length = programme.timeline().rate.moment_of(programme.frames()).clock();
        tell(format_args!(
            "wrote {}: {count} track{} and {}, {length}, {size}, {}",
            printable(&folder),
            if count == 1 { "" } else { "s" },
            self.playlist,
            loudness.told(),
        ));
        for note in &self.notes {
            tell(format_args!("note: {note}"));
        }
        Ok(())
    }

    fn json(&self) -> serde_json::Value {
        let Album { programme, tracks, sink, channels, .. } = &self.album;
        let track = |track: &Track| {
            json!({
                "file": track.file,
                "title": track.title,
                "at": track.from,
                "frames": track.frames(),
            })
        };
        json!({
            "folder": self.folder.to_string_lossy(),
            "playlist": self.playlist,
            "tracks": tracks.tracks.iter().map(track).collect::<Vec<_>>(),
            "frames": programme.frames(),
            "format": sink.format().ending(),
            "rate": programme.timeline().rate,
            "channels": channels,
            "bits": sink.bits().map(Bits::count),
            "bytes": self.bytes,
            "notes": self.notes,
            "lufs": self.loudness.and_then(Loudness::rounded),
        })
    }
}
