//! The HSS of MME and CSCFs: in this process or elsewhere, over TLS or without.

use super::address::reachable;
use crate::config::{Config, HssOverTls, Role};
use anyhow::{Context, Result};
use quintet_runtime::{Application, Driver, PeerTls};
use std::net::SocketAddr;

/// Where the HSS of this process is for its other nodes, if it has one that listens for what they speak.
pub(super) fn own_hss(config: &Config, link: &HssOverTls<'_>) -> Option<SocketAddr> {
    let listen = match link.is_secure() {
        true => &config.diameter.tls.listen,
        false => &config.diameter.listen,
    };
    let local = listen.first().filter(|_| config.roles.0.contains(&Role::Hss))?;
    Some(reachable(*local))
}

/// Has a node connect to its HSS over TLS, if it is to.
///
/// # Errors
/// If there is no certificate: a role of the command line's may be none that the file was checked for.
pub(super) fn over_tls<A: Application + 'static>(
    driver: &Driver<A>,
    hss: &str,
    link: &HssOverTls<'_>,
    tls: Option<&PeerTls>,
) -> Result<()> {
    if !link.is_secure() {
        return Ok(());
    }
    let section = link.section;
    let tls = tls.with_context(|| {
        format!("the HSS is to be reached over TLS: {section}.tls.certificate is missing")
    })?;
    if let Some(peer) = driver.with(|_, node, _| node.find_peer(hss)) {
        driver.reach_over_tls(peer, tls);
    }
    Ok(())
}
