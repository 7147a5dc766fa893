//! `earcoach play`: a routine live, with the runner having a say.

use std::io::{self, BufReader, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::live::heed_signals;
use super::watch::{Edits, edited_at};
use super::{Loaded, load, music};
use crate::bed::music::Notes;
use crate::cli::Play;
use crate::coach::control::Control;
use crate::coach::device::{self, Found};
use crate::coach::events::Events;
use crate::coach::face::Face;
use crate::coach::link::Playback;
use crate::coach::mpris::Mpris;
use crate::coach::music::Player;
use crate::coach::plan::Plan;
use crate::coach::session::{Ending, Input, Outcome, Session};
use crate::coach::tty::{self, Cbreak};
use crate::coach::{keys, lines};
use crate::error::{Error, ExitCode};
use crate::sequencer::Options;
use crate::sink::output::Output;
use crate::sounds::Sounds;
use crate::take::{self, Take};
use crate::terminal::{Color, printable, tell};
use crate::time::{Frames, Rate};

/// Wishes that may wait to be heard. Whoever has more waits in turn.
const MOST_INPUTS: usize = 16;

pub fn run(args: &Play, quiet: bool, color: Color) -> Result<ExitCode, Error> {
    let loaded = load(&args.timeline, &args.fill, quiet)?;
    let plan = plan(&loaded, loaded.options.rate)?;
    begin(args, &plan)?;
    if args.events && args.take.as_deref() == Some(Path::new("-")) {
        let message = "--events and --take - cannot both go to standard output";
        return Err(Error::Usage(message.into()));
    }
    let (send, inputs) = sync_channel(MOST_INPUTS);
    let signals = send.clone();
    heed_signals(move |signal| drop(signals.send(Input::Signal(signal))))?;
    let take = args.take.as_deref().map(|path| Output::create_for_the_end(path, args.force));
    let take = take.transpose()?;
    let found = device::find(args.device.as_deref())?;
    let plan = match rate(args, &found)? {
        rate if rate == loaded.options.rate => plan,
        rate => self::plan(&loaded, rate)?,
    };
    let edits = if args.watch {
        Edits::watch(&loaded, &args.timeline.voices, send.clone())?
    } else {
        Edits::default()
    };
    let mut face = Face::new(quiet, color, listen(args, &send), args.events);
    let mut events = Events::new(args.events);
    let position = begin(args, &plan)?;
    let mut show = Show { args, found, inputs, send, desktop: None, music: None };
    let played = show.play((loaded, plan, position), &edits, &mut events, &mut face);
    face.finish();
    events.finish();
    if let Some(music) = show.music.take().filter(|_| !quiet) {
        music::tell_notes(&music.take_notes());
    }
    let Played { loaded, plan, fingerprint, outcome } = played?;
    let saved = take.zip(fingerprint).map_or(Ok(()), |(file, fingerprint)| {
        let heard = (&*plan.live, fingerprint);
        save(file, &Take::new(heard, &loaded.choices, outcome.frames, outcome.moves.clone()))
    });
    match (leave(args, &outcome, &plan, quiet), saved) {
        (left, Ok(())) => left,
        (Ok(_), Err(error)) => Err(error),
        (Err(error), Err(lost)) => {
            tell(printable(&format!("error: {lost}")));
            Err(error)
        }
    }
}

/// The routine as it is played and as a file has it, both at `rate`.
fn plan(loaded: &Loaded, rate: Rate) -> Result<Plan, Error> {
    let live = loaded.lay_out(&Options { rate, live: true, ..loaded.options })?;
    let file = loaded.lay_out(&Options { rate, ..loaded.options })?;
    Ok(Plan::new(Arc::new(live), file))
}

/// Where to begin.
fn begin(args: &Play, plan: &Plan) -> Result<Frames, Error> {
    match &args.from {
        Some(from) => plan.find(from).map_err(Error::Usage),
        None => Ok(Frames(0)),
    }
}

/// The rate to play at: the device's own where it cannot do ours, unless one was asked for.
fn rate(args: &Play, found: &Found) -> Result<Rate, Error> {
    let wanted = args.timeline.rate.unwrap_or_default();
    let rate = found.rate(wanted);
    if args.timeline.rate.is_some_and(|asked| asked != rate) {
        let message = format!("{} cannot play at {} Hz; leave --rate out", found.name, wanted.hz());
        return Err(Error::Device(message));
    }
    Ok(rate)
}

/// What goes on from one version of a routine to the next.
struct Show<'a> {
    args: &'a Play,
    found: Found,
    inputs: Receiver<Input>,
    send: SyncSender<Input>,
    desktop: Option<Mpris>,
    music: Option<Arc<Player>>,
}

/// The version that was played last, and how it ended.
struct Played {
    loaded: Loaded,
    plan: Arc<Plan>,
    /// Of what was played, where a take is wanted.
    fingerprint: Option<String>,
    outcome: Outcome,
}

