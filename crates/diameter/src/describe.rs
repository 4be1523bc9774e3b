//! A message as people and scripts see it: names, readable values, offsets.
//!
//! What the dictionary does not know is shown by number and as hex, what does not fit its type as hex with a soft error.
//! Only a top level that cannot be walked is an error. Keys and responses are redacted unless asked for, since what is
//! described ends in terminals, logs and bug reports.

use crate::dict::{AvpDefinition, AvpType, Dictionary, Show, avp};
use crate::{Avp, Avps, MAX_AVP_DEPTH, MAX_AVPS_PER_MESSAGE, Message, ResultCode};
use quintet_wire::{DecodeError, DecodeErrorKind, Field};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether keys and responses are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// `redacted, 16 octets` in their place.
    Redacted,
    /// As hex.
    Shown,
}

/// A described message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The command's name with `-Request` or `-Answer`; `Command 999-Request` if unknown.
    pub command: String,
    /// Command code.
    pub code: u32,
    /// Application-ID.
    pub application_id: u32,
    /// The application's name, if known.
    pub application: Option<String>,
    /// The letters of the command flags that are set, of `RPET`.
    pub flags: String,
    /// The AVPs, groups with fields inside.
    pub avps: Vec<Field>,
    /// What is malformed without hiding the rest.
    pub soft_errors: Vec<DecodeError>,
}

/// Describes a message.
///
/// # Errors
/// An AVP at the top level whose header or length is wrong, or `TooMany` above [`MAX_AVPS_PER_MESSAGE`].
pub fn describe(
    dictionary: &Dictionary,
    message: &Message<'_>,
    secrets: Secrets,
) -> Result<Description, DecodeError> {
    let header = message.header();
    let kind = if header.flags.request() {
        "Request"
    } else {
        "Answer"
    };
    let command = match dictionary.command(header.application_id, header.code, header.flags.request()) {
        Some(command) => command.name.clone(),
        None => format!("Command {}-{kind}", header.code),
    };
    let mut walk = Walk {
        dictionary,
        secrets,
        path: Vec::new(),
        avps: 0,
        soft_errors: Vec::new(),
    };
    let avps = walk.level(message.avps())?;
    let letters = [(0x80, 'R'), (0x40, 'P'), (0x20, 'E'), (0x10, 'T')];
    Ok(Description {
        code: header.code,
        application_id: header.application_id,
        application: dictionary.application(header.application_id).map(str::to_owned),
        flags: letters
            .iter()
            .filter(|row| header.flags.0 & row.0 != 0)
            .map(|row| row.1)
            .collect(),
        avps,
        soft_errors: walk.soft_errors,
        command,
    })
}

struct Walk<'d> {
    dictionary: &'d Dictionary,
    secrets: Secrets,
    path: Vec<Cow<'d, str>>,
    avps: usize,
    soft_errors: Vec<DecodeError>,
}

impl<'d> Walk<'d> {
    fn level(&mut self, avps: Avps<'_>) -> Result<Vec<Field>, DecodeError> {
        let mut fields = Vec::new();
        for item in avps {
            let avp = item?;
            self.avps += 1;
            if self.avps > MAX_AVPS_PER_MESSAGE {
                return Err(DecodeError::new(
                    avp.at,
                    DecodeErrorKind::TooMany {
                        limit: MAX_AVPS_PER_MESSAGE,
                    },
                ));
            }
            fields.push(self.field(&avp));
        }
        Ok(fields)
    }

    fn field(&mut self, avp: &Avp<'_>) -> Field {
        let Some(definition) = self.dictionary.avp(avp.vendor_id, avp.code) else {
            let name = match avp.vendor_id {
                0 => format!("AVP {}", avp.code),
                vendor => format!("AVP {} of vendor {vendor}", avp.code),
            };
            return Field::leaf(name, hex(avp.data), avp.at);
        };
        let mut field = Field::leaf(definition.name.clone(), String::new(), avp.at);
        self.path.push(Cow::Borrowed(&definition.name));
        if definition.kind == AvpType::Grouped {
            let inner = if self.path.len() > MAX_AVP_DEPTH {
                Err(DecodeError::new(
                    avp.at,
                    DecodeErrorKind::TooDeep { limit: MAX_AVP_DEPTH },
                ))
            } else {
                self.level(avp.group())
            };
            match inner {
                Ok(fields) => field.fields = fields,
                Err(error) => {
                    self.soft(error);
                    field.value = self.guarded(definition, avp.data);
                }
            }
        } else {
            match self.value(definition, avp) {
                Ok(value) => field.value = value,
                Err(error) => {
                    self.soft(error);
                    field.value = self.guarded(definition, avp.data);
                }
            }
        }
        self.path.pop();
        field
    }

    fn soft(&mut self, error: DecodeError) {
        let error = self
            .path
            .iter()
            .rev()
            .fold(error, |error, name| error.within(name));
        self.soft_errors.push(error);
    }

    /// Octets that could not be read as their type: a broken group may hold keys.
    fn guarded(&self, definition: &AvpDefinition, data: &[u8]) -> String {
        let secret = definition.show == Show::Secret || definition.kind == AvpType::Grouped;
        if secret && self.secrets == Secrets::Redacted {
            return format!("redacted, {} octets", data.len());
        }
        hex(data)
    }

