//! `export --with html`: a page that plays in a browser, by itself.

use std::path::PathBuf;

use serde_json::Value;

use crate::browser::Browser;
use crate::support::{Ran, current, earcoach, repository, tool};

const ROUTINE: &str = r#"{
    "title": "Calm </script><script>alert(1)</script> <b>&amp;", "kind": "cramp",
    "about": "<img src=x onerror=alert(2)>", "steps": [
        { "say": "Get ready." },
        { "deepen": { "name": "Deepen <i>", "times": 2, "until": "limit", "at_most": 5, "every": "8s" } },
        { "hold": { "name": "Gastrocnemius: hold", "for": "20s" } },
        { "wait": { "for": "6s" } },
        { "say": "Well done." },
        { "tone": "finish" }
    ]
}"#;

/// A page of the routine, and the routine as `show` has it.
fn page() -> (Ran, PathBuf, Value) {
    let show = earcoach("show - --rate 16000 --json").stdin(ROUTINE).run().exits(0).json();
    let ran = earcoach("export - --rate 16000 -o a.wav --with html").stdin(ROUTINE);
    let ran = ran.run().exits(0);
    let file = ran.path("a.html");
    (ran, file, show)
}

/// Where the sound is.
fn now(browser: &Browser) -> f64 {
    browser.run("return document.getElementById('audio').currentTime").as_f64().unwrap()
}

/// Goes to a moment and waits until it is shown.
fn seek(browser: &Browser, seconds: f64) {
    let script = format!(
        "const audio = document.getElementById('audio'); window.sought = false; \
         audio.addEventListener('seeked', () => requestAnimationFrame(() => window.sought = true), \
         {{ once: true }}); audio.currentTime = {seconds}"
    );
    browser.run(&script);
    browser.wait_for("window.sought");
}

/// Waits until the button says so: it follows the sound, which begins and ends on its own time.
fn shows_button(browser: &Browser, name: &str) {
    browser.wait_for(&format!("document.getElementById('play').innerText.trim() === '{name}'"));
}

fn seconds(value: &Value) -> f64 {
    value.as_f64().unwrap() / 16_000.0
}

fn assert_near(a: f64, b: f64) {
    assert!((a - b).abs() < 0.001, "{a} is not {b}");
}

const ENTER: &str = "\u{e007}";
const RIGHT: &str = "\u{e014}";
const LEFT: &str = "\u{e012}";

#[test]
fn it_plays_and_loads_nothing_from_anywhere() {
    let (_ran, file, show) = page();
    let browser = Browser::open(&file, 390, 844);
    assert_eq!(browser.text("#play"), "Play");
    browser.click("#play");
    browser.wait_for("document.getElementById('audio').currentTime > 0.3");
    shows_button(&browser, "Pause");
    let length = browser.run("return document.getElementById('audio').duration");
    // Browsers count what an Opus decoder drops at the begin.
    let difference = length.as_f64().unwrap() - seconds(&show["frames"]);
    assert!((0.0..0.01).contains(&difference), "{difference}");
    assert_eq!(browser.run("return navigator.mediaSession.metadata.title"), "Get ready.");
    browser.click("#play");
    shows_button(&browser, "Play");
    let loaded = "return performance.getEntriesByType('resource').map(e => e.name.slice(0, 5))\
                  .filter(name => name !== 'data:')";
    assert_eq!(browser.run(loaded), serde_json::json!([]));
    assert_eq!(browser.complaints(), serde_json::json!([]));
}

#[test]
fn at_my_limit_leads_to_the_hold_and_only_from_the_deepenings() {
    let (_ran, file, show) = page();
    let browser = Browser::open(&file, 390, 844);
    let at = |step: usize| seconds(&show["steps"][step]["at"]);
    let disabled = "return document.getElementById('limit').getAttribute('aria-disabled')";
    assert_eq!(show["steps"][3]["label"], "Gastrocnemius: hold");
    browser.click("#limit");
    assert_eq!((now(&browser), browser.run(disabled)), (0.0, "true".into()));
    // A tap on the bar, in the midst of the second deepening.
    let moment = at(2) + 3.0;
    browser.tap("#position", moment / seconds(&show["frames"]));
    browser.wait_for("document.getElementById('step').textContent === 'Deepen <i> 2 of 2'");
    assert!((now(&browser) - moment).abs() < 1.5, "{}", now(&browser));
    assert_eq!(browser.run(disabled), "false");
    browser.click("#limit");
    assert_near(now(&browser), at(3));
    assert_eq!(
        (browser.text("#step"), browser.run(disabled)),
        ("Gastrocnemius: hold".into(), "true".into())
    );
    browser.click("#limit");
    assert_near(now(&browser), at(3));
    // A step that waits is left by the same button.
    seek(&browser, at(4) + 2.5);
    assert_eq!((browser.text("#limit"), browser.run(disabled)), ("Ready".into(), "false".into()));
    browser.click("#limit");
    assert!(now(&browser) > at(4) + 2.5 && now(&browser) <= at(5));
}

