//! 5G ProSe UE-to-network relay (TS 24.501 8.2.34 to 8.2.38).

use crate::common::message;
use crate::fgs::ie::*;

message! {
    /// RELAY KEY REQUEST (TS 24.501 8.2.34).
    fgmm RelayKeyRequest = "RELAY KEY REQUEST", 0x69
    header {}
    mandatory {
        V 1..=1 prose_relay_transaction_identity: ProseRelayTransactionIdentity = "ProSe relay transaction identity";
        LvE 22..=65537 relay_key_request_parameters: RelayKeyRequestParameters<'a> = "Relay key request parameters";
    }
    optional {}
}

message! {
    /// RELAY KEY ACCEPT (TS 24.501 8.2.35).
    fgmm RelayKeyAccept = "RELAY KEY ACCEPT", 0x6a
    header {}
    mandatory {
        V 1..=1 prose_relay_transaction_identity: ProseRelayTransactionIdentity = "ProSe relay transaction identity";
        LvE 51..=65537 relay_key_response_parameters: RelayKeyResponseParameters<'a> = "Relay key response parameters";
    }
    optional {
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
    }
}

message! {
    /// RELAY KEY REJECT (TS 24.501 8.2.36).
    fgmm RelayKeyReject = "RELAY KEY REJECT", 0x6b
    header {}
    mandatory {
        V 1..=1 prose_relay_transaction_identity: ProseRelayTransactionIdentity = "ProSe relay transaction identity";
    }
    optional {
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
    }
}

message! {
    /// RELAY AUTHENTICATION REQUEST (TS 24.501 8.2.37).
    fgmm RelayAuthenticationRequest = "RELAY AUTHENTICATION REQUEST", 0x6c
    header {}
    mandatory {
        V 1..=1 prose_relay_transaction_identity: ProseRelayTransactionIdentity = "ProSe relay transaction identity";
        LvE 6..=1502 eap_message: EapMessage<'a> = "EAP message";
    }
    optional {}
}

message! {
    /// RELAY AUTHENTICATION RESPONSE (TS 24.501 8.2.38).
    fgmm RelayAuthenticationResponse = "RELAY AUTHENTICATION RESPONSE", 0x6d
    header {}
    mandatory {
        V 1..=1 prose_relay_transaction_identity: ProseRelayTransactionIdentity = "ProSe relay transaction identity";
        LvE 6..=1502 eap_message: EapMessage<'a> = "EAP message";
    }
    optional {}
}
