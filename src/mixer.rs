//! The mixer: the only code that makes samples. Whatever is heard, in a file or live, went
//! through it.
//!
//! It makes spans. While nothing sounds a span is a number of silent frames, or the
//! guard signal as it lies in memory; a clip that sounds alone is given as it is. Only where
//! sounds overlap or fade are they added up, in whole numbers, so that neither the
//! order of adding nor how much is asked for can change the result.
//!
//! A sound may be meant for one ear. As long as none sounds, both ears have one sum; with it
//! each has its own.

use std::sync::Arc;

use crate::bed::Bed;
use crate::bed::duck::Duck;
use crate::clip::recording::Window;
use crate::guard;
use crate::sounds::Sounds;
use crate::time::{Frames, Millis, Rate};
use crate::timeline::Ear;

/// Sounds are added up in stretches of this length.
const QUANTUM: Millis = Millis(10);
/// How long a sound takes to fade to nothing where it is cut.
pub const FADE: Millis = Millis(30);
/// 16-bit full scale; a sample of 32,768 would be 1.0.
pub const FULL_SCALE: f32 = 32768.0;

/// Of a sound in one ear the other hears one part in so many: 12 dB less. That is enough for
/// it to be heard at one side, and little enough that whoever wears the other earbud alone, or
/// hears with that ear alone, still gets every word.
const FAR: i32 = 4;

/// The power of a sound in all channels together, of what it has in two that are alike.
pub fn power(ear: Ear) -> f64 {
    match ear {
        Ear::Both => 1.0,
        Ear::Left | Ear::Right => f64::midpoint(1.0, 1.0 / f64::from(FAR * FAR)),
    }
}

