//! What a RESET resets (TS 36.413 9.1.8.1, 9.1.8.2).

use crate::S1ap;
use crate::identity::{EnbUeS1apId, MmeUeS1apId};
use crate::list::{Items, read_item};
use oxirush_s1ap::aper;
use oxirush_s1ap::s1ap as asn1;
use quintet_ap::{EncodeError, Generated, Source, Value, plain_values};

/// A UE-associated logical S1-connection, by the identities that are known of it: one at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UeAssociatedConnection {
    /// The MME's.
    pub mme_ue_s1ap_id: Option<MmeUeS1apId>,
    /// The eNB's.
    pub enb_ue_s1ap_id: Option<EnbUeS1apId>,
}

/// Reset Type (TS 36.413 9.1.8.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResetType {
    /// Everything of the association.
    S1Interface,
    /// Some UEs' connections, at most [`MAX_INDIVIDUAL_CONNECTIONS_TO_RESET`](crate::limits::MAX_INDIVIDUAL_CONNECTIONS_TO_RESET).
    PartOfS1Interface(Vec<UeAssociatedConnection>),
}

/// IE number of an item of the list.
pub(crate) const CONNECTION_ITEM: u16 = 91;

impl Generated<'_, S1ap> for UeAssociatedConnection {
    type Asn1 = asn1::UEAssociatedLogicalS1ConnectionItem;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            mme_ue_s1ap_id: generated.mme_ue_s1ap_id.map(|id| MmeUeS1apId(id.0)),
            enb_ue_s1ap_id: generated.enb_ue_s1ap_id.map(|id| EnbUeS1apId(id.0)),
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::UEAssociatedLogicalS1ConnectionItem::new(
            self.mme_ue_s1ap_id.map(|id| asn1::MMEUES1APID(id.0)),
            self.enb_ue_s1ap_id.map(|id| asn1::ENBUES1APID(id.0)),
            None,
        ))
    }
}

plain_values!(S1ap: UeAssociatedConnection);

impl<'a> Value<'a, S1ap> for ResetType {
    fn read(source: Source<'a, '_>) -> Result<Self, String> {
        let (Source::Borrowed(octets) | Source::Copied(octets)) = source;
        let generated: asn1::ResetType<'_> =
            asn1::decode_open_type(octets).map_err(|error| error.to_string())?;
        match generated {
            asn1::ResetType::s1_Interface(_) => Ok(Self::S1Interface),
            asn1::ResetType::partOfS1_Interface(list) => list
                .0
                .iter()
                .map(|item| read_item::<_, CONNECTION_ITEM>(item.id.0, Source::Copied(item.value.as_slice())))
                .collect::<Result<_, _>>()
                .map(Self::PartOfS1Interface),
            _ => Err("a Reset Type that the specification does not have".to_owned()),
        }
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let generated =
            match self {
                Self::S1Interface => asn1::ResetType::s1_Interface(asn1::ResetAll::reset_all),
                Self::PartOfS1Interface(connections) => {
                    asn1::ResetType::partOfS1_Interface(asn1::UEAssociatedLogicalS1ConnectionListRes(
                        Items::<CONNECTION_ITEM, true>::asn1(connections)?,
                    ))
                }
            };
        aper::encode_into(&generated, out).map_err(|error| EncodeError::refused("Reset Type", &error))
    }
}
