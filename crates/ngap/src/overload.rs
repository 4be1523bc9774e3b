//! Codecs of an OVERLOAD START's IEs (TS 38.413 9.3.1.104, 9.3.1.106).

use crate::OverloadAction;
use oxirush_ngap::aper;
use oxirush_ngap::ngap as asn1;
use quintet_ap::{Codec, EncodeError, Generated, Source};

/// Overload Response: a choice with one alternative, the action.
pub(crate) struct Response;

impl<'a> Codec<'a, OverloadAction> for Response {
    fn read(source: Source<'a, '_>) -> Result<OverloadAction, String> {
        let response: asn1::OverloadResponse =
            asn1::decode_open_type(source.octets()).map_err(|error| error.to_string())?;
        match response {
            asn1::OverloadResponse::overloadAction(action) => OverloadAction::from_asn1(action),
            _ => None,
        }
        .ok_or_else(|| "an Overload Response that the specification does not have".to_owned())
    }

    fn write(value: &OverloadAction, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let response = asn1::OverloadResponse::overloadAction(value.to_asn1()?);
        aper::encode_into(&response, out).map_err(|error| EncodeError::refused("Overload Response", &error))
    }
}

/// Traffic Load Reduction Indication, 1 to 99.
pub(crate) struct Percent;

impl<'a> Codec<'a, u8> for Percent {
    fn read(source: Source<'a, '_>) -> Result<u8, String> {
        asn1::decode_open_type::<asn1::TrafficLoadReductionIndication>(source.octets())
            .map(|value| value.0)
            .map_err(|error| error.to_string())
    }

    fn write(value: &u8, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        aper::encode_into(&asn1::TrafficLoadReductionIndication(*value), out)
            .map_err(|error| EncodeError::refused("Traffic Load Reduction Indication", &error))
    }
}
