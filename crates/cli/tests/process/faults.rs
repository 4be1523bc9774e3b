//! What goes wrong with the database of a running server, or of one that starts: it is said clearly, requests that need
//! it are answered 3004 or 5012, no vector is issued twice, and the server recovers by itself when the fault is gone.

use crate::support::mme::{Mme, challenges, result};
use crate::support::server::{PROGRAM, Server, Settings, quintet, refused};
use crate::support::{await_some, leave_out, subscribers};
use quintet_crypto::{AuthenticationFunctions, Rand, Sqn};
use std::collections::HashSet;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const TOO_BUSY: u32 = 3004;
const UNABLE_TO_COMPLY: u32 = 5012;

/// Subscribers of every scene.
const SUBSCRIBERS: u32 = 20;

/// An MME that notes every SQN it is given.
struct Witness {
    mme: Mme,
    card: AuthenticationFunctions,
    issued: HashSet<(u32, u64)>,
    last: Option<(Rand, Sqn)>,
}

impl Witness {
    fn new(server: &Server) -> Self {
        let mme = Mme::connect(server.address(), "mme.test");
        Self {
            mme,
            card: subscribers::card(),
            issued: HashSet::new(),
            last: None,
        }
    }

    /// Asks for vectors and answers the result.
    fn authenticate(&mut self, who: u32, token: Option<&[u8]>) -> u32 {
        let request = self.mme.air(&subscribers::imsi(who), 2, token);
        let answer = self.mme.ask(&request).unwrap();
        for challenge in challenges(&answer) {
            let sqn = subscribers::sqn(&self.card, &challenge.rand, &challenge.autn);
            assert!(
                self.issued.insert((who, sqn.value())),
                "SQN {} of subscriber {who} again",
                sqn.value()
            );
            self.last = Some((challenge.rand, sqn));
        }
        result(&answer)
    }

    /// Resynchronises far enough that DIF must be written, and answers the result.
    fn resynchronise(&mut self, who: u32) -> u32 {
        assert_eq!(self.authenticate(who, None), 2001);
        let (rand, sqn) = self.last.unwrap();
        let sqn_ms = Sqn::new(sqn.value() + (1 << 30)).unwrap();
        let token = subscribers::resynchronization(&self.card, &rand, sqn_ms);
        self.authenticate(who, Some(&token))
    }

    /// Registers and answers the result.
    fn register(&mut self, who: u32) -> u32 {
        let request = self.mme.ulr(&subscribers::imsi(who));
        result(&self.mme.ask(&request).unwrap())
    }

    /// Registers until that fails, and answers the result.
    fn register_until_it_fails(&mut self) -> u32 {
        let results = (0..20_000u32).map(|n| self.register(1 + n % SUBSCRIBERS));
        results
            .into_iter()
            .find(|result| *result != 2001)
            .expect("the fault shows")
    }

    fn await_recovery(&mut self) {
        await_some("recovery without a restart", || {
            (self.register(1) == 2001).then_some(())
        });
        for who in 1..=SUBSCRIBERS {
            assert_eq!(self.authenticate(who, None), 2001);
        }
        assert_eq!(self.resynchronise(2), 2001);
    }
}

fn is_refusal(result: u32) -> bool {
    [TOO_BUSY, UNABLE_TO_COMPLY].contains(&result)
}

struct Scene {
    directory: TempDir,
    database: PathBuf,
    configuration: PathBuf,
}

impl Scene {
    /// A provisioned database in a directory of its own.
    fn new() -> Self {
        let scene = Self::unprovisioned();
        subscribers::provision(&scene.database, (1..=SUBSCRIBERS).map(subscribers::imsi));
        scene
    }

    fn unprovisioned() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("place");
        std::fs::create_dir(&place).unwrap();
        let database = place.join("q.db");
        let mut settings = Settings::new(&database);
        settings.store = "busy_timeout_ms = 100".to_owned();
        let configuration = settings.write(directory.path());
        Self {
            directory,
            database,
            configuration,
        }
    }

    fn place(&self) -> &Path {
        self.database.parent().unwrap()
    }

    /// Starts a server for which the place of the database is a file system of 2 MiB in memory; `then` is shell to
    /// run before it, with the place as $0.
    fn mounted(&self, then: &str) -> Option<Server> {
        if !rustix::process::geteuid().is_root() {
            leave_out("mounting a file system needs root");
            return None;
        }
        let list = self.directory.path().join("sims.csv");
        let one = |n| {
            format!(
                "{},465b5ce8b199b49faa5f0a2ee238a6bc,cd63cb71954a9f4e48a5994e37a02baf\n",
                subscribers::imsi(n)
            )
        };
        std::fs::write(
            &list,
            format!("imsi,k,opc\n{}", (1..=SUBSCRIBERS).map(one).collect::<String>()),
        )
        .unwrap();
        let script = format!(
            "mount -t tmpfs -o size=2m tmpfs \"$0\" && \"$1\" subscriber import --db \"$0/q.db\" \"$2\" && {then} \
             exec \"$1\" serve -c \"$3\""
        );
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "sh", "-c", &script]);
        command
            .arg(self.place())
            .arg(PROGRAM)
            .arg(list)
            .arg(&self.configuration);
        Some(Server::run(command))
    }
}

