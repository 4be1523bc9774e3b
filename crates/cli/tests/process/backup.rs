//! A database is copied while it is served, and the copy put back later: nothing is lost that it holds, and no number that was
//! issued since comes again.

use crate::support::back_end::{BackEnd, Look};
use crate::support::mme::{Mme, challenges, result};
use crate::support::server::{Server, Settings, quintet};
use crate::support::subscribers;
use quintet_crypto::{Rand, Sqn};
use quintet_store::{Command, Reply};
use rustix::process::Signal;
use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const SUBSCRIBERS: u32 = 30;

/// Δ of the usual card, in SEQ.
const DELTA: u64 = 1 << 28;

/// The cards of all subscribers: each takes a SEQ above its last one, and not too far above.
#[derive(Default)]
struct Cards(HashMap<u32, u64>);

impl Cards {
    /// Asks for a vector of each, which each must take; answers the last challenges.
    fn authenticate(&mut self, mme: &mut Mme, when: &str) -> HashMap<u32, (Rand, Sqn)> {
        let card = subscribers::card();
        let mut last = HashMap::new();
        for who in 1..=SUBSCRIBERS {
            let request = mme.air(&subscribers::imsi(who), 1 + who % 4, None);
            let answer = mme.ask(&request).unwrap();
            assert_eq!(result(&answer), 2001, "{when}: subscriber {who}");
            for challenge in challenges(&answer) {
                let sqn = subscribers::sqn(&card, &challenge.rand, &challenge.autn);
                self.take(who, sqn, when);
                last.insert(who, (challenge.rand, sqn));
            }
        }
        last
    }

    fn take(&mut self, who: u32, sqn: Sqn, when: &str) {
        let seq = sqn.value() >> 5;
        if let Some(&before) = self.0.get(&who) {
            assert!(
                seq > before,
                "{when}: subscriber {who} gets SEQ {seq} after {before}"
            );
            assert!(
                seq - before < DELTA,
                "{when}: subscriber {who} is beyond Δ: SEQ {seq} after {before}"
            );
        }
        self.0.insert(who, seq);
    }
}

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stop(mut server: Server) {
    server.signal(Signal::TERM);
    assert_eq!(server.await_end().code(), Some(0), "{}", server.log());
}

/// Starts a server, authenticates everybody, resynchronises some by less than a day, and stops it.
fn live(configuration: &Path, cards: &mut Cards, when: &str) {
    let server = Server::start(configuration);
    let mut mme = Mme::connect(server.address(), "mme.test");
    let last = cards.authenticate(&mut mme, when);
    for who in [2, 5, 9] {
        let (rand, sqn) = last[&who];
        let ahead = Sqn::new(sqn.value() + ((u64::from(who) * 30_000) << 5)).unwrap();
        let token = subscribers::resynchronization(&subscribers::card(), &rand, ahead);
        cards.take(who, ahead, when);
        let request = mme.air(&subscribers::imsi(who), 1, Some(&token));
        assert_eq!(result(&mme.ask(&request).unwrap()), 2001);
    }
    cards.authenticate(&mut mme, when);
    stop(server);
}

