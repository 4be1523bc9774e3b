//! Identities of the IMS: private and public user identities (TS 23.003 13.3, 13.4), and those derived from an IMSI for a
//! UE without an ISIM (TS 23.003 13.3, 13.4B).
//!
//! A public identity is kept in its canonical form, so that equal ones are equal octets: what HSS, S-CSCF and I-CSCF
//! look up and compare. Left out: wildcarded identities (TS 23.003 13.4A, 13.5), SIP URIs with a password.

use crate::nai::is_realm;
use crate::{IdentityError, Imsi, Msisdn, Nai, Plmn};
use std::{fmt, str::FromStr};

/// Longest public identity in octets: no phone number or name of a person comes near, and every table that holds one
/// is bounded by it.
pub const MAX_IMPU_OCTETS: usize = 255;

/// IP Multimedia Private Identity (TS 23.003 13.3): a NAI. The realm is in lower case, so that equal ones are equal.
/// `Debug` masks the username.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Impi(Nai);

impl Impi {
    /// The one derived from an IMSI: `IMSI@ims.mncNNN.mccNNN.3gppnetwork.org` (TS 23.003 13.3).
    ///
    /// # Errors
    /// None in practice: digits and a domain of digits make a NAI.
    pub fn of_imsi(imsi: Imsi, home: Plmn) -> Result<Self, IdentityError> {
        Nai::new(&imsi.to_string(), &home.ims_domain()).map(Self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What is in front of the `@`.
    #[must_use]
    pub fn username(&self) -> &str {
        self.0.username()
    }

    /// What is behind the `@`, in lower case.
    #[must_use]
    pub fn realm(&self) -> &str {
        self.0.realm()
    }
}

impl FromStr for Impi {
    type Err = IdentityError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let nai: Nai = text.parse()?;
        if !nai.realm().bytes().any(|octet| octet.is_ascii_uppercase()) {
            return Ok(Self(nai));
        }
        Nai::new(nai.username(), &nai.realm().to_ascii_lowercase()).map(Self)
    }
}

/// IP Multimedia Public Identity (TS 23.003 13.4) in canonical form (RFC 3261 10.3): a `sip:` or `sips:` URI without
/// parameters, its host in lower case and needless escapes undone, or a `tel:` URI without visual separators. A local
/// number keeps its `phone-context`. `Debug` masks who it is.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Impu(Box<str>);

impl Impu {
    /// The temporary one, derived from an IMSI: `sip:IMSI@ims.mncNNN.mccNNN.3gppnetwork.org` (TS 23.003 13.4B).
    ///
    /// # Errors
    /// None in practice: digits and a domain of digits make a SIP URI.
    pub fn of_imsi(imsi: Imsi, home: Plmn) -> Result<Self, IdentityError> {
        format!("sip:{imsi}@{}", home.ims_domain()).parse()
    }

    /// `tel:+MSISDN`.
    ///
    /// # Errors
    /// None in practice: digits make a tel URI.
    pub fn tel(msisdn: Msisdn) -> Result<Self, IdentityError> {
        format!("tel:+{msisdn}").parse()
    }

    /// `sip:+MSISDN@domain`, what a `tel:` URI becomes as a SIP URI (TS 23.003 13.4, RFC 3261 19.1.6).
    ///
    /// # Errors
    /// `Impu` if the domain is none.
    pub fn sip_of_msisdn(msisdn: Msisdn, domain: &str) -> Result<Self, IdentityError> {
        format!("sip:+{msisdn}@{domain}").parse()
    }

    /// The URI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a `tel:` URI.
    #[must_use]
    pub fn is_tel(&self) -> bool {
        self.0.starts_with("tel:")
    }

    /// The host of a SIP URI, without its port; `None` for a `tel:` URI.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        let (_, host) = self.0.split_once('@')?;
        Some(host.split_once(':').map_or(host, |(host, _)| host))
    }
}

fn wrong(why: &'static str) -> IdentityError {
    IdentityError::Impu { why }
}

