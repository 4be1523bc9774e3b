//! What a CER or CEA says about who sent it (RFC 6733 5.3).

use super::refusal::Refusal;
use super::{ApplicationKind, Capabilities, RELAY_APPLICATION};
use crate::dict::avp;
use crate::{Avp, CommandFlags, Header, Message, MessageWriter, ResultCode};

/// Most entries kept of each list in a CER or CEA; the rest is ignored. No peer has as many.
const MAX_LISTED: usize = 256;

/// Octets kept of a Product-Name: it is for people, and a peer that is not configured keeps its place when it is gone.
const MAX_PRODUCT_NAME_OCTETS: usize = 255;

/// Inband-Security-Id NO_INBAND_SECURITY (RFC 6733 6.10): TLS, if any, was there before the first message (13.1).
const NO_INBAND_SECURITY: u32 = 0;

/// What a CER or CEA holds, and who sent it.
pub(super) struct Introduction<'m> {
    pub(super) identity: &'m str,
    pub(super) capabilities: Capabilities,
    /// The last Inband-Security-Id, and whether one was NO_INBAND_SECURITY.
    pub(super) security: Option<(Avp<'m>, bool)>,
}

impl<'m> Introduction<'m> {
    pub(super) fn read(message: &Message<'m>) -> Result<Self, Refusal> {
        let mut introduction = Self {
            identity: "",
            capabilities: Capabilities::default(),
            security: None,
        };
        let mut addresses = 0;
        for avp in message.avps() {
            let avp = avp.map_err(|e| Refusal::new(ResultCode::INVALID_AVP_LENGTH, &e.to_string()))?;
            addresses += usize::from(avp.is(avp::HOST_IP_ADDRESS));
            introduction.note(&avp).map_err(|e| Refusal {
                result: ResultCode::INVALID_AVP_VALUE,
                failed_avp: Some(avp.raw.to_vec()),
                text: Some(e.to_string()),
                unproven: None,
            })?;
        }
        let missing = if introduction.identity.is_empty() {
            Some((avp::ORIGIN_HOST, "Origin-Host"))
        } else if introduction.capabilities.realm.is_empty() {
            Some((avp::ORIGIN_REALM, "Origin-Realm"))
        } else if addresses == 0 {
            Some((avp::HOST_IP_ADDRESS, "Host-IP-Address"))
        } else {
            None
        };
        match missing {
            Some((id, name)) => Err(Refusal {
                failed_avp: Some(empty_avp(id)),
                ..Refusal::new(ResultCode::MISSING_AVP, &format!("{name} is missing"))
            }),
            None => Ok(introduction),
        }
    }

    fn note(&mut self, avp: &Avp<'m>) -> Result<(), quintet_wire::DecodeError> {
        let known = &mut self.capabilities;
        if avp.is(avp::ORIGIN_HOST) {
            self.identity = avp.text()?;
        } else if avp.is(avp::ORIGIN_REALM) {
            avp.text()?.clone_into(&mut known.realm);
        } else if avp.is(avp::HOST_IP_ADDRESS) {
            let address = avp.address()?;
            known
                .addresses
                .extend(address.filter(|_| known.addresses.len() < MAX_LISTED));
        } else if avp.is(avp::VENDOR_ID) {
            known.vendor_id = avp.u32()?;
        } else if avp.is(avp::PRODUCT_NAME) {
            known.product_name = beginning(avp.text()?).to_owned();
        } else if avp.is(avp::FIRMWARE_REVISION) {
            known.firmware_revision = Some(avp.u32()?);
        } else if avp.is(avp::ORIGIN_STATE_ID) {
            known.origin_state_id = Some(avp.u32()?);
        } else if avp.is(avp::SUPPORTED_VENDOR_ID) {
            if known.supported_vendors.len() < MAX_LISTED {
                known.supported_vendors.push(avp.u32()?);
            }
        } else if avp.is(avp::INBAND_SECURITY_ID) {
            let none = avp.u32()? == NO_INBAND_SECURITY || self.security.is_some_and(|(_, none)| none);
            self.security = Some((*avp, none));
        } else if avp.is(avp::VENDOR_SPECIFIC_APPLICATION_ID) {
            for inner in avp.group() {
                note_application(known, &inner?)?;
            }
        } else {
            note_application(known, avp)?;
        }
        Ok(())
    }
}

/// As much of a Product-Name as is kept.
fn beginning(name: &str) -> &str {
    &name[..name.floor_char_boundary(MAX_PRODUCT_NAME_OCTETS)]
}

fn note_application(known: &mut Capabilities, avp: &Avp<'_>) -> Result<(), quintet_wire::DecodeError> {
    let kind = if avp.is(avp::AUTH_APPLICATION_ID) {
        ApplicationKind::Auth
    } else if avp.is(avp::ACCT_APPLICATION_ID) {
        ApplicationKind::Acct
    } else {
        return Ok(());
    };
    let id = avp.u32()?;
    if id == RELAY_APPLICATION {
        known.relay = true;
    } else if known.applications.len() < MAX_LISTED && !known.applications.contains(&(id, kind)) {
        known.applications.push((id, kind));
    }
    Ok(())
}

/// An AVP of zero octets, which Failed-AVP carries for a missing one (RFC 6733 7.5).
fn empty_avp(id: crate::AvpId) -> Vec<u8> {
    let mut octets = Vec::new();
    let header = Header {
        version: 1,
        length: 0,
        flags: CommandFlags(0),
        code: 0,
        application_id: 0,
        hop_by_hop: 0,
        end_to_end: 0,
    };
    MessageWriter::new(&mut octets, &header).octets(id, &[]);
    octets.split_off(crate::HEADER_OCTETS)
}
