//! The file: made, recognised, migrated, recovered.

use super::{Place, count, is_there, masters, options, put};
use crate::sealing::Keys;
use crate::{APPLICATION_ID, OpenError, Options, SCHEMA_VERSION, SqliteStore, schema};
use quintet_store::contract::fixture::{ims_subscription, imsi, node, slot, subscriber};
use quintet_store::{Change, Changed, Command, ImsKey, PutMode, Reply, Revision};
use quintet_subscriber::model::{Algorithm, Subscriber};
use rusqlite::Connection;
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn refused(place: &Place) -> OpenError {
    SqliteStore::open(place.path(), options()).expect_err("an error")
}

#[test]
fn file_and_directory_are_their_owners_alone() {
    let place = Place::new();
    let path = place.directory.path().join("a/b/quintet.db");
    let store = SqliteStore::open(&path, options()).unwrap();
    put(&store, 0..1).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(path.parent().unwrap().parent().unwrap()), 0o700);
}

#[test]
fn a_missing_file_is_made_only_if_wanted() {
    let place = Place::new();
    let options = Options {
        create: false,
        ..options()
    };
    let error = SqliteStore::open(place.path(), options).expect_err("an error");
    assert!(matches!(error, OpenError::Missing(_)), "{error}");
    assert!(!place.path().exists());
}

/// What cannot be looked for is not said to be missing: who is told so makes another database.
#[test]
fn a_file_out_of_reach_is_not_called_missing() {
    let place = Place::new();
    drop(place.open());
    // Also for root, who may look everywhere, a file is no directory.
    let beneath = place.path().join("quintet.db");
    let options = || Options {
        create: false,
        ..options()
    };
    let error = SqliteStore::open(beneath.clone(), options()).expect_err("an error");
    assert!(matches!(error, OpenError::Fault(_)), "{error}");
    let error = error.to_string();
    assert!(
        error.contains(&beneath.display().to_string()) && error.contains("permissions"),
        "{error}"
    );
}

#[test]
fn what_is_not_ours_is_refused_and_left_alone() {
    let place = Place::new();
    for garbage in [
        &b"hello, this is a text file"[..],
        &[0xff; 8192],
        b"SQLite format 3\0 and then nothing sensible",
    ] {
        fs::write(place.path(), garbage).unwrap();
        let error = refused(&place).to_string();
        assert!(
            error.contains("not a database") || error.contains("damaged"),
            "{error}"
        );
        assert_eq!(fs::read(place.path()).unwrap(), garbage);
    }
    fs::remove_file(place.path()).unwrap();
    let other = Connection::open(place.path()).unwrap();
    other
        .execute_batch("CREATE TABLE subscriber (imsi TEXT)")
        .unwrap();
    drop(other);
    let before = fs::read(place.path()).unwrap();
    assert!(matches!(refused(&place), OpenError::NotQuintet(_)));
    assert_eq!(fs::read(place.path()).unwrap(), before);
}

#[test]
fn a_newer_schema_is_refused() {
    let place = Place::new();
    drop(place.open());
    Connection::open(place.path())
        .unwrap()
        .pragma_update(None, "user_version", SCHEMA_VERSION + 1)
        .unwrap();
    let error = refused(&place);
    assert!(
        matches!(error, OpenError::Newer { found, .. } if found == SCHEMA_VERSION + 1),
        "{error}"
    );
    assert!(error.to_string().contains("newer Quintet"));
}

#[test]
fn a_damaged_schema_is_refused() {
    let place = Place::new();
    drop(place.open());
    let mut octets = fs::read(place.path()).unwrap();
    octets[100..4096].fill(0x5a);
    fs::write(place.path(), octets).unwrap();
    let error = refused(&place).to_string();
    assert!(error.contains("damaged"), "{error}");
}

/// A file of an older version, with a subscriber, becomes one of today with that subscriber.
#[test]
fn an_older_schema_is_brought_up_to_date() {
    for version in 1..SCHEMA_VERSION {
        // Between what is in the clear and what is sealed there is no file.
        if version != schema::FIRST_SEALED - 1 {
            brought_up_from(version);
        }
    }
}

/// Makes the keys of a subscriber of MILENAGE what a file of this version has of them.
fn keys_of(old: &Connection, version: i32, one: &Subscriber) -> Vec<rusqlite::types::Value> {
    let authentication = &one.authentication;
    let Algorithm::Milenage { opc } = &authentication.algorithm else {
        panic!("subscriber 1 has MILENAGE")
    };
    if version < schema::FIRST_SEALED {
        let k = authentication.k.expose().to_vec();
        return vec![k.into(), 0.into(), opc.expose().to_vec().into()];
    }
    let mut keys = Keys::load(quintet_store_rows::KeyPurpose::Subscribers, old, &masters()).unwrap();
    keys.add(old).unwrap();
    let sealed = quintet_store_rows::at_keys(one.imsi.packed() as i64, 0, None, |place| {
        keys.seal(place, &quintet_store_rows::key_octets(authentication))
    });
    vec![sealed.unwrap().into(), 0.into()]
}

