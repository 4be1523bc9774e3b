//! The tracking areas a UE may roam without a word, and its other parameters of being registered (TS 24.501 5.5.1.2.4,
//! 9.11.3.5, 9.11.3.9).

use super::Policy;
use quintet_identity::fgs::Tai;
use quintet_nas::fgs::{GprsTimer, GprsTimer3, MAX_TAIS, TaiList};
use std::time::Duration;

/// EMC in the first octet of 5GS network feature support: emergency services in NR connected to 5GCN.
const EMC_NR: u8 = 0b01 << 2;

/// IWK N26 in the first octet: "interworking without N26 interface supported". What is not told is not supported.
const NO_INTERWORKING: u8 = 0;

/// 31 times 320 hours: the longest time GPRS timer 3 has (TS 24.008 10.5.7.4a).
const LONGEST_TIMER_3: GprsTimer3 = GprsTimer3(0b110 << 5 | 31);

/// 31 times six minutes, the longest of GPRS timer (TS 24.008 10.5.7.3).
const LONGEST_TIMER: GprsTimer = GprsTimer(2 << 5 | 31);

/// The TAI list of a UE in `here`: that area, then those of the same PLMN that the operator serves, 16 at most.
pub(super) fn list(policy: &Policy, here: Tai) -> TaiList<'static> {
    let others = policy
        .tracking_areas
        .iter()
        .filter(|tai| tai.plmn == here.plmn && **tai != here);
    let tais: Vec<Tai> = std::iter::once(here)
        .chain(others.copied())
        .take(MAX_TAIS)
        .collect();
    TaiList::of(&tais).expect("one to sixteen areas")
}

/// T3512 as the UE is told it.
pub(super) fn t3512(policy: &Policy) -> GprsTimer3 {
    GprsTimer3::from_duration(policy.timers.t3512).unwrap_or(LONGEST_TIMER_3)
}

/// T3502 as the UE is told it.
pub(super) fn t3502(duration: Duration) -> GprsTimer {
    GprsTimer::from_duration(duration).unwrap_or(LONGEST_TIMER)
}

/// 5GS network feature support.
pub(super) fn features(policy: &Policy) -> [u8; 2] {
    let emergency = if policy.emergency { EMC_NR } else { 0 };
    [emergency | NO_INTERWORKING, 0]
}