#[test]
fn a_copy_made_while_serving_is_restored_and_repeats_no_number() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let database = directory.path().join("q.db");
    subscribers::provision(&database, (1..=SUBSCRIBERS).map(subscribers::imsi));
    let configuration = Settings::new(&database).write(directory.path());
    let mut cards = Cards::default();

    let server = Server::start(&configuration);
    let mut mme = Mme::connect(server.address(), "mme.test");
    cards.authenticate(&mut mme, "before the copy");
    let ulr = mme.ulr(&subscribers::imsi(1));
    assert_eq!(result(&mme.ask(&ulr).unwrap()), 2001);
    let db = at("q.db");
    let made = quintet(["backup", &at("copy.db"), "--db", &db, "--json"]);
    assert!(made.status.success(), "{}", said(&made));
    let answer: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!(answer["schema"], "quintet.backup/1");
    assert_eq!(answer["subscribers"], SUBSCRIBERS);
    let mode = std::fs::metadata(at("copy.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!Path::new(&at("copy.db-wal")).exists());
    let again = quintet(["backup", &at("copy.db"), "--db", &db]);
    assert!(said(&again).contains("there already"), "{}", said(&again));
    let served = quintet(["restore", &at("copy.db"), "--db", &db]);
    assert_eq!(served.status.code(), Some(2), "it is being served");
    assert!(said(&served).contains("in use by process"), "{}", said(&served));
    cards.authenticate(&mut mme, "while serving");
    stop(server);

    // Time goes by: numbers, resynchronisations, somebody who is not in the copy.
    live(&configuration, &mut cards, "after the copy");
    assert!(subscribers::add(&database, &subscribers::imsi(99)));
    let put_back = |copy: &str| {
        let restored = quintet(["restore", copy, "--db", &db, "--json"]);
        assert!(restored.status.success(), "{}", said(&restored));
        serde_json::from_slice::<serde_json::Value>(&restored.stdout).unwrap()
    };
    let answer = put_back(&at("copy.db"));
    assert_eq!(answer["schema"], "quintet.restore/1");
    assert_eq!(answer["subscribers"], SUBSCRIBERS);
    assert_eq!(answer["taken_over"], true);
    assert_eq!(answer["replaced"], at("q.db.before-restore"));
    live(&configuration, &mut cards, "after the first restore");

    // The disk is lost: nothing is known but a copy.
    let copied = |name: &str| assert!(quintet(["backup", &at(name), "--db", &db]).status.success());
    copied("second.db");
    live(&configuration, &mut cards, "after the second copy");
    std::fs::write(&database, "this is no database").unwrap();
    let answer = put_back(&at("second.db"));
    assert_eq!(answer["taken_over"], false);
    live(&configuration, &mut cards, "after the second restore");
    let imsi = subscribers::imsi(1).parse().unwrap();
    let Ok(Reply::Location(Some(_))) = Look::into(&database).execute(Command::LoadLocation { imsi }) else {
        panic!("the copy has a location")
    };

    // A copy is put in place by hand.
    copied("third.db");
    live(&configuration, &mut cards, "after the third copy");
    std::fs::copy(at("third.db"), &database).unwrap();
    let fenced = quintet(["restore", "--fence", "--db", &db]);
    assert!(fenced.status.success(), "{}", said(&fenced));
    live(&configuration, &mut cards, "after a copy by hand");
}

#[test]
fn a_copy_that_is_none_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let database = directory.path().join("q.db");
    subscribers::provision(&database, (1..=3).map(subscribers::imsi));
    let db = at("q.db");
    assert!(quintet(["backup", &at("copy.db"), "--db", &db]).status.success());
    let before = std::fs::read(&database).unwrap();
    let whole = std::fs::read(at("copy.db")).unwrap();
    let mut torn = whole.clone();
    for octet in &mut torn[8_000..9_000] {
        *octet ^= 0x5a;
    }
    for (name, octets) in [
        ("torn.db", torn),
        ("short.db", whole[..whole.len() / 2].to_vec()),
        ("text.db", b"not a database".to_vec()),
        ("empty.db", Vec::new()),
    ] {
        std::fs::write(at(name), octets).unwrap();
        let refused = quintet(["restore", &at(name), "--db", &db]);
        assert_eq!(refused.status.code(), Some(2), "{name}");
        assert!(said(&refused).contains(name), "{}", said(&refused));
        assert_eq!(std::fs::read(&database).unwrap(), before, "{name}");
    }
    let files = std::fs::read_dir(directory.path()).unwrap();
    let left: Vec<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("restor") || name.contains(".part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_database_on_postgresql_is_copied_by_its_own_tools_and_fenced() {
    let directory = tempfile::tempdir().unwrap();
    let Some(database) = BackEnd::Postgres.database(directory.path()) else {
        return;
    };
    subscribers::provision(&database, (1..=SUBSCRIBERS).map(subscribers::imsi));
    let db = database.to_str().unwrap();
    let copy = directory.path().join("copy.db");
    for refused in [
        quintet(["backup", copy.to_str().unwrap(), "--db", db]),
        quintet(["restore", copy.to_str().unwrap(), "--db", db]),
    ] {
        assert_eq!(refused.status.code(), Some(2));
        assert!(said(&refused).contains("--fence"), "{}", said(&refused));
    }
    let configuration = Settings::new(&database).write(directory.path());
    let mut cards = Cards::default();
    live(&configuration, &mut cards, "before the fence");
    let server = Server::start(&configuration);
    server.address();
    let served = quintet(["restore", "--fence", "--db", db]);
    assert!(said(&served).contains("slot 0"), "{}", said(&served));
    stop(server);
    let fenced = quintet(["restore", "--fence", "--db", db, "--json"]);
    assert!(fenced.status.success(), "{}", said(&fenced));
    let before = cards.0.clone();
    live(&configuration, &mut cards, "after the fence");
    assert!(
        before.iter().all(|(who, seq)| cards.0[who] > seq + 800_000),
        "SEQ rose by a day"
    );
}
