//! What is looked at before a database is used, and what is made there.

use super::support::{Cluster, options, pause, shared};
use super::{count, is_there, put};
use crate::{OpenError, Options, PostgresStore};
use quintet_store::Command;
use quintet_store::contract::fixture::{imsi, node, subscriber};
use quintet_vault::{MasterKey, Secret};
use std::sync::Arc;

#[test]
fn a_server_that_may_lose_what_it_acknowledged_is_refused() {
    let Some(cluster) = Cluster::start(&["fsync=off", "full_page_writes=off"]) else {
        return;
    };
    let place = cluster.place();
    let refused = PostgresStore::open(&place.url, options(&place.schema)).unwrap_err();
    assert!(
        matches!(&refused, OpenError::Unsafe { why, .. } if why.contains("fsync")),
        "{refused}"
    );
}

#[test]
fn asynchronous_settings_are_set_right_or_said() {
    let Some(cluster) = Cluster::start(&["synchronous_commit=off", "wal_level=replica"]) else {
        return;
    };
    let place = cluster.place();
    let store = place.open();
    assert!(store.warnings().is_empty(), "{:?}", store.warnings());
    put(&store, 0..1).unwrap();
    // A standby that is fed and not waited for.
    let directory = cluster.path().join("received");
    std::fs::create_dir(&directory).unwrap();
    let mut receiver = std::process::Command::new("true");
    if std::os::unix::fs::chown(&directory, None, None).is_ok() {
        let _ = std::process::Command::new("chown")
            .arg("postgres:")
            .arg(&directory)
            .status();
        receiver = cluster.program("pg_receivewal");
        receiver.arg("-D").arg(&directory);
    }
    let mut receiver = receiver.stderr(std::process::Stdio::null()).spawn().unwrap();
    while cluster.psql(&place, "SELECT count(*) FROM pg_stat_replication") == "0" {
        pause(50);
    }
    let second = place.open();
    assert!(
        second.warnings()[0].contains("synchronous_standby_names"),
        "{:?}",
        second.warnings()
    );
    receiver.kill().unwrap();
    receiver.wait().unwrap();
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    drop(place.open());
    cluster.psql(&place, "UPDATE schema_version SET version = 99");
    let refused = PostgresStore::open(&place.url, options(&place.schema)).unwrap_err();
    assert!(matches!(refused, OpenError::Newer { found: 99, .. }), "{refused}");
    assert_eq!(cluster.psql(&place, "SELECT version FROM schema_version"), "99");
}

#[test]
fn many_that_open_at_once_make_the_tables_once() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    std::thread::scope(|scope| {
        for n in 0..4 {
            let place = &place;
            scope.spawn(move || put(&place.open(), 10 * n..10 * n + 10).unwrap());
        }
    });
    assert_eq!(count(&place.open()), Ok(40));
    assert_eq!(cluster.psql(&place, "SELECT count(*) FROM data_key"), "1");
}

#[test]
fn keys_are_sealed_and_open_with_their_master_key_alone() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let store = place.open();
    put(&store, 0..3).unwrap();
    let all = cluster.psql(
        &place,
        "SELECT s::text FROM subscriber s; SELECT s::text FROM state s; SELECT d::text FROM data_key d",
    );
    let k: String = subscriber(1)
        .authentication
        .k
        .expose()
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect();
    assert!(!all.contains(&k) && all.contains("\\\\x01"), "{all}");
    drop(store);
    let other = Options {
        masters: Arc::new(MasterKey::new(Secret::new(std::array::from_fn(|at| at as u8 ^ 0x5a))).unwrap()),
        ..options(&place.schema)
    };
    let refused = PostgresStore::open(&place.url, other).unwrap_err();
    assert!(matches!(refused, OpenError::NoMaster { .. }), "{refused}");
    assert!(is_there(&place.open(), 1));
}

/// What a person sees who looks into the database.
#[test]
fn the_views_show_identities_as_text() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let store = place.open();
    put(&store, 0..2).unwrap();
    let mme = Box::new(node(1));
    store
        .execute(Command::SetMme {
            imsi: imsi(1),
            mme,
            clear_gateways: false,
        })
        .unwrap();
    assert_eq!(
        cluster.psql(
            &place,
            "SELECT min(imsi) FROM provisioned WHERE algorithm = 'milenage'"
        ),
        imsi(0).to_string()
    );
    assert_eq!(
        cluster.psql(&place, "SELECT imsi || ' ' || mme FROM served"),
        format!("{} {}", imsi(1), node(1).host)
    );
    assert_eq!(cluster.psql(&place, "SELECT count(*) FROM ims, equipment"), "0");
}

/// Subscriptions are stored once, and go with their last subscriber.
#[test]
fn subscriptions_are_stored_once_and_not_for_ever() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let store = place.open();
    put(&store, 0..100).unwrap();
    let stored = || cluster.psql(&place, "SELECT count(*) FROM subscription");
    assert_eq!(stored(), "4");
    let imsis = (0..100).filter(|n| n % 4 == 1).map(imsi).collect();
    store.execute(Command::Remove { imsis }).unwrap();
    assert_eq!(stored(), "3");
    put(&store, 1..2).unwrap();
    assert_eq!(stored(), "4");
    assert!(is_there(&store, 1));
}
