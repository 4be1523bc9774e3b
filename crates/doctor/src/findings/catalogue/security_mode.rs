//! Codes of security mode control: `findings/security_mode.rs`, `findings/algorithms.rs`, `findings/key_set.rs`.

super::codes! { CHAPTER: "Security mode";
    SMC_NEVER_STARTED = "smc-never-started", Fault, "TS 24.301 5.4.3.2",
        "Authentication was answered, but SECURITY MODE COMMAND never came.",
        "Look into the MME's log right behind AUTHENTICATION RESPONSE: the MME went into another branch (a reject, a new request to the HSS), or stopped.";
    SMC_DELAYED = "smc-delayed", Note, "TS 24.301 5.4.3.2",
        "SECURITY MODE COMMAND came late after AUTHENTICATION RESPONSE.",
        "Look at what the MME does in between: EIR, HSS, load.";
    SMC_WITHOUT_AUTHENTICATION = "smc-without-authentication", Fault, "TS 24.301 5.4.3.2",
        "SECURITY MODE COMMAND came although no authentication ran and the UE had offered no security context.",
        "Check in the MME which context it meant to use. A UE without that context must refuse.";
    SMC_BEFORE_AUTHENTICATION_ENDED = "smc-before-authentication-ended", Fault, "TS 24.301 5.4.3.2",
        "SECURITY MODE COMMAND came while the challenge was still unanswered, or after the UE had refused it.",
        "Check for two procedures of one UE running at once in the MME, and for a merged trace.";
    SMC_REJECTED_CAPABILITIES = "smc-rejected-capabilities", Fault, "TS 24.301 5.4.3.5",
        "The UE refused SECURITY MODE COMMAND with EMM cause #23: the replayed capabilities are not those it sent.",
        "Compare UE network capability in the initial message with the replay in SECURITY MODE COMMAND, in a capture at the UE as well: what differs was changed on the way, or kept from before by the MME.";
    SMC_REJECTED = "smc-rejected", Fault, "TS 24.301 5.4.3.5",
        "The UE refused SECURITY MODE COMMAND.",
        "Check that UE and MME derive the same KASME (serving network identity, KSI) and use the same algorithms: a MAC that does not hold is the usual reason for #24. With `--keys` the doctor recomputes it.";
    SMC_UNANSWERED = "smc-unanswered", Fault, "TS 24.301 5.4.3.7 b",
        "SECURITY MODE COMMAND was never answered, and T3460 had time to run out.",
        "Look at the UE's log: a UE that finds the MAC wrong answers #24, one that is gone answers nothing. Look at the radio link at this time.";
    SMC_REPEATED = "smc-repeated", Warning, "TS 24.301 5.4.3.7 b",
        "SECURITY MODE COMMAND was sent again: T3460 ran out at least once before an answer came.",
        "Look at where the time goes between eNB and UE.";
    SMC_COMPLETE_NOT_ACCEPTED = "smc-complete-not-accepted", Fault, "TS 24.301 5.4.3.4",
        "SECURITY MODE COMMAND was repeated although SECURITY MODE COMPLETE had answered it: the MME discarded the answer.",
        "Look at the MME's log for a MAC that did not hold on SECURITY MODE COMPLETE, and compare KASME and algorithms; with `--keys` the doctor recomputes the MAC.";
    SMC_WRONG_HEADER = "smc-wrong-header", Warning, "TS 24.301 5.4.3.2",
        "SECURITY MODE COMMAND came under another header than `integrity protected with new EPS security context`.",
        "Fix the security header type in the MME; UEs differ in whether they accept it.";
    SMC_COMPLETE_WRONG_HEADER = "smc-complete-wrong-header", Warning, "TS 24.301 5.4.3.3",
        "SECURITY MODE COMPLETE came under another header than `integrity protected and ciphered with new EPS security context`.",
        "Some UE stacks do this with EEA0 and most MMEs accept it. If the MME discards it, this is why.";
    SMC_COMPLETE_UNPROTECTED = "smc-complete-unprotected", Fault + violation, "TS 24.301 4.4.4.3",
        "SECURITY MODE COMPLETE came without protection.",
        "No MME may take it: check the UE's security, and if the MME went on, the MME's.";
    IMEISV_NOT_GIVEN = "imeisv-not-given", Note, "TS 24.301 5.4.3.3",
        "SECURITY MODE COMMAND asked for the IMEISV, SECURITY MODE COMPLETE does not carry it.",
        "Check the UE; device policies that rest on the IMEISV do not work for it.";
    ALGORITHM_NOT_OFFERED = "algorithm-not-offered", Fault, "TS 33.401 7.2.4.3",
        "The network selected an algorithm that the UE did not report.",
        "Check the MME's choice against UE network capability of the initial message; a UE must refuse this with #23 or #24.";
    ALGORITHM_NOT_ALLOWED = "algorithm-not-allowed", Warning, "TS 33.401 7.2.4.3",
        "The network selected an algorithm that is not on the operator's list.",
        "Check the list the MME runs with: it is not the one given to the doctor.";
    NULL_INTEGRITY = "null-integrity", Fault + violation, "TS 33.401 5.1.4.1",
        "EIA0 was selected outside an emergency: nothing vouches for any message.",
        "Remove EIA0 from the MME's list for all but unauthenticated emergencies. A UE must refuse it.";
    NULL_INTEGRITY_EMERGENCY = "null-integrity-emergency", Note, "TS 33.401 15.2",
        "EIA0 was selected for an emergency attach, as it may be for a UE that cannot be authenticated.",
        "Nothing, if the operator has to serve emergency calls of unauthenticated UEs.";
    NULL_CIPHERING = "null-ciphering", Note, "TS 33.401 5.1.3.1",
        "EEA0 was selected: NAS is integrity protected and readable by anybody.",
        "Order EEA0 last in the MME's list, unless the network may not cipher.";
    CAPABILITIES_REPLAYED_DIFFERENTLY = "capabilities-replayed-differently", Fault, "TS 24.301 5.4.3.2",
        "The capabilities replayed in SECURITY MODE COMMAND are not those the UE reported: bidding down, or a mix-up in the MME.",
        "Compare both at UE and MME. If they differ on the air only, somebody between them changes the initial message.";
    CAPABILITIES_SEEM_REDUCED = "capabilities-seem-reduced", Warning, "TS 33.401 7.2.4.4",
        "The capabilities in the initial message leave nothing that the operator would choose, or only null algorithms.",
        "Compare with what this device reports elsewhere: an initial message is not protected, and whoever takes the good algorithms out of it bids down.";
    SMC_KSI_DIFFERS = "smc-ksi-differs", Fault, "TS 24.301 5.4.3.2",
        "SECURITY MODE COMMAND names another key set than the authentication right before it.",
        "Check which context the MME activates after authentication. Also check that two attempts were not merged into one trace.";
    SMC_STALE_KSI = "smc-stale-ksi", Fault, "TS 24.301 5.4.3.2",
        "SECURITY MODE COMMAND names a key set that is neither newly agreed nor the one the UE offered.",
        "The MME holds on to a context that the UE does not have any more: look for one kept over a restart, or handed over by another MME.";
    KSI_NOT_KNOWN = "ksi-not-known", Note, "TS 24.301 5.4.2.2",
        "The UE named a key set, and was authenticated anew all the same: the network did not have it, or did not trust it.",
        "Nothing, if it is rare. If it is the rule, contexts get lost: restarts, pools that are not connected, or a policy that authenticates always.";
    KSI_NOT_CONTINUED = "ksi-not-continued", Warning, "TS 24.301 4.4.2.1",
        "A later message of this connection names another key set than the one security mode took into use.",
        "Find out which side holds the older context: it will discard what the other protects.";
}
