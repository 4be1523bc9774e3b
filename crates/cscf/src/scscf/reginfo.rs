//! The document of the registration event package (RFC 3680 5), in full state.

use quintet_identity::Impu;
use quintet_ims::registrar::{Binding, ContactEvent};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::time::Duration;

/// A public identity with its contacts.
#[derive(Debug)]
pub(crate) struct Registration<'r> {
    pub(crate) impu: &'r Impu,
    pub(crate) contacts: Vec<(&'r Binding, ContactEvent)>,
}

/// Writes the document.
pub(crate) fn document(version: u32, registrations: &[Registration<'_>], now: Duration) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\"?>\n<reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\" version=\"{version}\" state=\"full\">\n"
    );
    for registration in registrations {
        let active = registration
            .contacts
            .iter()
            .any(|(_, event)| !event.is_terminated());
        out.push_str("<registration aor=\"");
        escape(registration.impu.as_str(), &mut out);
        let state = if active { "active" } else { "terminated" };
        let _ = writeln!(out, "\" id=\"{:016x}\" state=\"{state}\">", id(registration.impu));
        for (binding, event) in &registration.contacts {
            contact(registration.impu, binding, *event, now, &mut out);
        }
        out.push_str("</registration>\n");
    }
    out.push_str("</reginfo>\n");
    out
}

fn contact(impu: &Impu, binding: &Binding, event: ContactEvent, now: Duration, out: &mut String) {
    let state = if event.is_terminated() {
        "terminated"
    } else {
        "active"
    };
    // What was registered with another identity of the set was created for this one (TS 24.229 5.4.2.1.2).
    let event = match event {
        ContactEvent::Registered if binding.impu != *impu => ContactEvent::Created,
        other => other,
    };
    let _ = write!(
        out,
        "<contact id=\"{:016x}\" state=\"{state}\" event=\"{}\" callid=\"",
        id(&(impu, &binding.contact.uri)),
        event.name()
    );
    escape(&binding.call_id, out);
    let _ = write!(out, "\" cseq=\"{}\"", binding.cseq);
    if !event.is_terminated() {
        let _ = write!(out, " expires=\"{}\"", binding.remaining(now));
    }
    if let Some(q) = binding.contact.q {
        let _ = write!(out, " q=\"{}.{:03}\"", q / 1000, q % 1000);
    }
    out.push_str("><uri>");
    escape(&binding.contact.uri, out);
    out.push_str("</uri>");
    if let Some(instance) = &binding.contact.instance {
        out.push_str("<unknown-param name=\"+sip.instance\">\"");
        escape(instance, out);
        out.push_str("\"</unknown-param>");
    }
    out.push_str("</contact>\n");
}

fn id(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Text as character data.
pub(crate) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            other => out.push(other),
        }
    }
}
