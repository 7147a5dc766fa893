//! The session: opens the device, passes on what the runner wants, follows what is heard
//! and shows it, and when the device is lost waits for it to come back.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::answer;
use super::control::Control;
use super::device::{self, Found};
use super::events::Events;
use super::face::Face;
use super::journal::{Doing, Journal};
use super::link::{Link, Playback};
use super::messages::{Begin, Command, Insert};
use super::moves;
use super::mpris::Mpris;
use super::plan::Plan;
use super::signals::Signal;
use super::teller::Teller;
use super::tty;
use crate::error::Error;
use crate::sequencer;
use crate::sounds::Sounds;
use crate::take::Move;
use crate::time::Frames;
use crate::timeline::Timeline;
use crate::voice::Voice;

/// How often the session looks what has changed.
const TICK: Duration = Duration::from_millis(40);
/// How long a lost device is waited for, and how often it is looked for.
const PATIENCE: Duration = Duration::from_secs(60);
const RETRY: Duration = Duration::from_millis(500);
/// What is heard after all frames were given away may come this much later than reckoned.
const RING_OUT: Duration = Duration::from_millis(100);
/// A stopped device is given so long to fade out.
const STOPPING: Duration = Duration::from_millis(1500);

/// What reaches the session from outside.
#[derive(Debug)]
pub enum Input {
    /// The runner wants something.
    Control(Control),
    /// Something to be told to the user.
    Warning(String),
    /// The routine was edited: there is another one to be played.
    Edited,
    /// The system wants something.
    Signal(Signal),
}

/// How a session ended.
#[derive(Debug)]
pub enum Ending {
    /// The routine's own end was heard.
    Whole,
    /// The runner had enough.
    Quit,
    /// The routine was edited.
    Edited,
    /// The system wanted the program to end.
    Interrupted,
    /// The device was lost for good.
    Lost,
}

/// What a session leaves.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// Where on the timeline.
    pub position: Frames,
    /// Frames that were heard, pauses left out.
    pub frames: Frames,
    /// What the runner did.
    pub moves: Vec<Move>,
    /// How often the device ran out of frames.
    pub xruns: u64,
}

/// A routine that is played live.
pub struct Session<'a> {
    plan: Arc<Plan>,
    sounds: Arc<Sounds>,
    voice: &'a Voice,
    playback: Playback,
    link: Option<Link>,
    journal: Journal,
    teller: Teller<'a>,
    /// Answers that were given: the audio thread must not be the last to let go of them.
    inserts: Vec<Arc<Insert>>,
    /// Frames of the device that were heard: never goes back.
    device: u64,
    /// Where to begin when the device is back, and since when it is gone.
    lost: Option<(Begin, Instant)>,
    ending: Option<(Ending, Instant)>,
    xruns: u64,
    /// When it went on after it was stopped.
    back_since: Option<Instant>,
    /// Whether the transport was told to stop.
    is_stopped: bool,
}

impl<'a> Session<'a> {
    /// A session of a routine, which plays on `found` from `position` on.
    ///
    /// # Errors
    /// [`Error::Device`] when the device cannot be opened.
    pub fn begin(
        plan: Arc<Plan>,
        sounds: Arc<Sounds>,
        voice: &'a Voice,
        (found, playback): (&Found, Playback),
        position: Frames,
        (events, face): (&'a mut Events, &'a mut Face),
    ) -> Result<Self, Error> {
        let mut session = Self {
            teller: Teller::new(Arc::clone(&plan.live), position, events, face),
            journal: Journal::new(plan.live.rate),
            plan,
            sounds,
            voice,
            playback,
            link: None,
            inserts: Vec::new(),
            device: 0,
            lost: None,
            ending: None,
            xruns: 0,
            back_since: None,
            is_stopped: false,
        };
        // The routine's own begin has its own lead-in.
        let lead_in = if position > Frames(0) { session.lead_in() } else { Frames(0) };
        session.open(found, Begin { position, lead_in, ..Begin::default() })?;
        session.teller.started(&found.id);
        Ok(session)
    }

    /// Shows on the desktop what is played.
    pub fn set_desktop(&mut self, desktop: &'a Mpris) {
        self.teller.set_desktop(desktop);
    }

    /// How long earbuds take to wake.
    fn lead_in(&self) -> Frames {
        self.plan.live.rate.frame_at(sequencer::LEAD_IN)
    }

    fn timeline(&self) -> Arc<Timeline> {
        Arc::clone(&self.plan.live)
    }

    fn open(&mut self, found: &Found, begin: Begin) -> Result<(), Error> {
        let source = (self.timeline(), Arc::clone(&self.sounds));
        let link = Link::open(found, &self.playback, source, begin)?;
        self.teller.face().set_device(link.name());
        self.link = Some(link);
        Ok(())
    }

