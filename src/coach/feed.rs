//! The source that a device pulls its samples from: rodio's side of the transport.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rodio::{ChannelCount, SampleRate, Source};
use rtrb::Consumer;

use super::messages::Command;
use super::priority;
use super::shared::Shared;
use super::transport::Transport;

/// Frames made at a time, as parts of a second: 10 ms.
const BLOCKS_A_SECOND: u32 = 100;
/// After a gap this long in which nothing was played, a sentence that it cut is said again.
const GAP: Duration = Duration::from_secs(1);
/// A device keeps time if it does not take its first second of frames faster than this.
const IN_TIME: Duration = Duration::from_millis(500);

/// An endless stream of samples; it ends with the routine.
pub struct Feed {
    transport: Transport,
    commands: Consumer<Command>,
    shared: Arc<Shared>,
    rate: SampleRate,
    channels: ChannelCount,
    volume: f32,
    block: Vec<[f32; 2]>,
    /// Frames in the block, the next of them, and the next of its channels.
    filled: usize,
    frame: usize,
    channel: u16,
    /// When the first block was made.
    begin: Option<Instant>,
    /// Blocks made.
    blocks: u64,
    /// Whether nothing stands between it and a card.
    is_for_card: bool,
}

impl Feed {
    /// A feed for a device with so many channels; `volume` is 1.0 for samples as they are. The
    /// first channel is the left ear's and the second the right's. Others, such as a speaker in
    /// the middle or behind, have the mean of both: whatever is heard is heard from them too, and
    /// their level never jumps as it would if the nearer ear were chosen.
    pub fn new(
        transport: Transport,
        commands: Consumer<Command>,
        shared: Arc<Shared>,
        (rate, channels): (SampleRate, ChannelCount),
        volume: f32,
    ) -> Self {
        let block = vec![[0.0; 2]; (rate.get() / BLOCKS_A_SECOND) as usize];
        Self {
            transport,
            commands,
            shared,
            rate,
            channels,
            volume,
            block,
            filled: 0,
            frame: 0,
            channel: 0,
            begin: None,
            blocks: 0,
            is_for_card: false,
        }
    }

    /// The same for a card itself: it goes before all others where it may, as soon as the card was
    /// seen to keep time. Sound servers' own threads have to go before it.
    #[must_use]
    pub fn for_card(mut self, is_for_card: bool) -> Self {
        self.is_for_card = is_for_card;
        self
    }

    /// Makes the next block; `false` at the end.
    fn refill(&mut self) -> bool {
        if self.blocks > 0 && self.shared.idle() > GAP {
            self.transport.obey(Command::PickUp);
        }
        let begin = *self.begin.get_or_insert_with(Instant::now);
        self.blocks += 1;
        let is_second = self.blocks == u64::from(BLOCKS_A_SECOND);
        if self.is_for_card && is_second && begin.elapsed() > IN_TIME {
            priority::take_real_time();
        }
        while let Ok(command) = self.commands.pop() {
            self.transport.obey(command);
        }
        self.filled = self.transport.fill(&mut self.block);
        self.shared.note_made(self.transport.device());
        if self.volume != 1.0 {
            for sample in self.block[..self.filled].as_flattened_mut() {
                *sample *= self.volume;
            }
        }
        self.frame = 0;
        if self.filled == 0 {
            self.shared.note_over();
        }
        self.filled > 0
    }
}

impl Iterator for Feed {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if self.frame == self.filled && !self.refill() {
            return None;
        }
        let [left, right] = self.block[self.frame];
        let sample = match self.channel {
            0 => left,
            1 => right,
            _ => f32::midpoint(left, right),
        };
        self.channel += 1;
        if self.channel == self.channels.get() {
            self.channel = 0;
            self.frame += 1;
        }
        Some(sample)
    }
}

impl Source for Feed {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> ChannelCount {
        self.channels
    }

