//! The `message!` table: from the specification's content table to a struct.
//!
//! A row reads `format length field: Type = "Name in the specification";`, an optional one has its IEI in front. Half
//! octets come in the specification's order, bits 1 to 4 first: `HalfLow` then `HalfHigh`, or `HalfSpare` when bits 5 to
//! 8 are the spare half octet. Lengths are those of the content table, IEI and length octets included.

/// A [`Row`](super::Row) of a table.
macro_rules! row {
    ($format:ident $iei:literal $min:literal $max:literal $name:literal) => {
        $crate::common::Row {
            name: $name,
            iei: $iei,
            format: $crate::common::Format::$format,
            min: $min,
            max: $max,
        }
    };
}
pub(crate) use row;

/// `Default` for a message without mandatory elements.
macro_rules! default_of {
    ($name:ident;) => {
        impl Default for $name<'_> {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    ($name:ident; $($field:ident)+) => {};
}
pub(crate) use default_of;

/// A message from its content table.
macro_rules! message {
    (
        $(#[$doc:meta])*
        $protocol:ident $name:ident = $title:literal, $type:literal
        header { $($hformat:ident $hlength:literal $hfield:ident : $hty:ty = $hname:literal;)* }
        mandatory { $($mformat:ident $mmin:literal ..= $mmax:literal $mfield:ident : $mty:ty = $mname:literal;)* }
        optional { $($iei:literal $oformat:ident $omin:literal ..= $omax:literal $ofield:ident : $oty:ty = $oname:literal;)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name<'a> {
            $(#[doc = $hname] pub $hfield: $hty,)*
            $(#[doc = $mname] pub $mfield: $mty,)*
            $(#[doc = $oname] pub $ofield: Option<$oty>,)*
            /// Elements kept as they came.
            pub unrecognised: $crate::common::Unrecognised<'a>,
        }

        $crate::common::default_of!($name; $($hfield)* $($mfield)*);

        const _: () = assert!($name::OPTIONAL.len() <= $crate::common::MAX_OPTIONAL_ROWS);

        impl<'a> $name<'a> {
            /// The specification's name of the message.
            pub const NAME: &'static str = $title;
            /// Message type (TS 24.301 9.8, TS 24.501 9.7).
            pub const MESSAGE_TYPE: u8 = $type;
            /// Rows before the message type.
            pub const HEADER: &'static [$crate::common::Row] = &[$($crate::common::row!($hformat 0 $hlength $hlength $hname),)*];
            /// Mandatory rows after the message type.
            pub const MANDATORY: &'static [$crate::common::Row] = &[$($crate::common::row!($mformat 0 $mmin $mmax $mname),)*];
            /// Optional and conditional rows.
            pub const OPTIONAL: &'static [$crate::common::Row] = &[$($crate::common::row!($oformat $iei $omin $omax $oname),)*];

            /// The message with its mandatory elements and no optional one.
            #[must_use]
            pub const fn new($($hfield: $hty,)* $($mfield: $mty,)*) -> Self {
                Self {
                    $($hfield,)*
                    $($mfield,)*
                    $($ofield: None,)*
                    unrecognised: $crate::common::Unrecognised(Vec::new()),
                }
            }

            /// Reads a plain message, header included.
            ///
            /// # Errors
            /// Another header, or a mandatory element that is missing or malformed. What is wrong with an optional
            /// element is a soft error.
            pub fn decode(octets: &'a [u8]) -> Result<(Self, $crate::common::SoftErrors), quintet_wire::DecodeError> {
                let mut decoder = $crate::common::Decoder::$protocol(octets)?;
                $(let $hfield = decoder.mandatory(&$crate::common::row!($hformat 0 $hlength $hlength $hname))?;)*
                decoder.message_type($type)?;
                $(let $mfield = decoder.mandatory(&$crate::common::row!($mformat 0 $mmin $mmax $mname))?;)*
                let mut message = Self::new($($hfield,)* $($mfield,)*);
                while let Some(found) = decoder.optional(Self::OPTIONAL) {
                    $(if found.is($iei) { decoder.store(&found, &mut message.$ofield); })*
                    let _ = found;
                }
                let (unrecognised, soft) = decoder.finish();
                message.unrecognised = unrecognised;
                Ok((message, soft))
            }

            /// Appends the plain message, header included.
            pub fn encode(&self, out: &mut Vec<u8>) {
                self.walk(&mut $crate::common::Encoder::$protocol(out));
            }

            /// The elements with their values, in wire order; `at` counts in the message as it is encoded.
            #[must_use]
            pub fn describe(&self) -> Vec<quintet_wire::Field> {
                let mut octets = Vec::new();
                let mut describer = $crate::common::Describer::new($crate::common::Encoder::$protocol(&mut octets));
                self.walk(&mut describer);
                describer.finish()
            }

            fn walk(&self, walk: &mut impl $crate::common::Walk<'a>) {
                $(walk.mandatory(&$crate::common::row!($hformat 0 $hlength $hlength $hname), &self.$hfield);)*
                walk.message_type($type);
                $(walk.mandatory(&$crate::common::row!($mformat 0 $mmin $mmax $mname), &self.$mfield);)*
                $(walk.optional(
                    &$crate::common::row!($oformat $iei $omin $omax $oname),
                    self.$ofield.as_ref(),
                    &self.unrecognised,
                );)*
                walk.end(&self.unrecognised);
            }
        }
    };
}
pub(crate) use message;
