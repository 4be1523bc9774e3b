//! The interface of a server and its page, as programs and browsers see them.

use super::server::Server;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;

/// The interface of a server, as the bearer of a token sees it.
pub(crate) struct Api {
    pub(crate) address: String,
    token: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The body, if it is JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// A header; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let headers = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut found = headers.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map_or("", |(_, value)| value.trim())
    }
}

/// Asks a server on a connection of its own.
fn send(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut asked = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        write!(asked, "{name}: {value}\r\n").unwrap();
    }
    write!(asked, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(asked.as_bytes()).unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

impl Api {
    pub(crate) fn of(server: &Server, token: &str) -> Self {
        let line = server.await_line("API: listening");
        let address = line.split("address=").nth(1).unwrap();
        Self {
            address: address.split_whitespace().next().unwrap().to_owned(),
            token: token.trim().to_owned(),
        }
    }

    /// Asks with a body of some type.
    pub(crate) fn send(&self, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", kind)];
        send(&self.address, method, path, &headers, body)
    }

    /// Asks with a body of JSON; null: none.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        self.send(method, path, "application/json", &body)
    }

    pub(crate) fn status(&self, method: &str, path: &str, body: &Value) -> u16 {
        self.ask(method, path, body).status
    }

    /// Opens a session of the page with the token.
    pub(crate) fn log_in(&self) -> Visitor {
        let mut visitor = Visitor {
            address: self.address.clone(),
            cookie: String::new(),
            proof: String::new(),
        };
        let answer = visitor.post("/ui/login", &[("token", &self.token)]);
        assert_eq!(answer.status, 303, "{answer:?}");
        let cookie = answer.header("set-cookie").split(';').next();
        visitor.cookie = cookie.unwrap().to_owned();
        let page = visitor.get("/ui/");
        let proof = page.body.split("name=\"csrf\" value=\"").nth(1);
        visitor.proof = proof.unwrap().split('"').next().unwrap().to_owned();
        visitor
    }
}

/// Somebody with a session of the page.
pub(crate) struct Visitor {
    address: String,
    /// Name and value.
    pub(crate) cookie: String,
    /// What shows that a form is of this session.
    proof: String,
}

impl Visitor {
    pub(crate) fn get(&self, path: &str) -> Answer {
        let headers = [("Cookie", self.cookie.as_str()), ("Accept", "text/html")];
        send(&self.address, "GET", path, &headers, "")
    }

    /// Sends a form from a page of the site.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let octets = |text: &str| {
            text.bytes()
                .fold(String::new(), |text, octet| format!("{text}%{octet:02X}"))
        };
        let fields = [&[("csrf", self.proof.as_str())], fields].concat();
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{}={}", octets(name), octets(value)));
        let origin = format!("http://{}", self.address);
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Cookie", self.cookie.as_str()),
            ("Origin", origin.as_str()),
        ];
        let body = pairs.collect::<Vec<_>>().join("&");
        send(&self.address, "POST", path, &headers, &body)
    }
}
