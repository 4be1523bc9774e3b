//! XML as far as profiles and the data of Sh need it: a bounded tree of elements read, and elements written.
//!
//! No document type is accepted, so there is no entity to expand; names are taken without their prefix, attributes,
//! comments and processing instructions are skipped.

use super::{MAX_XML_DEPTH, MAX_XML_OCTETS};
use quick_xml::Reader;
use quick_xml::escape::minimal_escape;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;

/// The most elements of a profile: each costs a node of the tree.
const MAX_ELEMENTS: usize = 16 * 1024;

/// Why a profile cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// Longer than [`MAX_XML_OCTETS`], deeper than [`MAX_XML_DEPTH`], or more of something than its limit.
    #[error("more than {limit} {what}")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("octet {at} is not UTF-8")]
    NotUtf8 {
        /// Where.
        at: usize,
    },
    /// Not well-formed.
    #[error("octet {at}: {reason}")]
    Malformed {
        /// Where the reader stood.
        at: u64,
        /// Why, for people.
        reason: String,
    },
    /// A document type: entities could be declared there.
    #[error("a document type is not accepted")]
    DocumentType,
    /// An entity that is not one of XML's own five.
    #[error("the entity {name:?} is not one of XML's own")]
    Entity {
        /// Its name, cut.
        name: String,
    },
    /// An element that every profile has is missing.
    #[error("{parent} has no {element}")]
    Missing {
        /// Which.
        element: &'static str,
        /// Where.
        parent: &'static str,
    },
    /// An element's text is not allowed.
    #[error("{element} is not {expected}")]
    Value {
        /// Which.
        element: &'static str,
        /// What is allowed.
        expected: &'static str,
    },
}

/// A document's text: UTF-8, or ISO 8859-1 if its declaration says so, as some HSSs do.
///
/// # Errors
/// Too long, or neither.
pub fn decode(xml: &[u8]) -> Result<Cow<'_, str>, ProfileError> {
    /// How much of a document is searched for the declaration.
    const DECLARATION_OCTETS: usize = 100;
    if xml.len() > MAX_XML_OCTETS {
        return Err(ProfileError::Limit {
            what: "octets",
            limit: MAX_XML_OCTETS,
        });
    }
    let error = match std::str::from_utf8(xml) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error,
    };
    let head = &xml[..xml.len().min(DECLARATION_OCTETS)];
    let declaration = String::from_utf8_lossy(head).to_ascii_lowercase();
    if declaration.starts_with("<?xml") && declaration.contains("iso-8859-1") {
        return Ok(Cow::Owned(xml.iter().map(|octet| char::from(*octet)).collect()));
    }
    Err(ProfileError::NotUtf8 {
        at: error.valid_up_to(),
    })
}

/// An element with its text, entities resolved, and its children.
#[derive(Debug, Default)]
pub struct Element<'a> {
    /// Without its prefix.
    pub name: Cow<'a, str>,
    /// All text that stands in it directly.
    pub text: Cow<'a, str>,
    /// In the order in which they stand.
    pub children: Vec<Element<'a>>,
    /// All that stands between its tags, as it stands there; empty if it has one tag.
    pub inner: &'a str,
    begun: usize,
}

impl<'a> Element<'a> {
    /// The root element of a document.
    ///
    /// # Errors
    /// What is not well-formed, has a document type, or goes beyond a limit.
    pub fn parse(text: &'a str) -> Result<Self, ProfileError> {
        if let Some((at, _)) = text.char_indices().find(|(_, c)| !allowed(*c)) {
            return Err(ProfileError::Malformed {
                at: at as u64,
                reason: "a character that XML cannot have".to_owned(),
            });
        }
        let text = text.trim_start_matches('\u{feff}');
        Parser {
            text,
            reader: Reader::from_str(text),
            open: Vec::new(),
            root: None,
            elements: 0,
        }
        .run()
    }

    /// Children of a name.
    pub fn all<'s>(&'s self, name: &'static str) -> impl Iterator<Item = &'s Self> + use<'s, 'a> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of a name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Children of a name, also inside Extension, at whatever depth.
    pub fn extended<'s>(&'s self, name: &str, into: &mut Vec<&'s Self>) {
        for child in &self.children {
            if child.name == name {
                into.push(child);
            } else if child.name == "Extension" {
                child.extended(name, into);
            }
        }
    }

    /// The first of [`Element::extended`].
    #[must_use]
    pub fn extension(&self, name: &str) -> Option<&Self> {
        let mut found = Vec::new();
        self.extended(name, &mut found);
        found.first().copied()
    }

    /// Its text without the white space around it.
    #[must_use]
    pub fn trimmed(&self) -> &str {
        self.text.trim()
    }
}

struct Parser<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    open: Vec<Element<'a>>,
    root: Option<Element<'a>>,
    elements: usize,
}

