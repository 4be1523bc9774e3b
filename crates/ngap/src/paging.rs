//! Whom a PAGING is for, and where (TS 38.413 9.3.3.18, 9.2.4.1).

use crate::Ngap;
use crate::identity::{s_tmsi_asn1, s_tmsi_of, tai_asn1, tai_of};
use oxirush_ngap::aper;
use oxirush_ngap::ngap as asn1;
use quintet_ap::{Codec, EncodeError, Generated, Source, plain_values};
use quintet_identity::fgs::{STmsi, Tai};

/// UE Paging Identity: a choice with one alternative, the 5G-S-TMSI.
pub(crate) struct Identity;

impl<'a> Codec<'a, STmsi> for Identity {
    fn read(source: Source<'a, '_>) -> Result<STmsi, String> {
        let identity: asn1::UEPagingIdentity =
            asn1::decode_open_type(source.octets()).map_err(|error| error.to_string())?;
        match identity {
            asn1::UEPagingIdentity::fiveG_S_TMSI(s_tmsi) => s_tmsi_of(&s_tmsi),
            _ => None,
        }
        .ok_or_else(|| "a UE Paging Identity that the specification does not have".to_owned())
    }

    fn write(value: &STmsi, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let identity = asn1::UEPagingIdentity::fiveG_S_TMSI(s_tmsi_asn1(*value)?);
        aper::encode_into(&identity, out).map_err(|error| EncodeError::refused("UE Paging Identity", &error))
    }
}

/// TAI List for Paging, 1 to [`MAX_TAIS_FOR_PAGING`](crate::limits::MAX_TAIS_FOR_PAGING).
impl Generated<'_, Ngap> for Vec<Tai> {
    type Asn1 = asn1::TAIListForPaging;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        generated.0.iter().map(|item| tai_of(&item.tai)).collect()
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        let items = self
            .iter()
            .map(|&tai| asn1::TAIListForPagingItem::new(tai_asn1(tai), None));
        Ok(asn1::TAIListForPaging(items.collect()))
    }
}

plain_values!(Ngap: Vec<Tai>);
