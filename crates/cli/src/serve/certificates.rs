//! The certificates of `quintet serve`: read when it starts, and again on SIGHUP, without a connection lost.
//!
//! What is read again of a configuration are its certificates, keys and authorities, and what peers over TLS must prove; each
//! section by itself. One that cannot be read or does not fit is said, and what was there before stays.

use crate::config::{Config, Role, Roles};
use crate::signals::Hangup;
use anyhow::{Context, Result};
use quintet_diameter::node::{Node, PeerSecurity};
use quintet_runtime::{
    Application, ClientTls, Clock, Driver, HssApplication, IcscfApplication, MmeApplication, PeerTls,
    ScscfApplication, ServerTls, Tls,
};
use quintet_telemetry::{Collection, metrics};
use std::path::PathBuf;
use std::time::Duration;

/// So long before the end of a certificate the log warns of it, and so does the alert QuintetCertificateEndsSoon.
const SOON: Duration = Duration::from_secs(14 * 86_400);

const DAY: u64 = 86_400;

/// TLS of all nodes and of the interface; absent where there is none. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Certificates {
    /// `[diameter.tls]`: the HSS.
    pub(super) diameter: Option<PeerTls>,
    /// `[mme.tls]`: the MME, towards its HSS.
    pub(super) mme: Option<PeerTls>,
    /// `[ims.tls]`: I- and S-CSCF, towards theirs.
    pub(super) ims: Option<PeerTls>,
    /// `[sbi]`: what listens.
    pub(super) sbi_server: Option<ServerTls>,
    /// `[sbi]`: what calls.
    pub(super) sbi_client: Option<ClientTls>,
    /// `[api.tls]`.
    pub(super) api: Option<ServerTls>,
}

/// What files hold now, section by section.
struct Fresh {
    diameter: Result<Option<PeerTls>>,
    mme: Result<Option<PeerTls>>,
    ims: Result<Option<PeerTls>>,
    sbi_server: Result<Option<ServerTls>>,
    sbi_client: Result<Option<ClientTls>>,
    api: Result<Option<ServerTls>>,
}

impl Fresh {
    fn read(config: &Config) -> Self {
        let has = |roles: &[Role]| roles.iter().any(|role| config.roles.0.contains(role));
        let has_sbi = has(&[Role::Amf, Role::Ausf, Role::Udm]);
        let has_cx = has(&[Role::Icscf, Role::Scscf]);
        Self {
            diameter: when(has(&[Role::Hss]), || config.diameter.secured()),
            mme: when(has(&[Role::Mme]), || config.mme.hss_over_tls().secured()),
            ims: when(has_cx, || config.ims.hss_over_tls().secured()),
            sbi_server: when(has_sbi, || config.sbi.server()),
            sbi_client: when(has_sbi, || config.sbi.client()),
            api: when(config.api.listen.is_some(), || config.api.secured()),
        }
    }
}

/// What is there, if it is used.
fn when<T>(used: bool, read: impl FnOnce() -> Result<Option<T>>) -> Result<Option<T>> {
    if used { read() } else { Ok(None) }
}

impl Certificates {
    /// Those of a configuration.
    ///
    /// # Errors
    /// Files that cannot be read or used, the first of them.
    pub(super) fn read(config: &Config) -> Result<Self> {
        let fresh = Fresh::read(config);
        Ok(Self {
            diameter: fresh.diameter?,
            mme: fresh.mme?,
            ims: fresh.ims?,
            sbi_server: fresh.sbi_server?,
            sbi_client: fresh.sbi_client?,
            api: fresh.api?,
        })
    }

    /// The sections that show a certificate, and when it ends, since 1970.
    fn ends(&self) -> impl Iterator<Item = (&'static str, Duration)> {
        let of_peers = |tls: &Option<PeerTls>| tls.as_ref().and_then(Tls::ends);
        let of_server = |tls: &Option<ServerTls>| tls.as_ref().and_then(Tls::ends);
        [
            ("diameter.tls", of_peers(&self.diameter)),
            ("mme.tls", of_peers(&self.mme)),
            ("ims.tls", of_peers(&self.ims)),
            // What calls shows the certificate of what listens.
            ("sbi", of_server(&self.sbi_server)),
            ("api.tls", of_server(&self.api)),
        ]
        .into_iter()
        .filter_map(|(section, ends)| Some((section, ends?)))
    }

    /// Tells how long each certificate is good; `wall`: the time since 1970.
    pub(super) fn tell(&self, wall: Duration) {
        for (section, ends) in self.ends() {
            let left = ends.saturating_sub(wall);
            let days = left.as_secs() / DAY;
            if left.is_zero() {
                tracing::warn!(
                    section,
                    "the certificate has ended: who does not pin it refuses it"
                );
            } else if left < SOON {
                tracing::warn!(section, days, "the certificate ends soon");
            } else {
                tracing::info!(section, days, "certificate: read");
            }
        }
    }

