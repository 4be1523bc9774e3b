//! The whole way from a traced PDU to NAS.

use crate::found::{Detail, Found, System, UeKey};
use crate::framed::Framed;
use crate::mac::{self, Piece};
use crate::nr::Nr;
use crate::pdcp;
use crate::plausible::looks_like_nas;
use crate::report::{Desk, Rules, Whose};
use crate::rlc::Entity;
use crate::rrc::{self, Channel, NasParts};
use crate::tally::{NotDecoded, Tally};
use crate::ue::{Baggage, Ues};
use quintet_crypto::Direction;

/// Sub-types of GSMTAP's LTE RRC that are of NB-IoT and carry NAS.
const NARROW_BAND: std::ops::RangeInclusive<u8> = 14..=17;

const RULES: Rules = Rules {
    pdcp: pdcp::read,
    rrc: rrc::decode,
    looks_like_nas,
};

/// Reads radio traces of LTE and NR, and F1AP: what is found goes to the function given, at once and in order.
///
/// A `log` is a number of the caller's for one capture file or flow: UEs, told apart by C-RNTI, are of one log each.
/// Times are nanoseconds of any clock, the same for all PDUs of a log; they may go back a little.
#[derive(Debug, Default)]
pub struct Radio {
    ues: Ues<Entity>,
    nr: Nr,
    nas: NasParts,
    tally: Tally,
}

impl Radio {
    /// One that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How often something was not decoded, by kind.
    #[must_use]
    pub const fn not_decoded(&self) -> &Tally {
        &self.tally
    }

    /// Ends: counts what waits for its rest in vain, and forgets all UEs.
    pub fn finish(&mut self) {
        let open = self.ues.clear() + self.nr.clear();
        self.tally.add_many(NotDecoded::RlcIncomplete, open);
    }

