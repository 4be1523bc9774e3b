//! Keys at rest: nothing of them is in the files, older files are sealed, other keys are taken while the store is used.

use super::{Place, is_there, master, masters, options, put};
use crate::rekey::{KeyedFile, key_status, rewrap, rotate_data_key};
use crate::{APPLICATION_ID, OpenError, Options, SqliteStore, schema};
use quintet_store::contract::fixture::{ims_subscription, imsi, slot, subscriber};
use quintet_store::{Command, ImsKey, PutMode, Reply, StoreError};
use quintet_subscriber::auc::ChallengeSecret;
use quintet_subscriber::model::{Algorithm, Subscriber};
use quintet_vault::{DataKeyNumber, Fingerprint, Master, MasterKey, Masters, NoMaster, Secret};
use rusqlite::{Connection, params};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Octets of a key that are looked for: enough that they are there by no accident.
const PIECE: usize = 8;

/// Where a process that is killed finds its database, and what it does with it.
const KILLED: &str = "QUINTET_STORE_SEAL_TEST";

/// Subscribers of the tests that kill.
const MANY: u64 = 4_000;

fn other_master() -> MasterKey {
    MasterKey::new(Secret::new(std::array::from_fn(|n| 0x40 + n as u8))).unwrap()
}

/// K and OPc or TOPc of a subscriber.
fn secrets_of(one: &Subscriber) -> Vec<Vec<u8>> {
    let authentication = &one.authentication;
    let mut secrets = vec![authentication.k.expose().to_vec()];
    match &authentication.algorithm {
        Algorithm::Milenage { opc } => secrets.push(opc.expose().to_vec()),
        Algorithm::Tuak { topc, .. } => secrets.push(topc.expose().to_vec()),
        Algorithm::Xor => {}
    }
    secrets
}

/// Which of the secrets are, in part, in one of the files of the directory.
fn found_in(directory: &Path, secrets: &[Vec<u8>]) -> Vec<(PathBuf, usize)> {
    let pieces: std::collections::HashMap<&[u8], usize> = secrets
        .iter()
        .enumerate()
        .flat_map(|(n, secret)| secret.windows(PIECE).map(move |piece| (piece, n)))
        .collect();
    let mut found = Vec::new();
    for file in fs::read_dir(directory).unwrap() {
        let file = file.unwrap().path();
        let octets = fs::read(&file).unwrap();
        for window in octets.windows(PIECE) {
            if let Some(n) = pieces.get(window) {
                found.push((file.clone(), *n));
            }
        }
    }
    found
}

/// A file of the last version that held keys in the clear, with subscribers 0 to `count`.
fn made_before(path: &Path, count: u64) {
    let old = Connection::open(path).unwrap();
    old.pragma_update(None, "journal_mode", "WAL").unwrap();
    let version = schema::FIRST_SEALED - 3;
    old.execute_batch(&schema::of_version(version as usize)).unwrap();
    old.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    old.pragma_update(None, "user_version", version).unwrap();
    let transaction = old.unchecked_transaction().unwrap();
    for n in 0..count {
        let one = subscriber(n);
        let json = serde_json::to_string(&*one.subscription).unwrap();
        old.execute(
            "INSERT OR IGNORE INTO subscription (id, digest, json) VALUES (?1, ?2, ?3)",
            params![(n % 4 + 1) as i64, [n as u8 % 4; 16], json],
        )
        .unwrap();
        let (algorithm, sizes) = quintet_store_rows::algorithm_columns(&one.authentication.algorithm);
        let secrets = secrets_of(&one);
        old.execute(
            "INSERT INTO subscriber VALUES (?1, ?2, ?3, ?4, ?5, 32769, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                one.imsi.packed() as i64,
                secrets[0],
                algorithm,
                secrets.get(1),
                sizes,
                one.authentication.sqn_profile.ind_bits,
                one.authentication.sqn_profile.delta_bits,
                one.authentication.dif,
                one.authentication.seq_seed as i64,
                one.msisdn.map(|msisdn| msisdn.packed() as i64),
                (n % 4 + 1) as i64,
                n as i64 + 1,
            ],
        )
        .unwrap();
    }
    // Some that went again: their keys are in free pages.
    old.execute("DELETE FROM subscriber WHERE revision % 7 = 3", [])
        .unwrap();
    old.execute(
        "UPDATE state SET revision = ?1, challenge_key = ?2",
        params![count as i64, CHALLENGES],
    )
    .unwrap();
    transaction.commit().unwrap();
}

/// The key of RANDs of those files.
const CHALLENGES: [u8; 16] = *b"the key of RANDs";

