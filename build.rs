//! Lays out the built-in voice for embedding: its FLAC clips, kept at the voice's own
//! 24 kHz to be small, become one block of 16-bit samples at 48 kHz in the target's byte
//! order. So the program
//! neither decodes nor resamples its own voice when it starts.

use std::env;
use std::fs;
use std::path::Path;

#[path = "src/clip/decode.rs"]
mod decode;
#[path = "src/clip/filter.rs"]
mod filter;
#[path = "src/voice/manifest.rs"]
mod manifest;
#[path = "src/clip/resample.rs"]
mod resample;

/// The rate of the embedded samples, as `src/voice/embedded.rs` has it.
const RATE: u32 = 48_000;

fn main() {
    let pack = Path::new("audio/voices/heart");
    println!("cargo::rerun-if-changed={}", pack.display());
    for shared in ["clip/decode.rs", "clip/filter.rs", "clip/resample.rs", "voice/manifest.rs"] {
        println!("cargo::rerun-if-changed=src/{shared}");
    }
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let little = env::var("CARGO_CFG_TARGET_ENDIAN").is_ok_and(|endian| endian == "little");
    let samples = clips(pack)
        .flatten()
        .flat_map(|sample: i16| if little { sample.to_le_bytes() } else { sample.to_be_bytes() });
    write(&Path::new(&out).join("heart.pcm"), samples.collect());
}

/// The clips of a pack at [`RATE`], in the order of its manifest.
fn clips(pack: &Path) -> impl Iterator<Item = Vec<i16>> {
    let text = fs::read_to_string(pack.join(manifest::FILE)).expect("the pack has a manifest");
    let manifest: manifest::Manifest = serde_json::from_str(&text).expect("the manifest is sound");
    assert_eq!(manifest.schema, manifest::SCHEMA, "the manifest's version");
    let resampler = resample::Resampler::new(manifest.rate, RATE);
    manifest.clips.into_iter().map(move |entry| {
        let file = pack.join(&entry.file);
        let bytes = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let audio = decode::decode(bytes, entry.frames as usize)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let found = (audio.rate, audio.samples.len() as u64);
        assert_eq!(found, (manifest.rate, entry.frames), "{}: rate and frames", file.display());
        resampler.resample(&audio.samples)
    })
}

fn write(file: &Path, bytes: Vec<u8>) {
    fs::write(file, bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}
