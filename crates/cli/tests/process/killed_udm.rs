//! A UDM that is killed at any moment: no (subscriber, SQN) is ever issued twice, and the AMF registrations that it
//! acknowledged are there after the restart.
//!
//! ```text
//!  life: start ─► AUSFs and AMFs ask (vectors, with AUTS too; PUT amf-3gpp-access) ─► SIGKILL after so many answers ─► look
//! ```
//!
//! As in [`crate::kill`] the moment is a number of answers. All share one connection, as one client's calls do.

use crate::support::core::{Core, Role};
use crate::support::nodes::Player;
use crate::support::server::masters;
use crate::support::{PATIENCE, Random, nudm, subscribers};
use quintet_crypto::{AuthenticationFunctions, Rand, Sqn};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_runtime::{Application, Moment};
use quintet_sbi::nudm::ueau::{AuthenticationInfoResult, AuthenticationVector};
use quintet_sbi::{CallFailure, CallId, Output, Request, Response, Target};
use quintet_store::{Command, Reply};
use quintet_store_sqlite::{Options, SqliteStore};
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

const LIVES: u64 = 40;
const SUBSCRIBERS: u32 = 40;
/// These get half of all requests: their SEQ runs ahead of the clock, which a restart must not forget.
const HOT: u32 = 4;
/// Calls at a time.
const WINDOW: usize = 24;
/// Most answers of a life.
const MOST_ANSWERS: u64 = 160;
/// Before a call that found nobody is followed by another one.
const PAUSE: Duration = Duration::from_millis(20);
/// For an answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// What the callers of all lives were told.
#[derive(Default)]
struct Ledger {
    issued: HashSet<(u32, u64)>,
    repeated: Vec<(u32, u64)>,
    /// The last challenge of a subscriber, for its AUTS.
    last: HashMap<u32, (Rand, Sqn)>,
    registrations: HashMap<u32, Claim>,
    answers: u64,
    registered: u64,
    resynchronised: u64,
    /// Calls that ended without an answer.
    broken: u64,
    /// Answers that are none of those expected.
    faults: Vec<String>,
    /// Nothing is asked.
    pause: bool,
}

/// Where a subscriber may be: where its last acknowledged registration says, or a later one that was not answered.
#[derive(Default)]
struct Claim {
    acknowledged: Option<String>,
    unanswered: Vec<String>,
    under_way: bool,
}

#[derive(Default)]
struct Shared {
    ledger: Mutex<Ledger>,
    news: Condvar,
}

impl Shared {
    fn note<R>(&self, work: impl FnOnce(&mut Ledger) -> R) -> R {
        let result = work(&mut self.ledger.lock().unwrap_or_else(PoisonError::into_inner));
        self.news.notify_all();
        result
    }

    fn wait(&self, what: &str, shows: impl Fn(&Ledger) -> bool) {
        let began = Instant::now();
        let mut ledger = self.ledger.lock().unwrap();
        while !shows(&ledger) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            assert!(!left.is_zero(), "waited {PATIENCE:?} in vain for {what}");
            ledger = self.news.wait_timeout(ledger, left).unwrap().0;
        }
    }
}

/// What a call was for.
enum Asked {
    Vector { who: u32, resynchronisation: bool },
    Registration { who: u32, uri: String },
}

/// AUSFs and AMFs in one.
struct Callers {
    shared: Arc<Shared>,
    udm: Target,
    random: Random,
    card: AuthenticationFunctions,
    under_way: HashMap<CallId, Asked>,
    outputs: VecDeque<Output>,
    calls: u64,
    /// Nobody asks before this.
    not_before: Duration,
}

impl Callers {
    fn call(&mut self) {
        self.calls += 1;
        let id = CallId(self.calls);
        let (request, asked) = match self.random.below(10) {
            0..=2 => match self.registration() {
                Some(registration) => registration,
                None => self.vector(false),
            },
            3 => self.vector(true),
            _ => self.vector(false),
        };
        self.under_way.insert(id, asked);
        self.outputs.push_back(Output::Call {
            id,
            target: self.udm.clone(),
            request,
            timeout: TIMEOUT,
        });
    }

