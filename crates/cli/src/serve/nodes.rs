//! The nodes of this process: which of them are started, and how those that run are measured.

use super::certificates::{Certificates, Secured};
use super::watchers::Watchers;
use super::{fgs, hss, ims, mme, vault};
use crate::config::{Config, Role};
use crate::metrics;
use anyhow::Result;
use quintet_consult::Node;
use quintet_runtime::{Clock, Driver, Exporter, HssApplication, Tracer};
use quintet_telemetry::Board;

/// The nodes of this process.
pub(super) struct Started {
    pub(super) hss: Option<Driver<HssApplication>>,
    pub(super) mme: Option<mme::Running>,
    pub(super) fgs: fgs::Running,
    pub(super) ims: ims::Running,
}

/// Starts those of the configuration.
pub(super) async fn start(
    config: &Config,
    clock: Clock,
    watchers: &Watchers,
    certificates: &Certificates,
) -> Result<Started> {
    let hss = match config.roles.0.contains(&Role::Hss) {
        true => {
            let tls = certificates.diameter.as_ref();
            Some(hss::start(config, clock, watchers.tap(Node::Hss), tls).await?)
        }
        false => None,
    };
    let mme = match config.roles.0.contains(&Role::Mme) {
        true => {
            let tls = certificates.mme.as_ref();
            Some(mme::start(config, clock, watchers.tap(Node::Mme), tls)?)
        }
        false => None,
    };
    let fgs = fgs::start(
        config,
        clock,
        fgs::Taps {
            amf: watchers.tap(Node::Amf),
            ausf: watchers.tap(Node::Ausf),
            udm: watchers.tap(Node::Udm),
        },
        certificates,
    )?;
    let ims = ims::start(
        config,
        clock,
        ims::Taps {
            pcscf: watchers.tap(Node::Pcscf),
            icscf: watchers.tap(Node::Icscf),
            scscf: watchers.tap(Node::Scscf),
        },
        certificates.ims.as_ref(),
    )?;
    Ok(Started { hss, mme, fgs, ims })
}

/// All that may run.
pub(super) type Nodes<'n> = (
    Option<&'n Driver<HssApplication>>,
    Option<&'n mme::Running>,
    &'n fgs::Running,
    &'n ims::Running,
);

/// Those that have Diameter peers over TLS, or may have.
pub(super) fn secured((hss, mme, _, ims): Nodes<'_>) -> Secured {
    Secured {
        hss: hss.cloned(),
        mme: mme.map(|mme| mme.driver.clone()),
        icscf: ims.icscf.clone(),
        scscf: ims.scscf.as_ref().map(|scscf| scscf.driver.clone()),
    }
}

/// Has those that run asked for metrics and traced, as configured.
pub(super) async fn observe(
    config: &Config,
    clock: Clock,
    (hss, mme, fgs, ims): Nodes<'_>,
    certificates: &Certificates,
) -> Result<(Option<Exporter>, Option<Board>)> {
    let mut sources = metrics::Sources::none(clock);
    let shown = certificates.clone();
    sources.also(move |into| shown.measure(clock.moment().wall, into));
    let mut exporter = None;
    if let Some(collector) = config.telemetry.collector()? {
        let ratio = config.telemetry.sample;
        let (tracer, thread) = Tracer::start(collector, ratio, env!("CARGO_PKG_VERSION"))?;
        sources.trace(tracer);
        exporter = Some(thread);
    }
    if let Some(hss) = hss {
        sources.add(hss);
    }
    if let Some(mme) = mme {
        sources.add(&mme.driver);
        if let Some(tracer) = sources.tracer() {
            mme.driver.with(|_, _, application| application.trace(tracer));
        }
    }
    fgs.measured_by(&mut sources);
    ims.measured_by(&mut sources);
    if let Some(address) = config.metrics.listen {
        if let Some(keys) = vault::Watched::start(config)? {
            sources.add_told(move |into| keys.measure(into));
        }
        let local = metrics::serve(address, &sources).await?;
        tracing::info!(address = %local, "metrics: listening, path /metrics");
    }
    let board = config.api.has_page().then(|| metrics::watch(&sources, clock));
    Ok((exporter, board))
}
