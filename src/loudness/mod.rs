//! The loudness of a timeline by EBU R128, known without rendering it: the
//! energies of its clips are measured once, and here laid where the cues are.
//!
//! Where two cues overlap their energies add up, as those of unlike sounds do; two tones
//! of the same pitch at once would measure otherwise.

pub mod energy;
pub mod leveller;
pub mod limiter;
pub mod speech;

use crate::mixer::power;
use crate::time::{Frames, Rate};
use crate::timeline::Timeline;
use energy::SLICE_MS;

/// Slices in one step of the gating blocks: 100 ms (EBU Tech 3341, section 2.2).
const STEP_MS: u64 = 100;
/// Steps in a gating block: 400 ms, overlapping by three quarters.
const STEPS: usize = 4;
/// The absolute gate (ITU-R BS.1770-5, annex 1).
const ABSOLUTE_GATE: f64 = -70.0;
/// The relative gate, so much below the loudness of what passes the absolute one.
const RELATIVE_GATE: f64 = -10.0;
/// Blocks are sorted into bins so fine, in LU.
const BIN: f64 = 0.1;

/// The integrated loudness of a timeline in LUFS, whose sounds have these energies, as two ears hear
/// it, mono in both; `None` when nothing is heard.
pub fn of(timeline: &Timeline, energies: &[Vec<f32>]) -> Option<f64> {
    let mut meter = Meter::new(timeline.rate);
    for cue in &timeline.cues {
        let energies = &energies[cue.sound as usize];
        let slice = u64::from(timeline.rate.hz() * SLICE_MS / 1000);
        let heard = (timeline.end(cue) - cue.at).0.div_ceil(slice) as usize;
        meter.place(cue.at, &energies[..heard.min(energies.len())], power(cue.ear));
    }
    meter.integrated(timeline.frames)
}

/// Measures what is placed on a timeline, front to back, in constant memory.
#[derive(Clone, Debug)]
pub struct Meter {
    rate: Rate,
    /// Energies of the steps from `first` on that may still grow.
    open: std::collections::VecDeque<f64>,
    first: u64,
    /// The last steps that cannot grow any more.
    last: [f64; STEPS],
    blocks: Vec<Bin>,
}

/// Blocks of about the same loudness.
#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    count: u64,
    energy: f64,
}

impl Meter {
    /// A meter for a timeline at `rate`.
    pub fn new(rate: Rate) -> Self {
        let bins = ((10.0 - ABSOLUTE_GATE) / BIN) as usize;
        Self {
            rate,
            open: std::collections::VecDeque::new(),
            first: 0,
            last: [0.0; STEPS],
            blocks: vec![Bin::default(); bins],
        }
    }

    /// Places a sound of the given slice energies at a frame, at `power` times the power that
    /// they were measured with. Sounds come in the order of their frames.
    pub fn place(&mut self, at: Frames, energies: &[f32], power: f64) {
        // In microseconds, of which a slice and a step are whole numbers at every rate.
        let begin = at.0 * 1_000_000 / u64::from(self.rate.hz());
        let (slice, step) = (u64::from(SLICE_MS) * 1000, STEP_MS * 1000);
        self.close_before(begin / step);
        let end = begin + slice * energies.len() as u64;
        while (self.first + self.open.len() as u64) * step < end {
            self.open.push_back(0.0);
        }
        for (from, energy) in (begin..).step_by(slice as usize).zip(energies) {
            // A slice that reaches into the next step is shared out between the two.
            let over = (from + slice).saturating_sub((from / step + 1) * step);
            let place = (from / step - self.first) as usize;
            let energy = f64::from(*energy) * power / step as f64;
            self.open[place] += energy * (slice - over) as f64;
            if over > 0 {
                self.open[place + 1] += energy * over as f64;
            }
        }
    }

    /// Closes the steps before `step`: no sound can reach them any more.
    fn close_before(&mut self, step: u64) {
        while self.first < step {
            if self.open.is_empty() && self.last.iter().all(|energy| *energy == 0.0) {
                self.first = step;
                return;
            }
            let energy = self.open.pop_front().unwrap_or(0.0);
            self.first += 1;
            self.last.rotate_left(1);
            self.last[STEPS - 1] = energy;
            // The first block ends with the first four steps.
            if self.first >= STEPS as u64 {
                self.count_block(self.last.iter().sum::<f64>() / STEPS as f64);
            }
        }
    }

