//! PLMNs, slices, AMFs and places (TS 29.571 5.4.2, 5.4.4).

use crate::Hex;
use quintet_identity::Plmn;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A PLMN (5.4.4.3): three digits of MCC, two or three of MNC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlmnId {
    /// Mobile country code.
    pub mcc: String,
    /// Mobile network code.
    pub mnc: String,
}

/// A PLMN, or with a network identifier an SNPN (5.4.4.33).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlmnIdNid {
    /// Mobile country code.
    pub mcc: String,
    /// Mobile network code.
    pub mnc: String,
    /// Eleven hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nid: Option<String>,
}

/// Reads both as the digits of a PLMN; `None` for what is none.
fn plmn(mcc: &str, mnc: &str) -> Option<Plmn> {
    if mcc.len() != 3 {
        return None;
    }
    Plmn::from_ascii(format!("{mcc}{mnc}").as_bytes()).ok()
}

impl PlmnId {
    /// The PLMN; `None` for what is none.
    #[must_use]
    pub fn plmn(&self) -> Option<Plmn> {
        plmn(&self.mcc, &self.mnc)
    }
}

impl PlmnIdNid {
    /// The PLMN; `None` for what is none.
    #[must_use]
    pub fn plmn(&self) -> Option<Plmn> {
        plmn(&self.mcc, &self.mnc)
    }
}

impl From<Plmn> for PlmnId {
    fn from(plmn: Plmn) -> Self {
        let (mcc, mnc) = plmn.mcc_mnc();
        Self {
            mcc: mcc.to_owned(),
            mnc: mnc.to_owned(),
        }
    }
}

impl From<Plmn> for PlmnIdNid {
    fn from(plmn: Plmn) -> Self {
        let (mcc, mnc) = plmn.mcc_mnc();
        Self {
            mcc: mcc.to_owned(),
            mnc: mnc.to_owned(),
            nid: None,
        }
    }
}

/// A slice (5.4.4.2). As the key of a map it is written `1` or `1-0a0b0c`: as its `Display` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Snssai {
    /// Slice/service type.
    pub sst: u8,
    /// Slice differentiator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sd: Option<Hex<3>>,
}

impl fmt::Display for Snssai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.sst)?;
        match self.sd {
            Some(sd) => write!(f, "-{sd:?}"),
            None => Ok(()),
        }
    }
}

impl Snssai {
    /// Reads the key of a map; `None` for what is none.
    #[must_use]
    pub fn from_key(text: &str) -> Option<Self> {
        let (sst, sd) = text
            .split_once('-')
            .map_or((text, None), |(sst, sd)| (sst, Some(sd)));
        let sd = match sd {
            None => None,
            Some(digits) => {
                let mut octets = [0; 3];
                hex::decode_to_slice(digits, &mut octets).ok()?;
                Some(Hex(octets))
            }
        };
        Some(Self {
            sst: sst.parse().ok()?,
            sd,
        })
    }
}

/// An AMF by its globally unique identifier (5.4.4.16).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Guami {
    /// Its network.
    pub plmn_id: PlmnIdNid,
    /// Region (8 bits), set (10), pointer (6).
    pub amf_id: Hex<3>,
}

/// A tracking area (5.4.4.4).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tai {
    /// Its network.
    pub plmn_id: PlmnId,
    /// Four or six hexadecimal digits; six in 5GS.
    pub tac: String,
    /// Network identifier of an SNPN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nid: Option<String>,
}

/// An NR cell (5.4.4.6).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ncgi {
    /// Its network.
    pub plmn_id: PlmnId,
    /// 36 bits as nine hexadecimal digits.
    pub nr_cell_id: String,
    /// Network identifier of an SNPN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nid: Option<String>,
}

/// Where a UE on NR is (5.4.4.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NrLocation {
    /// Tracking area.
    pub tai: Tai,
    /// Cell.
    pub ncgi: Ncgi,
    /// Minutes since it was learnt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_of_location_information: Option<u16>,
    /// When it was learnt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ue_location_timestamp: Option<String>,
}

/// Where a UE is (5.4.4.7); of other accesses nothing is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserLocation {
    /// On NR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nr_location: Option<NrLocation>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plmns_and_slices() {
        let id = PlmnId {
            mcc: "001".to_owned(),
            mnc: "01".to_owned(),
        };
        assert_eq!(id.plmn().map(PlmnId::from), Some(id));
        for (mcc, mnc) in [("01", "001"), ("001", "1"), ("001", "x1"), ("0010", "1")] {
            let wrong = PlmnId {
                mcc: mcc.to_owned(),
                mnc: mnc.to_owned(),
            };
            assert_eq!(wrong.plmn(), None, "{wrong:?}");
        }
        for text in ["1", "255-0a0b0c"] {
            assert_eq!(Snssai::from_key(text).expect("valid").to_string(), text);
        }
        for wrong in ["256", "1-0a0b", "", "1-", "a"] {
            assert_eq!(Snssai::from_key(wrong), None, "{wrong}");
        }
    }
}
