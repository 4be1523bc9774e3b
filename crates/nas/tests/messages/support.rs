//! The shared rows, any message of either system, and seeded changes.

use crate::json::Json;
use crate::samples;
use quintet_nas::common::{ExtendedProtocolDiscriminator, NasDecodeError, SoftErrors};
use quintet_nas::eps::{EmmMessage, EsmMessage, ServiceRequest};
use quintet_nas::fgs::{FgmmMessage, FgsmMessage};
use quintet_wire::Field;
use std::path::PathBuf;

/// Which system's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    Eps,
    Fgs,
}

impl System {
    pub(crate) const BOTH: [Self; 2] = [Self::Eps, Self::Fgs];

    /// Messages of our own.
    pub(crate) fn samples(self) -> Vec<Vec<u8>> {
        match self {
            Self::Eps => samples::EPS
                .iter()
                .map(|text| hex::decode(text.replace(' ', "")).unwrap_or_else(|e| panic!("{text}: {e}")))
                .collect(),
            Self::Fgs => samples::fgs(),
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Eps => "vectors/nas_eps.json",
            Self::Fgs => "vectors/nas_5gs.json",
        }
    }
}

/// A row of `nas_eps.json` or `nas_5gs.json`.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) json: Json,
    /// The plain message, when the row has one.
    pub(crate) plain: Option<Vec<u8>>,
}

/// The rows, or `None` with a note where they are not there; in CI they must be.
pub(crate) fn rows(system: System) -> Option<Vec<Row>> {
    let root = std::env::var_os("QUINTET_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join(system.file());
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if std::env::var_os("CI").is_some() => {
            panic!(
                "{}: {error}; set QUINTET_SHARED to the directory that holds vectors/",
                path.display()
            )
        }
        Err(error) => {
            eprintln!(
                "skipped: {}: {error}; set QUINTET_SHARED to run this",
                path.display()
            );
            return None;
        }
    };
    let rows: Vec<Json> = serde_json::from_str(&text).unwrap();
    Some(rows.into_iter().map(Row::new).collect())
}

impl Row {
    fn new(json: Json) -> Self {
        let field = if json["type"].text() == Some("plain") {
            "pdu"
        } else {
            "plain_pdu"
        };
        let service_request = json["security_header_type"] == Json::Number(12);
        let plain = json[field]
            .text()
            .or(json["pdu"].text().filter(|_| service_request));
        Self {
            id: json["id"].text().unwrap().to_owned(),
            plain: plain.map(|text| hex::decode(text).unwrap()),
            json,
        }
    }

    /// What the other decoder made of the plain message.
    pub(crate) fn pycrate(&self) -> Option<&Json> {
        self.json.get("pycrate").or(self.json.get("pycrate_plain"))
    }
}

/// Any plain message.
#[expect(clippy::large_enum_variant, reason = "one at a time")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Message<'a> {
    Emm(EmmMessage<'a>),
    Esm(EsmMessage<'a>),
    ServiceRequest(ServiceRequest),
    Fgmm(FgmmMessage<'a>),
    Fgsm(FgsmMessage<'a>),
}

impl<'a> Message<'a> {
    pub(crate) fn decode(octets: &'a [u8]) -> Result<(Self, SoftErrors), NasDecodeError> {
        let first = octets.first().copied().unwrap_or_default();
        match ExtendedProtocolDiscriminator::of(first) {
            Some(ExtendedProtocolDiscriminator::FGS_MOBILITY_MANAGEMENT) => {
                return FgmmMessage::decode(octets).map(|d| (Self::Fgmm(d.message), d.soft_errors));
            }
            Some(_) => return FgsmMessage::decode(octets).map(|d| (Self::Fgsm(d.message), d.soft_errors)),
            None => {}
        }
        if ServiceRequest::is_first_octet(first) {
            return Ok((
                Self::ServiceRequest(ServiceRequest::decode(octets)?),
                SoftErrors::default(),
            ));
        }
        if first & 15 == 2 {
            return EsmMessage::decode(octets).map(|d| (Self::Esm(d.message), d.soft_errors));
        }
        EmmMessage::decode(octets).map(|d| (Self::Emm(d.message), d.soft_errors))
    }

    pub(crate) fn octets(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Emm(message) => message.encode(&mut out),
            Self::Esm(message) => message.encode(&mut out),
            Self::ServiceRequest(message) => message.encode(&mut out),
            Self::Fgmm(message) => message.encode(&mut out),
            Self::Fgsm(message) => message.encode(&mut out),
        }
        out
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        match self {
            Self::Emm(message) => message.describe(),
            Self::Esm(message) => message.describe(),
            Self::ServiceRequest(message) => message.describe(),
            Self::Fgmm(message) => message.describe(),
            Self::Fgsm(message) => message.describe(),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Emm(message) => message.name(),
            Self::Esm(message) => message.name(),
            Self::ServiceRequest(_) => ServiceRequest::NAME,
            Self::Fgmm(message) => message.name(),
            Self::Fgsm(message) => message.name(),
        }
    }
}

/// The samples and, where they are, the shared plain messages: what mutations begin with.
pub(crate) fn seeds(system: System) -> Vec<Vec<u8>> {
    let mut seeds = system.samples();
    seeds.extend(rows(system).into_iter().flatten().filter_map(|row| row.plain));
    seeds.retain(|octets| !names_no_subscriber(octets));
    seeds
}

/// Whether the identity of a shared message is a SUCI that cannot be one: MNC of three digits and MSIN of ten make an IMSI
/// of sixteen.
pub(crate) fn names_no_subscriber(octets: &[u8]) -> bool {
    octets.get(6..15) == Some(&[0x01, 0x22, 0x62, 0x54, 0, 0, 0, 0, 0])
}

/// How many rounds a random test makes: the many in CI.
pub(crate) fn rounds(in_ci: u32, otherwise: u32) -> u32 {
    if std::env::var_os("CI").is_some() {
        in_ci
    } else {
        otherwise
    }
}

/// A generator that a seed determines (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// A changed copy of one of the seeds.
    pub(crate) fn mutated(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut octets = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(4) {
            let at = self.below(octets.len());
            match self.below(6) {
                0 if at < octets.len() => octets[at] = self.next() as u8,
                1 if at < octets.len() => octets[at] ^= 1 << self.below(8),
                2 => octets.truncate(at),
                3 => octets.insert(at, self.next() as u8),
                4 => {
                    let other = &seeds[self.below(seeds.len())];
                    let from = self.below(other.len());
                    octets.truncate(at);
                    octets.extend_from_slice(&other[from..]);
                }
                _ => {
                    let count = self.below(20);
                    octets.extend((0..count).map(|_| self.next() as u8));
                }
            }
        }
        octets
    }
}
