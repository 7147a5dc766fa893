//! The media keys and the buttons of earbuds, by way of the desktop: over D-Bus, as a
//! media player by the MPRIS specification.
//!
//! A coach without a desktop is a coach all the same. Whatever fails here (no bus, a bus
//! that is not there, one that dies) ends the thread and is otherwise kept quiet.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use async_channel::{Receiver, Sender};
use mpris_server::zbus::{self, fdo};
use mpris_server::{
    LoopStatus, Metadata, PlaybackRate, PlaybackStatus, PlayerInterface, Property, RootInterface,
    Server, Signal, Time, TrackId, Volume,
};

use super::control::Control;
use super::now_playing::NowPlaying;

/// How many characters of a text the desktop is shown; a routine may hold megabytes.
const LONGEST_TEXT: usize = 300;

/// The routine as a media player on the desktop. It goes away when this is dropped.
#[derive(Debug)]
pub struct Mpris {
    news: Sender<Shown>,
}

impl Mpris {
    /// Starts it on a thread of its own; without a session bus nothing happens, silently
    /// and at once. `title` is the routine's. `send` is called on that thread for every
    /// button and must not block: the buttons after it would wait. While a bus hangs,
    /// `send` may outlive this.
    pub fn start(title: &str, send: impl Fn(Control) + Send + Sync + 'static) -> Self {
        let (news, heard) = async_channel::bounded(1);
        let player = Player { title: clean(title), send: Box::new(send), shown: Mutex::new(None) };
        // Nobody joins it: a bus that hangs must not keep the program from leaving.
        let thread = thread::Builder::new().name("mpris".into());
        drop(thread.spawn(move || zbus::block_on(serve(player, heard))));
        Self { news }
    }

    /// Tells the desktop what is going on now: at every step, pause and jump. Never
    /// blocks; news that a slow bus has not taken yet are replaced.
    pub fn show(&self, now: NowPlaying) {
        drop(self.news.force_send(Shown { now, since: Instant::now() }));
    }
}

/// Is on the bus until the news end or the bus does.
async fn serve(player: Player, heard: Receiver<Shown>) -> zbus::Result<()> {
    let name = format!("earcoach.instance{}", std::process::id());
    let server = Server::new(&name, player).await?;
    while let Ok(shown) = heard.recv().await {
        server.imp().shown().replace(shown);
        tell(&server).await?;
    }
    Ok(())
}

/// Tells the desktop what is shown now.
async fn tell(server: &Server<Player>) -> zbus::Result<()> {
    let player = server.imp();
    let status = Property::PlaybackStatus(player.status());
    server.properties_changed([status, Property::Metadata(player.track())]).await?;
    // Desktops count the time themselves: after a pause or a repeat they would be wrong.
    server.emit(Signal::Seeked { position: player.place() }).await
}

/// The text as D-Bus can carry it, and no longer than anyone reads.
fn clean(text: &str) -> String {
    text.chars().filter(|&c| c != '\0').take(LONGEST_TEXT).collect()
}

/// Milliseconds as MPRIS counts time.
fn time(millis: u64) -> Time {
    Time::from_micros(i64::try_from(millis.saturating_mul(1000)).unwrap_or(i64::MAX))
}

/// The answer to what a coach has no use for.
fn unsupported() -> fdo::Error {
    fdo::Error::NotSupported("not supported by a voice coach".into())
}

/// What is shown, and since when.
#[derive(Debug)]
struct Shown {
    now: NowPlaying,
    since: Instant,
}

impl Shown {
    /// How far into the step it is by now, in milliseconds.
    fn position_ms(&self) -> u64 {
        let ran = if self.now.paused { Duration::ZERO } else { self.since.elapsed() };
        let position = self.now.position_ms.saturating_add(ran.as_millis() as u64);
        if self.now.length_ms == 0 { position } else { position.min(self.now.length_ms) }
    }
}

/// The media player the bus talks to.
struct Player {
    title: String,
    send: Box<dyn Fn(Control) + Send + Sync>,
    shown: Mutex<Option<Shown>>,
}

impl Player {
    /// Passes a button on.
    fn press(&self, control: Control) {
        (self.send)(control);
    }

    /// What is shown, locked; never held over an await.
    fn shown(&self) -> MutexGuard<'_, Option<Shown>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it plays.
    fn status(&self) -> PlaybackStatus {
        match self.shown().as_ref() {
            None => PlaybackStatus::Stopped,
            Some(shown) if shown.now.paused => PlaybackStatus::Paused,
            Some(_) => PlaybackStatus::Playing,
        }
    }

    /// How far into the step it is by now.
    fn place(&self) -> Time {
        time(self.shown().as_ref().map_or(0, Shown::position_ms))
    }

    /// The step as a track of an album.
    fn track(&self) -> Metadata {
        let album = Metadata::builder().album(&self.title).artist([&self.title]);
        let shown = self.shown();
        let Some(Shown { now, .. }) = shown.as_ref() else {
            return album.trackid(TrackId::NO_TRACK).build();
        };
        let path = format!("/org/earcoach/step/{}", now.number);
        let track = album
            .title(clean(&now.step))
            .trackid(TrackId::try_from(path).unwrap_or(TrackId::NO_TRACK));
        if now.length_ms == 0 { track.build() } else { track.length(time(now.length_ms)).build() }
    }
}

impl RootInterface for Player {
    async fn raise(&self) -> fdo::Result<()> {
        Ok(())
    }

