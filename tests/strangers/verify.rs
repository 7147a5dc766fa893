use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use earcoach::clip::source::{from_file, from_stream};
use earcoach::routine::{Routine, parse};
use earcoach::sequencer::{GuardMode, Options, sequence};
use earcoach::sounds::Sounds;
use earcoach::time::Millis;
use earcoach::verify::window::Window;
use earcoach::verify::{Demand, verify as find};
use earcoach::view::verified;
use earcoach::voice::Voice;
use symphonia::core::io::MediaSource;

static ROUTINE: LazyLock<Routine> = LazyLock::new(|| {
    parse(r#"{ "steps": [{ "tone": "tick" }, { "rest": { "for": "500ms", "say": "" } }] }"#)
        .unwrap()
});
static VOICE: LazyLock<Voice> = LazyLock::new(Voice::built_in);

/// Cues are looked for only in files of so few bytes: it takes as long as all the rest.
const MOST_BYTES: usize = 300;

/// A file in which the cues of a short routine are looked for; and the same as it comes through a
/// pipe, to be measured.
pub fn verify(bytes: &[u8]) {
    if let Ok(source) = from_file(Cursor::new(bytes.to_vec()))
        && let Some(window) = opened(source)
    {
        if bytes.len() <= MOST_BYTES {
            look_into(window);
        } else {
            drop(window.finish());
        }
    }
    if let Ok(source) = from_stream(Cursor::new(bytes.to_vec()))
        && let Some(mut window) = opened(source)
    {
        drop(window.stretch(-100, 300));
        window.forget_before(150);
        drop(window.finish());
    }
}

fn opened(source: Box<dyn MediaSource>) -> Option<Window<'static>> {
    Window::of(Path::new("stranger"), source).ok()
}

fn look_into(window: Window) {
    let options = Options { rate: window.rate(), guard: GuardMode::Off, ..Options::default() };
    let timeline = sequence(&ROUTINE, "stranger", &VOICE, &options).unwrap();
    let sounds = Arc::new(Sounds::load(&timeline, &VOICE).unwrap());
    let demand = Demand { tolerance: Millis(5), shift: true };
    if let Ok(found) = find(&timeline, sounds, window, demand) {
        let mut out = Vec::new();
        verified::write_json_to(&timeline, &found, demand, "stranger", &mut out).unwrap();
        verified::write_cues(&timeline, &found, true, 80, &mut out).unwrap();
        verified::summary(&timeline, &found, demand);
    }
}
