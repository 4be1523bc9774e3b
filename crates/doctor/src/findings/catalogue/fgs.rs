//! Codes of 5GS alone: `findings/fgs.rs`.

super::codes! { CHAPTER: "5GS";
    SUCI_NULL_SCHEME = "suci-null-scheme", Note, "TS 33.501 5.2.5",
        "The SUCI is of the null scheme: the subscriber's number went over the air for anybody to read.",
        "Provision the home network's public key on the USIM (or in the device) and its private key in the UDM, and choose profile A or B.";
    NGKSI_IN_USE = "ngksi-in-use", Fault, "TS 24.501 5.4.1.3.7 e",
        "The UE refused the challenge with 5GMM cause #71: its ngKSI is that of a context in use.",
        "Have the AMF take another ngKSI than the one the UE named; it may challenge again at once under another.";
    RINMR_WITHOUT_CONTAINER = "rinmr-without-container", Warning, "TS 24.501 5.4.2.3",
        "SECURITY MODE COMMAND asked for the initial message again, and SECURITY MODE COMPLETE does not carry it.",
        "The AMF must not take what was sent without protection for granted: it repeats the command or refuses the UE. Correct the UE: the NAS message container holds the whole initial message.";
    INITIAL_MESSAGE_NOT_CONFINED = "initial-message-not-confined", Warning, "TS 24.501 4.4.6",
        "A plain initial message carries more than the cleartext elements.",
        "Correct the UE: before it has a context it sends the cleartext elements alone, and the rest in the NAS message container of SECURITY MODE COMPLETE.";
    PAYLOAD_NOT_FORWARDED = "payload-not-forwarded", Note, "TS 24.501 5.4.5.3.1",
        "The AMF sent a payload back: it has nobody to give it to, or may not.",
        "Look at the 5GMM cause: #90 is an SMF that is not there or not chosen, #91 a DNN that is not supported or not subscribed in the slice, #92 user-plane resources.";
}
