//! What each stretch of the road costs: `cargo bench --bench micro`.

use std::hint::black_box;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::BytesCount;
use earcoach::clip::resample::Resampler;
use earcoach::render::Renderer;
use earcoach::routine::{BUILT_IN, parse};
use earcoach::sequencer::{Options, sequence};
use earcoach::sink::pcm::Bits;
use earcoach::sink::wav::{self, WavFile, WavFormat};
use earcoach::sounds::Sounds;
use earcoach::time::Rate;
use earcoach::timeline::{Ear, Timeline};
use earcoach::tone::Tone;
use earcoach::voice::Voice;

fn main() {
    divan::main();
}

fn timeline(voice: &Voice) -> Timeline {
    let routine = parse(BUILT_IN[0].text).unwrap();
    sequence(&routine, "calf-cramp", voice, &Options::default()).unwrap()
}

#[divan::bench]
fn parse_the_built_in_routine() {
    black_box(parse(black_box(BUILT_IN[0].text)).unwrap());
}

#[divan::bench]
fn open_the_built_in_voice() {
    black_box(Voice::built_in());
}

#[divan::bench]
fn lay_the_routine_out(bencher: Bencher) {
    let (voice, routine) = (Voice::built_in(), parse(BUILT_IN[0].text).unwrap());
    bencher.bench(|| sequence(&routine, "calf-cramp", &voice, &Options::default()).unwrap());
}

#[divan::bench]
fn load_the_sounds_and_measure_their_loudness(bencher: Bencher) {
    let voice = Voice::built_in();
    let timeline = timeline(&voice);
    bencher.bench(|| Sounds::load(&timeline, &voice).unwrap().loudness(&timeline));
}

/// The whole routine rendered and encoded, written nowhere.
#[divan::bench(args = [Bits::Int16, Bits::Int24, Bits::Float32])]
fn render_and_encode(bencher: Bencher, bits: Bits) {
    let voice = Voice::built_in();
    let timeline = Arc::new(timeline(&voice));
    let sounds = Arc::new(Sounds::load(&timeline, &voice).unwrap());
    let format = WavFormat { rate: timeline.rate, channels: 1, bits };
    let wav = WavFile::new(format, timeline.frames, Vec::new());
    let bytes = timeline.frames.0 * format.frame_bytes();
    bencher.counter(BytesCount::new(bytes as usize)).bench(|| {
        let mut renderer = Renderer::new(Arc::clone(&timeline), Arc::clone(&sounds));
        wav::write(&mut renderer, &wav, std::io::sink(), |_| ())
    });
}

/// The whole routine pulled in blocks as a sound card would.
#[divan::bench]
fn render_for_a_device(bencher: Bencher) {
    let voice = Voice::built_in();
    let timeline = Arc::new(timeline(&voice));
    let sounds = Arc::new(Sounds::load(&timeline, &voice).unwrap());
    bencher.bench(|| {
        let mut renderer = Renderer::new(Arc::clone(&timeline), Arc::clone(&sounds));
        let mut block = [0.0; 2048];
        while renderer.fill(black_box(&mut block)) > 0 {}
    });
}

/// The same, every cue in another ear than the one before.
#[divan::bench]
fn render_both_ears_for_a_device(bencher: Bencher) {
    let voice = Voice::built_in();
    let mut timeline = timeline(&voice);
    for (cue, ear) in timeline.cues.iter_mut().zip([Ear::Left, Ear::Right].into_iter().cycle()) {
        cue.ear = ear;
    }
    let sounds = Arc::new(Sounds::load(&timeline, &voice).unwrap());
    let timeline = Arc::new(timeline);
    bencher.bench(|| {
        let mut renderer = Renderer::new(Arc::clone(&timeline), Arc::clone(&sounds));
        let mut block = [[0.0; 2]; 2048];
        while renderer.fill(black_box(&mut block)) > 0 {}
    });
}

#[divan::bench(args = [44_100, 96_000, 44_099])]
fn resample_one_second(bencher: Bencher, to: u32) {
    let tone = Tone::Finish.samples(Rate::DEFAULT);
    let second: Vec<i16> = tone.iter().cycle().take(48_000).copied().collect();
    let resampler = Resampler::new(48_000, to);
    bencher.bench(|| resampler.resample(black_box(&second)));
}