/// Splits at the first of some characters, which stays with the rest.
fn until<'a>(text: &'a str, ends: &[char]) -> (&'a str, &'a str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

/// Whether a text is in canonical form for certain, as nearly all are that come: a SIP URI of a user without escapes and
/// parameters at a host in lower case.
fn is_canonical(text: &str) -> bool {
    let parts = text.strip_prefix("sip:").and_then(|rest| rest.split_once('@'));
    parts.is_some_and(|(user, host)| {
        let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'_' | b'.');
        let is_user = !user.is_empty() && user.bytes().all(plain);
        is_user && is_realm(host) && !host.bytes().any(|octet| octet.is_ascii_uppercase())
    })
}

/// `user@host[:port]` in canonical form.
fn sip(scheme: &str, rest: &str) -> Result<String, IdentityError> {
    let (user, host) = rest
        .split_once('@')
        .ok_or(wrong("a SIP URI has no user in front of an @"))?;
    let (user, host) = (unescaped(user)?, until(host, &[';', '?']).0);
    if user.is_empty() || user.contains(':') {
        return Err(wrong("its user is empty or has a password"));
    }
    let (name, port) = host
        .split_once(':')
        .map_or((host, None), |(name, port)| (name, Some(port)));
    if port.is_some_and(|port| port.parse::<u16>().is_err()) || !is_realm(name) {
        return Err(wrong("its host is not labels of letters, digits and hyphens"));
    }
    // Parameters of the user part (RFC 3261 19.1.6) are a telephone-subscriber's: not part of the name.
    let user = until(&user, &[';']).0.to_owned();
    Ok(format!("{scheme}:{user}@{}", host.to_ascii_lowercase()))
}

/// Undoes the escapes that are not needed (RFC 3261 10.3), and writes the others in upper case.
fn unescaped(user: &str) -> Result<String, IdentityError> {
    let mut out = String::with_capacity(user.len());
    let mut parts = user.split('%');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let octet = part
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
            .ok_or(wrong("an escape is not % and two hexadecimal digits"))?;
        let plain = octet.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,/".contains(&octet);
        if plain {
            out.push(char::from(octet));
        } else {
            out.push_str(&format!("%{octet:02X}"));
        }
        out.push_str(&part[2..]);
    }
    Ok(out)
}

/// A number without visual separators (RFC 3966 5.1); a local one with its context.
fn tel(rest: &str) -> Result<String, IdentityError> {
    let (number, parameters) = until(rest, &[';']);
    let digits: String = number.chars().filter(|c| !"-.()".contains(*c)).collect();
    let global = digits.strip_prefix('+');
    let allowed = |c: char| match global {
        Some(_) => c.is_ascii_digit(),
        None => c.is_ascii_hexdigit() || c == '*' || c == '#',
    };
    let body = global.unwrap_or(&digits);
    if body.is_empty() || !body.chars().all(allowed) {
        return Err(wrong("its number is not digits"));
    }
    if global.is_some() {
        return Ok(format!("tel:{digits}"));
    }
    let context = parameters
        .split(';')
        .find_map(|parameter| parameter.strip_prefix("phone-context="))
        .ok_or(wrong("a local number has no phone-context"))?;
    Ok(format!(
        "tel:{};phone-context={}",
        digits.to_ascii_uppercase(),
        context.to_ascii_lowercase()
    ))
}

impl FromStr for Impu {
    type Err = IdentityError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_IMPU_OCTETS {
            return Err(wrong("it is longer"));
        }
        if is_canonical(text) {
            return Ok(Self(text.into()));
        }
        if !text
            .bytes()
            .all(|c| c.is_ascii_graphic() && !b"<>\"".contains(&c))
        {
            return Err(wrong("it holds a character that no URI has"));
        }
        let (scheme, rest) = text
            .split_once(':')
            .ok_or(wrong("it does not begin with sip:, sips: or tel:"))?;
        let canonical = match scheme.to_ascii_lowercase().as_str() {
            scheme @ ("sip" | "sips") => sip(scheme, rest)?,
            "tel" => tel(rest)?,
            _ => return Err(wrong("it does not begin with sip:, sips: or tel:")),
        };
        Ok(Self(canonical.into()))
    }
}

