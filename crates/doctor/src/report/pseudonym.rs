//! Pseudonyms: the same for the same identity within a run, another in the next, and nothing to go back by.

use crate::Settings;
use crate::trail::{Short, Temporary};
use hmac::{Hmac, KeyInit, Mac};
use quintet_identity::{Imsi, Suci};
use sha2::Sha256;

/// Stands where a pseudonym's own digits begin, so that nobody takes it for an identity and looks for it in a database.
const MARK: char = '~';

/// Shows identities as they are, or as pseudonyms: HMAC-SHA-256 under the run's key, of which the report keeps as many
/// digits as the identity has, behind a `~`. PLMN and MME stay, for they name networks and not people.
#[derive(Clone, Copy, Debug)]
pub struct Pseudonyms<'a> {
    key: Option<&'a [u8; 32]>,
}

impl<'a> Pseudonyms<'a> {
    /// As the settings say.
    #[must_use]
    pub const fn new(settings: &'a Settings) -> Self {
        Self {
            key: if settings.identities {
                None
            } else {
                Some(&settings.pseudonym_key)
            },
        }
    }

    /// An IMSI: its MCC and two digits of MNC stay, or three where the serving network shows that it has three.
    #[must_use]
    pub fn imsi(&self, imsi: Imsi, plmn_digits: usize) -> String {
        let text = imsi.to_string();
        let Some(key) = self.key else {
            return text;
        };
        let (plmn, rest) = text.split_at(plmn_digits.min(text.len()));
        let digits = digest(key, b"imsi", text.as_bytes())
            .into_iter()
            .map(|octet| char::from(b'0' + octet % 10))
            .take(rest.len().saturating_sub(1));
        plmn.chars().chain([MARK]).chain(digits).collect()
    }

    /// A GUTI, or 5G-GUTI: everything but its M-TMSI, or 5G-TMSI, stays.
    #[must_use]
    pub fn temporary(&self, temporary: Temporary) -> String {
        let guti = match temporary {
            Temporary::Eps(guti) => guti,
            Temporary::Fgs(guti) => {
                let (mcc, mnc) = guti.guami.plmn.mcc_mnc();
                return format!("{mcc}-{mnc}-{}-{}", guti.guami.amf_id, self.m_tmsi(guti.tmsi));
            }
        };
        let (mcc, mnc) = guti.plmn.mcc_mnc();
        let group = guti.mme_group_id;
        let code = guti.mme_code;
        let m_tmsi = self.m_tmsi(guti.m_tmsi);
        format!("{mcc}-{mnc}-{group:04x}-{code:02x}-{m_tmsi}")
    }

    /// A SUCI: what its home network needs to route it stays, the scheme output does not. With the null scheme that is the
    /// subscriber's number; with another, the home network could tell whose it is.
    #[must_use]
    pub fn suci(&self, suci: &Suci) -> String {
        let text = suci.to_string();
        let Some(key) = self.key else {
            return text;
        };
        let (head, output) = text.rsplit_once('-').unwrap_or(("", &text));
        let [a, b, c, d, ..] = digest(key, b"suci", output.as_bytes());
        format!("{head}-{MARK}{:07x}", u32::from_be_bytes([a, b, c, d]) >> 4)
    }

    /// An S-TMSI, or 5G-S-TMSI: what names the MME, or AMF, stays.
    #[must_use]
    pub fn short(&self, short: Short) -> String {
        match short {
            Short::Eps(s_tmsi) => format!("{:02x}-{}", s_tmsi.mme_code, self.m_tmsi(s_tmsi.m_tmsi)),
            Short::Fgs(s_tmsi) => {
                let [set, pointer, ..] = s_tmsi.octets();
                format!("{set:02x}{pointer:02x}-{}", self.m_tmsi(s_tmsi.tmsi))
            }
        }
    }

    /// A Session-Id: who made it stays (its first part), what follows does not (RFC 6733 8.8).
    #[must_use]
    pub fn session_id(&self, session_id: &str) -> String {
        let Some(key) = self.key else {
            return session_id.to_owned();
        };
        let origin = session_id.split(';').next().unwrap_or_default();
        let digest = digest(key, b"session", session_id.as_bytes());
        let [a, b, c, d, ..] = digest;
        format!("{origin};{MARK}{:07x}", u32::from_be_bytes([a, b, c, d]) >> 4)
    }

    /// A private or public identity of IMS: its scheme and domain stay.
    #[must_use]
    pub fn ims_identity(&self, identity: &str) -> String {
        let Some(key) = self.key else {
            return identity.to_owned();
        };
        let (scheme, rest) = match identity.split_once(':') {
            Some((scheme, rest)) => (format!("{scheme}:"), rest),
            None => (String::new(), identity),
        };
        let (user, domain) = match rest.split_once('@') {
            Some((user, domain)) => (user, format!("@{domain}")),
            None if scheme == "sip:" || scheme == "sips:" => return identity.to_owned(),
            None => (rest, String::new()),
        };
        let [a, b, c, d, ..] = digest(key, b"ims", user.as_bytes());
        format!(
            "{scheme}{MARK}{:07x}{domain}",
            u32::from_be_bytes([a, b, c, d]) >> 4
        )
    }

    /// A Call-ID: UEs put their address into it.
    #[must_use]
    pub fn call_id(&self, call_id: &str) -> String {
        let Some(key) = self.key else {
            return call_id.to_owned();
        };
        let [a, b, c, d, ..] = digest(key, b"call", call_id.as_bytes());
        format!("{MARK}{:07x}", u32::from_be_bytes([a, b, c, d]) >> 4)
    }

    fn m_tmsi(&self, m_tmsi: u32) -> String {
        let Some(key) = self.key else {
            return format!("{m_tmsi:08x}");
        };
        let [a, b, c, d, ..] = digest(key, b"m-tmsi", &m_tmsi.to_be_bytes());
        format!("{MARK}{:07x}", u32::from_be_bytes([a, b, c, d]) >> 4)
    }
}

fn digest(key: &[u8; 32], what: &[u8], value: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(what);
    mac.update(b"\0");
    mac.update(value);
    mac.finalize().into_bytes().into()
}
