//! Registration information, `application/reginfo+xml` (RFC 3680 5): what a NOTIFY of the package `reg` says.
//!
//! No document type is accepted, so there is no entity to expand. Elements of other namespaces are passed over; those of the
//! document are told by their names without prefix.

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::fmt::Write;

/// The type of the body.
pub const CONTENT_TYPE: &str = "application/reginfo+xml";
/// The longest document read: what fits into a message.
pub const MAX_DOCUMENT_OCTETS: usize = crate::MAX_MESSAGE_OCTETS;
/// The most registrations of a document: an implicit set has a few public identities, a wild one some dozens.
pub const MAX_REGISTRATIONS: usize = 256;
/// The most contacts of one registration.
pub const MAX_CONTACTS: usize = 64;
/// The deepest nesting: the document itself has four.
const MAX_DEPTH: usize = 16;

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReginfoError {
    /// More of something than its named limit.
    Limit(&'static str),
    /// No UTF-8, or not well-formed.
    Malformed {
        /// The octet where the reader stood.
        at: u64,
        /// Why, for people.
        reason: String,
    },
    /// A document type: entities could be declared there.
    DocumentType,
    /// The outermost element is another.
    NotReginfo,
    /// An attribute that must be there is missing, or has none of its values.
    Attribute {
        /// The element.
        element: &'static str,
        /// The attribute.
        attribute: &'static str,
    },
}

impl std::fmt::Display for ReginfoError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Limit(limit) => write!(f, "above the limit of {limit}"),
            Self::Malformed { at, reason } => write!(f, "octet {at}: {reason}"),
            Self::DocumentType => f.write_str("a document type is not accepted"),
            Self::NotReginfo => f.write_str("the document is no reginfo"),
            Self::Attribute { element, attribute } => write!(f, "{element} has no {attribute} that is one"),
        }
    }
}

impl std::error::Error for ReginfoError {}

/// Enumerations with their texts.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident { $($value:ident $text:literal,)* })*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $value,)*
        }

        impl $name {
            /// Its text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text,)* }
            }

            /// The one of that text.
            #[must_use]
            pub fn of(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$value),)* _ => None }
            }
        })*
    };
}

texts! {
    /// Whether a document tells all, or what changed.
    DocumentState { Full "full", Partial "partial", }
    /// The state of a registration.
    RegistrationState { Init "init", Active "active", Terminated "terminated", }
    /// The state of a contact.
    ContactState { Active "active", Terminated "terminated", }
    /// What brought a contact into its state.
    ContactEvent {
        Registered "registered", Created "created", Refreshed "refreshed", Shortened "shortened", Expired "expired",
        Deactivated "deactivated", Probation "probation", Unregistered "unregistered", Rejected "rejected",
    }
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reginfo {
    /// Counts the documents of a subscription, from 0.
    pub version: u32,
    /// All, or what changed.
    pub state: DocumentState,
    /// The registrations, one for each address of record.
    pub registrations: Vec<Registration>,
}

/// What is registered for an address of record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The address of record.
    pub aor: String,
    /// Tells registrations of a subscription apart.
    pub id: String,
    /// Its state.
    pub state: RegistrationState,
    /// Its contacts.
    pub contacts: Vec<ContactInfo>,
}

/// A contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactInfo {
    /// Tells contacts of a registration apart.
    pub id: String,
    /// Its state.
    pub state: ContactState,
    /// What brought it there.
    pub event: ContactEvent,
    /// Seconds it remains registered.
    pub expires: Option<u32>,
    /// Seconds it has been registered.
    pub duration_registered: Option<u64>,
    /// Its preference, as written.
    pub q: Option<String>,
    /// Call-ID of the last REGISTER about it.
    pub call_id: Option<String>,
    /// Number of that REGISTER.
    pub cseq: Option<u32>,
    /// Seconds to wait before another try, with `probation`.
    pub retry_after: Option<u32>,
    /// The contact's URI.
    pub uri: String,
    /// Its display name.
    pub display_name: Option<String>,
    /// Parameters of the contact that the document has no place for: name and value, as `+sip.instance` is.
    pub params: Vec<(String, String)>,
}

impl ContactInfo {
    /// A contact without what is optional.
    #[must_use]
    pub fn new(id: String, uri: String, state: ContactState, event: ContactEvent) -> Self {
        Self {
            id,
            state,
            event,
            expires: None,
            duration_registered: None,
            q: None,
            call_id: None,
            cseq: None,
            retry_after: None,
            uri,
            display_name: None,
            params: Vec::new(),
        }
    }

