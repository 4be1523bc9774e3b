//! Terminal-Information (TS 29.272 7.3.3), as S6a and SWx tell it.

use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, MessageWriter};
use quintet_identity::{Imei, Imeisv};
use quintet_wire::DecodeError;

/// The digits of an IMEI without its check digit.
const TAC_AND_SERIAL: usize = 14;

/// The equipment of a UE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// IMEI.
    pub imei: Option<Imei>,
    /// IMEI and Software-Version.
    pub imeisv: Option<Imeisv>,
}

impl Terminal {
    /// Reads the group. An IMEI that is none is left out: nothing depends on it, and refusing service for it would help nobody.
    ///
    /// # Errors
    /// Octets that are no AVP.
    pub fn read(group: &Avp<'_>) -> Result<Self, DecodeError> {
        let (mut imei, mut version) = (None, None);
        for inner in group.group() {
            let inner = inner?;
            if inner.is(avp::IMEI) {
                imei = Some(inner.data);
            } else if inner.is(avp::SOFTWARE_VERSION) {
                version = Some(inner.data);
            }
        }
        let imeisv = match (imei, version) {
            (Some(imei), Some(version)) if imei.len() >= TAC_AND_SERIAL && version.len() == 2 => {
                let mut digits = [0; TAC_AND_SERIAL + 2];
                digits[..TAC_AND_SERIAL].copy_from_slice(&imei[..TAC_AND_SERIAL]);
                digits[TAC_AND_SERIAL..].copy_from_slice(version);
                Imeisv::from_ascii(&digits).ok()
            }
            _ => None,
        };
        let whole = imei.and_then(|digits| Imei::from_ascii(digits).ok());
        // With a version the digits before it are an IMEI, whatever followed them.
        let cut = imei.filter(|_| imeisv.is_some());
        let cut = cut.and_then(|digits| Imei::from_ascii(&digits[..TAC_AND_SERIAL]).ok());
        Ok(Self {
            imei: whole.or(cut),
            imeisv,
        })
    }

    /// Writes the group, or nothing if nothing is known.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        let version = self.imeisv.map(|imeisv| imeisv.to_string());
        let imei = match (self.imei, &version) {
            (Some(imei), _) => imei.to_string(),
            (None, Some(digits)) => digits[..TAC_AND_SERIAL].to_owned(),
            (None, None) => return,
        };
        w.group(avp::TERMINAL_INFORMATION, |w| {
            w.text(avp::IMEI, &imei);
            if let Some(digits) = &version {
                w.text(avp::SOFTWARE_VERSION, &digits[TAC_AND_SERIAL..]);
            }
        });
    }
}
