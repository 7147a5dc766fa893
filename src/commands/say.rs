//! `earcoach voice say`: a phrase as a voice says it, to be heard or kept.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use super::live::heed_signals;
use crate::cli::VoiceSay;
use crate::coach::device;
use crate::coach::events::Events;
use crate::coach::face::Face;
use crate::coach::link::Playback;
use crate::coach::plan::Plan;
use crate::coach::session::{Ending, Input, Session};
use crate::error::{Error, ExitCode};
use crate::render::Renderer;
use crate::report::Report;
use crate::sequencer;
use crate::sink::Sink;
use crate::sink::format::Format;
use crate::sink::output::Output;
use crate::sounds::Sounds;
use crate::terminal::{Color, printable, tell};
use crate::time::{Frames, Rate};
use crate::timeline::Timeline;
use crate::voice::{BUILT_IN, Voice};

pub fn run(args: &VoiceSay, quiet: bool) -> Result<ExitCode, Error> {
    let mut voice = Voice::open(args.voice.as_deref().unwrap_or(BUILT_IN))?;
    if let Some(other) = &args.fall_back {
        voice = voice.with_stand_in(Voice::open(other)?);
    }
    let timeline = |rate| lay_out(args, &voice, rate);
    match &args.output {
        Some(path) => {
            let format = Format::of_file(Some(path), None)?;
            let timeline = timeline(args.rate.unwrap_or_default())?;
            let sink = Sink::new(format, timeline.rate, 1, None, None)?;
            let sounds = Sounds::load(&timeline, &voice)?;
            let mut output = Output::create(path, args.force)?;
            let frames = timeline.frames;
            let mut renderer = Renderer::new(Arc::new(timeline), Arc::new(sounds));
            let written = sink.write(&mut renderer, frames, None, &mut output, |_| {});
            written.map_err(|error| Error::io("cannot write", output.path(), error))?;
            output.finish()?;
            if !quiet {
                tell(format_args!("wrote {}", printable(&path.to_string_lossy())));
            }
            Ok(ExitCode::Done)
        }
        None => play(args, &voice, timeline),
    }
}

/// The phrase on its own. What the voice cannot say is shown as it would be in a routine.
fn lay_out(args: &VoiceSay, voice: &Voice, rate: Rate) -> Result<Timeline, Error> {
    let timeline = sequencer::phrase(&args.text, voice, rate, false).map_err(|problems| {
        Error::from(Report { file: "the phrase".into(), text: args.text.clone(), problems })
    })?;
    if timeline.cues.is_empty() {
        return Err(Error::Usage("there are no words to say".into()));
    }
    Ok(timeline)
}

fn play(
    args: &VoiceSay,
    voice: &Voice,
    timeline: impl Fn(Rate) -> Result<Timeline, Error>,
) -> Result<ExitCode, Error> {
    timeline(Rate::DEFAULT)?;
    let (send, inputs) = sync_channel(1);
    heed_signals(move |signal| drop(send.send(Input::Signal(signal))))?;
    let found = device::find(args.device.as_deref())?;
    let timeline = Arc::new(timeline(found.rate(args.rate.unwrap_or_default()))?);
    let sounds = Arc::new(Sounds::load(&timeline, voice)?);
    let plan = Arc::new(Plan::new(Arc::clone(&timeline), (*timeline).clone()));
    let (mut events, mut face) = (Events::new(false), Face::new(true, Color::Never, None, false));
    let playback = Playback {
        device: args.device.clone(),
        buffer: None,
        volume: f32::from(args.volume) / 100.0,
        music: None,
    };
    let told = (&mut events, &mut face);
    let session = Session::begin(plan, sounds, voice, (&found, playback), Frames(0), told)?;
    let outcome = session.run(&inputs);
    match outcome.ending {
        Ending::Interrupted => Ok(ExitCode::Interrupted),
        Ending::Lost => {
            Err(Error::Device("the sound device was lost and did not come back".into()))
        }
        Ending::Whole | Ending::Quit | Ending::Edited => Ok(ExitCode::Done),
    }
}
