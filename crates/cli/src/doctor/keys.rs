//! Subscribers' keys out of files: CSV and JSON of our own, and what srsRAN, Open5GS, free5GC and PyHSS write; or out of an
//! HSS's database.
//!
//! ```text
//!  [ or {        JSON: an array, or one object a line      json
//!  no imsi in the first line: user_db.csv of srsRAN        csv
//!  else          CSV with a header                         csv
//! ```
//!
//! Among them may be home networks' private keys, with which SUCIs are opened: `home_network_key`, `id`, `profile`.
//!
//! An error names the file, the line or object, and the field; never a value. What a key is called in reports is its file
//! and line.

mod csv;
mod entry;
mod json;

use crate::keys::Sources;
use anyhow::{Context, Result, bail};
use entry::Entry;
use quintet_doctor::keys::{KeyRing, SubscriberKey};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

/// The largest file of keys, in octets: a million subscribers, a kilobyte each.
const MAX_FILE_OCTETS: u64 = 1 << 30;

/// How long another process's transaction is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The keys of a file and of an HSS's database, beside the published ones.
///
/// # Errors
/// If either cannot be read; the message names file, place and field.
pub(super) fn read(file: Option<&Path>, hss: Option<&Path>) -> Result<KeyRing> {
    let mut ring = KeyRing::new();
    if let Some(path) = hss {
        of_hss(path, &mut ring).with_context(|| format!("--hss {}", path.display()))?;
    }
    // Behind the database: what is given by hand counts.
    if let Some(path) = file {
        of_file(path, &mut ring).with_context(|| format!("--keys {}", path.display()))?;
    }
    Ok(ring)
}

fn of_file(path: &Path, ring: &mut KeyRing) -> Result<()> {
    let text = text_of(path)?;
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    let count = |ring: &KeyRing| ring.len() + ring.home_network_keys();
    let before = count(ring);
    each(&text, &mut |place, entry| {
        if let Some((id, key)) = entry.home_network_key().with_context(|| place.to_owned())? {
            return ring
                .add_home_network_key(id, key)
                .with_context(|| place.to_owned());
        }
        let key = entry
            .key(format!("{name}, {place}"))
            .with_context(|| place.to_owned())?;
        ring.add(key).with_context(|| place.to_owned())
    })?;
    if count(ring) == before {
        bail!("holds no keys: expected CSV with a header (imsi,k,opc), JSON, or srsRAN's user_db.csv");
    }
    Ok(())
}

/// All of a file, or of a pipe by name.
fn text_of(path: &Path) -> Result<Zeroizing<String>> {
    let file = File::open(path).context("cannot be read")?;
    let length = file.metadata().context("cannot be read")?.len();
    // As much room as it takes: what grows leaves copies of keys behind.
    let room = usize::try_from(length.min(MAX_FILE_OCTETS)).unwrap_or_default() + 1;
    let mut text = Zeroizing::new(String::with_capacity(room));
    let read = file.take(MAX_FILE_OCTETS + 1).read_to_string(&mut text);
    if read.context("cannot be read as text")? as u64 > MAX_FILE_OCTETS {
        bail!("is longer than the {MAX_FILE_OCTETS} octets that are read");
    }
    Ok(text)
}

/// Hands every entry of a text to `each`, with its place in words.
fn each(text: &str, each: &mut dyn FnMut(&str, Entry) -> Result<()>) -> Result<()> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['[', '{']) {
        json::read(text, each)
    } else {
        csv::read(text, each)
    }
}

fn of_hss(path: &Path, ring: &mut KeyRing) -> Result<()> {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    let mut refused = None;
    let masters = Sources::of_environment()?.for_database(path);
    quintet_store_sqlite::each_subscriber(path, &masters, BUSY_TIMEOUT, |subscriber| {
        let key = SubscriberKey::provisioned(&subscriber, format!("HSS {name}"));
        let added = key.and_then(|key| ring.add(key));
        if let Err(error) = added {
            refused.get_or_insert(error);
        }
    })?;
    refused.map_or(Ok(()), |error| Err(error.into()))
}

#[cfg(test)]
mod tests;
