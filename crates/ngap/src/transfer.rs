//! What SMF and NG-RAN node say about a PDU session, through an AMF that does not look inside (TS 38.413 9.3.4).
//!
//! Of each transfer, what a session needs to have a user plane: tunnel, kind, bounds and flows. Decoding passes over the
//! rest and encoding has none of it, so a relay hands the octets on and never decodes to encode again.

use crate::{Cause, Ngap, TransportLayerAddress};
use oxirush_ngap::ngap as asn1;
use oxirush_ngap::{AsnType, Decode, Encode, aper};
use quintet_ap::{EncodeError, Generated};

mod flow;
mod setup_request;

pub use flow::{
    AllocationAndRetentionPriority, GbrQosFlowInformation, QosCharacteristics, QosFlowSetupRequest,
};
pub use setup_request::{
    PduSessionResourceSetupRequestTransfer, PduSessionType, SecurityIndication, SecurityNeed,
};

/// Octets that are not the transfer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no {what}: {why}")]
pub struct TransferError {
    /// The transfer.
    pub what: &'static str,
    /// Why.
    pub why: String,
}

/// One end of a GTP-U tunnel (TS 38.413 9.3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GtpTunnel {
    /// Where the end listens.
    pub transport_layer_address: TransportLayerAddress,
    /// Its tunnel endpoint.
    pub gtp_teid: u32,
}

/// PDU Session Resource Setup Response Transfer (TS 38.413 9.3.4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PduSessionResourceSetupResponseTransfer {
    /// Where the NG-RAN node listens.
    pub dl_ngu_up_tnl_information: GtpTunnel,
    /// The QoS flows of the tunnel, 1 to 64: identifiers 0 to 63.
    pub associated_qos_flows: Vec<u8>,
}

/// PDU Session Resource Setup Unsuccessful Transfer (TS 38.413 9.3.4.16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PduSessionResourceSetupUnsuccessfulTransfer {
    /// Why the session has no resources.
    pub cause: Cause,
}

/// PDU Session Resource Release Command Transfer (TS 38.413 9.3.4.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PduSessionResourceReleaseCommandTransfer {
    /// Why the session loses its resources.
    pub cause: Cause,
}

/// PDU Session Resource Release Response Transfer (TS 38.413 9.3.4.21): it says nothing but that it is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PduSessionResourceReleaseResponseTransfer;

fn read<'a, T: Decode<'a> + AsnType>(octets: &'a [u8]) -> Result<T, TransferError> {
    aper::decode(octets).map_err(|error| TransferError {
        what: T::NAME,
        why: error.to_string(),
    })
}

fn write<T: Encode + AsnType>(value: &T) -> Result<Vec<u8>, EncodeError> {
    aper::encode(value).map_err(|error| EncodeError::refused(T::NAME, &error))
}

fn strange(what: &'static str) -> TransferError {
    TransferError {
        what,
        why: "a value that the specification does not have".to_owned(),
    }
}

fn tunnel_of(generated: &asn1::UPTransportLayerInformation<'_>) -> Option<GtpTunnel> {
    match generated {
        asn1::UPTransportLayerInformation::gTPTunnel(tunnel) => Some(GtpTunnel {
            transport_layer_address: TransportLayerAddress::of_bits(&tunnel.transport_layer_address.0)?,
            gtp_teid: u32::from_be_bytes(tunnel.gtp_teid.0),
        }),
        _ => None,
    }
}

fn tunnel_asn1(tunnel: GtpTunnel) -> asn1::UPTransportLayerInformation<'static> {
    asn1::UPTransportLayerInformation::gTPTunnel(asn1::GTPTunnel::new(
        asn1::TransportLayerAddress(tunnel.transport_layer_address.bits()),
        asn1::GTPTEID(tunnel.gtp_teid.to_be_bytes()),
        None,
    ))
}

fn cause_of(generated: asn1::Cause, what: &'static str) -> Result<Cause, TransferError> {
    <Cause as Generated<'_, Ngap>>::from_asn1(generated).ok_or_else(|| strange(what))
}

impl PduSessionResourceSetupResponseTransfer {
    const NAME: &'static str = "PDU Session Resource Setup Response Transfer";

    /// From its octets.
    ///
    /// # Errors
    /// Octets that are none.
    pub fn decode(octets: &[u8]) -> Result<Self, TransferError> {
        let generated: asn1::PDUSessionResourceSetupResponseTransfer<'_> = read(octets)?;
        let flows = generated.dl_qos_flow_per_tnl_information;
        let numbers = flows.associated_qos_flow_list.0.iter();
        let numbers = numbers.map(|flow| u8::try_from(flow.qos_flow_identifier.0).ok());
        Ok(Self {
            dl_ngu_up_tnl_information: tunnel_of(&flows.up_transport_layer_information)
                .ok_or_else(|| strange(Self::NAME))?,
            associated_qos_flows: numbers
                .collect::<Option<_>>()
                .ok_or_else(|| strange(Self::NAME))?,
        })
    }

    /// Its octets.
    ///
    /// # Errors
    /// No flow, more than 64, or one above 63.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let flows = self
            .associated_qos_flows
            .iter()
            .map(|&flow| asn1::AssociatedQosFlowItem::new(asn1::QosFlowIdentifier(flow.into()), None, None));
        let information = asn1::QosFlowPerTNLInformation::new(
            tunnel_asn1(self.dl_ngu_up_tnl_information),
            asn1::AssociatedQosFlowList(flows.collect()),
            None,
        );
        write(&asn1::PDUSessionResourceSetupResponseTransfer::new(
            information,
            None,
            None,
            None,
            None,
        ))
    }
}

/// Transfers of a cause.
macro_rules! of_cause {
    ($($name:ident: $generated:ident ($($none:expr),*) $text:literal;)*) => {$(
        impl $name {
            /// From its octets.
            ///
            /// # Errors
            /// Octets that are none.
            pub fn decode(octets: &[u8]) -> Result<Self, TransferError> {
                let generated: asn1::$generated = read(octets)?;
                Ok(Self { cause: cause_of(generated.cause, $text)? })
            }

            /// Its octets.
            ///
            /// # Errors
            /// A cause that has no number.
            pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
                let cause = <Cause as Generated<'_, Ngap>>::to_asn1(&self.cause)?;
                write(&asn1::$generated::new(cause $(, $none)*))
            }
        }
    )*};
}

of_cause! {
    PduSessionResourceSetupUnsuccessfulTransfer: PDUSessionResourceSetupUnsuccessfulTransfer (None, None)
        "PDU Session Resource Setup Unsuccessful Transfer";
    PduSessionResourceReleaseCommandTransfer: PDUSessionResourceReleaseCommandTransfer (None)
        "PDU Session Resource Release Command Transfer";
}

impl PduSessionResourceReleaseResponseTransfer {
    /// From its octets.
    ///
    /// # Errors
    /// Octets that are none.
    pub fn decode(octets: &[u8]) -> Result<Self, TransferError> {
        read::<asn1::PDUSessionResourceReleaseResponseTransfer>(octets).map(|_| Self)
    }

    /// Its octets.
    ///
    /// # Errors
    /// None that is known of.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        write(&asn1::PDUSessionResourceReleaseResponseTransfer::new(None))
    }
}
