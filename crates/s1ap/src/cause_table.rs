//! The values of the Cause IE (TS 36.413 9.2.1.3): their numbers, generated values and names.

use oxirush_s1ap::s1ap as asn1;
use quintet_ap::cause_group;

cause_group! {
    radio_network, radio_network_name, asn1::CauseRadioNetwork,
    0 unspecified "unspecified",
    1 tx2relocoverall_expiry "tx2relocoverall-expiry",
    2 successful_handover "successful-handover",
    3 release_due_to_eutran_generated_reason "release-due-to-eutran-generated-reason",
    4 handover_cancelled "handover-cancelled",
    5 partial_handover "partial-handover",
    6 ho_failure_in_target_EPC_eNB_or_target_system "ho-failure-in-target-EPC-eNB-or-target-system",
    7 ho_target_not_allowed "ho-target-not-allowed",
    8 tS1relocoverall_expiry "tS1relocoverall-expiry",
    9 tS1relocprep_expiry "tS1relocprep-expiry",
    10 cell_not_available "cell-not-available",
    11 unknown_targetID "unknown-targetID",
    12 no_radio_resources_available_in_target_cell "no-radio-resources-available-in-target-cell",
    13 unknown_mme_ue_s1ap_id "unknown-mme-ue-s1ap-id",
    14 unknown_enb_ue_s1ap_id "unknown-enb-ue-s1ap-id",
    15 unknown_pair_ue_s1ap_id "unknown-pair-ue-s1ap-id",
    16 handover_desirable_for_radio_reason "handover-desirable-for-radio-reason",
    17 time_critical_handover "time-critical-handover",
    18 resource_optimisation_handover "resource-optimisation-handover",
    19 reduce_load_in_serving_cell "reduce-load-in-serving-cell",
    20 user_inactivity "user-inactivity",
    21 radio_connection_with_ue_lost "radio-connection-with-ue-lost",
    22 load_balancing_tau_required "load-balancing-tau-required",
    23 cs_fallback_triggered "cs-fallback-triggered",
    24 ue_not_available_for_ps_service "ue-not-available-for-ps-service",
    25 radio_resources_not_available "radio-resources-not-available",
    26 failure_in_radio_interface_procedure "failure-in-radio-interface-procedure",
    27 invalid_qos_combination "invalid-qos-combination",
    28 interrat_redirection "interrat-redirection",
    29 interaction_with_other_procedure "interaction-with-other-procedure",
    30 unknown_E_RAB_ID "unknown-E-RAB-ID",
    31 multiple_E_RAB_ID_instances "multiple-E-RAB-ID-instances",
    32 encryption_and_or_integrity_protection_algorithms_not_supported "encryption-and-or-integrity-protection-algorithms-not-supported",
    33 s1_intra_system_handover_triggered "s1-intra-system-handover-triggered",
    34 s1_inter_system_handover_triggered "s1-inter-system-handover-triggered",
    35 x2_handover_triggered "x2-handover-triggered",
    36 redirection_towards_1xRTT "redirection-towards-1xRTT",
    37 not_supported_QCI_value "not-supported-QCI-value",
    38 invalid_CSG_Id "invalid-CSG-Id",
    39 release_due_to_pre_emption "release-due-to-pre-emption",
    40 n26_interface_not_available "n26-interface-not-available",
    41 insufficient_ue_capabilities "insufficient-ue-capabilities",
    42 maximum_bearer_pre_emption_rate_exceeded "maximum-bearer-pre-emption-rate-exceeded",
    43 up_integrity_protection_not_possible "up-integrity-protection-not-possible",
    44 release_due_to_discontinuous_coverage "release-due-to-discontinuous-coverage",
}

cause_group! {
    transport, transport_name, asn1::CauseTransport,
    0 transport_resource_unavailable "transport-resource-unavailable",
    1 unspecified "unspecified",
}

cause_group! {
    nas, nas_name, asn1::CauseNas,
    0 normal_release "normal-release",
    1 authentication_failure "authentication-failure",
    2 detach "detach",
    3 unspecified "unspecified",
    4 csg_subscription_expiry "csg-subscription-expiry",
    5 uE_not_in_PLMN_serving_area "uE-not-in-PLMN-serving-area",
    6 iab_not_authorized "iab-not-authorized",
}

cause_group! {
    protocol, protocol_name, asn1::CauseProtocol,
    0 transfer_syntax_error "transfer-syntax-error",
    1 abstract_syntax_error_reject "abstract-syntax-error-reject",
    2 abstract_syntax_error_ignore_and_notify "abstract-syntax-error-ignore-and-notify",
    3 message_not_compatible_with_receiver_state "message-not-compatible-with-receiver-state",
    4 semantic_error "semantic-error",
    5 abstract_syntax_error_falsely_constructed_message "abstract-syntax-error-falsely-constructed-message",
    6 unspecified "unspecified",
}

cause_group! {
    misc, misc_name, asn1::CauseMisc,
    0 control_processing_overload "control-processing-overload",
    1 not_enough_user_plane_processing_resources "not-enough-user-plane-processing-resources",
    2 hardware_failure "hardware-failure",
    3 om_intervention "om-intervention",
    4 unspecified "unspecified",
    5 unknown_PLMN "unknown-PLMN",
}
