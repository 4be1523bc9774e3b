//! Attempts made by hand, for the tests of whatever shows them.

pub mod s6a;

use quintet_doctor::report::{
    Attempt, Cause, Ending, Finding, Links, MacVerdict, Message, Outcome, Reached, Security, Severity,
    Subscriber, Technology,
};

/// A message of NAS, a tenth of a second after the one of the frame before.
#[must_use]
pub fn nas(frame: u64, from: &'static str, to: &'static str, name: &str) -> Message {
    Message {
        capture: 0,
        frame,
        time: format!("2024-05-06T07:08:{:02}.{}00000000Z", 9 + frame / 10, frame % 10),
        from,
        to,
        protocol: "NAS-EPS",
        name: name.to_owned(),
        header: None,
        sequence: None,
        count: None,
        mac: None,
        cause: None,
        details: Vec::new(),
        repeated: false,
    }
}

/// SECURITY MODE COMMAND with these algorithms.
#[must_use]
pub fn security_mode_command(frame: u64, algorithms: &str) -> Message {
    Message {
        header: Some("integrity protected with new context"),
        sequence: Some(0),
        mac: Some(MacVerdict::Unverifiable),
        details: vec![algorithms.to_owned(), "KSI 1".to_owned()],
        ..nas(frame, "MME", "UE", "SECURITY MODE COMMAND")
    }
}

/// An attach that came to its end.
#[must_use]
pub fn healthy(id: u64) -> Attempt {
    let messages = vec![
        nas(1, "UE", "MME", "ATTACH REQUEST"),
        nas(2, "MME", "UE", "AUTHENTICATION REQUEST"),
        nas(3, "UE", "MME", "AUTHENTICATION RESPONSE"),
        security_mode_command(4, "128-EIA2, EEA0"),
        nas(5, "UE", "MME", "SECURITY MODE COMPLETE"),
        nas(6, "MME", "UE", "ATTACH ACCEPT"),
        nas(7, "UE", "MME", "ATTACH COMPLETE"),
    ];
    Attempt {
        id,
        technology: Technology::Eps,
        procedure: "attach",
        subscriber: Subscriber {
            imsi: Some("imsi-6f1c20".to_owned()),
            ..Subscriber::default()
        },
        links: Links {
            mme_ue_s1ap_id: Some(1),
            enb_ue_s1ap_id: Some(7),
            ..Links::default()
        },
        frames: [1, 7],
        outcome: Outcome::Success,
        ending: Ending::Success,
        reached: Reached::Complete,
        broken_at: None,
        cause: None,
        security: Security {
            ksi: Some(1),
            integrity: Some("128-EIA2"),
            ciphering: Some("EEA0"),
            offered: vec!["128-EIA1", "128-EIA2", "EEA0"],
            first_protected_frame: Some(6),
            keys: None,
        },
        messages,
        findings: Vec::new(),
        not_shown: Vec::new(),
    }
}

/// An attach whose SECURITY MODE COMMAND the UE rejects, with another algorithm than [`healthy`].
#[must_use]
pub fn rejected(id: u64) -> Attempt {
    let mut messages = healthy(id).messages;
    messages.truncate(3);
    messages.push(security_mode_command(4, "128-EIA1, EEA0"));
    messages.push(Message {
        cause: Some("#23 UE security capabilities mismatch".to_owned()),
        ..nas(5, "UE", "MME", "SECURITY MODE REJECT")
    });
    messages.push(Message {
        protocol: "S1AP",
        ..nas(6, "MME", "eNB", "UE CONTEXT RELEASE COMMAND")
    });
    Attempt {
        frames: [1, 6],
        outcome: Outcome::Failure,
        ending: Ending::SmcRejected,
        reached: Reached::SecurityMode,
        broken_at: Some("security-mode"),
        cause: Some("#23 UE security capabilities mismatch".to_owned()),
        messages,
        findings: vec![smc_rejected()],
        not_shown: vec!["no S6a in this capture".to_owned()],
        ..healthy(id)
    }
}

/// What [`rejected`] shows.
#[must_use]
pub fn smc_rejected() -> Finding {
    Finding {
        code: "smc-rejected",
        severity: Severity::Fault,
        frames: vec![4, 5],
        captures: vec![0, 0],
        clause: "TS 24.301 5.4.3.5",
        what: "The UE answers SECURITY MODE COMMAND with SECURITY MODE REJECT.".to_owned(),
        causes: vec![Cause {
            why: "The replayed capabilities are not the UE's.".to_owned(),
            evidence: "Frame 4 replays e060, frame 1 reports e0e0.".to_owned(),
        }],
        next: "Compare the capabilities at the eNB and at the MME.".to_owned(),
        display_filter: "frame.number in {4, 5}".to_owned(),
    }
}
