//! What the doctor must find in each scenario of S6a.

use super::Expected;

/// A row for each scenario. There is no NAS in them, so keys make no difference.
pub(super) const TABLE: &[Expected] = &[
    Expected::healthy("attach"),
    Expected::healthy("tuak"),
    Expected::healthy("tuak-256"),
    Expected::healthy("xor"),
    Expected::remarkable("resync", &[&["resync-answered"]]),
    Expected::fault("unknown", &[&["subscriber-unknown"]]),
    Expected::fault("no-eps", &[&["eps-subscription-unknown"]]),
    Expected::fault("rat", &[&["rat-not-allowed"]]),
    Expected::fault("roaming", &[&["roaming-not-allowed"]]),
    Expected::remarkable("handover", &[&["location-cancelled"]]),
    Expected::remarkable("change", &[&["subscription-changed"]]),
    Expected::healthy("purge"),
    Expected::healthy("crowd"),
];
