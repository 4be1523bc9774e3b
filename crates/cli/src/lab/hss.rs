//! The HSS of a lab, on a database file of its own or in memory.

use crate::database::Database;
use crate::keys::Sources;
use anyhow::{Context, Result, bail};
use quintet_diameter::dict::{application, vendor};
use quintet_diameter::node::{Application as DiameterApplication, Node, NodeConfig, UnknownPeers};
use quintet_hss::{EntropySource, Hss, HssConfig};
use quintet_runtime::{Clock, Drbg, Driver, HssApplication, Moment, Tap};
use quintet_sim::demo;
use quintet_store::{Command, Durability, MemoryStore, PutMode, Reply, Store, StoreError, Ticket};
use quintet_store_sqlite::{Options, SqliteStore};
use quintet_subscriber::auc::{ChallengeKey, ChallengeSecret, Slot};
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;
use std::cell::RefCell;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How long the end may take before connections are simply dropped.
pub(super) const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);

/// Subscribers per transaction.
const PROVISION_BATCH: usize = 10_000;

/// Puts subscribers into a database.
///
/// # Errors
/// As the database says.
pub(super) fn provision(
    path: &Path,
    subscribers: impl Iterator<Item = Subscriber>,
    ims: impl Iterator<Item = ImsSubscription>,
) -> Result<()> {
    let mut database = Database::open_beside(path, true)?;
    let mut subscribers = subscribers.peekable();
    while subscribers.peek().is_some() {
        let batch = subscribers.by_ref().take(PROVISION_BATCH);
        let subscribers = batch.map(|subscriber| database.provisioned(subscriber)).collect();
        database.execute(Command::Put {
            subscribers,
            mode: PutMode::Upsert,
        })?;
    }
    let mut ims = ims.map(Arc::new).peekable();
    while ims.peek().is_some() {
        let subscriptions = ims.by_ref().take(PROVISION_BATCH).collect();
        database.execute(Command::PutIms {
            subscriptions,
            mode: PutMode::Upsert,
        })?;
    }
    Ok(())
}

/// A Diameter node of the lab.
pub(super) fn node_config(identity: String, realm: String, started: Moment) -> NodeConfig {
    let mut config = NodeConfig::new(identity, realm, Ipv4Addr::LOCALHOST.into());
    config.applications = vec![DiameterApplication::auth(vendor::TGPP, application::S6A)];
    config.started_at_unix = started.wall.as_secs() as u32;
    config
}

/// The HSS's Diameter identity.
pub(super) fn hss_identity() -> String {
    format!("hss.{}", demo::home_plmn().epc_realm())
}

/// Where an HSS, or a UDM, keeps what it knows.
pub(super) enum Keeping<'a> {
    /// In a database, provisioned already.
    Database(&'a Path),
    /// In memory: for a lab that nobody looks at afterwards, whose scenarios must not wait for a busy disk.
    Memory(Shared),
}

/// A store in memory that the lab can look into while an HSS works on it.
#[derive(Clone)]
pub(super) struct Shared(Rc<RefCell<MemoryStore>>);

impl Shared {
    /// Does a command beside the HSS.
    ///
    /// # Errors
    /// As the store says.
    pub(super) fn execute(&self, command: Command) -> Result<Reply, StoreError> {
        self.0.borrow_mut().execute(command)
    }
}

impl Store for Shared {
    fn submit(&mut self, ticket: Ticket, command: Command) {
        self.0.borrow_mut().submit(ticket, command);
    }

    fn poll(&mut self) -> Option<(Ticket, Result<Reply, StoreError>)> {
        self.0.borrow_mut().poll()
    }

    fn durability(&self) -> Durability {
        self.0.borrow().durability()
    }

    fn changed(&mut self) -> bool {
        self.0.borrow_mut().changed()
    }
}

impl Keeping<'_> {
    /// In memory, with these subscribers.
    ///
    /// # Errors
    /// As the store says.
    pub(super) fn in_memory(
        subscribers: impl Iterator<Item = Subscriber>,
        ims: impl Iterator<Item = ImsSubscription>,
    ) -> Result<Self> {
        let mut store = MemoryStore::new();
        store.execute(Command::Put {
            subscribers: subscribers.collect(),
            mode: PutMode::Upsert,
        })?;
        store.execute(Command::PutIms {
            subscriptions: ims.map(Arc::new).collect(),
            mode: PutMode::Upsert,
        })?;
        Ok(Self::Memory(Shared(Rc::new(RefCell::new(store)))))
    }

    /// The store for a front end of this slot, which wakes `pump`, and the key of its challenges.
    pub(super) fn open(
        self,
        slot: Slot,
        pump: &Arc<Notify>,
        drbg: &mut Drbg,
    ) -> Result<(Box<dyn Store>, ChallengeKey)> {
        let mut fresh = [0; 16];
        drbg.fill(&mut fresh);
        let fresh = ChallengeSecret::new(fresh);
        let path = match self {
            Self::Memory(store) => return Ok((Box::new(store), ChallengeKey::from(&fresh))),
            Self::Database(path) => path,
        };
        let waker = Arc::clone(pump);
        let options = Options {
            masters: Sources::beside(path).for_database(path),
            waker: Box::new(move || waker.notify_one()),
            ..Options::default()
        };
        let mut store = SqliteStore::open(path, options)?;
        store.lock_for_serving(slot, "quintet lab")?;
        let Reply::ChallengeKey(key) = store.execute(Command::ChallengeKey { fresh })? else {
            bail!("the store gave another answer than a key: this is a defect, please report it");
        };
        Ok((Box::new(store), ChallengeKey::from(&key)))
    }
}

/// Starts the HSS, and answers where it listens.
///
/// # Errors
/// If the database cannot be used, or the system gives no socket.
pub(super) fn start_hss(
    clock: &Clock,
    keeping: Keeping<'_>,
    tap: Option<Box<dyn Tap>>,
) -> Result<(Driver<HssApplication>, SocketAddr)> {
    let mut drbg = Drbg::new().context("no entropy")?;
    let pump = Arc::new(Notify::new());
    let (store, challenges) = keeping.open(Slot::default(), &pump, &mut drbg)?;
    let mut config = node_config(hss_identity(), demo::home_plmn().epc_realm(), clock.moment());
    config.unknown_peers = UnknownPeers::Accept;
    config.applications.push(quintet_cscf::cx::APPLICATION);
    let node = Node::new(config, drbg.next_u64())?;
    let entropy: EntropySource = Box::new(move |out: &mut [u8]| drbg.fill(out));
    let hss = Hss::new(HssConfig::new(vec![demo::home_plmn()]), challenges, entropy);
    let driver = Driver::start(*clock, node, HssApplication::new(hss, store), tap, pump);
    driver.with(|at, _, application| application.start(at));
    let address = driver
        .listen((Ipv4Addr::LOCALHOST, 0).into())
        .context("no TCP port on the loopback address")?;
    Ok((driver, address))
}
