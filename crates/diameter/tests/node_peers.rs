//! Which peer may ask what, and which peer is asked what.

#![cfg(test)]

mod support;

use quintet_diameter::dict::{application as app, avp, command};
use quintet_diameter::node::{Application, Destination, NodeConfig, PeerConfig, Route};
use quintet_diameter::{Inbound, ResultCode};
use support::*;

const MME: &str = "mme.example.net";
const HSS: &str = "hss.example.net";

/// An HSS for S6a and Cx, where the MME may use S6a.
fn hss() -> NodeConfig {
    let mut hss = config(HSS, &[], &[]);
    hss.applications.push(Application::auth(TGPP, app::CX));
    hss.peers.push(PeerConfig {
        identity: MME.to_owned(),
        applications: Some(vec![S6A]),
        ..PeerConfig::default()
    });
    hss
}

#[test]
fn a_peer_is_served_in_its_applications_and_refused_in_others() {
    let mut raw = Raw::with(hss(), MME);
    let cer = raw.cer(|w| [S6A, app::CX].iter().for_each(|id| application(w, *id)));
    assert!(matches!(raw.feed(&cer), Inbound::Done));
    assert_eq!(result_of(&raw.answers()[0]), ResultCode::SUCCESS);
    let air = raw.air(Some(HSS), Some(REALM));
    assert!(matches!(raw.feed(&air), Inbound::Request(_)));
    let header = raw.header(0xc0, command::LOCATION_INFO, app::CX);
    let lir = raw.message(&header, |w| {
        w.text(avp::SESSION_ID, "mme;1;1");
        application(w, app::CX);
        w.u32(avp::AUTH_SESSION_STATE, 1);
        w.text(avp::ORIGIN_HOST, MME);
        w.text(avp::ORIGIN_REALM, REALM);
        w.text(avp::DESTINATION_REALM, REALM);
        w.text(avp::PUBLIC_IDENTITY, "sip:a@example.net");
    });
    assert_eq!(result_of(&raw.refused(&lir)), ResultCode::APPLICATION_UNSUPPORTED);
}

#[test]
fn a_peer_that_asks_for_none_of_its_applications_is_5010() {
    let mut raw = Raw::with(hss(), MME);
    let cer = raw.cer(|w| application(w, app::CX));
    assert!(matches!(raw.feed(&cer), Inbound::Done));
    assert_eq!(result_of(&raw.answers()[0]), ResultCode::NO_COMMON_APPLICATION);
    assert_eq!(raw.closing(), Closing::AfterFlush);
}

#[test]
fn routes_differ_by_application() {
    let mut client = config(MME, &[("a.example.net", 2), ("b.example.net", 3)], &[]);
    client.applications.push(Application::auth(TGPP, app::CX));
    let route = |id, peer: &str| Route {
        realm: Some("far.example".to_owned()),
        application_id: Some(id),
        peers: vec![peer.to_owned()],
        ..Route::default()
    };
    client.routes = vec![route(S6A, "a.example.net"), route(app::CX, "b.example.net")];
    let server = |name| {
        let mut server = config(name, &[], &[MME]);
        server.applications.push(Application::auth(TGPP, app::CX));
        server
    };
    let mut network = network(5, vec![client, server("a.example.net"), server("b.example.net")]);
    network.run_until(seconds(1));
    let to = Destination {
        host: None,
        realm: "far.example",
    };
    for (id, code) in [(S6A, AIR), (app::CX, command::LOCATION_INFO), (S6A, AIR)] {
        let now = network.now;
        let node = &mut network.hosts[0].node;
        node.request(now, to, id, code, |w| air(w, "s"), None).unwrap();
    }
    network.run_for(seconds(1));
    let sent = |host: usize, code| received(&network.hosts[host].node, code, true);
    assert_eq!((sent(1, AIR), sent(1, command::LOCATION_INFO)), (2, 0));
    assert_eq!((sent(2, AIR), sent(2, command::LOCATION_INFO)), (0, 1));
}
