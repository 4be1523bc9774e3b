//! Tables of elements that are carried as octets.

/// Elements carried as octets of any length.
macro_rules! octets {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name<'a>(pub &'a [u8]);

        impl<'a> $crate::common::Element<'a> for $name<'a> {
            fn decode(value: &'a [u8], _at: usize) -> Result<Self, quintet_wire::DecodeError> {
                Ok(Self(value))
            }

            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.0);
            }

            fn describe(&self, field: &mut quintet_wire::Field) {
                $crate::common::Element::describe(&self.0, field);
            }
        }
    )* };
}

pub(crate) use octets;

/// Elements carried as octets of one length.
macro_rules! fixed {
    ($($(#[$doc:meta])* $name:ident[$n:literal];)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub [u8; $n]);

        impl<'a> $crate::common::Element<'a> for $name {
            fn decode(value: &'a [u8], at: usize) -> Result<Self, quintet_wire::DecodeError> {
                <[u8; $n] as $crate::common::Element>::decode(value, at).map(Self)
            }

            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.0);
            }

            fn describe(&self, field: &mut quintet_wire::Field) {
                $crate::common::Element::describe(&self.0, field);
            }
        }
    )* };
}
pub(crate) use fixed;
