//! What the doctor must find in each scenario of LTE.

use super::Expected;

/// A row for each scenario. Without keys means without S6a as well, which carries KASME.
pub(super) const TABLE: &[Expected] = &[
    Expected::healthy("attach"),
    Expected::healthy("attach-guti"),
    Expected::remarkable("attach-unknown-guti", &[&["imsi-in-clear"]]),
    Expected::healthy("service-request"),
    Expected::healthy("tau"),
    Expected::healthy("detach"),
    Expected::healthy("network-detach"),
    Expected::healthy("paging"),
    Expected::healthy("re-authentication"),
    Expected::healthy("parallel-attach"),
    Expected::remarkable("emergency-eia0", &[&["null-integrity-emergency"]]),
    // The COUNTs are set, so no MAC tells how near their end they are; that there is another key set shows.
    Expected::remarkable("count-wrap", &[&["ksi-not-known"]]),
    Expected::remarkable("stale-ksi", &[&["ksi-not-known"]]),
    Expected::remarkable("smc-repeated-loop", &[&["repeated-security-loop"]]),
    Expected::fault(
        "wrong-key",
        &[&["authentication-mac-failure"], &["usim-other-key"]],
    )
    .without(&[&["authentication-mac-failure"]]),
    Expected::fault(
        "op-used-as-opc",
        &[&["authentication-mac-failure"], &["op-opc-confused"]],
    )
    .without(&[&["authentication-mac-failure"]]),
    Expected::fault("mac-failure", &[&["authentication-mac-failure"]]),
    Expected::remarkable(
        "sync-failure",
        &[&["authentication-resynchronised"], &["sqn-distance"]],
    )
    .without(&[&["authentication-resynchronised"]]),
    Expected::fault("sync-loop", &[&["authentication-sync-loop"]]),
    Expected::fault("non-eps-auth", &[&["non-eps-authentication-unacceptable"]]),
    Expected::fault("auth-silent", &[&["authentication-unanswered"]]),
    Expected::fault(
        "auth-then-nothing",
        &[&["smc-never-started"], &["rejected-capabilities-mismatch"]],
    ),
    Expected::fault(
        "unknown-imsi",
        &[&["subscriber-unknown"], &["rejected-no-services-allowed"]],
    )
    .without(&[&["rejected-no-services-allowed"]]),
    Expected::fault(
        "roaming-not-allowed",
        &[&["roaming-not-allowed"], &["rejected-plmn-not-allowed"]],
    )
    // The reject is ciphered.
    .without(&[&["continuation-failed"]]),
    Expected::fault("smc-reject-capability", &[&["smc-rejected-capabilities"]]),
    Expected::fault("smc-reject-unspecified", &[&["smc-rejected"]]),
    Expected::fault("smc-silent", &[&["smc-unanswered"]]),
    Expected::fault(
        "bidding-down",
        &[&["smc-rejected-capabilities"], &["capabilities-seem-reduced"]],
    ),
    Expected::remarkable("replay", &[&["count-replayed"]]),
    Expected::remarkable("unprotected-after-smc", &[&["plain-after-security"]]),
    Expected::fault("complete-then-silent", &[&["accept-unanswered"]]),
    Expected::fault(
        "hss-unreachable",
        &[&["vectors-unanswered"], &["rejected-network-failure"]],
    )
    .without(&[&["rejected-network-failure"]]),
    Expected::healthy("hss-slow"),
    Expected::remarkable("mme-restart", &[&["ksi-not-known"]]),
    // What the seed makes of the messages decides what can be said of them.
    Expected::fault(
        "malformed",
        &[&[
            "malformed-nas",
            "not-allowed-here",
            "unexpected-protection",
            "no-network-answer",
            "error-indication",
            "began-again",
            "plain-after-security",
            "rejected-for-protocol",
            "rejected-no-services-allowed",
        ]],
    ),
];
