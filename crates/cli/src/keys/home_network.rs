//! Private keys of the home network in files (TS 33.501 C.3): 64 hex digits, or sealed under a master key.

use super::sources::random_nonce;
use anyhow::{Context, Result};
use quintet_vault::{Masters, SealedKey, Secret};
use std::path::Path;
use zeroize::Zeroizing;

/// What a master key wraps these keys for.
const PURPOSE: &[u8] = b"home network private key";

/// The key in a file of either kind.
///
/// # Errors
/// What is wrong with the file, or which master key it lacks.
pub(crate) fn read(file: &Path, masters: &dyn Masters) -> Result<Secret> {
    let place = || file.display().to_string();
    let text = Zeroizing::new(std::fs::read_to_string(file).with_context(place)?);
    if SealedKey::is_meant(&text) {
        let sealed = SealedKey::from_text(&text).with_context(place)?;
        return sealed.open(masters, PURPOSE).with_context(place);
    }
    let mut octets = Secret::default();
    hex::decode_to_slice(text.trim(), &mut octets[..])
        .with_context(|| format!("{}: expected 64 hex digits, or a sealed key", place()))?;
    Ok(octets)
}

/// The text of a file with the key, sealed.
///
/// # Errors
/// If there is no master key.
pub(crate) fn sealed(secret: &Secret, masters: &dyn Masters) -> Result<String> {
    let master = masters.for_new()?;
    Ok(SealedKey::seal(&*master, &random_nonce()?, PURPOSE, secret)?.to_text())
}
