//! From a message's table to its struct, `new`, decode and encode.

use crate::{Criticality, EncodeError, Field, Ie, Intake, PduType};

/// What a PDU's header says of its message: kind and procedure code in one number.
#[must_use]
pub const fn key(pdu_type: PduType, procedure_code: u8) -> u16 {
    (pdu_type as u16) << 8 | procedure_code as u16
}

/// A message of the tables.
pub trait Message<'a>: Sized {
    /// See [`key`].
    const KEY: u16;
    /// Criticality of the procedure.
    const CRITICALITY: Criticality;

    /// The struct, if nothing it cannot be without is missing; what is wrong is noted in the intake.
    fn take<'b>(ies: impl Iterator<Item = Ie<'a, 'b>>, intake: &mut Intake<'a>) -> Option<Self>;

    /// The IEs in the table's order, the unmodelled ones in their places.
    ///
    /// # Errors
    /// A value outside its range.
    fn give(&self) -> Result<Vec<Field>, EncodeError>;
}

/// The type of a field.
#[doc(hidden)]
#[macro_export]
macro_rules! __field_type {
    (mandatory $type:ty) => { $type };
    (expected $type:ty) => { Option<$type> };
    (optional $type:ty) => { Option<$type> };
}

/// Numbers the rows: a field's name is its place.
#[doc(hidden)]
#[macro_export]
macro_rules! __places {
    ($($field:ident)*) => {
        #[expect(non_camel_case_types, dead_code, reason = "the places are named as the fields")]
        enum Place {
            $($field,)*
            end,
        }
    };
}

/// A row, where `__places` is.
#[doc(hidden)]
#[macro_export]
macro_rules! __row {
    ($id:literal $criticality:ident $field:ident) => {
        $crate::Row {
            id: $id,
            criticality: $crate::Criticality::$criticality,
            place: Place::$field as u8,
        }
    };
}

/// The codec of a field.
#[doc(hidden)]
#[macro_export]
macro_rules! __codec {
    ($protocol:ty;) => {
        $crate::Plain<$protocol>
    };
    ($protocol:ty; $codec:ty) => {
        $codec
    };
}

/// What becomes of an IE's slot when all IEs are read.
#[doc(hidden)]
#[macro_export]
macro_rules! __settle {
    (mandatory $slot:ident $row:expr, $intake:ident) => {
        if $slot.is_none() {
            $intake.missing($row);
        }
    };
    (expected $slot:ident $row:expr, $intake:ident) => {
        if $slot.is_none() {
            $intake.missing($row);
        }
    };
    (optional $slot:ident $row:expr, $intake:ident) => {};
}

/// The field's value from its slot.
#[doc(hidden)]
#[macro_export]
macro_rules! __value_of {
    (mandatory $slot:ident) => {
        $slot?
    };
    (expected $slot:ident) => {
        $slot
    };
    (optional $slot:ident) => {
        $slot
    };
}

/// A reference to the field's value, if there is one.
#[doc(hidden)]
#[macro_export]
macro_rules! __present {
    (mandatory $field:expr) => {
        Some(&$field)
    };
    (expected $field:expr) => {
        $field.as_ref()
    };
    (optional $field:expr) => {
        $field.as_ref()
    };
}

