//! A server with its page, a clock that is set, and who visits it.

use quintet_admin::{Limits, NewToken, Order, Role, Server, Settings as ApiSettings, mint};
use quintet_browser::{Answer, ask};
use quintet_store::{AdminCommand, Command, MemoryStore, PutMode};
use quintet_web::{Answers, Latency, Network, PeerShown, Settings};
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};

pub(crate) const IMSI: &str = "001010000000001";
pub(crate) const K: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";
pub(crate) const OPC: &str = "cd63cb71954a9f4e48a5994e37a02baf";
pub(crate) const HOST: &str = "mme.epc.mnc001.mcc001.3gppnetwork.org";

/// The first second of these tests.
pub(crate) const START_S: u64 = 1_800_000_000;

/// A server with a token of each role.
pub(crate) struct Rig {
    pub(crate) server: Server,
    /// Seconds since 1970.
    pub(crate) clock: Arc<AtomicU64>,
    pub(crate) tokens: Vec<(Role, String)>,
    /// What the nodes say of themselves.
    pub(crate) network: Arc<Mutex<Network>>,
    /// What the HSS is told to do.
    pub(crate) orders: mpsc::Receiver<Order>,
}

/// What a network says of itself.
pub(crate) fn network(answered: u64, failed: u64) -> Network {
    let peer = |identity: &str, is_open| PeerShown {
        identity: identity.to_owned(),
        realm: "epc.mnc001.mcc001.3gppnetwork.org".to_owned(),
        product: "Example MME".to_owned(),
        applications: vec!["S6a".to_owned(), "S13".to_owned()],
        is_open,
        state: if is_open {
            "ROpen, watchdog Okay"
        } else {
            "Closed, watchdog Initial"
        }
        .to_owned(),
        configured: true,
        requests_received: answered,
        requests_sent: 3,
        timeouts: 0,
        outstanding: 0,
    };
    let answers = |command: &str, result, meaning, count| Answers {
        command: command.to_owned(),
        result,
        meaning,
        count,
    };
    Network {
        issuing: Some(true),
        peers: vec![
            peer(HOST, true),
            peer("mme2.epc.mnc001.mcc001.3gppnetwork.org", false),
        ],
        answers: vec![
            answers("S6a AIA", 2_001, "SUCCESS", answered),
            answers("S6a AIA", 5_001, "USER_UNKNOWN", failed),
            answers("S6a ULA", 2_001, "SUCCESS", answered / 2),
        ],
        connections: 1,
        troubles: Vec::new(),
        latencies: vec![Latency {
            command: "S6a Authentication-Information".to_owned(),
            p50_ms: 0.031,
            p99_ms: 0.125,
        }],
    }
}

fn token(store: &mut MemoryStore, name: &str, role: Role, scopes: &str) -> String {
    let new = NewToken {
        name: name.to_owned(),
        role,
        scopes: scopes.parse().unwrap(),
        expires: None,
    };
    let (token, text) = mint(new, Duration::from_secs(START_S)).unwrap();
    let token = Box::new(token);
    store
        .execute(Command::Admin(AdminCommand::AddToken { token, first: false }))
        .unwrap();
    text.to_string()
}

impl Rig {
    /// With one subscriber.
    pub(crate) fn new() -> Self {
        Self::with(1)
    }

