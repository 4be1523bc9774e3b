//! What decides how captures are read and judged, and not where the report goes.

use super::input::Captures;
use super::interrupt::Interrupt;
use super::keys;
use super::live::Interface;
use super::select::{Moment, Selection};
use super::source::Source;
use anyhow::Result;
use quintet_capture::{DissectorOptions, LinkType, Protocol};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_doctor::report::Pseudonyms;
use quintet_identity::Imsi;
use std::path::{Path, PathBuf};

/// MCC and MNC have so many digits: pseudonyms keep them.
const PLMN_DIGITS: [usize; 2] = [5, 6];

#[derive(clap::Args)]
pub(super) struct Settings {
    /// Subscribers' keys, CSV or JSON: imsi, k, op or opc, algorithm; exports of srsRAN, Open5GS and PyHSS too
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Subscribers' keys from the database of this HSS
    #[arg(long, value_name = "DB")]
    hss: Option<PathBuf>,
    /// Write the capture with NAS in the clear
    #[arg(long, value_name = "FILE")]
    pub(super) decrypt: Option<PathBuf>,
    /// Watch this interface
    #[arg(long, value_name = "IFACE", conflicts_with = "files")]
    live: Option<String>,
    /// Show attempts of this subscriber alone; may be given several times
    #[arg(long, value_name = "IMSI")]
    imsi: Vec<Imsi>,
    /// Take this TCP or SCTP port for Diameter too; may be given several times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    port: Vec<u16>,
    /// What frames of a user link type (147 to 162) are: nas-eps, nas-5gs, s1ap, ngap, mac-lte or mac-nr
    #[arg(long, value_name = "N=WHAT", value_parser = user_link)]
    dlt: Vec<(LinkType, Protocol)>,
    /// Show attempts that end at or after this time: RFC 3339, or seconds after the first frame
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Show attempts that begin at or before this time
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// The operator's integrity algorithms: another one is a finding
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = integrity)]
    integrity: Vec<IntegrityAlgorithm>,
    /// The operator's ciphering algorithms
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = ciphering)]
    ciphering: Vec<CipheringAlgorithm>,
    /// Show identities as they are; else they are pseudonyms
    #[arg(long)]
    pub(super) identities: bool,
}

impl Settings {
    /// Files that are read beside the captures.
    pub(super) fn read_beside(&self) -> impl Iterator<Item = &Path> {
        self.keys.iter().chain(&self.hss).map(PathBuf::as_path)
    }

    /// The captures, opened.
    ///
    /// # Errors
    /// If one cannot be; the message names it.
    pub(super) fn open(&self, files: &[PathBuf], interrupt: &Interrupt) -> Result<Box<dyn Source>> {
        // With --compare the good capture is a file in any case.
        if let (Some(interface), []) = (&self.live, files) {
            return Ok(Box::new(Interface::watch(interface, interrupt)?));
        }
        Ok(Box::new(Captures::open(files, interrupt)?))
    }

    /// How frames are taken apart.
    pub(super) fn dissector(&self) -> DissectorOptions {
        let mut options = DissectorOptions::default();
        options.diameter_ports.extend(&self.port);
        options.user_links.clone_from(&self.dlt);
        options
    }

    /// What the doctor is told.
    ///
    /// # Errors
    /// If keys cannot be read; the message names the file.
    pub(super) fn doctor(&self, pseudonym_key: [u8; 32]) -> Result<quintet_doctor::Settings> {
        Ok(quintet_doctor::Settings {
            keys: keys::read(self.keys.as_deref(), self.hss.as_deref())?,
            integrity: some(&self.integrity),
            ciphering: some(&self.ciphering),
            identities: self.identities,
            pseudonym_key,
            decipher: self.decrypt.is_some(),
            live: self.live.is_some(),
            ..quintet_doctor::Settings::default()
        })
    }

    /// Which attempts are shown, with identities as the report has them.
    pub(super) fn selection(&self, settings: &quintet_doctor::Settings) -> Selection {
        let pseudonyms = Pseudonyms::new(settings);
        let shown = |imsi: &Imsi| PLMN_DIGITS.map(|digits| pseudonyms.imsi(*imsi, digits));
        Selection {
            since: self.since,
            until: self.until,
            imsis: self.imsi.iter().flat_map(shown).collect(),
        }
    }
}

fn some<T: Clone>(list: &[T]) -> Option<Vec<T>> {
    (!list.is_empty()).then(|| list.to_vec())
}

/// `147=nas-eps`.
fn user_link(text: &str) -> Result<(LinkType, Protocol), String> {
    const USER: std::ops::RangeInclusive<u16> = 147..=162;
    let wrong = || "expected a user link type and what it carries, like 147=nas-eps".to_owned();
    let (number, what) = text.split_once('=').ok_or_else(wrong)?;
    let number: u16 = number.parse().map_err(|_| wrong())?;
    if !USER.contains(&number) {
        return Err(format!("{number} is no user link type: those are 147 to 162"));
    }
    let protocol = match what {
        "nas-eps" => Protocol::NasEps,
        "nas-5gs" => Protocol::Nas5gs,
        "s1ap" => Protocol::S1ap,
        "ngap" => Protocol::Ngap,
        "mac-lte" | "mac-lte-framed" => Protocol::MacLteFramed,
        "mac-nr" | "mac-nr-framed" => Protocol::MacNrFramed,
        _ => {
            return Err(format!(
                "{what:?} is none of nas-eps, nas-5gs, s1ap, ngap, mac-lte, mac-nr"
            ));
        }
    };
    Ok((LinkType(number), protocol))
}

/// The identifier in `EIA2`, `128-EIA2`, `eia2` or `2`.
fn algorithm(text: &str, family: &str) -> Result<u8, String> {
    let upper = text.trim().to_uppercase();
    let bare = upper.strip_prefix("128-").unwrap_or(&upper);
    let digits = bare.strip_prefix(family).unwrap_or(bare);
    match digits.parse::<u8>() {
        Ok(identifier) if identifier < 8 => Ok(identifier),
        _ => Err(format!("expected names like {family}2, separated by commas")),
    }
}

fn integrity(text: &str) -> Result<IntegrityAlgorithm, String> {
    algorithm(text, "EIA").map(IntegrityAlgorithm)
}

fn ciphering(text: &str) -> Result<CipheringAlgorithm, String> {
    algorithm(text, "EEA").map(CipheringAlgorithm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_links_have_a_number_and_a_protocol() {
        assert_eq!(user_link("147=nas-eps"), Ok((LinkType(147), Protocol::NasEps)));
        assert_eq!(
            user_link("162=mac-lte"),
            Ok((LinkType(162), Protocol::MacLteFramed))
        );
        assert_eq!(
            user_link("152=mac-nr"),
            Ok((LinkType(152), Protocol::MacNrFramed))
        );
        for wrong in [
            "147",
            "nas-eps=147",
            "146=nas-eps",
            "163=nas-eps",
            "147=",
            "147=gsm",
        ] {
            assert!(user_link(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn algorithms_are_named_as_people_do() {
        for name in ["EIA2", "128-EIA2", "eia2", "2", " EIA2"] {
            assert_eq!(integrity(name), Ok(IntegrityAlgorithm::EIA2), "{name}");
        }
        assert_eq!(ciphering("EEA0"), Ok(CipheringAlgorithm::EEA0));
        for wrong in ["", "EEA2", "EIA8", "AES"] {
            assert!(integrity(wrong).is_err(), "{wrong}");
        }
    }
}
