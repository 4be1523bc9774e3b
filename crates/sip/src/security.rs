//! Mechanisms of a security agreement (RFC 3329 2.2, TS 33.203 Annex H).

use crate::address::qvalue;
use crate::scan::{split_at, token, trim};
use crate::{Params, ParseError};

/// The mechanism of IMS: IPsec with keys of AKA (TS 33.203 Annex H).
pub const IPSEC_3GPP: &str = "ipsec-3gpp";

/// One value of Security-Client, Security-Server or Security-Verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecurityMechanism<'a> {
    text: &'a str,
    /// The mechanism's name: `ipsec-3gpp`, `tls`, `digest`, …
    pub name: &'a str,
    /// Its parameters.
    pub params: Params<'a>,
}

impl<'a> SecurityMechanism<'a> {
    /// Reads one value.
    ///
    /// # Errors
    /// No name.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        let text = trim(text);
        let (name, params) = match split_at(text, b';') {
            (name, Some(params)) => (name, params),
            (name, None) => (name, ""),
        };
        Ok(Self {
            text,
            name: token(name, "the name of a security mechanism")?,
            params: Params::new(params),
        })
    }

    /// The whole value: what Security-Verify must repeat letter by letter.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// Whether it is `ipsec-3gpp`.
    #[must_use]
    pub fn is_ipsec_3gpp(&self) -> bool {
        self.name.eq_ignore_ascii_case(IPSEC_3GPP)
    }

    /// `q`, the preference, in thousandths.
    #[must_use]
    pub fn q(&self) -> Option<u16> {
        self.params.get("q").and_then(qvalue)
    }

    /// `alg`: integrity (`hmac-sha-1-96`, `hmac-md5-96`, `aes-gmac`, `null`).
    #[must_use]
    pub fn alg(&self) -> Option<&'a str> {
        self.params.get("alg")
    }

    /// `ealg`: encryption (`aes-cbc`, `des-ede3-cbc`, `aes-gcm`, `null`); none is `null` (TS 33.203 Annex H).
    #[must_use]
    pub fn ealg(&self) -> Option<&'a str> {
        self.params.get("ealg")
    }

    /// `prot`; none is `esp`.
    #[must_use]
    pub fn prot(&self) -> Option<&'a str> {
        self.params.get("prot")
    }

    /// `mod`: `trans`, `tun` or `UDP-enc-tun`; none is `trans`.
    #[must_use]
    pub fn mode(&self) -> Option<&'a str> {
        self.params.get("mod")
    }

    /// `spi-c`: the SPI of the client port's inbound association.
    #[must_use]
    pub fn spi_c(&self) -> Option<u32> {
        self.params.number("spi-c")
    }

    /// `spi-s`: the SPI of the server port's inbound association.
    #[must_use]
    pub fn spi_s(&self) -> Option<u32> {
        self.params.number("spi-s")
    }

    /// `port-c`: the protected client port.
    #[must_use]
    pub fn port_c(&self) -> Option<u16> {
        self.params.number("port-c")
    }

    /// `port-s`: the protected server port.
    #[must_use]
    pub fn port_s(&self) -> Option<u16> {
        self.params.number("port-s")
    }
}

#[cfg(test)]
mod tests {
    use super::SecurityMechanism;

    #[test]
    fn an_offer_of_a_ue() {
        let text = "ipsec-3gpp; alg=hmac-sha-1-96; ealg=aes-cbc; prot=esp; mod=trans; spi-c=4294967295; spi-s=0x1; port-c=5062; port-s=70000; q=0.1";
        let offer = SecurityMechanism::parse(text).unwrap();
        assert!(offer.is_ipsec_3gpp());
        assert_eq!(
            (offer.alg(), offer.ealg()),
            (Some("hmac-sha-1-96"), Some("aes-cbc"))
        );
        assert_eq!(
            (offer.prot(), offer.mode(), offer.q()),
            (Some("esp"), Some("trans"), Some(100))
        );
        assert_eq!((offer.spi_c(), offer.spi_s()), (Some(u32::MAX), None));
        assert_eq!((offer.port_c(), offer.port_s()), (Some(5062), None));
        assert!(SecurityMechanism::parse("; a").is_err());
    }
}
