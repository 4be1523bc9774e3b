//! What the UE and the network can: capabilities, network feature support, and the algorithms chosen from them.

use crate::common::{Element, hex, wrong_length};
use quintet_wire::{DecodeError, Field};

/// Longest UE security capability; octets past the fourth are spare, and are replayed like the others.
const MAX_SECURITY_OCTETS: usize = 8;

/// UE security capability (TS 24.501 9.11.3.54), every octet as the UE sent it: it compares what is replayed. In each of
/// the bitmaps bit 8 is algorithm 0, algorithm n is bit 8 - n.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UeSecurityCapability {
    octets: [u8; MAX_SECURITY_OCTETS],
    length: u8,
}

/// NAS security algorithms (TS 24.501 9.11.3.34): ciphering in bits 5 to 8, integrity in bits 1 to 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NasSecurityAlgorithms(pub u8);

/// 5GMM capability (TS 24.501 9.11.3.1), one octet or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FgmmCapability<'a>(pub &'a [u8]);

/// 5GSM capability (TS 24.501 9.11.4.1), one octet or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FgsmCapability<'a>(pub &'a [u8]);

/// 5GS network feature support (TS 24.501 9.11.3.5), one octet or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NetworkFeatureSupport<'a>(pub &'a [u8]);

/// 5GSM network feature support (TS 24.501 9.11.4.18), one octet or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FgsmNetworkFeatureSupport<'a>(pub &'a [u8]);

/// Whether a bitmap whose bit 8 is algorithm 0 has algorithm `n`.
const fn has(bitmap: u8, n: u8) -> bool {
    n < 8 && bitmap >> (7 - n) & 1 == 1
}

impl UeSecurityCapability {
    /// Of algorithms of 5GS alone.
    #[must_use]
    pub const fn new(ea_5g: u8, ia_5g: u8) -> Self {
        Self {
            octets: [ea_5g, ia_5g, 0, 0, 0, 0, 0, 0],
            length: 2,
        }
    }

    /// The same with algorithms of EPS.
    #[must_use]
    pub const fn with_eps(self, eea: u8, eia: u8) -> Self {
        Self {
            octets: [self.octets[0], self.octets[1], eea, eia, 0, 0, 0, 0],
            length: 4,
        }
    }

    /// From the value part, as it is stored.
    ///
    /// # Errors
    /// `Length` outside of 2 to 8 octets.
    pub fn from_octets(value: &[u8]) -> Result<Self, DecodeError> {
        Self::decode(value, 0)
    }

    /// The value part.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets[..usize::from(self.length)]
    }

    /// 5GS encryption algorithms.
    #[must_use]
    pub const fn ea_5g(&self) -> u8 {
        self.octets[0]
    }

    /// 5GS integrity algorithms.
    #[must_use]
    pub const fn ia_5g(&self) -> u8 {
        self.octets[1]
    }

    /// EPS encryption algorithms, when the UE names them.
    #[must_use]
    pub fn eea(&self) -> Option<u8> {
        self.octets().get(2).copied()
    }

    /// EPS integrity algorithms, when the UE names them.
    #[must_use]
    pub fn eia(&self) -> Option<u8> {
        self.octets().get(3).copied()
    }

    /// Whether 5G-EA`n` is there.
    #[must_use]
    pub const fn has_ea(&self, n: u8) -> bool {
        has(self.ea_5g(), n)
    }

    /// Whether 5G-IA`n` is there.
    #[must_use]
    pub const fn has_ia(&self, n: u8) -> bool {
        has(self.ia_5g(), n)
    }
}

impl NasSecurityAlgorithms {
    /// From algorithm identities, 0 to 15 each.
    #[must_use]
    pub const fn new(ciphering: u8, integrity: u8) -> Self {
        Self((ciphering & 15) << 4 | integrity & 15)
    }

    /// Type of ciphering algorithm: `n` of 5G-EA`n`.
    #[must_use]
    pub const fn ciphering(self) -> u8 {
        self.0 >> 4
    }

    /// Type of integrity protection algorithm: `n` of 5G-IA`n`.
    #[must_use]
    pub const fn integrity(self) -> u8 {
        self.0 & 15
    }
}

/// Bit 1 to 8 of an octet of `value`, counted from 0; absent octets are zero.
fn bit(value: &[u8], octet: usize, bit: u8) -> bool {
    value
        .get(octet)
        .is_some_and(|o| o >> bit.saturating_sub(1).min(7) & 1 == 1)
}

impl FgmmCapability<'_> {
    /// S1 mode supported (octet 3 bit 1).
    #[must_use]
    pub fn s1_mode(&self) -> bool {
        self.bit(0, 1)
    }

    /// Network slice-specific authentication and authorization supported (octet 4 bit 7).
    #[must_use]
    pub fn nssaa(&self) -> bool {
        self.bit(1, 7)
    }

    /// Bit 1 to 8 of an octet, counted from the first of the value part; absent octets are zero.
    #[must_use]
    pub fn bit(&self, octet: usize, bit: u8) -> bool {
        self::bit(self.0, octet, bit)
    }
}

impl FgsmCapability<'_> {
    /// Reflective QoS supported (octet 3 bit 1).
    #[must_use]
    pub fn reflective_qos(&self) -> bool {
        bit(self.0, 0, 1)
    }

    /// Multi-homed IPv6 PDU session supported (octet 3 bit 2).
    #[must_use]
    pub fn multi_homed_ipv6(&self) -> bool {
        bit(self.0, 0, 2)
    }
}

