//! The tracking areas a UE may roam without a word, and its other parameters of being registered (TS 24.301 5.5.1.2.4,
//! 5.5.3.2.4, 9.9.3.33, 9.9.3.12A).

use super::Policy;
use quintet_identity::Tai;
use quintet_nas::eps::{GprsTimer, MAX_TAIS, TaiList};

/// EMC BS in the first octet of EPS network feature support: emergency bearer services are there.
const EMC_BS: u8 = 1 << 1;

/// The TAI list of a UE in `here`: that area, then those of the same PLMN that the operator serves, 16 at most.
pub(super) fn list(policy: &Policy, here: Tai) -> Vec<Tai> {
    let others = policy
        .tracking_areas
        .iter()
        .filter(|tai| tai.plmn == here.plmn && **tai != here);
    std::iter::once(here)
        .chain(others.copied())
        .take(MAX_TAIS)
        .collect()
}

/// Whether a UE that got its list in `before` must get another in `here`: the order does not count.
pub(super) fn differ(policy: &Policy, before: Tai, here: Tai) -> bool {
    let (mut old, mut new) = (list(policy, before), list(policy, here));
    old.sort_unstable();
    new.sort_unstable();
    old != new
}

/// The list as an element. `list` has one area at least and [`MAX_TAIS`] at most.
pub(super) fn element(policy: &Policy, here: Tai) -> TaiList<'static> {
    TaiList::of(&list(policy, here)).expect("one to sixteen areas, as `list` makes them")
}

/// T3412 as the UE is told it; what is too long to code is the longest time that is not "never" (TS 24.008 10.5.7.3).
pub(super) fn t3412(policy: &Policy) -> GprsTimer {
    GprsTimer::from_duration(policy.timers.t3412).unwrap_or(LONGEST_TIMER)
}

/// 31 times six minutes.
const LONGEST_TIMER: GprsTimer = GprsTimer(2 << 5 | 31);

/// EPS network feature support.
pub(super) fn features(policy: &Policy) -> [u8; 2] {
    [if policy.emergency_apn.is_some() { EMC_BS } else { 0 }, 0]
}
