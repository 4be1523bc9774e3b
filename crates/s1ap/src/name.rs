//! Names and small numbers (TS 36.413 9.1.8.4, 9.1.8.5).

use crate::S1ap;
use oxirush_s1ap::aper;
use oxirush_s1ap::s1ap as asn1;
use quintet_ap::{EncodeError, Generated, Source, Value, plain_values};
use std::borrow::Cow;

/// Names: MMEname, eNBname (PrintableString of 1 to 150 characters).
impl<'a> Value<'a, S1ap> for Cow<'a, str> {
    fn read(source: Source<'a, '_>) -> Result<Self, String> {
        let why = |error: aper::Error| error.to_string();
        Ok(match source {
            Source::Borrowed(octets) => {
                asn1::decode_open_type::<asn1::ENBname<'_>>(octets)
                    .map_err(why)?
                    .0
            }
            Source::Copied(octets) => {
                let name = asn1::decode_open_type::<asn1::ENBname<'_>>(octets).map_err(why)?;
                Cow::Owned(name.0.into_owned())
            }
        })
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let name = asn1::ENBname(Cow::Borrowed(&**self));
        aper::encode_into(&name, out).map_err(|error| EncodeError::refused("name", &error))
    }
}

/// A `u8` is Relative MME Capacity; where it is Traffic Load Reduction Indication, the codec of the field says so.
impl Generated<'_, S1ap> for u8 {
    type Asn1 = asn1::RelativeMMECapacity;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(generated.0)
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::RelativeMMECapacity(*self))
    }
}

plain_values!(S1ap: u8);