#[test]
fn a_full_disk_is_said_and_recovered_from() {
    let scene = Scene::unprovisioned();
    let Some(server) = scene.mounted("") else { return };
    let mut witness = Witness::new(&server);
    assert_eq!(witness.register(1), 2001);
    // The file system is the server's alone; the kernel shows it here.
    let inside = Path::new("/proc").join(server.id().to_string()).join("root");
    let filler = inside
        .join(scene.place().strip_prefix("/").unwrap())
        .join("filler");
    let mut file = File::create(&filler).unwrap();
    for size in [4096, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
    let result = witness.register_until_it_fails();
    assert!(is_refusal(result), "a full disk is answered {result}");
    for who in 1..=SUBSCRIBERS {
        assert_eq!(witness.authenticate(who, None), 2001, "no vector needs the disk");
    }
    let result = witness.resynchronise(3);
    assert!(
        is_refusal(result),
        "a resynchronisation that cannot be kept is answered {result}"
    );
    server.await_line("no space is left");
    drop(file);
    std::fs::remove_file(&filler).unwrap();
    witness.await_recovery();
}

#[test]
fn a_read_only_file_system_is_said() {
    let scene = Scene::unprovisioned();
    let Some(mut server) = scene.mounted("mount -o remount,ro \"$0\" &&") else {
        return;
    };
    let line = server.await_line("read-only");
    assert!(line.contains("q.db"), "{line}");
    assert_eq!(server.await_end().code(), Some(2));
}

#[test]
fn a_database_locked_by_another_process_is_said_and_recovered_from() {
    let scene = Scene::new();
    let server = Server::start(&scene.configuration);
    let mut witness = Witness::new(&server);
    assert_eq!((witness.register(1), witness.authenticate(1, None)), (2001, 2001));
    let other = rusqlite::Connection::open(&scene.database).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let result = witness.register(1);
    assert!(is_refusal(result), "a locked database is answered {result}");
    for who in 1..=SUBSCRIBERS {
        assert_eq!(
            witness.authenticate(who, None),
            2001,
            "no vector needs the database"
        );
    }
    let result = witness.resynchronise(3);
    assert!(
        is_refusal(result),
        "a resynchronisation that cannot be kept is answered {result}"
    );
    server.await_line("locked by another process");
    other.execute_batch("ROLLBACK").unwrap();
    witness.await_recovery();
}

#[test]
fn a_database_that_is_locked_at_the_start_is_said() {
    let scene = Scene::new();
    let other = rusqlite::Connection::open(&scene.database).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (code, said) = refused(&scene.configuration);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("locked by another process") && said.contains("q.db"),
        "{said}"
    );
    other.execute_batch("ROLLBACK").unwrap();
    Server::start(&scene.configuration).address();
}

#[test]
fn a_damaged_database_is_said_at_the_start() {
    let scene = Scene::new();
    let mut file = File::options().write(true).open(&scene.database).unwrap();
    let length = file.metadata().unwrap().len();
    // The header stays: what is damaged is the inside.
    file.seek(SeekFrom::Start(1024)).unwrap();
    file.write_all(&vec![0xa5; length as usize - 1024]).unwrap();
    drop(file);
    let (code, said) = refused(&scene.configuration);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("damaged") && said.contains("q.db") && said.contains("restore a backup"),
        "{said}"
    );
    let show = quintet([
        Path::new("subscriber"),
        Path::new("list"),
        Path::new("--db"),
        &scene.database,
    ]);
    let said = String::from_utf8_lossy(&show.stderr);
    assert_eq!(show.status.code(), Some(2), "{said}");
    assert!(said.contains("damaged"), "{said}");
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let scene = Scene::unprovisioned();
    let garbage = "This is no database. ".repeat(1000);
    std::fs::write(&scene.database, &garbage).unwrap();
    let (code, said) = refused(&scene.configuration);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("not a database") && said.contains("q.db"), "{said}");
    assert_eq!(
        std::fs::read_to_string(&scene.database).unwrap(),
        garbage,
        "it is somebody's file"
    );
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let scene = Scene::unprovisioned();
    let other = rusqlite::Connection::open(&scene.database).unwrap();
    other
        .execute_batch("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')")
        .unwrap();
    drop(other);
    let (code, said) = refused(&scene.configuration);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("q.db"), "{said}");
    let other = rusqlite::Connection::open(&scene.database).unwrap();
    let tables: u32 = other
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 1, "it is somebody's database");
}

#[test]
fn a_second_server_on_the_same_slot_is_refused() {
    let scene = Scene::new();
    let first = Server::start(&scene.configuration);
    let mut witness = Witness::new(&first);
    let (code, said) = refused(&scene.configuration);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains(&format!("process {}", first.id())) && said.contains("slot 0"),
        "{said}"
    );
    assert_eq!(
        (witness.register(1), witness.authenticate(1, None)),
        (2001, 2001),
        "the first one goes on"
    );
    // The lock ends with its holder, however that ends.
    drop(first);
    Server::start(&scene.configuration).address();
}

#[test]
fn a_data_directory_that_is_gone_is_said_and_recovered_from() {
    let scene = Scene::new();
    let server = Server::start(&scene.configuration);
    let mut witness = Witness::new(&server);
    assert_eq!((witness.register(1), witness.authenticate(1, None)), (2001, 2001));
    let elsewhere = scene.directory.path().join("elsewhere");
    std::fs::rename(scene.place(), &elsewhere).unwrap();
    let result = witness.register_until_it_fails();
    assert!(is_refusal(result), "a database that is gone is answered {result}");
    for who in 1..=SUBSCRIBERS {
        assert_eq!(
            witness.authenticate(who, None),
            2001,
            "no vector needs the database"
        );
    }
    server.await_line("was removed or replaced");
    std::fs::rename(&elsewhere, scene.place()).unwrap();
    witness.await_recovery();
}

#[test]
fn a_data_directory_that_cannot_be_made_is_said() {
    let scene = Scene::unprovisioned();
    let file = scene.place().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let configuration = Settings::new(file.join("below/q.db")).write(scene.directory.path());
    let (code, said) = refused(&configuration);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("below"), "{said}");
}
