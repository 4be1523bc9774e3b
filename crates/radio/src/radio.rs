//! The whole way from a traced PDU to NAS.

use crate::found::{ConnectionRequest, Detail, Found, Nas, Signal, UeKey};
use crate::framed::Framed;
use crate::mac::{self, Piece};
use crate::pdcp::Pdcp;
use crate::plausible::looks_like_nas;
use crate::rrc::{self, Channel, Extent, Message, NasParts};
use crate::tally::{NotDecoded, Tally};
use crate::ue::{AsSecurity, Baggage, Ues};
use quintet_crypto::Direction;

/// Sub-types of GSMTAP's LTE RRC that are of NB-IoT and carry NAS.
const NARROW_BAND: std::ops::RangeInclusive<u8> = 14..=17;

/// Reads radio traces of LTE: what is found goes to the function given, at once and in order.
///
/// A `log` is a number of the caller's for one capture file or flow: UEs, told apart by C-RNTI, are of one log each.
/// Times are nanoseconds of any clock, the same for all PDUs of a log; they may go back a little.
#[derive(Debug, Default)]
pub struct Radio {
    ues: Ues,
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
        let open = self.ues.clear();
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
            log,
            rnti: None,
            ue_id: None,
        };
        match channel {
            Channel::UlCcch | Channel::DlCcch => self.ccch(ue, at_ns, channel.direction(), octets, out),
            Channel::UlDcch | Channel::DlDcch => {
                let Self { ues, nas, tally } = self;
                let (state, forgotten) = ues.ue(ue, at_ns);
                tally.add_many(NotDecoded::RlcIncomplete, forgotten);
                let to = Whose {
                    ue,
                    direction: channel.direction(),
                    request: state.request,
                };
                match rrc::decode(channel, octets, nas) {
                    Ok(message) => report(&message, nas, to, tally, out),
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
        let Self { ues, nas, tally } = self;
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
        report(&message, nas, to, tally, out);
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
        let Self { ues, nas, tally } = self;
        let (state, forgotten) = ues.ue(ue, at_ns);
        tally.add_many(NotDecoded::RlcIncomplete, forgotten);
        let (entity, security, request) = state.bearer(srb, direction);
        let to = Whose {
            ue,
            direction,
            request,
        };
        let mut sent_to = None;
        entity.receive(pdu, &mut |message| match message {
            Ok(message) => {
                let detail = dcch(message, security, nas, to, tally, out);
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
            Err(fault) => tally.add(fault),
        });
        if let Some((rnti, baggage)) = sent_to {
            ues.hand_over(ue.log, rnti, baggage);
        }
    }
}

/// Of whom something is reported.
#[derive(Clone, Copy)]
struct Whose {
    ue: UeKey,
    direction: Direction,
    request: Option<ConnectionRequest>,
}

/// A PDCP PDU of a signalling radio bearer. Returns what the message in it says, if it could be read.
fn dcch(
    pdu: &[u8],
    security: &mut AsSecurity,
    nas: &mut NasParts,
    to: Whose,
    tally: &mut Tally,
    out: &mut impl FnMut(Found<'_>),
) -> Option<Detail> {
    let pdcp = match Pdcp::read(pdu) {
        Ok(pdcp) => pdcp,
        Err(fault) => {
            tally.add(fault);
            return None;
        }
    };
    if !pdcp.is_protected {
        // Whatever was before: ciphering without integrity protection there is not.
        *security = AsSecurity::default();
    }
    let is_ciphered = security.is_ciphered(to.direction);
    if is_ciphered == Some(true) {
        tally.add(NotDecoded::AsCiphered);
        return None;
    }
    let channel = match to.direction {
        Direction::Uplink => Channel::UlDcch,
        Direction::Downlink => Channel::DlDcch,
    };
    let message = rrc::decode(channel, pdcp.data, nas);
    let is_sure = !pdcp.is_protected || is_ciphered == Some(false);
    match message {
        Ok(message) if is_sure || is_plain(&message, nas) => {
            security.apply(message.name, &message.detail);
            report(&message, nas, to, tally, out);
            return Some(message.detail);
        }
        Err(error) if is_sure => tally.add(error.into()),
        _ => tally.add(NotDecoded::AsLooksCiphered),
    }
    None
}

/// Whether a message that may be ciphered is read as it was written: to its last filling bit, or at least with NAS in it
/// that looks like NAS.
fn is_plain(message: &Message, nas: &NasParts) -> bool {
    match message.read {
        Extent::Broken(_) => false,
        Extent::Whole => nas.iter().all(looks_like_nas),
        Extent::Part => {
            matches!(
                message.detail,
                Detail::Security {
                    ciphering: Some(_),
                    integrity: Some(_)
                }
            ) || nas.iter().next().is_some() && nas.iter().all(looks_like_nas)
        }
    }
}

fn report(message: &Message, nas: &NasParts, to: Whose, tally: &mut Tally, out: &mut impl FnMut(Found<'_>)) {
    let Whose {
        ue,
        direction,
        request,
    } = to;
    if let Extent::Broken(error) = message.read {
        tally.add(error.into());
    }
    out(Found::Signal(Signal {
        ue,
        direction,
        name: message.name,
        detail: message.detail,
    }));
    for octets in nas.iter() {
        out(Found::Nas(Nas {
            ue,
            direction,
            carrier: message.name,
            octets,
            request,
        }));
    }
}
