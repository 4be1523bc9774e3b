//! A message in words: every header with its offset, parameters apart, keys hidden.

use crate::{Challenge, Credentials, Message, Name, Params, ParseError, SecurityMechanism, StartLine};
use quintet_wire::Field;

/// A message as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The method, or the status with its phrase.
    pub name: String,
    /// The start line's other part, the headers in wire order, the body.
    pub fields: Vec<Field>,
    /// What is wrong with single headers, and where.
    pub soft_errors: Vec<ParseError>,
}

/// Parameters that are keys (TS 24.229 7.2A.1.2): they go from S-CSCF to P-CSCF and no further.
const KEYS: [&str; 2] = ["ck", "ik"];

/// Describes one whole message. Without `show_keys` the values of ck and ik are replaced by their length.
///
/// # Errors
/// As [`Message::parse_head`].
pub fn describe(octets: &[u8], show_keys: bool) -> Result<Description, ParseError> {
    let (message, defect) = Message::parse_head(octets)?;
    let mut described = Described {
        octets,
        show_keys,
        soft_errors: defect.into_iter().collect(),
    };
    let (name, first) = match message.start() {
        StartLine::Request { method, uri } => (method.to_string(), described.leaf("Request-URI", uri)),
        StartLine::Response { status, reason } => {
            let name = format!("{status} {reason}");
            (name, described.leaf("Reason-Phrase", reason))
        }
    };
    let mut fields = vec![first];
    fields.extend(message.all_headers().map(|header| {
        let label = match header.name {
            Name::Other => header.written,
            known => known.as_str(),
        };
        described.header(label, header.name, header.value)
    }));
    if !message.body().is_empty() {
        let body = String::from_utf8_lossy(message.body()).into_owned();
        fields.push(Field::leaf("body", body, described.at(message.body())));
    }
    Ok(Description {
        name,
        fields,
        soft_errors: described.soft_errors,
    })
}

struct Described<'a> {
    octets: &'a [u8],
    show_keys: bool,
    soft_errors: Vec<ParseError>,
}

impl Described<'_> {
    /// Where a part of the message stands.
    fn at(&self, part: &[u8]) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.octets.as_ptr() as usize)
    }

    fn leaf(&self, name: &str, value: &str) -> Field {
        Field::leaf(
            name.to_owned(),
            crate::unfold(value).into_owned(),
            self.at(value.as_bytes()),
        )
    }

    fn header(&mut self, label: &str, name: Name, value: &str) -> Field {
        let mut field = self.leaf(label, value);
        let inner = match name {
            Name::WwwAuthenticate | Name::ProxyAuthenticate => Challenge::parse(value)
                .map(|challenge| (challenge.scheme, challenge.params.iter().collect::<Vec<_>>())),
            Name::Authorization | Name::ProxyAuthorization => Credentials::parse(value)
                .map(|credentials| (credentials.scheme, credentials.params.iter().collect())),
            Name::SecurityClient | Name::SecurityServer | Name::SecurityVerify => {
                SecurityMechanism::parse(value)
                    .map(|mechanism| (mechanism.name, parameters(mechanism.params)))
            }
            _ => return field,
        };
        match inner {
            Ok((scheme, params)) => {
                field.fields.push(self.leaf("scheme", scheme));
                if !self.show_keys && params.iter().any(|(name, _)| is_key(name)) {
                    field.value = format!("{scheme} …");
                }
                for (name, value) in params {
                    let mut inner = self.leaf(name, value);
                    inner.value = crate::unquote(value).into_owned();
                    if !self.show_keys && is_key(name) {
                        inner.value = format!("({} digits hidden)", inner.value.len());
                    }
                    field.fields.push(inner);
                }
            }
            Err(error) => {
                if !self.show_keys {
                    field.value = "(unreadable, hidden: it may hold keys)".to_owned();
                }
                self.soft_errors.push(ParseError {
                    at: field.at + error.at,
                    ..error
                });
            }
        }
        field
    }
}

fn parameters(params: Params<'_>) -> Vec<(&str, &str)> {
    params
        .iter()
        .map(|(name, value)| (name, value.unwrap_or_default()))
        .collect()
}

fn is_key(name: &str) -> bool {
    KEYS.iter().any(|key| key.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &[u8] = b"SIP/2.0 401 Unauthorized\r\nv: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\n\
        WWW-Authenticate: Digest realm=\"home.test\", nonce=\"bm9uY2U=\", algorithm=AKAv1-MD5, \
        ck=\"00112233445566778899aabbccddeeff\", ik=\"ffeeddccbbaa99887766554433221100\"\r\n\
        X-Own: 1\r\nl: 3\r\n\r\nabc";

    #[test]
    fn headers_have_their_names_places_and_parts() {
        let described = describe(CHALLENGE, true).expect("a message");
        assert_eq!(described.name, "401 Unauthorized");
        let names: Vec<_> = described.fields.iter().map(|field| field.name.as_ref()).collect();
        assert_eq!(
            names,
            [
                "Reason-Phrase",
                "Via",
                "WWW-Authenticate",
                "X-Own",
                "Content-Length",
                "body"
            ]
        );
        for field in &described.fields {
            let there = &CHALLENGE[field.at..field.at + field.value.len()];
            assert_eq!(there, field.value.as_bytes(), "{}", field.name);
        }
        let ck = &described.fields[2].fields[4];
        assert_eq!(
            (ck.name.as_ref(), ck.value.as_str()),
            ("ck", "00112233445566778899aabbccddeeff")
        );
    }

    #[test]
    fn keys_are_hidden_everywhere_even_where_they_cannot_be_read() {
        for octets in [
            CHALLENGE.to_vec(),
            String::from_utf8_lossy(CHALLENGE)
                .replace("Digest realm", "=Digest,,realm")
                .into_bytes(),
        ] {
            let shown = format!("{:?}", describe(&octets, false).expect("a message"));
            assert!(!shown.contains("00112233445566778899"), "{shown}");
            assert!(!shown.contains("ffeeddcc"), "{shown}");
        }
    }
}
