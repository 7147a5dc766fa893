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

/// Raised when what is kept means something else.
const VERSION: &str = "1";

/// The folder of what was spoken: `earcoach/speech` where the system keeps what can be made again,
/// by the XDG Base Directory Specification on Linux.
#[derive(Clone, Debug)]
pub struct Cache(Option<PathBuf>);

impl Cache {
    /// The user's own.
    pub fn own() -> Self {
        let base = etcetera::choose_base_strategy().ok();
        Self(base.map(|base| base.cache_dir().join("earcoach").join("speech")))
    }

    fn file(&self, engine: &Engine, text: &str) -> Option<PathBuf> {
        let key = [VERSION, &engine.identity(), text].join("\n");
        Some(self.0.as_ref()?.join(format!("{:x}.flac", md5::compute(key))))
    }

    /// What was spoken before, if it is whole.
    pub fn get(&self, engine: &Engine, text: &str) -> Option<Audio> {
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
    let mut part = tempfile::NamedTempFile::new_in(folder)?;
    part.write_all(&flac::mono(&audio.samples, audio.rate)?)?;
    part.persist(file)?;
    Ok(())
}
