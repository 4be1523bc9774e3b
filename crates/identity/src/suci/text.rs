//! The text of SBI: `suci-0-<MCC>-<MNC>-<routing indicator>-<scheme>-<key>-<output>`, or from SUPI format 1 on
//! `suci-<format>-<realm>-…` (TS 29.571 5.3.2, 5.3.3).
//!
//! A realm and a username may hold hyphens. Read from the left, the realm ends where a routing indicator, a scheme, a key
//! identifier and an output of that scheme follow.

use super::{Hex, HomeNetwork, ProtectionScheme, Suci, SupiFormat, from_hex};
use crate::{IdentityError, MAX_NAI_OCTETS, Msin, Plmn, RoutingIndicator};
use std::{fmt, str::FromStr};

const WRONG: IdentityError = IdentityError::Suci {
    why: "expected suci-0-MCC-MNC-routing-scheme-key-output or suci-1-realm-routing-scheme-key-output",
};

impl Suci {
    /// Everything in front of the scheme output.
    pub(super) fn fmt_front(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.home {
            HomeNetwork::Plmn(plmn) => {
                let (mcc, mnc) = plmn.mcc_mnc();
                write!(f, "suci-0-{mcc}-{mnc}")?;
            }
            HomeNetwork::Realm(format, realm) => write!(f, "suci-{}-{realm}", format.0)?,
        }
        write!(
            f,
            "-{}-{:x}-{}-",
            self.routing_indicator, self.scheme.0, self.key_id
        )
    }

    /// What stands for the scheme output where the null scheme is spelt out: digits of the MSIN, or the username.
    pub(super) fn clear_output(&self) -> Option<String> {
        if self.scheme != ProtectionScheme::NULL {
            return None;
        }
        match self.home {
            HomeNetwork::Plmn(_) => Msin::from_tbcd(&self.output).ok().map(|msin| msin.to_string()),
            HomeNetwork::Realm(..) => String::from_utf8(self.output.to_vec()).ok(),
        }
    }
}

impl fmt::Display for Suci {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_front(f)?;
        match self.clear_output() {
            Some(text) => f.write_str(&text),
            None => Hex(&self.output).fmt(f),
        }
    }
}

/// What follows the home network, if it is that.
fn tail(text: &str) -> Option<(RoutingIndicator, ProtectionScheme, u8, &str)> {
    let mut parts = text.splitn(4, '-');
    let routing_indicator = parts.next()?.parse().ok()?;
    let scheme = parts.next().filter(|scheme| scheme.len() == 1)?;
    let scheme = ProtectionScheme(char::from(scheme.as_bytes()[0]).to_digit(16)? as u8);
    let key = parts
        .next()
        .filter(|key| key.bytes().all(|c| c.is_ascii_digit()))?;
    Some((routing_indicator, scheme, key.parse().ok()?, parts.next()?))
}

/// The octets of a scheme output in text.
pub(super) fn output(
    home: &HomeNetwork,
    scheme: ProtectionScheme,
    text: &str,
) -> Result<Vec<u8>, IdentityError> {
    match (scheme, home) {
        (ProtectionScheme::NULL, HomeNetwork::Plmn(_)) => {
            let mut octets = Vec::with_capacity(5);
            text.parse::<Msin>()?.put_tbcd(&mut octets);
            Ok(octets)
        }
        (ProtectionScheme::NULL, HomeNetwork::Realm(..)) => Ok(text.as_bytes().to_vec()),
        _ => from_hex(text).ok_or(IdentityError::Suci {
            why: "its scheme output is not hexadecimal",
        }),
    }
}

/// `<realm>-<routing indicator>-<scheme>-<key>-<output>`.
fn with_realm(format: SupiFormat, text: &str) -> Result<Suci, IdentityError> {
    let mut wrong = None;
    for (at, _) in text.match_indices('-').take_while(|(at, _)| *at < MAX_NAI_OCTETS) {
        let Some((routing_indicator, scheme, key_id, shown)) = tail(&text[at + 1..]) else {
            continue;
        };
        let home = HomeNetwork::Realm(format, text[..at].into());
        let read = output(&home, scheme, shown)
            .and_then(|output| Suci::new(home, routing_indicator, scheme, key_id, &output));
        match read {
            Ok(suci) => return Ok(suci),
            Err(error) => _ = wrong.get_or_insert(error),
        }
    }
    Err(wrong.unwrap_or(WRONG))
}

