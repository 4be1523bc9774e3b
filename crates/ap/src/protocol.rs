//! What a protocol's crate says of its generated layer.

use crate::{Criticality, PduType};
use oxirush_aper::protocol::Protocol;
use oxirush_aper::{Error, Octets, json};

/// The generated PDU of a protocol.
pub type GeneratedPdu<'a, P> = <<P as ApplicationProtocol>::Generated as Protocol>::Pdu<'a>;

/// The generated IE of a container of a protocol.
pub type GeneratedField<'a, P> = <<P as ApplicationProtocol>::Generated as Protocol>::Field<'a>;

/// A protocol of the family. A crate implements it for a type of its own, which then marks the values that have a form
/// on that protocol's wire ([`Value`](crate::Value)).
pub trait ApplicationProtocol: 'static {
    /// The generated layer.
    type Generated: Protocol;

    /// Largest PDU that is read, octets.
    const MAX_PDU_OCTETS: usize;

    /// Most IEs of a message that are read.
    const MAX_IES: usize;

    /// Names of the elements that are keys, in the ASN.1.
    const KEY_NAMES: &'static [&'static str];

    /// The PDU with this envelope; `value` is the message.
    fn pdu<'a>(
        pdu_type: PduType,
        procedure_code: u8,
        criticality: Criticality,
        value: Octets<'a>,
    ) -> GeneratedPdu<'a, Self>;

    /// An IE of a container.
    fn field(id: u16, criticality: Criticality, value: Octets<'static>) -> GeneratedField<'static, Self>;

    /// The container of a message: every message but the private one is a sequence of one container, so the type of any
    /// of them reads them all.
    ///
    /// # Errors
    /// Octets that are no message.
    fn fields(message: &[u8]) -> Result<Vec<GeneratedField<'_, Self>>, Error>;

    /// The octets of a message with these IEs.
    ///
    /// # Errors
    /// More IEs than a container may have.
    fn message(fields: Vec<GeneratedField<'static, Self>>) -> Result<Octets<'static>, Error>;

    /// The ASN.1's name of a PDU's message.
    fn message_name(pdu: &GeneratedPdu<'_, Self>) -> &'static str;

    /// The PDU as a tree of names and values.
    fn tree(pdu: &GeneratedPdu<'_, Self>) -> json::Value;
}
