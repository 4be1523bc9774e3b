//! Comparison with what tshark says: for each of its fields in the list, its values in order against ours.

use crate::json::Json;
use crate::support::Message;
use quintet_wire::Field;

/// A field of tshark, and the path of ours: element name, inner name (empty for the element's value).
const FIELDS: &[(&str, &[(&str, &str)])] = &[
    ("nas_eps.emm.cause", &[("EMM cause", "")]),
    ("nas_eps.esm.cause", &[("ESM cause", "")]),
    ("nas_eps.emm.mme_grp_id", &[("*", "MME group ID")]),
    ("nas_eps.emm.mme_code", &[("*", "MME code")]),
    ("nas_eps.emm.m_tmsi", &[("*", "M-TMSI")]),
    ("e212.imsi", &[("*", "IMSI")]),
    ("gsm_a.imeisv", &[("*", "IMEISV")]),
    (
        "gsm_a.dtap.rand",
        &[
            ("Authentication parameter RAND (EPS challenge)", ""),
            ("Authentication parameter RAND (5G authentication challenge)", ""),
        ],
    ),
    (
        "gsm_a.dtap.autn",
        &[
            ("Authentication parameter AUTN (EPS challenge)", ""),
            ("Authentication parameter AUTN (5G authentication challenge)", ""),
        ],
    ),
    ("gsm_a.dtap.auts", &[("Authentication failure parameter", "")]),
    ("nas_eps.emm.res", &[("Authentication response parameter", "")]),
    ("nas_eps.emm.hash_mme", &[("HashMME", "")]),
    ("nas_eps.emm.esm_msg_cont", &[("ESM message container", "")]),
    ("nas_eps.emm.nas_msg_cont", &[("NAS message container", "")]),
    ("nas_eps.emm.toc", &[("*", "Type of ciphering algorithm")]),
    (
        "nas_eps.emm.toi",
        &[("*", "Type of integrity protection algorithm")],
    ),
    ("nas_eps.emm.eps_att_type", &[("EPS attach type", "")]),
    ("nas_eps.emm.EPS_attach_result", &[("EPS attach result", "")]),
    ("nas_eps.emm.update_type_value", &[("EPS update type", "")]),
    ("nas_eps.emm.guti_type", &[("Old GUTI type", "")]),
    ("nas_eps.emm.imeisv_req", &[("IMEISV request", "")]),
    ("nas_eps.emm.add_upd_res", &[("Additional update result", "")]),
    ("nas_eps.esm.eit", &[("ESM information transfer flag", "")]),
    ("nas_eps.esm_request_type", &[("Request type", "")]),
    ("nas_eps.esm.qci", &[("*", "QCI")]),
    ("nas_eps.esm.pdn_ipv4", &[("PDN address", "IPv4")]),
    (
        "nas_eps.esm.pdn_ipv6_if_id",
        &[("PDN address", "Interface identifier")],
    ),
    ("gsm_a.gm.sm.apn", &[("Access point name", "")]),
    ("nas_eps.bearer_id", &[("EPS bearer identity", "")]),
    (
        "nas_eps.esm.proc_trans_id",
        &[("Procedure transaction identity", "")],
    ),
    (
        "gsm_a.gm.gmm.gprs_timer_unit",
        &[
            ("T3412 value", "Unit"),
            ("T3402 value", "Unit"),
            ("T3423 value", "Unit"),
        ],
    ),
    (
        "gsm_a.gm.gmm.gprs_timer_value",
        &[
            ("T3412 value", "Timer value"),
            ("T3402 value", "Timer value"),
            ("T3423 value", "Timer value"),
        ],
    ),
    (
        "gsm_a.gm.gmm.gprs_timer3_value",
        &[
            ("T3412 extended value", "Timer value"),
            ("T3512 value", "Timer value"),
            ("Back-off timer value", "Timer value"),
        ],
    ),
    (
        "gsm_a.gm.gmm.split_pg_cycle_code",
        &[("DRX parameter", "SPLIT PG CYCLE CODE")],
    ),
    (
        "gsm_a.MSC_rev",
        &[("Mobile station classmark 2", "Revision level")],
    ),
    ("gsm_a.gm.gmm.tmsi_flag", &[("TMSI status", "")]),
    ("nas_5gs.5g_tmsi", &[("*", "5G-TMSI")]),
    ("nas_5gs.amf_region_id", &[("*", "AMF region ID")]),
    ("nas_5gs.amf_set_id", &[("*", "AMF set ID")]),
    ("nas_5gs.amf_pointer", &[("*", "AMF pointer")]),
    ("nas_5gs.sm.5gsm_cause", &[("5GSM cause", "")]),
    ("nas_5gs.mm.abba_contents", &[("ABBA", "")]),
    ("nas_5gs.mm.suci.supi_fmt", &[("*", "SUPI format")]),
    ("nas_5gs.mm.suci.scheme_id", &[("*", "Protection scheme")]),
    (
        "nas_5gs.mm.suci.pki",
        &[("*", "Home network public key identifier")],
    ),
    (
        "nas_5gs.mm.nas_sec_algo_enc",
        &[("*", "Type of ciphering algorithm")],
    ),
    (
        "nas_5gs.mm.nas_sec_algo_ip",
        &[("*", "Type of integrity protection algorithm")],
    ),
    ("nas_5gs.mm.pld_cont_type", &[("Payload container type", "")]),
    ("nas_5gs.mm.req_type", &[("Request type", "")]),
    ("nas_5gs.mm.serv_type", &[("Service type", "")]),
    ("nas_5gs.mm.ue_usage_setting", &[("UE's usage setting", "")]),
    ("nas_5gs.cmn.dnn", &[("DNN", "")]),
    ("nas_5gs.cmn.add_info", &[("Additional information", "")]),
    ("nas_5gs.sm.5qi", &[("*", "5QI")]),
    ("nas_5gs.sm.rop", &[("*", "Rule operation code")]),
    ("nas_5gs.sm.dqr", &[("*", "DQR")]),
    ("nas_5gs.sm.nof_pkt_filters", &[("*", "Number of packet filters")]),
    ("nas_5gs.sm.qos_rule_precedence", &[("*", "QoS rule precedence")]),
    (
        "nas_5gs.sm.hf_nas_5gs_sm_qos_des_flow_opt_code",
        &[("*", "Operation code")],
    ),
    ("nas_5gs.sm.pdu_addr_inf_ipv4", &[("PDU address", "IPv4")]),
    (
        "nas_5gs.sm.pdu_addr_inf_ipv6",
        &[("PDU address", "Interface identifier")],
    ),
    ("nas_5gs.sm.sel_sc_mode", &[("Selected SSC mode", "")]),
    ("nas_5gs.sm.sc_mode", &[("SSC mode", "")]),
    (
        "nas_5gs.sm.pdu_session_type",
        &[("PDU session type", ""), ("Selected PDU session type", "")],
    ),
    (
        "nas_5gs.sm.max_nb_sup_pkt_flt.nb",
        &[("Maximum number of supported packet filters", "")],
    ),
    (
        "gsm_a.gm.gmm.gprs_timer2_value",
        &[
            ("T3346 value", "Timer value"),
            ("T3502 value", "Timer value"),
            ("Non-3GPP de-registration timer value", "Timer value"),
        ],
    ),
];

