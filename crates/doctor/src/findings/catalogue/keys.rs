//! Codes of what keys show: `findings/keys.rs`.

super::codes! { CHAPTER: "With keys";
    MAC_INVALID = "mac-invalid", Fault, "TS 24.301 4.4.3.3",
        "The MAC of a protected message does not hold under the keys of its context.",
        "The receiver drops it; compare KASME, algorithm and COUNT of both sides.";
}
