//! Subscription permanent identifier (TS 23.003 2.2A; text as in TS 29.571 5.3.2).
//!
//! Left out: global line and global cable identifiers, which are SUPIs of wireline access.

use crate::{IdentityError, Imsi, Nai, Plmn};
use std::{borrow::Cow, fmt, str::FromStr};

/// A SUPI: `imsi-001010000000001` or `nai-user@example.com`. `Debug` redacts like the identity inside.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Supi {
    /// An IMSI.
    Imsi(Imsi),
    /// A network specific identifier; its username is not empty.
    Nai(Nai),
}

impl Supi {
    /// The identifier without its prefix: the digits of an IMSI, or the whole NAI. So it goes into the derivation of KAMF
    /// (TS 33.501 A.7.0), and as Identity into the keys of EAP-AKA' (RFC 9048 5.3.2; from version 15.9.0 of TS 33.501 on, before that
    /// an IMSI kept its prefix).
    #[must_use]
    pub fn value(&self) -> Cow<'_, str> {
        match self {
            Self::Imsi(imsi) => Cow::Owned(imsi.to_string()),
            Self::Nai(nai) => Cow::Borrowed(nai.as_str()),
        }
    }

    /// The IMSI, if it is one.
    #[must_use]
    pub const fn imsi(&self) -> Option<Imsi> {
        match self {
            Self::Imsi(imsi) => Some(*imsi),
            Self::Nai(_) => None,
        }
    }

    /// The SUPI as a NAI: an IMSI of `home` becomes `<IMSI>@nai.5gc.mncNNN.mccNNN.3gppnetwork.org` (TS 23.003 28.7.2).
    ///
    /// # Errors
    /// `Supi` when the IMSI is not of `home`.
    pub fn nai(&self, home: Plmn) -> Result<Nai, IdentityError> {
        match self {
            Self::Imsi(imsi) if imsi.is_of(home) => {
                Nai::new(&imsi.to_string(), &format!("nai.{}", home.fgs_realm()))
            }
            Self::Imsi(_) => Err(IdentityError::Supi {
                why: "its home is another PLMN",
            }),
            Self::Nai(nai) => Ok(nai.clone()),
        }
    }
}

impl From<Imsi> for Supi {
    fn from(imsi: Imsi) -> Self {
        Self::Imsi(imsi)
    }
}

impl TryFrom<Nai> for Supi {
    type Error = IdentityError;
    fn try_from(nai: Nai) -> Result<Self, Self::Error> {
        if nai.username().is_empty() {
            return Err(IdentityError::Supi {
                why: "the NAI names nobody",
            });
        }
        Ok(Self::Nai(nai))
    }
}

impl FromStr for Supi {
    type Err = IdentityError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(imsi) = text.strip_prefix("imsi-") {
            return imsi.parse().map(Self::Imsi);
        }
        match text.strip_prefix("nai-") {
            Some(nai) => nai.parse::<Nai>()?.try_into(),
            None => Err(IdentityError::Supi {
                why: "it begins with neither",
            }),
        }
    }
}

impl fmt::Display for Supi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Imsi(imsi) => write!(f, "imsi-{imsi}"),
            Self::Nai(nai) => write!(f, "nai-{nai}"),
        }
    }
}

impl fmt::Debug for Supi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Imsi(imsi) => write!(f, "Supi({imsi:?})"),
            Self::Nai(nai) => write!(f, "Supi({nai:?})"),
        }
    }
}

impl serde::Serialize for Supi {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Supi {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_value_and_print() {
        let imsi: Supi = "imsi-001010123456789".parse().unwrap();
        assert_eq!(
            (imsi.to_string().as_str(), &*imsi.value()),
            ("imsi-001010123456789", "001010123456789")
        );
        assert_eq!(format!("{imsi:?}"), "Supi(Imsi(00101********89))");
        let nai: Supi = "nai-bob@5gc.example".parse().unwrap();
        assert_eq!(
            (nai.to_string().as_str(), &*nai.value()),
            ("nai-bob@5gc.example", "bob@5gc.example")
        );
        assert_eq!(format!("{nai:?}"), "Supi(Nai(***@5gc.example))");
        for wrong in [
            "001010123456789",
            "imsi-",
            "imsi-00101x",
            "nai-@a.b",
            "nai-bob",
            "gci-1",
            "IMSI-001010123456789",
        ] {
            assert!(wrong.parse::<Supi>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn as_nai() {
        let imsi: Supi = "imsi-234150999999999".parse().unwrap();
        let nai = imsi.nai("234-15".parse().unwrap()).unwrap();
        assert_eq!(
            nai.as_str(),
            "234150999999999@nai.5gc.mnc015.mcc234.3gppnetwork.org"
        );
        assert!(imsi.nai("00101".parse().unwrap()).is_err());
    }
}
