//! Radio traces of NR and F1AP: the way from a PDU to NAS of 5GS.
//!
//! ```text
//!  mac-nr-framed ─► MAC PDU ─┬─ CCCH ──────────────────────────┐
//!                            └─ SRB1, SRB2 ─► RLC AM ─► PDCP ──┼─► RRC ─► Found
//!  F1AP ─► RRC container ────┬─ SRB0 ──────────────────────────┤
//!                            └─ SRB1, SRB2 ───────────► PDCP ──┘
//! ```

mod f1ap;
mod framed;
mod mac;
mod pdcp;
mod resolution;
mod rlc;
mod rrc;

use crate::found::{Detail, Found, System, UeKey};
use crate::plausible::looks_like_nas_5gs;
use crate::report::{Desk, Rules, Whose};
use crate::rrc::{Channel, Message};
use crate::tally::NotDecoded;
use crate::ue::{Baggage, Ues};
use mac::{IDENTITY, Piece, Pieces};
use quintet_crypto::Direction;
use resolution::{Resolution, Waiting};

const RULES: Rules = Rules {
    pdcp: pdcp::read,
    rrc: rrc::decode,
    looks_like_nas: looks_like_nas_5gs,
};

/// The UEs of all logs of NR and of all F1AP associations.
#[derive(Debug, Default)]
pub(crate) struct Nr {
    ues: Ues<rlc::Entity>,
    resolution: Resolution,
}

/// A PDU's UE, time and direction.
#[derive(Clone, Copy)]
struct Of {
    ue: UeKey,
    at_ns: i64,
    direction: Direction,
}

impl Nr {
    /// Forgets all UEs. Says how many PDUs with open pieces there were.
    pub(crate) fn clear(&mut self) -> usize {
        self.resolution.clear();
        self.ues.clear()
    }

    /// Takes in a MAC PDU behind its header.
    pub(crate) fn mac(
        &mut self,
        desk: &mut Desk<'_>,
        (log, at_ns): (u64, i64),
        framed: &[u8],
        out: &mut impl FnMut(Found<'_>),
    ) {
        let framed = match framed::read(framed) {
            Ok(framed) => framed,
            Err(fault) => return desk.tally.add(fault),
        };
        let pieces = Pieces::of(framed.direction, framed.payload);
        // Uplink, elements stand behind the SDUs.
        let c_rnti = pieces.clone().find_map(|piece| match piece {
            Ok(Piece::CRnti(rnti)) => Some(rnti),
            _ => None,
        });
        let ue = UeKey {
            system: System::Fgs,
            log,
            rnti: c_rnti.or(framed.rnti),
            ue_id: framed.ue_id,
        };
        for piece in pieces {
            let of = Of {
                ue: self.resolution.of(ue),
                at_ns,
                direction: framed.direction,
            };
            match piece {
                Ok(Piece::Ccch(message)) => {
                    self.ccch(desk, of, message, out);
                    if let (Direction::Uplink, Some(identity)) = (of.direction, message.first_chunk()) {
                        self.waits(ue, of, *identity);
                    }
                }
                Ok(Piece::Ccch1(message)) => match rrc::resume_request(message) {
                    Ok(message) => self.common(desk, of, &message, out),
                    Err(error) => desk.tally.add(error.into()),
                },
                Ok(Piece::Srb(srb, pdu)) => self.srb(desk, of, srb, pdu, out),
                Ok(Piece::Identity(identity)) => self.resolved(desk, ue, at_ns, identity),
                Ok(Piece::CRnti(_)) => {}
                Err(fault) => desk.tally.add(fault),
            }
        }
    }

    /// Takes in an F1AP message.
    pub(crate) fn f1ap(
        &mut self,
        desk: &mut Desk<'_>,
        (log, at_ns): (u64, i64),
        pdu: &[u8],
        out: &mut impl FnMut(Found<'_>),
    ) {
        let carried = match f1ap::read(pdu) {
            Ok(Some(carried)) => carried,
            Ok(None) => return,
            Err(fault) => return desk.tally.add(fault),
        };
        let of = Of {
            ue: UeKey {
                system: System::Fgs,
                log,
                rnti: None,
                ue_id: carried.ue_id,
            },
            at_ns,
            direction: carried.direction,
        };
        match carried.srb {
            0 => self.ccch(desk, of, carried.rrc, out),
            1 | 2 => self.pdcp(desk, of, carried.rrc, out),
            // SRB3 carries no NAS.
            _ => desk.tally.add(NotDecoded::OtherChannel),
        }
        if let Some(complete) = carried.setup_complete {
            self.pdcp(desk, of, complete, out);
        }
    }

    fn ccch(&mut self, desk: &mut Desk<'_>, of: Of, octets: &[u8], out: &mut impl FnMut(Found<'_>)) {
        let channel = match of.direction {
            Direction::Uplink => Channel::UlCcch,
            Direction::Downlink => Channel::DlCcch,
        };
        match rrc::decode(channel, octets, desk.nas) {
            Ok(message) => self.common(desk, of, &message, out),
            Err(error) => desk.tally.add(error.into()),
        }
    }

    /// A message of common control. None of them carries NAS.
    fn common(&mut self, desk: &mut Desk<'_>, of: Of, message: &Message, out: &mut impl FnMut(Found<'_>)) {
        desk.nas.clear();
        let comes_back = match message.detail {
            Detail::ReestablishmentRequest { c_rnti, .. } => self.ues.baggage(UeKey {
                rnti: Some(c_rnti),
                ..of.ue
            }),
            _ => None,
        };
        let (state, forgotten) = self.ues.ue(of.ue, of.at_ns);
        desk.tally.add_many(NotDecoded::RlcIncomplete, forgotten);
        if of.direction == Direction::Uplink {
            // Whoever had this C-RNTI before, a connection begins.
            desk.tally.add_many(NotDecoded::RlcIncomplete, state.restart());
            state.request = match message.detail {
                Detail::ConnectionRequest(request) => Some(request),
                _ => None,
            };
        }
        if let Some(baggage) = comes_back {
            state.unpack(baggage);
        }
        let to = Whose {
            ue: of.ue,
            direction: of.direction,
            request: state.request,
        };
        desk.report(message, to, out);
    }