impl FromStr for Suci {
    type Err = IdentityError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, rest) = text
            .strip_prefix("suci-")
            .and_then(|rest| rest.split_once('-'))
            .ok_or(WRONG)?;
        match format.as_bytes() {
            [b'0'] => {
                let (mcc, rest) = rest.split_once('-').ok_or(WRONG)?;
                let (mnc, rest) = rest.split_once('-').ok_or(WRONG)?;
                let home = HomeNetwork::Plmn(format!("{mcc}-{mnc}").parse::<Plmn>()?);
                let (routing_indicator, scheme, key_id, shown) = tail(rest).ok_or(WRONG)?;
                let output = output(&home, scheme, shown)?;
                Self::new(home, routing_indicator, scheme, key_id, &output)
            }
            [format @ b'1'..=b'7'] => with_realm(SupiFormat(format - b'0'), rest),
            _ => Err(WRONG),
        }
    }
}

impl serde::Serialize for Suci {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Suci {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str) -> Suci {
        let suci: Suci = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(suci.to_string(), text);
        suci
    }

    #[test]
    fn null_schemes() {
        let imsi = round_trip("suci-0-001-01-0000-0-0-0123456789");
        assert_eq!(imsi.null_supi(), Some("imsi-001010123456789".parse().unwrap()));
        assert_eq!(imsi.output(), [0x10, 0x32, 0x54, 0x76, 0x98]);
        assert_eq!(format!("{imsi:?}"), "Suci(suci-0-001-01-0000-0-0-***)");
        let nai = round_trip("suci-1-a-1.example-678-0-0-x-1-0-0-y");
        assert_eq!(
            nai.null_supi(),
            Some("nai-x-1-0-0-y@a-1.example".parse().unwrap())
        );
        assert_eq!(
            round_trip("suci-1-a.example-0-0-0-").null_supi(),
            None,
            "anonymous"
        );
    }

    /// `1-b-2` is a routing indicator, a scheme and a key, and what follows no output of a scheme that conceals.
    #[test]
    fn a_realm_may_look_like_what_follows_it() {
        let suci = round_trip("suci-1-b2.1suci-1-b-2-b-2.example-0-0-0-a-0");
        assert_eq!(
            suci.null_supi(),
            Some("nai-a-0@b2.1suci-1-b-2-b-2.example".parse().unwrap())
        );
        let long = format!("suci-1-a{}.example-0-0-0-b", "-1-1-1".repeat(60));
        assert!(long.parse::<Suci>().is_err(), "longer than a NAI");
    }

    #[test]
    fn concealed() {
        let output = "cb02352410".repeat(9);
        let suci = round_trip(&format!("suci-0-310-260-0-1-193-{output}"));
        assert_eq!((suci.key_id(), suci.null_supi()), (193, None));
        assert!(format!("{suci:?}").contains(&output), "a ciphertext may be shown");
        round_trip(&format!("suci-7-b.example-9999-f-255-{output}"));
    }

    #[test]
    fn wrong_texts_are_refused() {
        let (a, b) = ("00".repeat(40), "00".repeat(40));
        for text in [
            "",
            "suci-0-001-01-0000-0-0",
            "suci-0-001-01-0000-0-1-0123456789",
            "suci-0-001-01-0000-0-0-",
            "suci-0-001-01-0000-0-0-01234567890",
            "suci-0-001-01-00000-0-0-0123456789",
            "suci-0-001-01-0000-0-256-0123456789",
            "suci-0-001-01-0000-0-+0-0123456789",
            "suci-0-001-1-0000-0-0-0123456789",
            "suci-8-example-0-0-0-bob",
            "suci-1-exa mple-0-0-0-bob",
            "suci-1--0-0-0-bob",
            "suci-1-example-0-0-0-b@b",
            &format!("suci-0-001-01-0000-1-27-{}", &a[2..]),
            &format!("suci-0-001-01-0000-2-27-{b}"),
            &format!("suci-0-001-01-0000-1-27-{a}0"),
            &format!("suci-0-001-01-0000-1-27-{a}0g"),
        ] {
            assert!(text.parse::<Suci>().is_err(), "{text}");
        }
    }
}
