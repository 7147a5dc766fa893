//! `earcoach play --watch`: notices when the routine's file is saved, and where it was edited.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use super::{Loaded, Voices, open};
use crate::coach::session::Input;
use crate::error::Error;
use crate::routine::Source;
use crate::sequencer::Choices;
use crate::time::Frames;
use crate::timeline::Timeline;

/// How often the file is looked at: saved and heard anew within a second.
const LOOK: Duration = Duration::from_millis(250);

/// The routine as it was saved last, until it is taken.
#[derive(Clone, Default)]
pub struct Edits(Arc<Mutex<Option<Loaded>>>);

impl Edits {
    /// Begins to look after the file of `loaded`, on a thread of its own. What can be played is
    /// kept and told as an edit, what cannot as a warning.
    ///
    /// # Errors
    /// [`Error::Usage`] when the routine comes from no file.
    pub fn watch(loaded: &Loaded, voices: &Voices, send: SyncSender<Input>) -> Result<Self, Error> {
        let Some(path) = loaded.source.path.clone() else {
            return Err(Error::Usage("--watch needs a routine in a file".into()));
        };
        let edits = Self::default();
        let watcher = Watcher {
            edits: edits.clone(),
            seen: stamp(&path),
            path,
            source: loaded.source.clone(),
            voices: voices.clone(),
            choices: loaded.choices.clone(),
            send,
        };
        thread::spawn(move || watcher.run());
        Ok(edits)
    }

    /// The routine as it was saved last, if it was not taken before.
    pub fn take(&self) -> Option<Loaded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, loaded: Loaded) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(loaded);
    }
}

/// When a file was changed last, and how long it is.
type Stamp = Option<(SystemTime, u64)>;

fn stamp(path: &Path) -> Stamp {
    let data = fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}

struct Watcher {
    edits: Edits,
    path: PathBuf,
    seen: Stamp,
    source: Source,
    voices: Voices,
    choices: Choices,
    send: SyncSender<Input>,
}

impl Watcher {
    fn run(mut self) {
        loop {
            thread::sleep(LOOK);
            let now = stamp(&self.path);
            // An editor may take the file away for a moment while it saves.
            if now.is_none() || now == self.seen {
                continue;
            }
            self.seen = now;
            if let Some(input) = self.read()
                && self.send.send(input).is_err()
            {
                return;
            }
        }
    }

    /// Reads the file anew, if its text is another.
    fn read(&mut self) -> Option<Input> {
        let source = match self.source.reopen() {
            Ok(source) => source,
            Err(error) => return Some(Input::Warning(brief(&error))),
        };
        if source.text == self.source.text {
            return None;
        }
        self.source = source.clone();
        match open(source, &self.voices, self.choices.clone()) {
            Ok(loaded) => {
                self.edits.put(loaded);
                Some(Input::Edited)
            }
            Err(error) => Some(Input::Warning(brief(&error))),
        }
    }
}

/// What is wrong, in a line.
fn brief(error: &Error) -> String {
    let what = match error {
        Error::Invalid(report) => report.brief(),
        error => error.to_string(),
    };
    format!("{what}; the version before goes on")
}

/// Where on the new timeline to go on: at the step that was edited, else where one was.
pub fn edited_at(old: &str, new: &str, timeline: &Timeline, position: Frames) -> Frames {
    let same = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    let begun = timeline.steps.iter().filter(|step| step.span.range().start <= same);
    // The one that begins last before the edit; of those that a block gave, the first.
    let step =
        begun.reduce(|best, step| if step.span.start > best.span.start { step } else { best });
    step.map_or(position.min(timeline.frames), |step| step.at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routine::parse;
    use crate::sequencer::{Options, sequence};
    use crate::voice::Voice;

    #[test]
    fn one_goes_on_at_the_step_that_was_edited() {
        let text = |rest: &str| {
            format!(
                r#"{{"title": "x", "steps": [{{"say": "Go."}}, {{"rest": "{rest}"}}, {{"hold": "20s"}}]}}"#
            )
        };
        let (old, new) = (text("10s"), text("12s"));
        let routine = parse(&new).unwrap();
        let timeline = sequence(&routine, "x", &Voice::built_in(), &Options::default()).unwrap();
        assert_eq!(edited_at(&old, &new, &timeline, Frames(7)), timeline.steps[1].at);
        let titled = new.replace("\"x\"", "\"y\"");
        assert_eq!(edited_at(&new, &titled, &timeline, Frames(7)), Frames(7));
    }
}
