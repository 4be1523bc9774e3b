//! Authentication vectors of the home network (TS 29.503 6.3.6.2.4 to 6.3.6.2.6).

use crate::text_enum::text_enum;
use crate::{Hex, SecretHex, Xres};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

text_enum! {
    /// Kind of vector (6.3.6.3.4).
    AvType {
        /// For 5G AKA.
        FiveGHeAka = "5G_HE_AKA",
        /// For EAP-AKA'.
        EapAkaPrime = "EAP_AKA_PRIME",
    }
}

/// A vector, told apart by `avType`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "avType")]
pub enum AuthenticationVector {
    /// For 5G AKA.
    #[serde(rename = "5G_HE_AKA")]
    FiveGHeAka(Av5GHeAka),
    /// For EAP-AKA'.
    #[serde(rename = "EAP_AKA_PRIME")]
    EapAkaPrime(AvEapAkaPrime),
}

/// 5G HE AV: RAND, AUTN, XRES*, K_AUSF (TS 33.501 6.1.3.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Av5GHeAka {
    /// RAND.
    pub rand: Hex<16>,
    /// XRES*.
    pub xres_star: SecretHex<16>,
    /// AUTN.
    pub autn: Hex<16>,
    /// K_AUSF.
    pub kausf: SecretHex<32>,
}

/// AV': RAND, AUTN, XRES, CK', IK' (TS 33.501 6.1.3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AvEapAkaPrime {
    /// RAND.
    pub rand: Hex<16>,
    /// XRES.
    pub xres: Xres,
    /// AUTN.
    pub autn: Hex<16>,
    /// CK'.
    pub ck_prime: SecretHex<16>,
    /// IK'.
    pub ik_prime: SecretHex<16>,
}

/// Every member that a vector may have. Read into this first, so that an error keeps its place: what serde does for a
/// tagged enumeration loses it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    av_type: AvType,
    rand: Hex<16>,
    autn: Hex<16>,
    xres: Option<Xres>,
    xres_star: Option<SecretHex<16>>,
    kausf: Option<SecretHex<32>>,
    ck_prime: Option<SecretHex<16>>,
    ik_prime: Option<SecretHex<16>>,
}

impl<'de> Deserialize<'de> for AuthenticationVector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Members {
            av_type,
            rand,
            autn,
            xres,
            xres_star,
            kausf,
            ck_prime,
            ik_prime,
        } = Members::deserialize(deserializer)?;
        let missing = D::Error::missing_field;
        match av_type {
            AvType::FiveGHeAka => Ok(Self::FiveGHeAka(Av5GHeAka {
                rand,
                xres_star: xres_star.ok_or_else(|| missing("xresStar"))?,
                autn,
                kausf: kausf.ok_or_else(|| missing("kausf"))?,
            })),
            AvType::EapAkaPrime => Ok(Self::EapAkaPrime(AvEapAkaPrime {
                rand,
                xres: xres.ok_or_else(|| missing("xres"))?,
                autn,
                ck_prime: ck_prime.ok_or_else(|| missing("ckPrime"))?,
                ik_prime: ik_prime.ok_or_else(|| missing("ikPrime"))?,
            })),
            AvType::Other(_) => Err(D::Error::custom(
                "unknown avType, expected 5G_HE_AKA or EAP_AKA_PRIME",
            )),
        }
    }
}
