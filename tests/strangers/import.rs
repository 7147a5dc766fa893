use earcoach::import::{self, Format, Source};
use earcoach::routine;

/// A file to be imported, taken for each of the formats.
pub fn import(bytes: &[u8]) {
    for file in ["stranger.txt", "stranger.yaml"] {
        let Ok(source) = Source::read("stranger", file, bytes) else { return };
        made(&source, None);
    }
    let Ok(source) = Source::read("stranger", "stranger", bytes) else { return };
    for format in [Format::Script, Format::Phrases, Format::Labels, Format::W2a] {
        made(&source, Some(format));
    }
}

/// What is imported is a routine.
fn made(source: &Source, format: Option<Format>) {
    if let Ok(imported) = import::import(source, format) {
        let json = imported.json();
        if let Err(problems) = routine::parse(&json) {
            panic!("{problems:?}\n{json}");
        }
    }
}
