//! Codes of what the service based interfaces show: `findings/sbi.rs`.

super::codes! { CHAPTER: "AUSF and UDM (SBI)";
    SUCI_DECONCEALMENT_FAILED = "suci-deconcealment-failed", Fault, "TS 33.501 6.12.2",
        "The UDM could not make a SUPI of the SUCI.",
        "Compare home network public key and its identifier on the USIM with the UDM's private keys, and the protection scheme with those that the UDM has.";
    SUBSCRIBER_UNKNOWN_5G = "subscriber-unknown-5g", Fault, "TS 29.503 6.3.7.3",
        "The home network does not know the subscriber: USER_NOT_FOUND.",
        "Search the UDM's database for exactly this SUPI, digit by digit; provision the subscriber, or correct the card.";
    SERVING_NETWORK_REFUSED = "serving-network-refused", Fault, "TS 33.501 6.1.2",
        "The home network does not let the serving network authenticate: SERVING_NETWORK_NOT_AUTHORIZED.",
        "Check servingNetworkName in the request, then the AUSF's list of networks and the roaming agreement.";
    SERVING_NETWORK_NAME_WRONG = "serving-network-name-wrong", Fault, "TS 33.501 6.1.1.4",
        "servingNetworkName in the request is not that of the cell's network.",
        "Compare PLMN and length of the MNC that the AMF is configured for with what the cell broadcasts; UE and home network derive different keys otherwise.";
    RES_STAR_MISMATCH = "res-star-mismatch", Fault, "TS 33.501 6.1.3.2.0",
        "The home network says that the UE's answer is wrong: RES* is not XRES*.",
        "Check K, OPc and the serving network name: with a wrong key the USIM would refuse AUTN first, so a name that differs between UE and AUSF is the usual cause.";
    HXRES_STAR_MISMATCH = "hxres-star-mismatch", Fault, "TS 33.501 6.1.3.2.0",
        "The UE's RES* does not hash to HXRES*: the SEAF refuses it before the home network is asked.",
        "Compare the serving network name that the UE takes (from the cell's PLMN) with servingNetworkName in the request to the AUSF; then K and OPc.";
    HXRES_STAR_WRONG = "hxres-star-wrong", Fault, "TS 33.501 A.5",
        "HXRES* of the AUSF is not the hash of the UDM's XRES*.",
        "Correct the AUSF: HXRES* is the last 128 bits of SHA-256 of RAND and XRES*, in this order.";
    EAP_FAILED = "eap-failed", Fault, "TS 33.501 6.1.3.1",
        "The AUSF ended EAP-AKA' with a failure.",
        "Look at the AUSF's log; with `--keys` the doctor recomputes RES and AT_MAC of the UE's answer.";
    SUBSCRIPTION_REFUSES = "subscription-refuses", Fault, "TS 29.503 6.2.7.3",
        "The UDM does not let the subscriber be registered so: RAT_NOT_ALLOWED, ROAMING_NOT_ALLOWED, ACCESS_NOT_ALLOWED or UNKNOWN_5GS_SUBSCRIPTION.",
        "Check access restrictions, roaming and the 5GS part of the subscription in the UDM.";
    AUSF_UNREACHABLE = "ausf-unreachable", Fault, "TS 29.500 6.10.3",
        "The AUSF did not answer, or somebody on the way said that it cannot.",
        "Look at the AUSF and at the route to it (NRF profile, SCP, SEPP, TCP connection).";
    UDM_UNREACHABLE = "udm-unreachable", Fault, "TS 29.500 6.10.3",
        "The UDM did not answer, or somebody on the way said that it cannot.",
        "Look at the UDM, its database, and the route to it (NRF profile, SCP, SEPP, TCP connection).";
    UDM_SLOW = "udm-slow", Warning, "TS 29.500 6.10.2",
        "AUSF or UDM took so long that AMF or UE may have given up.",
        "Look at where the time goes: in the UDM's database, or in a proxy on the way (the frames tell).";
    SBI_REFUSED = "sbi-refused", Fault, "TS 29.500 5.2.7.2",
        "AUSF or UDM refused with a cause that has no finding of its own.",
        "Look the cause up, and at the log of whoever answered at this time.";
}
