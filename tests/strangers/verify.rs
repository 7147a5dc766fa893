use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use earcoach::clip::source::{from_file, from_stream};
use earcoach::routine::{Routine, parse};
use earcoach::sequencer::{GuardMode, Options, sequence};
use earcoach::sounds::Sounds;
use earcoach::time::{Millis, Rate};
use earcoach::verify::window::Window;
use earcoach::verify::{Demand, verify as find};
use earcoach::view::verified;
use earcoach::voice::Voice;

static ROUTINE: LazyLock<Routine> = LazyLock::new(|| {
    parse(r#"{ "steps": [{ "tone": "tick" }, { "rest": { "for": "1s", "say": "" } }] }"#).unwrap()
});
static VOICE: LazyLock<Voice> = LazyLock::new(Voice::built_in);

/// A file in which the cues of a short routine are looked for: as a file, and as it comes through a
/// pipe.
pub fn verify(bytes: &[u8]) {
    if let Ok(source) = from_file(Cursor::new(bytes.to_vec())) {
        look_into(source);
    }
    if let Ok(source) = from_stream(Cursor::new(bytes.to_vec())) {
        look_into(source);
    }
}

fn look_into(source: Box<dyn symphonia::core::io::MediaSource>) {
    let Ok(window) = Window::of(Path::new("stranger"), source) else { return };
    let rate: Rate = window.rate();
    let options = Options { rate, guard: GuardMode::Off, ..Options::default() };
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
