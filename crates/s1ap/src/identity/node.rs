//! What an eNB and an MME say of themselves (TS 36.413 9.2.1.37, 9.1.8.4, 9.1.8.5).

use super::{plmn_asn1, plmn_of};
use crate::S1ap;
use oxirush_s1ap::Bits;
use oxirush_s1ap::s1ap as asn1;
use quintet_ap::{EncodeError, Generated, plain_values};
use quintet_identity::Plmn;

/// eNB ID (TS 36.413 9.2.1.37): the leftmost bits of the Cell Identity of its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EnbId {
    /// 20 bits.
    Macro(u32),
    /// 28 bits: the whole Cell Identity of its one cell.
    Home(u32),
    /// 18 bits.
    ShortMacro(u32),
    /// 21 bits.
    LongMacro(u32),
}

/// Global eNB ID (TS 36.413 9.2.1.37).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GlobalEnbId {
    /// The eNB's PLMN.
    pub plmn_identity: Plmn,
    /// Which of the PLMN's.
    pub enb_id: EnbId,
}

/// A tracking area an eNB serves, with the PLMNs it broadcasts there (TS 36.413 9.1.8.4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SupportedTa {
    /// Tracking area code.
    pub tac: u16,
    /// One to six PLMNs.
    pub broadcast_plmns: Vec<Plmn>,
}

/// A pool an MME is of: every combination is one of its GUMMEIs (TS 36.413 9.1.8.5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServedGummei {
    /// PLMNs, 1 to 32.
    pub served_plmns: Vec<Plmn>,
    /// MME groups, 1 to 65535.
    pub served_group_ids: Vec<u16>,
    /// MME codes, 1 to 256.
    pub served_mmecs: Vec<u8>,
}

impl EnbId {
    /// The number and how many bits it has.
    #[must_use]
    pub const fn bits(self) -> (u32, u32) {
        match self {
            Self::Macro(id) => (id, 20),
            Self::Home(id) => (id, 28),
            Self::ShortMacro(id) => (id, 18),
            Self::LongMacro(id) => (id, 21),
        }
    }
}

fn plmns_of(generated: &[asn1::PLMNidentity]) -> Option<Vec<Plmn>> {
    generated.iter().map(plmn_of).collect()
}

fn plmns_asn1(plmns: &[Plmn]) -> Vec<asn1::PLMNidentity> {
    plmns.iter().copied().map(plmn_asn1).collect()
}

impl Generated<'_, S1ap> for GlobalEnbId {
    type Asn1 = asn1::GlobalENBID;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        let number = |bits: Bits| u32::try_from(bits.value()).ok();
        Some(Self {
            plmn_identity: plmn_of(&generated.plmn_identity)?,
            enb_id: match generated.enb_id {
                asn1::ENBID::macroENB_ID(bits) => EnbId::Macro(number(bits)?),
                asn1::ENBID::homeENB_ID(bits) => EnbId::Home(number(bits)?),
                asn1::ENBID::short_macroENB_ID(bits) => EnbId::ShortMacro(number(bits)?),
                asn1::ENBID::long_macroENB_ID(bits) => EnbId::LongMacro(number(bits)?),
                _ => return None,
            },
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        let (number, length) = self.enb_id.bits();
        let bits =
            Bits::new(number.into(), length as usize).map_err(|_| EncodeError::Value { what: "eNB ID" })?;
        let enb_id = match self.enb_id {
            EnbId::Macro(_) => asn1::ENBID::macroENB_ID(bits),
            EnbId::Home(_) => asn1::ENBID::homeENB_ID(bits),
            EnbId::ShortMacro(_) => asn1::ENBID::short_macroENB_ID(bits),
            EnbId::LongMacro(_) => asn1::ENBID::long_macroENB_ID(bits),
        };
        Ok(asn1::GlobalENBID::new(
            plmn_asn1(self.plmn_identity),
            enb_id,
            None,
        ))
    }
}

impl Generated<'_, S1ap> for Vec<SupportedTa> {
    type Asn1 = asn1::SupportedTAs;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        let areas = generated.0.iter().map(|area| {
            Some(SupportedTa {
                tac: u16::from_be_bytes(area.tac.0),
                broadcast_plmns: plmns_of(&area.broadcast_plmns.0)?,
            })
        });
        areas.collect()
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        let areas = self.iter().map(|area| {
            asn1::SupportedTAsItem::new(
                asn1::TAC(area.tac.to_be_bytes()),
                asn1::BPLMNs(plmns_asn1(&area.broadcast_plmns)),
                None,
            )
        });
        Ok(asn1::SupportedTAs(areas.collect()))
    }
}

impl Generated<'_, S1ap> for Vec<ServedGummei> {
    type Asn1 = asn1::ServedGUMMEIs;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        let pools = generated.0.iter().map(|pool| {
            Some(ServedGummei {
                served_plmns: plmns_of(&pool.served_plmns.0)?,
                served_group_ids: pool
                    .served_group_ids
                    .0
                    .iter()
                    .map(|id| u16::from_be_bytes(id.0))
                    .collect(),
                served_mmecs: pool.served_mmecs.0.iter().map(|code| code.0[0]).collect(),
            })
        });
        pools.collect()
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        let pools = self.iter().map(|pool| {
            let groups = pool
                .served_group_ids
                .iter()
                .map(|id| asn1::MMEGroupID(id.to_be_bytes()));
            let codes = pool.served_mmecs.iter().map(|&code| asn1::MMECode([code]));
            asn1::ServedGUMMEIsItem::new(
                asn1::ServedPLMNs(plmns_asn1(&pool.served_plmns)),
                asn1::ServedGroupIDs(groups.collect()),
                asn1::ServedMMECs(codes.collect()),
                None,
            )
        });
        Ok(asn1::ServedGUMMEIs(pools.collect()))
    }
}

plain_values!(S1ap: GlobalEnbId, Vec<SupportedTa>, Vec<ServedGummei>);
