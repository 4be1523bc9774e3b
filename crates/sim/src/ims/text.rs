//! SIP's text of a UE: REGISTER, and what of its responses counts (TS 24.229 5.1.1; RFC 3261 10).

use quintet_ims::ue::{Authorization, Challenge, Register, Reply};
use quintet_sip::transport::Protocol;
use quintet_sip::{Contact, Message, Method, Name, Quoted, Uri, Writer};
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// Max-Forwards of what a UE sends (RFC 3261 8.1.1.6).
pub(super) const MAX_FORWARDS: u8 = 70;

/// Access of a UE whose radio nobody simulates.
const ACCESS_NETWORK: &str = "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000001";

/// What the transaction adds to a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sending<'a> {
    pub(super) protocol: Protocol,
    /// sent-by of Via.
    pub(super) heard_at: SocketAddr,
    pub(super) branch: &'a str,
    /// `rport`: a NAT may be between (RFC 3581).
    pub(super) asks_port: bool,
}

impl Sending<'_> {
    /// Via.
    pub(super) fn via(&self) -> impl fmt::Display + '_ {
        fmt::from_fn(|f| {
            let Self {
                protocol,
                heard_at,
                branch,
                asks_port,
            } = self;
            let rport = if *asks_port { ";rport" } else { "" };
            write!(f, "SIP/2.0/{protocol} {heard_at};branch={branch}{rport}")
        })
    }
}

/// Writes a REGISTER.
pub(super) fn register(register: &Register, user: &str, sending: Sending<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(1_536);
    let Register {
        registrar,
        impu,
        tag,
        call_id,
        cseq,
        contact,
        expires_s,
        ..
    } = register;
    let mut writer = Writer::request(&mut out, Method::Register, registrar)
        .header(Name::Via, sending.via())
        .header(Name::MaxForwards, MAX_FORWARDS)
        .header(Name::From, format_args!("<{impu}>;tag={tag}"))
        .header(Name::To, format_args!("<{impu}>"))
        .header(Name::CallId, call_id)
        .header(Name::CSeq, format_args!("{cseq} REGISTER"))
        .header(
            Name::Contact,
            contact_of(user, *contact, register.instance.as_deref()),
        )
        .header(Name::Expires, expires_s)
        .header(Name::Authorization, authorization(&register.authorization))
        .header(Name::Supported, "path, sec-agree")
        .header(Name::PAccessNetworkInfo, ACCESS_NETWORK);
    if let Some(client) = &register.security_client {
        writer = writer
            .header(Name::Require, "sec-agree")
            .header(Name::ProxyRequire, "sec-agree")
            .header(Name::SecurityClient, client);
    }
    writer
        .optional(Name::SecurityVerify, register.security_verify.as_deref())
        .finish();
    out
}

/// Contact.
pub(super) fn contact_of<'a>(
    user: &'a str,
    at: SocketAddr,
    instance: Option<&'a str>,
) -> impl fmt::Display + 'a {
    fmt::from_fn(move |f| {
        write!(f, "<sip:{user}@{at}>")?;
        match instance {
            Some(instance) => write!(f, ";+sip.instance=\"<{instance}>\""),
            None => Ok(()),
        }
    })
}

fn authorization(values: &Authorization) -> impl fmt::Display + '_ {
    fmt::from_fn(|f| {
        let quoted = [
            ("username", &values.username),
            ("realm", &values.realm),
            ("nonce", &values.nonce),
            ("uri", &values.uri),
            ("response", &values.response),
        ];
        f.write_str("Digest ")?;
        for (place, (name, value)) in quoted.into_iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{name}={}", Quoted(value))?;
        }
        if let Some(algorithm) = &values.algorithm {
            write!(f, ", algorithm={algorithm}")?;
        }
        if let Some(opaque) = &values.opaque {
            write!(f, ", opaque={}", Quoted(opaque))?;
        }
        if let Some(qop) = &values.qop {
            let (value, nc, cnonce) = (qop.value, qop.nonce_count, Quoted(&qop.cnonce));
            write!(f, ", qop={value}, nc={nc:08x}, cnonce={cnonce}")?;
        }
        match &values.auts {
            Some(auts) => write!(f, ", auts={}", Quoted(auts)),
            None => Ok(()),
        }
    })
}

/// What of a final response to REGISTER counts; `contact` is the UE's own.
pub(super) fn reply(message: &Message<'_>, contact: SocketAddr) -> Option<Reply> {
    let status = message.status()?.code();
    let owned = |value: &str| value.to_owned();
    let challenges = message.challenges().filter_map(Result::ok);
    let digests: Vec<_> = challenges.filter(quintet_sip::Challenge::is_digest).collect();
    Some(Reply {
        status,
        received: message.top_via().ok().and_then(|via| via.received()),
        leaks_keys: digests.iter().any(|c| c.ck().is_some() || c.ik().is_some()),
        challenges: digests.iter().map(challenge).collect(),
        security_server: message.values(Name::SecurityServer).map(owned).collect(),
        expires_s: granted(message, contact),
        min_expires_s: message.min_expires().ok().flatten(),
        retry_after: message
            .retry_after()
            .ok()
            .flatten()
            .map(|seconds| Duration::from_secs(seconds.into())),
        service_route: message.values(Name::ServiceRoute).map(owned).collect(),
        associated: message
            .p_associated_uris()
            .filter_map(Result::ok)
            .map(|uri| uri.uri.as_str().to_owned())
            .collect(),
    })
}

fn challenge(challenge: &quintet_sip::Challenge<'_>) -> Challenge {
    let text = |value: Option<std::borrow::Cow<'_, str>>| value.map(std::borrow::Cow::into_owned);
    let qop = ["auth", "auth-int"]
        .into_iter()
        .filter(|qop| challenge.offers(qop));
    Challenge {
        realm: text(challenge.realm()).unwrap_or_default(),
        nonce: text(challenge.nonce()).unwrap_or_default(),
        algorithm: text(challenge.algorithm()).unwrap_or_default(),
        opaque: text(challenge.opaque()),
        has_qop: challenge.has_qop(),
        qop: qop.map(str::to_owned).collect(),
        stale: challenge.stale(),
    }
}

/// What the registrar grants to a contact: its `expires`, or else Expires (RFC 3261 10.2.4).
fn granted(message: &Message<'_>, contact: SocketAddr) -> Option<u32> {
    let mut contacts = message.contacts().filter_map(Result::ok);
    let own = contacts.find_map(|it| match it {
        Contact::Address(address) if is_at(&address.uri, contact) => Some(address),
        _ => None,
    })?;
    own.expires().or_else(|| message.expires().ok().flatten())
}

/// Whether a URI is of this address and port.
pub(super) fn is_at(uri: &Uri<'_>, at: SocketAddr) -> bool {
    uri.address() == Some(at.ip()) && uri.port_or_default() == at.port()
}
