//! PDU sessions of a UE, as the AMF sees them (TS 38.413 9.2.1, 9.3.1.58).
//!
//! What SMF and NG-RAN node say to each other about a session is an octet string to the AMF, the transfer; who wants to
//! look inside finds its form in [`transfer`](crate::transfer).

use crate::Ngap;
use crate::slice::{s_nssai_asn1, s_nssai_of};
use oxirush_ngap::Octets;
use oxirush_ngap::aper;
use oxirush_ngap::ngap as asn1;
use quintet_ap::{EncodeError, Generated, Source, Value, cow, plain_values};
use quintet_identity::SNssai;
use std::borrow::Cow;

/// PDU Session ID (TS 38.413 9.3.1.50): 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PduSessionId(pub u8);

/// UE Aggregate Maximum Bit Rate (TS 38.413 9.3.1.58), bit/s, at most 4 Tbit/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UeAggregateMaximumBitRate {
    /// Towards the UE.
    pub dl: u64,
    /// From the UE.
    pub ul: u64,
}

/// A PDU session whose resources are to be set up (TS 38.413 9.2.1.1, 9.2.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PduSessionSetupItem<'a> {
    /// Which.
    pub pdu_session_id: PduSessionId,
    /// The NAS message that goes with it.
    pub nas_pdu: Option<Cow<'a, [u8]>>,
    /// The slice it is of.
    pub s_nssai: SNssai,
    /// PDU Session Resource Setup Request Transfer.
    pub transfer: Cow<'a, [u8]>,
}

/// A PDU session whose resources are to be modified (TS 38.413 9.2.1.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PduSessionModifyItem<'a> {
    /// Which.
    pub pdu_session_id: PduSessionId,
    /// The NAS message that goes with it.
    pub nas_pdu: Option<Cow<'a, [u8]>>,
    /// PDU Session Resource Modify Request Transfer.
    pub transfer: Cow<'a, [u8]>,
}

/// A PDU session and a transfer: what was set up, what failed, what is to be released or was, what is switched. The field
/// says which transfer it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PduSessionItem<'a> {
    /// Which.
    pub pdu_session_id: PduSessionId,
    /// The transfer of the field's name.
    pub transfer: Cow<'a, [u8]>,
}

impl PduSessionSetupItem<'_> {
    /// The same, with the octets copied.
    #[must_use]
    pub fn into_owned(self) -> PduSessionSetupItem<'static> {
        PduSessionSetupItem {
            pdu_session_id: self.pdu_session_id,
            nas_pdu: self.nas_pdu.map(|nas| Cow::Owned(nas.into_owned())),
            s_nssai: self.s_nssai,
            transfer: Cow::Owned(self.transfer.into_owned()),
        }
    }
}

impl PduSessionModifyItem<'_> {
    /// The same, with the octets copied.
    #[must_use]
    pub fn into_owned(self) -> PduSessionModifyItem<'static> {
        PduSessionModifyItem {
            pdu_session_id: self.pdu_session_id,
            nas_pdu: self.nas_pdu.map(|nas| Cow::Owned(nas.into_owned())),
            transfer: Cow::Owned(self.transfer.into_owned()),
        }
    }
}

impl PduSessionItem<'_> {
    /// The same, with the octets copied.
    #[must_use]
    pub fn into_owned(self) -> PduSessionItem<'static> {
        PduSessionItem {
            pdu_session_id: self.pdu_session_id,
            transfer: Cow::Owned(self.transfer.into_owned()),
        }
    }
}

/// The generated layer's form of an item.
trait Item<'a>: Sized {
    /// The generated list.
    type List: aper::Decode<'a> + aper::Encode;

    /// Name of the list.
    const NAME: &'static str;

    fn of_list(list: Self::List) -> Vec<Self>;

    fn list(items: &'a [Self]) -> Self::List;
}

/// Lists with the same members have the same encoding: PDUSessionResourceSetupListSUReq is read as this one, too.
impl<'a> Item<'a> for PduSessionSetupItem<'a> {
    type List = asn1::PDUSessionResourceSetupListCxtReq<'a>;

    const NAME: &'static str = "PDU Session Resource Setup Request List";

    fn of_list(list: Self::List) -> Vec<Self> {
        let items = list.0.into_iter().map(|item| Self {
            pdu_session_id: PduSessionId(item.pdu_session_id.0),
            nas_pdu: item.nas_pdu.map(|nas| cow(nas.0)),
            s_nssai: s_nssai_of(&item.s_nssai),
            transfer: cow(item.pdu_session_resource_setup_request_transfer),
        });
        items.collect()
    }

    fn list(items: &'a [Self]) -> Self::List {
        let items = items.iter().map(|item| {
            asn1::PDUSessionResourceSetupItemCxtReq::new(
                asn1::PDUSessionID(item.pdu_session_id.0),
                item.nas_pdu.as_deref().map(|nas| asn1::NASPDU(nas.into())),
                s_nssai_asn1(item.s_nssai),
                Octets::from(&*item.transfer),
                None,
            )
        });
        asn1::PDUSessionResourceSetupListCxtReq(items.collect())
    }
}

