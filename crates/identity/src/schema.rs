//! What OpenAPI says of identities: text with a pattern.

use crate::{Apn, Imei, Imeisv, Impi, Impu, Imsi, Msisdn, Plmn, SNssai};
use std::borrow::Cow;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

/// Gives a type that is text in JSON its schema: name, pattern, an example, what it is.
#[macro_export]
macro_rules! text_schema {
    ($($type:ident, $pattern:literal, $example:literal, $what:literal;)+) => {$(
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::SchemaType::new(utoipa::openapi::schema::Type::String))
                    .pattern(Some($pattern))
                    .examples([$example])
                    .description(Some($what))
                    .into()
            }
        }

        impl utoipa::ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
        }
    )+};
}

text_schema!(
    Imsi, "^[0-9]{6,15}$", "001010000000001", "International Mobile Subscriber Identity (TS 23.003 2.2)";
    Msisdn, "^[0-9]{1,15}$", "33612345678", "Number: country code, national number (TS 23.003 3.3)";
    Imei, "^[0-9]{14,15}$", "352099001761481", "Equipment, without or with the check digit (TS 23.003 6.2.1)";
    Imeisv, "^[0-9]{16}$", "3520990017614801", "Equipment and its software version (TS 23.003 6.2.2)";
    Plmn, "^[0-9]{5,6}$", "00101", "MCC and MNC (TS 23.003 12.1)";
    Apn, "^[A-Za-z0-9]([A-Za-z0-9.-]{0,98}[A-Za-z0-9])?$", "internet", "APN or DNN, network identifier (TS 23.003 9.1)";
    Impi, "^[^@]+@[^@]+$", "001010000000001@ims.mnc001.mcc001.3gppnetwork.org", "Private identity of the IMS (TS 23.003 13.3)";
    Impu, "^(sips?|tel):.+$", "tel:+33612345678", "Public identity of the IMS (TS 23.003 13.4)";
);

impl PartialSchema for SNssai {
    fn schema() -> RefOr<Schema> {
        let sst = ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Integer))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(0))
            .maximum(Some(255))
            .description(Some("Slice/Service Type"));
        let sd = ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .pattern(Some("^[0-9A-Fa-f]{6}$"))
            .description(Some("Slice Differentiator"));
        ObjectBuilder::new()
            .property("sst", sst)
            .property("sd", sd)
            .required("sst")
            .description(Some("A slice (TS 23.003 28.4)"))
            .into()
    }
}

impl ToSchema for SNssai {
    fn name() -> Cow<'static, str> {
        "SNssai".into()
    }
}
