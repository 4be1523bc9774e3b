//! Elements of the non-imperative part that are kept as they came.

/// Most elements kept one by one. Past it, neighbours are kept as one run of octets, so that a message of one-octet
/// unknown elements does not cost many times its size.
pub const MAX_UNRECOGNISED: usize = 64;

/// An element kept as it came: unknown, repeated, out of sequence or malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnrecognisedElement<'a> {
    /// Row of the optional table before which it stood; the number of rows when it stood after them all.
    pub before: usize,
    /// The whole element: IEI, length, value; past [`MAX_UNRECOGNISED`] also its neighbours.
    pub octets: &'a [u8],
}

/// The elements kept as they came, in wire order; encoded again where they stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unrecognised<'a>(pub Vec<UnrecognisedElement<'a>>);

impl<'a> Unrecognised<'a> {
    /// Whether nothing was kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every element, in wire order.
    pub fn iter(&self) -> impl Iterator<Item = &UnrecognisedElement<'a>> {
        self.0.iter()
    }
}
