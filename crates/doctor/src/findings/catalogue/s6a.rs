//! Codes of what S6a shows: `findings/s6a.rs`.

super::codes! { CHAPTER: "The HSS (S6a)";
    VECTORS_UNANSWERED = "vectors-unanswered", Fault, "TS 29.272 5.2.3.1",
        "AUTHENTICATION INFORMATION REQUEST got no answer.",
        "Look at the Diameter path: is the HSS's peer up, and does the realm's routing lead to it?";
    VECTORS_LATE = "vectors-late", Warning, "TS 29.272 5.2.3.1",
        "The vectors came so late that MME or UE may have given up.",
        "Look at where the time goes: in the HSS and its database, or in an agent on the way (the hops' frames tell).";
    VECTORS_MISSING = "vectors-missing", Fault, "TS 29.272 5.2.3.1.3",
        "The HSS granted the request for vectors and sent none that can be used.",
        "Look at the subscriber's authentication data in the HSS, and at whether it serves E-UTRAN-Vectors.";
    VECTORS_UNUSED = "vectors-unused", Warning, "TS 24.301 5.4.2.2",
        "Vectors were fetched, and no challenge followed.",
        "Look at the MME's log between the AIA and the end of the attempt: it had all it needs for AUTHENTICATION REQUEST.";
    SUBSCRIBER_UNKNOWN = "subscriber-unknown", Fault, "TS 29.272 7.4.3.1",
        "The HSS does not know the IMSI: 5001 DIAMETER_ERROR_USER_UNKNOWN.",
        "Search the HSS for exactly the IMSI of User-Name, digit by digit; provision the subscriber, or correct the card.";
    EPS_SUBSCRIPTION_UNKNOWN = "eps-subscription-unknown", Fault, "TS 29.272 7.4.3.2",
        "The HSS knows the IMSI but has no EPS subscription for it: 5420 DIAMETER_ERROR_UNKNOWN_EPS_SUBSCRIPTION.",
        "Give the subscriber EPS data (APN configuration, AMBR) in the HSS.";
    RAT_NOT_ALLOWED = "rat-not-allowed", Fault, "TS 29.272 7.4.3.3",
        "The subscriber may not use this radio access: 5421 DIAMETER_ERROR_RAT_NOT_ALLOWED.",
        "Check Access-Restriction-Data of the subscriber, and the RAT-Type that the MME sends.";
    ROAMING_NOT_ALLOWED = "roaming-not-allowed", Fault, "TS 29.272 7.4.3.4",
        "The subscriber may not roam in the visited network: 5004 DIAMETER_ERROR_ROAMING_NOT_ALLOWED.",
        "Check the roaming rights of the subscriber for the PLMN of Visited-PLMN-Id, and operator determined barring.";
    EQUIPMENT_UNKNOWN = "equipment-unknown", Fault, "TS 29.272 7.4.3.5",
        "The device is not known: 5422 DIAMETER_ERROR_EQUIPMENT_UNKNOWN.",
        "Check the IMEI against the EIR's lists.";
    SERVING_NODE_UNKNOWN = "serving-node-unknown", Warning, "TS 29.272 7.4.3.6",
        "The HSS does not hold this MME for the serving one: 5423 DIAMETER_ERROR_UNKNOWN_SERVING_NODE.",
        "Look for a CANCEL LOCATION REQUEST or an HSS that lost its dynamic data; the UE's next update registers the MME again.";
    AUTHENTICATION_DATA_UNAVAILABLE = "authentication-data-unavailable", Fault, "TS 29.272 7.4.4.1",
        "The HSS could not make vectors: 4181 DIAMETER_AUTHENTICATION_DATA_UNAVAILABLE.",
        "Look at the authentication centre behind the HSS, and at the subscriber's K, OPc and algorithm there. It may pass by itself.";
    HSS_AUTHORIZATION_REJECTED = "hss-authorization-rejected", Fault, "TS 29.272 5.2.3.1.3",
        "The HSS refused for want of authorization: 5003.",
        "Check the HSS's rules for this MME and this visited network; the subscriber is known.";
    HSS_UNREACHABLE = "hss-unreachable", Fault, "RFC 6733 7.1.3",
        "Nobody brings a request to the HSS: an agent answers 3002 DIAMETER_UNABLE_TO_DELIVER, or who asks has no connection left.",
        "Look at the agent named in the answer: its peer towards the HSS is down, or Destination-Host names none it knows.";
    HSS_REALM_NOT_SERVED = "hss-realm-not-served", Fault, "RFC 6733 7.1.3",
        "The realm of the request is nobody's: 3003 DIAMETER_REALM_NOT_SERVED.",
        "Compare Destination-Realm with the realm the HSS is configured with; check how long the MME takes the MNC to be.";
    HSS_TOO_BUSY = "hss-too-busy", Fault, "RFC 6733 7.1.3",
        "The HSS or an agent is overloaded: 3004 DIAMETER_TOO_BUSY.",
        "Look at load and database of the node that answered; the MME should try another peer.";
    HSS_LOOP = "hss-loop", Fault, "RFC 6733 7.1.3",
        "An agent saw the request come back: 3005 DIAMETER_LOOP_DETECTED.",
        "Follow Route-Record: two agents route the realm to each other.";
    HSS_REDIRECTS = "hss-redirects", Warning, "RFC 6733 7.1.3",
        "An agent told the MME to ask elsewhere: 3006 DIAMETER_REDIRECT_INDICATION.",
        "Look for the request that should follow to the host in Redirect-Host; without one the MME does not follow redirects.";
    HSS_APPLICATION_UNSUPPORTED = "hss-application-unsupported", Fault, "RFC 6733 7.1.3",
        "S6a is not served there: 3007 DIAMETER_APPLICATION_UNSUPPORTED or 3001 DIAMETER_COMMAND_UNSUPPORTED.",
        "Check that S6a (16777251, vendor 10415) is switched on and advertised by the peer that answered, and that the header's Application-ID says so.";
    HSS_PEER_UNKNOWN = "hss-peer-unknown", Fault, "RFC 6733 7.1.3",
        "The peer does not know the MME: 3010 DIAMETER_UNKNOWN_PEER.",
        "Enter the MME's Origin-Host and address with the peer; compare the name character by character.";
    S6A_AVP_MISSING = "s6a-avp-missing", Fault, "RFC 6733 7.1.5",
        "The request lacks what the other end must have: 5005 DIAMETER_MISSING_AVP.",
        "Failed-AVP names it; have the sender put it in.";
    S6A_AVP_INVALID = "s6a-avp-invalid", Fault, "RFC 6733 7.1.5",
        "A value in the request is not accepted: 5004 DIAMETER_INVALID_AVP_VALUE or 5014 DIAMETER_INVALID_AVP_LENGTH. It is not 5004 of 3GPP (roaming).",
        "Failed-AVP shows it; compare length and coding with the specification (IMSI digits, Visited-PLMN-Id).";
    S6A_AVP_REFUSED = "s6a-avp-refused", Fault, "RFC 6733 7.1.5",
        "The other end does not take an AVP of the request, or not so many or not so flagged (3009, 5001, 5007, 5008, 5009, 5016 of the base protocol).",
        "Failed-AVP shows it: a supplier's own AVP with the M flag set is the usual one.";
    S6A_HEADER_REFUSED = "s6a-header-refused", Fault, "RFC 6733 7.1.5",
        "The other end does not take the message as Diameter (3008, 5011, 5013, 5015).",
        "Look at version, flags and length in the message's header; something on the way may cut messages.";
    HSS_UNABLE_TO_COMPLY = "hss-unable-to-comply", Fault, "RFC 6733 7.1.5",
        "The HSS failed for a reason it does not tell: 5012 DIAMETER_UNABLE_TO_COMPLY.",
        "Look at the HSS's log at this time: database down, subscriber's data broken, or a bug.";
    HSS_REFUSED = "hss-refused", Fault, "TS 29.272 7.4",
        "The HSS refused with a result that has no finding of its own.",
        "Look the result up, and at the HSS's log at this time.";
    MME_REFUSED_HSS = "mme-refused-hss", Warning, "TS 29.272 5.2.1.2.2",
        "The MME refused a request of the HSS.",
        "Compare what HSS and MME believe of this subscriber: the MME may have no context of it, or not read the data.";
    LOCATION_UNANSWERED = "location-unanswered", Fault, "TS 29.272 5.2.1.1",
        "UPDATE LOCATION REQUEST got no answer.",
        "Look at the Diameter path and at the HSS's database: vectors are read, the location is written.";
    S6A_UNANSWERED = "s6a-unanswered", Warning, "RFC 6733 5.5.4",
        "A request of S6a got no answer.",
        "Look at the node that was asked, and at the connection.";
    S6A_REPEATED = "s6a-repeated", Note, "RFC 6733 5.5.4",
        "A request of S6a was sent again.",
        "Look for a connection that broke or an answer that came late; the HSS must take the T flag for a duplicate.";
    S6A_INCOMPLETE = "s6a-incomplete", Warning, "TS 29.272 5.2.1.1.3",
        "A granting answer lacks what it must carry.",
        "Complete the subscriber's data in the HSS; the MME may refuse the UE for it or guess.";
    S6A_IRREGULAR = "s6a-irregular", Note, "TS 29.272 7.2",
        "A message of S6a is not as the specification has it, yet was understood.",
        "Correct the sender when it can be: another peer may refuse such a message.";
    S6A_WRONG_APPLICATION = "s6a-wrong-application", Warning, "TS 29.272 7.1.8",
        "A command of S6a came under another Application-ID.",
        "Set the Application-ID of the sender to 16777251; agents route by it.";
    HSS_CONNECTION_REFUSED = "hss-connection-refused", Fault, "RFC 6733 5.3",
        "The connection between MME and HSS was not set up: the capabilities exchange failed.",
        "Compare Origin-Host, Origin-Realm, Host-IP-Address and the applications of both ends with what the other is configured for.";
    HSS_CONNECTION_DOWN = "hss-connection-down", Fault, "RFC 3539 3.4.1",
        "The connection towards the HSS was down while the subscriber needed it.",
        "Look at the connection first (watchdog, disconnection, reset in the named frames); the subscriber is not to blame.";
    LOCATION_CANCELLED = "location-cancelled", Warning, "TS 29.272 5.2.1.2",
        "The HSS cancelled the subscriber's location while the attempt ran.",
        "Look at Cancellation-Type: the UE registered with another MME (two of them take turns?), or the operator withdrew the subscription.";
    SUBSCRIPTION_CHANGED = "subscription-changed", Note, "TS 29.272 5.2.2",
        "The HSS changed the subscription while the attempt ran.",
        "Read what follows with the new data in mind.";
    HSS_RESET = "hss-reset", Note, "TS 29.272 5.2.4.1",
        "The HSS said that it restarted and may have lost locations.",
        "Expect an UPDATE LOCATION REQUEST for each subscriber at its next signalling.";
    RESYNC_NOT_FORWARDED = "resync-not-forwarded", Fault, "TS 33.102 6.3.5",
        "The UE sent AUTS, and the MME asked for vectors without passing it on.",
        "Have the MME put RAND and AUTS into Re-Synchronization-Info; without them the HSS goes on behind the USIM.";
    RESYNC_ALTERED = "resync-altered", Fault, "TS 29.272 7.3.15",
        "Re-Synchronization-Info is not the challenge's RAND followed by the UE's AUTS.",
        "Compare its 30 octets with the challenge and with AUTHENTICATION FAILURE: the HSS cannot verify AUTS under another RAND.";
    RESYNC_ANSWERED = "resync-answered", Note, "TS 33.102 6.3.5",
        "The MME passed AUTS on, and the HSS answered with a fresh vector.",
        "Nothing, if it happens once.";
    RESYNC_REFUSED = "resync-refused", Fault, "TS 33.102 6.3.5",
        "The HSS refused the resynchronisation.",
        "Check K and OPc in the HSS: it answers so when MAC-S in AUTS does not hold.";
    RESYNC_STALE_VECTOR = "resync-stale-vector", Fault, "TS 33.102 6.3.5",
        "The HSS answered the resynchronisation with a vector it had handed out before.",
        "Have the HSS make vectors after SQN_MS is taken over, and drop those it made in advance.";
    RESYNC_LOOP = "resync-loop", Fault, "TS 33.102 6.3.5",
        "The USIM was resynchronised more than once in a row.",
        "Check that the HSS stores SQN_MS before it makes the next vector, and whether two HSSs serve the subscriber.";
    VECTOR_REUSED = "vector-reused", Fault, "TS 33.102 6.3.2",
        "A vector was used for more than one challenge.",
        "Have the MME discard a vector once it is used; a USIM answers the second time with cause #21.";
    VECTOR_OUT_OF_ORDER = "vector-out-of-order", Warning, "TS 33.102 6.3.2",
        "A vector was used after one that comes behind it in the order of use.",
        "Have the MME use vectors first in, first out; each USIM takes only so many steps back (TS 33.102 C.2.2).";
    VECTOR_BEFORE_RESYNC = "vector-before-resync", Fault, "TS 33.102 6.3.5",
        "A vector from before a resynchronisation was used after it.",
        "Have the MME delete all vectors of a subscriber when AUTS comes.";
    VECTOR_OLD = "vector-old", Warning, "TS 33.401 6.1.2",
        "A vector was used long after it was handed out.",
        "Have the MME fetch few vectors at a time, and drop those it does not use: what was used elsewhere meanwhile makes them stale.";
    VECTOR_OF_OTHER_NETWORK = "vector-of-other-network", Fault, "TS 33.401 6.1.2",
        "KASME was made for another network than the one that serves: Visited-PLMN-Id is not the PLMN of the tracking area.",
        "Check the PLMN (and the length of its MNC) that the MME puts into Visited-PLMN-Id against what the cell broadcasts; UE and MME derive different keys otherwise.";
    VECTOR_OF_OTHER_SUBSCRIBER = "vector-of-other-subscriber", Fault, "TS 33.102 6.3.2",
        "The challenge is a vector of another subscriber.",
        "Separate the captures if several were merged; else look for an MME that mixes up sessions.";
    VECTOR_NOT_HANDED_OUT = "vector-not-handed-out", Warning, "TS 33.102 6.3.2",
        "The challenge's RAND is in none of the answers that the HSS gave for this subscriber.",
        "Look for vectors fetched before the capture began, a second HSS connection that was not captured, or a merge of captures from different days.";
    VECTOR_TOKEN_ALTERED = "vector-token-altered", Fault, "TS 33.102 6.3.2",
        "AUTN of the challenge is not the one that the HSS handed out with this RAND.",
        "Compare the 16 octets on both sides: the MME, or something between it and the UE, changes the challenge.";
    RAND_REPEATED = "rand-repeated", Warning, "TS 33.102 6.3.2",
        "The HSS handed out the same RAND more than once: challenges must be unpredictable.",
        "Give the HSS a source of entropy; test modes with a fixed RAND have no place in a network that serves anybody.";
}
