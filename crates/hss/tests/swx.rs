//! SWx: what 3GPP AAA servers ask and are told, with cards and phones that try what they got.

#![cfg(test)]

#[path = "swx/assignment.rs"]
mod assignment;
#[path = "swx/authentication.rs"]
mod authentication;
#[path = "swx/changes.rs"]
mod changes;
#[path = "support/recorded.rs"]
#[expect(dead_code, reason = "tshark's verdict alone is used")]
mod judge;
mod support;

use quintet_cx::{AuthenticationScheme, ExperimentalResult, ReasonCode, ServerAssignmentType};
use quintet_diameter::dict::avp;
use quintet_diameter::{ConnectionId, Message, MessageWriter};
use quintet_hss::SWX;
use quintet_identity::Imsi;
use quintet_swx::*;
use support::*;

/// An HSS with two 3GPP AAA servers; every pair of messages is kept for tshark.
struct Swx {
    rig: Rig,
    servers: [ConnectionId; 2],
    id: u32,
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
}

const AAA: [&str; 2] = ["aaa1", "aaa2"];

impl Swx {
    fn started(subscribers: u32) -> Self {
        Self::of(Rig::started(subscribers))
    }

    fn of(mut rig: Rig) -> Self {
        let servers = AAA.map(|name| rig.connect(&format!("{name}.{REALM}"), REALM));
        Self {
            rig,
            servers,
            id: 0,
            pairs: Vec::new(),
        }
    }

    fn octets(&mut self, at: usize, code: u32, write: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
        self.id += 1;
        let (id, name) = (self.id, AAA[at]);
        message(code, SWX, id, |w| {
            w.text(avp::SESSION_ID, &format!("{name};1;{id}"));
            w.text(avp::ORIGIN_HOST, &format!("{name}.{REALM}"));
            w.text(avp::ORIGIN_REALM, REALM);
            w.text(avp::DESTINATION_HOST, HSS);
            w.text(avp::DESTINATION_REALM, REALM);
            write(w);
        })
    }

    /// A AAA server asks, and takes the answer, which must come at once.
    fn ask(&mut self, at: usize, request: &Request<'_>) -> Answer {
        let octets = self.octets(at, request.command(), |w| request.write(w));
        let answer = self.rig.ask(self.servers[at], &octets);
        let read = Answer::read(&Message::decode(&answer).unwrap()).unwrap();
        self.pairs.push((octets, answer));
        read
    }

    fn mar(&mut self, at: usize, mar: Mar<'_>) -> Maa {
        match self.ask(at, &Request::MultimediaAuth(Box::new(mar))) {
            Answer::MultimediaAuth(maa) => maa,
            other => panic!("{other:?}"),
        }
    }

    fn sar(&mut self, at: usize, sar: Sar<'_>) -> Saa {
        match self.ask(at, &Request::ServerAssignment(Box::new(sar))) {
            Answer::ServerAssignment(saa) => saa,
            other => panic!("{other:?}"),
        }
    }

    /// Registers a UE as a AAA server does.
    fn register(&mut self, at: usize, who: Imsi) {
        assert_eq!(self.mar(at, mar(who)).outcome.code(), 2001);
        let saa = self.sar(at, Sar::new(who, ServerAssignmentType::REGISTRATION));
        assert_eq!(saa.outcome.code(), 2001);
    }

    /// The next request of the HSS, confirmed: to which AAA server, and what.
    fn told(&mut self) -> Option<(usize, Vec<u8>)> {
        let sent = self.rig.request_of(SWX)?;
        self.rig.confirm(&sent, 2001);
        let at = self.servers.iter().position(|id| *id == sent.0);
        let mut confirmation = Vec::new();
        let request = Message::decode(&sent.1).unwrap();
        let mut w = MessageWriter::answer(&mut confirmation, &request, false);
        w.raw(request.find(avp::SESSION_ID).unwrap().raw);
        w.u32(avp::RESULT_CODE, 2001);
        w.text(avp::ORIGIN_HOST, "aaa");
        w.text(avp::ORIGIN_REALM, REALM);
        Answer::refusal(request.header().code, quintet_cx::Outcome::SUCCESS)
            .unwrap()
            .write(&mut w);
        w.finish();
        self.pairs.push((sent.1.clone(), confirmation));
        Some((at.expect("a AAA server"), sent.1))
    }

    /// Another process wrote.
    fn noticed(&mut self) {
        self.rig.hss.store_changed(self.rig.now);
        self.rig.pump();
    }
}

/// A MAR for one vector of EAP-AKA'.
fn mar(who: Imsi) -> Mar<'static> {
    Mar {
        anid: Some("WLAN"),
        rat_type: Some(0),
        ..Mar::new(who, AuthenticationScheme::EAP_AKA_PRIME, 1)
    }
}

/// The experimental result of an answer.
fn refusal(outcome: quintet_cx::Outcome) -> ExperimentalResult {
    match outcome {
        quintet_cx::Outcome::Experimental(result) => result,
        other => panic!("{other:?}"),
    }
}
