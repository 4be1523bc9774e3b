//! Single network slice selection assistance information (TS 23.003 28.4; JSON and text as in TS 29.571 5.4.4.2).

use crate::IdentityError;
use std::{fmt, str::FromStr};

/// S-NSSAI: slice/service type of 8 bits and, optionally, slice differentiator of 24 bits. As text `1` or `1-00abcd`, as
/// JSON `{"sst":1,"sd":"00abcd"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SNssai {
    sst: u8,
    /// [`Self::NO_SD`] for none.
    sd: u32,
}

impl SNssai {
    /// The differentiator that says there is none (TS 23.003 28.4.2).
    pub const NO_SD: u32 = 0x00ff_ffff;
    /// eMBB, without a differentiator (TS 23.501 5.15.2.2).
    pub const EMBB: Self = Self {
        sst: 1,
        sd: Self::NO_SD,
    };

    /// Of a type alone.
    #[must_use]
    pub const fn new(sst: u8) -> Self {
        Self { sst, sd: Self::NO_SD }
    }

    /// Of both; `ffffff` is no differentiator.
    ///
    /// # Errors
    /// `Number` above 24 bits.
    pub const fn with_sd(sst: u8, sd: u32) -> Result<Self, IdentityError> {
        if sd > Self::NO_SD {
            return Err(IdentityError::Number {
                what: "slice differentiator",
                expected: "24 bits",
            });
        }
        Ok(Self { sst, sd })
    }

    /// Slice/service type.
    #[must_use]
    pub const fn sst(self) -> u8 {
        self.sst
    }

    /// Slice differentiator, 24 bits, if there is one.
    #[must_use]
    pub const fn sd(self) -> Option<u32> {
        if self.sd == Self::NO_SD {
            None
        } else {
            Some(self.sd)
        }
    }
}

impl fmt::Display for SNssai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sd() {
            Some(sd) => write!(f, "{}-{sd:06x}", self.sst),
            None => write!(f, "{}", self.sst),
        }
    }
}

impl FromStr for SNssai {
    type Err = IdentityError;
    /// `1`, `1-00abcd`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = IdentityError::Number {
            what: "S-NSSAI",
            expected: "SST of 0 to 255, and perhaps a hyphen and six hexadecimal digits",
        };
        let (sst, sd) = match text.split_once('-') {
            Some((sst, sd)) => (sst, Some(sd)),
            None => (text, None),
        };
        if !sst.bytes().all(|c| c.is_ascii_digit()) {
            return Err(wrong);
        }
        let sst = sst.parse().map_err(|_| wrong.clone())?;
        match sd {
            None => Ok(Self::new(sst)),
            Some(sd) => Self::with_sd(sst, hexadecimal(sd).ok_or(wrong)?),
        }
    }
}

/// Six hexadecimal digits.
fn hexadecimal(text: &str) -> Option<u32> {
    if text.len() != 6 || !text.bytes().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(text, 16).ok()
}

/// What JSON and configuration files say.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Written<'a> {
    Text(std::borrow::Cow<'a, str>),
    Members { sst: u8, sd: Option<String> },
}

impl serde::Serialize for SNssai {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut members = s.serialize_struct("Snssai", 1 + usize::from(self.sd().is_some()))?;
        members.serialize_field("sst", &self.sst)?;
        if let Some(sd) = self.sd() {
            members.serialize_field("sd", &format_args!("{sd:06x}"))?;
        }
        members.end()
    }
}

impl<'de> serde::Deserialize<'de> for SNssai {
    /// The members of TS 29.571, or the text of [`FromStr`].
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        match Written::deserialize(d)? {
            Written::Text(text) => text.parse().map_err(D::Error::custom),
            Written::Members { sst, sd: None } => Ok(Self::new(sst)),
            Written::Members { sst, sd: Some(sd) } => {
                let sd = hexadecimal(&sd)
                    .ok_or_else(|| D::Error::custom("sd: expected six hexadecimal digits"))?;
                Self::with_sd(sst, sd).map_err(D::Error::custom)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text() {
        let slice: SNssai = "1-00abcd".parse().unwrap();
        assert_eq!(
            (slice.sst(), slice.sd(), slice.to_string().as_str()),
            (1, Some(0xabcd), "1-00abcd")
        );
        assert_eq!("255".parse(), Ok(SNssai::new(255)));
        assert_eq!("1-ffffff".parse(), Ok(SNssai::EMBB), "no differentiator");
        for wrong in ["", "256", "-1", "+1", "1-", "1-abcd", "1-+00abc", "1-00abcg"] {
            assert!(wrong.parse::<SNssai>().is_err(), "{wrong}");
        }
        assert!(SNssai::with_sd(1, 0x0100_0000).is_err());
    }
}
