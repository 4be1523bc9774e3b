//! Authentication information retrieval (TS 29.272 5.2.3.1): who gets which vectors, and in which order.
//!
//! Sequence numbers and the check of Re-Synchronization-Info are the AuC's.

use super::Refusal;
use crate::model::Subscription;
use quintet_identity::{Imsi, Plmn};

/// The most vectors of one kind in one answer, as in MAP (TS 29.002): more would only age in the node, and each costs
/// time that others wait for.
pub const MAX_VECTORS_PER_ANSWER: u8 = 5;

/// What a vector is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VectorKind {
    /// E-UTRAN-Vector: KASME instead of CK and IK, separation bit set.
    Eutran,
    /// UTRAN-Vector, also used in GERAN: a quintet, separation bit clear.
    Utran,
}

/// Requested-EUTRAN- or Requested-UTRAN-GERAN-Authentication-Info, without the token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestedVectors {
    /// Number-Of-Requested-Vectors.
    pub number: Option<u32>,
    /// Immediate-Response-Preferred is present: these are used at once.
    pub immediate: bool,
}

/// An Authentication-Information-Request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthenticationInformation {
    /// User-Name.
    pub imsi: Imsi,
    /// Visited-PLMN-Id: goes into KASME.
    pub visited_plmn: Plmn,
    /// Requested-EUTRAN-Authentication-Info.
    pub eutran: Option<RequestedVectors>,
    /// Requested-UTRAN-GERAN-Authentication-Info.
    pub utran: Option<RequestedVectors>,
}

/// Which visited networks get vectors: a serving network must be entitled to the identity it asks with (TS 33.401
/// 6.1.2), and the HSS knows its roaming agreements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VisitedPlmns {
    /// Any.
    #[default]
    Any,
    /// These only (and the home network's own).
    Only(Vec<Plmn>),
}

impl VisitedPlmns {
    /// Whether a request that names `visited` is served.
    #[must_use]
    pub fn allow(&self, visited: Plmn, home: &[Plmn]) -> bool {
        match self {
            Self::Any => true,
            Self::Only(plmns) => plmns.contains(&visited) || home.contains(&visited),
        }
    }
}

/// How many vectors of each kind, and which come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VectorPlan {
    /// E-UTRAN vectors.
    pub eutran: u8,
    /// UTRAN vectors.
    pub utran: u8,
    /// The kind that is made first.
    pub first: VectorKind,
}

impl VectorPlan {
    /// The kinds in the order they are made, each with how many.
    #[must_use]
    pub fn in_order(self) -> [(VectorKind, u8); 2] {
        match self.first {
            VectorKind::Eutran => [(VectorKind::Eutran, self.eutran), (VectorKind::Utran, self.utran)],
            VectorKind::Utran => [(VectorKind::Utran, self.utran), (VectorKind::Eutran, self.eutran)],
        }
    }
}

impl AuthenticationInformation {
    /// Decides the answer for a provisioned subscriber.
    ///
    /// A request for none (0) is served with one: a resynchronisation with nothing to try again would be pointless.
    /// If both kinds are wanted, the ones marked as immediate come first, E-UTRAN if neither or both are.
    ///
    /// # Errors
    /// `UnknownEpsSubscription` if E-UTRAN vectors are wanted and EPS is not subscribed; `AuthorizationRejected` if
    /// the visited network is not one to serve; `AuthenticationDataUnavailable` if no kind is wanted.
    pub fn plan(
        &self,
        subscription: &Subscription,
        visited: &VisitedPlmns,
        home: &[Plmn],
    ) -> Result<VectorPlan, Refusal> {
        if self.eutran.is_some() && !subscription.eps {
            return Err(Refusal::UnknownEpsSubscription);
        }
        if !visited.allow(self.visited_plmn, home) {
            return Err(Refusal::AuthorizationRejected);
        }
        let number = |requested: Option<RequestedVectors>| match requested {
            None => 0,
            Some(r) => r.number.unwrap_or(1).clamp(1, u32::from(MAX_VECTORS_PER_ANSWER)) as u8,
        };
        let (eutran, utran) = (number(self.eutran), number(self.utran));
        if eutran == 0 && utran == 0 {
            return Err(Refusal::AuthenticationDataUnavailable);
        }
        let immediate = |requested: Option<RequestedVectors>| requested.is_some_and(|r| r.immediate);
        let utran_first = immediate(self.utran) && !immediate(self.eutran);
        let first = if utran_first || eutran == 0 {
            VectorKind::Utran
        } else {
            VectorKind::Eutran
        };
        Ok(VectorPlan { eutran, utran, first })
    }
}
