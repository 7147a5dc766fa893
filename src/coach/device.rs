//! Output devices: which there are, and one of them opened.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rodio::cpal::traits::{DeviceTrait, HostTrait};
use rodio::cpal::{self, BufferSize, ErrorKind, SupportedBufferSize};
use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink};

use super::priority;
use super::quiet::quietly;
use super::shared::Shared;
use crate::error::Error;
use crate::terminal::printable;
use crate::threads;
use crate::time::Rate;

/// Frames that a device takes at a time, unless asked for others: enough that a busy machine
/// keeps up, few enough that a press is heard at once.
pub const BUFFER: u32 = 2048;
/// It is never asked to take more than a part of a second at a time, or a press would be
/// heard too late.
const PERIODS_A_SECOND: u32 = 4;
/// The device is asked to keep so many times that much.
const PERIODS: u64 = 2;

/// A device as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What `--device` takes.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Whether it is the one that is used when none is named.
    pub is_default: bool,
}

/// The system's sound, if it can be had: cpal's own `default_host` would panic without.
pub(crate) fn host() -> Option<cpal::Host> {
    cpal::available_hosts().into_iter().find_map(|id| cpal::host_from_id(id).ok())
}

/// Pipes that are tried before a device is opened, each of two files.
const PIPES: usize = 8;
/// The device's own, and the one that asks for its precedence.
const THREADS: usize = 2;

/// That there are files and threads left which a device can be opened with: the library panics
/// where it cannot have a pipe of its own.
///
/// # Errors
/// [`Error::Device`] where there are too few files, [`Error::Threads`] where there are too few of
/// these.
pub(crate) fn ensure_can_be_opened() -> Result<(), Error> {
    threads::ensure(THREADS)?;
    let pipes: io::Result<Vec<_>> = (0..PIPES).map(|_| io::pipe()).collect();
    pipes.map(drop).map_err(|error| {
        Error::Device(format!(
            "a sound device cannot be opened: {error}; `ulimit -n` tells how many files may be open"
        ))
    })
}

/// All output devices, the default first.
pub fn list() -> Vec<Listed> {
    quietly(|| {
        let Some(host) = host() else { return Vec::new() };
        listed(host.output_devices().into_iter().flatten(), host.default_output_device())
    })
}

/// All input devices, the default first.
pub fn list_inputs() -> Vec<Listed> {
    quietly(|| {
        let Some(host) = host() else { return Vec::new() };
        listed(host.input_devices().into_iter().flatten(), host.default_input_device())
    })
}

fn listed(
    devices: impl Iterator<Item = cpal::Device>,
    default: Option<cpal::Device>,
) -> Vec<Listed> {
    let default = default.and_then(|device| device.id().ok());
    let mut listed: Vec<Listed> = devices
        .filter_map(|device| {
            let id = device.id().ok()?;
            let is_default = Some(&id) == default.as_ref();
            Some(Listed { id: id.to_string(), name: name_of(&device), is_default })
        })
        .collect();
    listed.sort_by_key(|device| !device.is_default);
    listed
}

/// Its name for people.
pub(crate) fn name_of(device: &cpal::Device) -> String {
    let name = device.description().map(|description| description.name().to_string());
    let name = name.unwrap_or_default();
    printable(name.lines().next().unwrap_or("unnamed")).into_owned()
}

/// A device that was found, not yet opened.
pub struct Found {
    device: cpal::Device,
    /// What `--device` takes.
    pub id: String,
    /// Its name for people.
    pub name: String,
    own: cpal::SupportedStreamConfig,
}

/// Finds a device by its id, or the default one.
///
/// # Errors
/// [`Error::Device`] when it is not there, with what is.
pub fn find(id: Option<&str>) -> Result<Found, Error> {
    look_for(id).ok_or_else(|| match id {
        Some(id) => unknown(id),
        None => no_device(),
    })
}

/// Looks whether the device, or the default one, is there.
pub fn look_for(id: Option<&str>) -> Option<Found> {
    quietly(|| {
        let host = host()?;
        let device = match id {
            Some(id) => host.device_by_id(&id.parse().ok()?)?,
            None => host.default_output_device()?,
        };
        let own = device.default_output_config().ok()?;
        let id = device.id().ok()?.to_string();
        Some(Found { name: name_of(&device), id, device, own })
    })
}

fn no_device() -> Error {
    Error::Device(
        "there is no sound device to play on: switch headphones or a speaker on, \
         or name one that `earcoach devices` lists with --device; `earcoach export` needs none"
            .into(),
    )
}

fn unknown(id: &str) -> Error {
    let devices = list();
    if devices.is_empty() {
        return Error::Device(format!(
            "there is no output device `{id}`, nor any other; `earcoach export` needs none"
        ));
    }
    let ids: Vec<String> = devices.into_iter().map(|device| device.id).collect();
    Error::Device(format!("there is no output device `{id}`; there are: {}", ids.join(", ")))
}

