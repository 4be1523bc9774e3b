//! Values inside AVPs, as the commands of Cx and its sisters (Sh, SWx, SLh, S6c) read and write them.

use crate::Fault;
use quintet_diameter::dict::avp as id;
use quintet_diameter::{Avp, AvpId, MessageWriter};
use quintet_identity::{Imsi, Msisdn};

/// An Unsigned32, Enumerated or flag word.
///
/// # Errors
/// One of another length.
pub fn u32(avp: &Avp<'_>) -> Result<u32, Fault> {
    avp.u32().map_err(|_| Fault::length(avp))
}

/// A UTF8String, DiameterURI, or an OctetString that is a header field of SIP or a name.
///
/// # Errors
/// What is not UTF-8.
pub fn text(avp: &Avp<'_>) -> Result<String, Fault> {
    avp.text()
        .map(str::to_owned)
        .map_err(|_| Fault::value(avp, "the value is not UTF-8"))
}

/// User-Name where it is an IMSI, as digits (TS 23.003 2.2).
///
/// # Errors
/// What is no IMSI.
pub fn imsi(avp: &Avp<'_>) -> Result<Imsi, Fault> {
    Imsi::from_ascii(avp.data).map_err(|_| Fault::value(avp, "User-Name is not an IMSI"))
}

/// Writes User-Name.
pub fn put_imsi(w: &mut MessageWriter<'_>, imsi: Imsi) {
    let (digits, n) = imsi.ascii();
    w.octets(id::USER_NAME, &digits[..n]);
}

/// MSISDN, or another number of E.164, in TBCD (TS 29.329 6.3.2).
///
/// # Errors
/// What is none.
pub fn number(avp: &Avp<'_>) -> Result<Msisdn, Fault> {
    Msisdn::from_tbcd(avp.data).map_err(|_| Fault::value(avp, "the value is no number in TBCD"))
}

/// Writes a number that is there.
pub fn put_number(w: &mut MessageWriter<'_>, id: AvpId, number: Option<Msisdn>) {
    if let Some(number) = number {
        w.with(id, |out| number.put_tbcd(out));
    }
}

/// Walks the AVPs of a group; what `each` finds wrong is reported inside it.
///
/// # Errors
/// The first that `each` has, or octets that are no AVP.
pub fn group<'a>(group: &Avp<'a>, mut each: impl FnMut(&Avp<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
    let id = AvpId {
        code: group.code,
        vendor_id: group.vendor_id,
        flags: group.flags,
    };
    for inner in group.group() {
        let inner = inner.map_err(Fault::framing)?;
        each(&inner).map_err(|fault| fault.within(id))?;
    }
    Ok(())
}

/// What must be there, in the group `id` stands in.
///
/// # Errors
/// It is missing.
pub fn need<T>(found: Option<T>, id: AvpId, reason: &'static str) -> Result<T, Fault> {
    found.ok_or_else(|| Fault::missing(id, reason))
}

/// Writes a text that is there.
pub fn put_text(w: &mut MessageWriter<'_>, id: AvpId, text: Option<&String>) {
    if let Some(text) = text {
        w.text(id, text);
    }
}

/// Writes texts.
pub fn put_texts(w: &mut MessageWriter<'_>, id: AvpId, texts: &[String]) {
    for text in texts {
        w.text(id, text);
    }
}

/// Writes octets that are there.
pub fn put_octets(w: &mut MessageWriter<'_>, id: AvpId, octets: Option<&Vec<u8>>) {
    if let Some(octets) = octets {
        w.octets(id, octets);
    }
}

/// Writes a word that is there.
pub fn put_u32(w: &mut MessageWriter<'_>, id: AvpId, value: Option<u32>) {
    if let Some(value) = value {
        w.u32(id, value);
    }
}
