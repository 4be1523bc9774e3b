//! Headers as they are written anew on their way through a P-CSCF: credentials, challenges, option tags (TS 24.229 5.2.2,
//! 7.2A.1, 7.2A.2).

use crate::proxy;
use quintet_crypto::{Ck, Ik};
use quintet_sip::{Credentials, Edit, Message, Name};
use zeroize::Zeroizing;

/// How a REGISTER came, as the registrar is told (TS 24.229 7.2A.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntegrityProtected {
    /// `no`: outside of any security association.
    No,
    /// `yes`: through an association.
    Yes,
    /// `ip-assoc-pending`: SIP Digest without IPsec, from an address that no registration has.
    IpAssocPending,
    /// `ip-assoc-yes`: SIP Digest without IPsec, from the address of the registration.
    IpAssocYes,
}

impl IntegrityProtected {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Yes => "yes",
            Self::IpAssocPending => "ip-assoc-pending",
            Self::IpAssocYes => "ip-assoc-yes",
        }
    }
}

/// Writes every Authorization anew, without what a UE says of integrity protection, and with what is known of it here.
#[must_use]
pub(super) fn authorization<'m, 'a>(
    edit: Edit<'m, 'a>,
    message: &Message<'a>,
    protected: IntegrityProtected,
) -> Edit<'m, 'a> {
    proxy::authorization(edit, message, Some(protected.name()))
}

/// The Digest credentials of a request, if it has one only.
pub(super) fn credentials<'a>(message: &Message<'a>) -> Option<Credentials<'a>> {
    let mut found = message.authorizations().flatten().filter(Credentials::is_digest);
    let first = found.next()?;
    (found.next().is_none() && !first.params.has_repetition()).then_some(first)
}

/// The keys that a challenge has for the P-CSCF.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) ck: Ck,
    pub(super) ik: Ik,
}

/// The keys of a 401, if the registrar gave them (TS 24.229 7.2A.1).
pub(super) fn keys(message: &Message<'_>) -> Option<Keys> {
    let challenge = message
        .challenges()
        .flatten()
        .find(|challenge| challenge.params.raw("ik").is_some())?;
    let (ck, ik) = (key(&challenge.ck()?)?, key(&challenge.ik()?)?);
    Some(Keys {
        ck: Ck::new_128(*ck),
        ik: Ik::new_128(*ik),
    })
}

/// 32 hexadecimal digits.
fn key(text: &str) -> Option<Zeroizing<[u8; 16]>> {
    let digits: &[u8; 32] = text.as_bytes().try_into().ok()?;
    let mut octets = Zeroizing::new([0; 16]);
    for (octet, pair) in octets.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |letter: u8| char::from(letter).to_digit(16);
        *octet = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
    }
    Some(octets)
}

/// Takes option tags out of a list, and puts one in. A header without tags is not sent.
#[must_use]
pub(super) fn tags<'m, 'a>(
    edit: Edit<'m, 'a>,
    message: &Message<'a>,
    name: Name,
    out: &[&str],
    add: Option<&str>,
) -> Edit<'m, 'a> {
    let is_out = |tag: &&str| out.iter().any(|other| other.eq_ignore_ascii_case(tag));
    let listed = |tag: &str| message.lists(name, tag);
    let missing = add.filter(|tag| !listed(tag));
    if missing.is_none() && !message.values(name).any(|tag| is_out(&tag)) {
        return edit;
    }
    let tags: Vec<&str> = message
        .values(name)
        .filter(|tag| !is_out(tag))
        .chain(missing)
        .collect();
    match tags.is_empty() {
        true => edit.remove(name),
        false => edit.replace(name, tags.join(", ")),
    }
}

/// Takes away what a UE is not told (TS 24.229 5.2.6.4, 5.2.7).
#[must_use]
pub(super) fn for_ue<'m, 'a>(mut edit: Edit<'m, 'a>, message: &Message<'a>) -> Edit<'m, 'a> {
    for name in [
        Name::PChargingVector,
        Name::PChargingFunctionAddresses,
        Name::PServedUser,
        Name::PUserDatabase,
        Name::PProfileKey,
    ] {
        if message.has(name) {
            edit = edit.remove(name);
        }
    }
    // RFC 3325 7: who asks for it stays unknown outside of the trust domain.
    if message.lists(Name::Privacy, "id") || privacy_of_id(message) {
        edit = edit.remove(Name::PAssertedIdentity);
    }
    edit
}