    fn sample_rate(&self) -> SampleRate {
        self.rate
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

impl Drop for Feed {
    /// The device ends its stream: nobody will pull from here again.
    fn drop(&mut self) {
        if !self.shared.is_over() {
            self.shared.note_gone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bed::Levels;
    use crate::bed::music::Notes;
    use crate::bed::tests::Steady;
    use crate::coach::messages::{Begin, Change, Changed, Insert};
    use crate::coach::music::Player;
    use crate::mixer::FULL_SCALE;
    use crate::routine::{BUILT_IN, parse};
    use crate::sequencer::{Options, phrase, sequence};
    use crate::sounds::Sounds;
    use crate::time::Rate;
    use crate::timeline::{Ear, Timeline};
    use crate::voice::Voice;
    use allocation_counter::measure;
    use rtrb::{Producer, RingBuffer};

    /// What a device of so many channels is given of a sound for the left ear and one for both,
    /// in samples.
    fn fed(channels: u16, volume: f32) -> Vec<f32> {
        let sounds: [&[i16]; 2] = [&[400, -800], &[40]];
        let timeline = Timeline::of(4, &sounds, &[(0, 0, Ear::Left), (3, 1, Ear::Both)]);
        let (rate, begin) = (timeline.rate.hz(), Begin::default());
        let (timeline, sounds) = (Arc::new(timeline), Arc::new(Sounds::of(&sounds)));
        let transport = Transport::new(timeline, sounds, begin, RingBuffer::new(8).0);
        let format = (rate.try_into().unwrap(), channels.try_into().unwrap());
        let (orders, shared) = (RingBuffer::new(8).1, Arc::new(Shared::new(0)));
        let feed = Feed::new(transport, orders, shared, format, volume);
        feed.map(|sample| sample * FULL_SCALE).collect()
    }

    #[test]
    fn the_first_channel_is_the_left_ear_and_the_second_the_right() {
        assert_eq!(fed(2, 1.0), [400.0, 100.0, -800.0, -200.0, 0.0, 0.0, 40.0, 40.0]);
    }

    #[test]
    fn further_channels_have_the_mean_of_both_ears() {
        let expected =
            [[400.0, 100.0, 250.0, 250.0], [-800.0, -200.0, -500.0, -500.0], [0.0; 4], [40.0; 4]];
        assert_eq!(fed(4, 1.0), expected.concat());
    }

    #[test]
    fn the_volume_is_that_of_both_ears() {
        assert_eq!(fed(2, 0.5), [200.0, 50.0, -400.0, -100.0, 0.0, 0.0, 20.0, 20.0]);
    }

    /// The built-in routine as it is played live with music under it, and the ring of what it is
    /// asked to do.
    fn live() -> (Feed, Producer<Command>, Consumer<Change>) {
        let (voice, routine) = (Voice::built_in(), parse(BUILT_IN[0].text).unwrap());
        let options = Options { live: true, music: true, ..Options::default() };
        let timeline = sequence(&routine, "calf-cramp", &voice, &options).unwrap();
        let sounds = Arc::new(Sounds::load(&timeline, &voice).unwrap());
        let (rate, begin) = (timeline.rate, Begin::default());
        let (wishes, orders) = RingBuffer::new(8);
        let (reports, changes) = RingBuffer::new(1000);
        let mut transport = Transport::new(Arc::new(timeline), sounds, begin, reports);
        let levels = Levels { music: -6.0, duck: 12.0 };
        let music = Player::start(Steady(800), Notes::default(), levels, rate);
        transport.lay_bed(music.bed(begin.heard));
        let format = (rate.hz().try_into().unwrap(), 2.try_into().unwrap());
        (Feed::new(transport, orders, Arc::new(Shared::new(0)), format, 0.5), wishes, changes)
    }

    /// Something that is said meanwhile.
    fn insert() -> Arc<Insert> {
        let (voice, words) = (Voice::built_in(), "Well done.");
        let timeline = phrase(words, &voice, Rate::DEFAULT, true).unwrap();
        let sounds = Arc::new(Sounds::load(&timeline, &voice).unwrap());
        Arc::new(Insert { words: words.into(), timeline, sounds })
    }

    #[test]
    fn the_audio_thread_neither_takes_memory_nor_gives_any_back() {
        let (mut feed, mut wishes, mut changes) = live();
        let said = insert();
        let moves = [
            Command::Next,
            Command::Limit,
            Command::Say(Arc::clone(&said)),
            Command::More,
            Command::Toggle,
            Command::Toggle,
            Command::Repeat,
            Command::Mute,
            Command::Previous,
            Command::Mute,
            Command::Skip,
            Command::PickUp,
            Command::Less,
        ];
        let samples = 2 * 2 * Rate::DEFAULT.hz() as usize;
        let (mut told, mut heard) = (Vec::new(), 0.0);
        for command in moves.iter().cycle().take(60).chain([&Command::Stop]) {
            wishes.push(command.clone()).unwrap();
            let memory =
                measure(|| heard += feed.by_ref().take(samples).map(f32::abs).sum::<f32>());
            assert_eq!((memory.count_total, memory.count_current), (0, 0), "{command:?}");
            while let Ok(change) = changes.pop() {
                told.push(change);
            }
        }
        let is_over = told.iter().any(|change| matches!(change.what, Changed::Over(_)));
        assert!(is_over && heard > 1000.0 && told.len() > 60, "{heard} {told:?}");
    }
}
