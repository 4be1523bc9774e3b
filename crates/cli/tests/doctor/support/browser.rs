//! A real Chromium without a window, driven by the DevTools protocol over a pipe: messages of JSON, each ended by NUL.
//!
//! `--remote-debugging-pipe` reads file descriptor 3 and writes 4; a shell makes those of standard input and output, so that
//! no unsafe code is needed here.

use super::{PATIENCE, program};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// What the program is called.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Ends of the pipe where Chromium wants them; its own output would be in the way.
const PLUMBING: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;

/// A browser with one page.
pub(crate) struct Browser {
    child: Child,
    commands: ChildStdin,
    answers: Receiver<Value>,
    session: Option<String>,
    last: u64,
    /// Events in the order they came.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts it; `None` where there is no Chromium.
    pub(crate) fn start() -> Option<Self> {
        let found = program(&NAMES)?;
        let profile = tempfile::tempdir().expect("a temporary directory");
        let mut command = std::process::Command::new("sh");
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
    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Value {
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
    pub(crate) fn open(&mut self, file: &Path) {
        self.events.clear();
        let url = format!("file://{}", file.display());
        let went = self.call("Page.navigate", json!({"url": url}));
        assert_eq!(went.get("errorText"), None, "{went}");
        while !self
            .events
            .iter()
            .any(|event| event["method"] == "Page.loadEventFired")
        {
            let event = self.next();
            self.events.push(event);
        }
    }

    /// The value of an expression in the page; a promise is waited for.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let mut answer = self.call(
            "Runtime.evaluate",
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true}),
        );
        assert_eq!(answer.get("exceptionDetails"), None, "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    /// The text of the first element that a selector finds, as it is seen.
    pub(crate) fn text(&mut self, selector: &str) -> String {
        let found = self.value(&format!("document.querySelector({}).innerText", json!(selector)));
        found
            .as_str()
            .unwrap_or_else(|| panic!("{selector}: {found}"))
            .to_owned()
    }

    /// How many elements a selector finds.
    pub(crate) fn count(&mut self, selector: &str) -> u64 {
        let found = self.value(&format!("document.querySelectorAll({}).length", json!(selector)));
        found.as_u64().unwrap_or_default()
    }

    /// Waits until an expression is true, looking each time the page is drawn.
    pub(crate) fn until(&mut self, expression: &str) {
        let waited = format!(
            "new Promise((done) => {{ const look = () => ({expression}) ? done(true) : requestAnimationFrame(look); look(); }})"
        );
        assert_eq!(self.value(&waited), json!(true), "{expression}");
    }

    /// Clicks with the mouse in the middle of an element, where the browser itself must find it.
    pub(crate) fn click(&mut self, selector: &str) {
        let place = self.value(&format!(
            "(() => {{ const e = document.querySelector({}); e.scrollIntoView({{block: 'center'}}); \
             const r = e.getBoundingClientRect(); return [r.left + r.width / 2, r.top + Math.min(r.height / 2, 12)]; }})()",
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
    pub(crate) fn press(&mut self, key: &str, code: u32, text: Option<&str>) {
        let mut event = json!({"type": "keyDown", "key": key, "windowsVirtualKeyCode": code});
        if let Some(text) = text {
            event["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", event.clone());
        event["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", event);
    }

    /// What went wrong in the page so far: exceptions, lines of the log (a policy's violations too), requests to elsewhere.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        // What was said before this call is here when it is answered.
        self.value("1");
        let bad = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled") => true,
            Some("Network.requestWillBeSent") => {
                let url = event["params"]["request"]["url"].as_str().unwrap_or_default();
                !url.starts_with("file://")
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
