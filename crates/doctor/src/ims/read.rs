//! From the octets of a SIP message to what counts in it, as far as a sloppy sender wrote it.

use super::sighting::{Challenge, Credentials, Kind, Mechanism, Register, Response, Sighting};
use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};
use quintet_capture::Seen;
use quintet_crypto::{Ck, Ik};
use quintet_sip::{Contact, Message, Method, Name, SecurityMechanism, StartLine};
use std::net::SocketAddr;

/// The most values of a Security header that are kept.
const MAX_MECHANISMS: usize = 32;

/// The most octets of a text that are kept: Call-IDs, branches, nonces and URIs are shorter by far.
const MAX_TEXT_OCTETS: usize = 512;

/// Base64 with or without its padding: some cards leave it out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
const _: GeneralPurpose = general_purpose::STANDARD;

/// RAND and AUTN.
const TOKEN_OCTETS: usize = 32;

/// Where a message passed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) seen: Seen,
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    pub(super) spi: Option<u32>,
}

/// Reads a message; `None` if it is none, or lacks what it is known again by.
pub(super) fn sighting(place: Place, octets: &[u8]) -> Option<(Sighting, Whose)> {
    let (message, _) = Message::parse_head(octets).ok()?;
    let cseq = message.cseq().ok()?;
    let call_id = text(message.call_id().ok()?);
    let branch = message.top_via().ok().and_then(|via| via.branch());
    let kind = match (*message.start(), cseq.method) {
        (StartLine::Request { .. }, Method::Register) => Kind::Register(Box::new(register(&message))),
        (StartLine::Response { status, reason }, Method::Register) => {
            Kind::Response(Box::new(response(&message, status.code(), reason)))
        }
        (StartLine::Request { .. }, method) => Kind::Other {
            name: text(method.as_str()),
            status: None,
        },
        (StartLine::Response { status, reason }, method) => Kind::Other {
            name: text(&format!("{} {reason} ({})", status.code(), method.as_str())),
            status: Some(status.code()),
        },
    };
    let vias = message.vias().count().min(usize::from(u8::MAX));
    let sighting = Sighting {
        seen: place.seen,
        source: place.source,
        destination: place.destination,
        spi: place.spi,
        hop: 0,
        call_id,
        cseq: cseq.number,
        branch: branch.map(text).unwrap_or_default(),
        fresh: false,
        vias: u8::try_from(vias).unwrap_or(u8::MAX),
        repeated: false,
        kind,
        violation: None,
    };
    Some((sighting, Whose::of(&message, cseq.method)))
}

/// Whom a request of another method is for.
#[derive(Clone, Debug, Default)]
pub(super) struct Whose {
    /// `INVITE`, `MESSAGE` and others that may come before the user is registered.
    pub(super) invites: bool,
    /// The user of the Request-URI, of a request.
    pub(super) target: Option<String>,
}

impl Whose {
    fn of(message: &Message<'_>, method: Method<'_>) -> Self {
        let invites = matches!(method, Method::Invite | Method::Message);
        let user = message
            .request_uri()
            .ok()
            .map(|uri| identity(uri.as_str()))
            .filter(|_| invites);
        Self {
            invites,
            target: user,
        }
    }
}

/// A public identity in one form: scheme, user and host, without parameters, in lower case.
pub(super) fn identity(uri: &str) -> String {
    let bare = uri.split([';', '?', '>']).next().unwrap_or_default();
    text(bare.trim()).to_ascii_lowercase()
}

fn register(message: &Message<'_>) -> Register {
    let domain = message.request_uri().map(|uri| text(uri.host));
    let credentials = message.authorizations().filter_map(Result::ok);
    let contacts: Vec<_> = message.contacts().filter_map(Result::ok).collect();
    let of_contact = contacts.iter().filter_map(|contact| match contact {
        Contact::Address(address) => address.expires(),
        _ => None,
    });
    let expires = of_contact.max().or_else(|| message.expires().ok().flatten());
    Register {
        impu: message.to().ok().map(|to| text(to.uri.as_str())),
        domain: domain.unwrap_or_default(),
        expires,
        credentials: credentials
            .filter(|credentials| credentials.is_digest())
            .map(|read| credentials_of(&read, message.body()))
            .next(),
        client: mechanisms(message.security_client()),
        verify: mechanisms(message.security_verify()),
    }
}