/// Every value of `key` in tshark's answer, in order.
fn said(value: &Json, key: &str, out: &mut Vec<String>) {
    for (name, value) in value.members() {
        if name == key {
            out.extend(value.text().map(str::to_owned));
            out.extend(value.items().iter().filter_map(|v| v.text().map(str::to_owned)));
        }
        said(value, key, out);
    }
}

/// Every value of ours at a path, in wire order, those of an ESM message container included.
fn ours(fields: &[Field], path: &[(&str, &str)], out: &mut Vec<String>) {
    for field in fields {
        for (element, inner) in path {
            if inner.is_empty() && field.name == *element {
                out.push(field.value.split(" (").next().unwrap_or_default().to_owned());
            } else if *element == "*" || field.name == *element {
                leaves(field, inner, out);
            }
        }
        let container = matches!(
            &*field.name,
            "ESM message container" | "Payload container" | "NAS message container"
        );
        if container && let Ok((message, _)) = Message::decode(&hex::decode(&field.value).unwrap()) {
            ours(&message.fields(), path, out);
        }
    }
}

fn leaves(field: &Field, name: &str, out: &mut Vec<String>) {
    for inner in &field.fields {
        if inner.name == name && !name.is_empty() {
            out.push(inner.value.clone());
        }
        leaves(inner, name, out);
    }
}

/// Decimal from what tshark prints, octet strings without colons.
fn plain(text: &str) -> String {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).map_or(text.to_owned(), |n| n.to_string()),
        None => text.replace(':', ""),
    }
}

/// Compares the listed fields; how many values were compared.
pub(crate) fn compare(id: &str, answer: &Json, message: &Message<'_>) -> usize {
    let mut compared = 0;
    for (key, path) in FIELDS {
        let (mut theirs, mut mine) = (Vec::new(), Vec::new());
        said(answer, key, &mut theirs);
        if theirs.is_empty() {
            continue;
        }
        ours(&message.fields(), path, &mut mine);
        let mut theirs: Vec<_> = theirs.iter().map(|t| plain(t)).collect();
        theirs.sort();
        mine.sort();
        assert_eq!(mine, theirs, "{id}: {key}");
        compared += mine.len();
    }
    compared
}