#[test]
fn next_on_earbuds_is_the_limit_within_deepenings_and_else_the_next_step() {
    let (_ran, file, show) = page();
    let browser = Browser::open(&file, 390, 844);
    let at = |step: usize| seconds(&show["steps"][step]["at"]);
    for (from, key, to) in [
        (at(1) + 4.0, "nexttrack", at(3)),
        (at(3) + 4.0, "nexttrack", at(4)),
        (at(3) + 4.0, "previoustrack", at(3)),
        (at(3) + 1.0, "previoustrack", at(2)),
    ] {
        seek(&browser, from);
        browser.run(&format!("mediaKeys.{key}()"));
        assert_near(now(&browser), to);
    }
    browser.run("mediaKeys.seekto({ seekTime: 7.5 })");
    assert_near(now(&browser), 7.5);
    browser.run("mediaKeys.play()");
    browser.wait_for("!document.getElementById('audio').paused");
    browser.run("mediaKeys.pause()");
    browser.wait_for("document.getElementById('audio').paused");
}

#[test]
fn every_sentence_is_read_while_it_is_heard_and_the_time_left_with_it() {
    let (_ran, file, show) = page();
    let browser = Browser::open(&file, 390, 844);
    let cues = show["cues"].as_array().unwrap().iter();
    let spoken: Vec<&Value> = cues.filter(|cue| cue["text"].is_string()).collect();
    assert!(spoken.len() > 10);
    for cue in spoken {
        seek(&browser, seconds(&cue["at"]) + seconds(&cue["frames"]) / 2.0);
        let (shown, words) = (browser.text("#words"), cue["text"].as_str().unwrap());
        assert!(shown.contains(words), "{shown} is not {words}");
        let step = cue["step"].as_u64().unwrap() as usize;
        assert_eq!(browser.text("#step"), show["steps"][step]["label"]);
    }
    let hold = &show["steps"][3];
    let begin = seconds(&hold["timed_at"]);
    for (after, left) in [(-1.0, "20"), (0.01, "20"), (7.5, "13"), (19.5, "1")] {
        seek(&browser, begin + after);
        assert_eq!(browser.text("#count"), left);
    }
}

#[test]
fn the_keys_are_those_of_play() {
    let (_ran, file, show) = page();
    let browser = Browser::open(&file, 1280, 800);
    let at = |step: usize| seconds(&show["steps"][step]["at"]);
    for (from, key, to) in [
        (at(1) + 5.0, ENTER, at(3)),
        (at(1) + 5.0, "n", at(2)),
        (at(1) + 5.0, RIGHT, at(2)),
        (at(3) + 5.0, "p", at(3)),
        (at(3) + 1.0, LEFT, at(2)),
        (at(3) + 1.0, "r", at(3)),
        (at(3) + 18.0, "+", at(3) + 3.0),
        (at(3) + 4.0, "-", at(3) + 19.0),
        (at(3) + 5.0, ENTER, at(3) + 5.0),
    ] {
        seek(&browser, from);
        browser.press(key);
        assert_near(now(&browser), to);
    }
    let state =
        |what: &str| browser.run(&format!("return document.getElementById('audio').{what}"));
    browser.press("m");
    assert_eq!((state("muted"), browser.text("#told")), (true.into(), "Sound off".into()));
    browser.press("?");
    assert!(
        browser.text("#told").starts_with("Gastrocnemius: hold; 0:"),
        "{}",
        browser.text("#told")
    );
    browser.press(" ");
    assert_eq!(state("paused"), false);
    browser.press(" ");
    assert_eq!(state("paused"), true);
    // What has the focus takes its own keys, once.
    seek(&browser, at(1) + 5.0);
    browser.run("document.getElementById('next').focus()");
    browser.press(ENTER);
    assert_near(now(&browser), at(2));
}

