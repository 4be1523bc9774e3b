//! Which slices a UE gets (TS 24.501 4.6.2.2, 5.5.1.2.4, 5.5.1.2.5; TS 23.501 5.15.5.2).

use crate::network::SubscribedSNssai;
use quintet_identity::SNssai;
use quintet_nas::fgs::RejectedSNssaiCause;

/// Most slices in an allowed NSSAI (TS 24.501 9.11.3.37, 8.2.7.6).
const MAX_ALLOWED: usize = 8;

/// Most slices in a configured NSSAI (TS 24.501 9.11.3.37).
const MAX_CONFIGURED: usize = 16;

/// What a UE gets of what it asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::network) struct Slices {
    /// Allowed NSSAI.
    pub(in crate::network) allowed: Vec<SNssai>,
    /// Rejected NSSAI.
    pub(in crate::network) rejected: Vec<(SNssai, RejectedSNssaiCause)>,
    /// Configured NSSAI: told to a UE that asked for nothing, or for what it cannot have.
    pub(in crate::network) configured: Vec<SNssai>,
}

/// Requested ∩ subscribed ∩ served; the subscribed default ones where nothing remains of that. No allowed slice at all is
/// for the caller to refuse.
pub(in crate::network) fn choose(
    requested: Option<&[SNssai]>,
    subscribed: &[SubscribedSNssai],
    served_here: &[SNssai],
) -> Slices {
    let served: Vec<&SubscribedSNssai> = subscribed
        .iter()
        .filter(|slice| served_here.contains(&slice.s_nssai))
        .collect();
    let asked = requested.unwrap_or_default();
    let (mut allowed, refused): (Vec<_>, Vec<_>) = asked
        .iter()
        .copied()
        .partition(|slice| served.iter().any(|s| s.s_nssai == *slice));
    if allowed.is_empty() {
        allowed.extend(served.iter().filter(|s| s.default).map(|s| s.s_nssai));
    }
    allowed.truncate(MAX_ALLOWED);
    let configure = requested.is_none() || !refused.is_empty();
    Slices {
        allowed,
        rejected: refused
            .into_iter()
            .map(|slice| (slice, RejectedSNssaiCause::NOT_AVAILABLE_IN_PLMN))
            .collect(),
        configured: served
            .iter()
            .filter(|_| configure)
            .map(|s| s.s_nssai)
            .take(MAX_CONFIGURED)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(sst: u8) -> SNssai {
        SNssai::new(sst)
    }

    fn of(requested: Option<&[u8]>, subscribed: &[(u8, bool)], served: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let served: Vec<_> = served.iter().map(|sst| slice(*sst)).collect();
        let subscribed: Vec<_> = subscribed
            .iter()
            .map(|(sst, default)| SubscribedSNssai {
                s_nssai: slice(*sst),
                default: *default,
            })
            .collect();
        let requested = requested.map(|r| r.iter().map(|sst| slice(*sst)).collect::<Vec<_>>());
        let slices = choose(requested.as_deref(), &subscribed, &served);
        let ssts = |slices: Vec<SNssai>| slices.into_iter().map(SNssai::sst).collect();
        (
            ssts(slices.allowed),
            ssts(slices.rejected.into_iter().map(|(slice, _)| slice).collect()),
            ssts(slices.configured),
        )
    }

    #[test]
    fn what_is_asked_subscribed_and_served() {
        let subscribed = [(1, true), (2, false), (3, false)];
        assert_eq!(
            of(Some(&[2, 1]), &subscribed, &[1, 2]),
            (vec![2, 1], vec![], vec![])
        );
        assert_eq!(
            of(Some(&[3, 2]), &subscribed, &[1, 2]),
            (vec![2], vec![3], vec![1, 2])
        );
        assert_eq!(of(None, &subscribed, &[1, 2]), (vec![1], vec![], vec![1, 2]));
        assert_eq!(
            of(Some(&[9]), &subscribed, &[1, 2]),
            (vec![1], vec![9], vec![1, 2])
        );
        assert_eq!(
            of(Some(&[9]), &subscribed, &[3]),
            (vec![], vec![9], vec![3]),
            "no default is served"
        );
        assert_eq!(of(None, &[], &[1]), (vec![], vec![], vec![]));
    }
}
