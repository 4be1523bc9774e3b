//! What a 3GPP AAA server is told when a subscription changes (TS 29.273 8.1.2.2.3, 8.1.2.3).

use crate::model::Subscription;
use quintet_identity::Msisdn;

/// What changed for who serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileChange {
    /// Nothing that it knows.
    Nothing,
    /// The profile: PPR.
    Profile,
    /// It may serve no more: RTR.
    Withdrawn,
}

/// Compares what was told with what shall be known; `old` is `None` if it is not remembered.
#[must_use]
pub fn profile_change(
    old: Option<(&Subscription, Option<Msisdn>)>,
    new: (&Subscription, Option<Msisdn>),
) -> ProfileChange {
    let (b, number) = new;
    if !b.non_3gpp.is_of_use(b) {
        return ProfileChange::Withdrawn;
    }
    let same = old.is_some_and(|(a, before)| {
        before == number
            && a.non_3gpp == b.non_3gpp
            && a.ambr == b.ambr
            && a.charging_characteristics == b.charging_characteristics
            && a.default_context_identifier == b.default_context_identifier
            && a.apn_oi_replacement == b.apn_oi_replacement
            && a.apn_configurations == b.apn_configurations
            && a.ue_usage_type == b.ue_usage_type
    });
    if same {
        ProfileChange::Nothing
    } else {
        ProfileChange::Profile
    }
}