    fn write(&self, out: &mut String) {
        let (id, state, event) = (escape(&self.id), self.state.as_str(), self.event.as_str());
        out.push_str(&format!(
            "<contact id=\"{id}\" state=\"{state}\" event=\"{event}\""
        ));
        let mut attribute = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                out.push_str(&format!(" {name}=\"{}\"", escape(&value)));
            }
        };
        attribute(
            "duration-registered",
            self.duration_registered.map(|value| value.to_string()),
        );
        attribute("expires", self.expires.map(|value| value.to_string()));
        attribute("retry-after", self.retry_after.map(|value| value.to_string()));
        attribute("q", self.q.clone());
        attribute("callid", self.call_id.clone());
        attribute("cseq", self.cseq.map(|value| value.to_string()));
        out.push_str(&format!("><uri>{}</uri>", escape(&self.uri)));
        if let Some(name) = &self.display_name {
            out.push_str(&format!("<display-name>{}</display-name>", escape(name)));
        }
        for (name, value) in &self.params {
            let (name, value) = (escape(name), escape(value));
            out.push_str(&format!("<unknown-param name=\"{name}\">{value}</unknown-param>"));
        }
        out.push_str("</contact>");
    }
}

impl Reginfo {
    /// Writes the document.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut out = String::with_capacity(512);
        out.push_str(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\"",
        );
        // Writing into a String cannot fail.
        let _ = write!(
            out,
            " version=\"{}\" state=\"{}\">",
            self.version,
            self.state.as_str()
        );
        for registration in &self.registrations {
            let (aor, id) = (escape(&registration.aor), escape(&registration.id));
            let _ = write!(
                out,
                "<registration aor=\"{aor}\" id=\"{id}\" state=\"{}\">",
                registration.state.as_str()
            );
            for contact in &registration.contacts {
                contact.write(&mut out);
            }
            out.push_str("</registration>");
        }
        out.push_str("</reginfo>");
        out
    }

    /// Reads a document.
    ///
    /// # Errors
    /// [`ReginfoError`].
    pub fn from_xml(octets: &[u8]) -> Result<Self, ReginfoError> {
        if octets.len() > MAX_DOCUMENT_OCTETS {
            return Err(ReginfoError::Limit("MAX_DOCUMENT_OCTETS"));
        }
        let text = str::from_utf8(octets).map_err(|error| ReginfoError::Malformed {
            at: error.valid_up_to() as u64,
            reason: "no UTF-8".to_owned(),
        })?;
        Parser {
            reader: Reader::from_str(text.trim_start_matches('\u{feff}')),
            open: Vec::new(),
            text: String::new(),
            reginfo: None,
        }
        .run()
    }
}

/// What an element is to the document.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Element {
    Reginfo,
    Registration,
    Contact,
    Uri,
    DisplayName,
    UnknownParam(String),
    /// Another's, or one that is not where it belongs.
    Foreign,
}

struct Parser<'a> {
    reader: Reader<&'a [u8]>,
    open: Vec<Element>,
    /// The text of the innermost element.
    text: String,
    reginfo: Option<Reginfo>,
}

