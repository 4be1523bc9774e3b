//! The registration state as NOTIFY tells it (RFC 3680 5): what of it concerns the UE.
//!
//! Read leniently, as a stream: what is no registration is passed over, and so is what comes behind a fault.

use super::text::is_at;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use quintet_ims::ue::Binding;
use quintet_sip::Uri;
use std::net::SocketAddr;

/// Longest document that is read: a registration of all identities that an HSS gives out has less.
const MAX_OCTETS: usize = 64 * 1024;

/// Most contacts of a document that are kept.
const MAX_BINDINGS: usize = 256;

/// What a document says of contacts; `contact` is the UE's own.
pub(super) fn read(document: &[u8], contact: SocketAddr) -> Vec<Binding> {
    let mut bindings = Vec::new();
    let Some(text) = Some(document)
        .filter(|document| document.len() <= MAX_OCTETS)
        .and_then(|document| std::str::from_utf8(document).ok())
    else {
        return bindings;
    };
    let mut reader = Reader::from_str(text);
    let mut aor = String::new();
    let mut uri = None;
    while bindings.len() < MAX_BINDINGS {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => match element.local_name().as_ref() {
                "registration" => aor = attribute(&element, "aor").unwrap_or_default(),
                "contact" => bindings.push(binding(&element, &aor)),
                name => uri = (name == "uri").then(String::new),
            },
            // An entity ends a text; of those of a URI none is in its address.
            Ok(Event::Text(text)) => {
                if let Some(uri) = &mut uri {
                    uri.push_str(&text.into_inner());
                }
            }
            Ok(Event::End(_)) => {
                if let (Some(binding), Some(uri)) = (bindings.last_mut(), uri.take())
                    && let Ok(uri) = Uri::parse(uri.trim())
                {
                    binding.own |= is_at(&uri, contact);
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    bindings
}

fn binding(element: &BytesStart<'_>, aor: &str) -> Binding {
    let number = |name| attribute(element, name).and_then(|text| text.parse().ok());
    Binding {
        aor: aor.to_owned(),
        own: false,
        active: attribute(element, "state").as_deref() == Some("active"),
        event: attribute(element, "event").unwrap_or_default(),
        expires_s: number("expires"),
        retry_after_s: number("retry-after"),
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok().flatten()?;
    attribute
        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
        .ok()
        .map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"<?xml version="1.0"?>
<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="1" state="full">
  <registration aor="sip:a@home" id="a7" state="terminated">
    <contact id="76" state="terminated" event="probation" retry-after="36"><uri>sip:a@10.0.0.1:5064;x=y</uri></contact>
    <contact id="77" state="active" event="shortened" expires="60"><uri>sip:b@10.0.0.2:5064</uri></contact>
  </registration>
  <registration aor="tel:+1" id="a8" state="init"/>
</reginfo>"#;

    #[test]
    fn contacts_of_a_document() {
        let own = "10.0.0.1:5064".parse().unwrap();
        let [first, second] = &read(DOCUMENT.as_bytes(), own)[..] else {
            panic!("two contacts")
        };
        assert_eq!(
            (first.aor.as_str(), first.own, first.active),
            ("sip:a@home", true, false)
        );
        assert_eq!(
            (first.event.as_str(), first.retry_after_s),
            ("probation", Some(36))
        );
        assert_eq!(
            (second.own, second.active, second.expires_s),
            (false, true, Some(60))
        );
    }

    #[test]
    fn what_is_no_document_says_nothing() {
        let own = "10.0.0.1:5064".parse().unwrap();
        for text in ["", "<", "<reginfo><registration", "\u{0}", "<a>&bomb;</a>"] {
            assert!(read(text.as_bytes(), own).is_empty(), "{text}");
        }
        assert!(read(&[0xff; 9], own).is_empty());
        assert!(read(&vec![b' '; MAX_OCTETS + 1], own).is_empty());
    }
}