impl<'a> Parser<'a> {
    fn run(mut self) -> Result<Element<'a>, ProfileError> {
        loop {
            let before = self.reader.buffer_position() as usize;
            let event = self
                .reader
                .read_event()
                .map_err(|error| self.malformed(error.to_string()))?;
            match event {
                Event::Start(start) => self.begin(&start)?,
                Event::Empty(start) => {
                    self.begin(&start)?;
                    self.end(0)?;
                }
                Event::End(_) => self.end(before)?,
                Event::Text(text) => self.text(text.into_inner())?,
                Event::CData(text) => self.text(text.into_inner())?,
                Event::GeneralRef(reference) => {
                    let c = resolve(&reference)?;
                    self.text(Cow::Owned(c.to_string()))?;
                }
                Event::DocType(_) => return Err(ProfileError::DocumentType),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if !self.open.is_empty() {
            return Err(self.malformed("an element does not end".to_owned()));
        }
        self.root
            .take()
            .ok_or_else(|| self.malformed("there is no element".to_owned()))
    }

    fn malformed(&self, reason: String) -> ProfileError {
        ProfileError::Malformed {
            at: self.reader.buffer_position(),
            reason,
        }
    }

    fn begin(&mut self, start: &BytesStart<'a>) -> Result<(), ProfileError> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(ProfileError::Limit {
                what: "elements",
                limit: MAX_ELEMENTS,
            });
        }
        if self.open.len() >= MAX_XML_DEPTH {
            return Err(ProfileError::Limit {
                what: "elements in each other",
                limit: MAX_XML_DEPTH,
            });
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(self.malformed("a second root element".to_owned()));
        }
        let name = start.local_name().into_inner().to_owned();
        self.open.push(Element {
            name: Cow::Owned(name),
            begun: self.reader.buffer_position() as usize,
            ..Element::default()
        });
        Ok(())
    }

    /// The innermost element ends with a tag that begins at this octet.
    fn end(&mut self, at: usize) -> Result<(), ProfileError> {
        let Some(mut element) = self.open.pop() else {
            return Err(self.malformed("an element ends that did not begin".to_owned()));
        };
        element.inner = self.text.get(element.begun..at).unwrap_or_default();
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: Cow<'a, str>) -> Result<(), ProfileError> {
        match self.open.last_mut() {
            Some(element) if element.text.is_empty() => element.text = text,
            Some(element) => element.text.to_mut().push_str(&text),
            None if text.trim().is_empty() => {}
            None => return Err(self.malformed("text outside the root element".to_owned())),
        }
        Ok(())
    }
}

/// Whether XML 1.0 can have a character, escaped or not.
fn allowed(c: char) -> bool {
    !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// A character reference or one of XML's five entities.
fn resolve(reference: &BytesRef<'_>) -> Result<char, ProfileError> {
    /// How much of an unknown name is told.
    const TOLD: usize = 32;
    let name: &str = reference;
    let unknown = || ProfileError::Entity {
        name: name.chars().take(TOLD).collect(),
    };
    if let Some(c) = reference.resolve_char_ref().map_err(|_| unknown())? {
        return if allowed(c) { Ok(c) } else { Err(unknown()) };
    }
    match name {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(unknown()),
    }
}

/// Writes elements without white space between them.
#[derive(Debug)]
pub struct XmlWriter {
    out: String,
}

impl Default for XmlWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl XmlWriter {
    /// Begins a document.
    #[must_use]
    pub fn new() -> Self {
        Self {
            out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned(),
        }
    }

    /// An element with elements inside.
    pub fn element(&mut self, name: &str, inner: impl FnOnce(&mut Self)) {
        self.tag("<", name);
        inner(self);
        self.tag("</", name);
    }

    /// An element with elements inside, or nothing if there are none.
    pub fn if_any(&mut self, name: &str, inner: impl FnOnce(&mut Self)) {
        let before = self.out.len();
        self.tag("<", name);
        let begun = self.out.len();
        inner(self);
        if self.out.len() == begun {
            self.out.truncate(before);
        } else {
            self.tag("</", name);
        }
    }

    /// An element with text. Characters that XML cannot have, escaped or not, are left out.
    pub fn leaf(&mut self, name: &str, text: &str) {
        self.tag("<", name);
        if text.chars().all(allowed) {
            self.out.push_str(&minimal_escape(text));
        } else {
            let kept: String = text.chars().filter(|c| allowed(*c)).collect();
            self.out.push_str(&minimal_escape(&*kept));
        }
        self.tag("</", name);
    }

    /// An element with a number.
    pub fn number(&mut self, name: &str, value: u32) {
        self.leaf(name, &value.to_string());
    }

    /// An element with what was [`Element::inner`] of another.
    pub fn verbatim(&mut self, name: &str, inner: &str) {
        self.tag("<", name);
        self.out.push_str(inner);
        self.tag("</", name);
    }

    /// An empty element.
    pub fn empty(&mut self, name: &str) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push_str("/>");
    }

    /// The document.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    fn tag(&mut self, bracket: &str, name: &str) {
        self.out.push_str(bracket);
        self.out.push_str(name);
        self.out.push('>');
    }
}
