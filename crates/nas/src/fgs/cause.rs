//! Causes: TS 24.501 9.11.3.2 and Annex A (5GMM), 9.11.4.2 and Annex B (5GSM).

use crate::common::octet;

octet! {
    /// 5GMM cause (TS 24.501 9.11.3.2, Annex A).
    FgmmCause {
        ILLEGAL_UE = 3, "Illegal UE";
        PEI_NOT_ACCEPTED = 5, "PEI not accepted";
        ILLEGAL_ME = 6, "Illegal ME";
        FGS_SERVICES_NOT_ALLOWED = 7, "5GS services not allowed";
        UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK = 9, "UE identity cannot be derived by the network";
        IMPLICITLY_DEREGISTERED = 10, "Implicitly de-registered";
        PLMN_NOT_ALLOWED = 11, "PLMN not allowed";
        TRACKING_AREA_NOT_ALLOWED = 12, "Tracking area not allowed";
        ROAMING_NOT_ALLOWED_IN_THIS_TRACKING_AREA = 13, "Roaming not allowed in this tracking area";
        NO_SUITABLE_CELLS_IN_TRACKING_AREA = 15, "No suitable cells in tracking area";
        MAC_FAILURE = 20, "MAC failure";
        SYNCH_FAILURE = 21, "Synch failure";
        CONGESTION = 22, "Congestion";
        UE_SECURITY_CAPABILITIES_MISMATCH = 23, "UE security capabilities mismatch";
        SECURITY_MODE_REJECTED_UNSPECIFIED = 24, "Security mode rejected, unspecified";
        NON_5G_AUTHENTICATION_UNACCEPTABLE = 26, "Non-5G authentication unacceptable";
        N1_MODE_NOT_ALLOWED = 27, "N1 mode not allowed";
        RESTRICTED_SERVICE_AREA = 28, "Restricted service area";
        REDIRECTION_TO_EPC_REQUIRED = 31, "Redirection to EPC required";
        IAB_NODE_OPERATION_NOT_AUTHORIZED = 36, "IAB-node operation not authorized";
        LADN_NOT_AVAILABLE = 43, "LADN not available";
        NO_NETWORK_SLICES_AVAILABLE = 62, "No network slices available";
        MAXIMUM_NUMBER_OF_PDU_SESSIONS_REACHED = 65, "Maximum number of PDU sessions reached";
        INSUFFICIENT_RESOURCES_FOR_SPECIFIC_SLICE_AND_DNN = 67, "Insufficient resources for specific slice and DNN";
        INSUFFICIENT_RESOURCES_FOR_SPECIFIC_SLICE = 69, "Insufficient resources for specific slice";
        NG_KSI_ALREADY_IN_USE = 71, "ngKSI already in use";
        NON_3GPP_ACCESS_TO_5GCN_NOT_ALLOWED = 72, "Non-3GPP access to 5GCN not allowed";
        SERVING_NETWORK_NOT_AUTHORIZED = 73, "Serving network not authorized";
        TEMPORARILY_NOT_AUTHORIZED_FOR_THIS_SNPN = 74, "Temporarily not authorized for this SNPN";
        PERMANENTLY_NOT_AUTHORIZED_FOR_THIS_SNPN = 75, "Permanently not authorized for this SNPN";
        NOT_AUTHORIZED_FOR_THIS_CAG_OR_AUTHORIZED_FOR_CAG_CELLS_ONLY = 76, "Not authorized for this CAG or authorized for CAG cells only";
        WIRELINE_ACCESS_AREA_NOT_ALLOWED = 77, "Wireline access area not allowed";
        PLMN_NOT_ALLOWED_TO_OPERATE_AT_THE_PRESENT_UE_LOCATION = 78, "PLMN not allowed to operate at the present UE location";
        UAS_SERVICES_NOT_ALLOWED = 79, "UAS services not allowed";
        DISASTER_ROAMING_FOR_THE_DETERMINED_PLMN_WITH_DISASTER_CONDITION_NOT_ALLOWED = 80, "Disaster roaming for the determined PLMN with disaster condition not allowed";
        SELECTED_N3IWF_IS_NOT_COMPATIBLE_WITH_THE_ALLOWED_NSSAI = 81, "Selected N3IWF is not compatible with the allowed NSSAI";
        SELECTED_TNGF_IS_NOT_COMPATIBLE_WITH_THE_ALLOWED_NSSAI = 82, "Selected TNGF is not compatible with the allowed NSSAI";
        PAYLOAD_WAS_NOT_FORWARDED = 90, "Payload was not forwarded";
        DNN_NOT_SUPPORTED_OR_NOT_SUBSCRIBED_IN_THE_SLICE = 91, "DNN not supported or not subscribed in the slice";
        INSUFFICIENT_USER_PLANE_RESOURCES_FOR_THE_PDU_SESSION = 92, "Insufficient user-plane resources for the PDU session";
        ONBOARDING_SERVICES_TERMINATED = 93, "Onboarding services terminated";
        USER_PLANE_POSITIONING_NOT_AUTHORIZED = 94, "User plane positioning not authorized";
        SEMANTICALLY_INCORRECT_MESSAGE = 95, "Semantically incorrect message";
        INVALID_MANDATORY_INFORMATION = 96, "Invalid mandatory information";
        MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED = 97, "Message type non-existent or not implemented";
        MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE = 98, "Message type not compatible with the protocol state";
        INFORMATION_ELEMENT_NON_EXISTENT_OR_NOT_IMPLEMENTED = 99, "Information element non-existent or not implemented";
        CONDITIONAL_IE_ERROR = 100, "Conditional IE error";
        MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE = 101, "Message not compatible with the protocol state";
        PROTOCOL_ERROR_UNSPECIFIED = 111, "Protocol error, unspecified";
    }

    /// 5GSM cause (TS 24.501 9.11.4.2, Annex B).
    FgsmCause {
        OPERATOR_DETERMINED_BARRING = 8, "Operator determined barring";
        INSUFFICIENT_RESOURCES = 26, "Insufficient resources";
        MISSING_OR_UNKNOWN_DNN = 27, "Missing or unknown DNN";
        UNKNOWN_PDU_SESSION_TYPE = 28, "Unknown PDU session type";
        USER_AUTHENTICATION_OR_AUTHORIZATION_FAILED = 29, "User authentication or authorization failed";
        REQUEST_REJECTED_UNSPECIFIED = 31, "Request rejected, unspecified";
        SERVICE_OPTION_NOT_SUPPORTED = 32, "Service option not supported";
        REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED = 33, "Requested service option not subscribed";
        SERVICE_OPTION_TEMPORARILY_OUT_OF_ORDER = 34, "Service option temporarily out of order";
        PTI_ALREADY_IN_USE = 35, "PTI already in use";
        REGULAR_DEACTIVATION = 36, "Regular deactivation";
        FGS_QOS_NOT_ACCEPTED = 37, "5GS QoS not accepted";
        NETWORK_FAILURE = 38, "Network failure";
        REACTIVATION_REQUESTED = 39, "Reactivation requested";
        SEMANTIC_ERROR_IN_THE_TFT_OPERATION = 41, "Semantic error in the TFT operation";
        SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION = 42, "Syntactical error in the TFT operation";
        INVALID_PDU_SESSION_IDENTITY = 43, "Invalid PDU session identity";
        SEMANTIC_ERRORS_IN_PACKET_FILTERS = 44, "Semantic errors in packet filter(s)";
        SYNTACTICAL_ERROR_IN_PACKET_FILTERS = 45, "Syntactical error in packet filter(s)";
        OUT_OF_LADN_SERVICE_AREA = 46, "Out of LADN service area";
        PTI_MISMATCH = 47, "PTI mismatch";
        PDU_SESSION_TYPE_IPV4_ONLY_ALLOWED = 50, "PDU session type IPv4 only allowed";
        PDU_SESSION_TYPE_IPV6_ONLY_ALLOWED = 51, "PDU session type IPv6 only allowed";
        PDU_SESSION_DOES_NOT_EXIST = 54, "PDU session does not exist";
        PDU_SESSION_TYPE_IPV4V6_ONLY_ALLOWED = 57, "PDU session type IPv4v6 only allowed";
        PDU_SESSION_TYPE_UNSTRUCTURED_ONLY_ALLOWED = 58, "PDU session type Unstructured only allowed";
        UNSUPPORTED_5QI_VALUE = 59, "Unsupported 5QI value";
        PDU_SESSION_TYPE_ETHERNET_ONLY_ALLOWED = 61, "PDU session type Ethernet only allowed";
        INSUFFICIENT_RESOURCES_FOR_SPECIFIC_SLICE_AND_DNN = 67, "Insufficient resources for specific slice and DNN";
        NOT_SUPPORTED_SSC_MODE = 68, "Not supported SSC mode";
        INSUFFICIENT_RESOURCES_FOR_SPECIFIC_SLICE = 69, "Insufficient resources for specific slice";
        MISSING_OR_UNKNOWN_DNN_IN_A_SLICE = 70, "Missing or unknown DNN in a slice";
        INVALID_PTI_VALUE = 81, "Invalid PTI value";
        MAXIMUM_DATA_RATE_PER_UE_FOR_USER_PLANE_INTEGRITY_PROTECTION_IS_TOO_LOW = 82, "Maximum data rate per UE for user-plane integrity protection is too low";
        SEMANTIC_ERROR_IN_THE_QOS_OPERATION = 83, "Semantic error in the QoS operation";
        SYNTACTICAL_ERROR_IN_THE_QOS_OPERATION = 84, "Syntactical error in the QoS operation";
        INVALID_MAPPED_EPS_BEARER_IDENTITY = 85, "Invalid mapped EPS bearer identity";
        UAS_SERVICES_NOT_ALLOWED = 86, "UAS services not allowed";
        SEMANTICALLY_INCORRECT_MESSAGE = 95, "Semantically incorrect message";
        INVALID_MANDATORY_INFORMATION = 96, "Invalid mandatory information";
        MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED = 97, "Message type non-existent or not implemented";
        MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE = 98, "Message type not compatible with the protocol state";
        INFORMATION_ELEMENT_NON_EXISTENT_OR_NOT_IMPLEMENTED = 99, "Information element non-existent or not implemented";
        CONDITIONAL_IE_ERROR = 100, "Conditional IE error";
        MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE = 101, "Message not compatible with the protocol state";
        PROTOCOL_ERROR_UNSPECIFIED = 111, "Protocol error, unspecified";
    }
}
