//! Challenges, credentials and what a server says of itself (RFC 3261 22, RFC 7616, RFC 3310, TS 24.229 7.2A.1, 7.2A.2).

use crate::ParseError;
use crate::scan::{split_at, token, trim, unquote};
use std::borrow::Cow;

/// The most parameters of credentials that are compared with each other: those of all specifications together are fewer than twenty.
const MAX_AUTH_PARAMS: usize = 64;

/// Parameters separated by commas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuthParams<'a>(&'a str);

impl<'a> AuthParams<'a> {
    /// The parameters in `text`.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// Names and values as written, quotes included. What has no value is passed over.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut rest = Some(self.0);
        std::iter::from_fn(move || {
            loop {
                let (param, tail) = split_at(rest?, b',');
                rest = tail;
                if let (name, Some(value)) = split_at(param, b'=') {
                    return Some((trim(name), trim(value)));
                }
            }
        })
    }

    /// The value of `name` as written.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&'a str> {
        self.iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The value of `name` without quotes.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.raw(name).map(unquote)
    }

    /// Whether a parameter occurs twice: who reads the first and who reads the last would disagree. More parameters than anybody
    /// has count as repeated.
    #[must_use]
    pub fn has_repetition(&self) -> bool {
        let mut names = [""; MAX_AUTH_PARAMS];
        for (index, (name, _)) in self.iter().enumerate() {
            if index == MAX_AUTH_PARAMS
                || names[..index]
                    .iter()
                    .any(|earlier| earlier.eq_ignore_ascii_case(name))
            {
                return true;
            }
            names[index] = name;
        }
        false
    }
}

/// Reads a scheme and what follows it.
fn scheme(text: &str) -> Result<(&str, AuthParams<'_>), ParseError> {
    let text = trim(text);
    let space = text.find([' ', '\t', '\r', '\n']).unwrap_or(text.len());
    let scheme = token(&text[..space], "a scheme of authentication")?;
    Ok((scheme, AuthParams(trim(&text[space..]))))
}

/// Getters of unquoted parameters.
macro_rules! params {
    ($($(#[$doc:meta])* $name:ident $text:literal,)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name(&self) -> Option<Cow<'a, str>> {
            self.params.get($text)
        })*
    };
}

/// A challenge: WWW-Authenticate or Proxy-Authenticate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge<'a> {
    /// The scheme: `Digest`.
    pub scheme: &'a str,
    /// Its parameters.
    pub params: AuthParams<'a>,
}

impl<'a> Challenge<'a> {
    /// Reads a header's value.
    ///
    /// # Errors
    /// No scheme.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        scheme(text).map(|(scheme, params)| Self { scheme, params })
    }

    /// Whether the scheme is Digest.
    #[must_use]
    pub fn is_digest(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("Digest")
    }

    params! {
        /// `realm`
        realm "realm",
        /// `nonce`: for AKA, base64 of RAND ‖ AUTN and what the server adds (RFC 3310 3.2).
        nonce "nonce",
        /// `opaque`
        opaque "opaque",
        /// `algorithm`; MD5 if there is none.
        algorithm "algorithm",
        /// `domain`
        domain "domain",
        /// `ck`: for the P-CSCF alone, in hexadecimal digits (TS 24.229 7.2A.1).
        ck "ck",
        /// `ik`: for the P-CSCF alone.
        ik "ik",
    }

    /// `stale=true`: the answer was right, for a nonce that is no longer taken.
    #[must_use]
    pub fn stale(&self) -> bool {
        self.params
            .get("stale")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Whether `qop` offers `option`.
    #[must_use]
    pub fn offers(&self, option: &str) -> bool {
        let qop = self.params.get("qop");
        qop.is_some_and(|list| {
            list.split(',')
                .any(|offered| trim(offered).eq_ignore_ascii_case(option))
        })
    }

    /// Whether there is a `qop`, so that the answer needs one too.
    #[must_use]
    pub fn has_qop(&self) -> bool {
        self.params.raw("qop").is_some()
    }
}

