//! Codes of protection after security mode: `findings/protection.rs`, `findings/count.rs`.

super::codes! { CHAPTER: "Protection";
    NO_PROTECTED_CONTINUATION = "no-protected-continuation", Fault, "TS 24.301 4.4.2.3",
        "SECURITY MODE COMPLETE is there, and no protected message after it: the security path closed formally and did not become usable.",
        "Look at what the MME does behind SECURITY MODE COMPLETE (Update Location, session creation), and whether its MAC held there.";
    PLAIN_AFTER_SECURITY = "plain-after-security", Warning, "TS 24.301 4.4.4.3",
        "A message came without protection although secure exchange had been established.",
        "Who sent it? Receivers must drop it: check that the other side did. A sender that lost its context must begin anew.";
    UNPROTECTED_REJECT_AFTER_SECURITY = "unprotected-reject-after-security", Warning, "TS 24.301 4.4.4.2",
        "A reject came without protection although secure exchange had been established.",
        "The UE must drop it, and will run into its own timer. Have the MME protect its rejects; if it does, the message is not the MME's.";
    UNPROTECTED_LASTING_REJECT = "unprotected-lasting-reject", Note, "TS 24.301 5.3.7b",
        "A reject that blocks the UE for long came without protection: anybody may have sent it.",
        "If the network is not yours, compare with another cell before believing it. UEs try such a network again after a while for this reason.";
    UNEXPECTED_PROTECTION = "unexpected-protection", Warning, "TS 24.301 9.3.1",
        "A message has a security header that does not belong to it, or not here.",
        "Check the sender's security state: it protects what the receiver cannot check, or the other way round.";
    COUNT_REPLAYED = "count-replayed", Warning, "TS 24.301 4.4.3.2",
        "A protected message came again with a sequence number already used: a replay, or a sender that does not count.",
        "The receiver must drop it: check that nothing answered it. If it was no test, find out where the copy was put in (S1 tap, relay, false base station).";
    COUNT_REUSED = "count-reused", Warning, "TS 24.301 4.4.3.1",
        "Two different messages were protected with one sequence number under one key: whoever has both learns their difference.",
        "The sender lost its COUNT, by a restart or a race between two processes. Have it authenticate anew after a restart.";
    COUNT_GAP = "count-gap", Note, "TS 24.301 4.4.3.2",
        "Sequence numbers leave numbers out: messages were lost before the tap, or the capture is incomplete.",
        "Compare with a capture nearer to the sender. Receivers accept gaps; with large ones look for NAS messages that never arrived.";
    COUNT_WENT_BACK = "count-went-back", Warning, "TS 24.301 4.4.3.1",
        "A sequence number went back without a new security context: reordered messages, or a COUNT set back.",
        "Receivers drop what is behind. Check whether sender or tap reorders, or whether the sender started its COUNT again under old keys.";
    COUNT_NOT_FROM_ZERO = "count-not-from-zero", Warning, "TS 24.301 4.4.3.1",
        "A new security context did not begin with COUNT 0.",
        "Check that sender and receiver reset their COUNTs when SECURITY MODE COMMAND takes a new context into use.";
    COUNT_WRAPPED = "count-wrapped", Note, "TS 24.301 4.4.3.1",
        "The sequence number went round: NAS overflow went up by one.",
        "Nothing; if the receiver's MACs fail from here on, its overflow counter did not follow.";
    COUNT_NEAR_END = "count-near-end", Warning, "TS 24.301 4.4.3.5",
        "The NAS COUNT is close to its end.",
        "The MME must run a new authentication before it wraps; a connection is released otherwise.";
    MALFORMED_NAS = "malformed-nas", Warning, "TS 24.301 7",
        "A NAS message does not decode.",
        "Look at the octets: a receiver treats a broken optional element as absent, and drops or answers #96 to the rest.";
    NOT_ALLOWED_HERE = "not-allowed-here", Warning, "TS 24.301 5",
        "A message came that the procedure does not allow here.",
        "Read the ladder around it: messages of two attempts in one trace, or an end that lost its state.";
}
