//! From a message's table to its struct, `new`, decode and encode.

use crate::container::{Field, Ie, Intake};
use crate::value::EncodeError;
use crate::{Criticality, PduType};

/// What a PDU's header says of its message: kind and procedure code in one number.
pub(crate) const fn key(pdu_type: PduType, procedure_code: u8) -> u16 {
    (pdu_type as u16) << 8 | procedure_code as u16
}

/// A message of the tables.
pub(crate) trait Message<'a>: Sized {
    /// See [`key`].
    const KEY: u16;
    /// Criticality of the procedure.
    const CRITICALITY: Criticality;

    /// The struct, if nothing it cannot be without is missing; what is wrong is noted in the intake.
    fn take<'b>(ies: impl Iterator<Item = Ie<'a, 'b>>, intake: &mut Intake<'a>) -> Option<Self>;

    /// The IEs in the table's order, the unmodelled ones in their places.
    fn give(&self) -> Result<Vec<Field>, EncodeError>;
}

/// The type of a field.
macro_rules! field_type {
    (mandatory $type:ty) => { $type };
    (expected $type:ty) => { Option<$type> };
    (optional $type:ty) => { Option<$type> };
}

/// Numbers the rows: a field's name is its place.
macro_rules! places {
    ($($field:ident)*) => {
        #[expect(non_camel_case_types, dead_code, reason = "the places are named as the fields")]
        enum Place {
            $($field,)*
            end,
        }
    };
}

/// A row, where [`places`] is.
macro_rules! row {
    ($id:literal $criticality:ident $field:ident) => {
        $crate::container::Row {
            id: $id,
            criticality: $crate::Criticality::$criticality,
            place: Place::$field as u8,
        }
    };
}

/// The codec of a field.
macro_rules! codec {
    () => {
        $crate::value::Plain
    };
    ($codec:ty) => {
        $codec
    };
}

/// What becomes of an IE's slot when all IEs are read.
macro_rules! settle {
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
macro_rules! value_of {
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
macro_rules! present {
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
macro_rules! constructor {
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
        $crate::message::table::constructor!(
            @ $name [$($parameter)* $field: $type,] [$($value)* $field,] $($rest)*
        );
    };
    (@ $name:ident [$($parameter:tt)*] [$($value:tt)*] expected $field:ident: $type:ty; $($rest:tt)*) => {
        $crate::message::table::constructor!(
            @ $name [$($parameter)* $field: $type,] [$($value)* $field: Some($field),] $($rest)*
        );
    };
    (@ $name:ident [$($parameter:tt)*] [$($value:tt)*] optional $field:ident: $type:ty; $($rest:tt)*) => {
        $crate::message::table::constructor!(@ $name [$($parameter)*] [$($value)* $field: None,] $($rest)*);
    };
}

/// One message: `Name "SPECIFICATION NAME" = kind procedure criticality { presence id criticality field: type; … }`, the
/// rows in the order of the specification's table.
///
/// `mandatory`: the message is void without. `expected`: mandatory, but a receiver goes on without. `as` names another
/// codec than the type's own.
macro_rules! message {
    ($(#[$doc:meta])* $name:ident $text:literal = $kind:ident $code:literal $procedure:ident {
        $($(#[$field_doc:meta])* $presence:ident $id:literal $criticality:ident
            $field:ident: $type:ty $(as $codec:ty)?;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name<'a> {
            $($(#[$field_doc])* pub $field: $crate::message::table::field_type!($presence $type),)*
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

        $crate::message::table::constructor!(@ $name [] [] $($presence $field: $type;)*);

        impl<'a> $crate::message::table::Message<'a> for $name<'a> {
            const KEY: u16 = $crate::message::table::key($crate::PduType::$kind, $code);
            const CRITICALITY: $crate::Criticality = $crate::Criticality::$procedure;
            fn take<'b>(
                ies: impl Iterator<Item = $crate::container::Ie<'a, 'b>>,
                intake: &mut $crate::container::Intake<'a>,
            ) -> Option<Self> {
                $crate::message::table::places!($($field)*);
                $(let mut $field: Option<$type> = None;)*
                for ie in ies {
                    match ie.id {
                        $($id => intake.take::<$type, $crate::message::table::codec!($($codec)?)>(
                            &mut $field,
                            $crate::message::table::row!($id $criticality $field),
                            &ie,
                        ),)*
                        _ => intake.keep(&ie),
                    }
                }
                $($crate::message::table::settle!(
                    $presence $field $crate::message::table::row!($id $criticality $field), intake
                );)*
                Some(Self {
                    $($field: $crate::message::table::value_of!($presence $field),)*
                    other_ies: std::mem::take(&mut intake.others),
                })
            }

            fn give(
                &self,
            ) -> Result<Vec<$crate::container::Field>, $crate::value::EncodeError> {
                $crate::message::table::places!($($field)*);
                let mut others = self.other_ies.0.iter();
                let mut outlet = $crate::container::Outlet { ies: Vec::new() };
                $(if let Some(value) = $crate::message::table::present!($presence self.$field) {
                    outlet.put::<$type, $crate::message::table::codec!($($codec)?)>(
                        &mut others,
                        $crate::message::table::row!($id $criticality $field),
                        value,
                    )?;
                })*
                outlet.put_others(&mut others, true);
                Ok(outlet.ies)
            }
        }
    };
}
pub(crate) use {codec, constructor, field_type, message, places, present, row, settle, value_of};
