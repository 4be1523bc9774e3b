//! Where a master key is: `file:PATH`, `env:NAME`, `credential:NAME`, or a `pkcs11:` URI.

use super::pkcs11::{self, Uri};
use anyhow::{Context, Result, bail};
use quintet_vault::{Master, MasterKey};
use serde::Deserialize;
use std::fmt;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Most octets of a file with a key that are read: the key, and some lines about it.
const MAX_KEY_FILE_OCTETS: u64 = 4096;

/// Where systemd puts a service's credentials.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Where a master key is.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(crate) enum Source {
    /// A file that its owner alone may read.
    File(PathBuf),
    /// A variable of the environment.
    Env(String),
    /// A credential that systemd hands to the service.
    Credential(String),
    /// A key in a device that never gives it away.
    Pkcs11(Box<Uri>),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is no source of a master key: expected file:PATH, env:NAME, credential:NAME, or pkcs11:… (RFC 7512)"
            )
        };
        let name = |name: &str| -> Result<String, String> {
            let plain = !name.is_empty() && !name.contains(['/', '=', '\0']) && name != "." && name != "..";
            plain.then(|| name.to_owned()).ok_or_else(wrong)
        };
        match text.split_once(':').ok_or_else(wrong)? {
            ("file", path) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            ("env", variable) => Ok(Self::Env(name(variable)?)),
            ("credential", credential) => Ok(Self::Credential(name(credential)?)),
            ("pkcs11", _) => Ok(Self::Pkcs11(Box::new(text.parse()?))),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Source {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Env(name) => write!(f, "env:{name}"),
            Self::Credential(name) => write!(f, "credential:{name}"),
            Self::Pkcs11(uri) => uri.fmt(f),
        }
    }
}

impl Source {
    /// The master key that is there now.
    ///
    /// # Errors
    /// Why there is none, without any of its octets.
    pub(crate) fn load(&self) -> Result<Arc<dyn Master>> {
        Ok(match self {
            Self::File(path) => Arc::new(read_file(path, 0o077)?),
            Self::Env(name) => {
                let text = std::env::var(name).map(Zeroizing::new);
                let text =
                    text.map_err(|_| anyhow::anyhow!("the variable {name} is not set, or is no text"))?;
                Arc::new(MasterKey::read(text.as_bytes()).with_context(|| format!("the variable {name}"))?)
            }
            Self::Credential(name) => {
                let directory = std::env::var_os(CREDENTIALS).with_context(|| {
                    format!(
                        "{CREDENTIALS} is not set: systemd sets it for a service with \
                         LoadCredential={name}:PATH or LoadCredentialEncrypted={name}"
                    )
                })?;
                // systemd grants the service's user by an access list, whose mask shows as rights of the group.
                Arc::new(read_file(&Path::new(&directory).join(name), 0o007)?)
            }
            Self::Pkcs11(uri) => Arc::new(pkcs11::find(uri)?),
        })
    }
}

/// A key in a file; `others` are the permissions that it must not have.
fn read_file(path: &Path, others: u32) -> Result<MasterKey> {
    let name = path.display();
    let mut file = std::fs::File::open(path).with_context(|| format!("{name}"))?;
    let metadata = file.metadata().with_context(|| format!("{name}"))?;
    if !metadata.is_file() {
        bail!("{name} is no file");
    }
    let mode = metadata.mode() & 0o777;
    if mode & others != 0 {
        bail!(
            "{name} may be read or written by others (mode {mode:04o}): `chmod 600 {name}`, and if somebody may have \
             read it, `quintet keys rotate` to another key"
        );
    }
    // Room for all of it: what grows leaves a copy behind.
    let mut octets = Zeroizing::new(Vec::with_capacity(MAX_KEY_FILE_OCTETS as usize + 1));
    file.by_ref()
        .take(MAX_KEY_FILE_OCTETS + 1)
        .read_to_end(&mut octets)
        .with_context(|| format!("{name}"))?;
    MasterKey::read(&octets).with_context(|| format!("{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn sources_are_read_and_shown_alike() {
        for text in [
            "file:/etc/quintet/master.key",
            "file:relative.key",
            "env:QUINTET_KEY",
            "credential:quintet-master-key",
            "pkcs11:token=quintet;object=master?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/pin",
        ] {
            assert_eq!(
                text.parse::<Source>().map(|source| source.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in [
            "",
            "/etc/quintet/master.key",
            "file:",
            "env:",
            "env:A=B",
            "credential:../secret",
            "credential:..",
            "http://x",
            "pkcs11:token",
        ] {
            let error = text.parse::<Source>().unwrap_err();
            assert!(
                error.contains("file:PATH") || error.contains("RFC 7512"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let digits = "0123456789abcdef".repeat(4);
        std::fs::write(&path, &digits).unwrap();
        let source = Source::File(path.clone());
        for mode in [0o640, 0o604, 0o620, 0o601] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            let Err(error) = source.load().map(drop) else {
                panic!("mode {mode:o} was taken")
            };
            let text = format!("{error:#}");
            assert!(
                text.contains("chmod 600") && text.contains("master.key"),
                "{text}"
            );
            assert!(!text.contains(&digits[..8]), "{text}");
        }
        for mode in [0o600, 0o400] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            assert!(source.load().is_ok(), "mode {mode:o}");
        }
        std::fs::write(&path, "no key at all").unwrap_or_default();
        assert!(Source::File(directory.path().to_owned()).load().is_err());
    }
}