    /// Counts down to the end of each certificate; `wall`: the time since 1970.
    pub(super) fn measure(&self, wall: Duration, into: &mut Collection) {
        for (section, ends) in self.ends() {
            let left = ends.as_secs_f64() - wall.as_secs_f64();
            into.gauge(&metrics::CERTIFICATE_REMAINING, &[section], left);
        }
    }
}

/// What became of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// There is none.
    Absent,
    /// What was read is used.
    Renewed,
    /// What was there stays.
    Kept,
}

/// Puts what was read in the place of what is used, if it can.
fn renew<T: Clone>(section: &str, used: Option<&Tls<T>>, fresh: Result<Option<Tls<T>>>) -> Outcome {
    match (used, fresh) {
        (_, Err(error)) => {
            let error = format!("{error:#}");
            tracing::error!(
                section,
                error,
                "certificates cannot be used: those of before stay"
            );
            Outcome::Kept
        }
        (Some(used), Ok(Some(fresh))) => {
            used.renew(&fresh);
            Outcome::Renewed
        }
        (None, Ok(None)) => Outcome::Absent,
        (Some(_), Ok(None)) | (None, Ok(Some(_))) => {
            tracing::warn!(section, "whether there is TLS at all counts after a restart");
            Outcome::Kept
        }
    }
}

/// The nodes that have Diameter peers over TLS.
pub(super) struct Secured {
    pub(super) hss: Option<Driver<HssApplication>>,
    pub(super) mme: Option<Driver<MmeApplication>>,
    pub(super) icscf: Option<Driver<IcscfApplication>>,
    pub(super) scscf: Option<Driver<ScscfApplication>>,
}

impl Secured {
    /// Takes over what was read, and answers whether it was all of it: afterwards new connections use it.
    fn renew(&self, certificates: &Certificates, config: &Config, fresh: Fresh) -> bool {
        let hss = renew("diameter.tls", certificates.diameter.as_ref(), fresh.diameter);
        if hss == Outcome::Renewed {
            with_node(self.hss.as_ref(), |node| {
                for peer in &config.diameter.peers {
                    expect(node, peer.identity.as_str(), peer.security());
                }
            });
        }
        let mme = renew("mme.tls", certificates.mme.as_ref(), fresh.mme);
        if mme == Outcome::Renewed {
            let (identity, link) = (config.mme.hss_identity.as_str(), config.mme.hss_over_tls());
            with_node(self.mme.as_ref(), |node| expect(node, identity, link.security()));
        }
        let ims = renew("ims.tls", certificates.ims.as_ref(), fresh.ims);
        if ims == Outcome::Renewed {
            let (identity, link) = (config.ims.hss_identity.as_str(), config.ims.hss_over_tls());
            with_node(self.icscf.as_ref(), |node| {
                expect(node, identity, link.security())
            });
            with_node(self.scscf.as_ref(), |node| {
                expect(node, identity, link.security())
            });
        }
        let others = [
            renew("sbi", certificates.sbi_server.as_ref(), fresh.sbi_server),
            renew("sbi", certificates.sbi_client.as_ref(), fresh.sbi_client),
            renew("api.tls", certificates.api.as_ref(), fresh.api),
        ];
        !others
            .into_iter()
            .chain([hss, mme, ims])
            .any(|outcome| outcome == Outcome::Kept)
    }
}

fn with_node<A: Application + 'static>(driver: Option<&Driver<A>>, work: impl FnOnce(&mut Node)) {
    if let Some(driver) = driver {
        driver.with(|_, node, _| work(node));
    }
}

fn expect(node: &mut Node, identity: &str, security: PeerSecurity) {
    // Peers that are new in the file are the next start's.
    if let Some(peer) = node.find_peer(identity) {
        node.expect_of(peer, security);
    }
}

/// Where a configuration came from.
pub(super) struct Source {
    pub(super) file: Option<PathBuf>,
    /// As the command line has overridden them.
    pub(super) roles: Roles,
}

/// Reads certificates again each time the signal comes, until it is dropped.
pub(super) async fn renew_on(
    mut signal: Hangup,
    source: Source,
    certificates: Certificates,
    secured: Secured,
    clock: Clock,
) {
    loop {
        signal.received().await;
        let Some(file) = source.file.clone() else {
            tracing::warn!("SIGHUP: there is no configuration file to read again");
            continue;
        };
        let roles = source.roles.clone();
        // Files may be on a disk that hangs: nodes do not wait for it.
        let reading = tokio::task::spawn_blocking(move || {
            let config = Config::read(&file, &roles.0)?;
            let fresh = Fresh::read(&config);
            Ok::<_, anyhow::Error>((config, fresh))
        });
        match reading.await.context("reading ended early").flatten() {
            Ok((config, fresh)) => {
                let whole = secured.renew(&certificates, &config, fresh);
                certificates.tell(clock.moment().wall);
                if whole {
                    tracing::info!(
                        "SIGHUP: certificates were read again; all else of the configuration counts after a restart"
                    );
                }
            }
            Err(error) => {
                let error = format!("{error:#}");
                tracing::error!(
                    error,
                    "SIGHUP: the configuration cannot be used: certificates of before stay"
                );
            }
        }
    }
}
