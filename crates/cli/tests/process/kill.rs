//! A server that is killed at any moment: no (subscriber, SQN) is ever issued twice, and what was acknowledged is there
//! after the restart.
//!
//! ```text
//!  life: start ─► 4 MMEs ask (AIR of 1 to 3 vectors, AIR with AUTS, ULR) ─► SIGKILL after so many answers ─► look
//! ```
//!
//! The moment is a number of answers (0: before the first), so that a seed chooses it. What is not shown: power loss,
//! which `synchronous=FULL` is for and no process can test.

use crate::support::back_end::{BackEnd, Look};
use crate::support::mme::{Mme, Octets, challenges, result};
use crate::support::server::{Server, Settings};
use crate::support::{PATIENCE, Random, subscribers};
use quintet_crypto::{AuthenticationFunctions, Rand, Sqn};
use quintet_diameter::Message;
use quintet_store::{Command, Reply};
use std::collections::{HashMap, HashSet};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Condvar, Mutex};
use std::time::Instant;

const LIVES: u64 = 100;
/// The same where the store is a PostgreSQL server, which the tests of that store kill as well.
const LIVES_ON_A_SERVER: u64 = 40;
const SUBSCRIBERS: u32 = 50;
/// These get half of all requests: their SEQ runs ahead of the clock, which a restart must not forget.
const HOT: u32 = 5;
const MMES: u32 = 4;
/// Requests that an MME sends before it reads.
const WINDOW: usize = 8;
/// Most answers of a life.
const MOST_ANSWERS: u64 = 120;
/// A life in so many also gets a new subscriber.
const PROVISIONING: u64 = 4;

/// What the MMEs of all lives have been told.
#[derive(Default)]
struct Ledger {
    issued: HashSet<(u32, u64)>,
    repeated: Vec<(u32, u64)>,
    /// The last challenge of a subscriber, for its AUTS.
    last: HashMap<u32, (Rand, Sqn)>,
    locations: HashMap<u32, Claim>,
    answers: u64,
    registrations: u64,
    resynchronisations: u64,
    /// AIRs answered with something other than vectors.
    refused: u64,
}

/// Where a subscriber may be: where its last acknowledged ULR says, or a later one that was not answered.
#[derive(Default)]
struct Claim {
    acknowledged: Option<String>,
    unanswered: Vec<String>,
}

#[derive(Default)]
struct Shared {
    ledger: Mutex<Ledger>,
    news: Condvar,
}

impl Shared {
    fn note(&self, work: impl FnOnce(&mut Ledger)) {
        let mut ledger = self.ledger.lock().unwrap();
        work(&mut ledger);
        self.news.notify_all();
    }

    fn await_answers(&self, count: u64) {
        let began = Instant::now();
        let mut ledger = self.ledger.lock().unwrap();
        while ledger.answers < count {
            let left = PATIENCE.saturating_sub(began.elapsed());
            assert!(!left.is_zero(), "the server does not answer any more");
            ledger = self.news.wait_timeout(ledger, left).unwrap().0;
        }
    }
}

/// One MME of one life.
struct Player<'s> {
    shared: &'s Shared,
    card: &'s AuthenticationFunctions,
    random: Random,
    mme: Mme,
    number: u32,
}