    async fn quit(&self) -> fdo::Result<()> {
        self.press(Control::Quit);
        Ok(())
    }

    async fn can_quit(&self) -> fdo::Result<bool> {
        Ok(true)
    }

    // Desktops leave out what is refused: no useless buttons.
    async fn fullscreen(&self) -> fdo::Result<bool> {
        Err(unsupported())
    }

    async fn set_fullscreen(&self, _: bool) -> zbus::Result<()> {
        Err(unsupported().into())
    }

    async fn can_set_fullscreen(&self) -> fdo::Result<bool> {
        Ok(false)
    }

    async fn can_raise(&self) -> fdo::Result<bool> {
        Ok(false)
    }

    async fn has_track_list(&self) -> fdo::Result<bool> {
        Ok(false)
    }

    async fn identity(&self) -> fdo::Result<String> {
        Ok("earcoach".into())
    }

    async fn desktop_entry(&self) -> fdo::Result<String> {
        Err(unsupported())
    }

    async fn supported_uri_schemes(&self) -> fdo::Result<Vec<String>> {
        Ok(Vec::new())
    }

    async fn supported_mime_types(&self) -> fdo::Result<Vec<String>> {
        Ok(Vec::new())
    }
}

impl PlayerInterface for Player {
    async fn next(&self) -> fdo::Result<()> {
        self.press(Control::Skip);
        Ok(())
    }

    async fn previous(&self) -> fdo::Result<()> {
        self.press(Control::Previous);
        Ok(())
    }

    async fn pause(&self) -> fdo::Result<()> {
        self.press(Control::Halt);
        Ok(())
    }

    async fn play_pause(&self) -> fdo::Result<()> {
        self.press(Control::Pause);
        Ok(())
    }

    async fn stop(&self) -> fdo::Result<()> {
        self.press(Control::Quit);
        Ok(())
    }

    async fn play(&self) -> fdo::Result<()> {
        self.press(Control::Resume);
        Ok(())
    }

    async fn seek(&self, _: Time) -> fdo::Result<()> {
        Ok(())
    }

    async fn set_position(&self, _: TrackId, _: Time) -> fdo::Result<()> {
        Ok(())
    }

    async fn open_uri(&self, _: String) -> fdo::Result<()> {
        Err(unsupported())
    }

    async fn playback_status(&self) -> fdo::Result<PlaybackStatus> {
        Ok(self.status())
    }

    async fn loop_status(&self) -> fdo::Result<LoopStatus> {
        Err(unsupported())
    }

    async fn set_loop_status(&self, _: LoopStatus) -> zbus::Result<()> {
        Err(unsupported().into())
    }

    async fn rate(&self) -> fdo::Result<PlaybackRate> {
        Ok(1.0)
    }

    async fn set_rate(&self, _: PlaybackRate) -> zbus::Result<()> {
        Err(unsupported().into())
    }

    async fn shuffle(&self) -> fdo::Result<bool> {
        Err(unsupported())
    }

    async fn set_shuffle(&self, _: bool) -> zbus::Result<()> {
        Err(unsupported().into())
    }

    async fn metadata(&self) -> fdo::Result<Metadata> {
        Ok(self.track())
    }

    async fn volume(&self) -> fdo::Result<Volume> {
        Ok(1.0)
    }

    async fn set_volume(&self, _: Volume) -> zbus::Result<()> {
        Err(unsupported().into())
    }

    async fn position(&self) -> fdo::Result<Time> {
        Ok(self.place())
    }

    async fn minimum_rate(&self) -> fdo::Result<PlaybackRate> {
        Ok(1.0)
    }

    async fn maximum_rate(&self) -> fdo::Result<PlaybackRate> {
        Ok(1.0)
    }

    async fn can_go_next(&self) -> fdo::Result<bool> {
        Ok(true)
    }

    async fn can_go_previous(&self) -> fdo::Result<bool> {
        Ok(true)
    }

    async fn can_play(&self) -> fdo::Result<bool> {
        Ok(true)
    }

    async fn can_pause(&self) -> fdo::Result<bool> {
        Ok(true)
    }

    async fn can_seek(&self) -> fdo::Result<bool> {
        Ok(false)
    }

    async fn can_control(&self) -> fdo::Result<bool> {
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(paused: bool, length_ms: u64) -> Shown {
        let step = "Calf".into();
        let now = NowPlaying { paused, step, number: 3, length_ms, position_ms: 1500 };
        Shown { now, since: Instant::now().checked_sub(Duration::from_secs(90)).unwrap() }
    }

    #[test]
    fn the_position_runs_on_unless_paused_and_stays_in_the_step() {
        assert_eq!(shown(true, 20_000).position_ms(), 1500);
        assert_eq!(shown(false, 20_000).position_ms(), 20_000);
        assert!(shown(false, 0).position_ms() >= 91_500);
    }

    #[test]
    fn a_step_is_a_track_whatever_its_name() {
        let mut shown = shown(false, 20_000);
        shown.now.step = format!("a\0b{}", "ü".repeat(1_000_000));
        let (send, shown) = (Box::new(|_| {}), Mutex::new(Some(shown)));
        let track = Player { title: "Evening".into(), send, shown }.track();
        assert_eq!(track.title(), Some(format!("ab{}", "ü".repeat(298)).as_str()));
        assert_eq!(track.trackid().unwrap().as_str(), "/org/earcoach/step/3");
        assert_eq!(track.length(), Some(Time::from_secs(20)));
        assert_eq!(time(u64::MAX), Time::from_micros(i64::MAX));
    }
}
