//! A browser without a window or a script: requests of HTTP/1.1, the session's cookie, events as they come.
//!
//! What pages do over the wire is tested by it where there is no Chromium, and beside it.

use crate::PATIENCE;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// What asks for events.
const EVENTS: (&str, &str) = ("Accept", "text/event-stream");

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status; 0 if there was none.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Answer {
    fn of(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Self {
            status: status.unwrap_or(0),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// What comes on a connection to its end; status 0 if that is nothing.
    #[must_use]
    pub fn read(mut stream: TcpStream) -> Self {
        let mut octets = Vec::new();
        let mut some = [0; 4_096];
        // One who is refused early may be cut off after the answer.
        while let Ok(read @ 1..) = stream.read(&mut some) {
            octets.extend_from_slice(&some[..read]);
        }
        Self::of(&String::from_utf8_lossy(&octets))
    }

    /// A header, by its name in any case; empty if it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.trim())
    }

    /// The value of a hidden field of the page.
    ///
    /// # Panics
    /// If there is none of this name.
    #[must_use]
    pub fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let value = self
            .body
            .split_once(&mark)
            .and_then(|(_, rest)| rest.split_once('"'));
        let (value, _) = value.unwrap_or_else(|| panic!("no field {name} in {}", self.body));
        value.replace("&#34;", "\"")
    }
}

/// Opens a connection, and asks on it; a body of `length` octets is to follow. The answer ends it.
///
/// # Panics
/// If nobody listens there.
#[must_use]
pub fn ask(
    address: SocketAddr,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    length: usize,
) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("a server");
    stream.set_read_timeout(Some(PATIENCE)).expect("a bound");
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").expect("text is taken");
    }
    write!(head, "Content-Length: {length}\r\n\r\n").expect("text is taken");
    stream.write_all(head.as_bytes()).expect("it listens");
    stream
}

/// Somebody at a web page. Whatever goes wrong panics.
#[derive(Clone, Debug)]
pub struct Plain {
    address: SocketAddr,
    cookie: String,
    proof: String,
}

impl Plain {
    /// Somebody who has not logged in.
    #[must_use]
    pub fn stranger(address: SocketAddr) -> Self {
        Self {
            address,
            cookie: String::new(),
            proof: String::new(),
        }
    }

    /// Somebody who has, with a token.
    #[must_use]
    pub fn log_in(address: SocketAddr, token: &str) -> Self {
        let mut session = Self::stranger(address);
        let body = format!("token={token}");
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = session.ask("POST", "/ui/login", &kind, body.as_bytes());
        assert_eq!(answer.status, 303, "{}", answer.body);
        let cookie = answer.header("set-cookie").split(';').next();
        cookie.expect("a cookie").clone_into(&mut session.cookie);
        let page = session.get("/ui/").body;
        let proof = page.split_once("name=\"csrf\" content=\"").expect("a proof").1;
        let proof = proof.split('"').next().expect("it ends");
        proof.clone_into(&mut session.proof);
        session
    }

    fn connect(&self, method: &str, path: &str, more: &[(&str, &str)], length: usize) -> TcpStream {
        let headers = [&[("Cookie", self.cookie.as_str())], more].concat();
        ask(self.address, (method, path), &headers, length)
    }

    /// Sends a request with more headers, and reads the answer to its end.
    #[must_use]
    pub fn ask(&self, method: &str, path: &str, more: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = self.connect(method, path, more, body.len());
        // One who is refused early may not take it all.
        drop(stream.write_all(body));
        Answer::read(stream)
    }

    /// A page.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], &[])
    }

    /// Asks for events, and answers what is none.
    #[must_use]
    pub fn stream(&self, path: &str) -> Answer {
        self.ask("GET", path, &[EVENTS], &[])
    }

    /// Events as they come.
    #[must_use]
    pub fn events(&self, path: &str) -> Events {
        let stream = self.connect("GET", path, &[EVENTS], 0);
        Events(BufReader::new(stream))
    }

    fn uploading(&self) -> [(&str, &str); 2] {
        [EVENTS, ("X-CSRF-Token", &self.proof)]
    }

    /// Sends a body with the proof of the session.
    #[must_use]
    pub fn send(&self, path: &str, body: &[u8]) -> Answer {
        self.ask("POST", path, &self.uploading(), body)
    }

    /// Says how long a body will be, with the proof of the session or without, and sends none of it.
    #[must_use]
    pub fn announce(&self, path: &str, length: usize, proven: bool) -> Answer {
        let more = self.uploading();
        let more = if proven { &more[..] } else { &[EVENTS] };
        Answer::read(self.connect("POST", path, more, length))
    }

    /// Sends the first octets of a body; the rest is missing until what is answered is dropped. It was taken when this returns.
    #[must_use]
    pub fn begin(&self, path: &str, body: &[u8], first: usize) -> TcpStream {
        let mut stream = self.connect("POST", path, &self.uploading(), body.len());
        stream.write_all(&body[..first]).expect("it is read");
        let mut status = [0; 12];
        stream.read_exact(&mut status).expect("it is answered");
        assert_eq!(&status, b"HTTP/1.1 200");
        stream
    }

    /// Brings a capture to the doctor; `said` is the query behind `name=`.
    ///
    /// # Errors
    /// Why there is no report, as the page is told it; else the address of the report.
    pub fn bring(&self, said: &str, capture: &[u8]) -> Result<String, Value> {
        let answer = self.send(&format!("/ui/doctor/captures?name={said}"), capture);
        if answer.status != 200 {
            return Err(Value::String(answer.body));
        }
        let (mut name, mut last) = (String::new(), None);
        for line in answer.body.lines() {
            if let Some(event) = line.strip_prefix("event: ") {
                event.clone_into(&mut name);
            }
            if let Some(data) = line.strip_prefix("data: ") {
                last = Some((name.clone(), data.to_owned()));
            }
        }
        match last.expect("an event") {
            (name, address) if name == "report" => Ok(address),
            (_, failed) => Err(serde_json::from_str(&failed).expect("it is JSON")),
        }
    }
}

/// Events of a stream that stays open.
#[derive(Debug)]
pub struct Events(BufReader<TcpStream>);

impl Events {
    /// The next event: its name and its data.
    ///
    /// # Panics
    /// If the stream ends, or brings nothing for as long as [`PATIENCE`].
    pub fn event(&mut self) -> (String, String) {
        let mut name = String::new();
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).expect("it goes on");
            assert!(read > 0, "the stream ended");
            if let Some(event) = line.strip_prefix("event: ") {
                event.trim_end().clone_into(&mut name);
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return (name, data.trim_end().to_owned());
            }
        }
    }

    /// The data of the next event of this name.
    ///
    /// # Panics
    /// As [`Events::event`], and if the data is no JSON.
    pub fn next(&mut self, wanted: &str) -> Value {
        loop {
            let (name, data) = self.event();
            if name == wanted {
                return serde_json::from_str(&data).expect("it is JSON");
            }
        }
    }
}
