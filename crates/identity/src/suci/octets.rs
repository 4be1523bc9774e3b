//! The contents of the element 5GS mobile identity for a SUCI, from the octet with the type of identity on
//! (TS 24.501 9.11.3.4).

use super::{HomeNetwork, ProtectionScheme, Suci};
use crate::{IdentityError, Plmn, RoutingIndicator};

/// Type of identity SUCI, in the low three bits of the first octet.
const TYPE_OF_IDENTITY: u8 = 1;

impl Suci {
    /// From the contents of a 5GS mobile identity: SUPI format and type of identity, then for an IMSI home PLMN (3),
    /// routing indicator (2), scheme, key identifier and scheme output, else the NAI. Spare bits are ignored.
    ///
    /// # Errors
    /// `Suci`, or what a part's own form refuses.
    pub fn from_octets(octets: &[u8]) -> Result<Self, IdentityError> {
        let wrong = |why| Err(IdentityError::Suci { why });
        let Some((&first, rest)) = octets.split_first() else {
            return wrong("it is empty");
        };
        if first & 7 != TYPE_OF_IDENTITY {
            return wrong("its type of identity is another");
        }
        let format = first >> 4 & 7;
        if format != 0 {
            let nai = std::str::from_utf8(rest).map_err(|_| IdentityError::Suci {
                why: "its NAI is not UTF-8",
            })?;
            let suci = Self::from_nai(nai)?;
            if suci.format().0 != format {
                return wrong("its SUPI format and the type in its NAI differ");
            }
            return Ok(suci);
        }
        let Some((&[a, b, c, rid_low, rid_high, scheme, key_id], output)) = rest.split_first_chunk::<7>()
        else {
            return wrong("it is shorter than PLMN, routing indicator, scheme and key identifier");
        };
        Self::new(
            HomeNetwork::Plmn(Plmn::from_octets([a, b, c])?),
            RoutingIndicator::from_octets([rid_low, rid_high])?,
            ProtectionScheme(scheme & 15),
            key_id,
            output,
        )
    }

    /// Appends the octets of [`Self::from_octets`].
    pub fn put(&self, out: &mut Vec<u8>) {
        out.push(self.format().0 << 4 | TYPE_OF_IDENTITY);
        match &self.home {
            HomeNetwork::Plmn(plmn) => {
                out.extend_from_slice(&plmn.octets());
                out.extend_from_slice(&self.routing_indicator.octets());
                out.extend_from_slice(&[self.scheme.0, self.key_id]);
                out.extend_from_slice(&self.output);
            }
            HomeNetwork::Realm(..) => out.extend_from_slice(self.nai().as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(suci: &Suci) -> Vec<u8> {
        let mut out = Vec::new();
        suci.put(&mut out);
        out
    }

    #[test]
    fn an_imsi_and_a_nai() {
        let suci: Suci = "suci-0-001-01-12-0-0-0123456789".parse().unwrap();
        let expected = [
            0x01, 0x00, 0xf1, 0x10, 0x21, 0xff, 0, 0, 0x10, 0x32, 0x54, 0x76, 0x98,
        ];
        assert_eq!(octets(&suci), expected);
        assert_eq!(Suci::from_octets(&expected), Ok(suci));
        let suci: Suci = "suci-1-example.com-0-0-0-bob".parse().unwrap();
        let written = octets(&suci);
        assert_eq!(
            (written[0], &written[1..]),
            (0x11, &b"type1.rid0.schid0.useridbob@example.com"[..])
        );
        assert_eq!(Suci::from_octets(&written), Ok(suci));
        assert!(
            Suci::from_octets(&[&[0x21], &written[1..]].concat()).is_err(),
            "another format in its NAI"
        );
    }

    #[test]
    fn what_is_cut_or_another_type_is_refused() {
        let whole = octets(&"suci-0-001-01-12-0-0-0123456789".parse().unwrap());
        for cut in 0..=8 {
            assert!(Suci::from_octets(&whole[..cut]).is_err(), "{cut}");
        }
        assert!(
            Suci::from_octets(&[&[0x02], &whole[1..]].concat()).is_err(),
            "a GUTI"
        );
        assert!(Suci::from_octets(&[0x11, 0xff]).is_err());
    }
}
