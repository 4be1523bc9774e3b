//! A doctor, and messages for it.

use quintet_capture::{End, Flow, FlowEvent, FlowId, Pdu, Protocol, Seen, Sink, Timestamp};
use quintet_crypto::Direction;
use quintet_doctor::report::Attempt;
use quintet_doctor::{Doctor, Output, Settings};
use quintet_identity::{Ecgi, Plmn, STmsi, Tai};
use quintet_ngap::NgapPdu;
use quintet_s1ap::message::{
    DownlinkNasTransport, InitialUeMessage, UeContextReleaseCommand, UeContextReleaseComplete,
    UplinkNasTransport,
};
use quintet_s1ap::{Cause, EnbUeS1apId, MmeUeS1apId, RrcEstablishmentCause, S1apPdu, UeS1apIds};

/// One second.
pub(crate) const SECOND: i64 = 1_000_000_000;

/// A doctor, and what it said.
pub(crate) struct Case {
    pub(crate) doctor: Doctor,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) events: usize,
    /// How attempts stood.
    pub(crate) standing: Vec<Attempt>,
    frame: u64,
    now: i64,
}

impl Case {
    pub(crate) fn new() -> Self {
        Self::with(Settings {
            identities: true,
            ..Settings::default()
        })
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self {
            doctor: Doctor::new(settings),
            attempts: Vec::new(),
            events: 0,
            standing: Vec::new(),
            frame: 0,
            now: 1_000 * SECOND,
        }
    }

    /// Lets time pass before the next frame.
    pub(crate) fn wait(&mut self, nanoseconds: i64) {
        self.now += nanoseconds;
    }

    fn seen(&mut self) -> Seen {
        self.frame += 1;
        self.now += 1_000_000;
        Seen {
            file: 0,
            frame: self.frame,
            time: Timestamp(self.now),
        }
    }

    /// An S1AP message on an association: from the eNB, or to it.
    pub(crate) fn s1ap(&mut self, flow: u64, direction: Direction, message: S1apPdu<'_>) {
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("in range");
        self.octets(flow, direction, &octets);
    }

    /// The octets of one.
    pub(crate) fn octets(&mut self, flow: u64, direction: Direction, octets: &[u8]) {
        let enb = End::Address(format!("10.0.1.{flow}:36412").parse().expect("an address"));
        let mme = End::Address("10.0.0.1:36412".parse().expect("an address"));
        let (source, destination) = match direction {
            Direction::Uplink => (enb, mme),
            Direction::Downlink => (mme, enb),
        };
        let flow = Flow {
            id: FlowId(flow),
            source,
            destination,
        };
        self.pdu(Protocol::S1ap, flow, None, octets);
    }

    /// The next message is one that reassembly held back: it stands in the frame before the last one.
    pub(crate) fn held_back(&mut self) {
        self.frame -= 2;
    }

    /// An NGAP message on an association: from the gNB, or to it.
    pub(crate) fn ngap(&mut self, direction: Direction, message: NgapPdu<'_>) {
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("in range");
        let gnb = End::Address("10.0.2.1:38412".parse().expect("an address"));
        let amf = End::Address("10.0.0.2:38412".parse().expect("an address"));
        let (source, destination) = match direction {
            Direction::Uplink => (gnb, amf),
            Direction::Downlink => (amf, gnb),
        };
        let flow = Flow {
            id: FlowId(77),
            source,
            destination,
        };
        self.pdu(Protocol::Ngap, flow, None, &octets);
    }

    /// A NAS PDU of a log.
    pub(crate) fn log(&mut self, direction: Option<Direction>, octets: &[u8]) {
        let flow = Flow {
            id: FlowId(99),
            source: End::Unnamed,
            destination: End::Unnamed,
        };
        self.pdu(Protocol::NasEps, flow, direction, octets);
    }

    fn pdu(&mut self, protocol: Protocol, flow: Flow, direction: Option<Direction>, octets: &[u8]) {
        let seen = self.seen();
        self.doctor.pdu(&Pdu {
            seen,
            first_frame: seen.frame,
            protocol,
            flow,
            direction,
            octets,
        });
        self.collect();
    }

