//! What strangers may hand us, each as it comes: bytes go in, and whatever they hold, nothing may
//! panic, hang, or take memory without end. The fuzzers in `fuzz/` look for bytes that do; what
//! they found on their way lies in `tests/corpus/` and is tried again in every test run.

mod archive;
mod clip;
mod import;
mod music;
mod pack;
mod playlist;
mod routine;
mod scratch;
mod take;
mod verify;

pub use archive::archive;
pub use clip::clip;
pub use import::import;
pub use music::music;
pub use pack::pack;
pub use playlist::playlist;
pub use routine::routine;
pub use take::take;
pub use verify::verify;

/// Takes what a stranger hands over.
pub type Door = fn(&[u8]);

/// All that is fuzzed, by the names of its fuzzer and its folder in the corpus.
#[allow(dead_code)] // The fuzzers have one each.
pub const DOORS: [(&str, Door); 9] = [
    ("archive", archive),
    ("clip", clip),
    ("import", import),
    ("music", music),
    ("pack", pack),
    ("playlist", playlist),
    ("routine", routine),
    ("take", take),
    ("verify", verify),
];