    /// A UE asked for a connection and waits for the answer.
    fn waits(&mut self, told: UeKey, of: Of, identity: [u8; IDENTITY]) {
        let request = self.ues.baggage(of.ue).and_then(|baggage| baggage.request);
        self.resolution.wait(Waiting {
            ue: told,
            identity,
            request,
        });
    }

    /// The network answered a UE's first message. If the trace shows the UE under another number from here on, what it
    /// asked for goes along.
    fn resolved(&mut self, desk: &mut Desk<'_>, told: UeKey, at_ns: i64, identity: [u8; IDENTITY]) {
        let Some(waiting) = self.resolution.answered(told, identity) else {
            return;
        };
        let ue = self.resolution.of(told);
        if ue == waiting.ue {
            return;
        }
        let (state, forgotten) = self.ues.ue(ue, at_ns);
        let restarted = state.restart();
        desk.tally
            .add_many(NotDecoded::RlcIncomplete, forgotten + restarted);
        state.unpack(Baggage {
            security: state.security,
            request: waiting.request,
        });
    }

    fn srb(&mut self, desk: &mut Desk<'_>, of: Of, srb: u8, pdu: &[u8], out: &mut impl FnMut(Found<'_>)) {
        let (state, forgotten) = self.ues.ue(of.ue, of.at_ns);
        desk.tally.add_many(NotDecoded::RlcIncomplete, forgotten);
        let (entity, security, request) = state.bearer(srb, of.direction);
        let to = Whose {
            ue: of.ue,
            direction: of.direction,
            request,
        };
        let mut said = None;
        entity.receive(pdu, &mut |message| match message {
            Ok(message) => said = desk.dcch(RULES, message, security, to, out).or(said),
            Err(fault) => desk.tally.add(fault),
        });
        state.completes(said);
    }

    /// A PDCP PDU of SRB1 or SRB2 that F1AP carries.
    fn pdcp(&mut self, desk: &mut Desk<'_>, of: Of, pdu: &[u8], out: &mut impl FnMut(Found<'_>)) {
        let (state, forgotten) = self.ues.ue(of.ue, of.at_ns);
        desk.tally.add_many(NotDecoded::RlcIncomplete, forgotten);
        let to = Whose {
            ue: of.ue,
            direction: of.direction,
            request: state.request,
        };
        let said = desk.dcch(RULES, pdu, &mut state.security, to, out);
        state.completes(said);
    }
}
