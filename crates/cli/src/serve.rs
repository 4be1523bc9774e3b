//! `quintet serve`: the nodes of the configuration, until a signal.

mod address;
mod api;
mod certificates;
mod check;
mod contexts;
mod domain;
mod events;
mod fgs;
mod home;
mod hss;
mod ims;
mod mme;
mod nodes;
mod store;
mod vault;
mod watchers;

use crate::config::{Config, Role, Roles, SlotNumber};
use crate::database::DatabasePlace;
use crate::keys::MasterKeyOption;
use crate::logging;
use crate::output::Finding;
use crate::private;
use crate::signals::{Hangup, Termination};
use crate::supervisor::Supervisor;
use anyhow::Result;
use certificates::{Certificates, Source};
pub(crate) use check::{CheckArguments, check};
use events::Events;
use nodes::{Started, observe, secured, start};
use quintet_diameter::node::DisconnectCause;
use quintet_runtime::Clock;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;
use tokio::task::LocalSet;
use watchers::Watchers;

const EXAMPLES: &str = "Examples:
  quintet serve                     an HSS on 127.0.0.1:3868, its database in the platform's data directory
  quintet serve --role hss,mme      an MME beside it, S1AP on 127.0.0.1:36412, PLMN 00101, TAC 1
  quintet serve --role amf,ausf,udm a 5G core's security side, NGAP on 127.0.0.1:38412, PLMN 00101, TAC 1, slice 1
  quintet serve --role hss,pcscf,icscf,scscf   an IMS, SIP on 127.0.0.1:5060, domain ims.mnc001.mcc001.3gppnetwork.org
  quintet serve -c quintet.toml     as configured
  quintet serve --events - | jq .   every message and attempt as the doctor sees it, while they pass
  quintet check-config quintet.toml";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Configuration file
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Run these nodes only
    #[arg(long, value_enum, value_delimiter = ',')]
    role: Vec<Role>,
    /// Database, a file or postgresql://…; overrides store.path and store.url
    #[arg(long, value_name = "FILE|URL")]
    db: Option<DatabasePlace>,
    #[command(flatten)]
    key: MasterKeyOption,
    /// Which front end this is, 0 to 7; overrides hss.slot
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..8))]
    slot: Option<u8>,
    /// Address to listen on; overrides diameter.listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Vec<SocketAddr>,
    /// Write what the doctor sees of the nodes' messages, a line of JSON each, to the end of this file; - for standard output
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Show identities in --events as they are, not pseudonyms
    #[arg(long, requires = "events")]
    identities: bool,
}

/// `quintet serve`.
pub(crate) fn run(arguments: Arguments) -> Result<Finding> {
    let events = match &arguments.events {
        Some(path) => Some(Events::open(path, arguments.identities)?),
        None => None,
    };
    let file = arguments.config.clone();
    let config = configuration(arguments)?;
    let roles = config.roles.clone();
    logging::start(&config.log)?;
    if !config.keys.allow_core_dumps {
        private::keep_memory();
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, serve(config, Source { file, roles }, events.as_ref()))?;
    Ok(Finding::Positive)
}

fn configuration(arguments: Arguments) -> Result<Config> {
    let mut config = match &arguments.config {
        Some(path) => check::read_config(path, &arguments.role)?,
        None => Config::default(),
    };
    if !arguments.role.is_empty() {
        config.roles = Roles(arguments.role);
    }
    if let Some(place) = arguments.db {
        config.store.is_at(place)?;
    }
    if let Some(master) = arguments.key.master_key {
        config.keys.master = Some(master);
    }
    if let Some(slot) = arguments.slot {
        config.hss.slot = SlotNumber(slot);
    }
    if !arguments.listen.is_empty() {
        config.diameter.listen = arguments.listen;
    }
    Ok(config)
}

async fn serve(config: Config, source: Source, events: Option<&Rc<RefCell<Events>>>) -> Result<()> {
    let (mut termination, hangup) = (Termination::register()?, Hangup::register()?);
    let clock = Clock::start();
    let certificates = Certificates::read(&config)?;
    certificates.tell(clock.moment().wall);
    let watchers = Watchers::start(&config, clock, events)?;
    let Started { hss, mme, fgs, ims } = start(&config, clock, &watchers, &certificates).await?;
    let nodes = (hss.as_ref(), mme.as_ref(), &fgs, &ims);
    let (exporter, board) = observe(&config, clock, nodes, &certificates).await?;
    let api_tls = certificates.api.as_ref();
    let api = api::start(&config, hss.as_ref(), board, watchers.feed(), api_tls)?;
    let renewal = tokio::task::spawn_local(certificates::renew_on(
        hangup,
        source,
        certificates,
        secured(nodes),
        clock,
    ));
    let control = ims.answer_questions(clock);
    let mut ticks = tokio::time::interval(events::TICK);
    let supervisor = Supervisor::of_environment();
    supervisor.ready();
    let alive = supervisor.stay_alive();
    tokio::pin!(alive);
    let signal = loop {
        tokio::select! {
            signal = termination.received() => break signal,
            () = &mut alive => {}
            _ = ticks.tick(), if events.is_some() => {
                if let Some(events) = events {
                    events.borrow_mut().quiet(clock.moment().wall);
                }
            }
        }
    };
    drop(control);
    renewal.abort();
    if let Some(api) = api {
        // Its thread ends while this one goes on answering.
        drop(tokio::task::spawn_blocking(move || api.stop()).await);
    }
    supervisor.stopping();
    tracing::info!(signal, "stopping: pending answers, then DPR to every peer");
    let stopping = async {
        // Who asks first: an MME or AMF still has something to say to the home network.
        ims.stop().await;
        fgs.stop().await;
        if let Some(mme) = mme {
            mme.stop().await;
        }
        if let Some(hss) = hss {
            hss.shutdown(DisconnectCause::REBOOTING).await;
        }
    };
    tokio::select! {
        () = stopping => {}
        signal = termination.received() => tracing::warn!(signal, "stopping at once"),
    }
    if let Some(events) = events {
        events.borrow_mut().finish(clock.moment().wall);
    }
    if let Some(exporter) = exporter {
        // It takes as long as a collector may.
        drop(tokio::task::spawn_blocking(move || exporter.finish()).await);
    }
    tracing::info!("stopped");
    Ok(())
}
