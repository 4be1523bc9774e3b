//! A server with its pages on a store in memory, a feed with the tap of an HSS, and browsers without a window or a script.

use quintet_admin::{Limits, NewToken, Role, Scopes, Server, Settings, mint};
use quintet_consult::sample::s6a;
use quintet_consult::{Feed, Node, When};
use quintet_runtime::{Clock, Tap};
use quintet_store::{AdminCommand, Command, MemoryStore, Store, Ticket};
use serde_json::Value;
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// How long anything may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// Tries until there is something.
pub(crate) fn by<T>(mut look: impl FnMut() -> Option<T>) -> T {
    // What is looked for waits itself, or is soon there; the bound is on the number, not on time.
    for _ in 0..10_000 {
        if let Some(found) = look() {
            return found;
        }
        std::thread::yield_now();
    }
    panic!("it does not come");
}

/// See the module.
pub(crate) struct Site {
    server: Server,
    clock: Clock,
    tap: RefCell<Box<dyn Tap>>,
    tokens: Vec<(Role, String, String)>,
}

/// Scopes of tokens there are, beside none.
const SCOPES: [&str; 3] = ["", "imsi:26201", "equipment"];

impl Site {
    pub(crate) fn start() -> Self {
        let clock = Clock::start();
        let wall: Arc<dyn Fn() -> Duration + Send + Sync> = Arc::new(move || clock.moment().wall);
        let mut store = MemoryStore::new();
        let mut tokens = Vec::new();
        for role in Role::ALL {
            for scopes in SCOPES {
                let new = NewToken {
                    name: format!("{}-{}", role.name(), tokens.len()),
                    role,
                    scopes: scopes.parse::<Scopes>().unwrap(),
                    expires: None,
                };
                let (token, text) = mint(new, wall()).unwrap();
                let token = Box::new(token);
                store.submit(
                    Ticket(1),
                    Command::Admin(AdminCommand::AddToken { token, first: false }),
                );
                store.poll().expect("an answer").1.expect("it is added");
                tokens.push((role, scopes.to_owned(), text.to_string()));
            }
        }
        let feed = Feed::start(When::Always, Arc::clone(&wall)).unwrap();
        let tap = RefCell::new(feed.tap(Node::Hss));
        let settings = Settings {
            home_plmns: vec!["00101".parse().unwrap()],
            audit_kept: Duration::from_secs(86_400),
            orders: None,
            keys: None,
            clock: wall,
        };
        let pages = quintet_web::pages(quintet_web::Settings {
            live: Some(feed),
            ..quintet_web::Settings::default()
        });
        let address: SocketAddr = ([127, 0, 0, 1], 0).into();
        let server = Server::start(
            address,
            None,
            Limits::default(),
            settings,
            Some(pages),
            (Box::new(store), Arc::default()),
        );
        Self {
            server: server.unwrap(),
            clock,
            tap,
            tokens,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The text of a token.
    pub(crate) fn token(&self, role: Role, scopes: &str) -> &str {
        let found = self
            .tokens
            .iter()
            .find(|(known, of, _)| *known == role && of == scopes);
        &found.expect("there is such a token").2
    }

    /// An AIR of somebody whom the HSS does not know passes, and its answer.
    pub(crate) fn refuse(&self, id: u32, imsi: &str) {
        s6a::refused(&mut **self.tap.borrow_mut(), self.clock.moment().wall, id, imsi);
    }

    /// Provisions somebody, by the interface.
    pub(crate) fn provision(&self, imsi: &str) {
        let body = serde_json::json!({"imsi": imsi, "k": "465b5ce8b199b49faa5f0a2ee238a6bc",
            "opc": "cd63cb71954a9f4e48a5994e37a02baf"});
        let more = format!(
            "Content-Type: application/json\r\nAuthorization: Bearer {}\r\n",
            self.token(Role::Admin, "")
        );
        let answer = self
            .stranger()
            .ask("POST", "/api/v1/subscribers", &more, body.to_string().as_bytes());
        assert_eq!(answer.status, 201, "{}", answer.body);
    }

    /// Somebody who has not logged in.
    pub(crate) fn stranger(&self) -> Session {
        Session {
            address: self.address(),
            cookie: String::new(),
            proof: String::new(),
        }
    }

    pub(crate) fn log_in(&self, role: Role, scopes: &str) -> Session {
        let mut session = self.stranger();
        let body = format!("token={}", self.token(role, scopes));
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        let answer = session.ask("POST", "/ui/login", kind, body.as_bytes());
        assert_eq!(answer.status, 303, "{}", answer.body);
        let cookie = answer.header("set-cookie");
        session.cookie = cookie.split(';').next().unwrap().to_owned();
        let page = session.get("/ui/");
        let proof = page
            .body
            .split_once("name=\"csrf\" content=\"")
            .expect("a proof")
            .1;
        session.proof = proof.split('"').next().unwrap().to_owned();
        session
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    fn of(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        Self {
            status: head
                .split(' ')
                .nth(1)
                .and_then(|status| status.parse().ok())
                .unwrap_or(0),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .expect("the header is there")
            .1
    }
}

/// A browser, near enough.
pub(crate) struct Session {
    address: SocketAddr,
    cookie: String,
    proof: String,
}

impl Session {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test is the browser at the other end"
    )]
    fn connect(&self, method: &str, path: &str, more: &str, length: usize) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: {}\r\n{more}Content-Length: {length}\r\n\r\n",
            self.cookie
        );
        (&stream).write_all(head.as_bytes()).unwrap();
        stream
    }

