//! A real browser without a window, driven as WebDriver has it (W3C WebDriver, section 8): JSON
//! over HTTP to chromedriver.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// The name of what stands for an element (section 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Notes what a page does when a media key is pressed (Media Session, section "Actions"), to be
/// called as `mediaKeys.nexttrack()`: there is no way to press one.
const MEDIA_KEYS: &str = "window.mediaKeys = {};
    const set = MediaSession.prototype.setActionHandler;
    MediaSession.prototype.setActionHandler = function (name, act) {
        window.mediaKeys[name] = act;
        set.call(this, name, act);
    };";

/// A browser with one page.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// A browser of so many pixels that shows a file.
    pub fn open(file: &Path, width: u32, height: u32) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver: {error}; scripts/test installs it"));
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let started = |line: String| {
            line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
        };
        let port = lines.map_while(Result::ok).find_map(started).expect("chromedriver started");
        let mut browser = Self { driver, port, session: String::new() };
        let options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--mute-audio",
                "--autoplay-policy=no-user-gesture-required",
                format!("--window-size={width},{height}"),
            ],
        });
        let wanted = json!({
            "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" },
        });
        let session =
            browser.post("/session", &json!({ "capabilities": { "alwaysMatch": wanted } }));
        browser.session = format!("/session/{}", session["sessionId"].as_str().unwrap());
        let source = json!({ "cmd": "Page.addScriptToEvaluateOnNewDocument",
            "params": { "source": MEDIA_KEYS } });
        browser.post("/goog/cdp/execute", &source);
        browser.post("/url", &json!({ "url": format!("file://{}", file.display()) }));
        browser
    }

    fn post(&self, command: &str, body: &Value) -> Value {
        self.call("POST", command, &body.to_string())
    }

    fn get(&self, command: &str) -> Value {
        self.call("GET", command, "")
    }

    fn call(&self, method: &str, command: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        // A browser that answers no more is a failure, not a wait for ever.
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let (path, length) = (format!("{}{command}", self.session), body.len());
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
            self.port
        )
        .unwrap();
        // The driver leaves the connection open: the length says where the answer ends.
        let mut answer = BufReader::new(stream);
        let (mut head, mut line) = (String::new(), String::new());
        while answer.read_line(&mut line).unwrap() > 2 {
            head.push_str(&std::mem::take(&mut line).to_lowercase());
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap();
        let mut body = vec![0; length.trim().parse().unwrap()];
        answer.read_exact(&mut body).unwrap();
        let value: Value = serde_json::from_slice(&body).unwrap();
        assert!(head.starts_with("http/1.1 200"), "{command}: {}", value["value"]["message"]);
        value["value"].clone()
    }

    /// What a function's body returns.
    pub fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits until an expression is true.
    pub fn wait_for(&self, expression: &str) {
        let script = format!(
            "const done = arguments[0]; const look = () => \
             {expression} ? done(true) : setTimeout(look, 20); look();"
        );
        self.post("/execute/async", &json!({ "script": script, "args": [] }));
    }

    fn element(&self, css: &str) -> String {
        let found = self.post("/element", &json!({ "using": "css selector", "value": css }));
        format!("/element/{}", found[ELEMENT].as_str().unwrap())
    }

    /// What is seen of an element's text.
    pub fn text(&self, css: &str) -> String {
        let text = self.get(&format!("{}/text", self.element(css)));
        text.as_str().unwrap().into()
    }

    /// The role and the name of an element, as a screen reader is told.
    pub fn told(&self, css: &str) -> (String, String) {
        let element = self.element(css);
        let told = |what: &str| self.get(&format!("{element}/computed{what}"));
        let [role, name] = ["role", "label"].map(|what| told(what).as_str().unwrap().to_string());
        (role, name)
    }

    pub fn click(&self, css: &str) {
        self.post(&format!("{}/click", self.element(css)), &json!({}));
    }

    /// Taps an element so far from its left, as a part of its width.
    pub fn tap(&self, css: &str, part: f64) {
        let width = format!("return document.querySelector('{css}').offsetWidth");
        let from_middle = ((part - 0.5) * self.run(&width).as_f64().unwrap()) as i64;
        let origin = json!({ ELEMENT: self.element(css).rsplit('/').next() });
        let actions = json!([{ "type": "pointer", "id": "finger", "parameters": { "pointerType": "touch" },
            "actions": [
                { "type": "pointerMove", "x": from_middle, "y": 0, "origin": origin },
                { "type": "pointerDown", "button": 0 },
                { "type": "pointerUp", "button": 0 },
            ] }]);
        self.post("/actions", &json!({ "actions": actions }));
    }

    /// Presses a key, wherever the focus is. Keys without a letter have one of their own
    /// (section 17.4.2).
    pub fn press(&self, key: &str) {
        let actions = json!([{ "type": "key", "id": "keys", "actions": [
            { "type": "keyDown", "value": key }, { "type": "keyUp", "value": key } ] }]);
        self.post("/actions", &json!({ "actions": actions }));
    }

    /// What the browser has complained of.
    pub fn complaints(&self) -> Value {
        self.post("/se/log", &json!({ "type": "browser" }))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.call("DELETE", "", "");
        }
        // It ends the browser as well.
        #[cfg(unix)]
        crate::support::signal(&self.driver, nix::sys::signal::Signal::SIGTERM);
        let _ = self.driver.wait();
    }
}
