//! Codes of what follows security, and of the connection: `findings/continuation.rs`, `findings/connection.rs`, `findings/esm.rs`.

super::codes! { CHAPTER: "Continuation and connection";
    NO_NETWORK_ANSWER = "no-network-answer", Fault, "TS 24.301 5.5.1.2.6 c",
        "The UE's initial message got no answer at all.",
        "Check that the MME runs and serves this TAC and PLMN, what its log says of this UE, and whether it waits for the HSS.";
    RELEASED_BEFORE_AUTHENTICATION = "released-before-authentication", Fault, "TS 36.413 8.3.3",
        "The connection was released before any challenge.",
        "Look at the release cause and at the MME's log: the request to the HSS may have failed, or the MME does not serve this UE.";
    CONTINUATION_FAILED = "continuation-failed", Warning, "TS 24.301 5.5.1.2.5",
        "Security was established and the procedure failed afterwards: this is not a security fault.",
        "Leave authentication and security mode alone; go on with the procedure that failed and with its cause.";
    ACCEPT_UNANSWERED = "accept-unanswered", Fault, "TS 24.301 5.5.1.2.7 c",
        "The accept was repeated under T3450, and no valid complete came.",
        "Look at whether the UE got it (radio bearers set up?) and whether its complete was discarded by the MME for a MAC that did not hold.";
    REJECT_IGNORED = "reject-ignored", Note, "TS 24.301 5.5.1.2.5",
        "The UE went on after a reject.",
        "Read the ladder: the reject was lost, or the UE dropped it because it was not protected.";
    INITIAL_CONTEXT_SETUP_FAILED = "initial-context-setup-failed", Fault, "TS 36.413 8.3.1.3",
        "The eNB could not set up the UE's context.",
        "Look at the cause and the eNB's log: AS security (no common algorithm, KeNB), radio resources, or the transport to the S-GW.";
    RELEASED_ABNORMALLY = "released-abnormally", Warning, "TS 36.413 8.3.3",
        "The connection was released for a reason that is not ordinary.",
        "Follow the cause: radio causes at the eNB, NAS causes at the MME.";
    RADIO_LOST = "radio-lost", Warning, "TS 36.413 8.3.2",
        "The eNB reported that it lost the UE.",
        "Look at the radio conditions; what the capture calls unanswered may never have reached the UE.";
    NAS_NOT_DELIVERED = "nas-not-delivered", Warning, "TS 36.413 8.6.2.4",
        "The eNB reported that it could not deliver a NAS message to the UE.",
        "Look at the cause; the MME may send the message again after a handover, and its retransmission timer runs anyway.";
    ERROR_INDICATION = "error-indication", Warning, "TS 36.413 8.7.2",
        "One end of S1 complained about the other's message.",
        "Look at the cause and at the message before it: unknown UE S1AP IDs mean that one side has lost the connection.";
    CONNECTION_LOST = "connection-lost", Warning, "TS 36.413 8.7.3",
        "The S1 association broke, or was set up anew, while the attempt ran.",
        "Look at SCTP (heartbeats, ABORT) and at restarts of eNB or MME at this time.";
    S1_SETUP_FAILED = "s1-setup-failed", Fault, "TS 36.413 8.7.3.3",
        "The MME refused the eNB: S1 SETUP FAILURE.",
        "Compare the eNB's PLMNs and TACs with those the MME serves.";
    BEGAN_AGAIN = "began-again", Warning, "TS 24.301 5.5.1.2.6",
        "The UE began anew before the attempt had come to an end.",
        "Look at the UE's timers: T3410 (15 s) for an attach. It had given up, or its connection was lost.";
    ESM_REJECTED = "esm-rejected", Warning, "TS 24.301 6.5.1.4",
        "A session management procedure was refused: this is not a security fault.",
        "Follow the ESM cause: APN, PDN type and subscription, or the gateways.";
    EMM_STATUS = "emm-status", Warning, "TS 24.301 5.7",
        "One end reported a message it could not use.",
        "Look at the message right before it, in the other direction.";
    GUTI_NOT_REALLOCATED = "guti-not-reallocated", Note, "TS 24.301 5.5.1.2.4",
        "The attach was accepted without a new GUTI.",
        "Allocate a GUTI in each ATTACH ACCEPT after an attach by IMSI; a UE without one attaches by its IMSI again.";
    DETACHED_BY_NETWORK = "detached-by-network", Warning, "TS 24.301 5.5.2.3",
        "The network detached the UE.",
        "Look at the detach type and cause, and at the HSS (Cancel Location, subscription withdrawn).";
    REPEATED_SECURITY_LOOP = "repeated-security-loop", Warning, "TS 24.301 5.4.2.2",
        "Authentication and security mode ran in full again and again.",
        "Separate the attempts first. Then look at why the context does not last: KSI and GUTI the UE comes back with, restarts of the MME, a policy that authenticates every time.";
    REPEATED_FAILURE = "repeated-failure", Warning, "TS 24.301 5.5.1.2.6",
        "The subscriber's attempts have failed in the same way several times in a row.",
        "Fix the cause of the failure itself; stop the device meanwhile if it loads the network.";
}