/// Privacy separates its values by semicolons (RFC 3323 4.2).
fn privacy_of_id(message: &Message<'_>) -> bool {
    let values = message.headers(Name::Privacy).flat_map(|value| value.split(';'));
    values
        .into_iter()
        .any(|value| value.trim().eq_ignore_ascii_case("id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(
        headers: &str,
        change: impl for<'m, 'a> Fn(Edit<'m, 'a>, &Message<'a>) -> Edit<'m, 'a>,
    ) -> String {
        let text = format!("REGISTER sip:h SIP/2.0\r\n{headers}Content-Length: 0\r\n\r\n");
        let message = Message::parse(text.as_bytes()).expect("readable");
        let mut out = Vec::new();
        change(Edit::new(&message), &message).write(&mut out);
        let out = String::from_utf8(out).expect("text");
        let out = out
            .replace("REGISTER sip:h SIP/2.0\r\n", "")
            .replace("Content-Length: 0\r\n", "");
        out.strip_suffix("\r\n").expect("an empty line").to_owned()
    }

    #[test]
    fn what_a_ue_says_of_its_protection_does_not_count() {
        let out = edited(
            "Authorization: Digest username=\"a@h\", Integrity-Protected=\"yes\", response=\"\"\r\n\
             Authorization: Digest username=\"b@h\",integrity-protected=yes\r\n",
            |edit, message| authorization(edit, message, IntegrityProtected::No),
        );
        assert_eq!(
            out,
            "Authorization: Digest username=\"a@h\", response=\"\", integrity-protected=\"no\"\r\n\
             Authorization: Digest username=\"b@h\", integrity-protected=\"no\"\r\n"
        );
        assert_eq!(
            edited("", |edit, message| authorization(
                edit,
                message,
                IntegrityProtected::Yes
            )),
            ""
        );
    }

    #[test]
    fn keys_are_taken_and_go_no_further() {
        let line = "WWW-Authenticate: Digest realm=\"h\", nonce=\"n==\", algorithm=AKAv1-MD5, \
                    CK=\"000102030405060708090a0b0c0d0e0f\", ik=\"101112131415161718191A1b1c1d1e1f\", qop=\"auth\"\r\n";
        let text = format!("SIP/2.0 401 Unauthorized\r\n{line}Content-Length: 0\r\n\r\n");
        let message = Message::parse(text.as_bytes()).expect("readable");
        let found = keys(&message).expect("keys");
        assert_eq!((found.ck.expose()[15], found.ik.expose()[10]), (0x0f, 0x1a));
        let out = edited(line, proxy::without_keys);
        assert_eq!(
            out,
            "WWW-Authenticate: Digest realm=\"h\", nonce=\"n==\", algorithm=AKAv1-MD5, qop=\"auth\"\r\n"
        );
        for (from, to) in [("000102", "00010"), ("000102", "0001gg"), ("CK=", "ck2=")] {
            let text = text.replace(from, to);
            assert!(
                keys(&Message::parse(text.as_bytes()).expect("readable")).is_none(),
                "{to}"
            );
        }
    }

    #[test]
    fn option_tags_go_and_come() {
        for (header, expected) in [
            ("Require: sec-agree\r\n", "Require: path\r\n"),
            ("Require: SEC-AGREE, gruu\r\n", "Require: gruu, path\r\n"),
            ("Require: path\r\n", "Require: path\r\n"),
            ("", "Require: path\r\n"),
        ] {
            let out = edited(header, |edit, message| {
                tags(edit, message, Name::Require, &["sec-agree"], Some("path"))
            });
            assert_eq!(out, expected);
        }
        let out = edited("Proxy-Require: sec-agree\r\n", |edit, message| {
            tags(edit, message, Name::ProxyRequire, &["sec-agree"], None)
        });
        assert_eq!(out, "");
    }
}
