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

/// Seconds of each unit of GPRS timer 3 (TS 24.008 10.5.7.4a).
const UNITS_3: [u64; 7] = [2, 30, 60, 600, 3600, 36_000, 1_152_000];

/// Most units that GPRS timers tell.
const MAX_UNITS: u64 = 31;

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

/// T3512 as the UE is told it: the longest time that can be coded and is not longer than what the node waits for.
pub(super) fn t3512(wanted: Duration) -> GprsTimer3 {
    let seconds = wanted.as_secs();
    let longest = UNITS_3
        .map(|unit| (seconds / unit).min(MAX_UNITS) * unit)
        .into_iter()
        .max();
    let longest = Duration::from_secs(longest.unwrap_or_default());
    GprsTimer3::from_duration(longest).expect("a multiple of a unit")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(seconds: u64) -> u64 {
        let told = t3512(Duration::from_secs(seconds));
        told.duration().expect("not deactivated").as_secs()
    }

    #[test]
    fn a_ue_updates_before_the_node_has_waited() {
        for (seconds, expected) in [(54 * 60, 50 * 60), (60, 60), (7, 6), (3600, 3600), (1, 0)] {
            assert_eq!(told(seconds), expected);
        }
        assert_eq!(told(u64::MAX), 31 * 1_152_000);
    }
}
