//! A PDU as people and scripts see it: every IE of every message by name, whether it has a struct or not.

use crate::pdu::name_of;
use crate::{DecodeFailure, Description, FailureKind, Ngap, Secrets};

/// Names of the elements that carry a NAS message, as IE and inside a PDU session.
pub const NAS_PDU_NAMES: [&str; 4] = ["NAS-PDU", "nAS-PDU", "pDUSessionNAS-PDU", "NASC"];

/// Describes a PDU. NAS-PDUs are hex ([`NAS_PDU_NAMES`]).
///
/// # Errors
/// Octets that are no NGAP PDU.
pub fn describe(octets: &[u8], secrets: Secrets) -> Result<Description, DecodeFailure> {
    quintet_ap::describe::<Ngap>(octets, secrets, name_of)
        .map_err(|why| DecodeFailure::transfer_syntax(FailureKind::TransferSyntax { why }))
}