/// Credentials: Authorization or Proxy-Authorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// The scheme: `Digest`.
    pub scheme: &'a str,
    /// Its parameters.
    pub params: AuthParams<'a>,
}

impl<'a> Credentials<'a> {
    /// Reads a header's value.
    ///
    /// # Errors
    /// No scheme.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        scheme(text).map(|(scheme, params)| Self { scheme, params })
    }

    /// Whether the scheme is Digest.
    #[must_use]
    pub fn is_digest(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("Digest")
    }

    params! {
        /// `username`: the private identity (TS 24.229 5.1.1.2).
        username "username",
        /// `realm`
        realm "realm",
        /// `nonce`
        nonce "nonce",
        /// `uri`
        uri "uri",
        /// `response`: hexadecimal digits; empty in a first REGISTER and when the network is not taken (TS 24.229 5.1.1.5.3).
        response "response",
        /// `algorithm`
        algorithm "algorithm",
        /// `cnonce`
        cnonce "cnonce",
        /// `opaque`
        opaque "opaque",
        /// `qop`
        qop "qop",
        /// `auts`: base64 of AUTS (RFC 3310 3.4).
        auts "auts",
        /// `integrity-protected` (TS 24.229 7.2A.2): what the P-CSCF says of how the request came.
        integrity_protected "integrity-protected",
    }

    /// `nc`: how many times the nonce was used, eight hexadecimal digits.
    #[must_use]
    pub fn nonce_count(&self) -> Option<u32> {
        let text = self.params.get("nc")?;
        (text.len() == 8).then(|| u32::from_str_radix(&text, 16).ok())?
    }
}

/// Authentication-Info (RFC 7616 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthenticationInfo<'a> {
    /// Its parameters.
    pub params: AuthParams<'a>,
}

impl<'a> AuthenticationInfo<'a> {
    /// Of a header's value.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self {
            params: AuthParams::new(text),
        }
    }

    params! {
        /// `nextnonce`
        nextnonce "nextnonce",
        /// `qop`
        qop "qop",
        /// `rspauth`: the server's proof, hexadecimal digits.
        rspauth "rspauth",
        /// `cnonce`
        cnonce "cnonce",
        /// `nc`
        nc "nc",
    }
}

#[cfg(test)]
mod tests {
    use super::{Challenge, Credentials};

    #[test]
    fn a_challenge_of_aka() {
        let text = "Digest realm=\"ims.example\", nonce=\"8SA0==\",algorithm=AKAv1-MD5 ,\r\n ck=\"00ff\", ik=\"11\", qop=\"auth,auth-int\"";
        let challenge = Challenge::parse(text).unwrap();
        assert!(challenge.is_digest() && challenge.has_qop() && !challenge.stale());
        assert!(challenge.offers("auth-int") && challenge.offers("AUTH") && !challenge.offers("int"));
        assert_eq!(challenge.nonce().as_deref(), Some("8SA0=="));
        assert_eq!(challenge.algorithm().as_deref(), Some("AKAv1-MD5"));
        assert_eq!(
            (challenge.ck().as_deref(), challenge.ik().as_deref()),
            (Some("00ff"), Some("11"))
        );
    }

    #[test]
    fn credentials() {
        let text = "Digest username=\"a \\\"b\\\", x=y\",realm=\"r\",nonce=\"\",uri=\"sip:r\",response=\"\",nc=0000000A";
        let credentials = Credentials::parse(text).unwrap();
        assert_eq!(credentials.username().as_deref(), Some("a \"b\", x=y"));
        assert_eq!(
            (credentials.response().as_deref(), credentials.nonce_count()),
            (Some(""), Some(10))
        );
        assert_eq!(credentials.integrity_protected(), None);
        assert!(!credentials.params.has_repetition());
        let twice = Credentials::parse("Digest response=\"1\", Response=\"2\"").unwrap();
        assert!(twice.params.has_repetition());
        let many: String = (0..65).map(|index| format!("a{index}=1,")).collect();
        assert!(
            Credentials::parse(&format!("Digest {many}"))
                .unwrap()
                .params
                .has_repetition()
        );
        assert!(Credentials::parse(" ").is_err());
    }
}
