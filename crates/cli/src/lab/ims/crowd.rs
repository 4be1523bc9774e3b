//! The UEs of a load: each registers with IMS AKA and IPsec, and stays registered.

use super::access::Access;
use super::core;
use super::ground::{Ground, MAX_UES};
use super::words;
use anyhow::{Result, bail};
use quintet_esp::{Encryption, Integrity, Suite};
use quintet_ims::agreement::UePolicy;
use quintet_ims::ue::{Configuration, DEFAULT_EXPIRES_S, Event, SET_NAMES, Security, Start, Ue};
use quintet_sim::Usim;
use quintet_sim::demo::Population;
use quintet_sim::ims::{SimEvent, Ues, User, UserEvent, UserId, identity};
use quintet_sim::radio::UeId;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

/// A UE's protected ports.
const SERVER_PORT: u16 = 5064;
const CLIENT_PORTS: std::ops::RangeInclusive<u16> = 5070..=5099;

/// The seed of branches and tags.
const SEED: u64 = 1;

/// No UE yet.
pub(super) fn nobody(ground: &Ground) -> Access {
    Access {
        ues: Ues::new(core::timers(ground).air, SEED),
        nat: Vec::new(),
        first: Ipv4Addr::LOCALHOST,
    }
}

fn configuration(ground: &Ground) -> Result<Configuration> {
    Ok(Configuration {
        pcscf: ground.access(),
        port: ground.ue_port,
        server_port: SERVER_PORT,
        client_ports: CLIENT_PORTS,
        security: Security::Ipsec(UePolicy {
            suites: vec![Suite::new(Integrity::HmacSha1_96, Encryption::AesCbc)?],
            encapsulation: false,
        }),
        expires_s: DEFAULT_EXPIRES_S,
        subscribes: false,
        automatic: false,
        timers: core::timers(ground).ue,
    })
}

/// The n-th UE; `None` if there are no more subscribers.
///
/// # Errors
/// If there is no address for it.
pub(super) fn join(ground: &Ground, access: &mut Access, n: u32) -> Result<Option<UeId>> {
    if n >= MAX_UES {
        bail!("the lab of IMS has addresses for {MAX_UES} UEs: give --ues no more");
    }
    let Some(subscriber) = Population::new().subscriber(n) else {
        return Ok(None);
    };
    let card = Usim::new(subscriber.imsi, &subscriber.authentication, Default::default())?;
    let configuration = Arc::new(configuration(ground)?);
    let identity = identity(subscriber.imsi)?;
    let address = ground.ue(n);
    let ue = Ue::new(configuration, identity, address.into(), (n + 1) * SET_NAMES);
    Ok(access.ues.add(User::new(ue, Some(card))).map(|id| UeId(id.0)))
}

pub(super) fn begin(access: &mut Access, now: Duration, ue: UeId) {
    access.ues.start(now, UserId(ue.0), Start::Register);
}

/// Whether this ends a UE's registration, and how.
pub(super) fn ended(event: &SimEvent) -> Option<(UeId, Result<(), String>)> {
    let UserEvent::Ue(what) = &event.what else {
        return None;
    };
    let how = match what {
        Event::Registered { .. } => Ok(()),
        Event::Failed { why, .. } => Err(words::failure(*why)),
        _ => return None,
    };
    Some((UeId(event.user.0), how))
}
