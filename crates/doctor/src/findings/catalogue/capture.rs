//! Codes of what the capture can and cannot show: `findings/capture.rs`.

super::codes! { CHAPTER: "What the capture shows";
    CAPTURE_STARTS_MIDWAY = "capture-starts-midway", Note, "TS 24.301 5.3.1",
        "The attempt had begun before the capture did.",
        "Capture from before the UE is switched on. What came before is unknown here, not absent.";
    CAPTURE_ENDS_MIDWAY = "capture-ends-midway", Note, "TS 24.301 10.2",
        "The capture ends while an answer could still come.",
        "Capture for at least as long as the timer runs with all its retransmissions (30 s for T3460).";
    ONE_DIRECTION = "one-direction", Note, "TS 36.412 7",
        "Only one direction of the association is in the capture.",
        "Mirror both directions, or capture at the other end: nothing can be said about answers.";
    CAPTURE_LOSSY = "capture-lossy", Note, "RFC 9260 6",
        "Octets of the association are missing from the capture while the attempt ran.",
        "Capture nearer to the node or with a larger buffer; a missing message may be the capture's.";
    TOO_MANY_MESSAGES = "too-many-messages", Note, "TS 24.301 5",
        "The attempt has more messages than are kept; those behind are counted only.",
        "Cut the capture with `--since` and `--until`.";
    MERGED_ATTEMPTS = "merged-attempts", Note, "TS 24.301 5.5.1.2.7",
        "The subscriber has several attempts in the capture; each is told on its own.",
        "Read them one by one before calling one of them a loop.";
    CIPHERED = "ciphered", Note, "TS 24.301 4.4.5",
        "What follows security mode is ciphered, and no key opens it: how it goes on is inferred from S1AP.",
        "Give `--keys`, or capture S6a as well: its answers carry KASME.";
}
