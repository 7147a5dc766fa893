//! A virtual sound card: it plays in real time into a file, has a microphone that hears what it is
//! told, and breaks when told to.
//!
//! `pcm_virtual.c`, beside this file, says how it behaves.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A sound card of one test. ALSA's default device leads to it and accepts every format;
/// `alsa:room` is the card itself, with 16 bit and its own rate and channels only.
#[must_use]
pub struct Device {
    folder: TempDir,
    present: bool,
    rate: u32,
    speed: f64,
    strict: bool,
    named: &'static str,
}

impl Device {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, present: true, rate: 48_000, speed: 1.0, strict: false, named: "" }
    }

    /// A computer without any sound card.
    pub fn none() -> Self {
        Self { present: false, ..Self::new() }
    }

    /// Time goes by so many times as fast.
    pub fn speed(self, speed: f64) -> Self {
        Self { speed, ..self }
    }

    /// It has the name of a card, `alsa:plughw`, too.
    pub fn named_as_card(self) -> Self {
        let named = "pcm.!plughw { type plug slave.pcm \"room\" hint.description \"Card\" }\n";
        Self { named, ..self }
    }

    /// A program that is late is not waited for.
    pub fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    pub fn rate(self, rate: u32) -> Self {
        Self { rate, ..self }
    }

    /// Makes the command use this device and no other sound system.
    pub fn dress(&self, command: &mut Command) {
        let configuration = self.path("asound.conf");
        std::fs::write(&configuration, self.configuration()).unwrap();
        command.env("ALSA_CONFIG_PATH", configuration);
        for (name, _) in std::env::vars_os() {
            let sound = ["ALSA_", "PULSE_", "PIPEWIRE_", "JACK_"];
            if sound.iter().any(|prefix| name.to_string_lossy().starts_with(prefix))
                && name != "ALSA_CONFIG_PATH"
            {
                command.env_remove(name);
            }
        }
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("XDG_RUNTIME_DIR");
    }

    fn configuration(&self) -> String {
        let Self { rate, speed, strict, named, .. } = self;
        let card = if self.present {
            let (plugin, folder) = (plugin().display(), self.folder.path().display());
            format!(
                r#"pcm_type.virtual {{ lib "{plugin}" }}
pcm.room {{
    type virtual folder "{folder}" rate {rate} channels 2 speed {speed} strict {strict}
    hint.description "Virtual room"
}}
{named}pcm.!default {{ type plug slave.pcm "room" hint.description "Virtual room, any format" }}
"#
            )
        } else {
            // ALSA then does and says what it does on a computer without a card.
            String::from("defaults.pcm.card 31\ndefaults.ctl.card 31\n")
        };
        // Without its hooks ALSA does not read the computer's own configuration.
        format!("</usr/share/alsa/alsa.conf>\n!@hooks []\n{card}")
    }

    /// What was heard so far.
    pub fn heard(&self) -> Vec<[i16; 2]> {
        let bytes = std::fs::read(self.path("heard")).unwrap_or_default();
        let sample = |b: &[u8]| i16::from_le_bytes([b[0], b[1]]);
        bytes.chunks_exact(4).map(|b| [sample(&b[..2]), sample(&b[2..])]).collect()
    }

    /// Says something into the microphone, from now on: mono samples at the card's rate.
    pub fn say(&self, samples: &[i16]) {
        let frames = samples.iter().flat_map(|sample| [sample.to_le_bytes(); 2]);
        let bytes: Vec<u8> = frames.flatten().collect();
        std::fs::write(self.path("spoken.new"), bytes).unwrap();
        std::fs::rename(self.path("spoken.new"), self.path("spoken")).unwrap();
    }

    /// When a strict card began to play, by the clock that only goes forward.
    pub fn started_at(&self) -> Duration {
        let epoch = std::fs::read_to_string(self.path("epoch")).unwrap();
        Duration::from_nanos(epoch.trim().parse().unwrap())
    }

    /// The device's log: a line per event.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Waits until so many frames were heard.
    pub fn wait_for_frames(&self, frames: usize) {
        let bytes = frames as u64 * 4;
        let end = Instant::now() + Duration::from_secs(120);
        while std::fs::metadata(self.path("heard")).map_or(0, |file| file.len()) < bytes {
            assert!(Instant::now() < end, "not {frames} frames in time\n{}", self.log());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Pulls the plug: the stream ends with an error and no other can be opened.
    pub fn unplug(&self) {
        self.harm("gone");
    }

    pub fn plug_in(&self) {
        self.heal("gone");
    }

    /// Breaks the stream as a sound server does that is killed: errors without end.
    pub fn storm(&self) {
        self.harm("storm");
    }

    /// Lets streams be opened again.
    pub fn calm(&self) {
        self.heal("storm");
    }

    /// The device's clock stands still.
    pub fn stick(&self) {
        self.harm("stuck");
    }

    pub fn unstick(&self) {
        self.heal("stuck");
    }

    fn harm(&self, name: &str) {
        std::fs::write(self.path(name), "").unwrap();
    }

    fn heal(&self, name: &str) {
        std::fs::remove_file(self.path(name)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// The plugin for ALSA, compiled once per test process.
fn plugin() -> &'static Path {
    static PLUGIN: OnceLock<PathBuf> = OnceLock::new();
    PLUGIN.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/pcm_virtual.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(folder).unwrap();
        // Under a name of its own first: another process may be loading the finished one.
        let (new, plugin) = (
            folder.join(format!("pcm_virtual-{}.so", std::process::id())),
            folder.join("libasound_module_pcm_virtual.so"),
        );
        let mut cc = Command::new("cc");
        cc.args(["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-DPIC", "-o"]);
        let output = cc.arg(&new).arg(source).arg("-lasound").output();
        let output = output.unwrap_or_else(|error| panic!("cc: {error}; scripts/test installs it"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::rename(new, &plugin).unwrap();
        plugin
    })
}