/// A stretch of frames, in the form that costs least.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Span<'a> {
    /// So many frames of silence.
    Silence(usize),
    /// Samples as they are: one clip alone, the guard signal, or several sounds added up; and
    /// the ears that they are meant for.
    Samples(&'a [i16], Ear),
    /// What the left ear and the right hear where a sound for one ear overlaps with others.
    Pairs(&'a [[i16; 2]]),
    /// Samples that were worked on after they were mixed, from -1.0 to 1.0, for both ears.
    Floats(&'a [f32]),
    /// The same for each ear.
    FloatPairs(&'a [[f32; 2]]),
}

/// A frame as it is given away, its samples from -1.0 to 1.0.
pub trait Frame: Copy {
    /// Of one sample that both ears hear.
    fn of_both(sample: f32) -> Self;
    /// Of what each ear hears.
    fn of_ears(left: f32, right: f32) -> Self;
}

/// One channel. Of two ears it has the mean; a timeline that is to be heard in one channel has
/// its ears taken off before ([`crate::timeline::Timeline::without_ears`]), which leaves every
/// sound at its own level.
impl Frame for f32 {
    fn of_both(sample: f32) -> Self {
        sample
    }

    fn of_ears(left: f32, right: f32) -> Self {
        // Two samples that are alike have themselves as their mean, to the bit.
        f32::midpoint(left, right)
    }
}

/// The left channel and the right.
impl Frame for [f32; 2] {
    fn of_both(sample: f32) -> Self {
        [sample; 2]
    }

    fn of_ears(left: f32, right: f32) -> Self {
        [left, right]
    }
}

impl Span<'_> {
    /// How many frames the span has.
    pub fn frames(&self) -> usize {
        match self {
            Self::Silence(frames) => *frames,
            Self::Samples(samples, _) => samples.len(),
            Self::Pairs(pairs) => pairs.len(),
            Self::Floats(samples) => samples.len(),
            Self::FloatPairs(pairs) => pairs.len(),
        }
    }

    /// Whether the two ears may hear different things.
    pub fn has_ears(&self) -> bool {
        !matches!(self, Self::Silence(_) | Self::Samples(_, Ear::Both) | Self::Floats(_))
    }

    /// Writes the span into `out`, which has as many frames.
    #[inline]
    pub fn copy_to<F: Frame>(&self, out: &mut [F]) {
        let ears = |[left, right]: [i16; 2]| F::of_ears(scaled(left), scaled(right));
        match *self {
            Self::Silence(_) => out.fill(F::of_both(0.0)),
            Self::Samples(samples, Ear::Both) => put(out, samples, |s| F::of_both(scaled(*s))),
            Self::Samples(samples, Ear::Left) => put(out, samples, |s| ears([*s, far(*s)])),
            Self::Samples(samples, Ear::Right) => put(out, samples, |s| ears([far(*s), *s])),
            Self::Pairs(pairs) => put(out, pairs, |pair| ears(*pair)),
            Self::Floats(samples) => put(out, samples, |sample| F::of_both(*sample)),
            Self::FloatPairs(pairs) => put(out, pairs, |[left, right]| F::of_ears(*left, *right)),
        }
    }
}

/// Puts into `out` what `frame` makes of each of as many samples.
fn put<F, S>(out: &mut [F], samples: impl IntoIterator<Item = S>, frame: impl Fn(S) -> F) {
    for (out, sample) in out.iter_mut().zip(samples) {
        *out = frame(sample);
    }
}

fn scaled(sample: i16) -> f32 {
    f32::from(sample) / FULL_SCALE
}

/// A sound that is being heard.
#[derive(Clone, Debug)]
pub struct Sounding {
    /// The samples that it is one of.
    pub sounds: Arc<Sounds>,
    /// Which of them.
    pub sound: u32,
    /// Where it begins.
    pub at: u64,
    /// Where it has ended.
    pub end: u64,
    /// Where it has faded to nothing, if it is cut.
    pub cut: Option<u64>,
    /// Whether it is spoken.
    pub is_voice: bool,
    /// Where the timeline has to go on so that all of its sentence is heard.
    pub again: u64,
    /// The ears that it is meant for.
    pub ear: Ear,
}

impl Sounding {
    /// Where nothing is left of it.
    fn end(&self) -> u64 {
        self.cut.map_or(self.end, |cut| self.end.min(cut))
    }

    /// Where its fade begins, or where it ends.
    fn fading_from(&self, fade: u64) -> u64 {
        self.cut.map_or(self.end, |cut| self.end.min(cut.saturating_sub(fade)))
    }
}

/// Makes samples of sounds that were begun.
#[derive(Debug)]
pub struct Mixer {
    /// The next frame to be made.
    position: u64,
    /// What sounds, in the order of its begin.
    sounding: Vec<Sounding>,
    fade: u64,
    guard: Vec<i16>,
    /// Music under all of it.
    bed: Option<Bed>,
    /// Room for one quantum: the sums of each ear, of which what both hear alike needs the first
    /// only, and these as samples.
    sums: [Vec<i32>; 2],
    mix: Vec<i16>,
    pairs: Vec<[i16; 2]>,
    /// What is seen of files that are read as they are needed.
    window: Window,
}

impl Mixer {
    /// A mixer at frame zero, for at most `voices` sounds at once: more of them
    /// take memory anew. It has the guard signal only if it is ever to be `guarded`.
    pub fn new(rate: Rate, voices: usize, guarded: bool) -> Self {
        let quantum = rate.frame_at(QUANTUM).0 as usize;
        Self {
            position: 0,
            sounding: Vec::with_capacity(voices),
            fade: rate.frame_at(FADE).0,
            guard: if guarded { guard::signal(rate) } else { Vec::new() },
            bed: None,
            sums: [vec![0; quantum], vec![0; quantum]],
            mix: vec![0; quantum],
            pairs: vec![[0; 2]; quantum],
            window: Window::default(),
        }
    }

    /// Lays music under what is made from here on.
    pub fn lay_bed(&mut self, mut bed: Bed) {
        bed.make_room(self.mix.len());
        self.bed = Some(bed);
    }

    /// The next frame to be made.
    pub fn position(&self) -> Frames {
        Frames(self.position)
    }

    /// Goes on from `position`, where nothing sounds.
    pub fn start_at(&mut self, position: Frames) {
        self.position = position.0;
        self.sounding.clear();
    }

    /// Begins a sound; it may have begun before.
    pub fn begin(&mut self, sounding: Sounding) {
        if sounding.end > self.position {
            self.sounding.push(sounding);
        }
    }

    /// Cuts what `which` chooses: it fades out from here.
    pub fn cut(&mut self, which: impl Fn(&Sounding) -> bool) {
        let cut = self.position + self.fade;
        for sounding in self.sounding.iter_mut().filter(|sounding| which(sounding)) {
            sounding.cut = Some(sounding.cut.map_or(cut, |before| before.min(cut)));
        }
    }

    /// What sounds now and is not being cut.
    pub fn sounding(&self) -> impl Iterator<Item = &Sounding> {
        let is_heard = |s: &&Sounding| s.end > self.position && s.cut.is_none();
        self.sounding.iter().filter(is_heard)
    }

    /// Fills `out` while time stands still: with silence, or the guard signal if `guarded`;
    /// `since` counts the frames of the device.
    pub fn idle<F: Frame>(&self, since: u64, out: &mut [F], guarded: bool) {
        if guarded {
            let from = (since % self.guard.len() as u64) as usize;
            let signal = self.guard.iter().cycle().skip(from);
            put(out, signal, |sample| F::of_both(scaled(*sample)));
        } else {
            out.fill(F::of_both(0.0));
        }
    }

    /// The next span: of at least one frame, up to `until` at the furthest. Where nothing
    /// sounds it is the guard signal if `guarded`; with music, that keeps earbuds awake, and gives
    /// way by `duck`.
    pub fn next_span(&mut self, until: Frames, guarded: bool, duck: Duck) -> Span<'_> {
        let (position, fade) = (self.position, self.fade);
        self.sounding.retain(|sounding| sounding.end() > position);
        let mut until = until.0;
        for sounding in &self.sounding {
            let fading_from = sounding.fading_from(fade);
            until = until.min(if fading_from > position { fading_from } else { sounding.end() });
        }
        if self.bed.is_some() {
            return self.mix_over_bed(until, duck);
        }
        let frames = (until - position) as usize;
        let is_fading = self.sounding.iter().any(|s| s.fading_from(fade) <= position);
        if self.sounding.len() > 1 || is_fading {
            return self.mix(until);
        }
        if let [one] = self.sounding.as_slice() {
            let from = (position - one.at) as usize;
            let samples = one.sounds.part(one.sound, from, frames, &mut self.window);
            self.position += samples.len() as u64;
            return Span::Samples(samples, one.ear);
        }
        if guarded {
            let from = (position % self.guard.len() as u64) as usize;
            let frames = frames.min(self.guard.len() - from);
            self.position += frames as u64;
            return Span::Samples(&self.guard[from..from + frames], Ear::Both);
        }
        self.position = until;
        Span::Silence(frames)
    }

    /// Adds up what sounds, to the end of the quantum at most.
    fn mix(&mut self, until: u64) -> Span<'_> {
        let until = self.within_quantum(until);
        let frames = (until - self.position) as usize;
        let ear = match self.sounding.as_slice() {
            [one] => Some(one.ear),
            all => all.iter().all(|one| one.ear == Ear::Both).then_some(Ear::Both),
        };
        if let Some(ear) = ear {
            self.add_up(0, frames, |_| 1);
            self.position = until;
            let mix = &mut self.mix[..frames];
            put(mix, &self.sums[0], |sum| fit(*sum));
            return Span::Samples(mix, ear);
        }
        self.add_up_ears(frames);
        self.position = until;
        let (pairs, [left, right]) = (&mut self.pairs[..frames], &self.sums);
        put(pairs, left.iter().zip(right), |(l, r)| [fit(a_part(*l)), fit(a_part(*r))]);
        Span::Pairs(pairs)
    }

    /// Adds up what sounds and the music under it, to the end of the quantum at most.
    fn mix_over_bed(&mut self, until: u64, duck: Duck) -> Span<'_> {
        let until = self.within_quantum(until);
        let frames = (until - self.position) as usize;
        let is_alone = self.sounding.is_empty();
        if !is_alone {
            self.add_up_ears(frames);
        }
        self.position = until;
        let Some(bed) = &mut self.bed else { return Span::Silence(frames) };
        let music = bed.next(frames, duck);
        if is_alone {
            return Span::Pairs(music);
        }
        let (pairs, [left, right]) = (&mut self.pairs[..frames], &self.sums);
        let over = |sum: i32, music: i16| fit(a_part(sum) + i32::from(music));
        let sums = left.iter().zip(right).zip(music);
        put(pairs, sums, |((l, r), music)| [over(*l, music[0]), over(*r, music[1])]);
        Span::Pairs(pairs)
    }

    /// As far as `until`, but not beyond the quantum that is begun.
    fn within_quantum(&self, until: u64) -> u64 {
        let quantum = self.mix.len() as u64;
        until.min((self.position / quantum + 1) * quantum)
    }

    /// Adds up so many frames for each ear, counted in parts of what the far ear hears: they are
    /// divided once, as `far` does.
    fn add_up_ears(&mut self, frames: usize) {
        self.add_up(0, frames, |ear| if ear == Ear::Right { 1 } else { FAR });
        self.add_up(1, frames, |ear| if ear == Ear::Left { 1 } else { FAR });
    }

    /// Adds up so many frames of all that sounds, each sound as many times as `times` has it for
    /// its ear.
    fn add_up(&mut self, channel: usize, frames: usize, times: impl Fn(Ear) -> i32) {
        let (position, fade) = (self.position, self.fade);
        let sums = &mut self.sums[channel][..frames];
        sums.fill(0);
        for sounding in &self.sounding {
            let from = (position - sounding.at) as usize;
            let samples = sounding.sounds.part(sounding.sound, from, frames, &mut self.window);
            let times = times(sounding.ear);
            match sounding.cut.filter(|cut| *cut <= position + fade) {
                Some(cut) => add_fading(sums, samples, cut - position, fade, times),
                None => add(sums, samples, times),
            }
        }
    }
}

