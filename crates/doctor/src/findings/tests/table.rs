//! The rows, and the healthy trails they are made from.

mod after;
mod authentication;
mod fgs;
mod rejects;
mod security;

use super::Row;
use super::messages::*;
use super::tale::{ALL_FOUR, Tale};
use crate::trail::Procedure;
use quintet_crypto::Direction::{Downlink, Uplink};

pub(super) const TABLE: &[&[Row]] = &[
    authentication::ROWS,
    security::ROWS,
    after::ROWS,
    rejects::ROWS,
    fgs::ROWS,
];

/// ATTACH REQUEST by an IMSI.
fn begun() -> Tale {
    Tale::new(Procedure::Attach).up(&attach_request(7, ALL_FOUR))
}

/// Up to a good answer to the challenge.
fn authenticated() -> Tale {
    begun().down(&challenge(0, 1)).up(RESPONSE)
}

/// Up to SECURITY MODE COMMAND.
fn commanded() -> Tale {
    authenticated().down_under(3, &command(0x22, 0, ALL_FOUR))
}

/// Up to SECURITY MODE COMPLETE.
fn secured() -> Tale {
    commanded().up_under(4, COMPLETE)
}

/// To the end, readable.
fn healthy() -> Tale {
    secured()
        .down_under(2, &accept(true))
        .up_under(2, ATTACH_COMPLETE)
        .succeeded()
}

/// A protected initial message, taken by the network.
fn reused() -> Tale {
    Tale::new(Procedure::Attach)
        .sequences(40, 90)
        .up_under(1, &attach_request(3, ALL_FOUR))
        .down_under(2, &accept(true))
        .up_under(2, ATTACH_COMPLETE)
        .succeeded()
}

/// Trails of which nothing is to be said but notes.
pub(in super::super) fn healthy_ones() -> Vec<Tale> {
    vec![
        healthy(),
        reused(),
        healthy().released("nas: normal-release"),
        healthy().released("radioNetwork: user-inactivity"),
        secured().hidden(Downlink).hidden(Uplink).succeeded(),
        // Connected, and authenticated anew behind ciphering.
        secured()
            .hidden(Downlink)
            .hidden(Uplink)
            .hidden(Downlink)
            .hidden(Uplink)
            .sequences(0, 0)
            .down_under(3, &command(0x22, 1, ALL_FOUR))
            .up_under(4, COMPLETE)
            .succeeded(),
        begun()
            .down(ASK_IMSI)
            .up(GIVE_IMSI)
            .down(&challenge(0, 1))
            .up(RESPONSE)
            .down_under(3, &command(0x02, 0, ALL_FOUR))
            .up_under(4, COMPLETE)
            .down_under(2, &accept(true))
            .up_under(2, ATTACH_COMPLETE)
            .succeeded(),
        fgs::healthy(),
        begun()
            .down(&challenge(0, 1))
            .up(&failure(21))
            .down(&challenge(1, 2))
            .up(RESPONSE)
            .down_under(3, &command(0x22, 1, ALL_FOUR))
            .up_under(4, COMPLETE)
            .down_under(2, &accept(true))
            .up_under(2, ATTACH_COMPLETE)
            .succeeded(),
    ]
}
