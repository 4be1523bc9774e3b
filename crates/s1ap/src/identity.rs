//! Identities of UEs, cells and nodes (TS 36.413 9.2.1.37, 9.2.1.38, 9.2.3).

use crate::S1ap;
use oxirush_s1ap::s1ap as asn1;
use quintet_ap::{EncodeError, Generated, plain_values};
use quintet_identity::{Ecgi, Gummei, Plmn, STmsi, Tai};

mod node;

pub use node::{EnbId, GlobalEnbId, ServedGummei, SupportedTa};

/// MME UE S1AP ID (TS 36.413 9.2.3.3): a UE of an MME, 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MmeUeS1apId(pub u32);

/// eNB UE S1AP ID (TS 36.413 9.2.3.4): a UE of an eNB, 24 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnbUeS1apId(pub u32);

/// UE S1AP IDs (TS 36.413 9.2.3.18): whom a UE CONTEXT RELEASE COMMAND is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UeS1apIds {
    /// Both identities.
    Pair {
        /// The MME's.
        mme_ue_s1ap_id: MmeUeS1apId,
        /// The eNB's.
        enb_ue_s1ap_id: EnbUeS1apId,
    },
    /// The MME's alone, when the eNB's is not known.
    Mme(MmeUeS1apId),
}

/// The PLMN of S1AP's three octets.
pub(crate) fn plmn_of(generated: &asn1::PLMNidentity) -> Option<Plmn> {
    quintet_ap::plmn_of(generated.0.0)
}

/// S1AP's three octets of the PLMN.
pub(crate) fn plmn_asn1(plmn: Plmn) -> asn1::PLMNidentity {
    asn1::PLMNidentity(asn1::TBCDSTRING(quintet_ap::plmn_octets(plmn)))
}

pub(crate) fn s_tmsi_of(generated: &asn1::STMSI) -> STmsi {
    STmsi {
        mme_code: generated.mmec.0[0],
        m_tmsi: u32::from_be_bytes(generated.m_tmsi.0),
    }
}

pub(crate) fn s_tmsi_asn1(s_tmsi: STmsi) -> asn1::STMSI {
    asn1::STMSI::new(
        asn1::MMECode([s_tmsi.mme_code]),
        asn1::MTMSI(s_tmsi.m_tmsi.to_be_bytes()),
        None,
    )
}

impl Generated<'_, S1ap> for MmeUeS1apId {
    type Asn1 = asn1::MMEUES1APID;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self(generated.0))
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::MMEUES1APID(self.0))
    }
}

impl Generated<'_, S1ap> for EnbUeS1apId {
    type Asn1 = asn1::ENBUES1APID;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self(generated.0))
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::ENBUES1APID(self.0))
    }
}

impl Generated<'_, S1ap> for UeS1apIds {
    type Asn1 = asn1::UES1APIDs;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        match generated {
            asn1::UES1APIDs::uE_S1AP_ID_pair(pair) => Some(Self::Pair {
                mme_ue_s1ap_id: MmeUeS1apId(pair.mme_ue_s1ap_id.0),
                enb_ue_s1ap_id: EnbUeS1apId(pair.enb_ue_s1ap_id.0),
            }),
            asn1::UES1APIDs::mME_UE_S1AP_ID(id) => Some(Self::Mme(MmeUeS1apId(id.0))),
            _ => None,
        }
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(match *self {
            Self::Pair {
                mme_ue_s1ap_id,
                enb_ue_s1ap_id,
            } => asn1::UES1APIDs::uE_S1AP_ID_pair(asn1::UES1APIDPair::new(
                asn1::MMEUES1APID(mme_ue_s1ap_id.0),
                asn1::ENBUES1APID(enb_ue_s1ap_id.0),
                None,
            )),
            Self::Mme(id) => asn1::UES1APIDs::mME_UE_S1AP_ID(asn1::MMEUES1APID(id.0)),
        })
    }
}

impl Generated<'_, S1ap> for Tai {
    type Asn1 = asn1::TAI;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            plmn: plmn_of(&generated.plmn_identity)?,
            tac: u16::from_be_bytes(generated.tac.0),
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::TAI::new(
            plmn_asn1(self.plmn),
            asn1::TAC(self.tac.to_be_bytes()),
            None,
        ))
    }
}

impl Generated<'_, S1ap> for Ecgi {
    type Asn1 = asn1::EUTRANCGI;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        let cell = u32::try_from(generated.cell_id.0.value()).ok()?;
        Self::new(plmn_of(&generated.plmn_identity)?, cell).ok()
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        let cell = asn1::CellIdentity::new(self.cell().into())
            .map_err(|_| EncodeError::Value { what: "E-UTRAN CGI" })?;
        Ok(asn1::EUTRANCGI::new(plmn_asn1(self.plmn()), cell, None))
    }
}

impl Generated<'_, S1ap> for Gummei {
    type Asn1 = asn1::GUMMEI;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            plmn: plmn_of(&generated.plmn_identity)?,
            mme_group_id: u16::from_be_bytes(generated.mme_group_id.0),
            mme_code: generated.mme_code.0[0],
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::GUMMEI::new(
            plmn_asn1(self.plmn),
            asn1::MMEGroupID(self.mme_group_id.to_be_bytes()),
            asn1::MMECode([self.mme_code]),
            None,
        ))
    }
}

impl Generated<'_, S1ap> for STmsi {
    type Asn1 = asn1::STMSI;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(s_tmsi_of(&generated))
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(s_tmsi_asn1(*self))
    }
}

plain_values!(S1ap: MmeUeS1apId, EnbUeS1apId, UeS1apIds, Tai, Ecgi, Gummei, STmsi);
