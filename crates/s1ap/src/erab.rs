//! E-RABs: what is asked for, what was set up, what failed (TS 36.413 9.2.1.2, 9.2.1.15, 9.2.1.18 to 9.2.1.20).

use crate::Cause;
use crate::S1ap;
use crate::limits::MAX_ERAB_ID;
use oxirush_s1ap::s1ap as asn1;
use quintet_ap::{EncodeError, Generated, TransportLayerAddress, borrowing_values, cow, plain_values};
use std::borrow::Cow;

mod qos;

pub use qos::{
    AllocationAndRetentionPriority, ErabLevelQosParameters, GbrQosInformation, UeAggregateMaximumBitrate,
};

/// An E-RAB to be set up with the UE context (TS 36.413 9.1.4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErabToBeSetup<'a> {
    /// E-RAB ID, 0 to 15; the EPS bearer identity.
    pub e_rab_id: u8,
    /// What the bearer is worth.
    pub e_rab_level_qos_parameters: ErabLevelQosParameters,
    /// Where the S-GW listens.
    pub transport_layer_address: TransportLayerAddress,
    /// The S-GW's GTP tunnel endpoint.
    pub gtp_teid: u32,
    /// The NAS message that goes with it.
    pub nas_pdu: Option<Cow<'a, [u8]>>,
}

/// An E-RAB to be set up for a UE that has a context (TS 36.413 9.1.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErabToBeSetupBearer<'a> {
    /// E-RAB ID, 0 to 15; the EPS bearer identity.
    pub e_rab_id: u8,
    /// What the bearer is worth.
    pub e_rab_level_qos_parameters: ErabLevelQosParameters,
    /// Where the S-GW listens.
    pub transport_layer_address: TransportLayerAddress,
    /// The S-GW's GTP tunnel endpoint.
    pub gtp_teid: u32,
    /// The NAS message that goes with it.
    pub nas_pdu: Cow<'a, [u8]>,
}

/// An E-RAB that was set up with the UE context: its tunnel (TS 36.413 9.1.4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErabSetup {
    /// E-RAB ID.
    pub e_rab_id: u8,
    /// Where the eNB listens.
    pub transport_layer_address: TransportLayerAddress,
    /// The eNB's GTP tunnel endpoint.
    pub gtp_teid: u32,
}

/// An E-RAB with one end of its tunnel, in the other procedures (TS 36.413 9.1.3.2, 9.1.5.8, 9.1.5.9).
pub type ErabTunnel = ErabSetup;

/// An E-RAB that could not be set up, or is to be released, and why (TS 36.413 9.2.1.36).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErabFailed {
    /// E-RAB ID.
    pub e_rab_id: u8,
    /// Why.
    pub cause: Cause,
}

/// An E-RAB that was released (TS 36.413 9.1.3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErabReleased {
    /// E-RAB ID.
    pub e_rab_id: u8,
}

impl ErabToBeSetup<'_> {
    /// The same, with the octets copied.
    #[must_use]
    pub fn into_owned(self) -> ErabToBeSetup<'static> {
        ErabToBeSetup {
            e_rab_id: self.e_rab_id,
            e_rab_level_qos_parameters: self.e_rab_level_qos_parameters,
            transport_layer_address: self.transport_layer_address,
            gtp_teid: self.gtp_teid,
            nas_pdu: self.nas_pdu.map(|nas| Cow::Owned(nas.into_owned())),
        }
    }
}

impl ErabToBeSetupBearer<'_> {
    /// The same, with the octets copied.
    #[must_use]
    pub fn into_owned(self) -> ErabToBeSetupBearer<'static> {
        ErabToBeSetupBearer {
            e_rab_id: self.e_rab_id,
            e_rab_level_qos_parameters: self.e_rab_level_qos_parameters,
            transport_layer_address: self.transport_layer_address,
            gtp_teid: self.gtp_teid,
            nas_pdu: Cow::Owned(self.nas_pdu.into_owned()),
        }
    }
}

/// E-RAB ID: 0 to 15, with an extension that no release uses.
fn id_of(generated: &asn1::ERABID) -> Option<u8> {
    u8::try_from(generated.0).ok().filter(|&id| id <= MAX_ERAB_ID)
}

