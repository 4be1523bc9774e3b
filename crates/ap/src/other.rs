//! IEs that a message struct has no field for.

use crate::Criticality;
use std::borrow::Cow;

/// An IE as it was received, and where.
#[derive(Clone, PartialEq, Eq)]
pub struct OtherIe<'a> {
    /// Its number.
    pub id: u16,
    /// The criticality it came with.
    pub criticality: Criticality,
    /// How many IEs are before it in the message, not counting those that were not understood: where it is written again.
    pub position: u16,
    /// The octets of its value, aligned PER.
    pub value: Cow<'a, [u8]>,
}

/// The IEs of a message that its struct has no field for, by ascending position. They decode unread and encode unchanged,
/// in their place. A message that a node makes has none: [`OtherIes::default`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtherIes<'a>(pub Vec<OtherIe<'a>>);

impl OtherIes<'_> {
    /// The same, with the octets copied.
    #[must_use]
    pub fn into_owned(self) -> OtherIes<'static> {
        OtherIes(self.0.into_iter().map(OtherIe::into_owned).collect())
    }
}

impl OtherIe<'_> {
    /// The same, with the octets copied.
    #[must_use]
    pub fn into_owned(self) -> OtherIe<'static> {
        OtherIe {
            id: self.id,
            criticality: self.criticality,
            position: self.position,
            value: Cow::Owned(self.value.into_owned()),
        }
    }
}

/// A value may be a key, so only its length shows.
impl std::fmt::Debug for OtherIe<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OtherIe")
            .field("id", &self.id)
            .field("criticality", &self.criticality)
            .field("position", &self.position)
            .field("octets", &self.value.len())
            .finish()
    }
}
