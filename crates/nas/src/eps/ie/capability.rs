//! What the UE can: network capabilities, security capabilities, classmark 2, and the algorithms chosen from them.

use crate::common::Element;
use quintet_wire::{DecodeError, Field};

/// UE network capability (TS 24.301 9.9.3.34), two octets or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UeNetworkCapability<'a>(pub &'a [u8]);

/// MS network capability (TS 24.008 10.5.5.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MsNetworkCapability<'a>(pub &'a [u8]);

/// UE security capability (TS 24.301 9.9.3.36). Bitmaps as on the wire: bit 8 is algorithm 0 in `eea`, `eia` and `uea`,
/// spare in `uia` and `gea`; algorithm n is bit 8 - n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct UeSecurityCapability {
    /// EPS encryption algorithms.
    pub eea: u8,
    /// EPS integrity algorithms.
    pub eia: u8,
    /// UMTS encryption algorithms.
    pub uea: Option<u8>,
    /// UMTS integrity algorithms.
    pub uia: Option<u8>,
    /// GPRS encryption algorithms.
    pub gea: Option<u8>,
}

/// UE additional security capability (TS 24.301 9.9.3.53): bit 16 is algorithm 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct UeAdditionalSecurityCapability {
    /// 5G encryption algorithms.
    pub ea_5g: u16,
    /// 5G integrity algorithms.
    pub ia_5g: u16,
}

/// NAS security algorithms (TS 24.301 9.9.3.23): ciphering in bits 5 to 7, integrity in bits 1 to 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NasSecurityAlgorithms(pub u8);

/// Mobile station classmark 2 (TS 24.008 10.5.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MobileStationClassmark2(pub [u8; 3]);

/// Whether a bitmap whose bit 8 is algorithm 0 has algorithm `n`.
const fn has(bitmap: u8, n: u8) -> bool {
    n < 8 && bitmap >> (7 - n) & 1 == 1
}

impl UeNetworkCapability<'_> {
    /// EPS encryption algorithms, bit 8 is EEA0.
    #[must_use]
    pub fn eea(&self) -> u8 {
        self.octet(0)
    }

    /// EPS integrity algorithms, bit 8 is EIA0.
    #[must_use]
    pub fn eia(&self) -> u8 {
        self.octet(1)
    }

    /// UMTS encryption algorithms, when the UE names them.
    #[must_use]
    pub fn uea(&self) -> Option<u8> {
        self.0.get(2).copied()
    }

    /// UMTS integrity algorithms without the UCS2 bit, when the UE names them.
    #[must_use]
    pub fn uia(&self) -> Option<u8> {
        self.0.get(3).map(|o| o & 0x7f)
    }

    fn octet(&self, i: usize) -> u8 {
        self.0.get(i).copied().unwrap_or_default()
    }
}

impl MsNetworkCapability<'_> {
    /// GPRS encryption algorithms as in [`UeSecurityCapability::gea`]: GEA1 is bit 7. GEA1 comes from bit 8 of octet 3, the
    /// others from the extended GEA bits, bits 7 to 2 of octet 4.
    #[must_use]
    pub fn gea(&self) -> u8 {
        let gea1 = self.0.first().map_or(0, |o| o >> 7);
        let extended = self.0.get(1).map_or(0, |o| o >> 1 & 0x3f);
        gea1 << 6 | extended
    }
}

impl UeSecurityCapability {
    /// The capabilities as the MME replays them: from the UE network capability, and GEA from the MS network capability
    /// when the UE sent one (TS 24.301 5.4.3.2, 9.9.3.36).
    #[must_use]
    pub fn replayed(ue: &UeNetworkCapability<'_>, ms: Option<&MsNetworkCapability<'_>>) -> Self {
        Self {
            eea: ue.eea(),
            eia: ue.eia(),
            uea: ue.uea(),
            uia: ue.uia(),
            gea: ms.map(MsNetworkCapability::gea),
        }
    }

    /// Whether EEA`n` is there.
    #[must_use]
    pub const fn has_eea(self, n: u8) -> bool {
        has(self.eea, n)
    }

    /// Whether EIA`n` is there.
    #[must_use]
    pub const fn has_eia(self, n: u8) -> bool {
        has(self.eia, n)
    }
}

impl UeAdditionalSecurityCapability {
    /// Whether 5G-EA`n` is there.
    #[must_use]
    pub const fn has_ea(self, n: u8) -> bool {
        n < 16 && self.ea_5g >> (15 - n) & 1 == 1
    }

    /// Whether 5G-IA`n` is there.
    #[must_use]
    pub const fn has_ia(self, n: u8) -> bool {
        n < 16 && self.ia_5g >> (15 - n) & 1 == 1
    }
}

impl NasSecurityAlgorithms {
    /// From algorithm identities, 0 to 7 each.
    #[must_use]
    pub const fn new(ciphering: u8, integrity: u8) -> Self {
        Self((ciphering & 7) << 4 | integrity & 7)
    }

    /// Type of ciphering algorithm: `n` of EEA`n`.
    #[must_use]
    pub const fn ciphering(self) -> u8 {
        self.0 >> 4 & 7
    }

