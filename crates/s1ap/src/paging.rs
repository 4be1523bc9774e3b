//! Whom a PAGING is for (TS 36.413 9.2.3.13).

use crate::S1ap;
use crate::identity::{s_tmsi_asn1, s_tmsi_of};
use oxirush_s1ap::s1ap as asn1;
use quintet_ap::{EncodeError, Generated, plain_values};
use quintet_identity::{Imsi, STmsi, Tai};

/// UE Paging Identity (TS 36.413 9.2.3.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UePagingId {
    /// By S-TMSI.
    STmsi(STmsi),
    /// By IMSI.
    Imsi(Imsi),
}

impl<'a> Generated<'a, S1ap> for UePagingId {
    type Asn1 = asn1::UEPagingID<'a>;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        match generated {
            asn1::UEPagingID::s_TMSI(s_tmsi) => Some(Self::STmsi(s_tmsi_of(&s_tmsi))),
            asn1::UEPagingID::iMSI(imsi) => Imsi::from_tbcd(&imsi.0).ok().map(Self::Imsi),
            _ => None,
        }
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(match *self {
            Self::STmsi(s_tmsi) => asn1::UEPagingID::s_TMSI(s_tmsi_asn1(s_tmsi)),
            Self::Imsi(imsi) => {
                let mut octets = Vec::with_capacity(8);
                imsi.put_tbcd(&mut octets);
                asn1::UEPagingID::iMSI(asn1::IMSI(octets.into()))
            }
        })
    }
}

/// UE Identity Index Value (TS 36.413 9.2.3.10): IMSI modulo 1024, ten bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UeIdentityIndexValue(pub u16);

impl Generated<'_, S1ap> for UeIdentityIndexValue {
    type Asn1 = asn1::UEIdentityIndexValue;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        u16::try_from(generated.0.value()).ok().map(Self)
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        asn1::UEIdentityIndexValue::new(self.0.into()).map_err(|_| EncodeError::Value {
            what: "UE Identity Index value",
        })
    }
}

plain_values!(S1ap: UePagingId, UeIdentityIndexValue);

/// A tracking area to page in: TAI Item (TS 36.413 9.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PagingTai {
    /// The area.
    pub tai: Tai,
}

impl Generated<'_, S1ap> for PagingTai {
    type Asn1 = asn1::TAIItem;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Tai::from_asn1(generated.tai).map(|tai| Self { tai })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::TAIItem::new(self.tai.to_asn1()?, None))
    }
}

plain_values!(S1ap: PagingTai);
