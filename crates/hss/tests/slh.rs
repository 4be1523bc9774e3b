//! SLh: what GMLCs are told of where UEs are served, out of what MMEs, SGSNs and AAA servers registered.

#![cfg(test)]

#[path = "support/recorded.rs"]
#[expect(dead_code, reason = "tshark's verdict alone is used")]
mod judge;
mod support;

use quintet_cx::write_session;
use quintet_diameter::dict::avp;
use quintet_diameter::{ConnectionId, Message, MessageWriter};
use quintet_hss::{HssConfig, SLH};
use quintet_identity::Msisdn;
use quintet_slh::{Ria, Rir, ServingNode};
use quintet_store::{Command, StoreError};
use quintet_subscriber::slh::LcsPolicy;
use support::*;

const MSISDN: &str = "49123456789";

/// An HSS with a GMLC of the home network and one of another; every pair of messages is kept for tshark.
struct Lcs {
    rig: Rig,
    gmlc: ConnectionId,
    stranger: ConnectionId,
    id: u32,
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Lcs {
    fn started() -> Self {
        let mut config = HssConfig::new(vec![plmn(HOME)]);
        config.slh.policy = LcsPolicy {
            realms: vec![REALM.to_owned()],
            gmlc_address: Some([192, 0, 2, 7].into()),
            ppr_address: None,
        };
        let mut rig = Rig::new(config);
        rig.provision_many(2, &subscription());
        rig.start();
        Self {
            gmlc: rig.mme("gmlc"),
            stranger: rig.connect("gmlc.example.org", "example.org"),
            id: 0,
            pairs: Vec::new(),
            rig,
        }
    }

    fn octets(&mut self, (host, realm): (&str, &str), write: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
        self.id += 1;
        let id = self.id;
        message(Rir::COMMAND, SLH, id, |w| {
            write_session(w, &format!("gmlc;1;{id}"));
            write(w);
            w.text(avp::ORIGIN_HOST, host);
            w.text(avp::ORIGIN_REALM, realm);
            w.text(avp::DESTINATION_REALM, REALM);
        })
    }

    fn ask_from(&mut self, connection: ConnectionId, from: (&str, &str), request: &Rir) -> Ria {
        let octets = self.octets(from, |w| request.write(w));
        let answer = self.rig.ask(connection, &octets);
        let read = Ria::read(&Message::decode(&answer).unwrap()).unwrap();
        self.pairs.push((octets, answer));
        read
    }

    fn ask(&mut self, request: &Rir) -> Ria {
        let host = format!("gmlc.{REALM}");
        self.ask_from(self.gmlc, (&host, REALM), request)
    }

    /// An MME (or with `flags` 0 an SGSN) registers the first subscriber.
    fn register(&mut self, connection: ConnectionId, name: &str, flags: u32) {
        self.id += 1;
        let request = ulr(self.id, name, imsi(1), flags, |_| ());
        let answer = self.rig.ask(connection, &request);
        assert_eq!(result_of(&answer), 2001);
    }
}

fn of_imsi(n: u32) -> Rir {
    Rir {
        imsi: Some(imsi(n)),
        ..Rir::default()
    }
}

fn of_number(number: &str) -> Rir {
    Rir {
        msisdn: Some(number.parse().unwrap()),
        ..Rir::default()
    }
}

#[test]
fn a_gmlc_is_told_where_a_ue_is_served() {
    let mut lcs = Lcs::started();
    assert_eq!(lcs.ask(&of_imsi(1)).outcome.code(), 4201, "nowhere yet");
    let (mme, sgsn) = (lcs.rig.mme("mme"), lcs.rig.mme("sgsn"));
    lcs.register(mme, "mme", 2);
    let ria = lcs.ask(&of_number(MSISDN));
    let host = format!("mme.{REALM}");
    assert_eq!(ria.serving_node, Some(ServingNode::of_mme(&host, REALM)));
    assert_eq!((ria.imsi, ria.msisdn), (Some(imsi(1)), None));
    assert_eq!(ria.gmlc_address, Some([192, 0, 2, 7].into()));
    lcs.register(sgsn, "sgsn", 0);
    let ria = lcs.ask(&of_imsi(1));
    assert_eq!(ria.msisdn, MSISDN.parse::<Msisdn>().ok());
    assert!(ria.serving_node.unwrap().mme.is_some());
    let second = &ria.additional_serving_nodes[0];
    assert_eq!(second.sgsn.as_ref().unwrap().name, format!("sgsn.{REALM}"));
    // Purged at the MME, the SGSN is what is left.
    let imsi = imsi(1);
    lcs.rig.direct(Command::Purge { imsi, host }).unwrap();
    let ria = lcs.ask(&of_imsi(1));
    assert!(ria.serving_node.unwrap().sgsn.is_some() && ria.additional_serving_nodes.is_empty());
    judge::judged_by_tshark(&lcs.pairs);
}

#[test]
fn who_may_not_ask_learns_nothing() {
    let mut lcs = Lcs::started();
    let stranger = lcs.stranger;
    for request in [of_imsi(1), of_imsi(9)] {
        let ria = lcs.ask_from(stranger, ("gmlc.example.org", "example.org"), &request);
        assert_eq!(ria, Ria::new(ria.outcome), "nothing but the result");
        assert_eq!(ria.outcome.code(), 5490, "whether there is such a user or not");
    }
    judge::judged_by_tshark(&lcs.pairs);
}

#[test]
fn what_is_wrong_with_a_request_is_told() {
    let mut lcs = Lcs::started();
    assert_eq!(lcs.ask(&of_imsi(9)).outcome.code(), 5001);
    assert_eq!(lcs.ask(&of_number("4999")).outcome.code(), 5001);
    let both = Rir {
        imsi: Some(imsi(1)),
        ..of_number("4999")
    };
    assert_eq!(lcs.ask(&both).outcome.code(), 5007);
    judge::judged_by_tshark(&lcs.pairs);
    let gmlc = lcs.gmlc;
    let host = format!("gmlc.{REALM}");
    let nobody = lcs.octets((&host, REALM), |w| w.u32(avp::AUTH_SESSION_STATE, 1));
    assert_eq!(result_of(&lcs.rig.ask(gmlc, &nobody)), 5005);
    lcs.rig
        .store
        .outage(Some(StoreError::Unavailable("outage".to_owned())));
    assert_eq!(lcs.ask(&of_imsi(1)).outcome.code(), 5012);
    lcs.rig.store.outage(Some(StoreError::Busy));
    assert_eq!(lcs.ask(&of_imsi(1)).outcome.code(), 3004);
}
