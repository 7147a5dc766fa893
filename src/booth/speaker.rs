//! What is heard in the booth: tones that count in, and what was recorded.

use std::num::NonZero;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rodio::{ChannelCount, SampleRate, Source};

use crate::clip::resample::Resampler;
use crate::coach::device::{self, Found, Opened};
use crate::coach::shared::Shared;
use crate::error::Error;
use crate::threads;
use crate::time::{Millis, Rate};

/// What is heard comes this much later than reckoned, at most.
const RING_OUT: Millis = Millis(100);

/// A device to play on, or none.
pub struct Speaker {
    found: Option<Found>,
    playing: Option<Playing>,
}

/// A sound that is heard.
struct Playing {
    opened: Opened,
    shared: Arc<Shared>,
    rate: Rate,
    frames: u64,
    since: Instant,
}

impl Speaker {
    /// A speaker that stays silent.
    pub fn silent() -> Self {
        Self { found: None, playing: None }
    }

    /// The device with this id, or the default one.
    ///
    /// # Errors
    /// [`Error::Device`] when it is not there.
    pub fn find(id: Option<&str>) -> Result<Self, Error> {
        Ok(Self { found: Some(device::find(id)?), playing: None })
    }

    /// Plays samples, instead of what is played now. Without a device, or where it cannot be opened,
    /// nothing is heard; `false` then.
    pub fn play(&mut self, samples: &[i16], rate: Rate) -> bool {
        self.stop();
        let Some(found) = &self.found else { return false };
        let own = found.rate(rate);
        let samples = if own == rate {
            samples.to_vec()
        } else {
            Resampler::new(rate.hz(), own.hz()).resample(samples)
        };
        let (shared, frames) = (Arc::new(Shared::new(0)), samples.len() as u64);
        let sound = Sound { samples, next: 0, rate: own, shared: Arc::clone(&shared) };
        let Ok(opened) = found.open(own, None, &shared, sound) else { return false };
        self.playing = Some(Playing { opened, shared, rate: own, frames, since: Instant::now() });
        true
    }

    /// Whether something is heard now.
    pub fn is_playing(&mut self) -> bool {
        let is_over = self.playing.as_ref().is_none_or(Playing::is_over);
        if is_over {
            self.stop();
        }
        !is_over
    }

    /// Plays nothing more. A device that hangs is waited for by nobody.
    pub fn stop(&mut self) {
        if let Some(playing) = self.playing.take() {
            threads::drop_apart(playing.opened);
        }
    }
}

impl Playing {
    /// Whether all of it was heard, or the device takes no more.
    fn is_over(&self) -> bool {
        let length = Duration::from_secs_f64(self.frames as f64 / f64::from(self.rate.hz()));
        let rung_out = self.frames + self.rate.frame_at(RING_OUT).0;
        let whole = self.shared.heard(self.rate, self.opened.ahead) >= rung_out;
        whole || self.shared.is_gone() || self.since.elapsed() > 2 * length + Duration::from_secs(3)
    }
}

/// Samples on their way to a device, and silence after them.
struct Sound {
    samples: Vec<i16>,
    next: usize,
    rate: Rate,
    shared: Arc<Shared>,
}

impl Iterator for Sound {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        let sample = self.samples.get(self.next).map_or(0.0, |sample| f32::from(*sample));
        self.next += 1;
        // A look at the clock for each sample would be too much.
        if self.next.is_multiple_of(256) {
            self.shared.note_made(self.next as u64);
        }
        Some(sample / 32_768.0)
    }
}

impl Source for Sound {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> ChannelCount {
        ChannelCount::MIN
    }

    fn sample_rate(&self) -> SampleRate {
        NonZero::new(self.rate.hz()).unwrap_or(SampleRate::MIN)
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}