    fn value(&self, definition: &AvpDefinition, avp: &Avp<'_>) -> Result<String, DecodeError> {
        Ok(match definition.kind {
            AvpType::OctetString => self.octets(definition, avp)?,
            AvpType::Grouped => String::new(),
            AvpType::Integer32 => named(definition, avp.u32()? as i32, (avp.u32()? as i32).to_string()),
            AvpType::Unsigned32 | AvpType::Enumerated => number(definition, avp.u32()?),
            AvpType::Integer64 => (avp.u64()? as i64).to_string(),
            AvpType::Unsigned64 => avp.u64()?.to_string(),
            AvpType::Float32 => f32::from_bits(avp.u32()?).to_string(),
            AvpType::Float64 => f64::from_bits(avp.u64()?).to_string(),
            AvpType::Time => time(avp.u32()?),
            AvpType::Address => match avp.address()? {
                Some(address) => address.to_string(),
                None => hex(avp.data),
            },
            AvpType::Utf8String
            | AvpType::DiameterIdentity
            | AvpType::DiameterUri
            | AvpType::IpFilterRule => {
                if definition.show == Show::Secret {
                    self.guarded(definition, avp.data)
                } else {
                    avp.text()?.to_owned()
                }
            }
        })
    }

    fn octets(&self, definition: &AvpDefinition, avp: &Avp<'_>) -> Result<String, DecodeError> {
        let wrong = |expected| DecodeError::new(avp.data_at(), DecodeErrorKind::Text { expected });
        match definition.show {
            Show::Plain => Ok(hex(avp.data)),
            Show::Secret => Ok(self.guarded(definition, avp.data)),
            Show::Text => avp.text().map(str::to_owned),
            Show::Tbcd => tbcd(avp.data).ok_or_else(|| wrong("digits in TBCD")),
            Show::Plmn => plmn(avp.data).ok_or_else(|| wrong("MCC and MNC digits in three octets")),
        }
    }
}

fn hex(data: &[u8]) -> String {
    data.iter()
        .fold(String::with_capacity(data.len() * 2), |mut out, octet| {
            // Writing to a String does not fail.
            let _ = write!(out, "{octet:02x}");
            out
        })
}

fn named(definition: &AvpDefinition, value: i32, number: String) -> String {
    match definition.value_name(value) {
        Some(name) => format!("{name} ({number})"),
        None => number,
    }
}

fn number(definition: &AvpDefinition, value: u32) -> String {
    if definition.id == avp::RESULT_CODE {
        return match ResultCode(value).name() {
            Some(name) => format!("DIAMETER_{name} ({value})"),
            None => value.to_string(),
        };
    }
    named(definition, value as i32, value.to_string())
}

/// Digits, two an octet, the low half first; a high half of 1111 fills up an odd number (TS 29.002 17.7.8).
fn tbcd(data: &[u8]) -> Option<String> {
    let mut digits = String::with_capacity(data.len() * 2);
    for (index, octet) in data.iter().enumerate() {
        for (half, nibble) in [octet & 15, octet >> 4].into_iter().enumerate() {
            match nibble {
                15 if half == 1 && index + 1 == data.len() => {}
                0..=14 => digits.push(char::from(b"0123456789*#abc"[usize::from(nibble)])),
                _ => return None,
            }
        }
    }
    Some(digits)
}

/// MCC and MNC as digits (TS 29.272 7.3.9): MCC 2 and 1, MNC 3 and MCC 3, MNC 2 and 1.
fn plmn(data: &[u8]) -> Option<String> {
    let [a, b, c] = *<&[u8; 3]>::try_from(data).ok()?;
    let mut digits = vec![a & 15, a >> 4, b & 15, c & 15, c >> 4];
    if b >> 4 != 15 {
        digits.push(b >> 4);
    }
    digits
        .into_iter()
        .map(|digit| (digit < 10).then(|| char::from(b'0' + digit)))
        .collect()
}

/// Seconds since 1900, or since 2036 with the first bit clear (RFC 6733 4.3.1, RFC 5905 6), as RFC 3339.
fn time(seconds: u32) -> String {
    const FROM_1900_TO_1970: i64 = 2_208_988_800;
    const ERA: i64 = 1 << 32;
    let era = if seconds & 1 << 31 == 0 { ERA } else { 0 };
    let unix = i64::from(seconds) + era - FROM_1900_TO_1970;
    let (days, clock) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    // Civil date of a day number, by 400-year cycles that start in March.
    let shifted = days + 719_468;
    let cycle = shifted.div_euclid(146_097);
    let day_of_cycle = shifted.rem_euclid(146_097);
    let year_of_cycle =
        (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_cycle + cycle * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_readable() {
        assert_eq!(tbcd(&[0x21, 0x43, 0xf5]).as_deref(), Some("12345"));
        assert_eq!(tbcd(&[0xf1, 0x21]), None, "a filler in the middle");
        assert_eq!(plmn(&[0x00, 0xf1, 0x10]).as_deref(), Some("00101"));
        assert_eq!(plmn(&[0x13, 0x00, 0x14]).as_deref(), Some("310410"));
        assert_eq!(plmn(&[0x1a, 0xf0, 0x10]), None);
        // RFC 5905 figure 4: the Unix epoch, and the first day of the second era.
        assert_eq!(time(2_208_988_800), "1970-01-01T00:00:00Z");
        assert_eq!(time(0), "2036-02-07T06:28:16Z");
        assert_eq!(time(4_294_944_000), "2036-02-07T00:00:00Z");
        assert_eq!(time(2_208_988_800 + 951_782_400), "2000-02-29T00:00:00Z");
    }
}