/// `new`: mandatory IEs as parameters, the others absent. Where none is mandatory it is the default as well.
#[doc(hidden)]
#[macro_export]
macro_rules! __constructor {
    (@ $name:ident [] [$($value:tt)*]) => {
        impl Default for $name<'_> {
            fn default() -> Self {
                Self { $($value)* other_ies: Default::default() }
            }
        }

        impl $name<'_> {
            /// With no IE.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }
        }
    };
    (@ $name:ident [$($parameter:tt)+] [$($value:tt)*]) => {
        impl<'a> $name<'a> {
            /// With every mandatory IE and no other.
            #[must_use]
            pub fn new($($parameter)+) -> Self {
                Self { $($value)* other_ies: Default::default() }
            }
        }
    };
    (@ $name:ident [$($parameter:tt)*] [$($value:tt)*] mandatory $field:ident: $type:ty; $($rest:tt)*) => {
        $crate::__constructor!(
            @ $name [$($parameter)* $field: $type,] [$($value)* $field,] $($rest)*
        );
    };
    (@ $name:ident [$($parameter:tt)*] [$($value:tt)*] expected $field:ident: $type:ty; $($rest:tt)*) => {
        $crate::__constructor!(
            @ $name [$($parameter)* $field: $type,] [$($value)* $field: Some($field),] $($rest)*
        );
    };
    (@ $name:ident [$($parameter:tt)*] [$($value:tt)*] optional $field:ident: $type:ty; $($rest:tt)*) => {
        $crate::__constructor!(@ $name [$($parameter)*] [$($value)* $field: None,] $($rest)*);
    };
}

/// One message: `in marker; Name "SPECIFICATION NAME" = kind procedure criticality { presence id criticality field: type; … }`, the
/// rows in the order of the specification's table.
///
/// `mandatory`: the message is void without. `expected`: mandatory, but a receiver goes on without. `as` names another
/// codec than the type's own.
#[macro_export]
macro_rules! message {
    (in $protocol:ty; $(#[$doc:meta])* $name:ident $text:literal = $kind:ident $code:literal $procedure:ident {
        $($(#[$field_doc:meta])* $presence:ident $id:literal $criticality:ident
            $field:ident: $type:ty $(as $codec:ty)?;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name<'a> {
            $($(#[$field_doc])* pub $field: $crate::__field_type!($presence $type),)*
            /// The IEs that have no field.
            pub other_ies: $crate::OtherIes<'a>,
        }

        impl $name<'_> {
            /// The specification's name.
            pub const NAME: &'static str = $text;
            /// Kind of PDU.
            pub const PDU_TYPE: $crate::PduType = $crate::PduType::$kind;
            /// Procedure code.
            pub const PROCEDURE_CODE: u8 = $code;
        }

        $crate::__constructor!(@ $name [] [] $($presence $field: $type;)*);

        impl<'a> $crate::Message<'a> for $name<'a> {
            const KEY: u16 = $crate::key($crate::PduType::$kind, $code);
            const CRITICALITY: $crate::Criticality = $crate::Criticality::$procedure;
            fn take<'b>(
                ies: impl Iterator<Item = $crate::Ie<'a, 'b>>,
                intake: &mut $crate::Intake<'a>,
            ) -> Option<Self> {
                $crate::__places!($($field)*);
                $(let mut $field: Option<$type> = None;)*
                for ie in ies {
                    match ie.id {
                        $($id => intake.take::<$type, $crate::__codec!($protocol; $($codec)?)>(
                            &mut $field,
                            $crate::__row!($id $criticality $field),
                            &ie,
                        ),)*
                        _ => intake.keep(&ie),
                    }
                }
                $($crate::__settle!(
                    $presence $field $crate::__row!($id $criticality $field), intake
                );)*
                Some(Self {
                    $($field: $crate::__value_of!($presence $field),)*
                    other_ies: std::mem::take(&mut intake.others),
                })
            }

            fn give(
                &self,
            ) -> Result<Vec<$crate::Field>, $crate::EncodeError> {
                $crate::__places!($($field)*);
                let mut others = self.other_ies.0.iter();
                let mut outlet = $crate::Outlet::default();
                $(if let Some(value) = $crate::__present!($presence self.$field) {
                    outlet.put::<$type, $crate::__codec!($protocol; $($codec)?)>(
                        &mut others,
                        $crate::__row!($id $criticality $field),
                        value,
                    )?;
                })*
                outlet.put_others(&mut others, true);
                Ok(outlet.ies)
            }
        }
    };
}
