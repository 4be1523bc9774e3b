//! An attempt told message by message, on S6a and on S1.

use super::super::rules;
use crate::report::{Finding, MacVerdict};
use crate::s6a::support::*;
use crate::s6a::{Challenge, Lone};
use crate::trail::{Area, Carrier, End, Procedure, Sighting, Signal, Trail};
use quintet_capture::{FlowEvent, FlowId, Seen, Timestamp};
use quintet_crypto::Direction;
use quintet_diameter::dict::avp;
use quintet_emm::path::{MessageView, Protection};
use quintet_identity::Tai;
use quintet_mme::s6a::AnswerOutcome;
use quintet_nas::eps::EmmMessage;
use quintet_nas::security::SecurityHeaderType;

/// Frames of S1 are numbered from here.
const S1_FRAMES: u64 = 1_000;

/// An attempt being told.
pub(super) struct Story {
    pub(super) tap: Tap,
    trail: Trail,
    next: u32,
    /// The attempt ends, the capture does not.
    pub(super) goes_on: bool,
}

impl Story {
    pub(super) fn new() -> Self {
        // The empty trail of an attempt of S6a, to be filled.
        let mut lone = Lone::new();
        let mut tap = Tap::new();
        tap.pass(1, To::Hss, &air(0, IMSI));
        lone.add(tap.last().clone());
        lone.finish();
        let mut trail = lone.poll(Timestamp(0)).expect("an attempt");
        trail.id = 1;
        trail.s6a.clear();
        trail.procedure = Procedure::Attach;
        trail.area = Some(Area::Eps(Tai {
            plmn: plmn(HOME),
            tac: 1,
        }));
        Self {
            tap: Tap::new(),
            trail,
            next: 0,
            goes_on: false,
        }
    }