    fn vector(&mut self, resynchronise: bool) -> (Request, Asked) {
        let hot = self.random.below(2) == 0;
        let among = if hot { HOT } else { SUBSCRIBERS };
        let who = 1 + self.random.below(among.into()) as u32;
        let last = self.shared.note(|ledger| ledger.last.get(&who).copied());
        // Somewhere at or above what was issued: what is far below would be an alarm, not a USIM.
        let ahead = self.random.below(1 << 20);
        let token = last.filter(|_| resynchronise).map(|(rand, sqn)| {
            let sqn_ms = Sqn::new(sqn.value() + ahead).unwrap();
            subscribers::resynchronization(&self.card, &rand, sqn_ms)
        });
        let resynchronisation = token.is_some();
        let request = nudm::vector(&subscribers::imsi(who), token.as_deref());
        let asked = Asked::Vector {
            who,
            resynchronisation,
        };
        (request, asked)
    }

    /// Registers a subscriber that no other registration is under way for, so that they are in order.
    fn registration(&mut self) -> Option<(Request, Asked)> {
        let who = 1 + self.random.below(SUBSCRIBERS.into()) as u32;
        // Nobody listens there: the old AMF's word is not wanted here.
        let uri = format!("http://127.0.0.1:1/{}", self.calls);
        self.shared.note(|ledger| {
            let claim = ledger.registrations.entry(who).or_default();
            (!std::mem::replace(&mut claim.under_way, true)).then(|| claim.unanswered.push(uri.clone()))
        })?;
        let request = nudm::registration(&subscribers::imsi(who), &uri);
        Some((request, Asked::Registration { who, uri }))
    }

    fn answered(&mut self, asked: &Asked, response: &Response) {
        let vector = match asked {
            Asked::Vector { .. } if response.is_success() => response.read::<AuthenticationInfoResult>().ok(),
            _ => None,
        };
        let challenge = vector.and_then(|result| match result.authentication_vector? {
            AuthenticationVector::FiveGHeAka(vector) => Some((vector.rand.0, vector.autn.0)),
            AuthenticationVector::EapAkaPrime(_) => None,
        });
        let card = &self.card;
        self.shared.note(|ledger| {
            ledger.answers += 1;
            match (asked, challenge) {
                (
                    Asked::Vector {
                        who,
                        resynchronisation,
                    },
                    Some((rand, autn)),
                ) => {
                    let sqn = subscribers::sqn(card, &rand, &autn);
                    if !ledger.issued.insert((*who, sqn.value())) {
                        ledger.repeated.push((*who, sqn.value()));
                    }
                    ledger.last.insert(*who, (rand, sqn));
                    ledger.resynchronised += u64::from(*resynchronisation);
                }
                (Asked::Registration { who, uri }, _) if response.is_success() => {
                    let claim = Claim {
                        acknowledged: Some(uri.clone()),
                        ..Claim::default()
                    };
                    ledger.registrations.insert(*who, claim);
                    ledger.registered += 1;
                }
                // While it takes its slot over, or cannot keep up, it says so.
                _ if response.status / 100 == 5 => asked.give_up(ledger),
                _ => ledger.faults.push(format!("{response:?}")),
            }
        });
    }
}

impl Asked {
    /// No answer: what was asked may have been done or not.
    fn give_up(&self, ledger: &mut Ledger) {
        ledger.broken += 1;
        if let Self::Registration { who, .. } = self
            && let Some(claim) = ledger.registrations.get_mut(who)
        {
            claim.under_way = false;
        }
    }
}

