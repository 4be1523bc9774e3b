//! The keys of security associations as Wireshark reads them: its preference table `esp_sa`, a line an association.
//!
//! Copied as `esp_sa` into a profile of Wireshark, with "Attempt to detect/decode encrypted ESP payloads" ticked, the lab's
//! capture shows SIP inside ESP. The keys belong to subscribers that everybody knows (the demo population).

use anyhow::{Context, Result};
use quintet_esp::{Encryption, Integrity, SaParameters};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The file beside a capture.
pub(in crate::lab) struct KeyFile {
    path: PathBuf,
    file: File,
    /// Whether there is a key in it.
    is_used: bool,
    /// The first failure; nothing is written after it.
    failed: Option<std::io::Error>,
}

impl KeyFile {
    /// Makes it: the capture's name with another end.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(in crate::lab) fn beside(capture: &Path) -> Result<Self> {
        let path = capture.with_extension("esp_sa");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&path)
            .with_context(|| format!("cannot write the keys of ESP, {}", path.display()))?;
        Ok(Self {
            path,
            file,
            is_used: false,
            failed: None,
        })
    }

    /// Where it is; none if there was no association, of which a capture of LTE or 5G has none.
    pub(in crate::lab) fn path(&self) -> Option<&Path> {
        self.is_used.then_some(&*self.path)
    }

    /// An association came about.
    pub(super) fn write(&mut self, parameters: &SaParameters) {
        let Some(line) = line(parameters).filter(|_| self.failed.is_none()) else {
            return;
        };
        self.is_used = true;
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            self.failed = Some(error);
        }
    }

    /// Takes the file away again if no key came.
    ///
    /// # Errors
    /// The first failure to write.
    pub(in crate::lab) fn finish(&mut self) -> Result<()> {
        if !self.is_used {
            // One that stays is empty, and nobody is told of it.
            drop(std::fs::remove_file(&self.path));
        }
        match self.failed.take() {
            None => Ok(()),
            Some(error) => Err(error)
                .with_context(|| format!("the keys of ESP in {} are incomplete", self.path.display())),
        }
    }
}

/// A line of the table; none for algorithms that Wireshark does not know. The addresses are left open: an SPI has one
/// receiver, and a NAT changes them. Its last field came with Wireshark 4.2, which wants it; those before say that it is left out.
fn line(parameters: &SaParameters) -> Option<String> {
    let suite = parameters.keys.suite();
    let encryption = match suite.encryption() {
        Encryption::Null => "NULL",
        Encryption::AesCbc => "AES-CBC [RFC3602]",
        Encryption::DesEde3Cbc => "TripleDES-CBC [RFC2451]",
        Encryption::AesGcm => "AES-GCM with 16 octet ICV [RFC4106]",
    };
    let integrity = match suite.integrity() {
        Integrity::HmacMd5_96 => "HMAC-MD5-96 [RFC2403]",
        Integrity::HmacSha1_96 => "HMAC-SHA-1-96 [RFC2404]",
        Integrity::Null => "NULL",
        Integrity::AesGmac => return None,
    };
    let key = |octets: &[u8]| match octets {
        [] => String::new(),
        octets => format!("0x{}", hex::encode(octets)),
    };
    Some(format!(
        "\"IPv4\",\"*\",\"*\",\"{:#010x}\",\"{encryption}\",\"{}\",\"{integrity}\",\"{}\",\"32-bit\"\n",
        parameters.spi.value(),
        key(parameters.keys.expose_encryption()),
        key(parameters.keys.expose_integrity()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_stays_where_there_was_no_association() {
        let directory = tempfile::tempdir().unwrap();
        let mut keys = KeyFile::beside(&directory.path().join("lab.pcapng")).unwrap();
        keys.finish().unwrap();
        assert_eq!(keys.path(), None);
        assert!(!directory.path().join("lab.esp_sa").exists());
    }
}
