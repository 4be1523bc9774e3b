//! Secrets by reference.

use crate::hex_octets::Hex;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use std::fmt;

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// In the file itself.
    Inline(Hex),
    /// In an environment variable.
    Env(String),
    /// In a file of its own.
    File(String),
}

/// Looks up what a [`Secret`] refers to.
pub type Resolver<'a> = &'a mut dyn FnMut(&Secret) -> Result<Hex, String>;

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = Secret;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("octets in hex, {env: NAME} or {file: PATH}")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
                text.parse().map(Secret::Inline).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Secret, A::Error> {
                let Some(kind) = map.next_key::<String>()? else {
                    return Err(de::Error::custom("env or file is missing"));
                };
                let value: String = map.next_value()?;
                if map.next_key::<String>()?.is_some() {
                    return Err(de::Error::custom("either env or file, not both"));
                }
                match kind.as_str() {
                    "env" => Ok(Secret::Env(value)),
                    "file" => Ok(Secret::File(value)),
                    other => Err(de::Error::unknown_field(other, &["env", "file"])),
                }
            }
        }
        d.deserialize_any(Written)
    }
}
