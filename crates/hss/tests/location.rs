//! Update location, purge, notify and what the HSS sends (TS 29.272 5.2.1, 5.2.2, 5.2.4, 5.2.5) at the node.

#![cfg(test)]

#[path = "location/cancel.rs"]
mod cancel;
#[path = "location/changes.rs"]
mod changes;
#[path = "location/notify.rs"]
mod notify;
mod support;
#[path = "location/update.rs"]
mod update;

use quintet_diameter::dict::{avp, command};
use quintet_diameter::{ConnectionId, MessageWriter};
use quintet_hss::{Disposition, FIRST_PAUSE, HssConfig, HssEvent, MAX_ATTEMPTS};
use quintet_identity::Imsi;
use quintet_store::{Command, StoreError};
use quintet_subscriber::model::{AccessRestriction, Ambr, Roaming, SubscriberStatus, Subscription};
use quintet_subscriber::s6a::{DsrFlags, IdrFlags};
use std::time::Duration;
use support::*;

const S6A_ULR: u32 = 2;
const SINGLE: u32 = 1;
const SKIP: u32 = 4;
const INITIAL_ATTACH: u32 = 32;
const DATA: quintet_diameter::AvpId = avp::SUBSCRIPTION_DATA;

fn pur(id: u32, mme: &str, who: Imsi) -> Vec<u8> {
    s6a(command::PURGE_UE, id, mme, who, |_| ())
}

/// The next request of the HSS: over which connection, and its command.
fn gateway(w: &mut MessageWriter<'_>) {
    w.group(avp::MIP6_AGENT_INFO, |w| {
        w.address(avp::MIP_HOME_AGENT_ADDRESS, [192, 0, 2, 77].into());
        w.group(avp::MIP_HOME_AGENT_HOST, |w| {
            w.text(avp::DESTINATION_REALM, REALM);
            w.text(avp::DESTINATION_HOST, "pgw.example");
        });
    });
}

fn nor(id: u32, mme: &str, who: Imsi, more: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    s6a(command::NOTIFY, id, mme, who, more)
}

fn apns(ula: &[u8]) -> Vec<String> {
    let profile = find(ula, &[DATA, avp::APN_CONFIGURATION_PROFILE]).unwrap();
    let all = profile
        .group()
        .map(Result::unwrap)
        .filter(|avp| avp.is(avp::APN_CONFIGURATION));
    all.map(|apn| {
        apn.group()
            .find(avp::SERVICE_SELECTION)
            .unwrap()
            .text()
            .unwrap()
            .to_owned()
    })
    .collect()
}

fn sent(rig: &mut Rig) -> Option<(ConnectionId, u32, Vec<u8>)> {
    rig.request()
        .map(|(id, octets)| (id, header(&octets).code, octets))
}

/// Registers a subscriber and answers nothing but success.
fn register(rig: &mut Rig, mme: ConnectionId, id: u32, name: &str, who: Imsi, flags: u32) -> Vec<u8> {
    let ula = rig.ask(mme, &ulr(id, name, who, S6A_ULR | flags, |_| ()));
    assert_eq!(result_of(&ula), 2001);
    ula
}
