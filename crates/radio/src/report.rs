//! What is the same in LTE and NR behind the bearers: whether a message of a dedicated control channel is readable, and what
//! of it is handed on.

use crate::bits::RrcError;
use crate::found::{ConnectionRequest, Detail, Found, Nas, Signal, UeKey};
use crate::pdcp::Pdcp;
use crate::rrc::{Channel, Extent, Message, NasParts};
use crate::tally::{NotDecoded, Tally};
use crate::ue::AsSecurity;
use quintet_crypto::Direction;

/// How a radio technology writes what its signalling radio bearers carry.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) pdcp: fn(&[u8]) -> Result<Pdcp<'_>, NotDecoded>,
    pub(crate) rrc: fn(Channel, &[u8], &mut NasParts) -> Result<Message, RrcError>,
    pub(crate) looks_like_nas: fn(&[u8]) -> bool,
}

/// Of whom something is reported.
#[derive(Clone, Copy)]
pub(crate) struct Whose {
    pub(crate) ue: UeKey,
    pub(crate) direction: Direction,
    pub(crate) request: Option<ConnectionRequest>,
}

/// Where all of a trace comes together.
pub(crate) struct Desk<'a> {
    pub(crate) nas: &'a mut NasParts,
    pub(crate) tally: &'a mut Tally,
}

impl Desk<'_> {
    /// A PDCP PDU of a signalling radio bearer. Returns what the message in it says, if it could be read.
    pub(crate) fn dcch(
        &mut self,
        rules: Rules,
        pdu: &[u8],
        security: &mut AsSecurity,
        mut to: Whose,
        out: &mut impl FnMut(Found<'_>),
    ) -> Option<Detail> {
        let pdcp = match (rules.pdcp)(pdu) {
            Ok(pdcp) => pdcp,
            Err(fault) => {
                self.tally.add(fault);
                return None;
            }
        };
        if !pdcp.is_protected {
            // Whatever was before: ciphering without integrity protection there is not.
            *security = AsSecurity::default();
        }
        let is_ciphered = security.is_ciphered(to.direction);
        if is_ciphered == Some(true) {
            self.tally.add(NotDecoded::AsCiphered);
            return None;
        }
        let channel = match to.direction {
            Direction::Uplink => Channel::UlDcch,
            Direction::Downlink => Channel::DlDcch,
        };
        let message = (rules.rrc)(channel, pdcp.data, self.nas);
        let is_sure = !pdcp.is_protected || is_ciphered == Some(false);
        match message {
            Ok(message) if is_sure || is_plain(&message, self.nas, rules.looks_like_nas) => {
                security.apply(message.name, &message.detail);
                if let Detail::SetupCompleteNr {
                    s_tmsi: Some(value), ..
                } = message.detail
                {
                    to.request = to.request.map(|request| request.completed(value));
                }
                self.report(&message, to, out);
                return Some(message.detail);
            }
            Err(error) if is_sure => self.tally.add(error.into()),
            _ => self.tally.add(NotDecoded::AsLooksCiphered),
        }
        None
    }

    /// Hands on a message, and the NAS that was read with it.
    pub(crate) fn report(&mut self, message: &Message, to: Whose, out: &mut impl FnMut(Found<'_>)) {
        let Whose {
            ue,
            direction,
            request,
        } = to;
        if let Extent::Broken(error) = message.read {
            self.tally.add(error.into());
        }
        out(Found::Signal(Signal {
            ue,
            direction,
            name: message.name,
            detail: message.detail,
        }));
        for octets in self.nas.iter() {
            out(Found::Nas(Nas {
                ue,
                direction,
                carrier: message.name,
                octets,
                request,
            }));
        }
    }
}

/// Whether a message that may be ciphered is read as it was written: to its last filling bit, or at least with NAS in it
/// that looks like NAS.
fn is_plain(message: &Message, nas: &NasParts, looks_like_nas: fn(&[u8]) -> bool) -> bool {
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
