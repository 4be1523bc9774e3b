//! Which PDU sessions: PDU session status and its kin (TS 24.501 9.11.3.13, 9.11.3.42 to 9.11.3.44, 9.11.3.57).

use super::PduSessionIdentity;
use crate::common::{Element, hex, wrong_length};
use crate::fgs::FgmmCause;
use quintet_wire::{DecodeError, Field};

macro_rules! sessions {
    ($($(#[$doc:meta])* $name:ident = $title:literal;)*) => { $(
        $(#[$doc])*
        /// PSI 0 to 7 in the first octet, 8 to 15 in the second; octets past them are spare.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name(pub [u8; 2]);

        impl $name {
            /// Whether the PDU session `identity` is in the set.
            #[must_use]
            pub fn contains(self, identity: PduSessionIdentity) -> bool {
                let psi = identity.0;
                self.0
                    .get(usize::from(psi / 8))
                    .is_some_and(|octet| octet >> (psi % 8) & 1 == 1)
            }

            /// The set with the PDU session `identity` (1 to 15).
            #[must_use]
            pub fn with(mut self, identity: PduSessionIdentity) -> Self {
                if let Some(octet) = self.0.get_mut(usize::from(identity.0 / 8)) {
                    *octet |= 1 << (identity.0 % 8);
                }
                self
            }

            /// The PDU sessions of the set, in order.
            pub fn identities(self) -> impl Iterator<Item = PduSessionIdentity> {
                (0..16).map(PduSessionIdentity).filter(move |&psi| self.contains(psi))
            }
        }

        impl<'a> Element<'a> for $name {
            fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
                match *value {
                    [first, second, ..] => Ok(Self([first, second])),
                    _ => Err(wrong_length(at, value.len(), "2 or more")),
                }
            }

            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.0);
            }

            fn describe(&self, field: &mut Field) {
                let list: Vec<_> = self.identities().map(|psi| psi.0.to_string()).collect();
                field.value = hex(&self.0);
                field.fields.push(Field::leaf($title, list.join(" "), field.at));
            }
        }
    )* };
}

sessions! {
    /// PDU session status (TS 24.501 9.11.3.44): PDU sessions that are not inactive.
    PduSessionStatus = "Active PDU session identities";
    /// Uplink data status (TS 24.501 9.11.3.57): PDU sessions with uplink data pending.
    UplinkDataStatus = "PDU session identities with uplink data";
    /// Allowed PDU session status (TS 24.501 9.11.3.13): PDU sessions that may move to 3GPP access.
    AllowedPduSessionStatus = "Allowed PDU session identities";
    /// PDU session reactivation result (TS 24.501 9.11.3.42): PDU sessions whose user plane was not established.
    PduSessionReactivationResult = "PDU session identities not re-established";
}

/// PDU session reactivation result error cause (TS 24.501 9.11.3.43): pairs of PDU session identity and 5GMM cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PduSessionReactivationResultErrorCause<'a>(pub &'a [u8]);

impl PduSessionReactivationResultErrorCause<'_> {
    /// PDU session and cause, in order.
    pub fn causes(&self) -> impl Iterator<Item = (PduSessionIdentity, FgmmCause)> {
        self.0
            .chunks_exact(2)
            .map(|pair| (PduSessionIdentity(pair[0]), FgmmCause(pair[1])))
    }
}

impl<'a> Element<'a> for PduSessionReactivationResultErrorCause<'a> {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        if value.len().is_multiple_of(2) {
            Ok(Self(value))
        } else {
            Err(wrong_length(at, value.len(), "two octets for each PDU session"))
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }

    fn describe(&self, field: &mut Field) {
        self.0.describe(field);
        for (i, (psi, cause)) in self.causes().enumerate() {
            let text = cause
                .name()
                .map_or_else(|| cause.0.to_string(), |name| format!("{} ({name})", cause.0));
            let name = format!("PDU session {}", psi.0);
            field.fields.push(Field::leaf(name, text, field.at + 2 * i));
        }
    }
}