impl<'a> Item<'a> for PduSessionModifyItem<'a> {
    type List = asn1::PDUSessionResourceModifyListModReq<'a>;

    const NAME: &'static str = "PDU Session Resource Modify Request List";

    fn of_list(list: Self::List) -> Vec<Self> {
        let items = list.0.into_iter().map(|item| Self {
            pdu_session_id: PduSessionId(item.pdu_session_id.0),
            nas_pdu: item.nas_pdu.map(|nas| cow(nas.0)),
            transfer: cow(item.pdu_session_resource_modify_request_transfer),
        });
        items.collect()
    }

    fn list(items: &'a [Self]) -> Self::List {
        let items = items.iter().map(|item| {
            asn1::PDUSessionResourceModifyItemModReq::new(
                asn1::PDUSessionID(item.pdu_session_id.0),
                item.nas_pdu.as_deref().map(|nas| asn1::NASPDU(nas.into())),
                Octets::from(&*item.transfer),
                None,
            )
        });
        asn1::PDUSessionResourceModifyListModReq(items.collect())
    }
}

/// All lists of an identity and a transfer have the same encoding, so one generated type reads and writes them all.
impl<'a> Item<'a> for PduSessionItem<'a> {
    type List = asn1::PDUSessionResourceSetupListSURes<'a>;

    const NAME: &'static str = "PDU Session Resource List";

    fn of_list(list: Self::List) -> Vec<Self> {
        let items = list.0.into_iter().map(|item| Self {
            pdu_session_id: PduSessionId(item.pdu_session_id.0),
            transfer: cow(item.pdu_session_resource_setup_response_transfer),
        });
        items.collect()
    }

    fn list(items: &'a [Self]) -> Self::List {
        let items = items.iter().map(|item| {
            asn1::PDUSessionResourceSetupItemSURes::new(
                asn1::PDUSessionID(item.pdu_session_id.0),
                Octets::from(&*item.transfer),
                None,
            )
        });
        asn1::PDUSessionResourceSetupListSURes(items.collect())
    }
}

macro_rules! lists {
    ($($item:ident),*) => {$(
        impl<'a> Value<'a, Ngap> for Vec<$item<'a>> {
            fn read(source: Source<'a, '_>) -> Result<Self, String> {
                let why = |error: aper::Error| error.to_string();
                Ok(match source {
                    Source::Borrowed(octets) => {
                        <$item<'a> as Item<'a>>::of_list(asn1::decode_open_type(octets).map_err(why)?)
                    }
                    Source::Copied(octets) => {
                        let items = <$item<'_> as Item<'_>>::of_list(asn1::decode_open_type(octets).map_err(why)?);
                        items.into_iter().map($item::into_owned).collect()
                    }
                })
            }

            fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
                let list = <$item<'_> as Item<'_>>::list(self);
                aper::encode_into(&list, out)
                    .map_err(|error| EncodeError::refused(<$item<'_> as Item<'_>>::NAME, &error))
            }
        }
    )*};
}

lists!(PduSessionSetupItem, PduSessionModifyItem, PduSessionItem);

/// PDUSessionResourceListCxtRelReq and PDUSessionResourceListCxtRelCpl have the same members.
impl Generated<'_, Ngap> for Vec<PduSessionId> {
    type Asn1 = asn1::PDUSessionResourceListCxtRelReq;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(
            generated
                .0
                .iter()
                .map(|item| PduSessionId(item.pdu_session_id.0))
                .collect(),
        )
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        let items = self
            .iter()
            .map(|id| asn1::PDUSessionResourceItemCxtRelReq::new(asn1::PDUSessionID(id.0), None));
        Ok(asn1::PDUSessionResourceListCxtRelReq(items.collect()))
    }
}

impl Generated<'_, Ngap> for UeAggregateMaximumBitRate {
    type Asn1 = asn1::UEAggregateMaximumBitRate;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            dl: generated.ue_aggregate_maximum_bit_rate_dl.0,
            ul: generated.ue_aggregate_maximum_bit_rate_ul.0,
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::UEAggregateMaximumBitRate::new(
            asn1::BitRate(self.dl),
            asn1::BitRate(self.ul),
            None,
        ))
    }
}

plain_values!(Ngap: Vec<PduSessionId>, UeAggregateMaximumBitRate);
