//! Lists of single containers (TS 36.413 9.4.7).

use crate::S1ap;
use oxirush_s1ap::aper;
use oxirush_s1ap::s1ap as asn1;
use quintet_ap::{Codec, EncodeError, Source, Value};

/// A list of single containers (TS 36.413 9.4.7), each with one IE `ID` of criticality reject or ignore.
///
/// Every such list that is modelled has 1 to 256 items, so one generated type reads and writes them all.
pub(crate) struct Items<const ID: u16, const REJECT: bool>;

impl<const ID: u16, const REJECT: bool> Items<ID, REJECT> {
    /// The generated items.
    pub(crate) fn asn1<'a, T: Value<'a, S1ap>>(
        values: &[T],
    ) -> Result<Vec<asn1::ProtocolIEField<'static>>, EncodeError> {
        let criticality = if REJECT {
            asn1::Criticality::reject
        } else {
            asn1::Criticality::ignore
        };
        let mut items = Vec::with_capacity(values.len());
        for value in values {
            let mut octets = Vec::new();
            value.write(&mut octets)?;
            items.push(asn1::ProtocolIEField {
                id: asn1::ProtocolIEID(ID),
                criticality,
                value: octets.into(),
            });
        }
        Ok(items)
    }
}

impl<'a, T: Value<'a, S1ap>, const ID: u16, const REJECT: bool> Codec<'a, Vec<T>> for Items<ID, REJECT> {
    fn read(source: Source<'a, '_>) -> Result<Vec<T>, String> {
        let why = |error: aper::Error| error.to_string();
        match source {
            Source::Borrowed(octets) => {
                let list: asn1::ERABList<'a> = asn1::decode_open_type(octets).map_err(why)?;
                list.0
                    .iter()
                    .map(|item| match item.value.as_borrowed() {
                        Some(octets) => read_item::<T, ID>(item.id.0, Source::Borrowed(octets)),
                        None => read_item::<T, ID>(item.id.0, Source::Copied(item.value.as_slice())),
                    })
                    .collect()
            }
            Source::Copied(octets) => {
                let list: asn1::ERABList<'_> = asn1::decode_open_type(octets).map_err(why)?;
                list.0
                    .iter()
                    .map(|item| read_item::<T, ID>(item.id.0, Source::Copied(item.value.as_slice())))
                    .collect()
            }
        }
    }

    fn write(values: &Vec<T>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let list = asn1::ERABList(Self::asn1(values)?);
        aper::encode_into(&list, out).map_err(|error| EncodeError::refused("list", &error))
    }
}

/// One item of a list.
pub(crate) fn read_item<'a, T: Value<'a, S1ap>, const ID: u16>(
    id: u16,
    source: Source<'a, '_>,
) -> Result<T, String> {
    if id != ID {
        return Err(format!("an item with IE {id}, expected {ID}"));
    }
    T::read(source)
}