    /// Plays until the end, or until there is no more to be done.
    pub fn run(mut self, inputs: &Receiver<Input>) -> Outcome {
        loop {
            self.follow();
            if let Some(ending) = self.ended() {
                return self.leave(ending);
            }
            self.ensure_stopped();
            self.watch_device();
            self.show();
            match inputs.recv_timeout(self.next_look()) {
                Ok(input) => self.take(input),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(TICK),
            }
        }
    }

    /// Frames of the device that are heard by now.
    fn heard_by_device(&self) -> u64 {
        self.link.as_ref().map_or(self.device, |link| link.heard().max(self.device))
    }

    /// Tells everything that was heard since the last look.
    fn follow(&mut self) {
        let device = self.heard_by_device();
        if let Some(link) = &mut self.link {
            while let Some(change) = link.next_change() {
                self.journal.note(change);
            }
        }
        self.device = device;
        loop {
            let next = self.journal.next_change().filter(|next| *next <= device);
            let heard = self.journal.heard(next.unwrap_or(device));
            self.teller.cues(&heard);
            match self.journal.next_heard(device) {
                Some(change) => self.teller.change(&change),
                None => return,
            }
        }
    }

    /// How it ended, if it has.
    fn ended(&mut self) -> Option<Ending> {
        if let Doing::Over(whole) = self.journal.heard(self.device).doing {
            let asked = self.ending.take().map(|(ending, _)| ending);
            std::thread::sleep(RING_OUT);
            return Some(if whole { Ending::Whole } else { asked.unwrap_or(Ending::Quit) });
        }
        if self.lost.as_ref().is_some_and(|(_, since)| since.elapsed() > PATIENCE) {
            return Some(Ending::Lost);
        }
        // A device that takes nothing more cannot fade out either.
        let is_deaf = self.link.is_none();
        let (_, since) = self.ending.as_ref()?;
        if is_deaf || since.elapsed() > STOPPING {
            return self.ending.take().map(|(ending, _)| ending);
        }
        None
    }

    fn leave(mut self, ending: Ending) -> Outcome {
        let heard = self.journal.heard(self.device);
        self.drop_link();
        self.teller.over(heard.at);
        Outcome {
            ending,
            position: heard.position,
            frames: heard.at,
            moves: self.journal.moves(self.device),
            xruns: self.xruns,
        }
    }

    fn drop_link(&mut self) {
        if let Some(link) = self.link.take() {
            self.xruns += link.xruns();
            link.close();
        }
    }

    /// Notices when the device is lost, and looks whether it is back.
    fn watch_device(&mut self) {
        match &mut self.link {
            Some(link) => {
                if link.is_lost() {
                    self.lose_device();
                }
            }
            None => self.look_for_device(),
        }
    }

    fn lose_device(&mut self) {
        self.drop_link();
        let timeline = self.timeline();
        let lead_in = self.lead_in();
        let begin = self.journal.forget_after(self.device, |at| moves::sentence_at(&timeline, at));
        self.lost = Some((Begin { lead_in, ..begin }, Instant::now()));
        let at = self.journal.heard(self.device).at;
        self.teller.device_lost(at);
    }

    fn look_for_device(&mut self) {
        let Some((begin, _)) = self.lost else { return };
        let rate = self.plan.live.rate;
        let found = device::look_for(self.playback.device.as_deref());
        let Some(found) = found.filter(|found| found.rate(rate) == rate) else { return };
        if self.open(&found, begin).is_ok() {
            self.lost = None;
            self.teller.device_back(begin.heard, &found.id, begin.paused);
        }
    }

    fn take(&mut self, input: Input) {
        match input {
            // Who has said stop says nothing more.
            Input::Control(_) if self.ending.is_some() => {}
            Input::Control(Control::Quit) => self.stop(Ending::Quit),
            Input::Signal(Signal::End) => self.stop(Ending::Interrupted),
            Input::Edited => self.stop(Ending::Edited),
            Input::Control(Control::Where) => self.answer(),
            Input::Control(control) => self.command(command_for(control)),
            Input::Warning(text) => self.teller.face().note(&text),
            Input::Signal(Signal::Suspend) if tty::can_stop() && !self.is_just_back() => {
                self.suspend();
            }
            Input::Signal(Signal::Suspend) => {}
            Input::Signal(Signal::Continue) => {
                self.forgive_time();
                self.teller.face().resume();
            }
        }
    }

    fn stop(&mut self, ending: Ending) {
        if self.ending.is_none() {
            self.ending = Some((ending, Instant::now()));
        }
    }

    /// Stops the transport, as soon as it takes the command.
    fn ensure_stopped(&mut self) {
        if let (Some(_), Some(link), false) = (&self.ending, &mut self.link, self.is_stopped) {
            self.is_stopped = link.command(Command::Stop);
        }
    }

    fn command(&mut self, command: Command) {
        match &mut self.link {
            // Among hundreds nobody misses one.
            Some(link) => drop(link.command(command)),
            None => self.command_while_lost(&command),
        }
    }