fn brought_up_from(version: i32) {
    let place = Place::new();
    let old = Connection::open(place.path()).unwrap();
    old.execute_batch(&schema::of_version(version as usize)).unwrap();
    old.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    old.pragma_update(None, "user_version", version).unwrap();
    let one = subscriber(1);
    let json = serde_json::to_string(&*one.subscription).unwrap();
    assert!(
        !json.contains("fgs"),
        "what says nothing of 5GS is written as before"
    );
    old.execute("INSERT INTO subscription VALUES (1, x'00', ?1)", [json])
        .unwrap();
    let mut values = vec![rusqlite::types::Value::from(one.imsi.packed() as i64)];
    values.extend(keys_of(&old, version, &one));
    let more = vec!["?"; values.len()].join(", ");
    values.push(one.msisdn.map(|msisdn| msisdn.packed() as i64).into());
    old.execute(
        &format!("INSERT INTO subscriber VALUES ({more}, NULL, 32769, 5, 28, NULL, 8, ?, 1, 1)"),
        rusqlite::params_from_iter(values),
    )
    .unwrap();
    old.execute_batch("UPDATE state SET revision = 1; INSERT INTO slot VALUES (2, 7, 99)")
        .unwrap();
    drop(old);
    let store = place.open();
    let loaded = store
        .execute(Command::Load {
            imsi: imsi(1),
            slot: slot(2),
        })
        .unwrap();
    let epoch = Some(quintet_subscriber::auc::Epoch(7));
    assert_eq!(
        loaded,
        Reply::Subscriber {
            subscriber: Some(Box::new(one)),
            epoch
        }
    );
    let mme = Box::new(node(1));
    store
        .execute(Command::SetMme {
            imsi: imsi(1),
            mme,
            clear_gateways: false,
        })
        .unwrap();
    let changes = vec![Changed {
        imsi: imsi(1),
        change: Change::Put,
    }];
    assert_eq!(
        store.execute(Command::Changes {
            since: Revision(0),
            limit: 9
        }),
        Ok(Reply::Changes {
            revision: Revision(1),
            changes
        })
    );
    let version: i32 = Connection::open(place.path())
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, SCHEMA_VERSION);
    let ims = std::sync::Arc::new(ims_subscription(1, 2));
    store
        .execute(Command::PutIms {
            subscriptions: vec![ims.clone()],
            mode: PutMode::Insert,
        })
        .unwrap();
    let key = ImsKey::Private(ims.private[0].impi.clone());
    let Ok(Reply::Ims(Some(stored))) = store.execute(Command::LoadIms { key }) else {
        panic!("no IMS subscription");
    };
    assert_eq!(stored.subscription, Some(ims));
}

/// A copy of database and WAL, cut anywhere, opens with a prefix of the commits.
#[test]
fn a_torn_wal_gives_a_prefix_of_the_commits() {
    let place = Place::new();
    let store = place.open();
    for n in 0..20 {
        put(&store, n..n + 1).unwrap();
    }
    let (file, wal) = (
        fs::read(place.path()).unwrap(),
        fs::read(place.path().with_extension("db-wal")).unwrap(),
    );
    let mut counts = Vec::new();
    for cut in (0..=16).map(|part| wal.len() * part / 16) {
        let torn = Place::new();
        fs::write(torn.path(), &file).unwrap();
        let mut octets = wal[..cut].to_vec();
        // The last octets of the cut are garbage, as after a power failure.
        let garbled = octets.len().saturating_sub(100);
        octets[garbled..].fill(0xa5);
        fs::write(torn.path().with_extension("db-wal"), octets).unwrap();
        let Ok(store) = SqliteStore::open(torn.path(), options()) else {
            panic!("cut at {cut} of {} cannot be opened", wal.len());
        };
        let found = count(&store).unwrap();
        assert!(
            (0..20).all(|n| is_there(&store, n) == (n < found)),
            "not a prefix, cut at {cut}"
        );
        counts.push(found);
    }
    assert!(counts.is_sorted() && counts.first() < counts.last(), "{counts:?}");
}

/// Subscriptions are stored once, and go with their last subscriber.
#[test]
fn subscriptions_are_stored_once_and_not_for_ever() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..100).unwrap();
    let stored = || {
        let other = Connection::open(place.path()).unwrap();
        other
            .query_row("SELECT count(*) FROM subscription", [], |row| {
                row.get::<_, i64>(0)
            })
            .unwrap()
    };
    assert_eq!(stored(), 4);
    store
        .execute(Command::Remove {
            imsis: (0..100).filter(|n| n % 4 == 1).map(imsi).collect(),
        })
        .unwrap();
    assert_eq!(stored(), 3);
    put(&store, 1..2).unwrap();
    assert_eq!(stored(), 4);
    assert!(is_there(&store, 1));
}

/// What a person sees who opens the file.
#[test]
fn the_views_show_identities_as_text() {
    let place = Place::new();
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
    let other = Connection::open(place.path()).unwrap();
    let text = |sql: &str| other.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(
        text("SELECT imsi FROM provisioned WHERE algorithm = 'milenage' LIMIT 1"),
        imsi(0).to_string()
    );
    assert_eq!(
        text("SELECT imsi || ' ' || mme FROM served"),
        format!("{} {}", imsi(1), node(1).host)
    );
}
