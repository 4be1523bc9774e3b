//! Enumerations.
//!
//! A value that the generated layer does not have does not decode: its IE is one the receiver does not comprehend
//! (TS 38.413 10.3.4.2), so it needs no place here.

/// Defines enumerations over generated ones: `in marker, generated module; Name: Generated { Value = generated "name", … } …`.
#[macro_export]
macro_rules! enumerated {
    (in $protocol:ty, $module:ident; $($(#[$doc:meta])* $name:ident: $generated:ident {
        $($(#[$value_doc:meta])* $variant:ident = $asn1:ident $text:literal,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$value_doc])* $variant,)*
        }

        impl $name {
            /// The specification's name of the value.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl $crate::Generated<'_, $protocol> for $name {
            type Asn1 = $module::$generated;

            fn from_asn1(generated: $module::$generated) -> Option<Self> {
                // No `match`: it would need a last arm for the extensible enumerations, and must not have one for others.
                $(if generated == $module::$generated::$asn1 {
                    return Some(Self::$variant);
                })*
                None
            }

            fn to_asn1(&self) -> Result<$module::$generated, $crate::EncodeError> {
                Ok(match self {
                    $(Self::$variant => $module::$generated::$asn1,)*
                })
            }
        }

        $crate::plain_values!($protocol: $name);
    )*};
}