impl Show<'_> {
    /// Plays, and after each edit the new version from there on.
    fn play(
        &mut self,
        (mut loaded, plan, mut position): (Loaded, Plan, Frames),
        edits: &Edits,
        events: &mut Events,
        face: &mut Face,
    ) -> Result<Played, Error> {
        let mut plan = Arc::new(plan);
        loop {
            // Before anything is heard: clips may be changed afterwards.
            let fingerprint = self.args.take.is_some().then(|| take::fingerprint(&plan.live));
            let fingerprint = fingerprint.transpose()?;
            let outcome = self.play_once(&loaded, &plan, position, (events, face))?;
            let edited = match outcome.ending {
                Ending::Edited => edits.take(),
                _ => None,
            };
            let Some(new) = edited else {
                return Ok(Played { loaded, plan, fingerprint, outcome });
            };
            plan = Arc::new(self::plan(&new, plan.live.rate)?);
            let (before, after) = (&loaded.source.text, &new.source.text);
            position = edited_at(before, after, &plan.live, outcome.position);
            loaded = new;
        }
    }

    /// The music under it, from its begin.
    fn music(&self, rate: Rate) -> Result<Option<Arc<Player>>, Error> {
        let args = &self.args.timeline.music;
        let notes = Notes::default();
        // The runner decides how long it is.
        let music = music::open(args, rate, Frames(u64::MAX), &notes)?;
        Ok(music.map(|music| Arc::new(Player::start(music, notes, args.levels(), rate))))
    }

    fn play_once(
        &mut self,
        loaded: &Loaded,
        plan: &Arc<Plan>,
        position: Frames,
        told: (&mut Events, &mut Face),
    ) -> Result<Outcome, Error> {
        let sounds = Arc::new(Sounds::load(&plan.live, &loaded.voice)?);
        let playback = Playback {
            device: self.args.device.clone(),
            buffer: self.args.buffer,
            volume: f32::from(self.args.volume) / 100.0,
            music: self.music(plan.live.rate)?,
        };
        self.music.clone_from(&playback.music);
        let device = (&self.found, playback);
        let mut session =
            Session::begin(Arc::clone(plan), sounds, &loaded.voice, device, position, told)?;
        // Only now: whoever cannot play is no player on the desktop.
        let send = &self.send;
        let desktop = self.desktop.get_or_insert_with(|| {
            let (controls, title) = (send.clone(), printable(&plan.live.title).into_owned());
            Mpris::start(&title, move |control| {
                drop(controls.try_send(Input::Control(control)));
            })
        });
        session.set_desktop(desktop);
        Ok(session.run(&self.inputs))
    }
}

/// Listens to keys on a terminal, else to lines; unless the routine came from there.
fn listen(args: &Play, send: &SyncSender<Input>) -> Option<Cbreak> {
    let controls = send.clone();
    let control = move |control| drop(controls.send(Input::Control(control)));
    if io::stdin().is_terminal() {
        tty::restore_on_panic();
        let terminal = Cbreak::enter();
        keys::listen(keys::control, control);
        return terminal;
    }
    if args.timeline.routine() != "-" {
        let warnings = send.clone();
        let warn = move |text| drop(warnings.send(Input::Warning(text)));
        lines::listen(BufReader::new(io::stdin()), &Control::WORDS, control, warn, || {});
    }
    None
}

fn save(mut file: Output, take: &Take) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(take).unwrap_or_default() + "\n";
    let written = file.write_all(text.as_bytes()).and_then(|()| file.flush());
    written.map_err(|error| Error::io("cannot write", file.path(), error))?;
    file.finish()
}

/// Says how it ended, and how to go on.
fn leave(args: &Play, outcome: &Outcome, plan: &Plan, quiet: bool) -> Result<ExitCode, Error> {
    if outcome.xruns > 0 && !quiet {
        let times = match outcome.xruns {
            1 => "once".into(),
            times => format!("{times} times"),
        };
        let buffer = args.buffer.unwrap_or(device::BUFFER) * 2;
        tell(format_args!(
            "the sound broke off {times}, because the machine was busy; --buffer {buffer} helps"
        ));
    }
    let at = plan.live.rate.moment_of(plan.in_file(outcome.position)).clock();
    let from = plan.name_of(outcome.position);
    let typed = std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned());
    let resume = || resume_command(typed, &from);
    match outcome.ending {
        Ending::Whole => return Ok(ExitCode::Done),
        Ending::Lost => {
            return Err(Error::Device(format!(
                "the sound device was lost and did not come back for a minute; go on with `{}`",
                resume()
            )));
        }
        Ending::Quit | Ending::Edited | Ending::Interrupted => {}
    }
    if !quiet {
        tell(printable(&format!("stopped at {at}; go on with `{}`", resume())));
    }
    Ok(match outcome.ending {
        Ending::Interrupted => ExitCode::Interrupted,
        _ => ExitCode::Done,
    })
}

/// How the user calls us, where that is not by our name: a script tells it.
const CALLED: &str = "EARCOACH_COMMAND";

/// The command that was given, from another moment on and without a take, as a shell takes it.
fn resume_command(mut args: impl Iterator<Item = String>, from: &str) -> String {
    let called = std::env::var(CALLED).unwrap_or_else(|_| "earcoach".into());
    let mut command = vec![quoted(&called)];
    let mut has_from = false;
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--from" | "--take" => drop(args.next()),
            "-f" | "--force" => {}
            "-qf" | "-fq" => command.push("-q".into()),
            own if own.starts_with("--from=") || own.starts_with("--take=") => {}
            own => command.push(quoted(own)),
        }
        // Right behind the subcommand it is an option even where `--` follows.
        if arg == "play" && !has_from {
            command.extend(["--from".into(), quoted(from)]);
            has_from = true;
        }
    }
    command.join(" ")
}

/// An argument as a shell takes it.
fn quoted(arg: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+%".contains(c);
    if !arg.is_empty() && arg.chars().all(is_plain) {
        return arg.into();
    }
    format!("'{}'", arg.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_to_go_on_with_is_the_one_that_was_given_from_another_moment() {
        let command = |args: &str| resume_command(args.split(' ').map(String::from), "3:05");
        assert_eq!(command("play --side left"), "earcoach play --from 3:05 --side left");
        assert_eq!(
            command("play --from 1:00 --take a.json -f x.json"),
            "earcoach play --from 3:05 x.json"
        );
        assert_eq!(command("play --from=9 it's.json"), r"earcoach play --from 3:05 'it'\''s.json'");
    }
}