    /// Type of integrity protection algorithm: `n` of EIA`n`.
    #[must_use]
    pub const fn integrity(self) -> u8 {
        self.0 & 7
    }
}

/// The algorithms of a bitmap by name, `0` the number of bit 8.
fn names(bitmap: u8, prefix: &str) -> String {
    let names: Vec<_> = (0..8)
        .filter(|&n| has(bitmap, n))
        .map(|n| format!("{prefix}{n}"))
        .collect();
    names.join(" ")
}

/// The fields of the bitmaps every security capability begins with.
fn bitmaps(field: &mut Field, maps: [(&'static str, Option<u8>); 5]) {
    for (i, (name, map)) in maps.into_iter().enumerate() {
        if let Some(map) = map {
            field
                .fields
                .push(Field::leaf(name, names(map, name), field.at + i));
        }
    }
}

impl<'a> Element<'a> for UeNetworkCapability<'a> {
    fn decode(value: &'a [u8], _at: usize) -> Result<Self, DecodeError> {
        Ok(Self(value))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }

    fn describe(&self, field: &mut Field) {
        self.0.describe(field);
        let maps = [
            ("EEA", Some(self.eea())),
            ("EIA", Some(self.eia())),
            ("UEA", self.uea()),
            ("UIA", self.uia()),
            ("", None),
        ];
        bitmaps(field, maps);
    }
}

impl<'a> Element<'a> for MsNetworkCapability<'a> {
    fn decode(value: &'a [u8], _at: usize) -> Result<Self, DecodeError> {
        Ok(Self(value))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }

    fn describe(&self, field: &mut Field) {
        self.0.describe(field);
        field
            .fields
            .push(Field::leaf("GEA", names(self.gea(), "GEA"), field.at));
    }
}

impl<'a> Element<'a> for UeSecurityCapability {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let get = |i: usize| value.get(i).copied();
        let (Some(eea), Some(eia)) = (get(0), get(1)) else {
            return Err(crate::common::wrong_length(at, value.len(), "2 to 5"));
        };
        Ok(Self {
            eea,
            eia,
            uea: get(2),
            uia: get(3),
            gea: get(4),
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.eea, self.eia]);
        // An octet stands only behind all those before it.
        let optional = [self.uea, self.uia, self.gea];
        let present = optional
            .iter()
            .rposition(Option::is_some)
            .map_or(0, |last| last + 1);
        out.extend(optional[..present].iter().map(|o| o.unwrap_or_default()));
    }

    fn describe(&self, field: &mut Field) {
        let mut octets = Vec::new();
        self.encode(&mut octets);
        field.value = crate::common::hex(&octets);
        let maps = [
            ("EEA", Some(self.eea)),
            ("EIA", Some(self.eia)),
            ("UEA", self.uea),
            ("UIA", self.uia),
            ("GEA", self.gea),
        ];
        bitmaps(field, maps);
    }
}

impl<'a> Element<'a> for UeAdditionalSecurityCapability {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let [a, b, c, d] = <[u8; 4]>::decode(value, at)?;
        Ok(Self {
            ea_5g: u16::from_be_bytes([a, b]),
            ia_5g: u16::from_be_bytes([c, d]),
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        quintet_wire::put::u16(out, self.ea_5g);
        quintet_wire::put::u16(out, self.ia_5g);
    }

    fn describe(&self, field: &mut Field) {
        let list = |prefix: &str, map: u16| {
            let names: Vec<_> = (0..16)
                .filter(|n| map >> (15 - n) & 1 == 1)
                .map(|n| format!("{prefix}{n}"))
                .collect();
            names.join(" ")
        };
        field.value = format!("{:04x}{:04x}", self.ea_5g, self.ia_5g);
        field
            .fields
            .push(Field::leaf("5G-EA", list("5G-EA", self.ea_5g), field.at));
        field
            .fields
            .push(Field::leaf("5G-IA", list("5G-IA", self.ia_5g), field.at + 2));
    }
}

impl<'a> Element<'a> for NasSecurityAlgorithms {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        <[u8; 1]>::decode(value, at).map(|[octet]| Self(octet))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.0);
    }

    fn describe(&self, field: &mut Field) {
        field.value = format!("EEA{} EIA{}", self.ciphering(), self.integrity());
        let leaf = |name, value: u8| Field::leaf(name, value.to_string(), field.at);
        field.fields = vec![
            leaf("Type of ciphering algorithm", self.ciphering()),
            leaf("Type of integrity protection algorithm", self.integrity()),
        ];
    }
}

impl<'a> Element<'a> for MobileStationClassmark2 {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        <[u8; 3]>::decode(value, at).map(Self)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn describe(&self, field: &mut Field) {
        self.0.describe(field);
        let [a, _, c] = self.0;
        field
            .fields
            .push(Field::leaf("Revision level", (a >> 5 & 3).to_string(), field.at));
        field
            .fields
            .push(Field::leaf("RF power capability", (a & 7).to_string(), field.at));
        field
            .fields
            .push(Field::leaf("A5/2", (c & 1).to_string(), field.at + 2));
        field
            .fields
            .push(Field::leaf("A5/3", (c >> 1 & 1).to_string(), field.at + 2));
    }
}
