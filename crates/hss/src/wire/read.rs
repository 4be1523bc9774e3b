//! Values inside AVPs, and what is wrong with them.

use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, AvpId, ResultCode};
use quintet_identity::{Imei, Imeisv, Imsi, Plmn};
use quintet_subscriber::s6a::{Features, ReportedGateway};
use quintet_swx::{AgentInfo, ReadError, Terminal};
use quintet_wire::DecodeError;

use super::VENDOR_3GPP;

/// Why a request cannot be read: the result, and the AVP that goes into Failed-AVP.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault<'a> {
    pub(crate) result: ResultCode,
    pub(crate) avp: Option<Avp<'a>>,
    /// What is missing, if something is.
    pub(crate) missing: Option<AvpId>,
    /// In which group it is missing, or would be if that were there.
    pub(crate) within: Option<AvpId>,
}

impl<'a> Fault<'a> {
    /// An AVP whose value is not allowed (RFC 6733 7.1.5, 5004).
    pub(crate) fn value(avp: Avp<'a>) -> Self {
        Self {
            result: ResultCode::INVALID_AVP_VALUE,
            avp: Some(avp),
            missing: None,
            within: None,
        }
    }

    /// An AVP whose length is not allowed (5014).
    pub(crate) fn length(avp: Avp<'a>) -> Self {
        Self {
            result: ResultCode::INVALID_AVP_LENGTH,
            avp: Some(avp),
            missing: None,
            within: None,
        }
    }

    /// An AVP that must be there and is not (5005).
    pub(crate) fn missing(id: AvpId) -> Self {
        Self {
            result: ResultCode::MISSING_AVP,
            avp: None,
            missing: Some(id),
            within: None,
        }
    }

    /// The same inside of a group, whether that is there or not.
    pub(crate) fn missing_in(group: AvpId, id: AvpId) -> Self {
        Self {
            within: Some(group),
            ..Self::missing(id)
        }
    }

    /// Octets at the end that are no AVP.
    pub(crate) fn framing(_: DecodeError) -> Self {
        Self {
            result: ResultCode::INVALID_AVP_LENGTH,
            avp: None,
            missing: None,
            within: None,
        }
    }
}

/// An Unsigned32, Enumerated or flag word.
pub(crate) fn u32<'a>(avp: &Avp<'a>) -> Result<u32, Fault<'a>> {
    avp.u32().map_err(|_| Fault::length(*avp))
}

/// A UTF8String or DiameterIdentity.
pub(crate) fn text<'a>(avp: &Avp<'a>) -> Result<&'a str, Fault<'a>> {
    avp.text().map_err(|_| Fault::value(*avp))
}

/// User-Name: the IMSI as digits (TS 29.272 5.2; TS 23.003 2.2).
pub(crate) fn imsi<'a>(avp: &Avp<'a>) -> Result<Imsi, Fault<'a>> {
    Imsi::from_ascii(avp.data).map_err(|_| Fault::value(*avp))
}

/// Visited-PLMN-Id: three octets (TS 29.272 7.3.9).
pub(crate) fn plmn<'a>(avp: &Avp<'a>) -> Result<Plmn, Fault<'a>> {
    let octets = avp.data.try_into().map_err(|_| Fault::length(*avp))?;
    Plmn::from_octets(octets).map_err(|_| Fault::value(*avp))
}

/// Supported-Features (TS 29.229 6.3.29): adds one list to `features`. Lists of other vendors are nobody's business
/// here.
pub(crate) fn features<'a>(avp: &Avp<'a>, features: &mut Features) -> Result<(), Fault<'a>> {
    let (mut vendor, mut id, mut list) = (0, 0, 0);
    for inner in avp.group() {
        let inner = inner.map_err(Fault::framing)?;
        if inner.is(avp::VENDOR_ID) {
            vendor = u32(&inner)?;
        } else if inner.is(avp::FEATURE_LIST_ID) {
            id = u32(&inner)?;
        } else if inner.is(avp::FEATURE_LIST) {
            list = u32(&inner)?;
        }
    }
    match (vendor, id) {
        (VENDOR_3GPP, 1) => *features = Features::new(list, features.list_2.0),
        (VENDOR_3GPP, 2) => *features = Features::new(features.list_1.0, list),
        _ => {}
    }
    Ok(())
}

/// Terminal-Information (TS 29.272 7.3.3): IMEI, and with Software-Version the IMEISV.
pub(crate) fn terminal<'a>(avp: &Avp<'a>) -> Result<(Option<Imei>, Option<Imeisv>), Fault<'a>> {
    let terminal = Terminal::read(avp).map_err(Fault::framing)?;
    Ok((terminal.imei, terminal.imeisv))
}

/// Reads MIP6-Agent-Info (RFC 5447 4.2.1): host, realm and addresses of a PDN gateway.
pub(crate) fn gateway<'a>(avp: &Avp<'a>) -> Result<ReportedGateway<'a>, Fault<'a>> {
    let agent = AgentInfo::read(avp).map_err(|error| match error {
        ReadError::Framing(error) => Fault::framing(error),
        ReadError::Length(avp) => Fault::length(avp),
        ReadError::Value(avp) => Fault::value(avp),
    })?;
    Ok((agent.host, agent.realm, agent.addresses))
}
