//! What the registrar answers, as SIP (TS 24.229 5.4.1.2; RFC 3310 3.2, RFC 7616 3.3).

use quintet_ims::registrar::{Accepted, AuthenticationInfo, Binding, Challenge, Reply};
use quintet_sip::{Message, Name, ParseError, Quoted, Status, Writer};
use std::fmt::{self, Display, Write as _};
use std::net::SocketAddr;

/// What of the node goes into answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server<'a> {
    /// Service-Route: the URI at which this S-CSCF takes originating requests.
    pub(crate) service_route: &'a str,
    /// The tag of To.
    pub(crate) tag: &'a str,
    /// Where the request came from.
    pub(crate) source: SocketAddr,
    /// Whether that may know the keys of a challenge: a P-CSCF, or an I-CSCF before it (TS 24.229 5.4.1.2.1).
    pub(crate) told_keys: bool,
}

/// Writes the final response to a REGISTER.
pub(crate) fn write(
    out: &mut Vec<u8>,
    request: &Message<'_>,
    reply: &Reply,
    server: Server<'_>,
) -> Result<(), ParseError> {
    let of = |code: u16| Status::new(code).unwrap_or(Status::SERVER_INTERNAL_ERROR);
    match reply {
        Reply::Challenge(challenge) => {
            Writer::response_to(out, request, Status::UNAUTHORIZED, server.tag, server.source)?
                .header(
                    Name::WwwAuthenticate,
                    WwwAuthenticate(challenge, server.told_keys),
                )
                .finish();
        }
        Reply::Accepted(accepted) => {
            let writer = Writer::response_to(out, request, Status::OK, server.tag, server.source)?;
            accept(writer, request, accepted, server).finish();
        }
        Reply::Refused(refusal) => {
            Writer::response_to(out, request, of(refusal.status), server.tag, server.source)?
                .optional(Name::MinExpires, refusal.min_expires)
                .optional(Name::RetryAfter, refusal.retry_after)
                .finish();
        }
    }
    Ok(())
}

fn accept<'b>(
    mut writer: Writer<'b>,
    request: &Message<'_>,
    accepted: &Accepted,
    server: Server<'_>,
) -> Writer<'b> {
    for hop in &accepted.path {
        writer = writer.header(Name::Path, hop);
    }
    for (binding, remaining) in &accepted.contacts {
        writer = writer.header(Name::Contact, ContactValue(binding, *remaining));
    }
    if accepted.registered {
        writer = writer.header(Name::ServiceRoute, format_args!("<{}>", server.service_route));
        if !accepted.associated.is_empty() {
            writer = writer.header(Name::PAssociatedUri, List(&accepted.associated));
        }
    }
    let flows = accepted
        .contacts
        .iter()
        .any(|(binding, _)| binding.contact.reg_id.is_some());
    if flows && request.lists(Name::Supported, "outbound") {
        writer = writer.header(Name::Require, "outbound");
    }
    match &accepted.info {
        Some(info) => writer.header(Name::AuthenticationInfo, Info(info)),
        None => writer,
    }
}

/// A challenge, and whether its keys are said.
struct WwwAuthenticate<'a>(&'a Challenge, bool);

impl Display for WwwAuthenticate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let challenge = self.0;
        write!(
            f,
            "Digest realm={},nonce={},algorithm={}",
            Quoted(&challenge.realm),
            Quoted(&challenge.nonce),
            challenge.algorithm,
        )?;
        if let Some(qop) = challenge.qop {
            write!(f, ",qop=\"{}\"", qop.name())?;
        }
        if let Some(opaque) = &challenge.opaque {
            write!(f, ",opaque={}", Quoted(opaque))?;
        }
        if challenge.stale {
            f.write_str(",stale=TRUE")?;
        }
        if let Some((ck, ik)) = challenge.keys.as_ref().filter(|_| self.1) {
            write!(f, ",ck=\"{}\",ik=\"{}\"", Hex(ck.expose()), Hex(ik.expose()))?;
        }
        Ok(())
    }
}

struct Hex<'a>(&'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

struct ContactValue<'a>(&'a Binding, u32);

impl Display for ContactValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let contact = &self.0.contact;
        write!(f, "<{}>{}", contact.uri, contact.parameters)?;
        if let Some(instance) = &contact.instance {
            write!(f, ";+sip.instance={}", Quoted(instance))?;
        }
        if let Some(id) = contact.reg_id {
            write!(f, ";reg-id={id}")?;
        }
        if let Some(q) = contact.q {
            write!(f, ";q={}.{:03}", q / 1000, q % 1000)?;
        }
        write!(f, ";expires={}", self.1)
    }
}

struct List<'a, T>(&'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, uri) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_char(',')?;
            }
            write!(f, "<{uri}>")?;
        }
        Ok(())
    }
}

struct Info<'a>(&'a AuthenticationInfo);

impl Display for Info<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.0;
        write!(
            f,
            "qop={},rspauth=\"{}\",cnonce={},nc={:08x}",
            info.qop,
            info.rspauth,
            Quoted(&info.cnonce),
            info.nonce_count
        )
    }
}
