//! What an NG RESET resets (TS 38.413 9.2.6.11, 9.2.6.12).

use crate::Ngap;
use crate::identity::{AmfUeNgapId, RanUeNgapId};
use oxirush_ngap::ngap as asn1;
use quintet_ap::{EncodeError, Generated, plain_values};

/// A UE-associated logical NG-connection, by the identities that are known of it: one at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UeAssociatedConnection {
    /// The AMF's.
    pub amf_ue_ngap_id: Option<AmfUeNgapId>,
    /// The NG-RAN node's.
    pub ran_ue_ngap_id: Option<RanUeNgapId>,
}

/// Reset Type (TS 38.413 9.2.6.11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResetType {
    /// Everything of the association.
    NgInterface,
    /// Some UEs' connections, at most [`MAX_NG_CONNECTIONS_TO_RESET`](crate::limits::MAX_NG_CONNECTIONS_TO_RESET).
    PartOfNgInterface(Vec<UeAssociatedConnection>),
}

fn connections_of(generated: asn1::UEAssociatedLogicalNGConnectionList) -> Vec<UeAssociatedConnection> {
    let items = generated.0.into_iter().map(|item| UeAssociatedConnection {
        amf_ue_ngap_id: item.amf_ue_ngap_id.map(|id| AmfUeNgapId(id.0)),
        ran_ue_ngap_id: item.ran_ue_ngap_id.map(|id| RanUeNgapId(id.0)),
    });
    items.collect()
}

fn connections_asn1(connections: &[UeAssociatedConnection]) -> asn1::UEAssociatedLogicalNGConnectionList {
    let items = connections.iter().map(|connection| {
        asn1::UEAssociatedLogicalNGConnectionItem::new(
            connection.amf_ue_ngap_id.map(|id| asn1::AMFUENGAPID(id.0)),
            connection.ran_ue_ngap_id.map(|id| asn1::RANUENGAPID(id.0)),
            None,
        )
    });
    asn1::UEAssociatedLogicalNGConnectionList(items.collect())
}

impl Generated<'_, Ngap> for Vec<UeAssociatedConnection> {
    type Asn1 = asn1::UEAssociatedLogicalNGConnectionList;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(connections_of(generated))
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(connections_asn1(self))
    }
}

impl Generated<'_, Ngap> for ResetType {
    type Asn1 = asn1::ResetType;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        match generated {
            asn1::ResetType::nG_Interface(_) => Some(Self::NgInterface),
            asn1::ResetType::partOfNG_Interface(list) => Some(Self::PartOfNgInterface(connections_of(list))),
            _ => None,
        }
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(match self {
            Self::NgInterface => asn1::ResetType::nG_Interface(asn1::ResetAll::reset_all),
            Self::PartOfNgInterface(connections) => {
                asn1::ResetType::partOfNG_Interface(connections_asn1(connections))
            }
        })
    }
}

plain_values!(Ngap: Vec<UeAssociatedConnection>, ResetType);
