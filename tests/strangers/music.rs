use std::io::Cursor;

use earcoach::bed::resample::Stereo;
use earcoach::bed::track::Decoder;
use earcoach::clip::source::from_file;

/// The rate that music is brought to, and as much of it as is heard here.
const RATE: u32 = 8_000;
const HEARD: usize = 4_000;

/// A piece of music.
pub fn music(bytes: &[u8]) {
    let Ok(source) = from_file(Cursor::new(bytes.to_vec())) else { return };
    let Ok(mut decoder) = Decoder::of(source) else { return };
    let mut resampler = Stereo::new(decoder.rate().hz(), RATE);
    let mut heard = Vec::new();
    let mut block = Vec::new();
    while heard.len() < HEARD && matches!(decoder.next(&mut block), Ok(true)) {
        resampler.push(&block, &mut heard);
        block.clear();
    }
    resampler.finish(&mut heard);
}
