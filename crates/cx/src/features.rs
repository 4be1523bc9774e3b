//! Supported-Features (TS 29.229 6.3.29, 7.2).

use crate::code::flags;
use crate::{Fault, VENDOR_3GPP, read};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, MessageWriter};

flags! {
    /// The features of Cx, Feature-List-ID 1 (TS 29.229 7.1.1).
    Features {
        /// SiFC: shared iFC sets.
        SHARED_IFC_SETS = 0,
        /// AliasInd: aliases within an implicit registration set.
        ALIAS_INDICATION = 1,
        /// IMSRestorationInd: restoration information is kept by the HSS.
        IMS_RESTORATION = 2,
        /// P-CSCF-Restoration-mechanism: by the HSS.
        P_CSCF_RESTORATION = 3,
    }
}

impl std::ops::BitOr for Features {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl std::ops::BitAnd for Features {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// The most Supported-Features that are kept of a message where their number is bounded: one vendor has a list or two.
pub const MAX_FEATURE_LISTS: usize = 8;

/// One Supported-Features AVP, of whatever vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureList {
    /// Vendor-Id.
    pub vendor_id: u32,
    /// Feature-List-ID.
    pub id: u32,
    /// Feature-List.
    pub list: u32,
    /// The M bit of a request: who lacks one of these features must refuse it (TS 29.229 7.2.1).
    pub required: bool,
}

impl FeatureList {
    /// Cx's own list.
    #[must_use]
    pub const fn cx(features: Features) -> Self {
        Self {
            vendor_id: VENDOR_3GPP,
            id: 1,
            list: features.0,
            required: false,
        }
    }

    /// The features of Cx among lists; `None` if its list is not there.
    #[must_use]
    pub fn of_cx(lists: &[Self]) -> Option<Features> {
        let mut found = lists.iter().filter(|l| l.vendor_id == VENDOR_3GPP && l.id == 1);
        found.next().map(|l| Features(l.list))
    }

    /// Whether it requires a feature that is not among `known`, those of the application's own list (TS 29.229 7.2.1).
    #[must_use]
    pub const fn is_lacking(&self, known: u32) -> bool {
        let known = if self.vendor_id == VENDOR_3GPP && self.id == 1 {
            known
        } else {
            0
        };
        self.required && self.list & !known != 0
    }

    /// Reads one.
    ///
    /// # Errors
    /// A value of another length.
    pub fn read(avp: &Avp<'_>) -> Result<Self, Fault> {
        let mut list = Self {
            vendor_id: 0,
            id: 0,
            list: 0,
            required: avp.flags.mandatory(),
        };
        read::group(avp, |inner| {
            if inner.is(avp::VENDOR_ID) {
                list.vendor_id = read::u32(inner)?;
            } else if inner.is(avp::FEATURE_LIST_ID) {
                list.id = read::u32(inner)?;
            } else if inner.is(avp::FEATURE_LIST) {
                list.list = read::u32(inner)?;
            }
            Ok(())
        })?;
        Ok(list)
    }

    /// Reads one more of a list that is bounded.
    ///
    /// # Errors
    /// A value of another length, or one more than [`MAX_FEATURE_LISTS`].
    pub fn push(lists: &mut Vec<Self>, avp: &Avp<'_>) -> Result<(), Fault> {
        if lists.len() >= MAX_FEATURE_LISTS {
            return Err(Fault::value(avp, "too many AVPs of this name"));
        }
        lists.push(Self::read(avp)?);
        Ok(())
    }

    /// Writes them.
    pub fn write_all(w: &mut MessageWriter<'_>, lists: &[Self]) {
        for list in lists {
            let id = avp::SUPPORTED_FEATURES;
            w.group(if list.required { id } else { id.optional() }, |w| {
                w.u32(avp::VENDOR_ID, list.vendor_id);
                w.u32(avp::FEATURE_LIST_ID, list.id);
                w.u32(avp::FEATURE_LIST, list.list);
            });
        }
    }
}
