//! What a registrar says of registrations that ended (RFC 3680 5): only as much of `application/reginfo+xml` as a P-CSCF acts
//! on, read in place. What is no such document says nothing.

/// The most tags that are looked at: a notification of hundred identities with ten contacts each.
const MAX_TAGS: usize = 8_192;

/// A contact that is not registered any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terminated {
    /// The identity.
    pub(super) aor: String,
    /// Its contact's URI; `None` if the identity has none left.
    pub(super) contact: Option<String>,
}

/// What is terminated.
pub(super) fn terminated(document: &str) -> Vec<Terminated> {
    let mut found = Vec::new();
    let mut aor = String::new();
    let mut contact = false;
    let mut rest = document;
    for _ in 0..MAX_TAGS {
        let Some((tag, behind)) = next_tag(rest) else {
            break;
        };
        rest = behind;
        let (name, attributes) = tag.split_once([' ', '\t', '\r', '\n']).unwrap_or((tag, ""));
        // Prefixes of namespaces are the writer's choice.
        let name = name.trim_end_matches('/').rsplit(':').next().unwrap_or(name);
        let ended = attribute(attributes, "state").as_deref() == Some("terminated");
        match name {
            "registration" if !tag.starts_with('/') => {
                aor = attribute(attributes, "aor").unwrap_or_default();
                contact = false;
                if ended {
                    found.push(Terminated {
                        aor: aor.clone(),
                        contact: None,
                    });
                }
            }
            "contact" if !tag.starts_with('/') => contact = ended,
            "uri" if contact && !tag.starts_with('/') => {
                let (text, _) = rest.split_once('<').unwrap_or((rest, ""));
                let contact = Some(unescape(text.trim()));
                found.push(Terminated {
                    aor: aor.clone(),
                    contact,
                });
            }
            _ => {}
        }
    }
    found
}

/// The next tag without its brackets, and what is behind it. Comments, declarations and character data are passed over.
fn next_tag(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    'tags: loop {
        let (_, behind) = rest.split_once('<')?;
        for (start, end) in [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>")] {
            if let Some(inside) = behind.strip_prefix(start) {
                (_, rest) = inside.split_once(end)?;
                continue 'tags;
            }
        }
        if behind.starts_with('!') {
            rest = behind;
            continue;
        }
        // A bracket may stand in an attribute's quotes.
        let mut quote = None;
        let end = behind.find(|letter| match quote {
            None if letter == '>' => true,
            None => {
                quote = Some(letter).filter(|letter| matches!(letter, '"' | '\''));
                false
            }
            Some(open) => {
                quote = Some(open).filter(|open| *open != letter);
                false
            }
        })?;
        return Some((&behind[..end], &behind[end + 1..]));
    }
}

fn attribute(attributes: &str, wanted: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        let (name, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let quote = behind
            .chars()
            .next()
            .filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, behind) = behind[1..].split_once(quote)?;
        if name.trim() == wanted {
            return Some(unescape(value));
        }
        rest = behind;
    }
}

/// The five entities of XML.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (entity, letter)| {
        text.replace(entity, letter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"<?xml version="1.0"?>
<!-- <registration aor="sip:x@h" state="terminated"/> -->
<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="1" state="partial">
  <registration aor="sip:a@h" id="a>7" state="active">
    <contact id="76" state="terminated" event="deactivated"><uri>sip:10.0.0.1:4001;x=1&amp;y</uri></contact>
    <contact id="77" state="active" event="registered"><uri>sip:10.0.0.2:4001</uri></contact>
  </registration>
  <r:registration id="a8" aor='tel:+49' state='terminated'>
    <contact state="terminated"><unknown-param name="q"/><uri>sip:10.0.0.1:4001</uri></contact>
  </r:registration>
</reginfo>"#;

    #[test]
    fn ended_registrations_are_found() {
        let rows: Vec<(String, Option<String>)> = terminated(DOCUMENT)
            .into_iter()
            .map(|found| (found.aor, found.contact))
            .collect();
        let row = |aor: &str, contact: Option<&str>| (aor.to_owned(), contact.map(str::to_owned));
        assert_eq!(
            rows,
            [
                row("sip:a@h", Some("sip:10.0.0.1:4001;x=1&y")),
                row("tel:+49", None),
                row("tel:+49", Some("sip:10.0.0.1:4001")),
            ]
        );
    }

    #[test]
    fn what_is_none_says_nothing_and_ends() {
        for text in [
            "",
            "<",
            "<!",
            "<!--",
            "<?",
            "<a b=\"",
            "<![CDATA[",
            "<!DOCTYPE a [ <!ENTITY b 'c'> ]>",
            "registration",
        ] {
            assert_eq!(terminated(text), [], "{text}");
        }
        assert!(terminated(&"<!a".repeat(10_000)).is_empty());
        for end in 0..DOCUMENT.len() {
            let _ = terminated(&DOCUMENT[..end]);
        }
        let many = "<registration aor='a' state='terminated'/>".repeat(MAX_TAGS * 2);
        assert_eq!(terminated(&many).len(), MAX_TAGS);
    }
}
