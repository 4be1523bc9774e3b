//! S13: ME-Identity-Check (TS 29.272 7.2.19, 7.2.20).

use super::VENDOR_3GPP;
use super::read::{self, Fault};
use quintet_diameter::dict::avp;
use quintet_diameter::node::AnswerResult;
use quintet_diameter::{Avp, Message};
use quintet_identity::{Imei, Imeisv, Imsi};
use quintet_subscriber::eir::Equipment;

/// DIAMETER_ERROR_EQUIPMENT_UNKNOWN (TS 29.272 7.4.3.5).
pub(crate) const EQUIPMENT_UNKNOWN: u32 = 5422;

/// The same as a result.
pub(crate) const UNKNOWN: AnswerResult = AnswerResult::Experimental {
    vendor_id: VENDOR_3GPP,
    code: EQUIPMENT_UNKNOWN,
};

/// An ECR as read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EquipmentCheck {
    /// What is asked about; `None` if it goes by a MEID, which no rule here names.
    pub(crate) equipment: Option<Equipment>,
    /// Which SIM is in it.
    pub(crate) imsi: Option<Imsi>,
}

/// ME-Identity-Check-Request.
pub(crate) fn read_ecr<'a>(message: &Message<'a>) -> Result<EquipmentCheck, Fault<'a>> {
    let (mut equipment, mut imsi) = (None, None);
    for found in message.avps() {
        let found = found.map_err(Fault::framing)?;
        if found.is(avp::TERMINAL_INFORMATION) {
            equipment = Some(terminal(&found)?);
        } else if found.is(avp::USER_NAME) {
            imsi = Some(read::imsi(&found)?);
        }
    }
    Ok(EquipmentCheck {
        equipment: equipment.ok_or_else(no_imei)?,
        imsi,
    })
}

fn no_imei<'a>() -> Fault<'a> {
    Fault::missing_in(avp::TERMINAL_INFORMATION, avp::IMEI)
}

/// Terminal-Information (TS 29.272 7.3.3). Unlike where it is only noted, what is wrong here is a fault.
fn terminal<'a>(avp: &Avp<'a>) -> Result<Option<Equipment>, Fault<'a>> {
    let (mut imei, mut version, mut meid) = (None, None, false);
    for inner in avp.group() {
        let inner = inner.map_err(Fault::framing)?;
        if inner.is(avp::IMEI) {
            let read = Imei::from_ascii(inner.data).map_err(|_| Fault::value(inner))?;
            imei = Some((read, inner.data));
        } else if inner.is(avp::SOFTWARE_VERSION) {
            version = Some(inner);
        } else {
            meid |= inner.is(avp::TGPP2_MEID);
        }
    }
    let Some((imei, digits)) = imei else {
        return if meid { Ok(None) } else { Err(no_imei()) };
    };
    let Some(version) = version else {
        return Ok(Some(Equipment::of_imei(imei)));
    };
    let mut all = [0; 16];
    all[..14].copy_from_slice(&digits[..14]);
    let last: [u8; 2] = version.data.try_into().map_err(|_| Fault::length(version))?;
    all[14..].copy_from_slice(&last);
    let imeisv = Imeisv::from_ascii(&all).map_err(|_| Fault::value(version))?;
    Ok(Some(Equipment::of_imeisv(imeisv)))
}
