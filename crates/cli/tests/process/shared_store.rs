//! Two HSSs on one PostgreSQL database: no number twice, and what one stores or a command provisions is the other's as well.

use crate::support::back_end::{BackEnd, Look};
use crate::support::mme::{Mme, challenges, result};
use crate::support::server::{PROGRAM, Server, Settings, isolate, quintet};
use crate::support::subscribers;
use quintet_crypto::Sqn;
use quintet_diameter::Message;
use quintet_store::{Command as StoreCommand, Reply};
use rustix::process::Signal;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

const SUBSCRIBERS: u32 = 20;
const ROUNDS: u32 = 60;

fn start(configuration: &Path, slot: &str) -> Server {
    let mut command = Command::new(PROGRAM);
    command
        .args(["serve", "-c"])
        .arg(configuration)
        .args(["--slot", slot]);
    isolate(&mut command);
    Server::run_as_it_is(command)
}

/// Asks for vectors of everybody, and now and then resynchronises; answers who got which SQN.
fn ask(address: SocketAddr, host: &str) -> Vec<(u32, u64)> {
    let mut mme = Mme::connect(address, host);
    let card = subscribers::card();
    let mut issued = Vec::new();
    for round in 0..ROUNDS {
        let who = 1 + round % SUBSCRIBERS;
        let request = mme.air(&subscribers::imsi(who), 1 + round % 3, None);
        let answer = mme.ask(&request).unwrap();
        assert_eq!(result(&answer), 2001, "{host}, round {round}");
        let mut last = None;
        for challenge in challenges(&answer) {
            let sqn = subscribers::sqn(&card, &challenge.rand, &challenge.autn);
            issued.push((who, sqn.value()));
            last = Some((challenge.rand, sqn));
        }
        // Now and then the card is ahead, and says so.
        if round % SUBSCRIBERS == 7
            && let Some((rand, sqn)) = last
        {
            let ahead = Sqn::new(sqn.value() + (u64::from(round) << 12)).unwrap();
            let auts = subscribers::resynchronization(&card, &rand, ahead);
            let request = mme.air(&subscribers::imsi(who), 1, Some(&auts));
            let answer = mme.ask(&request).unwrap();
            assert_eq!(result(&answer), 2001, "{host}: a resynchronisation");
            for challenge in challenges(&answer) {
                let sqn = subscribers::sqn(&card, &challenge.rand, &challenge.autn);
                assert!(sqn.value() > ahead.value(), "the card takes the next one");
                issued.push((who, sqn.value()));
            }
        }
    }
    issued
}

#[test]
fn two_hss_on_one_database_repeat_no_sqn_and_know_what_the_other_stored() {
    let directory = tempfile::tempdir().unwrap();
    let Some(database) = BackEnd::Postgres.database(directory.path()) else {
        return;
    };
    subscribers::provision(&database, (1..=SUBSCRIBERS).map(subscribers::imsi));
    let configuration = Settings::new(&database).write(directory.path());
    let mut servers = ["0", "1"].map(|slot| start(&configuration, slot));
    let addresses = [servers[0].address(), servers[1].address()];

    let mut seen = HashSet::new();
    let issued = std::thread::scope(|scope| {
        let asking: Vec<_> = [(0, "a"), (1, "b"), (0, "c"), (1, "d")]
            .map(|(at, name)| {
                let address = addresses[at];
                scope.spawn(move || ask(address, &format!("mme-{name}.test")))
            })
            .into_iter()
            .collect();
        asking
            .into_iter()
            .flat_map(|asking| asking.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert!(issued.len() > 400, "{} vectors", issued.len());
    for pair in issued {
        assert!(seen.insert(pair), "issued twice: {pair:?}");
    }

    // A third one on a slot that is taken is refused, and says whose it is.
    let mut third = start(&configuration, "1");
    assert_eq!(third.await_end().code(), Some(2));
    assert!(third.log().contains("slot 1"), "{}", third.log());

    // Registered at one, moved at the other: the first MME is told, by whichever has its connection.
    let imsi = subscribers::imsi(3);
    let mut old = Mme::connect(addresses[0], "mme-old.test");
    let mut new = Mme::connect(addresses[1], "mme-new.test");
    let ulr = old.ulr(&imsi);
    assert_eq!(result(&old.ask(&ulr).unwrap()), 2001);
    let ulr = new.ulr(&imsi);
    assert_eq!(result(&new.ask(&ulr).unwrap()), 2001);
    let imsi_of = imsi.parse().unwrap();
    let look = Look::into(&database);
    let Ok(Reply::Location(Some(location))) = look.execute(StoreCommand::LoadLocation { imsi: imsi_of })
    else {
        panic!("no location")
    };
    assert_eq!(location.mme.unwrap().host, "mme-new.test");
    drop(look);

    // What a command changes is pushed by the HSS that the serving MME is connected to.
    let database = database.to_str().unwrap();
    let changed = quintet([
        "subscriber",
        "set",
        &imsi,
        "--db",
        database,
        "--ambr-uplink",
        "1000000",
    ]);
    assert!(
        changed.status.success(),
        "{}",
        String::from_utf8_lossy(&changed.stderr)
    );
    let told = new.told().unwrap();
    assert_eq!(
        Message::decode(&told).unwrap().header().code,
        319,
        "Insert-Subscriber-Data"
    );
    for server in &mut servers {
        server.signal(Signal::TERM);
        assert_eq!(server.await_end().code(), Some(0), "{}", server.log());
    }
}