fn credentials_of(read: &quintet_sip::Credentials<'_>, body: &[u8]) -> Credentials {
    let owned = |value: Option<std::borrow::Cow<'_, str>>| value.map(|value| text(&value));
    let auts = read.auts();
    Credentials {
        username: owned(read.username()).unwrap_or_default(),
        realm: owned(read.realm()).unwrap_or_default(),
        nonce: owned(read.nonce()).unwrap_or_default(),
        uri: owned(read.uri()).unwrap_or_default(),
        response: owned(read.response()).unwrap_or_default(),
        algorithm: owned(read.algorithm()),
        cnonce: owned(read.cnonce()),
        nc: read.params.raw("nc").map(text),
        qop: owned(read.qop()),
        auts: auts.map(|auts| BASE64.decode(auts.as_bytes()).unwrap_or_default()),
        integrity_protected: owned(read.integrity_protected()),
        body: body.to_vec(),
    }
}

fn response(message: &Message<'_>, status: u16, reason: &str) -> Response {
    let challenges = message
        .challenges()
        .chain(message.proxy_challenges())
        .filter_map(Result::ok)
        .filter(quintet_sip::Challenge::is_digest);
    let expires = message.contacts().filter_map(Result::ok);
    let of_contact = expires.filter_map(|contact| match contact {
        Contact::Address(address) => address.expires(),
        _ => None,
    });
    let said = [Name::Reason, Name::Warning]
        .into_iter()
        .find_map(|name| message.header(name));
    Response {
        status,
        reason: text(reason),
        warning: said.map(text),
        challenge: challenges
            .map(|read| challenge(&read))
            .next()
            .filter(|_| matches!(status, 401 | 407)),
        server: mechanisms(message.security_server()),
        expires: of_contact.max().or_else(|| message.expires().ok().flatten()),
        min_expires: message.min_expires().ok().flatten(),
    }
}

fn challenge(read: &quintet_sip::Challenge<'_>) -> Challenge {
    let owned = |value: Option<std::borrow::Cow<'_, str>>| value.map(|value| text(&value));
    let nonce = owned(read.nonce()).unwrap_or_default();
    let octets = BASE64.decode(nonce.as_bytes()).unwrap_or_default();
    let token = octets.first_chunk::<TOKEN_OCTETS>().map(|token| {
        (
            std::array::from_fn(|i| token[i]),
            std::array::from_fn(|i| token[16 + i]),
        )
    });
    Challenge {
        algorithm: owned(read.algorithm()),
        ck: read.ck().and_then(|digits| hexadecimal(&digits)).map(Ck::new_128),
        ik: read.ik().and_then(|digits| hexadecimal(&digits)).map(Ik::new_128),
        token,
        nonce,
    }
}

/// A key in hexadecimal digits.
fn hexadecimal(digits: &str) -> Option<[u8; 16]> {
    let digits = digits.as_bytes();
    if digits.len() != 32 {
        return None;
    }
    let mut octets = [0; 16];
    for (octet, pair) in octets.iter_mut().zip(digits.chunks(2)) {
        *octet = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(octets)
}

fn mechanisms<'a, E>(values: impl Iterator<Item = Result<SecurityMechanism<'a>, E>>) -> Vec<Mechanism> {
    values
        .filter_map(Result::ok)
        .take(MAX_MECHANISMS)
        .map(|value| mechanism(&value))
        .collect()
}

fn mechanism(read: &SecurityMechanism<'_>) -> Mechanism {
    let mut parts: Vec<String> = read
        .as_str()
        .split(';')
        .map(|part| part.chars().filter(|letter| !letter.is_whitespace()).collect())
        .collect();
    if let Some((_, params)) = parts.split_first_mut() {
        params.sort_unstable();
    }
    let named = |value: Option<&str>| value.map(|value| text(value).to_ascii_lowercase());
    Mechanism {
        name: text(read.name),
        alg: named(read.alg()),
        ealg: named(read.ealg()),
        mode: named(read.mode()),
        spi_c: read.spi_c(),
        spi_s: read.spi_s(),
        port_c: read.port_c(),
        port_s: read.port_s(),
        q: read.q(),
        letters: parts.join(";"),
    }
}

/// A text, cut to what is kept.
fn text(value: &str) -> String {
    let mut end = value.len().min(MAX_TEXT_OCTETS);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value[..end].to_owned()
}
