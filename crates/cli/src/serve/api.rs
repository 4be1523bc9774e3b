//! Provisioning over HTTP, beside the nodes: its own thread and store, its orders to the HSS, and the first token.

use super::hss::home_plmns;
use crate::config::Config;
use crate::database::{DatabasePlace, Opening, default_path, wall_clock};
use crate::keys::Keyed;
use crate::private;
use anyhow::{Context, Result, bail};
use quintet_admin::{DataKeyStatus, KeyLookup, MasterKeyStatus};
use quintet_admin::{FIRST_TOKEN, KeyStatus, Limits, Order, Server, Settings, Tls, first_token};
use quintet_consult::Feed;
use quintet_cx::ReasonCode;
use quintet_diameter::node::Node;
use quintet_runtime::{Driver, HssApplication, ServerTls};
use quintet_store::{Store, StoreError};
use quintet_subscriber::ims::Deregister;
use quintet_telemetry::Board;
use quintet_web::{Latency, Look, Network, Trouble};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc, oneshot};

/// Most orders that wait for the HSS.
const MAX_ORDERS: usize = 1_024;

/// Commands whose latency the page tells: the most frequent ones.
const MAX_LATENCIES: usize = 4;

/// Most looks at the HSS that wait: the page makes one a second.
const MAX_LOOKS: usize = 4;

/// Starts it, if it is configured.
pub(super) fn start(
    config: &Config,
    hss: Option<&Driver<HssApplication>>,
    board: Option<Board>,
    feed: Option<&Feed>,
    tls: Option<&ServerTls>,
) -> Result<Option<Server>> {
    let Some(address) = config.api.listen else {
        return Ok(None);
    };
    let wake = Arc::new(Notify::new());
    let store = open(config, &wake)?;
    let settings = Settings {
        // Without an HSS nobody needs to have said which these are.
        home_plmns: home_plmns(config).unwrap_or_default(),
        audit_kept: config.api.audit_kept(),
        orders: hss.map(take_orders),
        keys: Some(key_lookup(config)?),
        clock: Arc::new(|| wall_clock().0),
    };
    let limits = Limits {
        connections: config.api.max_connections,
        connections_per_address: config.api.max_connections_per_address,
        ..Limits::default()
    };
    let tls = tls.cloned().map(|tls| {
        let current: Tls = Arc::new(move || tls.config());
        current
    });
    let scheme = if tls.is_some() { "https" } else { "http" };
    let pages = config.api.page.then(|| {
        quintet_web::pages(quintet_web::Settings {
            look: hss.map(|hss| answer_looks(hss, board)),
            live: feed.cloned(),
            ..quintet_web::Settings::default()
        })
    });
    let has_page = pages.is_some();
    let server = Server::start(address, tls, limits, settings, pages, (store, wake));
    let server = server.context("api.listen: choose another address")?;
    tracing::info!(address = %server.address(), "API: listening, {scheme}://{}/api/", server.address());
    if has_page {
        tracing::info!("web page: {scheme}://{}/ui/", server.address());
    }
    Ok(Some(server))
}

/// A way of its own to the store.
fn open(config: &Config, wake: &Arc<Notify>) -> Result<Box<dyn Store + Send>> {
    let waker = Arc::clone(wake);
    let store = config.store.place()?.open(Opening {
        keys: &config.keys.sources(),
        create: true,
        busy_timeout: config.store.busy_timeout_ms.duration(),
        waker: Box::new(move || waker.notify_one()),
    })?;
    let (command, text) = first_token(wall_clock().0).map_err(anyhow::Error::msg)?;
    match store.execute(command) {
        Ok(_) => tell(config, &text)?,
        Err(StoreError::TokenExists { .. }) => {}
        Err(error) => bail!("the first token cannot be stored: {error}"),
    }
    Ok(store.into_port())
}

