//! Codes of 5GS alone: `findings/fgs.rs`.

super::codes! { CHAPTER: "5GS";
    SUCI_NULL_SCHEME = "suci-null-scheme", Note, "TS 33.501 5.2.5",
        "The SUCI is of the null scheme: the subscriber's number went over the air for anybody to read.",
        "Provision the home network's public key on the USIM (or in the device) and its private key in the UDM, and choose profile A or B.";
    NGKSI_IN_USE = "ngksi-in-use", Fault, "TS 24.501 5.4.1.3.7 e",
        "The UE refused the challenge with 5GMM cause #71: its ngKSI is that of a context in use.",
        "Have the AMF take another ngKSI than the one the UE named; it may challenge again at once under another.";
    EAP_BIDDING_DOWN = "eap-bidding-down", Fault, "RFC 9048 4",
        "EAP-AKA stands where EAP-AKA' belongs: its keys are bound to no serving network.",
        "Compare the packet on N12 with the one on N1: whoever is between altered it. A UE that finds AT_BIDDING refuses, and is right.";
    RINMR_WITHOUT_CONTAINER = "rinmr-without-container", Warning, "TS 24.501 5.4.2.3",
        "SECURITY MODE COMMAND asked for the initial message again, and SECURITY MODE COMPLETE does not carry it.",
        "The AMF must not take what was sent without protection for granted: it repeats the command or refuses the UE. Correct the UE: the NAS message container holds the whole initial message.";
    INITIAL_MESSAGE_NOT_CONFINED = "initial-message-not-confined", Warning, "TS 24.501 4.4.6",
        "A plain initial message carries more than the cleartext elements.",
        "Correct the UE: before it has a context it sends the cleartext elements alone, and the rest in the NAS message container of SECURITY MODE COMPLETE.";
    REJECTED_5GS_NOT_ALLOWED = "rejected-5gs-not-allowed", Fault, "TS 24.501 A.2",
        "5GMM cause #7: the subscriber may not use 5GS services; with a fresh subscriber it means that the UDM does not know the SUPI.",
        "Check that exactly this SUPI is in the UDM, and the subscription's 5GS part. The USIM counts as invalid for 5GS until the UE is switched off.";
    REJECTED_N1_NOT_ALLOWED = "rejected-n1-not-allowed", Fault, "TS 24.501 A.2",
        "5GMM cause #27: the subscriber may not use 5GS in this network.",
        "Check core network type restrictions of the subscription. The UE turns to LTE.";
    REJECTED_RESTRICTED_AREA = "rejected-restricted-area", Fault, "TS 24.501 A.2",
        "5GMM cause #28: the UE is outside its allowed area.",
        "Check service area restrictions in the subscription, and the cell's TAC.";
    REJECTED_REDIRECTED_TO_EPC = "rejected-redirected-to-epc", Fault, "TS 24.501 A.3",
        "5GMM cause #31: the UE shall use the EPC instead.",
        "Check the network's policy for this kind of UE.";
    REJECTED_NO_SLICES = "rejected-no-slices", Fault, "TS 24.501 A.3",
        "5GMM cause #62: no network slice is left for the UE.",
        "Compare S-NSSAIs (SST and SD) of the subscription, of the AMF and of NG SETUP; a default slice must be subscribed.";
    REJECTED_SERVING_NETWORK = "rejected-serving-network", Fault, "TS 24.501 A.3",
        "5GMM cause #73: the home network does not authorize this serving network.",
        "Compare the serving network name with what AUSF and UDM allow.";
    REJECTED_SNPN = "rejected-snpn", Fault, "TS 24.501 A.3",
        "5GMM cause #74 or #75: the subscriber is not one of this stand-alone non-public network.",
        "Check the NID, and the subscriber's entry in this network.";
    REJECTED_CAG = "rejected-cag", Fault, "TS 24.501 A.3",
        "5GMM cause #76: the subscriber is not in the cell's closed access group.",
        "Check the CAG information of the subscription.";
    REJECTED_NO_USER_PLANE = "rejected-no-user-plane", Fault, "TS 24.501 A.3",
        "5GMM cause #92: there are no user-plane resources for the PDU session.",
        "Look at SMF and UPF. Not a security fault.";
    PAYLOAD_NOT_FORWARDED = "payload-not-forwarded", Note, "TS 24.501 5.4.5.3.1",
        "The AMF sent a payload back: it has nobody to give it to, or may not.",
        "Look at the 5GMM cause: #90 is an SMF that is not there or not chosen, #91 a DNN that is not supported or not subscribed in the slice, #92 user-plane resources.";
}
