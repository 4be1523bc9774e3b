//! Faults while the store runs: each is said, with the database's name, and passes without a restart.

use super::support::{Cluster, pause, shared};
use super::{count, is_there, put, refusal};
use crate::PostgresStore;
use quintet_store::contract::fixture::{imsi, node, slot};
use quintet_store::{Command, Reply, Store, StoreError, Ticket};
use quintet_subscriber::model::ServingNode;

/// Tries until it is done: how often it was refused.
fn again(store: &PostgresStore, numbers: std::ops::Range<u64>) -> usize {
    for refused in 0..100 {
        match put(store, numbers.clone()) {
            Ok(_) => return refused,
            // The COMMIT whose reply was lost.
            Err(StoreError::Exists { .. }) => return refused,
            Err(_) => pause(100),
        }
    }
    panic!("it does not pass: {:?}", put(store, numbers));
}

#[test]
fn a_server_that_crashes_is_said_and_used_again() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let store = cluster.place().open();
    put(&store, 0..10).unwrap();
    assert!(is_there(&store, 3));
    cluster.crash();
    let refused = refusal(put(&store, 10..11));
    assert!(refused.contains("connect"), "{refused}");
    refusal(store.execute(Command::Count));
    cluster.run();
    again(&store, 10..11);
    assert_eq!(count(&store), Ok(11));
    // Connections that were idle when the server went are replaced without anybody noticing.
    cluster.crash();
    cluster.run();
    assert!(is_there(&store, 3));
}

#[test]
fn a_server_that_falls_silent_is_a_named_limit() {
    let Some(cluster) = Cluster::start(&[]) else {
        return;
    };
    let store = cluster.place().open();
    put(&store, 0..2).unwrap();
    assert!(is_there(&store, 1));
    cluster.signal("-STOP");
    let load = Command::Load {
        imsi: imsi(1),
        slot: slot(0),
    };
    let refused = refusal(store.execute(load));
    assert!(refused.contains("within the time for"), "{refused}");
    let refused = refusal(store.execute(Command::Takeover { slot: slot(0) }));
    assert!(refused.contains("within the time for"), "{refused}");
    cluster.signal("-CONT");
    again(&store, 2..3);
    assert!(is_there(&store, 1));
}

#[test]
fn a_lock_of_another_process_is_said_and_passes() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let store = place.open();
    put(&store, 0..2).unwrap();
    let lock = crate::address::Address::new(&place.url, &super::support::options(&place.schema))
        .unwrap()
        .lock_number();
    let mut other = cluster
        .program("psql")
        .args(["-q", "-o", "/dev/null", "-d", "postgres", "-c"])
        .arg(format!("SELECT pg_advisory_lock({lock}), pg_sleep(7)"))
        .spawn()
        .unwrap();
    while cluster.psql(&place, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(7)' AND pid <> pg_backend_pid())") == "0" {
        pause(20);
    }
    let refused = refusal(put(&store, 2..3));
    assert!(refused.contains("locked by another process"), "{refused}");
    assert!(is_there(&store, 1), "reading goes on");
    other.wait().unwrap();
    put(&store, 2..3).unwrap();
}

#[test]
fn a_read_only_database_is_said_and_passes() {
    let Some(cluster) = Cluster::start(&[]) else {
        return;
    };
    let place = cluster.place();
    let store = place.open();
    put(&store, 0..2).unwrap();
    let read_only = |value: &str| {
        cluster.psql(
            &place,
            &format!("ALTER SYSTEM SET default_transaction_read_only = {value}"),
        );
        cluster.psql(&place, "SELECT pg_reload_conf()");
        while cluster.psql(&place, "SHOW default_transaction_read_only") != value {
            pause(20);
        }
    };
    read_only("on");
    // Sessions that there were hear of it a little later.
    let refused = (10..1_010).find_map(|n| match put(&store, n..n + 1) {
        Ok(_) => {
            pause(20);
            None
        }
        Err(error) => Some(error.to_string()),
    });
    let refused = refused.expect("nothing is added any more");
    assert!(refused.contains("read-only"), "{refused}");
    for _ in 0..3 {
        let refused = refusal(put(&store, 2..3));
        assert!(refused.contains("read-only"), "{refused}");
    }
    assert!(is_there(&store, 1), "reading goes on");
    read_only("off");
    again(&store, 2..3);
}

/// Of the commands of one commit only the one that cannot be stored fails.
#[test]
fn a_failed_command_undoes_nothing_of_its_neighbours() {
    let Some(cluster) = shared() else { return };
    let mut store = cluster.place().open();
    put(&store, 0..10).unwrap();
    let takeover = || Command::Takeover { slot: slot(0) };
    let no_text = Command::SetMme {
        imsi: imsi(1),
        mme: Box::new(ServingNode {
            host: "mme\0".to_owned(),
            ..node(1)
        }),
        clear_gateways: false,
    };
    for (ticket, command) in [takeover(), no_text, takeover()].into_iter().enumerate() {
        store.submit(Ticket(ticket as u64), command);
    }
    let mut replies: Vec<_> = (0..3)
        .map(|_| quintet_store::contract::wait(&mut store))
        .collect();
    replies.sort_by_key(|(ticket, _)| *ticket);
    let replies: Vec<_> = replies.into_iter().map(|(_, reply)| reply).collect();
    let [
        Ok(Reply::Bound(first)),
        Err(StoreError::Unavailable(_)),
        Ok(Reply::Bound(second)),
    ] = &replies[..]
    else {
        panic!("{replies:?}")
    };
    assert_eq!((first.epoch.0, second.epoch.0), (1, 2));
}

#[test]
fn a_value_that_quintet_did_not_write_is_one_subscribers_fault() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let store = place.open();
    put(&store, 0..3).unwrap();
    let load = |n| {
        store.execute(Command::Load {
            imsi: imsi(n),
            slot: slot(0),
        })
    };
    let at = imsi(1).packed();
    for spoil in [
        "algorithm = 9",
        "algorithm = 2",
        "msisdn = -1",
        "amf = -1",
        "keys = ''",
        "keys = (SELECT keys FROM subscriber WHERE imsi <> $1 LIMIT 1)",
    ] {
        let spoil = spoil.replace("$1", &at.to_string());
        cluster.psql(
            &place,
            &format!("CREATE TABLE kept AS SELECT * FROM subscriber WHERE imsi = {at}"),
        );
        cluster.psql(
            &place,
            &format!("UPDATE subscriber SET {spoil} WHERE imsi = {at}"),
        );
        let refused = refusal(load(1));
        assert!(refused.contains("did not write"), "{spoil}: {refused}");
        assert!(is_there(&store, 2), "{spoil}");
        cluster.psql(&place, &format!("DELETE FROM subscriber WHERE imsi = {at}"));
        cluster.psql(
            &place,
            "INSERT INTO subscriber SELECT * FROM kept; DROP TABLE kept",
        );
        assert!(is_there(&store, 1), "{spoil}");
    }
}
