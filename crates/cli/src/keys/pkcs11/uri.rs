//! `pkcs11:` URIs (RFC 7512), as far as they name a key: token, serial, object, id; module-path, pin-source, pin-value.

use anyhow::{Context, Result, bail};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use zeroize::Zeroizing;

/// Longest PIN.
const MAX_PIN_OCTETS: usize = 256;

/// Where the PIN is.
#[derive(Clone, PartialEq, Eq)]
enum Pin {
    /// The token asks for none.
    None,
    /// In a file (pin-source).
    File(PathBuf),
    /// In the URI itself (pin-value): whoever reads the configuration has it.
    Value(Zeroizing<String>),
}

/// A key in a token. It prints without its PIN.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Uri {
    pub(super) token: Option<String>,
    pub(super) serial: Option<String>,
    pub(super) object: Option<String>,
    pub(super) id: Option<Vec<u8>>,
    pub(super) module_path: PathBuf,
    pin: Pin,
    shown: String,
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Undoes percent-encoding (RFC 3986 2.1).
fn octets(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'%' {
            out.push(first);
            continue;
        }
        let (digits, after) = rest.split_first_chunk::<2>()?;
        let mut octet = [0];
        hex::decode_to_slice(digits, &mut octet).ok()?;
        out.push(octet[0]);
        rest = after;
    }
    Some(out)
}

fn text(value: &str) -> Option<String> {
    String::from_utf8(octets(value)?).ok()
}

impl FromStr for Uri {
    type Err = String;

    fn from_str(uri: &str) -> Result<Self, String> {
        let rest = uri.strip_prefix("pkcs11:").unwrap_or_default();
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut read = Self {
            token: None,
            serial: None,
            object: None,
            id: None,
            module_path: PathBuf::new(),
            pin: Pin::None,
            shown: "pkcs11:".to_owned(),
        };
        let wrong = |what: &str| format!("a pkcs11: URI (RFC 7512) {what}");
        for (n, part) in path.split(';').filter(|part| !part.is_empty()).enumerate() {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| wrong(&format!("has NAME=VALUE between semicolons, not {part:?}")))?;
            let decoded = || text(value).ok_or_else(|| wrong(&format!("has no text as {name}")));
            match name {
                "token" => read.token = Some(decoded()?),
                "serial" => read.serial = Some(decoded()?),
                "object" => read.object = Some(decoded()?),
                "id" => read.id = Some(octets(value).ok_or_else(|| wrong("has no octets as id"))?),
                "type" if value == "secret-key" => {}
                name => {
                    return Err(wrong(&format!(
                        "is known with token, serial, object, id, not with {name:?}"
                    )));
                }
            }
            read.shown.push_str(if n > 0 { ";" } else { "" });
            read.shown.push_str(part);
        }
        for (n, part) in query.split('&').filter(|part| !part.is_empty()).enumerate() {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let decoded = || text(value).ok_or_else(|| wrong(&format!("has no text as {name}")));
            match name {
                "module-path" => read.module_path = PathBuf::from(decoded()?),
                "pin-source" => {
                    let source = decoded()?;
                    let path = source.strip_prefix("file:").unwrap_or(&source);
                    read.pin = Pin::File(PathBuf::from(path.strip_prefix("//").unwrap_or(path)));
                }
                "pin-value" => read.pin = Pin::Value(Zeroizing::new(decoded()?)),
                name => {
                    return Err(wrong(&format!(
                        "is known with module-path, pin-source, pin-value behind the question mark, not with {name:?}"
                    )));
                }
            }
            read.shown.push(if n > 0 { '&' } else { '?' });
            read.shown.push_str(if name == "pin-value" {
                "pin-value=…"
            } else {
                part
            });
        }
        if read.module_path.as_os_str().is_empty() {
            return Err(wrong(
                "needs the library of the token: ?module-path=/usr/lib/….so",
            ));
        }
        if read.token.is_none() && read.serial.is_none() {
            return Err(wrong("needs token=LABEL or serial=NUMBER"));
        }
        Ok(read)
    }
}

impl Uri {
    /// The PIN, if one is said.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub(super) fn pin(&self) -> Result<Option<Zeroizing<String>>> {
        match &self.pin {
            Pin::None => Ok(None),
            Pin::Value(pin) => Ok(Some(pin.clone())),
            Pin::File(path) => {
                let place = || format!("the PIN in {}", path.display());
                let text = Zeroizing::new(std::fs::read_to_string(path).with_context(place)?);
                let pin = text.trim_end_matches(['\r', '\n']);
                if pin.is_empty() || pin.len() > MAX_PIN_OCTETS {
                    bail!("{}: expected one line of 1 to {MAX_PIN_OCTETS} octets", place());
                }
                Ok(Some(Zeroizing::new(pin.to_owned())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_uri_says() {
        let uri: Uri = "pkcs11:token=My%20Token;object=master;id=%01%ff;type=secret-key?module-path=/x.so&pin-value=1234"
            .parse()
            .unwrap();
        assert_eq!(uri.token.as_deref(), Some("My Token"));
        assert_eq!(uri.object.as_deref(), Some("master"));
        assert_eq!(uri.id, Some(vec![1, 0xff]));
        assert_eq!(uri.module_path, PathBuf::from("/x.so"));
        assert_eq!(uri.pin().unwrap().unwrap().as_str(), "1234");
        let shown = format!("{uri} {uri:?}");
        assert!(
            !shown.contains("1234") && shown.contains("pin-value=…"),
            "{shown}"
        );
    }

    #[test]
    fn what_is_missing_or_unknown_is_said() {
        for (uri, said) in [
            ("pkcs11:token=a", "module-path"),
            ("pkcs11:object=a?module-path=/x.so", "token"),
            ("pkcs11:tokne=a?module-path=/x.so", "tokne"),
            ("pkcs11:token=a?module-path=/x.so&pin=1", "\"pin\""),
            ("pkcs11:token=%zz?module-path=/x.so", "token"),
        ] {
            let error = uri.parse::<Uri>().unwrap_err();
            assert!(error.contains(said) && error.contains("RFC 7512"), "{error}");
        }
    }

    #[test]
    fn a_pin_may_be_in_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pin");
        std::fs::write(&file, "98 76\n").unwrap();
        for form in ["", "file:", "file://"] {
            let uri: Uri = format!(
                "pkcs11:token=a?module-path=/x.so&pin-source={form}{}",
                file.display()
            )
            .parse()
            .unwrap();
            assert_eq!(uri.pin().unwrap().unwrap().as_str(), "98 76");
        }
        std::fs::write(&file, "").unwrap();
        let uri: Uri = format!("pkcs11:token=a?module-path=/x.so&pin-source={}", file.display())
            .parse()
            .unwrap();
        assert!(uri.pin().is_err());
    }
}