/// Tells the first administrator's token, once: on the terminal, or else in a file for its owner alone. A log is kept, and read by
/// others: it is no place for a token.
fn tell(config: &Config, token: &str) -> Result<()> {
    if std::io::stderr().is_terminal() {
        anstream::eprintln!(
            "API: the token of the first administrator ({FIRST_TOKEN}), told only now:\n    {token}\n\
             `quintet token create` makes others, `quintet token revoke {FIRST_TOKEN}` ends it"
        );
        return Ok(());
    }
    let file = match &config.api.first_token_file {
        Some(file) => file.clone(),
        None => beside(&config.store.place()?)?,
    };
    let written = private::create(&file).and_then(|mut out| writeln!(out, "{token}"));
    written.with_context(|| format!("the first token cannot be written to {}", file.display()))?;
    tracing::warn!(
        file = %file.display(),
        "API: the token of the first administrator ({FIRST_TOKEN}) is in a file: take it, and remove the file"
    );
    Ok(())
}

/// Beside the database, or where that would be if it were a file of this user.
fn beside(database: &DatabasePlace) -> Result<PathBuf> {
    let path = match database {
        DatabasePlace::File(path) => path.clone(),
        DatabasePlace::Server(_) => default_path()?,
    };
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    Ok(path.with_file_name("first-admin.token"))
}

/// The HSS takes orders from the interface's thread.
fn take_orders(hss: &Driver<HssApplication>) -> mpsc::Sender<Order> {
    let (sender, mut receiver) = mpsc::channel(MAX_ORDERS);
    let hss = hss.clone();
    tokio::task::spawn_local(async move {
        while let Some(order) = receiver.recv().await {
            hss.with(|_, _, application| match order {
                Order::CancelLocation(imsi) => application.hss().cancel_location(imsi, false),
                Order::DeregisterIms(imsi) => {
                    let reason = ReasonCode::PERMANENT_TERMINATION;
                    application.hss().deregister_ims(imsi, Deregister::All, reason);
                }
            });
        }
    });
    sender
}

/// The page looks at the HSS from the interface's thread.
fn answer_looks(hss: &Driver<HssApplication>, board: Option<Board>) -> Look {
    let (sender, mut receiver) = mpsc::channel::<oneshot::Sender<Network>>(MAX_LOOKS);
    let hss = hss.clone();
    tokio::task::spawn_local(async move {
        while let Some(asked) = receiver.recv().await {
            let mut seen = hss.with(|_, node, application| seen(node, application));
            seen.latencies = board.as_ref().map_or_else(Vec::new, latencies);
            // Whoever asked may have gone.
            drop(asked.send(seen));
        }
    });
    sender
}

/// How long the HSS took lately over what it is asked most.
fn latencies(board: &Board) -> Vec<Latency> {
    let commands = board.latest().commands();
    let of_hss = commands.into_iter().filter(|command| command.node == "hss");
    let told = of_hss.filter_map(|command| {
        Some(Latency {
            command: format!("{} {}", command.application, command.command),
            p50_ms: command.p50?.as_secs_f64() * 1_000.0,
            p99_ms: command.p99?.as_secs_f64() * 1_000.0,
        })
    });
    told.take(MAX_LATENCIES).collect()
}

fn seen(node: &Node, application: &HssApplication) -> Network {
    let tally = application.tally();
    let troubles = [
        ("store commands of the HSS that failed", tally.store_failures),
        ("resynchronisations granted", tally.resynchronised),
        ("resynchronisations refused", tally.resynchronisations_refused),
        (
            "resynchronisations that lowered DIF: look at those SIMs",
            tally.dif_decreases,
        ),
        ("requests of the HSS that no serving node took", tally.given_up),
    ];
    let mut network = Network::of(node);
    network.issuing = Some(tally.issuing);
    network.troubles.extend(
        troubles
            .into_iter()
            .filter_map(|(what, count)| Trouble::of(what, count)),
    );
    network
}

fn key_lookup(config: &Config) -> Result<KeyLookup> {
    let keyed = Keyed::of(config.store.place()?, config.keys.sources());
    Ok(Arc::new(move || {
        let status = keyed.status().map_err(|error| format!("{error:#}"))?;
        let masters = keyed.masters();
        let names = status.masters();
        Ok(KeyStatus {
            master_keys: names
                .into_iter()
                .map(|name| MasterKeyStatus {
                    fingerprint: name.to_string(),
                    at_hand: masters.named(name).is_ok(),
                })
                .collect(),
            rotating: status.is_rotating(),
            data_keys: status
                .data_keys
                .iter()
                .map(|key| DataKeyStatus {
                    number: key.number.value(),
                    master_key: key.master.to_string(),
                    made: key.made,
                    subscribers: key.subscribers,
                })
                .collect(),
        })
    }))
}
