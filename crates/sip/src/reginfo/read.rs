//! Reading registration information: elements as they come, attributes by their names.

use super::{
    ContactEvent, ContactInfo, ContactState, DocumentState, MAX_CONTACTS, MAX_REGISTRATIONS, Reginfo,
    ReginfoError, Registration, RegistrationState,
};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// The deepest nesting: the document itself has four.
const MAX_DEPTH: usize = 16;

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

/// Reads a document.
pub(super) fn read(text: &str) -> Result<Reginfo, ReginfoError> {
    Parser {
        reader: Reader::from_str(text),
        open: Vec::new(),
        text: String::new(),
        reginfo: None,
    }
    .run()
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
