//! A device that plays, and the ways to and from its audio thread.

use std::num::NonZero;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer, RingBuffer};

use super::device::{Found, Opened};
use super::feed::Feed;
use super::messages::{Begin, Change, Command};
use super::music::Player;
use super::shared::Shared;
use super::transport::Transport;
use crate::error::Error;
use crate::sounds::Sounds;
use crate::threads;
use crate::time::Rate;
use crate::timeline::Timeline;

/// A device that meets errors and takes no frames for so many of its buffers is broken.
const BROKEN: u64 = 2;
/// How often it is looked at for that.
const LOOK: Duration = Duration::from_millis(40);
/// Commands on their way to the audio thread, and changes on their way back.
const COMMANDS: usize = 256;
const CHANGES: usize = 4096;

/// How a device is to be used.
#[derive(Clone, Debug)]
pub struct Playback {
    /// Its id; the default one when left out.
    pub device: Option<String>,
    /// Frames it takes at a time.
    pub buffer: Option<u32>,
    /// 1.0 for samples as they are.
    pub volume: f32,
    /// What is played under the routine.
    pub music: Option<Arc<Player>>,
}

/// A device that plays.
pub struct Link {
    opened: Opened,
    rate: Rate,
    shared: Arc<Shared>,
    commands: Producer<Command>,
    changes: Consumer<Change>,
    progress: Progress,
}

/// The timeline for a device of so many channels: one channel has no ears.
fn for_channels(timeline: Arc<Timeline>, channels: NonZero<u16>) -> Arc<Timeline> {
    if channels.get() == 1 && timeline.has_ears() {
        return Arc::new(Timeline::clone(&timeline).without_ears());
    }
    timeline
}

/// What is known of a device that may be broken.
struct Progress {
    /// Frames that it had taken and errors that it had met at the last look.
    made: u64,
    errors: u64,
    looked: Instant,
    /// Looks in a row at which it had met errors and taken nothing. Looks and not time, which
    /// goes on while the program is stopped.
    failing: u64,
}

impl Link {
    /// Opens a device, which plays `timeline` from `begin` on.
    ///
    /// # Errors
    /// [`Error::Device`] when it cannot be opened.
    pub fn open(
        found: &Found,
        playback: &Playback,
        (timeline, sounds): (Arc<Timeline>, Arc<Sounds>),
        begin: Begin,
    ) -> Result<Self, Error> {
        let (commands, orders) = RingBuffer::new(COMMANDS);
        let (reports, changes) = RingBuffer::new(CHANGES);
        let (shared, rate) = (Arc::new(Shared::new(begin.device)), timeline.rate);
        let hz = NonZero::new(rate.hz()).unwrap_or(NonZero::<u32>::MIN);
        let format = (hz, found.channels());
        let timeline = for_channels(timeline, found.channels());
        let mut transport = Transport::new(timeline, sounds, begin, reports);
        if let Some(music) = &playback.music {
            transport.lay_bed(music.bed(begin.heard));
        }
        let feed = Feed::new(transport, orders, Arc::clone(&shared), format, playback.volume);
        let feed = feed.for_card(found.is_card());
        let opened = found.open(rate, playback.buffer, &shared, feed)?;
        let progress = Progress { made: 0, errors: 0, looked: Instant::now(), failing: 0 };
        Ok(Self { opened, rate, shared, commands, changes, progress })
    }

    /// The device's name for people.
    pub fn name(&self) -> &str {
        &self.opened.name
    }

    /// Frames of the device that are heard by now.
    pub fn heard(&self) -> u64 {
        self.shared.heard(self.rate, self.opened.ahead)
    }

    /// How often the device ran out of frames.
    pub fn xruns(&self) -> u64 {
        self.shared.xruns()
    }

    /// Asks the transport for something; `false` when hundreds of wishes are on their way and
    /// this one is not taken.
    pub fn command(&mut self, command: Command) -> bool {
        self.commands.push(command).is_ok()
    }

    /// The next thing that the transport did.
    pub fn next_change(&mut self) -> Option<Change> {
        self.changes.pop().ok()
    }

    /// Whether the device is gone, or meets errors and takes no more frames. To be asked often.
    pub fn is_lost(&mut self) -> bool {
        if self.shared.is_over() {
            return false;
        }
        let (made, errors) = (self.shared.made(), self.shared.errors());
        let progress = &mut self.progress;
        if progress.looked.elapsed() >= LOOK {
            let is_failing = made == progress.made && errors > progress.errors;
            let failing = if is_failing { progress.failing + 1 } else { 0 };
            *progress = Progress { made, errors, looked: Instant::now(), failing };
        }
        let patience = BROKEN * self.opened.ahead * 1000 / u64::from(self.rate.hz());
        self.shared.is_gone() || progress.failing * LOOK.as_millis() as u64 > patience
    }

    /// Closes the device on a thread of its own: one that hangs would hang whoever waits for
    /// its thread to end.
    pub fn close(self) {
        threads::drop_apart(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Ear;

    #[test]
    fn a_device_of_one_channel_plays_every_sound_at_its_own_level() {
        let timeline = |ear| Arc::new(Timeline::of(4, &[&[400]], &[(0, 0, ear)]));
        let channels = |count: u16| NonZero::new(count).unwrap();
        let mono = for_channels(timeline(Ear::Left), channels(1));
        assert_eq!(mono, timeline(Ear::Both));
        let stereo = for_channels(timeline(Ear::Left), channels(2));
        assert_eq!(stereo, timeline(Ear::Left));
    }
}
