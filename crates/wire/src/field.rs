//! A decoded element as people and scripts see it.

use std::borrow::Cow;

/// A named value with what is inside it: the common shape of every `decode --json` answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The specification's name of the element.
    pub name: Cow<'static, str>,
    /// The value as text: numbers in decimal, octet strings as lowercase hex, enumerations by name.
    pub value: String,
    /// Offset of the element's first octet from the start of the input.
    pub at: usize,
    /// Inner elements, in wire order.
    pub fields: Vec<Field>,
}

impl Field {
    /// A leaf.
    #[must_use]
    pub fn leaf(name: impl Into<Cow<'static, str>>, value: impl Into<String>, at: usize) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            at,
            fields: Vec::new(),
        }
    }
}
