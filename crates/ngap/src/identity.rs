//! Identities of UEs, cells and nodes (TS 38.413 9.3.1.6 to 9.3.1.9, 9.3.3).

use crate::Ngap;
use oxirush_ngap::Bits;
use oxirush_ngap::ngap as asn1;
use quintet_ap::{EncodeError, Generated, plain_values, plmn_octets};
use quintet_identity::fgs::{AmfId, Guami, Ncgi, STmsi, Tac, Tai};
use quintet_identity::{Ecgi, Plmn};

mod node;

pub use node::{GlobalRanNodeId, GnbId, NgEnbId, ServedGuami, UnavailableGuami};

/// AMF UE NGAP ID (TS 38.413 9.3.3.1): a UE of an AMF, 40 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AmfUeNgapId(pub u64);

/// RAN UE NGAP ID (TS 38.413 9.3.3.2): a UE of an NG-RAN node, 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RanUeNgapId(pub u32);

/// AMF Set ID (TS 38.413 9.3.3.12): 10 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AmfSetId(pub u16);

/// Masked IMEISV (TS 38.413 9.3.1.54): the IMEISV's sixteen digits, four bits each, the last four of the serial number
/// (digits 11 to 14) all ones.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MaskedImeisv(pub u64);

/// UE NGAP IDs (TS 38.413 9.2.2.5): whom a UE CONTEXT RELEASE COMMAND is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UeNgapIds {
    /// Both identities.
    Pair {
        /// The AMF's.
        amf_ue_ngap_id: AmfUeNgapId,
        /// The NG-RAN node's.
        ran_ue_ngap_id: RanUeNgapId,
    },
    /// The AMF's alone, when the NG-RAN node's is not known.
    Amf(AmfUeNgapId),
}

/// It tells a person's device.
impl std::fmt::Debug for MaskedImeisv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MaskedImeisv(redacted)")
    }
}

pub(crate) fn plmn_of(generated: asn1::PLMNIdentity) -> Option<Plmn> {
    quintet_ap::plmn_of(generated.0)
}

pub(crate) fn plmn_asn1(plmn: Plmn) -> asn1::PLMNIdentity {
    asn1::PLMNIdentity(plmn_octets(plmn))
}

pub(crate) fn bits(value: u64, length: usize, what: &'static str) -> Result<Bits, EncodeError> {
    Bits::new(value, length).map_err(|_| EncodeError::Value { what })
}

pub(crate) fn tai_of(generated: &asn1::TAI) -> Option<Tai> {
    Some(Tai {
        plmn: plmn_of(generated.plmn_identity)?,
        tac: Tac::from_octets(generated.tac.0),
    })
}

pub(crate) fn tai_asn1(tai: Tai) -> asn1::TAI {
    asn1::TAI::new(plmn_asn1(tai.plmn), asn1::TAC(tai.tac.octets()), None)
}

pub(crate) fn ncgi_of(generated: &asn1::NRCGI) -> Option<Ncgi> {
    Ncgi::new(
        plmn_of(generated.plmn_identity)?,
        generated.nr_cell_identity.0.value(),
    )
    .ok()
}

pub(crate) fn ncgi_asn1(cell: Ncgi) -> Result<asn1::NRCGI, EncodeError> {
    let identity = asn1::NRCellIdentity(bits(cell.cell(), 36, "NR Cell Identity")?);
    Ok(asn1::NRCGI::new(plmn_asn1(cell.plmn()), identity, None))
}

pub(crate) fn ecgi_of(generated: &asn1::EUTRACGI) -> Option<Ecgi> {
    let cell = u32::try_from(generated.eutra_cell_identity.0.value()).ok()?;
    Ecgi::new(plmn_of(generated.plmn_identity)?, cell).ok()
}

pub(crate) fn ecgi_asn1(cell: Ecgi) -> Result<asn1::EUTRACGI, EncodeError> {
    let identity = asn1::EUTRACellIdentity(bits(cell.cell().into(), 28, "E-UTRA Cell Identity")?);
    Ok(asn1::EUTRACGI::new(plmn_asn1(cell.plmn()), identity, None))
}

pub(crate) fn s_tmsi_of(generated: &asn1::FiveGSTMSI) -> Option<STmsi> {
    STmsi::new(
        u16::try_from(generated.amf_set_id.0.value()).ok()?,
        u8::try_from(generated.amf_pointer.0.value()).ok()?,
        u32::from_be_bytes(generated.five_g_tmsi.0),
    )
    .ok()
}

