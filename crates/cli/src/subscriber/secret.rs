//! Secrets by reference: never on a command line, where every process sees them.

use anyhow::{Context, Result, bail};
use quintet_provisioning::{Hex, octets_of_hex};
use std::path::Path;
use std::str::FromStr;
use zeroize::Zeroizing;

/// The longest key file: some hundred digits with what stands around them.
const MAX_KEY_FILE_OCTETS: usize = 4_096;

/// Where a secret is: `env:NAME`, or a file with hex or the octets themselves.
#[derive(Clone, Debug)]
pub(crate) enum SecretSource {
    /// An environment variable.
    Env(String),
    /// A file.
    File(String),
}

impl FromStr for SecretSource {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("env:") {
            Some("") => Err("env: needs the name of a variable".to_owned()),
            Some(name) => Ok(Self::Env(name.to_owned())),
            None => Ok(Self::File(text.strip_prefix('@').unwrap_or(text).to_owned())),
        }
    }
}

impl SecretSource {
    /// The octets.
    ///
    /// # Errors
    /// A variable or file that is not there, or holds no key; what it holds is in no error.
    pub(crate) fn read(&self) -> Result<Hex> {
        match self {
            Self::Env(name) => of_env(name),
            Self::File(path) => of_file(Path::new(path)),
        }
    }
}

/// Of an environment variable, in hex.
pub(crate) fn of_env(name: &str) -> Result<Hex> {
    let Some(value) = std::env::var_os(name) else {
        bail!("the environment variable {name} is not set");
    };
    let text = value.into_string().ok().map(Zeroizing::new);
    let text = text.with_context(|| format!("the environment variable {name} is no text"))?;
    let octets =
        octets_of_hex(&text).map_err(|why| anyhow::anyhow!("the environment variable {name}: {why}"))?;
    Ok(Hex::new(octets))
}

/// Of a file, in hex or as it is.
pub(crate) fn of_file(path: &Path) -> Result<Hex> {
    let name = path.display();
    let octets = Zeroizing::new(std::fs::read(path).with_context(|| format!("cannot read {name}"))?);
    if octets.len() > MAX_KEY_FILE_OCTETS {
        bail!("{name} is no key file: it has {} octets", octets.len());
    }
    let text = std::str::from_utf8(&octets)
        .ok()
        .and_then(|text| octets_of_hex(text).ok());
    match text.filter(|octets| !octets.is_empty()) {
        Some(octets) => Ok(Hex::new(octets)),
        None if matches!(octets.len(), 16 | 24 | 32) => Ok(Hex::new(octets.to_vec())),
        None => bail!("{name} holds no key: hex digits, or 16, 24 or 32 octets"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_or_octets_and_nothing_of_them_in_errors() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (content, good) in [
            (&b"00112233 44556677\n8899aabbccddeeff\n"[..], true),
            (&[0xfe; 24][..], true),
            (&b"secret text"[..], false),
            (&[0u8; 5_000][..], false),
        ] {
            std::fs::write(file.path(), content).unwrap();
            let read = of_file(file.path());
            assert_eq!(read.is_ok(), good, "{read:?}");
            assert!(!format!("{read:?}").contains("secret text"));
        }
        assert!(matches!("env:X".parse(), Ok(SecretSource::Env(name)) if name == "X"));
        assert!("env:".parse::<SecretSource>().is_err());
        assert!(of_env("QUINTET_NO_SUCH_VARIABLE").is_err());
    }
}
