//! Codes of authentication: `findings/authentication.rs`, `findings/challenge.rs`.

super::codes! { CHAPTER: "Authentication";
    AUTHENTICATION_UNANSWERED = "authentication-unanswered", Fault, "TS 24.301 5.4.2.7 b",
        "AUTHENTICATION REQUEST was never answered, and T3460 had time to run out.",
        "Look at the UE's own log or the radio trace: did the challenge reach it? If it did, look at the USIM (a card that hangs or is gone answers nothing).";
    AUTHENTICATION_REJECTED = "authentication-rejected", Fault, "TS 24.301 5.4.2.5",
        "The network answered the UE's RES with AUTHENTICATION REJECT: RES is not XRES.",
        "Compare K and OPc of the card with those in the HSS (`--keys` tells which is wrong). The UE takes its USIM for invalid now: power-cycle it before the next try.";
    AUTHENTICATION_MAC_FAILURE = "authentication-mac-failure", Fault, "TS 24.301 5.4.2.7 c",
        "The UE refused the challenge with EMM cause #20: MAC in AUTN is not what its USIM computes.",
        "Compare K, OPc (or OP given where OPc belongs) and the algorithm of the card with those in the HSS; `--keys` tells which is wrong.";
    AUTHENTICATION_SYNC_FAILURE = "authentication-sync-failure", Fault, "TS 24.301 5.4.2.7 e",
        "The UE refused the challenge with EMM cause #21: its USIM has seen this SQN, or a later one; no resynchronisation followed.",
        "Check that the MME passes RAND and AUTS on to the HSS in Re-Synchronization-Info, and that the HSS takes SQN_MS over.";
    AUTHENTICATION_RESYNCHRONISED = "authentication-resynchronised", Note, "TS 24.301 5.4.2.7 e",
        "The USIM was ahead of the HSS; one resynchronisation put it right.",
        "Nothing, if it happens once after the HSS was restored or the card was used elsewhere. If it happens with every attach, two HSSs issue vectors for the same card, or SQN is not kept.";
    AUTHENTICATION_SYNC_LOOP = "authentication-sync-loop", Fault, "TS 24.301 5.4.2.7 e",
        "The UE refused a challenge with EMM cause #21 again although a resynchronisation had been under way.",
        "Check whether the HSS verifies AUTS and stores SQN_MS before it makes the next vector, and whether the MME drops the vectors it still had.";
    NON_EPS_AUTHENTICATION_UNACCEPTABLE = "non-eps-authentication-unacceptable", Fault, "TS 24.301 5.4.2.7 d",
        "The UE refused the challenge with EMM cause #26: the AMF in AUTN has no separation bit, so the vector is not one of EPS.",
        "Set AMF to 8000 in the subscriber's record of the HSS, and check that the MME asked with Requested-EUTRAN-Authentication-Info.";
    AUTHENTICATION_NOT_SEPARATED = "authentication-not-separated", Warning, "TS 33.401 6.1.1",
        "AUTN carries an AMF without the separation bit: vectors for E-UTRAN must have it set.",
        "Set AMF to 8000 in the subscriber's record of the HSS. Devices that check the bit answer EMM cause #26.";
    AUTHENTICATION_FAILED_OTHERWISE = "authentication-failed-otherwise", Fault, "TS 24.301 5.4.2.6",
        "The UE refused the challenge with a cause that is none of #20, #21 and #26.",
        "Look at what the UE's log says about the challenge; the network may answer such a failure as it likes.";
    AUTHENTICATION_REFUSED = "authentication-refused", Fault, "TS 24.301 5.4.2.5",
        "AUTHENTICATION REJECT came without an answer of the UE that it could be about.",
        "Look at the MME's log at this time: the reject was decided on something that is not in the capture. If this network is not yours, note that anybody can send an AUTHENTICATION REJECT.";
    KSI_IN_USE = "ksi-in-use", Warning, "TS 24.301 5.4.2.2",
        "The challenge names the very key set that the UE named in its initial message: old and new keys go by one name.",
        "Have the MME count KSIASME on for each authentication. Until then UE and MME may each protect with another key under the same KSI.";
    CHALLENGE_REPEATED = "challenge-repeated", Warning, "TS 24.301 5.4.2.7 b",
        "The same challenge was sent again: T3460 ran out at least once before an answer came.",
        "Look at where the time goes between eNB and UE; paging, a slow USIM, or a weak radio link.";
    SEVERAL_CHALLENGES = "several-challenges", Note, "TS 24.301 5.4.2.2",
        "More than one challenge was sent in this attempt, each with a RAND of its own.",
        "Read each round on its own: the last one counts.";
    CHALLENGE_REUSED = "challenge-reused", Fault, "TS 33.401 6.1.2",
        "A RAND that had already been answered was sent once more as a new challenge.",
        "Check that the MME discards a vector once it is used. A UE answers a used SQN with #21; a recorded challenge sent again is also how an attacker looks for a known UE.";
}
