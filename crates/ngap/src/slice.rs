//! Slices: what nodes support and what a UE may use (TS 38.413 9.3.1.17, 9.3.1.24, 9.3.1.31).

use crate::Ngap;
use crate::identity::{plmn_asn1, plmn_of};
use oxirush_ngap::ngap as asn1;
use quintet_ap::{EncodeError, Generated, plain_values};
use quintet_identity::fgs::Tac;
use quintet_identity::{Plmn, SNssai};

/// A tracking area an NG-RAN node serves (TS 38.413 9.2.6.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SupportedTa {
    /// Tracking area code.
    pub tac: Tac,
    /// The PLMNs it broadcasts there, 1 to 12.
    pub broadcast_plmns: Vec<BroadcastPlmn>,
}

/// A PLMN of a tracking area, and its slices there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BroadcastPlmn {
    /// The PLMN.
    pub plmn_identity: Plmn,
    /// Its slices, 1 to 1024.
    pub tai_slice_support: Vec<SNssai>,
}

/// A PLMN of an AMF, and its slices (TS 38.413 9.2.6.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlmnSupport {
    /// The PLMN.
    pub plmn_identity: Plmn,
    /// Its slices, 1 to 1024.
    pub slice_support: Vec<SNssai>,
}

pub(crate) fn s_nssai_of(generated: &asn1::SNSSAI) -> SNssai {
    let [sst] = generated.sst.0;
    let sd = generated.sd.as_ref().map_or(SNssai::NO_SD, |sd| {
        let [a, b, c] = sd.0;
        u32::from_be_bytes([0, a, b, c])
    });
    // Three octets are 24 bits.
    SNssai::with_sd(sst, sd).unwrap_or(SNssai::new(sst))
}

pub(crate) fn s_nssai_asn1(s_nssai: SNssai) -> asn1::SNSSAI {
    let sd = s_nssai.sd().map(|sd| {
        let [_, a, b, c] = sd.to_be_bytes();
        asn1::SD([a, b, c])
    });
    asn1::SNSSAI::new(asn1::SST([s_nssai.sst()]), sd, None)
}

fn slices_of(generated: &asn1::SliceSupportList) -> Vec<SNssai> {
    generated.0.iter().map(|item| s_nssai_of(&item.s_nssai)).collect()
}

fn slices_asn1(slices: &[SNssai]) -> asn1::SliceSupportList {
    let items = slices
        .iter()
        .map(|&slice| asn1::SliceSupportItem::new(s_nssai_asn1(slice), None));
    asn1::SliceSupportList(items.collect())
}

/// Allowed NSSAI, 1 to [`MAX_ALLOWED_S_NSSAIS`](crate::limits::MAX_ALLOWED_S_NSSAIS).
impl Generated<'_, Ngap> for Vec<SNssai> {
    type Asn1 = asn1::AllowedNSSAI;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(generated.0.iter().map(|item| s_nssai_of(&item.s_nssai)).collect())
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        let items = self
            .iter()
            .map(|&slice| asn1::AllowedNSSAIItem::new(s_nssai_asn1(slice), None));
        Ok(asn1::AllowedNSSAI(items.collect()))
    }
}

impl Generated<'_, Ngap> for Vec<PlmnSupport> {
    type Asn1 = asn1::PLMNSupportList;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        let items = generated.0.iter().map(|item| {
            Some(PlmnSupport {
                plmn_identity: plmn_of(item.plmn_identity)?,
                slice_support: slices_of(&item.slice_support_list),
            })
        });
        items.collect()
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        let items = self.iter().map(|of| {
            asn1::PLMNSupportItem::new(plmn_asn1(of.plmn_identity), slices_asn1(&of.slice_support), None)
        });
        Ok(asn1::PLMNSupportList(items.collect()))
    }
}

impl Generated<'_, Ngap> for Vec<SupportedTa> {
    type Asn1 = asn1::SupportedTAList;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        let areas = generated.0.iter().map(|area| {
            let plmns = area.broadcast_plmn_list.0.iter().map(|item| {
                Some(BroadcastPlmn {
                    plmn_identity: plmn_of(item.plmn_identity)?,
                    tai_slice_support: slices_of(&item.tai_slice_support_list),
                })
            });
            Some(SupportedTa {
                tac: Tac::from_octets(area.tac.0),
                broadcast_plmns: plmns.collect::<Option<_>>()?,
            })
        });
        areas.collect()
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        let areas = self.iter().map(|area| {
            let plmns = area.broadcast_plmns.iter().map(|of| {
                asn1::BroadcastPLMNItem::new(
                    plmn_asn1(of.plmn_identity),
                    slices_asn1(&of.tai_slice_support),
                    None,
                )
            });
            asn1::SupportedTAItem::new(
                asn1::TAC(area.tac.octets()),
                asn1::BroadcastPLMNList(plmns.collect()),
                None,
            )
        });
        Ok(asn1::SupportedTAList(areas.collect()))
    }
}

plain_values!(Ngap: Vec<SNssai>, Vec<PlmnSupport>, Vec<SupportedTa>);
