//! A REGISTER as the registrar wants it (TS 24.229 5.4.1.2).

use quintet_crypto::digest::read_auts;
use quintet_identity::{Impi, Impu};
use quintet_ims::registrar::{
    Authorization, Contact, ContactSet, IntegrityProtected, MAX_CONTACTS, Register, RegisterId,
};
use quintet_sip::{Contact as SipContact, Credentials, Message, Name, NameAddr, Uri};

/// Longest value of Contact, Path or credentials that is taken, octets: what UEs and P-CSCFs write is far below, and every
/// registration keeps some.
pub const MAX_VALUE_OCTETS: usize = 1024;

/// Longest Call-ID that is taken, octets.
pub const MAX_CALL_ID_OCTETS: usize = 256;

/// Parameters of a contact that have a place of their own.
const OWN: [&str; 4] = ["expires", "q", "+sip.instance", "reg-id"];

/// Reads a REGISTER: whose it is, and what it says. `None`: it is a bad request.
pub(crate) fn register(message: &Message<'_>, id: RegisterId) -> Option<(Impi, Register)> {
    let impu = impu_of(&message.to().ok()?.uri)?;
    let credentials = credentials(message)?;
    let impi = match &credentials {
        Some((authorization, _)) => authorization.username.parse().ok()?,
        None => impi_of(&impu)?,
    };
    let mut path = Vec::new();
    for hop in message.values(Name::Path) {
        NameAddr::parse(bounded(hop)?).ok()?;
        path.push(hop.to_owned());
    }
    let call_id = message
        .call_id()
        .ok()
        .filter(|call| call.len() <= MAX_CALL_ID_OCTETS)?;
    let cseq = message.cseq().ok()?;
    let visited = message.p_visited_network_ids().next();
    let (authorization, protection) = credentials.unzip();
    let register = Register {
        id,
        impu,
        contacts: contacts(message)?,
        expires: message.expires().ok()?,
        path,
        call_id: call_id.to_owned(),
        cseq: cseq.number,
        authorization,
        protection: protection.unwrap_or_default(),
        visited_network: match visited {
            Some(value) => Some(bounded(&value.ok()?.unquoted())?.to_owned()),
            None => None,
        },
        body: message.body().to_vec(),
    };
    Some((impi, register))
}

/// The public identity that a URI names.
pub(crate) fn impu_of(uri: &Uri<'_>) -> Option<Impu> {
    uri.to_canonical().parse().ok()
}

/// The private identity of a UE that states none: that of its public one (TS 24.229 5.4.1.2.1).
pub(crate) fn impi_of(impu: &Impu) -> Option<Impi> {
    impu.as_str().split_once(':')?.1.parse().ok()
}

/// The private identity that a REGISTER states or implies.
pub(crate) fn private_identity(message: &Message<'_>) -> Option<Impi> {
    match digest(message)? {
        Some(credentials) => credentials.username()?.parse().ok(),
        None => impi_of(&impu_of(&message.to().ok()?.uri)?),
    }
}

/// The first credentials of Digest. `None`: what is there cannot be read.
fn digest<'a>(message: &Message<'a>) -> Option<Option<Credentials<'a>>> {
    for credentials in message.authorizations() {
        let credentials = credentials.ok()?;
        if credentials.is_digest() {
            return Some(Some(credentials));
        }
    }
    Some(None)
}

fn credentials(message: &Message<'_>) -> Option<Option<(Authorization, IntegrityProtected)>> {
    let Some(credentials) = digest(message)? else {
        return Some(None);
    };
    if credentials.params.has_repetition() {
        return None;
    }
    let text = |value: Option<std::borrow::Cow<'_, str>>| match value {
        Some(value) => bounded(&value).map(|value| Some(value.to_owned())),
        None => Some(None),
    };
    let protection = match credentials.integrity_protected() {
        Some(value) => IntegrityProtected::parse(&value)?,
        None => IntegrityProtected::Absent,
    };
    let auts = credentials.auts().map(|auts| read_auts(&auts));
    let authorization = Authorization {
        username: text(credentials.username())??,
        realm: text(credentials.realm())?.unwrap_or_default(),
        nonce: text(credentials.nonce())?.unwrap_or_default(),
        uri: text(credentials.uri())?.unwrap_or_default(),
        response: text(credentials.response())?.unwrap_or_default(),
        algorithm: text(credentials.algorithm())?,
        cnonce: text(credentials.cnonce())?,
        nonce_count: credentials.nonce_count(),
        qop: text(credentials.qop())?,
        auts,
    };
    Some(Some((authorization, protection)))
}

fn contacts(message: &Message<'_>) -> Option<ContactSet> {
    let mut all = false;
    let mut contacts = Vec::new();
    for contact in message.contacts() {
        match contact.ok()? {
            SipContact::All => all = true,
            SipContact::Address(address) if contacts.len() < MAX_CONTACTS => {
                contacts.push(contact_of(&address)?);
            }
            SipContact::Address(_) => return None,
        }
    }
    match (all, contacts.is_empty()) {
        (false, _) => Some(ContactSet::These(contacts)),
        (true, true) => Some(ContactSet::All),
        // `*` stands alone (RFC 3261 10.3, step 6).
        (true, false) => None,
    }
}

fn contact_of(address: &NameAddr<'_>) -> Option<Contact> {
    bounded(address.as_str())?;
    let mut parameters = String::new();
    for (name, value) in address.params.iter() {
        if OWN.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            continue;
        }
        parameters.push(';');
        parameters.push_str(name);
        if let Some(value) = value {
            parameters.push('=');
            parameters.push_str(value);
        }
    }
    Some(Contact {
        uri: address.uri.as_str().to_owned(),
        expires: address.expires(),
        q: address.q(),
        instance: address.instance().map(|instance| instance.into_owned()),
        reg_id: address.reg_id(),
        emergency: address.uri.params.has("sos"),
        parameters,
    })
}

fn bounded(value: &str) -> Option<&str> {
    (value.len() <= MAX_VALUE_OCTETS).then_some(value)
}