#[test]
fn a_screen_reader_is_told_what_everything_is() {
    let (_ran, file, show) = page();
    let browser = Browser::open(&file, 320, 640);
    let expected = [
        ("header", "banner", ""),
        ("main", "main", ""),
        ("footer", "contentinfo", ""),
        ("#now", "region", "Now"),
        ("#controls", "region", "Controls"),
        ("#count", "timer", "Time left"),
        ("#position", "slider", "Position in the routine"),
        ("#limit", "button", "At my limit"),
        ("#previous", "button", "Back"),
        ("#play", "button", "Play"),
        ("#next", "button", "Next"),
        ("h2", "heading", "Get ready."),
    ];
    for (css, role, name) in expected {
        assert_eq!(browser.told(css), (role.into(), name.into()), "{css}");
    }
    let attribute = |css: &str, name: &str| {
        browser.run(&format!("return document.querySelector('{css}').getAttribute('{name}')"))
    };
    assert_eq!(attribute("#step", "aria-live"), "polite");
    assert!(attribute("#position", "aria-valuetext").as_str().unwrap().starts_with("0:00 / 0:"));
    // Nothing sticks out, be the letters twice as large.
    seek(&browser, seconds(&show["steps"][3]["at"]) + 1.0);
    for size in ["100%", "200%"] {
        browser.run(&format!("document.documentElement.style.fontSize = '{size}'"));
        let sticks_out = "return document.documentElement.scrollWidth > innerWidth";
        assert_eq!(browser.run(sticks_out), false, "{size}");
    }
}

#[test]
fn what_strangers_write_is_text_and_the_page_says_what_it_is_not() {
    let (_ran, file, _) = page();
    let browser = Browser::open(&file, 390, 844);
    let title = "Calm </script><script>alert(1)</script> <b>&amp;";
    assert_eq!(browser.run("return document.title"), title);
    assert_eq!(browser.text("h1"), title);
    assert_eq!(browser.run("return document.scripts.length"), 2);
    let about = "return document.getElementById('about').textContent";
    assert_eq!(browser.run(about), "<img src=x onerror=alert(2)>");
    assert!(browser.text("#medical").starts_with("Not medical advice."));
    assert!(browser.text("footer").contains("Made with earcoach."));
    // Whatever a script of somebody else's wanted to do, the policy would not let it.
    browser.run(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; \
                 document.body.append(s)",
    );
    assert_eq!(browser.run("return window.ran"), Value::Null);
}

#[test]
fn the_sound_is_opus_unless_the_file_is_flac_or_its_rate_is_not_for_opus() {
    for (options, begin) in [
        ("--format opus -o a.opus", "src=\"data:audio/ogg;codecs=opus;base64,T2dnU"),
        ("--format flac -o a.flac", "src=\"data:audio/flac;base64,ZkxhQ"),
        ("--rate 11025 -o a.wav", "src=\"data:audio/flac;base64,ZkxhQ"),
    ] {
        let routine = r#"{ "steps": [{ "rest": "4s" }] }"#;
        let ran = earcoach(&format!("export - {options} --with html")).stdin(routine);
        let ran = ran.run().exits(0);
        let page = std::fs::read_to_string(ran.path("a.html")).unwrap();
        assert!(page.contains(begin), "{options}");
        assert!(ran.stderr.ends_with("wrote a.html\n"), "{}", ran.stderr);
    }
}

#[test]
fn the_policy_names_the_script_and_the_style_as_they_are() {
    let folder = repository().join("src/captions");
    let page = std::fs::read_to_string(folder.join("page.html")).unwrap();
    let mut now = page.clone();
    for (directive, file) in [("style-src", "page.css"), ("script-src", "page.js")] {
        let sum = "openssl dgst -sha256 -binary \"$0\" | base64";
        let path = folder.join(file);
        let (sum, _) = tool("sh", &["-c", sum, path.to_str().unwrap()]);
        let sum = String::from_utf8(sum).unwrap();
        let begin = format!("{directive} 'sha256-");
        let (before, after) = now.split_once(&begin).unwrap();
        let (_, after) = after.split_once('\'').unwrap();
        now = format!("{before}{begin}{}'{after}", sum.trim_end());
    }
    assert!(now == current(&folder.join("page.html"), &now), "BLESS=1 writes it anew");
}
