//! Codes of IMS registrations: `findings/ims`.

super::codes! { CHAPTER: "IMS (SIP, ESP, Cx)";
    SILENT_AFTER_CHALLENGE = "silent-after-challenge", Fault, "TS 33.203 6.1.2.3",
        "The UE was challenged and said nothing more.",
        "Look at the UE's log: whether it got the 401, whether the ISIM answered, whether it could set up the associations.";
    WRONG_RES = "wrong-res", Fault, "TS 33.203 6.1.2.1",
        "The response to the challenge is not made with XRES.",
        "Compare K and OPc of the ISIM with those of the AuC; if AUTN was accepted, look at how the UE makes the password out of RES (RFC 3310 3.3).";
    REGISTERED_USER_ATTACKED = "dos-wrong-res-while-registered", Warning, "TS 33.203 6.1.1",
        "Somebody failed to authenticate as a user who is registered.",
        "Check that the user stayed registered (no SAR that de-registers, no RTR), and who sent the REGISTER.";
    IMS_MAC_FAILURE = "mac-failure", Fault, "TS 33.203 6.1.2.2",
        "The UE says that AUTN's MAC is wrong: it does not accept the network.",
        "Compare K and OP or OPc of the ISIM with those of the AuC; with `--keys` the doctor tells which side is wrong.";
    IMS_SYNC_FAILURE = "sync-failure", Fault, "TS 33.203 6.1.3",
        "The UE says that the challenge's SQN is out of range, with AUTS.",
        "One such failure with a new vector behind it is in order; else check that the S-CSCF passes RAND and AUTS on in MAR.";
    IMS_SYNC_LOOP = "sync-loop", Fault, "TS 24.229 5.1.1.5.3",
        "The UE says so again of the vector that should have been in range.",
        "Check that the AuC takes SQN of AUTS over, and that no second AuC serves the same card.";
    IPSEC_WRONG_IK = "ipsec-wrong-ik", Fault + violation, "TS 33.203 7.3.1.1",
        "The integrity check value of ESP packets is wrong: the ends have different keys, so the receiver drops them in silence.",
        "Compare IK and CK of UE and P-CSCF, then which algorithm each takes; a USIM used for an ISIM and a P-CSCF that keeps the keys of an earlier challenge are usual.";
    SECAGREE_TAMPERED = "secagree-tampered", Fault + violation, "TS 33.203 7.3.2.3",
        "Security-Verify is not the list that the P-CSCF sent in Security-Server: somebody between may have bid it down.",
        "Compare both headers letter by letter; if nobody is between, the UE writes the list anew instead of repeating it.";
    SECURITY_VERIFY_MISSING = "security-verify-missing", Fault + violation, "RFC 3329 2.3.1",
        "The response to a challenge with Security-Server has no Security-Verify.",
        "Correct the UE; the P-CSCF must not accept it, for nothing shows that the list arrived as it was sent.";
    SECAGREE_UNACCEPTABLE_TO_PCSCF = "secagree-unacceptable-to-pcscf", Fault, "TS 33.203 7.3.2.1",
        "The P-CSCF takes nothing of what the UE proposes in Security-Client.",
        "Compare the algorithms of Security-Client with those that the P-CSCF is configured for.";
    SECAGREE_UNACCEPTABLE_TO_UE = "secagree-unacceptable-to-ue", Fault, "TS 33.203 7.3.2.2",
        "The UE takes nothing of what the P-CSCF proposes in Security-Server, and gives the registration up.",
        "Compare the algorithms of Security-Server with those of Security-Client.";
    SECAGREE_NOT_DONE = "secagree-not-done", Warning, "TS 33.203 7.2",
        "The UE offers security associations, and the P-CSCF sets none up.",
        "Check that IPsec is on at the P-CSCF, and that nobody takes Security-Server out of the 401.";
    SPI_PORT_MISMATCH = "spi-port-mismatch", Fault, "TS 33.203 7.1",
        "ESP packets have an SPI or ports that UE and P-CSCF did not agree on.",
        "Compare spi-c, spi-s, port-c and port-s of both headers with the associations that each end installed.";
    STALE_ASSOCIATION = "stale-security-association", Fault, "TS 33.203 7.4.1a",
        "The response to a challenge came through associations of an earlier registration, or of none that is known any more.",
        "Check which associations the UE takes at re-registration, and whether the P-CSCF lost its own: those of the new challenge are the right ones.";
    RESPONSE_UNPROTECTED = "response-unprotected", Fault + violation, "TS 24.229 5.1.1.5.1",
        "The response to the challenge came outside the associations that the challenge set up.",
        "Check that the UE installs the associations and sends to port-s of the P-CSCF; the P-CSCF must not take it.";
    CK_IK_LEAKED = "ck-ik-leaked", Warning, "TS 33.203 6.1.1",
        "CK or IK went to the UE in the challenge: whoever listens has the keys of the associations.",
        "Correct the P-CSCF: it takes ck and ik out of WWW-Authenticate before it passes the 401 on.";
    ALGORITHM_CONFUSION = "algorithm-confusion", Fault, "TS 24.229 5.4.1.2.1",
        "Challenge, response and vector do not speak of the same algorithm: MD5 where AKA is needed, or another one than asked.",
        "Check the user's authentication scheme in the HSS, algorithm in WWW-Authenticate, and that in Authorization.";
    DIGEST_WRONG_PASSWORD = "digest-wrong-password", Fault, "RFC 7616 3.4.1",
        "The response of Digest is made with another password than the registrar has.",
        "Compare the password; a client that needs AKA and was given Ki or nothing for a password is a usual case.";
    REPLAYED_NONCE = "replayed-nonce", Fault + violation, "TS 33.203 6.1.1",
        "A vector of AKA was used for a second challenge, or the UE was given an old challenge in place of the new one.",
        "Check the order in which the S-CSCF takes vectors, and whether two of them share what they fetched.";
    IMPI_UNKNOWN = "impi-unknown", Fault, "TS 29.228 6.1.1.1",
        "The HSS does not know the user: DIAMETER_ERROR_USER_UNKNOWN.",
        "Search the HSS for exactly these identities, scheme, digits and domain included; provision them, or correct the card.";
    IMPI_IMPU_MISMATCH = "impi-impu-mismatch", Fault, "TS 29.228 6.1.1.1",
        "The HSS says that private and public identity do not belong to the same user: DIAMETER_ERROR_IDENTITIES_DONT_MATCH.",
        "Compare which public identities the subscription of the private identity has.";
    BARRED_IMPU = "barred-impu", Fault, "TS 29.228 6.1.1.1",
        "The HSS does not let the public identity be registered: DIAMETER_AUTHORIZATION_REJECTED.",
        "Look at BarringIndication of the public identity in the user's profile; register another one of the same set.";
    VISITED_NETWORK_REFUSED = "visited-network-refused", Fault, "TS 29.228 6.1.1.1",
        "The HSS does not let the user register from the visited network: DIAMETER_ERROR_ROAMING_NOT_ALLOWED.",
        "Compare P-Visited-Network-ID with the networks that the subscription allows.";
    NO_SCSCF = "no-scscf", Fault, "TS 29.228 6.7",
        "The HSS named capabilities, and the I-CSCF found no S-CSCF that has them, or none that answers.",
        "Compare Server-Capabilities of UAA with the I-CSCF's list of S-CSCFs.";
    HSS_SILENT = "hss-silent", Fault, "RFC 6733 5.5",
        "A request of Cx was never answered.",
        "Look at the HSS and at the connection to it: watchdogs, agents between, the HSS's own database.";
    CX_REFUSED = "cx-refused", Fault, "TS 29.229 6.2",
        "The HSS refused a request of Cx with a result that has no finding of its own.",
        "Look the result up, and at the HSS's log of this time.";
    NODE_SILENT = "node-silent", Fault, "RFC 3261 17.1.2",
        "A node on the way never answered the REGISTER.",
        "Look at that node's log; the legs that the finding names show how far the message came.";
    EXPIRES_TOO_BRIEF = "expires-too-brief", Fault, "RFC 3261 10.3",
        "The registrar refuses the expiry as too brief: 423.",
        "A UE registers again with at least Min-Expires; check its configuration if it does not.";
    REGISTRATION_EXPIRED = "registration-expired", Warning, "TS 24.229 5.1.1.4",
        "The UE came back when its registration had expired already: until now it could not be reached.",
        "Look at why it did not refresh in time: 600 s before the end, or at half of what it was granted.";
    REGISTRATION_REJECTED = "registration-rejected", Fault, "RFC 3261 21.4",
        "The registration was refused.",
        "Look the status up, and at the log of the node that answered first; its leg is the one farthest from the UE.";
    REGISTRATION_LOOP = "registration-loop", Warning, "TS 24.229 5.1.1.2",
        "The same user fails to register again and again.",
        "Find what breaks the single attempt; then check the UE's back-off, which should grow (RFC 5626 4.5).";
    MT_CALL_WHILE_PENDING = "mt-call-while-pending", Note, "TS 24.229 5.4.3.3",
        "A request for the user was refused while the registration was pending.",
        "It is in order: the user is reachable from the 200 on.";
}