pub(crate) fn s_tmsi_asn1(s_tmsi: STmsi) -> Result<asn1::FiveGSTMSI, EncodeError> {
    Ok(asn1::FiveGSTMSI::new(
        asn1::AMFSetID(bits(s_tmsi.amf_set().into(), 10, "5G-S-TMSI")?),
        asn1::AMFPointer(bits(s_tmsi.amf_pointer().into(), 6, "5G-S-TMSI")?),
        asn1::FiveGTMSI(s_tmsi.tmsi.to_be_bytes()),
        None,
    ))
}

pub(crate) fn guami_of(generated: &asn1::GUAMI) -> Option<Guami> {
    let amf_id = AmfId::new(
        u8::try_from(generated.amf_region_id.0.value()).ok()?,
        u16::try_from(generated.amf_set_id.0.value()).ok()?,
        u8::try_from(generated.amf_pointer.0.value()).ok()?,
    );
    Some(Guami {
        plmn: plmn_of(generated.plmn_identity)?,
        amf_id: amf_id.ok()?,
    })
}

pub(crate) fn guami_asn1(guami: Guami) -> Result<asn1::GUAMI, EncodeError> {
    let id = guami.amf_id;
    Ok(asn1::GUAMI::new(
        plmn_asn1(guami.plmn),
        asn1::AMFRegionID(bits(id.region().into(), 8, "GUAMI")?),
        asn1::AMFSetID(bits(id.set().into(), 10, "GUAMI")?),
        asn1::AMFPointer(bits(id.pointer().into(), 6, "GUAMI")?),
        None,
    ))
}

impl Generated<'_, Ngap> for AmfUeNgapId {
    type Asn1 = asn1::AMFUENGAPID;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self(generated.0))
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::AMFUENGAPID(self.0))
    }
}

impl Generated<'_, Ngap> for RanUeNgapId {
    type Asn1 = asn1::RANUENGAPID;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self(generated.0))
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::RANUENGAPID(self.0))
    }
}

impl Generated<'_, Ngap> for AmfSetId {
    type Asn1 = asn1::AMFSetID;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        u16::try_from(generated.0.value()).ok().map(Self)
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::AMFSetID(bits(self.0.into(), 10, "AMF Set ID")?))
    }
}

impl Generated<'_, Ngap> for MaskedImeisv {
    type Asn1 = asn1::MaskedIMEISV;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self(generated.0.value()))
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::MaskedIMEISV(bits(self.0, 64, "Masked IMEISV")?))
    }
}

impl Generated<'_, Ngap> for UeNgapIds {
    type Asn1 = asn1::UENGAPIDs;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        match generated {
            asn1::UENGAPIDs::uE_NGAP_ID_pair(pair) => Some(Self::Pair {
                amf_ue_ngap_id: AmfUeNgapId(pair.amf_ue_ngap_id.0),
                ran_ue_ngap_id: RanUeNgapId(pair.ran_ue_ngap_id.0),
            }),
            asn1::UENGAPIDs::aMF_UE_NGAP_ID(id) => Some(Self::Amf(AmfUeNgapId(id.0))),
            _ => None,
        }
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(match *self {
            Self::Pair {
                amf_ue_ngap_id,
                ran_ue_ngap_id,
            } => asn1::UENGAPIDs::uE_NGAP_ID_pair(asn1::UENGAPIDPair::new(
                asn1::AMFUENGAPID(amf_ue_ngap_id.0),
                asn1::RANUENGAPID(ran_ue_ngap_id.0),
                None,
            )),
            Self::Amf(id) => asn1::UENGAPIDs::aMF_UE_NGAP_ID(asn1::AMFUENGAPID(id.0)),
        })
    }
}

impl Generated<'_, Ngap> for Guami {
    type Asn1 = asn1::GUAMI;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        guami_of(&generated)
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        guami_asn1(*self)
    }
}

impl Generated<'_, Ngap> for STmsi {
    type Asn1 = asn1::FiveGSTMSI;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        s_tmsi_of(&generated)
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        s_tmsi_asn1(*self)
    }
}

plain_values!(Ngap: AmfUeNgapId, RanUeNgapId, AmfSetId, MaskedImeisv, UeNgapIds, Guami, STmsi);