impl Application for Callers {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &Event) {}

    fn pump(&mut self, at: Moment, _: &mut Node) {
        while self.not_before <= at.now
            && self.under_way.len() < WINDOW
            && !self.shared.note(|ledger| ledger.pause)
        {
            self.call();
        }
    }

    fn poll_timeout(&self) -> Option<Duration> {
        (self.under_way.len() < WINDOW && !self.shared.note(|ledger| ledger.pause)).then_some(self.not_before)
    }

    fn timeout(&mut self, _: Moment, _: &mut Node) {}

    fn sbi_response(&mut self, at: Moment, _: &mut Node, id: CallId, outcome: Result<Response, CallFailure>) {
        let Some(asked) = self.under_way.remove(&id) else {
            return;
        };
        match outcome {
            Ok(response) => self.answered(&asked, &response),
            Err(_) => {
                self.not_before = at.now + PAUSE;
                self.shared.note(|ledger| asked.give_up(ledger));
            }
        }
    }

    fn poll_sbi(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

/// What the database says, with the UDM dead, is what was acknowledged or asked for later.
fn check_registrations(ledger: &mut Ledger, database: &Path, life: u64) {
    let options = Options {
        masters: masters(),
        ..Options::default()
    };
    let store = SqliteStore::open(database, options).unwrap();
    for (who, claim) in &mut ledger.registrations {
        let imsi = subscribers::imsi(*who).parse().unwrap();
        let Ok(Reply::ContextData(data)) = store.execute(Command::LoadContextData { imsi }) else {
            panic!("life {life}: the context data of subscriber {who} cannot be read");
        };
        let uri = data
            .and_then(|data| data.amf.clone())
            .map(|amf| amf.dereg_callback_uri);
        let later = uri.as_ref().is_some_and(|uri| claim.unanswered.contains(uri));
        let (acknowledged, unanswered) = (&claim.acknowledged, &claim.unanswered);
        assert!(
            uri == claim.acknowledged || later,
            "life {life}: subscriber {who} is at {uri:?}, acknowledged is {acknowledged:?}, later {unanswered:?}"
        );
        *claim = Claim {
            acknowledged: uri,
            ..Claim::default()
        };
    }
}

#[test]
fn a_killed_udm_repeats_no_sqn_and_loses_no_registration() {
    let directory = tempfile::tempdir().unwrap();
    let core = Core::new(directory.path());
    subscribers::provision(&core.database(), (1..=SUBSCRIBERS).map(subscribers::imsi));
    let (seed, mut random) = Random::seeded(0x5eed_0007);
    let shared = Arc::new(Shared::default());
    let (board, authority, from) = (Arc::clone(&shared), core.udm(), random.next());
    let callers = move || Callers {
        shared: board,
        udm: Target {
            tls: false,
            authority,
        },
        random: Random::new(from),
        card: subscribers::card(),
        under_way: HashMap::new(),
        outputs: VecDeque::new(),
        calls: 0,
        not_before: Duration::ZERO,
    };
    let player = Player::start(callers, |_| {});
    for life in 0..LIVES {
        let mut server = core.begin(Role::Udm);
        if random.below(8) == 0 {
            // Killed while it starts.
            server.await_line("store: open");
        } else {
            let goal = shared.note(|ledger| ledger.answers) + random.below(MOST_ANSWERS);
            shared.wait("answers", |ledger| ledger.answers >= goal);
        }
        server.kill();
        assert!(
            !server.log().contains("panicked"),
            "life {life}: {}",
            server.log()
        );
        // What was under way ends before anybody looks: an answer may be on its way still.
        shared.note(|ledger| ledger.pause = true);
        shared.wait("the end of every registration", |ledger| {
            ledger.registrations.values().all(|claim| !claim.under_way)
        });
        shared.note(|ledger| {
            check_registrations(ledger, &core.database(), life);
            let (repeated, faults) = (&ledger.repeated, &ledger.faults);
            assert!(
                repeated.is_empty(),
                "seed {seed}, life {life}: twice: {repeated:?}"
            );
            assert!(faults.is_empty(), "seed {seed}, life {life}: {faults:?}");
            ledger.pause = false;
        });
        player.wake();
    }
    shared.note(|ledger| {
        let Ledger {
            answers,
            registered,
            resynchronised,
            broken,
            issued,
            ..
        } = &*ledger;
        let vectors = issued.len();
        eprintln!(
            "{answers} answers, {vectors} vectors, {registered} registrations, {resynchronised} resynchronisations, \
             {broken} calls without answer"
        );
        assert!(
            vectors > 1_000 && *registered > 200 && *resynchronised > 20 && *broken > LIVES,
            "too little happened to show anything"
        );
    });
}
