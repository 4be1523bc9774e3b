//! Codes of what keys show: `findings/keys.rs`.

super::codes! { CHAPTER: "With keys";
    OP_OPC_CONFUSED = "op-opc-confused", Fault, "TS 35.206 4.1",
        "AUTN holds under the subscriber's K if the value given as OPc is taken for OP, or the other way round.",
        "Find out which of the two the value is (OPc = OP enciphered with K, XOR OP: `quintet aka vector --op` shows it) and correct the HSS, the card or the key file, whichever is wrong.";
    K_OPC_SWAPPED = "k-opc-swapped", Fault, "TS 35.206 4.1",
        "AUTN holds if K and OPc are exchanged.",
        "Exchange the two values in the HSS's record, or in the key file if the UE accepts the challenge.";
    AUTN_OTHER_KEY = "autn-other-key", Fault, "TS 33.102 6.3.3",
        "AUTN does not hold under the subscriber's key.",
        "Compare K and OPc in the HSS with those of the card. If they are the same, the challenge is not the home network's: look for a false base station.";
    AUTN_OTHER_RULE = "autn-other-rule", Fault, "TS 33.102 6.3.2",
        "AUTN holds under the subscriber's key only if one step of its making is done otherwise.",
        "Correct the maker of the vectors: AUTN is SQN XOR AK, AMF, and MAC-A = f1(SQN, RAND, AMF).";
    AUTN_ALTERED = "autn-altered", Fault + violation, "TS 33.401 6.1.1",
        "The challenge carries the RAND of a vector that the HSS handed out, and another AUTN.",
        "Look at the MME between S6a and S1: it must pass RAND and AUTN on as they are. Else somebody changes them on their way.";
    USIM_OTHER_KEY = "usim-other-key", Fault, "TS 24.301 5.4.2.7 c",
        "AUTN is genuine under the network's key, and the card refuses it: the card holds another K or OPc.",
        "Compare K and OPc of the card with the HSS's record: what the card's maker delivered, what was personalised last.";
    RES_WRONG = "res-wrong", Fault, "TS 33.102 6.3.3",
        "RES is not what the key, or the HSS's vector, gives for this challenge.",
        "The card accepted AUTN, so K and OPc are right: look at f2, at the length of RES, and at which challenge the UE answered.";
    RES_WRONG_ACCEPTED = "res-wrong-accepted", Fault + violation, "TS 24.301 5.4.2.4",
        "RES is wrong and the network goes on as if it were right.",
        "Correct the MME: it must compare the whole of RES with XRES.";
    AUTS_INVALID = "auts-invalid", Fault, "TS 33.102 6.3.5",
        "MAC-S of the AUTS does not hold under the key that AUTN holds under.",
        "An HSS must not resynchronise on it. Look at f1* and f5* of the card, and at AMF* = 0000.";
    SQN_DISTANCE = "sqn-distance", Note, "TS 33.102 C.2.1",
        "AUTS holds: the distance between the card's SQN and the challenge's is known.",
        "Compare it with how the HSS makes SQN: its step, its index, and what was restored.";
    KASME_OTHER_NETWORK = "kasme-other-network", Fault, "TS 33.401 A.2",
        "The MAC holds with a KASME that was derived for another serving network.",
        "Compare Visited-PLMN-Id of the AIR with the TAI's PLMN: the digits, their order, and whether the MNC has two or three.";
    SERVING_NETWORK_MISMATCH = "serving-network-mismatch", Fault, "TS 33.501 6.1.1.4",
        "RES*, or the network name in EAP-AKA', is that of another serving network than the one whose cell the UE is in.",
        "Compare servingNetworkName of the authentication request with the TAI's PLMN: the digits, whether the MNC has two or three, and three of them in the name.";
    ABBA_MISMATCH = "abba-mismatch", Fault, "TS 33.501 A.7.1",
        "The MAC holds with a KAMF that was derived with another ABBA than the one sent to the UE.",
        "Have the sender take ABBA as it stands in AUTHENTICATION REQUEST: 0000 in this release, and octet for octet whatever it is.";
    KAMF_OTHER_RULE = "kamf-other-rule", Fault, "TS 33.501 A.7",
        "The MAC holds with a KAMF that was derived by another rule.",
        "Correct the derivation: FC 6D, the SUPI without its prefix, ABBA, each with its length.";
    EAP_MAC_INVALID = "eap-mac-invalid", Fault, "RFC 9048 3.1",
        "AT_MAC of EAP-AKA' does not hold under the keys of its challenge.",
        "Compare what goes into K_aut on both sides: CK' and IK' with the network name, and the SUPI without its prefix as identity.";
    KASME_OTHER_CHALLENGE = "kasme-other-challenge", Fault, "TS 33.401 6.1.1",
        "The MAC holds with the KASME of an earlier challenge of the same subscriber.",
        "Have the sender take the KASME of the vector whose challenge was answered.";
    KNASINT_OTHER_RULE = "knasint-other-rule", Fault, "TS 33.401 A.7",
        "The MAC holds with a KNASint that was derived by another rule.",
        "Correct the derivation: FC 15 in EPS and 69 in 5GS, algorithm type distinguisher 02, algorithm identity, each with its length; the lower 128 bits.";
    MAC_OTHER_ALGORITHM = "mac-other-algorithm", Fault, "TS 24.301 5.4.3.2",
        "The MAC holds with another integrity algorithm than the one selected.",
        "Have the sender protect with the algorithm that SECURITY MODE COMMAND selects.";
    MAC_OTHER_COUNT = "mac-other-count", Fault, "TS 24.301 4.4.3.1",
        "The MAC holds with another COUNT than the one its sequence number and the messages before it make.",
        "Compare the overflow counter and the step of COUNT on both sides; a capture that lost more than 255 messages shows the same.";
    COUNT_NOT_RESET = "count-not-reset", Fault, "TS 24.301 4.4.3.1",
        "The first message of a new context goes on counting where the old context was.",
        "Have the sender set both COUNTs to zero when a new context is made.";
    MAC_REUSED_COUNT = "mac-reused-count", Warning, "TS 33.401 6.5",
        "The MACs of two different messages hold with one COUNT under one key: COUNT was used twice, and its keystream if they are ciphered.",
        "Stop the sender from using a COUNT twice: whoever has both messages can strip the ciphering of one with the other.";
    MAC_OTHER_DIRECTION = "mac-other-direction", Fault, "TS 33.401 B.2.1",
        "The MAC holds with the other DIRECTION bit.",
        "Have the sender use 0 uplink and 1 downlink.";
    MAC_OTHER_BEARER = "mac-other-bearer", Fault, "TS 33.401 8.1.1",
        "The MAC holds with another BEARER than 0, in 5GS than 1.",
        "Have the sender use BEARER 0 for NAS of EPS, and 1 for NAS of 5GS over 3GPP access.";
    MAC_OTHER_OCTETS = "mac-other-octets", Fault, "TS 24.301 4.4.3.3",
        "The MAC holds over other octets than it must cover.",
        "Have the sender cipher first, then compute the MAC over sequence number and ciphered message.";
    CONTEXT_OUT_OF_USE = "context-out-of-use", Fault, "TS 24.301 4.4.2.1",
        "The MAC holds with a context that the UE and the network had replaced.",
        "Compare which context, by KSI, either side holds for current after the last SECURITY MODE COMPLETE.";
    MAC_INVALID = "mac-invalid", Fault, "TS 24.301 4.4.3.3",
        "The MAC of a protected message does not hold under the keys of its context, nor with any one thing changed.",
        "The receiver drops it; compare KASME, algorithm and COUNT of both sides, and whether the message was altered.";
    HASH_MME_DIFFERS = "hash-mme-differs", Warning, "TS 24.301 5.4.3.2",
        "HASH_MME is not the hash of the initial message that reached the network.",
        "Look at what the MME hashes: the whole plain ATTACH or TRACKING AREA UPDATE REQUEST. The UE sends its message once more in SECURITY MODE COMPLETE.";
    MAC_ZERO = "mac-zero", Note, "TS 24.301 4.4.3.3",
        "The MAC is 0: a log from before integrity protection, as simulators write it.",
        "Nothing, in a simulator's log. On a network's interface the message would be dropped.";
}
