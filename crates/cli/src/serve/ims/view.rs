//! What the CSCFs of this process answer to `quintet ims`.

use super::{Running, at};
use crate::ims::{ASSOCIATIONS, Association, USERS, User, UserContact, UserSet};
use quintet_cscf::scscf::{At, Scscf};
use quintet_esp::{Direction, Mode, SaSet, SaStatus};
use quintet_ims::agreement::Which;
use quintet_ims::registrar::Session;
use quintet_runtime::{Clock, Driver, PcscfApplication, ScscfApplication};
use serde_json::Value;
use std::collections::HashMap;
use std::rc::Rc;

/// What answers; `None` if there is nothing to ask.
pub(in crate::serve) fn answer(running: &Running, clock: Clock) -> Option<Rc<crate::control::Answer>> {
    let pcscf = running.pcscf.as_ref().map(|station| station.driver.clone());
    let scscf = running.scscf.as_ref().map(|station| station.driver.clone());
    if pcscf.is_none() && scscf.is_none() {
        return None;
    }
    Some(Rc::new(move |question| match question {
        USERS => Some(users(scscf.as_ref()?, at(clock))),
        ASSOCIATIONS => Some(associations(pcscf.as_ref()?)),
        _ => None,
    }))
}

fn users(driver: &Driver<ScscfApplication>, at: At) -> Value {
    driver.with(|_, _, application| {
        let scscf = application.view();
        let users: Vec<User> = scscf.sessions().map(|session| user(scscf, session, at)).collect();
        serde_json::to_value(users).unwrap_or_default()
    })
}

fn user(scscf: &Scscf, session: &Session, at: At) -> User {
    let sets = session.sets().iter().map(|set| UserSet {
        impus: set
            .members
            .iter()
            .filter(|member| !member.barred)
            .map(|member| member.impu.to_string())
            .collect(),
        barred: set
            .members
            .iter()
            .filter(|member| member.barred)
            .map(|member| member.impu.to_string())
            .collect(),
        contacts: set
            .bindings
            .iter()
            .map(|binding| UserContact {
                uri: binding.contact.uri.clone(),
                instance: binding.contact.instance.clone(),
                reg_id: binding.contact.reg_id,
                path: binding.path.clone(),
                expires_s: u64::from(binding.remaining(at.now)),
            })
            .collect(),
    });
    User {
        impi: session.impi().to_string(),
        scscf: scscf.config().name.clone(),
        authenticating: session.authenticating().map(ToString::to_string),
        sets: sets.collect(),
    }
}

fn associations(driver: &Driver<PcscfApplication>) -> Value {
    let owners: HashMap<SaSet, (String, &'static str)> = driver.with(|_, _, application| {
        let sets = application.view().associations();
        sets.map(|(impi, which, entry)| (entry.associations.set, (impi.to_owned(), name(which))))
            .collect()
    });
    let rows: Vec<Association> = driver
        .associations()
        .iter()
        .map(|status| association(status, owners.get(&status.set)))
        .collect();
    serde_json::to_value(rows).unwrap_or_default()
}

const fn name(which: Which) -> &'static str {
    match which {
        Which::Temporary => "temporary",
        Which::Current => "current",
        Which::New => "new",
        Which::Old => "old",
    }
}

fn association(status: &SaStatus, owner: Option<&(String, &'static str)>) -> Association {
    let key = status.key;
    Association {
        impi: owner.map(|(impi, _)| impi.clone()),
        set: owner.map(|(_, which)| (*which).to_owned()),
        direction: match key.direction {
            Direction::Inbound => "in",
            Direction::Outbound => "out",
        }
        .to_owned(),
        spi: key.spi.value(),
        source: key.source.to_string(),
        destination: key.destination.to_string(),
        integrity: status.suite.integrity().to_string(),
        encryption: status.suite.encryption().to_string(),
        mode: match status.mode {
            Mode::Transport => "transport",
            Mode::UdpEncapsulatedTunnel { .. } => "udp-enc-tun",
        }
        .to_owned(),
        packets: status.packets,
        octets: status.octets,
        expires_s: status.remaining.as_secs(),
    }
}