impl Parser<'_> {
    fn run(mut self) -> Result<Reginfo, ReginfoError> {
        loop {
            match self
                .reader
                .read_event()
                .map_err(|error| self.malformed(error.to_string()))?
            {
                Event::Start(start) => self.begin(&start)?,
                Event::Empty(start) => {
                    self.begin(&start)?;
                    self.end();
                }
                Event::End(_) => self.end(),
                Event::Text(text) => self.text.push_str(&text.into_inner()),
                Event::CData(text) => self.text.push_str(&text.into_inner()),
                Event::GeneralRef(reference) => {
                    let character =
                        resolve(&reference).ok_or_else(|| self.malformed("an entity".to_owned()))?;
                    self.text.push(character);
                }
                Event::DocType(_) => return Err(ReginfoError::DocumentType),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if !self.open.is_empty() {
            return Err(self.malformed("an element does not end".to_owned()));
        }
        self.reginfo.ok_or(ReginfoError::NotReginfo)
    }

    fn malformed(&self, reason: String) -> ReginfoError {
        ReginfoError::Malformed {
            at: self.reader.buffer_position(),
            reason,
        }
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Result<(), ReginfoError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(ReginfoError::Limit("MAX_DEPTH"));
        }
        self.text.clear();
        let attributes = Attributes(start);
        let name = start.local_name();
        let element = match (self.open.last(), name.as_ref()) {
            (None, "reginfo") if self.reginfo.is_none() => {
                self.reginfo = Some(Reginfo {
                    version: attributes
                        .number("version")
                        .ok_or(missing("reginfo", "version"))?,
                    state: attributes.one("reginfo", "state", DocumentState::of)?,
                    registrations: Vec::new(),
                });
                Element::Reginfo
            }
            (None, _) => return Err(ReginfoError::NotReginfo),
            (Some(Element::Reginfo), "registration") => self.registration(&attributes)?,
            (Some(Element::Registration), "contact") => self.contact(&attributes)?,
            (Some(Element::Contact), "uri") => Element::Uri,
            (Some(Element::Contact), "display-name") => Element::DisplayName,
            (Some(Element::Contact), "unknown-param") => {
                Element::UnknownParam(attributes.get("name").unwrap_or_default())
            }
            _ => Element::Foreign,
        };
        self.open.push(element);
        Ok(())
    }

    fn registration(&mut self, attributes: &Attributes<'_>) -> Result<Element, ReginfoError> {
        let registration = Registration {
            aor: attributes.get("aor").ok_or(missing("registration", "aor"))?,
            id: attributes.get("id").ok_or(missing("registration", "id"))?,
            state: attributes.one("registration", "state", RegistrationState::of)?,
            contacts: Vec::new(),
        };
        let registrations = self.reginfo.as_mut().map(|reginfo| &mut reginfo.registrations);
        if let Some(registrations) = registrations {
            if registrations.len() >= MAX_REGISTRATIONS {
                return Err(ReginfoError::Limit("MAX_REGISTRATIONS"));
            }
            registrations.push(registration);
        }
        Ok(Element::Registration)
    }

    fn contact(&mut self, attributes: &Attributes<'_>) -> Result<Element, ReginfoError> {
        let contact = ContactInfo {
            expires: attributes.number("expires"),
            duration_registered: attributes.number("duration-registered"),
            q: attributes.get("q"),
            call_id: attributes.get("callid"),
            cseq: attributes.number("cseq"),
            retry_after: attributes.number("retry-after"),
            ..ContactInfo::new(
                attributes.get("id").ok_or(missing("contact", "id"))?,
                String::new(),
                attributes.one("contact", "state", ContactState::of)?,
                attributes.one("contact", "event", ContactEvent::of)?,
            )
        };
        if let Some(registration) = self
            .reginfo
            .as_mut()
            .and_then(|reginfo| reginfo.registrations.last_mut())
        {
            if registration.contacts.len() >= MAX_CONTACTS {
                return Err(ReginfoError::Limit("MAX_CONTACTS"));
            }
            registration.contacts.push(contact);
        }
        Ok(Element::Contact)
    }

    fn end(&mut self) {
        let text = std::mem::take(&mut self.text);
        let registration = self
            .reginfo
            .as_mut()
            .and_then(|reginfo| reginfo.registrations.last_mut());
        let contact = registration.and_then(|registration| registration.contacts.last_mut());
        match (self.open.pop(), contact) {
            (Some(Element::Uri), Some(contact)) => contact.uri = text.trim().to_owned(),
            (Some(Element::DisplayName), Some(contact)) => {
                contact.display_name = Some(text.trim().to_owned())
            }
            (Some(Element::UnknownParam(name)), Some(contact)) => contact.params.push((name, text)),
            _ => {}
        }
    }
}

/// The attributes of an element.
struct Attributes<'a>(&'a BytesStart<'a>);

impl Attributes<'_> {
    fn get(&self, name: &str) -> Option<String> {
        let attribute = self.0.try_get_attribute(name).ok()??;
        let value: &str = &attribute.value;
        Some(quick_xml::escape::unescape(value).ok()?.into_owned())
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.trim().parse().ok()
    }

    fn one<T>(
        &self,
        element: &'static str,
        attribute: &'static str,
        of: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ReginfoError> {
        self.get(attribute)
            .and_then(|text| of(&text))
            .ok_or(missing(element, attribute))
    }
}

const fn missing(element: &'static str, attribute: &'static str) -> ReginfoError {
    ReginfoError::Attribute { element, attribute }
}

/// A character reference or one of XML's five entities.
fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if let Some(character) = reference.resolve_char_ref().ok()? {
        return Some(character);
    }
    let name: &str = reference;
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}
