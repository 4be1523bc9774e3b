//! Names and small numbers (TS 38.413 9.3.3.21, 9.3.1.7, 9.3.1.32).

use crate::Ngap;
use oxirush_ngap::aper;
use oxirush_ngap::ngap as asn1;
use quintet_ap::{EncodeError, Generated, Source, Value, plain_values};
use std::borrow::Cow;

/// Names: AMF Name, RAN Node Name (PrintableString of 1 to 150 characters).
impl<'a> Value<'a, Ngap> for Cow<'a, str> {
    fn read(source: Source<'a, '_>) -> Result<Self, String> {
        let why = |error: aper::Error| error.to_string();
        Ok(match source {
            Source::Borrowed(octets) => {
                asn1::decode_open_type::<asn1::AMFName<'_>>(octets)
                    .map_err(why)?
                    .0
            }
            Source::Copied(octets) => {
                let name = asn1::decode_open_type::<asn1::AMFName<'_>>(octets).map_err(why)?;
                Cow::Owned(name.0.into_owned())
            }
        })
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let name = asn1::AMFName(Cow::Borrowed(&**self));
        aper::encode_into(&name, out).map_err(|error| EncodeError::refused("name", &error))
    }
}

/// A `u8` is Relative AMF Capacity; where it is Traffic Load Reduction Indication, the codec of the field says so.
impl Generated<'_, Ngap> for u8 {
    type Asn1 = asn1::RelativeAMFCapacity;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(generated.0)
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::RelativeAMFCapacity(*self))
    }
}

plain_values!(Ngap: u8);