    fn ask(&self, method: &str, path: &str, more: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect(method, path, more, body.len());
        // One who is refused early may not take it all.
        drop(stream.write_all(body));
        let mut octets = Vec::new();
        drop(stream.read_to_end(&mut octets));
        Answer::of(&String::from_utf8_lossy(&octets))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", &[])
    }

    /// Asks for events, and answers what is not.
    pub(crate) fn stream(&self, path: &str) -> Answer {
        self.ask("GET", path, "Accept: text/event-stream\r\n", &[])
    }

    /// Events as they come.
    pub(crate) fn events(&self, path: &str) -> Events {
        let stream = self.connect("GET", path, "Accept: text/event-stream\r\n", 0);
        Events(BufReader::new(stream))
    }

    fn uploading(&self) -> String {
        format!("Accept: text/event-stream\r\nX-CSRF-Token: {}\r\n", self.proof)
    }

    /// Sends a body with the proof of the session.
    pub(crate) fn send(&self, path: &str, body: &[u8]) -> Answer {
        self.ask("POST", path, &self.uploading(), body)
    }

    /// Says how long a body will be, and sends none of it.
    pub(crate) fn announce(&self, path: &str, length: usize, proven: bool) -> Answer {
        let more = if proven {
            self.uploading()
        } else {
            "Accept: text/event-stream\r\n".to_owned()
        };
        let mut stream = self.connect("POST", path, &more, length);
        let mut octets = Vec::new();
        let mut some = [0; 4_096];
        while let Ok(read @ 1..) = stream.read(&mut some) {
            octets.extend_from_slice(&some[..read]);
        }
        Answer::of(&String::from_utf8_lossy(&octets))
    }

    /// Sends the first octets of a body; the rest is missing until what is answered is dropped. It was taken when this returns.
    pub(crate) fn begin(&self, path: &str, body: &[u8], first: usize) -> TcpStream {
        let mut stream = self.connect("POST", path, &self.uploading(), body.len());
        stream.write_all(&body[..first]).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
        stream
    }

    /// Brings a capture to the doctor: the address of the report, or why there is none.
    pub(crate) fn bring(&self, said: &str, capture: &[u8]) -> Result<String, Value> {
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
            (_, failed) => Err(serde_json::from_str(&failed).unwrap()),
        }
    }
}

/// Events of a stream that stays open.
pub(crate) struct Events(BufReader<TcpStream>);

impl Events {
    /// The data of the next event of this name.
    pub(crate) fn next(&mut self, wanted: &str) -> Value {
        let mut name = String::new();
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).expect("it goes on");
            assert!(read > 0, "the stream ended");
            if let Some(event) = line.strip_prefix("event: ") {
                event.trim_end().clone_into(&mut name);
            }
            if let Some(data) = line.strip_prefix("data: ")
                && name == wanted
            {
                return serde_json::from_str(data.trim_end()).expect("it is JSON");
            }
        }
    }
}
