//! The NAI of a SUCI, which EAP carries as an identity, and the 5GS mobile identity for every format but IMSI
//! (TS 23.003 28.7.3): `type<format>.rid<routing indicator>.schid<scheme>` and then `.userid<MSIN or username>` with the
//! null scheme, `.hnkey<key>.ecckey<hex>.cip<hex>.mac<hex>` with profiles A and B, `.hnkey<key>.out<hex>` with others.
//!
//! A UE writes hexadecimal in upper or lower case; here it is upper, as in TS 33.501 C.4.

use super::{HomeNetwork, MAC_TAG_OCTETS, ProtectionScheme, Suci, SupiFormat, from_hex, text};
use crate::{IdentityError, Nai, Plmn};
use std::fmt::Write;

const WRONG: IdentityError = IdentityError::Suci {
    why: "expected type.rid.schid and userid, or hnkey with ecckey.cip.mac or out, each with its value behind it",
};

/// Longest NAI of a SUCI in octets: a scheme output of the longest kind in hexadecimal, beside which the rest is small.
const MAX_SUCI_NAI_OCTETS: usize = 2 * super::MAX_SCHEME_OUTPUT_OCTETS + 2 * crate::MAX_NAI_OCTETS;

impl Suci {
    /// The NAI (see above). The realm of an IMSI's is `nai.5gc.mncNNN.mccNNN.3gppnetwork.org` (TS 23.003 28.7.3).
    #[must_use]
    pub fn nai(&self) -> String {
        let mut text = format!(
            "type{}.rid{}.schid{}",
            self.format().0,
            self.routing_indicator,
            self.scheme.0
        );
        let mut hex = |name: &str, octets: &[u8]| {
            text.push_str(name);
            for octet in octets {
                // Writing to a String cannot fail.
                let _ = write!(text, "{octet:02X}");
            }
        };
        match (self.clear_output(), self.scheme.ephemeral_key_octets()) {
            (Some(user), _) => {
                text.push_str(".userid");
                text.push_str(&user);
            }
            (None, Some(key)) => {
                let (key, rest) = self.output.split_at(key);
                let (ciphertext, tag) = rest.split_at(rest.len() - MAC_TAG_OCTETS);
                hex(&format!(".hnkey{}.ecckey", self.key_id), key);
                hex(".cip", ciphertext);
                hex(".mac", tag);
            }
            (None, None) => hex(&format!(".hnkey{}.out", self.key_id), &self.output),
        }
        text.push('@');
        match &self.home {
            HomeNetwork::Plmn(plmn) => {
                text.push_str("nai.");
                text.push_str(&plmn.fgs_realm());
            }
            HomeNetwork::Realm(_, realm) => text.push_str(realm),
        }
        text
    }

    /// From the text of [`Self::nai`].
    ///
    /// # Errors
    /// `Suci` or `Nai`.
    pub fn from_nai(nai: &str) -> Result<Self, IdentityError> {
        if nai.len() > MAX_SUCI_NAI_OCTETS {
            return Err(IdentityError::Suci {
                why: "its NAI is longer than any scheme's",
            });
        }
        let (username, realm) = nai.rsplit_once('@').ok_or(WRONG)?;
        let (format, rest) = part(username, "type").ok_or(WRONG)?;
        let (routing_indicator, rest) = part(rest, "rid").ok_or(WRONG)?;
        let (scheme, rest) = part(rest, "schid").ok_or(WRONG)?;
        let scheme = ProtectionScheme(number(scheme)?);
        let home = match number(format)? {
            0 => HomeNetwork::Plmn(Plmn::of_realm(realm).ok_or(IdentityError::Suci {
                why: "the realm of an IMSI ends in mncNNN.mccNNN.3gppnetwork.org",
            })?),
            format => HomeNetwork::Realm(SupiFormat(format), realm.into()),
        };
        let (key_id, output) = if scheme == ProtectionScheme::NULL {
            let user = rest.strip_prefix("userid").ok_or(WRONG)?;
            (0, text::output(&home, scheme, user)?)
        } else {
            let (key_id, rest) = part(rest, "hnkey").ok_or(WRONG)?;
            (number(key_id)?, concealed(scheme, rest).ok_or(WRONG)?)
        };
        Self::new(home, routing_indicator.parse()?, scheme, key_id, &output)
    }

    /// The NAI as the type of its own that every NAI fits but a long proprietary one.
    ///
    /// # Errors
    /// `Nai` when it is longer than 253 octets.
    pub fn to_nai(&self) -> Result<Nai, IdentityError> {
        self.nai().parse()
    }
}

/// The value of a part that has a name, up to the next full stop, and what follows.
fn part<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    text.strip_prefix(name)?.split_once('.')
}

fn number(text: &str) -> Result<u8, IdentityError> {
    if text.bytes().all(|c| c.is_ascii_digit()) {
        text.parse().map_err(|_| WRONG)
    } else {
        Err(WRONG)
    }
}

/// The scheme output behind the key identifier.
fn concealed(scheme: ProtectionScheme, rest: &str) -> Option<Vec<u8>> {
    let Some(key_octets) = scheme.ephemeral_key_octets() else {
        return from_hex(rest.strip_prefix("out")?);
    };
    let (key, rest) = part(rest, "ecckey")?;
    let (ciphertext, rest) = part(rest, "cip")?;
    let mut output = from_hex(key).filter(|key| key.len() == key_octets)?;
    output.extend(from_hex(ciphertext)?);
    let tag = from_hex(rest.strip_prefix("mac")?)?;
    if tag.len() != MAC_TAG_OCTETS {
        return None;
    }
    output.extend(tag);
    Some(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_schemes() {
        let suci: Suci = "suci-0-234-15-678-0-0-0999999999".parse().unwrap();
        let nai = "type0.rid678.schid0.userid0999999999@nai.5gc.mnc015.mcc234.3gppnetwork.org";
        assert_eq!(suci.nai(), nai);
        assert_eq!(Suci::from_nai(nai), Ok(suci));
        let nai = "type1.rid0.schid0.useriduser17.x@example.com";
        let suci = Suci::from_nai(nai).unwrap();
        assert_eq!(suci.nai(), nai);
        assert_eq!(
            suci.null_supi(),
            Some("nai-user17.x@example.com".parse().unwrap())
        );
        assert_eq!(suci.to_nai().unwrap().as_str(), nai);
    }

    #[test]
    fn concealed_and_proprietary() {
        let hex = |octets| "A5".repeat(octets);
        for nai in [
            format!(
                "type0.rid0.schid1.hnkey27.ecckey{}.cip{}.mac{}@nai.5gc.mnc015.mcc234.3gppnetwork.org",
                hex(32),
                hex(5),
                hex(8)
            ),
            format!(
                "type1.rid0.schid2.hnkey255.ecckey{}.cip{}.mac{}@example.com",
                hex(33),
                hex(1),
                hex(8)
            ),
            format!("type3.rid12.schid12.hnkey1.out{}@example.com", hex(70)),
        ] {
            let suci = Suci::from_nai(&nai).unwrap_or_else(|error| panic!("{nai}: {error}"));
            assert_eq!(suci.nai(), nai);
            assert_eq!(suci.to_string().parse(), Ok(suci));
            let (head, realm) = nai.split_once('@').unwrap();
            for wrong in [
                head.to_owned(),
                format!("{head}@"),
                format!("{head}Z@{realm}"),
                nai.replace("rid", "rud"),
                nai.replace("hnkey", "hnkey+"),
                nai.replace("schid", "schid9"),
            ] {
                assert!(Suci::from_nai(&wrong).is_err(), "{wrong}");
            }
        }
    }
}
