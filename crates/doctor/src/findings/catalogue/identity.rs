//! Codes of identification: `findings/identity.rs`.

super::codes! { CHAPTER: "Identification";
    IDENTITY_UNANSWERED = "identity-unanswered", Fault, "TS 24.301 5.4.4.6 b",
        "IDENTITY REQUEST was not answered before T3470 ran out.",
        "Look at the radio side of the connection (release cause, radio link failure) at the time of the request; then at whether the UE attaches with its IMSI after a power cycle.";
    IMSI_IN_CLEAR = "imsi-in-clear", Note, "TS 24.301 5.4.4.2",
        "The network asked for the IMSI, and it went over the air without protection.",
        "Find out why the MME did not know the GUTI: a restart, an old MME that does not answer on S10, or a GUTI of another network. Every such request exposes a permanent identity.";
    DEVICE_IDENTITY_BEFORE_SECURITY = "device-identity-before-security", Warning, "TS 24.301 4.4.4.2",
        "The network asked for an IMEI or IMEISV before secure exchange of NAS messages was established.",
        "A UE need not answer. Ask for the IMEISV in SECURITY MODE COMMAND instead; if this network is not yours, take it for a false base station until shown otherwise.";
    POSSIBLE_IMSI_CATCHER = "possible-imsi-catcher", Warning, "TS 33.401 5.1.1",
        "Identities were asked for and the UE was then turned away without any authentication: the pattern of a false base station.",
        "Compare cell identity, TAC and PLMN with those the operator has there. If the network is yours, look for why subscribers are refused before authentication.";
    IDENTITY_NOT_AVAILABLE = "identity-not-available", Warning, "TS 24.301 5.4.4.3",
        "The UE answered IDENTITY REQUEST, but not with what was asked for.",
        "Check that a USIM is in the device and readable; an emergency attach without one ends here in networks that do not serve it.";
}
