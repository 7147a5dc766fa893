//! What was spoken once is kept, by what was spoken and by whom: the same words by the same voice are
//! made once. The files are FLAC, which knows by its sums whether it is whole.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::engine::Engine;
use crate::clip::decode::Audio;
use crate::clip::own;
use crate::sink::flac;
use crate::sink::part::Part;

/// Raised when what is kept means something else.
const VERSION: &str = "1";

/// The folder of what was spoken: `earcoach/speech` where the system keeps what can be made again,
/// by the XDG Base Directory Specification on Linux.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: Option<PathBuf>,
    /// Whether nothing is taken from it: all is spoken anew, and kept.
    is_anew: bool,
}

impl Cache {
    /// The user's own, `is_anew` where nothing is to be taken from it.
    pub fn own(is_anew: bool) -> Self {
        let base = etcetera::choose_base_strategy().ok();
        let folder = base.map(|base| base.cache_dir().join("earcoach").join("speech"));
        Self { folder, is_anew }
    }

    fn file(&self, engine: &Engine, text: &str) -> Option<PathBuf> {
        let key = [VERSION, &engine.identity(), text].join("\n");
        Some(self.folder.as_ref()?.join(format!("{:x}.flac", md5::compute(key))))
    }

    /// What was spoken before, if it is whole.
    pub fn get(&self, engine: &Engine, text: &str) -> Option<Audio> {
        if self.is_anew {
            return None;
        }
        own::read(&self.file(engine, text)?).ok()
    }

    /// Keeps what was spoken. That it cannot is no harm: it is made again then.
    pub fn put(&self, engine: &Engine, text: &str, audio: &Audio) {
        if let Some(file) = self.file(engine, text)
            && let Some(folder) = file.parent()
        {
            drop(keep(folder, &file, audio));
        }
    }
}

fn keep(folder: &Path, file: &Path, audio: &Audio) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let part = Part::create(folder)?;
    part.file().write_all(&flac::mono(&audio.samples, audio.rate)?)?;
    part.place(file, true)
}