impl Player<'_> {
    /// Asks until the server is gone.
    fn play(&mut self) -> io::Result<()> {
        loop {
            match self.random.below(10) {
                0 => self.resynchronise()?,
                1 | 2 => self.register()?,
                _ => self.authenticate()?,
            }
        }
    }

    fn choose(&mut self) -> u32 {
        let among = if self.random.below(2) == 0 {
            HOT
        } else {
            SUBSCRIBERS
        };
        1 + self.random.below(u64::from(among)) as u32
    }

    fn authenticate(&mut self) -> io::Result<()> {
        let mut asked = HashMap::new();
        let mut requests = Vec::new();
        for _ in 0..WINDOW {
            let (who, vectors) = (self.choose(), 1 + self.random.below(3) as u32);
            let request = self.mme.air(&subscribers::imsi(who), vectors, None);
            asked.insert(hop_by_hop(&request), who);
            requests.extend(request);
        }
        self.mme.send(&requests)?;
        for _ in 0..WINDOW {
            let answer = self.mme.receive()?;
            self.take(asked[&hop_by_hop(&answer)], &answer);
        }
        Ok(())
    }

    fn resynchronise(&mut self) -> io::Result<()> {
        let who = self.choose();
        let Some((rand, sqn)) = self.shared.ledger.lock().unwrap().last.get(&who).copied() else {
            return Ok(());
        };
        // Somewhere at or above what was issued: what is far below would be an alarm, not a USIM.
        let ahead = self.random.below(1 << 20);
        let token = subscribers::resynchronization(self.card, &rand, Sqn::new(sqn.value() + ahead).unwrap());
        let request = self
            .mme
            .air(&subscribers::imsi(who), 1 + ahead as u32 % 2, Some(&token));
        let answer = self.mme.ask(&request)?;
        if result(&answer) == 2001 {
            self.shared.note(|ledger| ledger.resynchronisations += 1);
        }
        self.take(who, &answer);
        Ok(())
    }

    /// Registers a subscriber that only this MME registers, so that its ULRs are in order.
    fn register(&mut self) -> io::Result<()> {
        let who = 1 + self.number + MMES * self.random.below(u64::from(SUBSCRIBERS / MMES)) as u32;
        let host = format!("mme{}-{}.test", self.number, self.random.below(1 << 32));
        let request = self.mme.ulr_of(&subscribers::imsi(who), &host);
        self.shared.note(|ledger| {
            ledger
                .locations
                .entry(who)
                .or_default()
                .unanswered
                .push(host.clone())
        });
        let answer = self.mme.ask(&request)?;
        if result(&answer) == 2001 {
            self.shared.note(|ledger| {
                ledger.locations.insert(
                    who,
                    Claim {
                        acknowledged: Some(host),
                        unanswered: Vec::new(),
                    },
                );
                ledger.registrations += 1;
            });
        }
        self.shared.note(|ledger| ledger.answers += 1);
        Ok(())
    }

    /// Notes the vectors of an answer.
    fn take(&self, who: u32, answer: &[u8]) {
        let challenges = challenges(answer);
        let sqns: Vec<_> = challenges
            .iter()
            .map(|c| (c.rand, subscribers::sqn(self.card, &c.rand, &c.autn)))
            .collect();
        let code = result(answer);
        let allowed = [2001, 3004, 4181, 5012];
        assert!(allowed.contains(&code), "an AIR was answered {code}");
        self.shared.note(|ledger| {
            ledger.answers += 1;
            ledger.refused += u64::from(code != 2001);
            for (rand, sqn) in sqns {
                if !ledger.issued.insert((who, sqn.value())) {
                    ledger.repeated.push((who, sqn.value()));
                }
                ledger.last.insert(who, (rand, sqn));
            }
        });
    }
}

fn hop_by_hop(octets: &[u8]) -> u32 {
    Message::decode(octets).unwrap().header().hop_by_hop
}

/// One life of the server: load, then SIGKILL.
fn live(shared: &Shared, file: &Path, life: u64, random: &mut Random) {
    let mut server = Server::start(file);
    if random.below(8) == 0 {
        // Killed while it starts: after the first line of its log, or before.
        if random.below(2) == 0 {
            server.await_line("store: open");
        }
        return server.kill();
    }
    let address = server.address();
    let card = subscribers::card();
    let goal = shared.ledger.lock().unwrap().answers + random.below(MOST_ANSWERS);
    let seeds: Vec<u64> = (0..MMES).map(|_| random.next()).collect();
    std::thread::scope(|scope| {
        for (number, seed) in (0..MMES).zip(seeds) {
            let card = &card;
            scope.spawn(move || {
                // Whatever ends it is the server's end, or shows in the ledger.
                let _ = connect(address, number).and_then(|mme| {
                    Player {
                        shared,
                        card,
                        random: Random::new(seed),
                        mme,
                        number,
                    }
                    .play()
                });
            });
        }
        shared.await_answers(goal);
        server.kill();
    });
    assert!(
        !server.log().contains("panicked"),
        "life {life}: {}",
        server.log()
    );
}

