use earcoach::audit::audit_files;
use earcoach::routine;
use earcoach::sequencer::{Options, sequence};
use earcoach::sounds::Sounds;
use earcoach::time::Rate;
use earcoach::voice::files::Files;
use earcoach::voice::{Pack, Speaker, Voice};

use super::scratch;

/// A voice pack in a folder: its manifest and, after a NUL, its clip `a.wav`. A second one, `b.wav`,
/// is sound.
pub fn pack(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let manifest = scratch::file("pack/voice.json", parts.next().unwrap_or_default());
    scratch::file("pack/a.wav", parts.next().unwrap_or_default());
    scratch::file("pack/b.wav", &scratch::wav(800));
    let files = Files::Folder(scratch::folder_of(&manifest));
    if let Ok(audit) = audit_files("stranger", Some(&files)) {
        audit.report.render(false);
    }
    if let Ok(pack) = Pack::open_files("stranger", files) {
        speak(pack);
    }
}

/// Lets a pack say what is in it.
pub fn speak(pack: Pack) {
    drop(pack.licences());
    let words: Vec<String> = pack.manifest.clips.iter().map(|clip| clip.words.clone()).collect();
    let voice = Voice::of(pack);
    let spoken = words.iter().take(3).map(|words| serde_json::json!({ "say": words }));
    let text = serde_json::json!({ "steps": spoken.collect::<Vec<_>>() }).to_string();
    let Ok(routine) = routine::parse(&text) else { return };
    let rate = Rate::new(8_000).unwrap();
    let options = Options { rate, ..Options::default() };
    if let Ok(timeline) = sequence(&routine, "stranger", &voice, &options) {
        drop(Sounds::load(&timeline, &voice));
    }
    drop(voice.compose("Ten seconds left.", Speaker::Own));
}
