//! Cause (TS 36.413 9.2.1.3, TS 38.413 9.3.1.2): why, in five groups.

/// One group's values: number to generated value, number to name. Two functions: `from, name, generated type, rows`.
#[macro_export]
macro_rules! cause_group {
    ($from:ident, $name:ident, $generated:ty, $($value:literal $variant:ident $text:literal,)*) => {
        pub(crate) fn $from(value: u8) -> Option<$generated> {
            Some(match value {
                $($value => <$generated>::$variant,)*
                _ => return None,
            })
        }

        pub(crate) fn $name(value: u8) -> Option<&'static str> {
            Some(match value {
                $($value => $text,)*
                _ => return None,
            })
        }
    };
}

/// Defines the `Cause` of a protocol: `in marker, generated module, module of the [`cause_group!`](crate::cause_group)s;
/// NAME = Group number; …`. The names are the causes that the nodes send or look for.
#[macro_export]
macro_rules! cause {
    (in $protocol:ty, $asn1:ident, $table:ident; $($(#[$doc:meta])* $constant:ident = $group:ident $number:literal;)*) => {
/// Why a node does or refuses something: a group and the value's number in it (root values first, then extensions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Radio network layer.
    RadioNetwork(u8),
    /// Transport layer.
    Transport(u8),
    /// NAS.
    Nas(u8),
    /// Protocol.
    Protocol(u8),
    /// Anything else.
    Misc(u8),
}

impl Cause {
    $($(#[$doc])* pub const $constant: Self = Self::$group($number);)*
}

impl Cause {
    /// The group's name in the specification's ASN.1: `radioNetwork`, `transport`, `nas`, `protocol` or `misc`.
    #[must_use]
    pub const fn group(self) -> &'static str {
        match self {
            Self::RadioNetwork(_) => "radioNetwork",
            Self::Transport(_) => "transport",
            Self::Nas(_) => "nas",
            Self::Protocol(_) => "protocol",
            Self::Misc(_) => "misc",
        }
    }

    /// The value's number in its group.
    #[must_use]
    pub const fn value(self) -> u8 {
        let (Self::RadioNetwork(value)
        | Self::Transport(value)
        | Self::Nas(value)
        | Self::Protocol(value)
        | Self::Misc(value)) = self;
        value
    }

    /// The specification's name of the value (`user-inactivity`); `unknown` for a number that Release 19 does not have.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RadioNetwork(value) => $table::radio_network_name(value),
            Self::Transport(value) => $table::transport_name(value),
            Self::Nas(value) => $table::nas_name(value),
            Self::Protocol(value) => $table::protocol_name(value),
            Self::Misc(value) => $table::misc_name(value),
        }
        .unwrap_or("unknown")
    }
}

impl ::std::fmt::Display for Cause {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        write!(f, "{}: {} ({})", self.group(), self.name(), self.value())
    }
}

impl $crate::Generated<'_, $protocol> for Cause {
    type Asn1 = $asn1::Cause;

    fn from_asn1(generated: $asn1::Cause) -> Option<Self> {
        // The generated enumerations number their values as the ASN.1 does, at most 45.
        Some(match generated {
            $asn1::Cause::radioNetwork(value) => Self::RadioNetwork(value as u8),
            $asn1::Cause::transport(value) => Self::Transport(value as u8),
            $asn1::Cause::nas(value) => Self::Nas(value as u8),
            $asn1::Cause::protocol(value) => Self::Protocol(value as u8),
            $asn1::Cause::misc(value) => Self::Misc(value as u8),
            _ => return None,
        })
    }

    fn to_asn1(&self) -> Result<$asn1::Cause, $crate::EncodeError> {
        match *self {
            Self::RadioNetwork(value) => $table::radio_network(value).map($asn1::Cause::radioNetwork),
            Self::Transport(value) => $table::transport(value).map($asn1::Cause::transport),
            Self::Nas(value) => $table::nas(value).map($asn1::Cause::nas),
            Self::Protocol(value) => $table::protocol(value).map($asn1::Cause::protocol),
            Self::Misc(value) => $table::misc(value).map($asn1::Cause::misc),
        }
        .ok_or($crate::EncodeError::Value { what: "Cause" })
    }
}

$crate::plain_values!($protocol: Cause);
    };
}