/// The subscribers that are left in a file that was made before.
fn left(count: u64) -> impl Iterator<Item = u64> {
    (0..count).filter(|n| (n + 1) % 7 != 3)
}

fn all_secrets(count: u64) -> Vec<Vec<u8>> {
    let mut secrets: Vec<_> = (0..count).flat_map(|n| secrets_of(&subscriber(n))).collect();
    secrets.push(CHALLENGES.to_vec());
    secrets
}

fn loaded(store: &SqliteStore, n: u64) -> Subscriber {
    let command = Command::Load {
        imsi: imsi(n),
        slot: slot(0),
    };
    match store.execute(command) {
        Ok(Reply::Subscriber {
            subscriber: Some(found),
            ..
        }) => *found,
        other => panic!("no subscriber {n}: {other:?}"),
    }
}

fn same_keys(store: &SqliteStore, n: u64) -> bool {
    secrets_of(&loaded(store, n)) == secrets_of(&subscriber(n))
}

fn keyed(path: &Path, masters: Arc<dyn Masters>) -> KeyedFile<'_> {
    KeyedFile {
        path,
        masters,
        busy_timeout: Duration::from_secs(20),
        progress: Arc::new(|_, _, _| {}),
    }
}

#[test]
fn no_key_is_in_the_files() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..200).unwrap();
    let subscriptions = (0..200).map(|n| Arc::new(ims_subscription(n, 1))).collect();
    let mode = PutMode::Insert;
    store.execute(Command::PutIms { subscriptions, mode }).unwrap();
    let fresh = ChallengeSecret::new(CHALLENGES);
    store.execute(Command::ChallengeKey { fresh }).unwrap();
    let mut secrets = all_secrets(200);
    secrets.push(b"password 1".to_vec());
    let key = ImsKey::Imsi(imsi(3));
    let Ok(Reply::Ims(Some(stored))) = store.execute(Command::LoadIms { key }) else {
        panic!("no IMS subscription")
    };
    assert_eq!(stored.subscription, Some(Arc::new(ims_subscription(3, 1))));
    assert_eq!(found_in(place.directory.path(), &secrets), [], "while it is open");
    drop(store);
    assert_eq!(
        found_in(place.directory.path(), &secrets),
        [],
        "when it is closed"
    );
    assert!(is_there(&place.open(), 7));
}

#[test]
fn a_file_of_before_is_sealed_and_its_traces_are_gone() {
    let place = Place::new();
    made_before(&place.path(), 300);
    let secrets = all_secrets(300);
    assert!(
        !found_in(place.directory.path(), &secrets).is_empty(),
        "nothing to remove"
    );
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let teller = told.clone();
    let store = SqliteStore::open(
        place.path(),
        Options {
            progress: Arc::new(move |what, done, of| teller.lock().unwrap().push((what, done, of))),
            ..options()
        },
    )
    .unwrap();
    let there = left(300).count() as u64;
    assert!(
        told.lock()
            .unwrap()
            .contains(&("sealing the keys of subscribers", there, there))
    );
    assert_eq!(found_in(place.directory.path(), &secrets), []);
    assert!(left(300).all(|n| same_keys(&store, n)));
    let fresh = ChallengeSecret::new([1; 16]);
    let kept = store.execute(Command::ChallengeKey { fresh }).unwrap();
    assert_eq!(kept, Reply::ChallengeKey(ChallengeSecret::new(CHALLENGES)));
    drop(store);
    assert_eq!(found_in(place.directory.path(), &secrets), []);
    let status = key_status(&place.path(), Duration::ZERO).unwrap();
    assert!(!status.traces);
    assert_eq!(status.data_keys.len(), 1);
    assert_eq!(status.data_keys[0].subscribers, there);
}

/// Who reads the WAL keeps it: then the traces are removed the next time.
#[test]
fn traces_that_another_process_keeps_are_removed_later() {
    let place = Place::new();
    made_before(&place.path(), 50);
    let reader = Connection::open(place.path()).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM subscriber")
        .unwrap();
    let count: i64 = reader
        .query_row("SELECT count(*) FROM subscriber", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count as usize, left(50).count());
    drop(place.open());
    assert!(key_status(&place.path(), Duration::ZERO).unwrap().traces);
    drop(reader);
    let store = place.open();
    assert!(!key_status(&place.path(), Duration::ZERO).unwrap().traces);
    assert!(left(50).all(|n| same_keys(&store, n)));
    assert_eq!(found_in(place.directory.path(), &all_secrets(50)), []);
}