    /// While there is no device there is nothing to move, but a pause is kept.
    fn command_while_lost(&mut self, command: &Command) {
        let was_paused = self.is_paused();
        let paused = match command {
            Command::Toggle => !was_paused,
            Command::Pause => true,
            Command::Resume => false,
            _ => return,
        };
        let Some((begin, _)) = self.lost.as_mut().filter(|_| paused != was_paused) else { return };
        begin.paused = paused;
        let at = self.journal.heard(self.device).at;
        self.teller.simply(if paused { "paused" } else { "resumed" }, at);
    }

    /// Says where we are.
    fn answer(&mut self) {
        let heard = self.journal.heard(self.device);
        let (rate, guarded) = (self.plan.live.rate, self.plan.live.guard.on);
        // A coach without words of its own in this language says nothing of its own.
        let Some(book) = self.voice.language().phrasebook() else { return };
        let phrases = answer::phrases(&self.plan.live, &heard, book);
        let spoken = phrases.into_iter().find_map(|words| {
            let timeline = sequencer::phrase(&words, self.voice, rate, guarded).ok()?;
            let sounds = Sounds::load(&timeline, self.voice).ok()?;
            Some(Arc::new(Insert { words, timeline, sounds: Arc::new(sounds) }))
        });
        if let Some(insert) = spoken {
            // Those that nobody else holds any more are over.
            self.inserts.retain(|insert| Arc::strong_count(insert) > 1);
            self.inserts.push(Arc::clone(&insert));
            self.command(Command::Say(insert));
        }
    }

    /// Fades out, gives the terminal back and stops; goes on when the user comes back.
    fn suspend(&mut self) {
        let was_paused = self.is_paused();
        self.command(Command::Pause);
        let end = Instant::now() + Duration::from_millis(300);
        while Instant::now() < end
            && !matches!(self.journal.heard(self.device).doing, Doing::Paused)
        {
            std::thread::sleep(Duration::from_millis(10));
            self.follow();
        }
        self.teller.face().suspend();
        super::signals::stop_here();
        self.teller.face().resume();
        self.back_since = Some(Instant::now());
        self.forgive_time();
        if !was_paused {
            self.command(Command::Resume);
        }
    }

    /// Whether the runner has paused it; while the device is lost, whether it will be paused then.
    fn is_paused(&self) -> bool {
        match &self.lost {
            Some((begin, _)) => begin.paused,
            None => matches!(self.journal.heard(self.device).doing, Doing::Paused),
        }
    }

    /// Time that the program was stopped is no time in which the device was looked for.
    fn forgive_time(&mut self) {
        if let Some((_, since)) = &mut self.lost {
            *since = Instant::now();
        }
    }

    /// Whether a Ctrl-Z may be one that was pressed twice.
    fn is_just_back(&self) -> bool {
        self.back_since.is_some_and(|since| since.elapsed() < Duration::from_millis(300))
    }

    fn show(&mut self) {
        let heard = self.journal.heard(self.device);
        let left = self.lost.as_ref().map(|(_, since)| PATIENCE.saturating_sub(since.elapsed()));
        let paused = self.is_paused();
        self.teller.face().draw(&self.plan, &heard, (paused, left));
    }

    /// When to look again: as the next cue, step or change is heard, or soon.
    fn next_look(&self) -> Duration {
        if self.link.is_none() {
            return RETRY;
        }
        let (live, heard) = (&self.plan.live, self.journal.heard(self.device));
        let mut next = self.journal.next_change().map(|change| change.saturating_sub(self.device));
        if matches!(heard.doing, Doing::Playing) {
            let told = self.teller.told();
            let cue = live.cues.get(live.cues.partition_point(|cue| cue.at < told));
            let step = live.steps.get(live.steps.partition_point(|step| step.at < told));
            let ahead = [cue.map(|cue| cue.at), step.map(|step| step.at)].into_iter().flatten();
            next = ahead.map(|at| at.0.saturating_sub(heard.position.0)).chain(next).min();
        }
        let hz = u64::from(live.rate.hz());
        let wait = |frames: u64| Duration::from_millis(frames.saturating_mul(1000) / hz + 1);
        next.map_or(TICK, |frames| wait(frames).min(TICK))
    }
}

fn command_for(control: Control) -> Command {
    match control {
        Control::Limit => Command::Limit,
        Control::Skip => Command::Skip,
        Control::Pause => Command::Toggle,
        Control::Resume => Command::Resume,
        Control::Halt => Command::Pause,
        Control::Next => Command::Next,
        Control::Previous => Command::Previous,
        Control::Repeat => Command::Repeat,
        Control::More => Command::More,
        Control::Less => Command::Less,
        Control::Mute => Command::Mute,
        Control::Where | Control::Quit => unreachable!("the session does these itself"),
    }
}
