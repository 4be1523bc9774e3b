//! A real Chromium without a window, for tests of pages: driven by the DevTools protocol over a pipe, messages of JSON, each ended by NUL.
//!
//! `--remote-debugging-pipe` reads file descriptor 3 and writes 4; a shell makes those of standard input and output, so that
//! no unsafe code is needed here. Whatever goes wrong panics: it is for tests alone. [`Plain`] is a browser without a window or a
//! script, for what needs none.

#![forbid(unsafe_code)]
#![expect(
    clippy::disallowed_methods,
    reason = "a browser is a process, read by a thread; only tests have one"
)]

mod plain;

pub use plain::{Answer, Events, Plain, ask};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long anything may take before it counts as hanging.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Frames in which an element must not have moved before it is clicked on: a page that scrolls or is drawn anew moves it away
/// between press and release.
const STILL_FRAMES: u32 = 5;

/// How long a page is looked at until an expression is true, ms: then the test says what the page shows instead.
const WAITED_MS: u32 = 30_000;

/// The first octets of a PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Octets below which a picture shows nothing.
const LEAST_PICTURE_OCTETS: usize = 1_000;

/// What the program is called.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Ends of the pipe where Chromium wants them; its own output would be in the way.
const PLUMBING: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;

/// A browser with one page.
#[derive(Debug)]
pub struct Browser {
    child: Child,
    commands: ChildStdin,
    answers: Receiver<Value>,
    session: Option<String>,
    /// What the addresses of our own pages begin with: others are complained of.
    own: String,
    last: u64,
    /// Events in the order they came.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts it; `None` where there is no Chromium.
    pub fn start() -> Option<Self> {
        let found = program(&NAMES)?;
        let profile = tempfile::tempdir().expect("a temporary directory");
        let mut command = Command::new("sh");
        command.args(["-c", PLUMBING]).arg(found.get_program());
        // The sandbox wants rights that tests, containers above all, may not have; what is opened is our own page.
        command.args([
            "--headless",
            "--remote-debugging-pipe",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ]);
        command.args(["--disable-dev-shm-usage", "--window-size=1300,900"]);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let commands = child.stdin.take().expect("it is piped");
        let mut reader = BufReader::new(child.stdout.take().expect("it is piped"));
        let (said, answers) = channel();
        std::thread::spawn(move || {
            let mut octets = Vec::new();
            while reader.read_until(0, &mut octets).is_ok_and(|read| read > 0) {
                octets.pop();
                let message = serde_json::from_slice(&octets).expect("DevTools speaks JSON");
                if said.send(message).is_err() {
                    return;
                }
                octets.clear();
            }
        });
        let mut browser = Self {
            child,
            commands,
            answers,
            session: None,
            own: String::new(),
            last: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.call(
            "Target.attachToTarget",
            json!({"targetId": target["targetId"], "flatten": true}),
        );
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    fn next(&mut self) -> Value {
        self.answers
            .recv_timeout(PATIENCE)
            .expect("Chromium answers in time")
    }

    /// A method of the protocol, and its result.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let written = write!(self.commands, "{message}\0").and_then(|()| self.commands.flush());
        written.expect("Chromium listens");
        loop {
            let mut answer = self.next();
            if answer["id"] == self.last {
                assert_eq!(answer.get("error"), None, "{method}: {answer}");
                return answer["result"].take();
            }
            self.events.push(answer);
        }
    }

    /// Opens a file, and waits until it is loaded.
    pub fn open(&mut self, file: &Path) {
        self.own = "file://".to_owned();
        self.go(&format!("file://{}", file.display()));
    }

    /// Opens a page of a site, such as `http://127.0.0.1:8080`, and waits until it is loaded.
    pub fn visit(&mut self, site: &str, path: &str) {
        self.own = site.to_owned();
        self.go(&format!("{site}{path}"));
    }

    fn go(&mut self, url: &str) {
        self.events.clear();
        let went = self.call("Page.navigate", json!({"url": url}));
        assert_eq!(went.get("errorText"), None, "{went}");
        self.loaded();
    }

    /// Waits until a page is loaded that was not when it was last waited for one.
    fn loaded(&mut self) {
        let is_load = |event: &Value| event["method"] == "Page.loadEventFired";
        while !self.events.iter().any(is_load) {
            let event = self.next();
            self.events.push(event);
        }
        self.events.retain(|event| !is_load(event));
    }

    /// Clicks what leads to another page, and waits until it is loaded.
    pub fn follow(&mut self, selector: &str) {
        self.events
            .retain(|event| event["method"] != "Page.loadEventFired");
        self.click(selector);
        self.loaded();
    }

    /// Presses a key that leads to another page, and waits until it is loaded.
    pub fn press_to_follow(&mut self, key: &str, code: u32, text: Option<&str>) {
        self.events
            .retain(|event| event["method"] != "Page.loadEventFired");
        self.press(key, code, text);
        self.loaded();
    }

    /// Types where the focus is.
    pub fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Clicks into a field, and types there in place of what it has.
    pub fn fill(&mut self, selector: &str, text: &str) {
        self.click(selector);
        self.value(&format!("document.querySelector({}).select()", json!(selector)));
        self.type_text(text);
    }

    /// The size of the window in CSS pixels, as a phone has it or not; and its colours, `dark` or `light`.
    pub fn emulate(&mut self, width: u32, height: u32, is_phone: bool, colours: &str) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone});
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": colours}]});
        self.call("Emulation.setEmulatedMedia", features);
    }

    /// A picture of what is seen, as PNG.
    pub fn picture(&mut self) -> Vec<u8> {
        let taken = self.call("Page.captureScreenshot", json!({"format": "png"}));
        let text = taken["data"].as_str().expect("a picture is text");
        STANDARD.decode(text).expect("of base64")
    }

    /// Takes a picture, and writes it to `docs/pictures` where `QUINTET_WRITE=1` asks for that.
    pub fn keep_picture(&mut self, name: &str) {
        let octets = self.picture();
        assert!(
            octets.starts_with(PNG) && octets.len() > LEAST_PICTURE_OCTETS,
            "{name}: {} octets",
            octets.len()
        );
        if std::env::var("QUINTET_WRITE").as_deref() == Ok("1") {
            let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pictures");
            std::fs::create_dir_all(&pictures).expect("a directory");
            std::fs::write(pictures.join(name), octets).expect("it is written");
        }
    }

    /// The value of an expression in the page; a promise is waited for.
    pub fn value(&mut self, expression: &str) -> Value {
        let mut answer = self.call(
            "Runtime.evaluate",
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true}),
        );
        assert_eq!(answer.get("exceptionDetails"), None, "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    /// The text of the first element that a selector finds, as it is seen.
    pub fn text(&mut self, selector: &str) -> String {
        let found = self.value(&format!("document.querySelector({}).innerText", json!(selector)));
        found
            .as_str()
            .unwrap_or_else(|| panic!("{selector}: {found}"))
            .to_owned()
    }

    /// How many elements a selector finds.
    pub fn count(&mut self, selector: &str) -> u64 {
        let found = self.value(&format!("document.querySelectorAll({}).length", json!(selector)));
        found.as_u64().unwrap_or_default()
    }

    /// Waits until an expression is true, looking each time the page is drawn.
    pub fn until(&mut self, expression: &str) {
        let waited = format!(
            "new Promise((done) => {{ const end = performance.now() + {WAITED_MS}; const look = () => \
             ({expression}) ? done(true) : performance.now() > end ? done(document.body.innerText) : requestAnimationFrame(look); look(); }})"
        );
        assert_eq!(self.value(&waited), json!(true), "{expression}");
    }

    /// Clicks with the mouse in the middle of an element, where the browser itself must find it, once it stands still.
    pub fn click(&mut self, selector: &str) {
        let place = self.value(&format!(
            "new Promise((done) => {{ let last = '', still = 0; const look = () => {{ const e = document.querySelector({}); \
             e.scrollIntoView({{block: 'center', behavior: 'instant'}}); const r = e.getBoundingClientRect(); \
             const at = [r.left + r.width / 2, r.top + Math.min(r.height / 2, 12)]; \
             still = String(at) === last ? still + 1 : 0; last = String(at); \
             if (still < {STILL_FRAMES}) requestAnimationFrame(look); else done(at); }}; look(); }})",
            json!(selector)
        ));
        let (x, y) = (&place[0], &place[1]);
        for (kind, buttons) in [("mousePressed", 1), ("mouseReleased", 0)] {
            self.call(
                "Input.dispatchMouseEvent",
                json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1}),
            );
        }
    }

    /// Presses a key where the focus is.
    pub fn press(&mut self, key: &str, code: u32, text: Option<&str>) {
        let mut event = json!({"type": "keyDown", "key": key, "windowsVirtualKeyCode": code});
        if let Some(text) = text {
            event["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", event.clone());
        event["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", event);
    }

    /// What went wrong since a page was opened: exceptions, lines of the log (a policy's violations too), requests to elsewhere.
    #[must_use]
    pub fn complaints(&mut self) -> Vec<String> {
        // What was said before this call is here when it is answered.
        self.value("1");
        let bad = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled") => true,
            Some("Network.requestWillBeSent") => {
                let url = event["params"]["request"]["url"].as_str().unwrap_or_default();
                !url.starts_with(&self.own) && !url.starts_with("data:")
            }
            _ => false,
        };
        self.events.iter().filter(bad).map(Value::to_string).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It is gone when its pipe closes; a profile must not go before it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program of the machine, by the first of these names; `None`, and a line that says so, where there is none. CI has all.
#[must_use]
pub fn program(names: &[&str]) -> Option<Command> {
    let found = names.iter().find(|name| {
        let asked = Command::new(name)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        asked.is_ok_and(|status| status.success())
    });
    if found.is_none() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "must run in CI: none of {names:?} is there"
        );
        eprintln!("skipped: none of {names:?} is there");
    }
    found.map(Command::new)
}