/// A device that plays.
pub struct Opened {
    /// Dropped, it stops at once, even in mid-flood of errors.
    _sink: MixerDeviceSink,
    /// Its name for people.
    pub name: String,
    /// How far it is kept ahead of what is heard, in frames.
    pub ahead: u64,
}

impl Found {
    /// `wanted`, if the device can play at that rate, else the device's own.
    pub fn rate(&self, wanted: Rate) -> Rate {
        if self.own.sample_rate() == wanted.hz() {
            return wanted;
        }
        let supported = quietly(|| self.device.supported_output_configs());
        let mut ranges = supported.into_iter().flatten();
        let can =
            ranges.any(|r| (r.min_sample_rate()..=r.max_sample_rate()).contains(&wanted.hz()));
        let own = Rate::new(self.own.sample_rate()).unwrap_or(wanted);
        if can { wanted } else { own }
    }

    /// Whether it is a card itself, by its name in ALSA: with others a sound server may be in between.
    pub fn is_card(&self) -> bool {
        let name = self.id.strip_prefix("alsa:").and_then(|id| id.split(':').next());
        matches!(name, Some("hw" | "plughw"))
    }

    /// How many channels it plays.
    pub fn channels(&self) -> NonZero<u16> {
        NonZero::new(self.own.channels()).unwrap_or(NonZero::<u16>::MIN)
    }

    /// Opens it at `rate`; `buffer` is how many frames it takes at a time. `source` is pulled
    /// from at once, and every error goes to `shared`.
    ///
    /// # Errors
    /// [`Error::Device`] when it cannot be opened.
    pub fn open(
        &self,
        rate: Rate,
        buffer: Option<u32>,
        shared: &Arc<Shared>,
        source: impl rodio::Source + Send + 'static,
    ) -> Result<Opened, Error> {
        ensure_can_be_opened()?;
        let asked = buffer.unwrap_or(BUFFER).min(rate.hz() / PERIODS_A_SECOND);
        let size = match *self.own.buffer_size() {
            SupportedBufferSize::Range { min, max } => asked.clamp(min.max(1), max.max(1)),
            SupportedBufferSize::Unknown => asked,
        };
        // Some devices refuse sizes that they say they take. With their own, which nobody
        // tells us, what is heard is reckoned as if it were ours.
        let sizes = [(BufferSize::Fixed(size), size), (BufferSize::Fixed(2 * size), 2 * size)];
        let sizes = sizes.into_iter().chain([(BufferSize::Default, size)]);
        let mut refusal = None;
        for (asked, size) in sizes {
            match quietly(|| self.try_open(rate, asked, shared)) {
                Ok(sink) => {
                    sink.mixer().add(source);
                    priority::raise();
                    let ahead = PERIODS * u64::from(size);
                    return Ok(Opened { _sink: sink, name: self.name.clone(), ahead });
                }
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        let reason = refusal.map_or(String::new(), |error| reason_of(&error));
        Err(Error::Device(format!(
            "cannot play on {} ({}): {reason}; see `earcoach devices` for others, or give --buffer another size",
            self.name, self.id
        )))
    }

    fn try_open(
        &self,
        rate: Rate,
        size: BufferSize,
        shared: &Arc<Shared>,
    ) -> Result<MixerDeviceSink, DeviceSinkError> {
        let shared = Arc::clone(shared);
        let rate = NonZero::new(rate.hz()).unwrap_or(NonZero::<u32>::MIN);
        // `from_device` would ask the device for its own format once more, which takes 20 ms.
        let mut sink = DeviceSinkBuilder::default()
            .with_device(self.device.clone())
            .with_supported_config(&self.own)
            .with_sample_rate(rate)
            .with_channels(self.channels())
            .with_buffer_size(size)
            .with_error_callback(move |error| note(&error, &shared))
            .open_stream()?;
        sink.log_on_drop(false);
        Ok(sink)
    }
}

/// Why a device could not be opened, in the system's words.
fn reason_of(error: &DeviceSinkError) -> String {
    std::error::Error::source(error).map_or(error.to_string(), ToString::to_string)
}

/// How long the thread that plays rests after an error.
const REST: Duration = Duration::from_millis(1);

/// Counts an error, and rests: broken sound servers would report millions of them a second, and
/// keep a core from those who can do something about it.
pub(crate) fn note(error: &cpal::Error, shared: &Shared) {
    thread::sleep(REST);
    match error.kind() {
        ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated => shared.note_gone(),
        ErrorKind::Xrun => shared.note_xrun(),
        ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        _ => shared.note_error(),
    }
}