impl fmt::Debug for Impi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Impi(***@{})", self.realm())
    }
}

impl fmt::Debug for Impu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.domain() {
            Some(domain) => write!(f, "Impu(sip:***@{domain})"),
            None => f.write_str("Impu(tel:***)"),
        }
    }
}

macro_rules! text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

text!(Impi);
text!(Impu);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_from_an_imsi() {
        let imsi: Imsi = "001010000000001".parse().unwrap();
        let home: Plmn = "00101".parse().unwrap();
        let domain = "ims.mnc001.mcc001.3gppnetwork.org";
        assert_eq!(
            Impi::of_imsi(imsi, home).unwrap().to_string(),
            format!("001010000000001@{domain}")
        );
        let impu = Impu::of_imsi(imsi, home).unwrap();
        assert_eq!(impu.to_string(), format!("sip:001010000000001@{domain}"));
        assert_eq!(impu.domain(), Some(domain));
        let msisdn: Msisdn = "4915112345".parse().unwrap();
        assert_eq!(Impu::tel(msisdn).unwrap().as_str(), "tel:+4915112345");
        assert_eq!(
            Impu::sip_of_msisdn(msisdn, domain).unwrap().as_str(),
            format!("sip:+4915112345@{domain}")
        );
        assert_eq!(format!("{impu:?}"), format!("Impu(sip:***@{domain})"));
    }

    #[test]
    fn what_is_taken_for_canonical_is() {
        let pieces = [
            "a", "A", "1", "+", "-", "_", ".", "%41", "%zz", ";", ":", "@", "!", "example", "?", "h.test",
            "H",
        ];
        let (mut short, mut long) = (0, 0);
        for n in 0..pieces.len().pow(4) {
            let piece = |digit: u32| pieces[n / pieces.len().pow(digit) % pieces.len()];
            for text in [
                format!("sip:{}{}@{}{}", piece(0), piece(1), piece(2), piece(3)),
                format!("sip:{}{}{}{}@h.test", piece(0), piece(1), piece(2), piece(3)),
            ] {
                if is_canonical(&text) {
                    short += 1;
                    assert_eq!(sip("sip", &text[4..]).unwrap(), text);
                } else {
                    long += 1;
                }
            }
        }
        assert!(short > 10_000 && long > 10_000, "{short} and {long}");
    }

    #[test]
    fn canonical_forms() {
        for (text, canonical) in [
            ("SIP:Alice@Example.ORG;transport=tcp?x=y", "sip:Alice@example.org"),
            ("sip:al%69ce@example.org", "sip:alice@example.org"),
            ("sip:a%2fb%3a@example.org", "sip:a/b%3A@example.org"),
            ("sip:+49-1@example.org;user=phone", "sip:+49-1@example.org"),
            ("sips:bob@example.org:5061", "sips:bob@example.org:5061"),
            ("tel:+49 ", ""),
            ("tel:+49(151)123-45;ext=3", "tel:+4915112345"),
            (
                "tel:7042;phone-context=Example.com",
                "tel:7042;phone-context=example.com",
            ),
            ("tel:7042", ""),
            ("sip:example.org", ""),
            ("sip:@example.org", ""),
            ("sip:a:secret@example.org", ""),
            ("sip:a@exa mple.org", ""),
            ("sip:a%zz@example.org", ""),
            ("sip:a%2@example.org", ""),
            ("mailto:a@example.org", ""),
        ] {
            let parsed = text.parse::<Impu>();
            match canonical {
                "" => assert!(parsed.is_err(), "{text}"),
                _ => assert_eq!(parsed.unwrap().as_str(), canonical, "{text}"),
            }
        }
        let impi: Impi = "Alice@Home.Example".parse().unwrap();
        assert_eq!(impi.as_str(), "Alice@home.example");
    }
}
