//! The `messages!` table: an enumeration over the messages of a protocol.

/// Ways a message may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) uplink: bool,
    pub(crate) downlink: bool,
}

impl Way {
    pub(crate) const UPLINK: Self = Self {
        uplink: true,
        downlink: false,
    };
    pub(crate) const DOWNLINK: Self = Self {
        uplink: false,
        downlink: true,
    };
    pub(crate) const BOTH: Self = Self {
        uplink: true,
        downlink: true,
    };

    /// Whether a message that goes `other` may go this way.
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.uplink && other.uplink || self.downlink && other.downlink
    }
}

/// An enumeration over messages, each with the ways it may go; message types may occur twice if their ways differ.
macro_rules! messages {
    ($(#[$doc:meta])* $enum:ident { $($name:ident = $way:expr;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $enum<'a> {
            $(#[doc = stringify!($name)] $name($name<'a>),)*
        }

        impl<'a> $enum<'a> {
            fn decode_type(
                octets: &'a [u8],
                message_type: u8,
                way: $crate::common::Way,
            ) -> Result<$crate::common::Decoded<Self>, $crate::common::NasDecodeError> {
                $(if message_type == $name::MESSAGE_TYPE && $way.meets(way) {
                    let (message, soft_errors) = $name::decode(octets)?;
                    return Ok($crate::common::Decoded { message: Self::$name(message), soft_errors });
                })*
                Err($crate::common::NasDecodeError::MessageType(message_type))
            }

            /// Appends the plain message, header included.
            pub fn encode(&self, out: &mut Vec<u8>) {
                match self { $(Self::$name(message) => message.encode(out),)* }
            }

            /// The plain message, header included.
            #[must_use]
            pub fn to_octets(&self) -> Vec<u8> {
                let mut out = Vec::new();
                self.encode(&mut out);
                out
            }

            /// The specification's name of the message.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => $name::NAME,)* }
            }

            /// Message type (TS 24.301 9.8, TS 24.501 9.7).
            #[must_use]
            pub const fn message_type(&self) -> u8 {
                match self { $(Self::$name(_) => $name::MESSAGE_TYPE,)* }
            }

            /// The elements with their values, in wire order.
            #[must_use]
            pub fn describe(&self) -> Vec<quintet_wire::Field> {
                match self { $(Self::$name(message) => message.describe(),)* }
            }

            /// Elements kept as they came.
            #[must_use]
            pub const fn unrecognised(&self) -> &$crate::common::Unrecognised<'a> {
                match self { $(Self::$name(message) => &message.unrecognised,)* }
            }
        }

        $(impl<'a> From<$name<'a>> for $enum<'a> {
            fn from(message: $name<'a>) -> Self {
                Self::$name(message)
            }
        })*
    };
}
pub(crate) use messages;