fn id(value: u8) -> Result<asn1::ERABID, EncodeError> {
    if value > MAX_ERAB_ID {
        return Err(EncodeError::Value { what: "E-RAB ID" });
    }
    Ok(asn1::ERABID(value.into()))
}

impl<'a> Generated<'a, S1ap> for ErabToBeSetup<'a> {
    type Asn1 = asn1::ERABToBeSetupItemCtxtSUReq<'a>;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            e_rab_id: id_of(&generated.e_rab_id)?,
            e_rab_level_qos_parameters: ErabLevelQosParameters::of_asn1(generated.e_rab_level_qos_parameters),
            transport_layer_address: TransportLayerAddress::of_bits(&generated.transport_layer_address.0)?,
            gtp_teid: u32::from_be_bytes(generated.gtp_teid.0),
            nas_pdu: generated.nas_pdu.map(|nas| cow(nas.0)),
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::ERABToBeSetupItemCtxtSUReq::new(
            id(self.e_rab_id)?,
            self.e_rab_level_qos_parameters.asn1(),
            asn1::TransportLayerAddress(self.transport_layer_address.bits()),
            asn1::GTPTEID(self.gtp_teid.to_be_bytes()),
            self.nas_pdu.as_ref().map(|nas| asn1::NASPDU(nas.clone().into())),
            None,
        ))
    }
}

impl<'a> Generated<'a, S1ap> for ErabToBeSetupBearer<'a> {
    type Asn1 = asn1::ERABToBeSetupItemBearerSUReq<'a>;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            e_rab_id: id_of(&generated.e_rab_id)?,
            e_rab_level_qos_parameters: ErabLevelQosParameters::of_asn1(generated.e_rab_level_qos_parameters),
            transport_layer_address: TransportLayerAddress::of_bits(&generated.transport_layer_address.0)?,
            gtp_teid: u32::from_be_bytes(generated.gtp_teid.0),
            nas_pdu: cow(generated.nas_pdu.0),
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::ERABToBeSetupItemBearerSUReq::new(
            id(self.e_rab_id)?,
            self.e_rab_level_qos_parameters.asn1(),
            asn1::TransportLayerAddress(self.transport_layer_address.bits()),
            asn1::GTPTEID(self.gtp_teid.to_be_bytes()),
            asn1::NASPDU(self.nas_pdu.clone().into()),
            None,
        ))
    }
}

/// The items of E-RABSetupListCtxtSURes, E-RABSetupListBearerSURes and the two lists of a path switch have the same
/// members, so the same encoding: one generated type serves them all.
impl<'a> Generated<'a, S1ap> for ErabSetup {
    type Asn1 = asn1::ERABSetupItemCtxtSURes<'a>;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            e_rab_id: id_of(&generated.e_rab_id)?,
            transport_layer_address: TransportLayerAddress::of_bits(&generated.transport_layer_address.0)?,
            gtp_teid: u32::from_be_bytes(generated.gtp_teid.0),
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::ERABSetupItemCtxtSURes::new(
            id(self.e_rab_id)?,
            asn1::TransportLayerAddress(self.transport_layer_address.bits()),
            asn1::GTPTEID(self.gtp_teid.to_be_bytes()),
            None,
        ))
    }
}

impl Generated<'_, S1ap> for ErabFailed {
    type Asn1 = asn1::ERABItem;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            e_rab_id: id_of(&generated.e_rab_id)?,
            cause: Cause::from_asn1(generated.cause)?,
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::ERABItem::new(
            id(self.e_rab_id)?,
            self.cause.to_asn1()?,
            None,
        ))
    }
}

impl Generated<'_, S1ap> for ErabReleased {
    type Asn1 = asn1::ERABReleaseItemBearerRelComp;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            e_rab_id: id_of(&generated.e_rab_id)?,
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::ERABReleaseItemBearerRelComp::new(id(self.e_rab_id)?, None))
    }
}

plain_values!(S1ap: ErabSetup, ErabFailed, ErabReleased);
borrowing_values!(S1ap: ErabToBeSetup, ErabToBeSetupBearer);