#[test]
fn without_its_master_key_a_file_is_not_opened_and_not_changed() {
    let place = Place::new();
    made_before(&place.path(), 20);
    let open = |masters: Arc<dyn Masters>| {
        SqliteStore::open(
            place.path(),
            Options {
                masters,
                ..Options::default()
            },
        )
    };
    let error = open(Arc::new(quintet_vault::NoMasters)).unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::NoMaster {
                why: NoMaster::Missing { .. },
                ..
            }
        ),
        "{error}"
    );
    let version: i32 = Connection::open(place.path())
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, schema::FIRST_SEALED - 3, "all or nothing");
    drop(place.open());
    let error = open(Arc::new(other_master())).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, OpenError::NoMaster { .. }), "{error}");
    for part in [
        &master().fingerprint().to_string()[..],
        &other_master().fingerprint().to_string(),
        &place.path().display().to_string(),
        "--master-key",
    ] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
    // A damaged data key is another thing than another master key.
    Connection::open(place.path())
        .unwrap()
        .execute_batch("UPDATE data_key SET wrapped = zeroblob(length(wrapped))")
        .unwrap();
    let error = open(masters()).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, OpenError::Fault(_)), "{error}");
    assert!(text.contains("data key 1") && text.contains("backup"), "{text}");
}

#[test]
fn keys_do_not_open_in_other_rows_or_files() {
    let (place, other) = (Place::new(), Place::new());
    let (store, elsewhere) = (place.open(), other.open());
    put(&store, 0..3).unwrap();
    put(&elsewhere, 0..3).unwrap();
    let direct = Connection::open(place.path()).unwrap();
    direct
        .execute_batch(&format!("ATTACH '{}' AS other", other.path().display()))
        .unwrap();
    direct
        .execute_batch(
            "UPDATE subscriber SET keys = (SELECT keys FROM other.subscriber o WHERE o.imsi = subscriber.imsi)",
        )
        .unwrap();
    for n in 0..3 {
        let reply = store.execute(Command::Load {
            imsi: imsi(n),
            slot: slot(0),
        });
        assert!(matches!(reply, Err(StoreError::Unavailable(_))), "{reply:?}");
    }
}

#[test]
fn another_master_key_is_taken_at_once() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..20).unwrap();
    let rewrapped = rewrap(&keyed(&place.path(), masters()), &other_master()).unwrap();
    assert_eq!(rewrapped.master, other_master().fingerprint());
    assert_eq!(rewrapped.data_keys, 1);
    // Whoever has it open goes on.
    put(&store, 20..30).unwrap();
    assert!((0..30).all(|n| same_keys(&store, n)));
    drop(store);
    assert!(matches!(
        SqliteStore::open(place.path(), options()).unwrap_err(),
        OpenError::NoMaster { .. }
    ));
    let store = SqliteStore::open(
        place.path(),
        Options {
            masters: Arc::new(other_master()),
            ..Options::default()
        },
    )
    .unwrap();
    assert!((0..30).all(|n| same_keys(&store, n)));
}

/// Two master keys, the first of which is for what is new.
struct Both;

impl Masters for Both {
    fn named(&self, name: Fingerprint) -> Result<Arc<dyn Master>, NoMaster> {
        master().named(name).or_else(|_| other_master().named(name))
    }

    fn for_new(&self) -> Result<Arc<dyn Master>, NoMaster> {
        other_master().for_new()
    }
}

#[test]
fn a_new_data_key_is_taken_while_others_read_and_write() {
    let place = Place::new();
    let store = Arc::new(
        SqliteStore::open(
            place.path(),
            Options {
                masters: Arc::new(Both),
                busy_timeout: Duration::from_secs(20),
                ..Options::default()
            },
        )
        .unwrap(),
    );
    put(&store, 0..3_000).unwrap();
    let end = Arc::new(AtomicBool::new(false));
    let (worker, stop) = (store.clone(), end.clone());
    #[expect(clippy::disallowed_methods, reason = "a server beside the rotation")]
    let server = std::thread::spawn(move || {
        let mut n = 3_000;
        while !stop.load(Ordering::Acquire) {
            put(&worker, n..n + 1).unwrap();
            assert!(same_keys(&worker, n % 3_000) && same_keys(&worker, n));
            n += 1;
        }
        n
    });
    for round in 2..5 {
        let rotated = rotate_data_key(&keyed(&place.path(), Arc::new(Both))).unwrap();
        assert_eq!(Some(rotated.number), DataKeyNumber::new(round));
        assert!(
            !rotated.resumed && rotated.removed == 1 && rotated.sealed >= 3_000,
            "{rotated:?}"
        );
        if round == 3 {
            rewrap(&keyed(&place.path(), Arc::new(Both)), &master()).unwrap();
        }
    }
    end.store(true, Ordering::Release);
    let count = server.join().unwrap();
    assert!((0..count).all(|n| same_keys(&store, n)));
    let status = key_status(&place.path(), Duration::from_secs(20)).unwrap();
    assert_eq!(status.data_keys.len(), 1);
    assert_eq!(status.data_keys[0].subscribers, count);
}

