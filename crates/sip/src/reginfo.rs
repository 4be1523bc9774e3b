//! Registration information, `application/reginfo+xml` (RFC 3680 5): what a NOTIFY of the package `reg` says.
//!
//! No document type is accepted, so there is no entity to expand. Elements of other namespaces are passed over; those of the
//! document are told by their names without prefix.

mod read;

use quick_xml::escape::escape;
use std::fmt::Write;

/// The type of the body.
pub const CONTENT_TYPE: &str = "application/reginfo+xml";
/// The longest document read: what fits into a message.
pub const MAX_DOCUMENT_OCTETS: usize = crate::MAX_MESSAGE_OCTETS;
/// The most registrations of a document: an implicit set has a few public identities, a wild one some dozens.
pub const MAX_REGISTRATIONS: usize = 256;
/// The most contacts of one registration.
pub const MAX_CONTACTS: usize = 64;

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
        read::read(text.trim_start_matches('\u{feff}'))
    }
}