    /// The identifier of the next request.
    pub(super) fn id(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// A request to the HSS and what it answers.
    pub(super) fn ask(&mut self, request: &[u8], answer: &[u8]) {
        self.tap.asked(request, answer);
    }

    /// A request of the HSS and what the MME answers.
    pub(super) fn told(&mut self, request: &[u8], answer: &[u8]) {
        self.tap.pass(1, To::Mme, request);
        self.tap.pass(1, To::Hss, answer);
    }

    /// An AIR and vectors for it.
    pub(super) fn fetch(&mut self, vectors: &[(u8, u8)]) {
        let asked = air(self.id(), IMSI);
        self.ask(&asked, &aia(&asked, vectors));
    }

    /// An AIR with AUTS and vectors for it.
    pub(super) fn resync(&mut self, rand: u8, auts: u8, vectors: &[(u8, u8)]) {
        let asked = air_resync(self.id(), IMSI, rand, auts);
        self.ask(&asked, &aia(&asked, vectors));
    }

    /// An AIR that is refused.
    pub(super) fn refuse(&mut self, outcome: AnswerOutcome) {
        let asked = air(self.id(), IMSI);
        self.ask(&asked, &answer(&asked, outcome, |_| {}));
    }

    /// An AIR for somebody, to a realm, that is refused with 5001.
    pub(super) fn refused_elsewhere(&mut self, whose: &str, realm: &str) {
        let code = quintet_diameter::dict::command::AUTHENTICATION_INFORMATION;
        let asked = message(&header(code, self.next), |w| {
            quintet_mme::s6a::write_application(w, "a");
            w.text(avp::DESTINATION_REALM, realm);
            w.text(avp::USER_NAME, whose);
        });
        let refusal = answer(&asked, AnswerOutcome::experimental(5001), |_| {});
        self.ask(&asked, &refusal);
    }

    fn seen(&mut self) -> Seen {
        self.tap.now_ms += 20;
        Seen {
            file: 0,
            frame: S1_FRAMES + self.trail.nas.len() as u64 + self.trail.signals.len() as u64,
            time: self.tap.at(),
        }
    }

    /// A plain NAS message.
    pub(super) fn nas(&mut self, direction: Direction, octets: &[u8]) {
        let seen = self.seen();
        let message = MessageView::of_plain(direction, octets).expect("a message");
        let sighting = Sighting {
            seen,
            direction,
            carrier: Carrier::Log,
            header: SecurityHeaderType(0),
            protection: Protection::Plain,
            sequence: None,
            name: message.name(),
            view: message.into(),
            pdu: octets.into(),
            plain: Some(octets.into()),
            mac: MacVerdict::Unverifiable,
            count: None,
            notes: Vec::new(),
            repeats: None,
            offence: None,
            malformed: None,
        };
        if let Some(EmmMessage::AuthenticationRequest(request)) = sighting.message() {
            let challenge = Challenge {
                attempt: self.trail.id,
                seen,
                rand: request.authentication_parameter_rand,
                autn: request.authentication_parameter_autn,
                imsi: Some(imsi(IMSI)),
            };
            let used = self.tap.observer.vectors_mut().challenged(&challenge);
            self.trail.vector_uses.push(used);
        }
        self.trail.nas.push(sighting);
    }

    /// ATTACH REQUEST.
    pub(super) fn attach(&mut self) {
        let mut octets = vec![0x07, 0x41, 0x71, 8, 0x09, 0x10, 0x10, 0x10, 0, 0, 0, 0x10];
        octets.extend([2, 0xf0, 0xf0, 0, 4, 2, 1, 0xd0, 0x31]);
        self.nas(Direction::Uplink, &octets);
    }

    /// AUTHENTICATION REQUEST.
    pub(super) fn challenge(&mut self, rand: u8, autn: u8) {
        let mut octets = vec![0x07, 0x52, 0];
        octets.extend([rand; 16]);
        octets.push(16);
        octets.extend([autn; 16]);
        self.nas(Direction::Downlink, &octets);
    }

    /// AUTHENTICATION FAILURE with AUTS.
    pub(super) fn out_of_sync(&mut self, auts: u8) {
        let mut octets = vec![0x07, 0x5c, 21, 0x30, 14];
        octets.extend([auts; 14]);
        self.nas(Direction::Uplink, &octets);
    }

    /// ATTACH REJECT.
    pub(super) fn reject(&mut self, cause: u8) {
        self.nas(Direction::Downlink, &[0x07, 0x44, cause]);
    }

    /// UE CONTEXT RELEASE COMMAND.
    pub(super) fn release(&mut self) {
        let seen = self.seen();
        self.trail.signals.push(Signal {
            seen,
            direction: Direction::Downlink,
            name: "UE CONTEXT RELEASE COMMAND",
            cause: None,
        });
    }

    /// The connection to the HSS closes.
    pub(super) fn close(&mut self) {
        let seen = self.seen();
        self.tap.observer.flow(seen, FlowId(1), FlowEvent::Closed);
    }

    /// Another attempt of the same subscriber begins; what was seen on S1 was the first one's.
    pub(super) fn again(&mut self) {
        self.trail.id += 1;
        self.trail.nas.clear();
        self.trail.signals.clear();
        self.trail.vector_uses.clear();
    }

    pub(super) fn wait(&mut self, ms: i64) {
        self.tap.wait(ms);
    }

    pub(super) fn trail(&mut self) -> &mut Trail {
        &mut self.trail
    }

    /// What the rules say of it.
    pub(super) fn findings(&mut self) -> Vec<Finding> {
        if !self.goes_on {
            self.tap.finish();
        }
        self.trail.s6a = self.tap.exchanges.values().cloned().collect();
        self.trail.now = self.tap.at();
        self.trail.end = End::CaptureEnds;
        self.trail.identities.imsi = Some(imsi(IMSI));
        let path = self.tap.observer.path(Timestamp(0), self.tap.at());
        self.trail.hss_path = path.copied().collect();
        rules(&self.trail)
    }
}
