//! PDU session authentication (TS 24.501 8.3.4 to 8.3.6).

use super::fgsm_message;
use crate::fgs::ie::*;

fgsm_message! {
    /// PDU SESSION AUTHENTICATION COMMAND (TS 24.501 8.3.4).
    PduSessionAuthenticationCommand = "PDU SESSION AUTHENTICATION COMMAND", 0xc5
    mandatory {
        LvE 6..=1502 eap_message: EapMessage<'a> = "EAP message";
    }
    optional {
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

fgsm_message! {
    /// PDU SESSION AUTHENTICATION COMPLETE (TS 24.501 8.3.5).
    PduSessionAuthenticationComplete = "PDU SESSION AUTHENTICATION COMPLETE", 0xc6
    mandatory {
        LvE 6..=1502 eap_message: EapMessage<'a> = "EAP message";
    }
    optional {
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

fgsm_message! {
    /// PDU SESSION AUTHENTICATION RESULT (TS 24.501 8.3.6).
    PduSessionAuthenticationResult = "PDU SESSION AUTHENTICATION RESULT", 0xc7
    mandatory {}
    optional {
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}