/// Subscribers that are added behind each run of a rotation do not keep it going.
#[test]
fn a_rotation_ends_although_others_add_behind_it() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..1_500).unwrap();
    let (told, path) = (AtomicU64::new(0), place.path());
    let file = KeyedFile {
        progress: Arc::new(move |_, _, _| {
            let n = told.fetch_add(1, Ordering::Relaxed);
            assert!(n < 5, "it goes on although what it has to seal is sealed");
            put(&store, 2_000 + n..2_001 + n).unwrap();
        }),
        ..keyed(&path, masters())
    };
    let rotated = rotate_data_key(&file).unwrap();
    assert_eq!((rotated.sealed, rotated.removed), (1_500, 1));
    // One was added behind the first run, and one behind the second, the last.
    let status = key_status(&path, Duration::from_secs(20)).unwrap();
    assert_eq!(status.data_keys[0].subscribers, 1_502);
}

/// A server without the new master key keeps what it had, and says what it lacks.
#[test]
fn a_data_key_that_cannot_be_had_is_said() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..10).unwrap();
    rewrap(&keyed(&place.path(), masters()), &other_master()).unwrap();
    rotate_data_key(&keyed(&place.path(), Arc::new(other_master()))).unwrap();
    let refused = super::refusal(put(&store, 10..11), &place.path());
    assert!(
        refused.contains(&other_master().fingerprint().to_string()),
        "{refused}"
    );
    let reply = store.execute(Command::Load {
        imsi: imsi(1),
        slot: slot(0),
    });
    super::refusal(reply, &place.path());
}

/// A process that seals, or seals anew, until it is killed.
#[test]
fn killed_process() {
    let Ok(what) = std::env::var(KILLED) else { return };
    let (work, path) = what.split_once(' ').unwrap();
    let told: crate::Progress = Arc::new(|what, done, _| println!("{what} {done}"));
    if work == "migrate" {
        let progress = told.clone();
        drop(
            SqliteStore::open(
                path,
                Options {
                    progress,
                    ..options()
                },
            )
            .unwrap(),
        );
    }
    let mut file = keyed(Path::new(path), masters());
    file.progress = told;
    for _ in 0..1_000 {
        rotate_data_key(&file).unwrap();
    }
}

/// Kills it after some words, and answers how many it said.
fn kill_after(place: &Place, work: &str, words: u64) {
    use std::io::{BufRead, BufReader};
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "tests::sealed::killed_process",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(KILLED, format!("{work} {}", place.path().display()))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..words {
        lines.next().expect("the child ended by itself").unwrap();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_migration_that_is_killed_loses_nothing() {
    for words in [3, 4, 5, 6] {
        let place = Place::new();
        made_before(&place.path(), MANY);
        kill_after(&place, "migrate", words);
        let store = place.open();
        assert!(
            left(MANY).all(|n| same_keys(&store, n)),
            "killed after {words} lines"
        );
        drop(store);
        assert_eq!(
            found_in(place.directory.path(), &all_secrets(MANY)),
            [],
            "{words}"
        );
    }
}

#[test]
fn a_rotation_that_is_killed_loses_nothing_and_goes_on() {
    let place = Place::new();
    put(&place.open(), 0..MANY).unwrap();
    let mut resumed = 0;
    for kill in 0..12 {
        kill_after(&place, "rotate", 3 + kill % 7);
        let store = place.open();
        assert!((0..MANY).all(|n| same_keys(&store, n)), "kill {kill}");
        if kill % 4 == 3 {
            let before = key_status(&place.path(), Duration::ZERO).unwrap().data_keys.len();
            let rotated = rotate_data_key(&keyed(&place.path(), masters())).unwrap();
            assert_eq!(rotated.resumed, before > 1);
            resumed += u64::from(rotated.resumed);
            assert_eq!(
                key_status(&place.path(), Duration::ZERO).unwrap().data_keys.len(),
                1
            );
            assert!((0..MANY).all(|n| same_keys(&store, n)), "kill {kill}");
        }
    }
    println!("{resumed} rotations went on");
}
