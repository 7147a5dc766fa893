//! The source that a device pulls its samples from: rodio's side of the transport.

use std::sync::Arc;
use std::time::Duration;

use rodio::{ChannelCount, SampleRate, Source};
use rtrb::Consumer;

use super::messages::Command;
use super::shared::Shared;
use super::transport::Transport;

/// Frames made at a time, as parts of a second: 10 ms.
const BLOCKS_A_SECOND: u32 = 100;
/// After a gap this long in which nothing was played, a sentence that it cut is said again.
const GAP: Duration = Duration::from_secs(1);

/// An endless stream of samples; it ends with the routine.
pub struct Feed {
    transport: Transport,
    commands: Consumer<Command>,
    shared: Arc<Shared>,
    rate: SampleRate,
    channels: ChannelCount,
    volume: f32,
    block: Vec<f32>,
    /// Frames in the block, the next of them, and the next of its channels.
    filled: usize,
    frame: usize,
    channel: u16,
    has_begun: bool,
}

impl Feed {
    /// A feed for a device with so many channels, all alike; `volume` is 1.0 for samples as they are.
    pub fn new(
        transport: Transport,
        commands: Consumer<Command>,
        shared: Arc<Shared>,
        (rate, channels): (SampleRate, ChannelCount),
        volume: f32,
    ) -> Self {
        let block = vec![0.0; (rate.get() / BLOCKS_A_SECOND) as usize];
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
            has_begun: false,
        }
    }

    /// Makes the next block; `false` at the end.
    fn refill(&mut self) -> bool {
        if self.has_begun && self.shared.idle() > GAP {
            self.transport.obey(Command::PickUp);
        }
        self.has_begun = true;
        while let Ok(command) = self.commands.pop() {
            self.transport.obey(command);
        }
        self.filled = self.transport.fill(&mut self.block);
        self.shared.note_made(self.transport.device());
        if self.volume != 1.0 {
            self.block[..self.filled].iter_mut().for_each(|sample| *sample *= self.volume);
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
        let sample = self.block[self.frame];
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