    /// With so many subscribers.
    pub(crate) fn with(subscribers: u64) -> Self {
        let mut store = MemoryStore::new();
        let mut tokens: Vec<_> = Role::ALL
            .map(|role| (role, token(&mut store, role.name(), role, "")))
            .to_vec();
        tokens.push((
            Role::Admin,
            token(&mut store, "narrow", Role::Admin, "imsi:00199"),
        ));
        for n in 0..subscribers {
            let record = serde_json::json!({"imsi": (1_010_000_000_001 + n).to_string(), "k": K, "opc": OPC});
            let mut text = record;
            text["imsi"] = format!("00{}", 1_010_000_000_001 + n).into();
            text["msisdn"] = (33_612_345_678 + n).to_string().into();
            let record: quintet_provisioning::record::Record = serde_json::from_value(text).unwrap();
            let subscribers = vec![record.subscriber().unwrap()];
            store
                .execute(Command::Put {
                    subscribers,
                    mode: PutMode::Upsert,
                })
                .unwrap();
        }
        let clock = Arc::new(AtomicU64::new(START_S));
        let (sender, orders) = mpsc::channel(64);
        let ticking = Arc::clone(&clock);
        let settings = ApiSettings {
            home_plmns: vec!["00101".parse().unwrap()],
            audit_kept: Duration::from_secs(86_400),
            orders: Some(sender),
            keys: Some(Arc::new(|| Ok(quintet_admin::KeyStatus::default()))),
            clock: Arc::new(move || Duration::from_secs(ticking.load(Ordering::Relaxed))),
        };
        let seen = Arc::new(Mutex::new(network(1_000, 7)));
        let (look, mut looks) = mpsc::channel::<oneshot::Sender<Network>>(4);
        let source = Arc::clone(&seen);
        std::thread::spawn(move || {
            while let Some(asked) = looks.blocking_recv() {
                drop(asked.send(source.lock().unwrap().clone()));
            }
        });
        let pages = quintet_web::pages(Settings {
            live: None,
            look: Some(look),
            tick: Duration::from_millis(20),
            ..Settings::default()
        });
        let address: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let store = (Box::new(store) as Box<_>, Arc::new(Notify::new()));
        Self {
            server: Server::start(address, None, Limits::default(), settings, Some(pages), store).unwrap(),
            clock,
            tokens,
            network: seen,
            orders,
        }
    }

    pub(crate) fn token(&self, role: Role) -> &str {
        &self.tokens.iter().find(|(known, _)| *known == role).unwrap().1
    }

    pub(crate) fn site(&self) -> String {
        format!("http://{}", self.server.address())
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.fetch_add(time.as_secs(), Ordering::Relaxed);
    }

    /// A connection, on which something was asked.
    pub(crate) fn connect(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> TcpStream {
        let mut stream = ask(self.server.address(), (method, path), headers, body.len());
        stream.write_all(body.as_bytes()).unwrap();
        stream
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        Answer::read(self.connect(method, path, headers, body))
    }

    /// Somebody who has logged in with a token.
    pub(crate) fn log_in(&self, token: &str) -> Visitor<'_> {
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = self.ask("POST", "/ui/login", &form, &encoded(&[("token", token)]));
        assert_eq!(answer.status, 303, "{}", answer.body);
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let mut visitor = Visitor {
            rig: self,
            cookie,
            proof: String::new(),
        };
        visitor.proof = visitor.get("/ui/").hidden("csrf");
        visitor
    }

    /// Somebody of this role.
    pub(crate) fn visitor(&self, role: Role) -> Visitor<'_> {
        self.log_in(self.token(role))
    }
}

/// Somebody with a session.
pub(crate) struct Visitor<'a> {
    pub(crate) rig: &'a Rig,
    pub(crate) cookie: String,
    pub(crate) proof: String,
}

impl Visitor<'_> {
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.rig.ask(
            "GET",
            path,
            &[("Cookie", &self.cookie), ("Accept", "text/html")],
            "",
        )
    }

    /// Sends a form with the proof of the session, from a page of the site.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields = [&[("csrf", self.proof.as_str())], fields].concat();
        self.post_with(path, &fields, &[("Origin", &self.rig.site())])
    }

    pub(crate) fn post_with(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let form = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Cookie", self.cookie.as_str()),
        ];
        self.rig
            .ask("POST", path, &[&form[..], headers].concat(), &encoded(fields))
    }
}

/// A form as it is sent.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let octets = |text: &str| {
        text.bytes()
            .map(|octet| format!("%{octet:02X}"))
            .collect::<String>()
    };
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", octets(name), octets(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Whether a text has a part of a secret in it.
pub(crate) fn tells(text: &str, secret: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let mut parts = secret
        .as_bytes()
        .windows(8)
        .map(|part| std::str::from_utf8(part).unwrap());
    parts.any(|part| text.contains(part))
}
