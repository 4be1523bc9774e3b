//! Codes of rejects by EMM cause: `findings/reject.rs`.

super::codes! { CHAPTER: "Rejects by cause";
    REJECTED_IMSI_UNKNOWN = "rejected-imsi-unknown", Fault, "TS 24.301 A.1",
        "EMM cause #2: the HSS does not know the IMSI (for CS services).",
        "Check that the subscriber is provisioned in the HSS.";
    REJECTED_ILLEGAL_UE = "rejected-illegal-ue", Fault, "TS 24.301 A.1",
        "EMM cause #3: the network takes the UE's identity or its authentication for not acceptable.",
        "Check the HSS and the MME's log for why. The USIM counts as invalid until the UE is switched off.";
    REJECTED_IMEI_NOT_ACCEPTED = "rejected-imei-not-accepted", Fault, "TS 24.301 A.2",
        "EMM cause #5: an emergency attach by IMEI is not accepted.",
        "Check the network's policy for emergency calls without USIM.";
    REJECTED_ILLEGAL_ME = "rejected-illegal-me", Fault, "TS 24.301 A.1",
        "EMM cause #6: the device is barred.",
        "Check the IMEI against the EIR's lists.";
    REJECTED_EPS_NOT_ALLOWED = "rejected-eps-not-allowed", Fault, "TS 24.301 A.2",
        "EMM cause #7: the subscriber may not use EPS services.",
        "Check the subscription in the HSS: EPS data there? Access restrictions?";
    REJECTED_NO_SERVICES_ALLOWED = "rejected-no-services-allowed", Fault, "TS 24.301 A.2",
        "EMM cause #8: the subscriber may use neither EPS nor other services; with a fresh subscriber it means that the HSS does not know the IMSI.",
        "Check that exactly this IMSI is in the HSS.";
    REJECTED_IDENTITY_NOT_DERIVED = "rejected-identity-not-derived", Fault, "TS 24.301 A.1",
        "EMM cause #9: the MME cannot tell from the GUTI or S-TMSI whose UE it is.",
        "Look for an MME that restarted, or a pool whose MMEs do not reach each other; the UE attaches anew by itself.";
    REJECTED_IMPLICITLY_DETACHED = "rejected-implicitly-detached", Fault, "TS 24.301 A.1",
        "EMM cause #10: the MME has detached the UE without telling it.",
        "Compare T3412 with the MME's implicit detach timer; the UE attaches anew by itself.";
    REJECTED_PLMN_NOT_ALLOWED = "rejected-plmn-not-allowed", Fault, "TS 24.301 A.2",
        "EMM cause #11: the subscriber may not use this network.",
        "Check roaming in the HSS (5004) and the MME's list of allowed networks. The UE will not try this network again by itself.";
    REJECTED_TA_NOT_ALLOWED = "rejected-ta-not-allowed", Fault, "TS 24.301 A.2",
        "EMM cause #12: the subscriber may not use this tracking area.",
        "Check the regional subscription and the TACs in the MME.";
    REJECTED_ROAMING_NOT_ALLOWED = "rejected-roaming-not-allowed", Fault, "TS 24.301 A.2",
        "EMM cause #13: roaming is not allowed in this tracking area.",
        "Check the roaming agreement and the zone codes.";
    REJECTED_EPS_NOT_ALLOWED_IN_PLMN = "rejected-eps-not-allowed-in-plmn", Fault, "TS 24.301 A.2",
        "EMM cause #14: EPS services are not allowed in this network.",
        "Check the roaming agreement for LTE data.";
    REJECTED_NO_SUITABLE_CELLS = "rejected-no-suitable-cells", Fault, "TS 24.301 A.2",
        "EMM cause #15: there are no suitable cells in this tracking area for the subscriber.",
        "Check RAT restrictions (5421) and access restrictions in the subscription.";
    REJECTED_NETWORK_FAILURE = "rejected-network-failure", Fault, "TS 24.301 A.3",
        "EMM cause #17: something behind the MME failed.",
        "Look at S6a and S11 at this time: an HSS that does not answer comes out as #17.";
    REJECTED_ESM_FAILURE = "rejected-esm-failure", Fault, "TS 24.301 5.5.1.2.5",
        "EMM cause #19: the PDN connection that goes with the attach could not be set up.",
        "Follow the ESM cause beside it: APN, PDN type, subscription, gateways. Not a security fault.";
    REJECTED_CONGESTION = "rejected-congestion", Fault, "TS 24.301 A.3",
        "EMM cause #22: the network is congested; the UE waits for T3346.",
        "Look at load and at congestion control of MME and APN.";
    REJECTED_CAPABILITIES_MISMATCH = "rejected-capabilities-mismatch", Fault, "TS 24.301 A.3",
        "EMM cause #23: UE and network share no acceptable algorithm, or the UE found its capabilities changed.",
        "Compare the UE's algorithms with the operator's list.";
    REJECTED_CSG = "rejected-csg", Fault, "TS 24.301 A.2",
        "EMM cause #25: the subscriber is not a member of this closed subscriber group.",
        "Check the CSG subscription.";
    REJECTED_REDIRECTED_TO_5GC = "rejected-redirected-to-5gc", Fault, "TS 24.301 A.3",
        "EMM cause #31: the UE shall use the 5G core instead.",
        "Check the network's policy for this kind of UE.";
    REJECTED_SERVICE_OPTION = "rejected-service-option", Fault, "TS 24.301 A.3",
        "EMM cause #35: the requested service option is not authorized in this network.",
        "Check what the UE asked for (relay, emergency, control plane optimisation).";
    REJECTED_CS_TEMPORARILY = "rejected-cs-temporarily", Fault, "TS 24.301 A.3",
        "EMM cause #39: the CS service cannot be had for now.",
        "Check SGs and the MSC.";
    REJECTED_NO_BEARER = "rejected-no-bearer", Fault, "TS 24.301 A.3",
        "EMM cause #40: no EPS bearer context is active.",
        "Compare the bearers that UE and MME believe in; the UE attaches anew by itself.";
    REJECTED_SEVERE_NETWORK_FAILURE = "rejected-severe-network-failure", Fault, "TS 24.301 A.3",
        "EMM cause #42: the network failed severely.",
        "Look at the MME and what is behind it.";
    REJECTED_FOR_PROTOCOL = "rejected-for-protocol", Fault, "TS 24.301 A.5",
        "EMM cause #95 to #111: the network could not use the UE's message.",
        "Look at the octets of the message before it; `quintet nas decode --eps` says where it breaks.";
    REJECTED_OTHERWISE = "rejected-otherwise", Fault, "TS 24.301 9.9.3.9",
        "The network rejected the procedure with a cause that has no entry of its own.",
        "Look at the cause by its number and at the MME's log.";
}
