//! The microphone: it is open as long as the booth is, and what it hears comes through a ring
//! from the audio thread.

use std::sync::Arc;

use rodio::cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use rodio::cpal::{
    self, BufferSize, FromSample, I24, SampleFormat, SizedSample, Stream, StreamConfig,
    SupportedBufferSize, SupportedStreamConfig, U24,
};
use rtrb::{Consumer, Producer, RingBuffer};

use crate::coach::device::{self, name_of};
use crate::coach::quiet::quietly;
use crate::coach::shared::Shared;
use crate::error::Error;
use crate::threads;
use crate::time::Rate;

/// Frames that it gives at a time, unless it has bounds: a meter follows every 20 ms.
const BUFFER: u32 = 1024;
/// As much is kept for a main thread that is busy, in seconds.
const RING: u32 = 20;
/// A microphone that meets errors, and at so many looks in a row has heard nothing, is broken.
const BROKEN: u32 = 25;

/// One frame of what is heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// All channels as one.
    pub sample: f32,
    /// The height of the highest channel, 1.0 being full scale.
    pub peak: f32,
}

/// A microphone that hears.
pub struct Microphone {
    /// What `--device` takes.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Frames a second.
    pub rate: Rate,
    stream: Stream,
    ring: Consumer<Heard>,
    shared: Arc<Shared>,
    /// Frames heard and errors met at the last look, and looks in a row with errors alone.
    looked: (u64, u64, u32),
}

impl Microphone {
    /// Opens the microphone with this id, or the default one.
    ///
    /// # Errors
    /// [`Error::Device`] when there is none, or it cannot be opened.
    pub fn open(id: Option<&str>) -> Result<Self, Error> {
        let (device, own) = quietly(|| find(id)).ok_or_else(|| unknown(id))?;
        let name = name_of(&device);
        let id = device.id().map(|id| id.to_string()).unwrap_or_default();
        let cannot = |why: String| {
            let message = format!(
                "cannot listen to {name} ({id}): {why}; see `earcoach devices` for others, and \
                 whether this program may use the microphone"
            );
            Error::Device(message)
        };
        let rate = Rate::new(own.sample_rate());
        let rate = rate.ok_or_else(|| cannot(format!("it has {} Hz", own.sample_rate())))?;
        // Some devices refuse sizes that they say they take.
        device::ensure_can_be_opened()?;
        let opened = quietly(|| {
            start(&device, &own, BufferSize::Fixed(buffer(&own)))
                .or_else(|_| start(&device, &own, BufferSize::Default))
        });
        let (stream, ring, shared) = opened.map_err(|error| cannot(error.to_string()))?;
        Ok(Self { id, name, rate, stream, ring, shared, looked: (0, 0, 0) })
    }

    /// Hands over what was heard since the last time.
    pub fn take(&mut self) -> Vec<Heard> {
        let ready = self.ring.slots();
        let Ok(chunk) = self.ring.read_chunk(ready) else { return Vec::new() };
        chunk.into_iter().collect()
    }

    /// How often something was lost, because the machine was busy.
    pub fn losses(&self) -> u64 {
        self.shared.xruns()
    }

    /// Whether it is gone, or meets errors and hears nothing more. To be asked often.
    pub fn is_lost(&mut self) -> bool {
        let (made, errors) = (self.shared.made(), self.shared.errors());
        let (old, old_errors, failing) = self.looked;
        let is_failing = made == old && errors > old_errors;
        self.looked = (made, errors, if is_failing { failing + 1 } else { 0 });
        self.shared.is_gone() || self.looked.2 >= BROKEN
    }

    /// Closes it on a thread of its own: one that hangs would hang whoever waits for it.
    pub fn close(self) {
        threads::drop_apart(self.stream);
    }
}

fn find(id: Option<&str>) -> Option<(cpal::Device, SupportedStreamConfig)> {
    let host = device::host()?;
    let device = match id {
        Some(id) => host.device_by_id(&id.parse().ok()?)?,
        None => host.default_input_device()?,
    };
    let own = device.default_input_config().ok()?;
    Some((device, own))
}

fn unknown(id: Option<&str>) -> Error {
    let listed = device::list_inputs();
    let ids: Vec<&str> = listed.iter().map(|device| device.id.as_str()).collect();
    Error::Device(match id {
        Some(id) if ids.is_empty() => format!("there is no microphone `{id}`, nor any other"),
        Some(id) => format!("there is no microphone `{id}`; there are: {}", ids.join(", ")),
        None => "there is no microphone: plug one in, or name one that `earcoach devices` lists \
                 with --device; recordings made elsewhere are taken by --from"
            .into(),
    })
}

fn buffer(own: &SupportedStreamConfig) -> u32 {
    match *own.buffer_size() {
        SupportedBufferSize::Range { min, max } => BUFFER.clamp(min.max(1), max.max(min).max(1)),
        SupportedBufferSize::Unknown => BUFFER,
    }
}

type Started = (Stream, Consumer<Heard>, Arc<Shared>);

fn start(
    device: &cpal::Device,
    own: &SupportedStreamConfig,
    buffer_size: BufferSize,
) -> Result<Started, cpal::Error> {
    let config = StreamConfig { buffer_size, ..own.config() };
    let (ring, heard) = RingBuffer::new((RING * own.sample_rate()) as usize);
    let shared = Arc::new(Shared::new(0));
    let ear = Ear { ring, shared: Arc::clone(&shared), channels: own.channels().max(1), made: 0 };
    let stream = match own.sample_format() {
        SampleFormat::I8 => build::<i8>(device, config, ear),
        SampleFormat::I16 => build::<i16>(device, config, ear),
        SampleFormat::I24 => build::<I24>(device, config, ear),
        SampleFormat::I32 => build::<i32>(device, config, ear),
        SampleFormat::U8 => build::<u8>(device, config, ear),
        SampleFormat::U16 => build::<u16>(device, config, ear),
        SampleFormat::U24 => build::<U24>(device, config, ear),
        SampleFormat::U32 => build::<u32>(device, config, ear),
        SampleFormat::F64 => build::<f64>(device, config, ear),
        // Whoever has another one refuses this, and says so.
        _ => build::<f32>(device, config, ear),
    }?;
    stream.play()?;
    Ok((stream, heard, shared))
}

fn build<T: SizedSample>(
    device: &cpal::Device,
    config: StreamConfig,
    mut ear: Ear,
) -> Result<Stream, cpal::Error>
where
    f32: FromSample<T>,
{
    let shared = Arc::clone(&ear.shared);
    device.build_input_stream(
        config,
        move |samples: &[T], _: &_| ear.hear(samples),
        move |error| device::note(&error, &shared),
        None,
    )
}

/// The audio thread's end.
struct Ear {
    ring: Producer<Heard>,
    shared: Arc<Shared>,
    channels: u16,
    made: u64,
}

impl Ear {
    fn hear<T: SizedSample>(&mut self, samples: &[T])
    where
        f32: FromSample<T>,
    {
        for frame in samples.chunks_exact(usize::from(self.channels)) {
            let values = frame.iter().map(|sample| f32::from_sample_(*sample));
            let (mut sum, mut peak) = (0.0, 0f32);
            for value in values {
                sum += value;
                peak = peak.max(value.abs());
            }
            let heard = Heard { sample: sum / f32::from(self.channels), peak };
            if self.ring.push(heard).is_err() {
                self.shared.note_xrun();
                break;
            }
        }
        self.made += (samples.len() / usize::from(self.channels)) as u64;
        self.shared.note_made(self.made);
    }
}
