//! The voice that is part of the program: its clips as the build script laid them
//! out, 16-bit samples at 48 kHz, one clip behind the other in the manifest's order. They
//! are used where they lie; the system loads only what is played.

use crate::time::Rate;

/// The manifest, as in the pack's folder.
pub const MANIFEST: &str = include_str!("../../audio/voices/heart/voice.json");

/// The licence of the clips, and who made what.
pub const LICENCES: [(&str, &str); 2] = [
    ("LICENCE.md", include_str!("../../audio/voices/heart/LICENCE.md")),
    ("LICENSE-Apache-2.0", include_str!("../../audio/voices/heart/LICENSE-Apache-2.0")),
];

/// The rate of the embedded clips, to which the build script resamples them.
pub const RATE: Rate = Rate::DEFAULT;

/// Bytes that begin where a 16-bit value may.
#[repr(align(2))]
struct Aligned<Bytes: ?Sized>(Bytes);

static SAMPLES: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/heart.pcm")));

/// The samples of all clips.
pub fn samples() -> &'static [i16] {
    bytemuck::cast_slice(&SAMPLES.0)
}