fn add(sums: &mut [i32], samples: &[i16], times: i32) {
    for (sum, sample) in sums.iter_mut().zip(samples) {
        *sum += i32::from(*sample) * times;
    }
}

/// Adds samples that have `left` of the frames of a fade before them.
fn add_fading(sums: &mut [i32], samples: &[i16], left: u64, fade: u64, times: i32) {
    for ((sum, sample), left) in sums.iter_mut().zip(samples).zip((0..=left as i32).rev()) {
        *sum += i32::from(*sample) * left / fade as i32 * times;
    }
}

/// A sum as a sample, which stops at full scale.
fn fit(sum: i32) -> i16 {
    sum.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

/// What the far ear hears of a sample.
#[inline]
fn far(sample: i16) -> i16 {
    a_part(i32::from(sample)) as i16
}

/// One part of [`FAR`], rounded to the nearest whole number, halves up.
#[inline]
fn a_part(whole: i32) -> i32 {
    (whole + FAR / 2).div_euclid(FAR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bed::Levels;
    use crate::bed::tests::Steady;

    /// A sound of 600 frames of 1000 that has faded at frame 340, at 8 kHz, in spans of at most
    /// `most` frames.
    fn cut(most: u64) -> Vec<i16> {
        let mut mixer = Mixer::new(Rate::new(8000).unwrap(), 1, false);
        let sounds = Arc::new(Sounds::of(&[&[1000; 600]]));
        let (at, end, cut, ear) = (0, 600, Some(340), Ear::Both);
        mixer.begin(Sounding { sounds, sound: 0, at, end, cut, is_voice: false, again: 0, ear });
        let mut heard = Vec::new();
        while mixer.position() < Frames(500) {
            let until = Frames(500.min(mixer.position().0 + most));
            match mixer.next_span(until, false, Duck::Open) {
                Span::Silence(frames) => heard.resize(heard.len() + frames, 0),
                Span::Samples(samples, _) => heard.extend_from_slice(samples),
                _ => panic!("both ears hear the same 16 bits"),
            }
        }
        heard
    }

    #[test]
    fn a_fade_begins_on_its_frame_however_much_is_asked_for() {
        // It takes 30 ms: 240 frames.
        let expected = (0..500).map(|frame| (1000 * (340 - frame).clamp(0, 240) / 240) as i16);
        let expected: Vec<i16> = expected.collect();
        for most in [1, 30, 79, 80, 81, 500] {
            assert_eq!(cut(most), expected, "in spans of {most}");
        }
    }

    /// A sound of 600 frames of 1000 in one ear from frame 100 on, over music of 800 and -800.
    fn over_music(ear: Ear, most: u64) -> Vec<[i16; 2]> {
        let rate = Rate::new(8000).unwrap();
        let mut mixer = Mixer::new(rate, 1, false);
        let levels = Levels { music: 0.0, duck: 0.0 };
        let mut bed = Bed::new(Box::new(Steady(800)), levels, rate);
        bed.make_room(16_000);
        bed.next(16_000, Duck::Open);
        mixer.lay_bed(bed);
        let sounds = Arc::new(Sounds::of(&[&[1000; 600]]));
        let (at, end, cut) = (100, 700, None);
        mixer.begin(Sounding { sounds, sound: 0, at, end, cut, is_voice: true, again: 0, ear });
        let mut heard = Vec::new();
        mixer.position = 100;
        while mixer.position() < Frames(900) {
            let until = Frames(900.min(mixer.position().0 + most));
            match mixer.next_span(until, true, Duck::Open) {
                Span::Pairs(pairs) => heard.extend_from_slice(pairs),
                _ => panic!("music is heard"),
            }
        }
        heard
    }

    #[test]
    fn music_lies_under_every_sound_and_goes_on_alone() {
        for (ear, expected) in
            [(Ear::Both, [1800, 200]), (Ear::Left, [1800, -550]), (Ear::Right, [1050, 200])]
        {
            let heard = over_music(ear, 900);
            assert!(heard[..600].iter().all(|frame| *frame == expected), "{ear:?}: {:?}", heard[0]);
            assert!(heard[600..].iter().all(|frame| *frame == [800, -800]));
            for most in [1, 79, 80, 81] {
                assert_eq!(over_music(ear, most), heard, "in spans of {most}");
            }
        }
    }
}
