//! Authenticate and confirm, AUSF and UDM together without HTTP: `cargo bench -p quintet-ausf --bench authenticate`.

use criterion::{Criterion, criterion_group, criterion_main};
use quintet_ausf::{Ausf, AusfConfig, EntropySource};
use quintet_sbi::{Body, Method, Output, Request, RequestId, Response, Target};
use quintet_store::contract::fixture;
use quintet_store::faulty::Dice;
use quintet_store::{Command, MemoryStore, PutMode, Store};
use quintet_subscriber::auc::{ChallengeKey, WallClock};
use quintet_udm::{HomeNetworkKeys, Udm, UdmConfig};
use std::hint::black_box;
use std::time::Duration;

/// Subscribers taken in turn.
const SUBSCRIBERS: u64 = 4_096;

/// Authentications in a tick of 0.1 s: 20,000 in a second.
const PER_TICK: u64 = 2_000;

fn entropy(seed: u64) -> EntropySource {
    let mut dice = Dice::new(seed);
    Box::new(move |out| {
        for part in out.chunks_mut(8) {
            part.copy_from_slice(&dice.roll().to_le_bytes()[..part.len()]);
        }
    })
}

struct Core {
    ausf: Ausf,
    udm: Udm,
    store: MemoryStore,
    done: u64,
}

impl Core {
    fn new() -> Self {
        let mut store = MemoryStore::new();
        let subscribers = (0..SUBSCRIBERS).map(|n| {
            let mut one = fixture::subscriber(1);
            one.imsi = fixture::imsi(n);
            one.authentication.dif = Some(-1_000_000);
            one
        });
        let put = Command::Put {
            subscribers: subscribers.collect(),
            mode: PutMode::Insert,
        };
        store.execute(put).expect("all are new");
        let home = UdmConfig::new(vec!["00101".parse().expect("a PLMN")]);
        let mut udm = Udm::new(
            home,
            HomeNetworkKeys::new(),
            ChallengeKey::new(&[7; 16]),
            entropy(1),
        );
        udm.start();
        let target = |authority: &str| Target {
            tls: false,
            authority: authority.to_owned(),
        };
        let config = AusfConfig::new("a".to_owned(), target("ausf:80"), Some(target("udm:80")));
        let mut core = Self {
            ausf: Ausf::new(config, entropy(2)),
            udm,
            store,
            done: 0,
        };
        core.stores();
        core
    }

    fn times(&self) -> (Duration, Duration) {
        let now = Duration::from_millis(self.done / PER_TICK * 100);
        (now, Duration::from_secs(1_795_000_000) + now)
    }

    fn stores(&mut self) {
        let (now, wall) = self.times();
        loop {
            while let Some((ticket, command)) = self.udm.poll_store() {
                self.store.submit(ticket, command);
            }
            let Some((ticket, reply)) = self.store.poll() else {
                break;
            };
            self.udm.handle_store(now, WallClock(wall), ticket, reply);
        }
    }

    /// A request's answer, and what the UDM said to the AUSF's question.
    fn ask(&mut self, request: &Request) -> (Option<Response>, Option<Response>) {
        let (now, wall) = self.times();
        self.ausf.handle_request(now, wall, RequestId(0), request);
        let (mut answer, mut told) = (None, None);
        while let Some(output) = self.ausf.poll_sbi() {
            match output {
                Output::Respond { response, .. } => answer = Some(response),
                Output::Call { id, request, .. } => {
                    self.udm
                        .handle_request(now, WallClock(wall), RequestId(1), &request);
                    self.stores();
                    while let Some(output) = self.udm.poll_sbi() {
                        if let Output::Respond { response, .. } = output {
                            told = Some(response.clone());
                            self.ausf.handle_response(now, wall, id, Ok(response));
                        }
                    }
                }
            }
        }
        (answer, told)
    }

    fn pair(&mut self) {
        self.done += 1;
        let (now, wall) = self.times();
        self.ausf.handle_timeout(now);
        self.udm.handle_timeout(now, WallClock(wall));
        self.stores();
        let n = self.done % SUBSCRIBERS;
        let body = format!(
            r#"{{"supiOrSuci":"suci-0-001-01-0000-0-0-{n:010}","servingNetworkName":"5G:mnc001.mcc001.3gppnetwork.org"}}"#
        );
        let request = |method, path: &str, body: String| Request {
            content_type: "application/json".to_owned(),
            body: Body::from(body),
            ..Request::new(method, path)
        };
        let (begun, told) = self.ask(&request(Method::Post, "/nausf-auth/v1/ue-authentications", body));
        let member = |response: &Option<Response>, name: &str, length: usize| {
            let body = response
                .as_ref()
                .map(|response| String::from_utf8_lossy(&response.body).into_owned());
            body.and_then(|body| {
                let at = body.find(name)? + name.len();
                Some(body.get(at..at + length)?.to_owned())
            })
        };
        let res_star = member(&told, "\"xresStar\":\"", 32).expect("XRES*");
        let location = begun.and_then(|begun| begun.location).expect("a context");
        let path = location.trim_start_matches("http://ausf:80").to_owned() + "/5g-aka-confirmation";
        let body = format!(r#"{{"resStar":"{res_star}"}}"#);
        let (confirmed, _) = self.ask(&request(Method::Put, &path, body));
        assert!(member(&confirmed, "kseaf\":\"", 64).is_some());
        black_box(confirmed);
    }
}

fn authenticate(c: &mut Criterion) {
    let mut core = Core::new();
    c.bench_function("authenticate and confirm, result stored in memory", |b| {
        b.iter(|| core.pair())
    });
}

criterion_group!(benches, authenticate);
criterion_main!(benches);