fn connect(address: SocketAddr, number: u32) -> io::Result<Mme> {
    let mut mme = Mme::try_connect(address, &format!("mme{number}.test"))?;
    assert_eq!(result(&mme.receive()?), 2001);
    Ok(mme)
}

/// What the database says, with the server dead, is what was acknowledged or asked for later.
fn check_locations(ledger: &mut Ledger, database: &Path, life: u64) {
    let store = Look::into(database);
    for (who, claim) in &mut ledger.locations {
        let imsi = subscribers::imsi(*who).parse().unwrap();
        let Ok(Reply::Location(location)) = store.execute(Command::LoadLocation { imsi }) else {
            panic!("life {life}: the location of subscriber {who} cannot be read");
        };
        let host = location.and_then(|location| location.mme).map(|mme| mme.host);
        let possible =
            host == claim.acknowledged || host.as_ref().is_some_and(|h| claim.unanswered.contains(h));
        let (acknowledged, unanswered) = (&claim.acknowledged, &claim.unanswered);
        assert!(
            possible,
            "life {life}: subscriber {who} is at {host:?}, acknowledged is {acknowledged:?}, later {unanswered:?}"
        );
        *claim = Claim {
            acknowledged: host,
            unanswered: Vec::new(),
        };
    }
}

/// Every subscriber whose provisioning was acknowledged gets vectors.
fn check_provisioned(file: &Path, imsis: &[String]) {
    let server = Server::start(file);
    let mut mme = Mme::connect(server.address(), "mme.test");
    for imsi in imsis {
        let request: Octets = mme.air(imsi, 1, None);
        assert_eq!(
            result(&mme.ask(&request).unwrap()),
            2001,
            "{imsi} was acknowledged"
        );
    }
}

#[test]
fn a_hundred_kills_repeat_no_sqn_and_lose_nothing_acknowledged() {
    kills_repeat_no_sqn_and_lose_nothing_acknowledged(BackEnd::Sqlite, LIVES);
}

#[test]
fn kills_on_postgresql_repeat_no_sqn_and_lose_nothing_acknowledged() {
    kills_repeat_no_sqn_and_lose_nothing_acknowledged(BackEnd::Postgres, LIVES_ON_A_SERVER);
}

fn kills_repeat_no_sqn_and_lose_nothing_acknowledged(back_end: BackEnd, lives: u64) {
    let directory = tempfile::tempdir().unwrap();
    let Some(database) = back_end.database(directory.path()) else {
        return;
    };
    subscribers::provision(&database, (1..=SUBSCRIBERS).map(subscribers::imsi));
    let file = Settings::new(&database).write(directory.path());
    let (seed, mut random) = Random::seeded(0x5eed_0001);
    let shared = Shared::default();
    let mut provisioned = Vec::new();
    for life in 0..lives {
        std::thread::scope(|scope| {
            let newcomer = (life % PROVISIONING == 0).then(|| subscribers::imsi(1000 + life as u32));
            let adding = newcomer.map(|imsi| {
                let database = &database;
                scope.spawn(move || subscribers::add(database, &imsi).then_some(imsi))
            });
            live(&shared, &file, life, &mut random);
            provisioned.extend(adding.and_then(|adding| adding.join().unwrap()));
        });
        let mut ledger = shared.ledger.lock().unwrap();
        check_locations(&mut ledger, &database, life);
        assert!(
            ledger.repeated.is_empty(),
            "seed {seed}, life {life}: issued twice: {:?}",
            ledger.repeated
        );
    }
    check_provisioned(&file, &provisioned);
    let ledger = shared.ledger.lock().unwrap();
    let Ledger {
        answers,
        registrations,
        resynchronisations,
        refused,
        issued,
        ..
    } = &*ledger;
    let vectors = issued.len();
    eprintln!(
        "{answers} answers, {vectors} vectors, {registrations} ULRs, {resynchronisations} resynchronisations, {refused} AIRs refused"
    );
    assert!(
        refused * 2 < *answers,
        "a server that came back hardly ever issued vectors"
    );
    assert!(
        vectors as u64 > 10 * lives && *registrations > lives && *resynchronisations > lives / 10,
        "too little load to show anything"
    );
    assert!(
        provisioned.len() as u64 > lives / PROVISIONING / 2,
        "provisioning hardly ever succeeded"
    );
}
