//! A routine as tracks: a file a part and a playlist, in a folder of their own. Whoever plays
//! them in a row hears the routine; "next" leaves a part as the runner would live.

pub mod folder;
pub mod names;
pub mod playlist;

use crate::chapters::{Chapter, chapters, tag_text};
use crate::parts::{Part, parts};
use crate::sink::tags::{Tags, Track as Place};
use crate::time::Frames;
use crate::timeline::Timeline;

/// The most tracks of a folder: three figures number them.
pub const MOST_TRACKS: usize = 999;

/// One track of a routine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// Its name for people: that of its part, and what "next" means in it.
    pub title: String,
    /// Its file's name.
    pub file: String,
    /// Its number, from 1 on.
    pub number: usize,
    /// Where it begins in the routine.
    pub from: Frames,
    /// Where it ends: where the next begins.
    pub until: Frames,
}

impl Track {
    /// How long it lasts.
    pub fn frames(&self) -> Frames {
        self.until - self.from
    }
}

/// All tracks of a routine, in order.
#[derive(Clone, Debug)]
pub struct Tracks {
    /// They.
    pub tracks: Vec<Track>,
    /// What had to be left out, for people.
    pub note: Option<String>,
    chapters: Vec<Chapter>,
}

impl Tracks {
    /// The tracks of a timeline, in files whose names end in `ending`.
    pub fn of(timeline: &Timeline, ending: &str) -> Self {
        let all = parts(timeline, usize::MAX).len();
        let mut parts = parts(timeline, MOST_TRACKS);
        let note = (all > parts.len()).then(|| {
            format!(
                "{} tracks for {all} parts, since {MOST_TRACKS} is the most: shorter ones are \
                 joined to what follows",
                parts.len()
            )
        });
        if parts.is_empty() {
            // A routine in which nothing lasts is a track all the same.
            let (name, until) = (timeline.title.clone(), timeline.frames);
            parts.push(Part { name, from: Frames(0), until, leave: None });
        }
        let count = parts.len();
        let track = |(part, number): (&Part, usize)| Track {
            title: names::title(part),
            file: names::file(part, number, count, ending),
            number,
            from: part.from,
            until: part.until,
        };
        let tracks = parts.iter().zip(1..).map(track).collect();
        Self { tracks, note, chapters: chapters(timeline) }
    }

    /// The tags of one of them, of which all together have the tags `whole`. A track has
    /// chapters where there is more than one in it, as there is in deepenings.
    pub fn tags(&self, track: &Track, whole: &Tags) -> Tags {
        let begun = |moment| self.chapters.partition_point(|chapter| chapter.from < moment);
        let within = &self.chapters[begun(track.from)..begun(track.until)];
        let within = if within.len() > 1 { within } else { &[] };
        let mut chapters: Vec<Chapter> = within.to_vec();
        for chapter in &mut chapters {
            chapter.from = chapter.from - track.from;
            chapter.until = chapter.until.min(track.until) - track.from;
        }
        let (album, number, count) = (whole.title.clone(), track.number, self.tracks.len());
        Tags {
            title: tag_text(&track.title),
            chapters,
            track: Some(Place { album, number, count }),
            ..whole.clone()
        }
    }
}
