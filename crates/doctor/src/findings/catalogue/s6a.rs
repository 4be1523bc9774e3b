//! Codes of what S6a shows: `findings/s6a.rs`.

super::codes! { CHAPTER: "The HSS (S6a)";
    VECTORS_UNANSWERED = "vectors-unanswered", Fault, "TS 29.272 5.2.3.1",
        "AUTHENTICATION INFORMATION REQUEST got no answer.",
        "Look at the Diameter path: is the HSS's peer up, and does the realm's routing lead to it?";
}