    /// Something befalls an association.
    pub(crate) fn flow(&mut self, flow: u64, event: FlowEvent) {
        let seen = self.seen();
        self.doctor.flow(seen, FlowId(flow), event);
        self.collect();
    }

    /// The capture ends.
    pub(crate) fn finish(&mut self) -> &[Attempt] {
        self.doctor.finish();
        self.collect();
        self.attempts.sort_by_key(|attempt| attempt.id);
        &self.attempts
    }

    fn collect(&mut self) {
        while let Some(output) = self.doctor.poll() {
            match output {
                Output::Attempt(attempt) => self.attempts.push(*attempt),
                Output::Event(_) => self.events += 1,
                Output::Standing(attempt) => self.standing.push(*attempt),
                Output::Withdrawn(_) | Output::Deciphered { .. } => {}
            }
        }
    }

    /// INITIAL UE MESSAGE.
    pub(crate) fn initial(&mut self, flow: u64, enb: u32, nas: &[u8], s_tmsi: Option<STmsi>) {
        let mut message = InitialUeMessage::new(
            EnbUeS1apId(enb),
            nas.into(),
            tai(),
            cell(),
            RrcEstablishmentCause::MoSignalling,
        );
        message.s_tmsi = s_tmsi;
        self.s1ap(flow, Direction::Uplink, message.into());
    }

    /// DOWNLINK NAS TRANSPORT.
    pub(crate) fn down(&mut self, flow: u64, enb: u32, mme: u32, nas: &[u8]) {
        let message = DownlinkNasTransport::new(MmeUeS1apId(mme), EnbUeS1apId(enb), nas.into());
        self.s1ap(flow, Direction::Downlink, message.into());
    }

    /// UPLINK NAS TRANSPORT.
    pub(crate) fn up(&mut self, flow: u64, enb: u32, mme: u32, nas: &[u8]) {
        let message = UplinkNasTransport::new(MmeUeS1apId(mme), EnbUeS1apId(enb), nas.into(), cell(), tai());
        self.s1ap(flow, Direction::Uplink, message.into());
    }

    /// UE CONTEXT RELEASE COMMAND and COMPLETE.
    pub(crate) fn release(&mut self, flow: u64, enb: u32, mme: u32) {
        let (mme_ue_s1ap_id, enb_ue_s1ap_id) = (MmeUeS1apId(mme), EnbUeS1apId(enb));
        let ids = UeS1apIds::Pair {
            mme_ue_s1ap_id,
            enb_ue_s1ap_id,
        };
        let command = UeContextReleaseCommand::new(ids, Cause::NAS_NORMAL_RELEASE);
        self.s1ap(flow, Direction::Downlink, command.into());
        let complete = UeContextReleaseComplete::new(mme_ue_s1ap_id, enb_ue_s1ap_id);
        self.s1ap(flow, Direction::Uplink, complete.into());
    }
}

fn plmn() -> Plmn {
    Plmn::from_ascii(b"00101").expect("a PLMN")
}

pub(crate) fn tai() -> Tai {
    Tai { plmn: plmn(), tac: 7 }
}

pub(crate) fn cell() -> Ecgi {
    Ecgi::new(plmn(), 0x0123_4561).expect("28 bits")
}

/// ATTACH REQUEST with the IMSI 001010000000001 to 9, by its last digit, without protection.
pub(crate) fn attach_request(last_digit: u8) -> Vec<u8> {
    let mut octets = hex::decode("0741710809101000000000").expect("hex");
    octets.push(last_digit << 4);
    octets.extend(hex::decode("02e0e000040201d011").expect("hex"));
    octets
}

/// IDENTITY REQUEST for the IMSI.
pub(crate) const IDENTITY_REQUEST: &[u8] = &[0x07, 0x55, 0x01];

/// ATTACH REJECT with this cause.
pub(crate) const fn attach_reject(cause: u8) -> [u8; 3] {
    [0x07, 0x44, cause]
}

/// SERVICE REQUEST of key set 0.
pub(crate) const SERVICE_REQUEST: &[u8] = &[0xc7, 0x05, 0x12, 0x34];

/// The frames of an attempt's messages.
pub(crate) fn frames(attempt: &Attempt) -> Vec<u64> {
    attempt.messages.iter().map(|message| message.frame).collect()
}