    fn count_block(&mut self, energy: f64) {
        let lufs = loudness(energy);
        if lufs > ABSOLUTE_GATE {
            let bin = (((lufs - ABSOLUTE_GATE) / BIN) as usize).min(self.blocks.len() - 1);
            self.blocks[bin].count += 1;
            self.blocks[bin].energy += energy;
        }
    }

    /// The integrated loudness in LUFS of a timeline of `frames`; `None` where nothing is heard.
    pub fn integrated(mut self, frames: Frames) -> Option<f64> {
        // Blocks end with the programme: those that would reach past it do not count.
        self.close_before(frames.0 * 1000 / (u64::from(self.rate.hz()) * STEP_MS));
        let gate = mean_loudness(&self.blocks)? + RELATIVE_GATE;
        let bin = ((gate - ABSOLUTE_GATE).max(0.0) / BIN).ceil() as usize;
        mean_loudness(&self.blocks[bin.min(self.blocks.len())..])
    }
}

/// Loudness in LUFS of a K-weighted mean square (ITU-R BS.1770-5, equation 2).
fn loudness(energy: f64) -> f64 {
    -0.691 + 10.0 * energy.log10()
}

fn mean_loudness(bins: &[Bin]) -> Option<f64> {
    let count: u64 = bins.iter().map(|bin| bin.count).sum();
    let energy: f64 = bins.iter().map(|bin| bin.energy).sum();
    (count > 0).then(|| loudness(energy / count as f64))
}

#[cfg(test)]
mod tests {
    use super::energy::tests::InMemory;
    use super::*;
    use crate::timeline::Ear;
    use ebur128::{Channel, EbuR128, Mode};

    /// The loudness of a whole file of samples, by the library: the oracle.
    fn oracle(samples: &[i16], rate: u32) -> f64 {
        let mut meter = EbuR128::new(1, rate, Mode::I).unwrap();
        meter.set_channel(0, Channel::DualMono).unwrap();
        meter.add_frames_i16(samples).unwrap();
        meter.loudness_global().unwrap()
    }

    fn burst(hz: f64, peak: f64, count: usize) -> Vec<i16> {
        (0..count).map(|i| (peak * (hz * i as f64 / 1000.0).sin()) as i16).collect()
    }

    #[test]
    fn placed_clips_measure_like_the_file_they_make() {
        let rate = Rate::DEFAULT;
        let (loud, soft) = (burst(80.0, 9000.0, 60_000), burst(30.0, 3000.0, 25_000));
        let cues =
            [(0, &loud), (130_000, &soft), (150_321, &loud), (490_007, &soft), (520_003, &loud)];
        let frames = 700_000;
        let (mut file, mut meter) = (vec![0i16; frames], Meter::new(rate));
        for (at, clip) in cues {
            for (out, sample) in file[at..].iter_mut().zip(clip) {
                *out += sample;
            }
            meter.place(
                Frames(at as u64),
                &energy::energies(&InMemory(&[clip]), rate.hz())[0],
                1.0,
            );
        }
        let (ours, theirs) =
            (meter.integrated(Frames(frames as u64)).unwrap(), oracle(&file, rate.hz()));
        assert!((ours - theirs).abs() < 0.1, "{ours:.2} {theirs:.2}");
    }

    #[test]
    fn silence_has_no_loudness() {
        assert_eq!(Meter::new(Rate::DEFAULT).integrated(Frames(48_000)), None);
    }

    #[test]
    fn a_sound_in_one_ear_measures_like_the_two_channels_it_makes() {
        let rate = Rate::DEFAULT;
        let sound = burst(80.0, 9000.0, 60_000);
        let pairs: Vec<i16> = sound.iter().flat_map(|sample| [*sample, sample / 4]).collect();
        let mut library = EbuR128::new(2, rate.hz(), Mode::I).unwrap();
        library.add_frames_i16(&pairs).unwrap();
        let mut meter = Meter::new(rate);
        let energies = &energy::energies(&InMemory(&[&sound]), rate.hz())[0];
        meter.place(Frames(0), energies, crate::mixer::power(Ear::Left));
        let ours = meter.integrated(Frames(60_000)).unwrap();
        let theirs = library.loudness_global().unwrap();
        assert!((ours - theirs).abs() < 0.1, "{ours:.2} {theirs:.2}");
    }
}