impl NetworkFeatureSupport<'_> {
    /// IMS voice over PS session over 3GPP access supported (octet 3 bit 1).
    #[must_use]
    pub fn ims_vops_3gpp(&self) -> bool {
        self.bit(0, 1)
    }

    /// IMS voice over PS session over non-3GPP access supported (octet 3 bit 2).
    #[must_use]
    pub fn ims_vops_n3gpp(&self) -> bool {
        self.bit(0, 2)
    }

    /// Emergency services: 0 not supported, 1 in NR, 2 in E-UTRA, 3 in both (octet 3 bits 3 and 4).
    #[must_use]
    pub fn emc(&self) -> u8 {
        self.0.first().map_or(0, |o| o >> 2 & 3)
    }

    /// Interworking without N26 interface supported (octet 3 bit 7).
    #[must_use]
    pub fn iwk_n26(&self) -> bool {
        self.bit(0, 7)
    }

    /// Bit 1 to 8 of an octet, counted from the first of the value part; absent octets are zero.
    #[must_use]
    pub fn bit(&self, octet: usize, bit: u8) -> bool {
        self::bit(self.0, octet, bit)
    }
}

/// The algorithms of a bitmap by name.
fn names(bitmap: u8, prefix: &str) -> String {
    let names: Vec<_> = (0..8)
        .filter(|&n| has(bitmap, n))
        .map(|n| format!("{prefix}{n}"))
        .collect();
    names.join(" ")
}

impl<'a> Element<'a> for UeSecurityCapability {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let mut octets = [0; MAX_SECURITY_OCTETS];
        match octets.get_mut(..value.len()) {
            Some(to) if value.len() >= 2 => to.copy_from_slice(value),
            _ => return Err(wrong_length(at, value.len(), "2 to 8")),
        }
        Ok(Self {
            octets,
            length: value.len() as u8,
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.octets());
    }

    fn describe(&self, field: &mut Field) {
        field.value = hex(self.octets());
        for (i, (name, &map)) in ["5G-EA", "5G-IA", "EEA", "EIA"]
            .into_iter()
            .zip(self.octets())
            .enumerate()
        {
            field
                .fields
                .push(Field::leaf(name, names(map, name), field.at + i));
        }
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
        field.value = format!("5G-EA{} 5G-IA{}", self.ciphering(), self.integrity());
        let leaf = |name, value: u8| Field::leaf(name, value.to_string(), field.at);
        field.fields = vec![
            leaf("Type of ciphering algorithm", self.ciphering()),
            leaf("Type of integrity protection algorithm", self.integrity()),
        ];
    }
}

/// Elements that are bits with names: octet and bit, from the first of the value part and from bit 1.
macro_rules! bits {
    ($($name:ident { $($octet:literal $bit:literal $title:literal;)* })*) => { $(
        impl<'a> Element<'a> for $name<'a> {
            fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
                if value.is_empty() {
                    return Err(wrong_length(at, 0, "1 or more"));
                }
                Ok(Self(value))
            }

            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.0);
            }

            fn describe(&self, field: &mut Field) {
                self.0.describe(field);
                let mut leaf = |octet: usize, b: u8, title: &'static str| {
                    if octet < self.0.len() {
                        let value = u8::from(bit(self.0, octet, b)).to_string();
                        field.fields.push(Field::leaf(title, value, field.at + octet));
                    }
                };
                $(leaf($octet, $bit, $title);)*
            }
        }
    )* };
}

bits! {
    FgmmCapability {
        0 1 "S1 mode"; 0 2 "HO attach"; 0 3 "LPP"; 0 4 "RestrictEC"; 0 5 "5G-CP CIoT"; 0 6 "N3 data"; 0 7 "5G-IPHC-CP CIoT"; 0 8 "SGC";
        1 1 "5GSRVCC"; 1 2 "5G-UP CIoT"; 1 3 "V2X"; 1 4 "V2XCEPC5"; 1 5 "V2XCNPC5"; 1 6 "5G-LCS"; 1 7 "NSSAA"; 1 8 "RACS";
        2 1 "CAG"; 2 2 "WSUSA"; 2 3 "multipleUP"; 2 4 "5G-EHC-CP CIoT";
        3 4 "NR-PSSI"; 3 5 "NCR"; 3 6 "PIV"; 3 7 "RPR"; 3 8 "PR";
        4 1 "NSSRG"; 4 2 "MINT"; 4 3 "EventNotification"; 4 4 "SSNPNSI"; 4 5 "ExCAG"; 4 6 "NSAG"; 4 7 "UAS";
    }
    FgsmCapability {
        0 1 "RqoS"; 0 2 "MH6-PDU"; 0 3 "EPT-S1"; 0 8 "TPMIC";
        1 1 "APMQF"; 1 2 "SDNAEPC";
    }
    NetworkFeatureSupport {
        0 1 "IMS-VoPS-3GPP"; 0 2 "IMS-VoPS-N3GPP"; 0 3 "EMC in NR"; 0 4 "EMC in E-UTRA"; 0 5 "EMF in NR"; 0 6 "EMF in E-UTRA"; 0 7 "IWK N26"; 0 8 "MPSI";
        1 1 "EMCN3"; 1 2 "MCSI"; 1 3 "RestrictEC bit 1"; 1 4 "RestrictEC bit 2"; 1 5 "5G-CP CIoT"; 1 6 "N3 data"; 1 7 "5G-IPHC-CP CIoT"; 1 8 "5G-UP CIoT";
        2 1 "5G-LCS"; 2 2 "ATS-IND"; 2 3 "5G-EHC-CP CIoT"; 2 4 "NCR"; 2 5 "PIV"; 2 6 "RPR"; 2 7 "PR"; 2 8 "UN-PER";
    }
    FgsmNetworkFeatureSupport {
        0 1 "EPT-S1"; 0 2 "EDC"; 0 3 "PTCC"; 0 4 "NAPS";
    }
}
