//! What a REGISTER says, as far as a P-CSCF looks at it (TS 24.229 5.2.2).

use super::config::MAX_URIS;
use super::headers;
use crate::proxy::{Rejection, literal};
use quintet_sip::transport::{Hop, Protocol};
use quintet_sip::{Contact, Message, Name, NameAddr, Status};

/// Who registers.
pub(super) struct Who {
    /// The private identity, marked if the registration is for emergencies: that is one of its own (TS 24.229 5.1.6.2).
    pub(super) owner: String,
    pub(super) emergency: bool,
}

/// The values of Security-Verify.
pub(super) fn verify<'m, 'a>(message: &'m Message<'a>) -> impl Iterator<Item = &'a str> + use<'m, 'a> {
    message.headers(Name::SecurityVerify)
}

/// Who registers: the username of the credentials, or what the public identity makes of itself (TS 23.003 13.3).
pub(super) fn who(message: &Message<'_>) -> Result<Who, Rejection> {
    let bad = |why: &str| Rejection::new(Status::BAD_REQUEST, why);
    let username = match message.has(Name::Authorization) {
        true => {
            let credentials =
                headers::credentials(message).ok_or_else(|| bad("Authorization has not one Digest"))?;
            credentials.username().map(|username| username.into_owned())
        }
        false => None,
    };
    let impi = match username {
        Some(username) if !username.is_empty() && username.len() <= 255 => username,
        Some(_) => return Err(bad("no private identity")),
        None => {
            let to = message.to().map_err(|error| bad(&error.to_string()))?;
            let user = to.uri.user.ok_or_else(|| bad("To has no user"))?;
            format!("{user}@{}", to.uri.host.to_ascii_lowercase())
        }
    };
    let emergency = message.contacts().flatten().any(|contact| match contact {
        Contact::Address(contact) => contact.uri.params.has("sos"),
        Contact::All => false,
    });
    let owner = if emergency { format!("{impi};sos") } else { impi };
    Ok(Who { owner, emergency })
}

/// The Contact that is registered: one, or `*`, or none.
pub(super) fn contact(message: &Message<'_>) -> Result<Option<String>, Rejection> {
    let bad = |why: &str| Rejection::new(Status::BAD_REQUEST, why);
    let mut contacts = message.contacts();
    let first = match contacts.next() {
        None => return Ok(None),
        Some(Err(error)) => return Err(bad(&error.to_string())),
        Some(Ok(contact)) => contact,
    };
    if message.contacts().count() > MAX_URIS {
        return Err(bad("too many contacts"));
    }
    Ok(Some(match first {
        Contact::All => "*".to_owned(),
        Contact::Address(contact) => contact.uri.as_str().to_owned(),
    }))
}

/// Whether the UE wants outbound: it says so, with an instance and the number of its flow (RFC 5626 4.2.1).
pub(super) fn wants_outbound(message: &Message<'_>) -> bool {
    let flow = |contact: NameAddr<'_>| contact.reg_id().is_some() && contact.instance().is_some();
    message.lists(Name::Supported, "outbound")
        && message.contacts().flatten().any(|contact| match contact {
            Contact::Address(contact) => flow(contact),
            Contact::All => false,
        })
}

/// Whether a NAT is between: the UE's Via names another address than it came from (TS 33.203 M.6). A name says nothing.
pub(super) fn behind_nat(message: &Message<'_>, hop: &Hop) -> bool {
    let via = message.top_via();
    let named = via.ok().and_then(|via| literal(via.host));
    named.is_some_and(|named| named != hop.remote.ip())
}

/// The protocol that a Contact asks for.
pub(super) fn protocol_of(contact: &str, hop: &Hop) -> Protocol {
    let uri = quintet_sip::Uri::parse(contact).ok();
    let asked = uri.and_then(|uri| uri.transport()).and_then(Protocol::of);
    match (asked, hop.protocol) {
        (Some(protocol), _) => protocol,
        (None, Protocol::Tls) => Protocol::Tls,
        (None, _) => Protocol::Udp,
    }
}
