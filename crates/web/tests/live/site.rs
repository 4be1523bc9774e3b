//! A server with its pages on a store in memory, a feed with the tap of an HSS, and browsers without a window or a script.

use quintet_admin::{Limits, NewToken, Role, Scopes, Server, Settings, mint};
use quintet_browser::Plain;
use quintet_consult::sample::s6a;
use quintet_consult::{Feed, Node, When};
use quintet_runtime::{Clock, Tap};
use quintet_store::{AdminCommand, Command, MemoryStore, Store, Ticket};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

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
            // Longer than a test waits: what is not told is missed.
            again: Duration::from_secs(3_600),
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

    /// What an administrator's request has for Authorization.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.token(Role::Admin, ""))
    }

    /// Provisions somebody, by the interface.
    pub(crate) fn provision(&self, imsi: &str) {
        let body = serde_json::json!({"imsi": imsi, "k": "465b5ce8b199b49faa5f0a2ee238a6bc",
            "opc": "cd63cb71954a9f4e48a5994e37a02baf"});
        let token = self.bearer();
        let more = [("Content-Type", "application/json"), ("Authorization", &token)];
        let answer = self
            .stranger()
            .ask("POST", "/api/v1/subscribers", &more, body.to_string().as_bytes());
        assert_eq!(answer.status, 201, "{}", answer.body);
    }

    /// Removes somebody, by the interface.
    pub(crate) fn remove(&self, imsi: &str) {
        let token = self.bearer();
        let path = format!("/api/v1/subscribers/{imsi}");
        let answer = self
            .stranger()
            .ask("DELETE", &path, &[("Authorization", &token)], &[]);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Somebody who has not logged in.
    pub(crate) fn stranger(&self) -> Plain {
        Plain::stranger(self.address())
    }

    pub(crate) fn log_in(&self, role: Role, scopes: &str) -> Plain {
        Plain::log_in(self.address(), self.token(role, scopes))
    }
}
