//! The shared rows, messages of our own for when they are not there, and seeded changes.

use crate::json::Json;
use quintet_nas::common::{NasDecodeError, SoftErrors};
use quintet_nas::eps::{EmmMessage, EsmMessage, ServiceRequest};
use quintet_wire::Field;
use std::path::PathBuf;

/// A row of `nas_eps.json`.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) json: Json,
    /// The plain message, when the row has one.
    pub(crate) plain: Option<Vec<u8>>,
}

/// The rows, or `None` with a note where they are not there; in CI they must be.
pub(crate) fn rows() -> Option<Vec<Row>> {
    let root = std::env::var_os("QUINTET_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join("vectors/nas_eps.json");
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
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Message<'a> {
    Emm(EmmMessage<'a>),
    Esm(EsmMessage<'a>),
    ServiceRequest(ServiceRequest),
}

impl<'a> Message<'a> {
    pub(crate) fn decode(octets: &'a [u8]) -> Result<(Self, SoftErrors), NasDecodeError> {
        let first = octets.first().copied().unwrap_or_default();
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
        }
        out
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        match self {
            Self::Emm(message) => message.describe(),
            Self::Esm(message) => message.describe(),
            Self::ServiceRequest(message) => message.describe(),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Emm(message) => message.name(),
            Self::Esm(message) => message.name(),
            Self::ServiceRequest(_) => ServiceRequest::NAME,
        }
    }
}

/// A message of each kind in two forms: mandatory elements only, and with optional ones.
pub(crate) const SAMPLES: &[&str] = &[
    "0741710809101000000000100 2e0e000040201d01140080402600400021c00",
    "0741610bf602f8108003c8c2e65e9a0558c060c0c0000402 01d0115202f810c4c25c0a003103e5e0341302f81004059011035758a65d0100c1",
    "07420149062000f11000010032520 1c101090908696e7465726e657405010ae1000a271b80802110020200108106c0a8a8018306c0a8a801000d04c0a8a801500bf600f110000101 6088f6d1170f590f5e0106f1",
    "0743000352 00c2",
    "074411",
    "0744137800060201d11b271b",
    "07450b0bf609f107000201dd0094ac",
    "0746",
    "0748610bf602f8108003c8c2e65e9a5804e060c0405202f810c4c25c0a00570220003103e5e0341302f810040511035758a65d0100c1",
    "074901500bf600f1100001016088f6d1540600f11000010057022000",
    "074a",
    "074b095f0121a1",
    "074c7105f4c2e65e9ab157022000",
    "074d08780005620 3eb0000",
    "074e095b215f0121",
    "074f57022000",
    "07500bf600f1100001016088f6d154062000f1100001",
    "0751",
    "075206905ada1e7da557ada1e72650e21ee5e3104bfb73f6b4558000b1903ab88a27237f",
    "07530866ff472dd493f15a",
    "0754",
    "075501",
    "0756080910101032548651",
    "075c15300e1120ee2a37e7ded26ad875592810",
    "075c14",
    "075d020005e060e06070c155010203045605060708 4f08a35e5f5912506ad46f0480008000370101",
    "075e23093375220029543138f9790003074101",
    "075f18",
    "076061",
    "0761430886 4f79d87d2e838c4601 4771109190616180 490101",
    "0762020904",
    "0763020904",
    "076401600391214361056201",
    "076801000201026501aa",
    "076902000201026501aa",
    "c7a1beef",
    "5201c101090908696e7465726e657405010ae1000a5e04fefe9b6958342702808066030000005f06010203040506",
    "5202c2270180",
    "5202c31f",
    "6200c50501090321000027 0180",
    "6200c6",
    "6200c71f",
    "5200c95b01093602a000",
    "5200ca",
    "5200cb1f",
    "5200cd24370103",
    "5200ce",
    "0201d031d12808 07696e7465726e6574",
    "0201d11b3701036b0101",
    "0202d205",
    "0202d331",
    "0203d405022000 0109",
    "0203d51a",
    "0203d6050220005b0109581a",
    "0203d71a",
    "0201d9",
    "0201da280908696e7465726e6574",
    "5200db0101",
    "0200dc",
    "0201e861",
    "5201e9790001 00",
    "5201ea",
    "5200eb0003010203f1",
];

/// The samples and, where they are, the shared plain messages: what mutations begin with.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = SAMPLES
        .iter()
        .map(|text| hex::decode(text.replace(' ', "")).unwrap_or_else(|e| panic!("{text}: {e}")))
        .collect();
    seeds.extend(rows().into_iter().flatten().filter_map(|row| row.plain));
    seeds
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