    /// Takes in a MAC PDU behind the header of Wireshark's `mac-lte-framed`, with or without the seven octets `mac-lte`
    /// before that.
    ///
    /// What cannot be read is counted in [`Self::not_decoded`].
    pub fn mac(&mut self, log: u64, at_ns: i64, framed: &[u8], out: &mut impl FnMut(Found<'_>)) {
        let framed = match Framed::read(framed) {
            Ok(framed) => framed,
            Err(fault) => return self.tally.add(fault),
        };
        let mut ue = UeKey {
            system: System::Eps,
            log,
            rnti: framed.rnti,
            ue_id: framed.ue_id,
        };
        let direction = framed.direction;
        let read = mac::pieces(direction, framed.payload, |piece| match piece {
            Piece::CRnti(rnti) => ue.rnti = Some(rnti),
            Piece::Ccch(message) => self.ccch(ue, at_ns, direction, message, out),
            Piece::Srb(srb, pdu) => self.srb(ue, at_ns, direction, srb, pdu, out),
        });
        if let Err(fault) = read {
            self.tally.add(fault);
        }
    }

    /// Takes in a MAC PDU of NR behind the header of Wireshark's `mac-nr-framed`, with or without the six octets `mac-nr`
    /// before that.
    ///
    /// What cannot be read is counted in [`Self::not_decoded`].
    pub fn mac_nr(&mut self, log: u64, at_ns: i64, framed: &[u8], out: &mut impl FnMut(Found<'_>)) {
        let Self { nr, nas, tally, .. } = self;
        nr.mac(&mut Desk { nas, tally }, (log, at_ns), framed, out);
    }

    /// Takes in an F1AP message, either way, of the association that is this log.
    ///
    /// What cannot be read is counted in [`Self::not_decoded`].
    pub fn f1ap(&mut self, log: u64, at_ns: i64, pdu: &[u8], out: &mut impl FnMut(Found<'_>)) {
        let Self { nr, nas, tally, .. } = self;
        nr.f1ap(&mut Desk { nas, tally }, (log, at_ns), pdu, out);
    }

    /// Takes in an RRC message of a log, of the logical channel with this sub-type of GSMTAP. Logs hold messages as the
    /// modem read them: deciphered.
    ///
    /// What cannot be read is counted in [`Self::not_decoded`].
    pub fn rrc(
        &mut self,
        log: u64,
        at_ns: i64,
        sub_type: u8,
        octets: &[u8],
        out: &mut impl FnMut(Found<'_>),
    ) {
        let Some(channel) = Channel::from_gsmtap(sub_type) else {
            let is_narrow_band = NARROW_BAND.contains(&sub_type);
            return self.tally.add(if is_narrow_band {
                NotDecoded::NarrowBand
            } else {
                NotDecoded::OtherChannel
            });
        };
        let ue = UeKey {
            system: System::Eps,
            log,
            rnti: None,
            ue_id: None,
        };
        match channel {
            Channel::UlCcch | Channel::DlCcch => self.ccch(ue, at_ns, channel.direction(), octets, out),
            Channel::UlDcch | Channel::DlDcch => {
                let Self { ues, nas, tally, .. } = self;
                let (state, forgotten) = ues.ue(ue, at_ns);
                tally.add_many(NotDecoded::RlcIncomplete, forgotten);
                let to = Whose {
                    ue,
                    direction: channel.direction(),
                    request: state.request,
                };
                match rrc::decode(channel, octets, nas) {
                    Ok(message) => Desk { nas, tally }.report(&message, to, out),
                    Err(error) => tally.add(error.into()),
                }
            }
        }
    }

    fn ccch(
        &mut self,
        ue: UeKey,
        at_ns: i64,
        direction: Direction,
        octets: &[u8],
        out: &mut impl FnMut(Found<'_>),
    ) {
        let channel = match direction {
            Direction::Uplink => Channel::UlCcch,
            Direction::Downlink => Channel::DlCcch,
        };
        let Self { ues, nas, tally, .. } = self;
        let message = match rrc::decode(channel, octets, nas) {
            Ok(message) => message,
            Err(error) => return tally.add(error.into()),
        };
        let comes_back = match message.detail {
            Detail::ReestablishmentRequest { c_rnti, .. } => ues.baggage(UeKey {
                rnti: Some(c_rnti),
                ..ue
            }),
            _ => None,
        };
        let (state, forgotten) = ues.ue(ue, at_ns);
        tally.add_many(NotDecoded::RlcIncomplete, forgotten);
        if direction == Direction::Uplink {
            // Whoever had this C-RNTI before, a connection begins.
            tally.add_many(NotDecoded::RlcIncomplete, state.restart());
            state.request = match message.detail {
                Detail::ConnectionRequest(request) => Some(request),
                _ => None,
            };
        }
        if let Some(baggage) = comes_back {
            state.unpack(baggage);
        }
        let to = Whose {
            ue,
            direction,
            request: state.request,
        };
        Desk { nas, tally }.report(&message, to, out);
    }

    fn srb(
        &mut self,
        ue: UeKey,
        at_ns: i64,
        direction: Direction,
        srb: u8,
        pdu: &[u8],
        out: &mut impl FnMut(Found<'_>),
    ) {
        let Self { ues, nas, tally, .. } = self;
        let (state, forgotten) = ues.ue(ue, at_ns);
        tally.add_many(NotDecoded::RlcIncomplete, forgotten);
        let (entity, security, request) = state.bearer(srb, direction);
        let to = Whose {
            ue,
            direction,
            request,
        };
        let mut sent_to = None;
        let mut desk = Desk { nas, tally };
        entity.receive(pdu, &mut |message| match message {
            Ok(message) => {
                let detail = desk.dcch(RULES, message, security, to, out);
                if let Some(Detail::Handover { new_rnti, .. }) = detail {
                    sent_to = Some((
                        new_rnti,
                        Baggage {
                            security: *security,
                            request,
                        },
                    ));
                }
            }
            Err(fault) => desk.tally.add(fault),
        });
        if let Some((rnti, baggage)) = sent_to {
            ues.hand_over(ue.log, rnti, baggage);
        }
    }
}
