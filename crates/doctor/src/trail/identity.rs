//! Identities that both systems have, each in its own form.

use quintet_identity::{Guti, Plmn, STmsi, Tai, fgs};
use std::fmt;

/// A temporary identity as the network gave it, whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Temporary {
    /// GUTI.
    Eps(Guti),
    /// 5G-GUTI.
    Fgs(fgs::Guti),
}

/// A temporary identity as it is paged by: unique within the MME's or AMF's pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Short {
    /// S-TMSI.
    Eps(STmsi),
    /// 5G-S-TMSI.
    Fgs(fgs::STmsi),
}

/// The tracking area of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Area {
    /// TAI of EPS.
    Eps(Tai),
    /// TAI of 5GS.
    Fgs(fgs::Tai),
}

impl Temporary {
    /// The network that gave it.
    #[must_use]
    pub const fn plmn(&self) -> Plmn {
        match self {
            Self::Eps(guti) => guti.plmn,
            Self::Fgs(guti) => guti.guami.plmn,
        }
    }

    /// Its short form.
    #[must_use]
    pub fn short(&self) -> Short {
        match self {
            Self::Eps(guti) => Short::Eps(guti.s_tmsi()),
            Self::Fgs(guti) => Short::Fgs(guti.s_tmsi()),
        }
    }
}

impl Area {
    /// Its network.
    #[must_use]
    pub const fn plmn(&self) -> Plmn {
        match self {
            Self::Eps(tai) => tai.plmn,
            Self::Fgs(tai) => tai.plmn,
        }
    }
}

impl fmt::Display for Area {
    /// `PLMN 00101 and TAC 7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Eps(tai) => write!(f, "PLMN {} and TAC {}", tai.plmn, tai.tac),
            Self::Fgs(tai) => write!(f, "PLMN {} and TAC {}", tai.plmn, tai.tac),
        }
    }
}
