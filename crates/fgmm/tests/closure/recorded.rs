//! Recordings of other people's networks: what good ones say is allowed, and what is not is known by its clause.

use quintet_crypto::Direction;
use quintet_fgmm::path::{Candidates, MessageView, Registration, State, Step};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A recording: its file, how many NAS PDUs it has, and the clauses that the ends in it do violate, how often.
type Recording = (&'static str, usize, &'static [(&'static str, usize)]);

/// A MAC under a new context where there is none: what gNBSIM, my5G-RANTester and OMEC's simulator send after SECURITY MODE
/// COMPLETE.
const NEW_CONTEXT_AGAIN: &str = "TS 24.501 9.3.1";

/// Of networks, UEs and attackers that others made, those with 5GS NAS in NGAP. What does not keep to the specification is
/// known by its clause.
const RECORDINGS: &[Recording] = &[
    (
        "5greplay__docs_docs_tutorial_smc_message_ue_authetication.pcapng",
        10,
        &[],
    ),
    ("5greplay__pcap_oai.pcap", 9, &[(NEW_CONTEXT_AGAIN, 1)]),
    ("adonohoe-5gpcap__auth_failure.pcap", 4, &[]),
    ("adonohoe-5gpcap__n4_upf_timeout.pcap", 28, &[]),
    ("adonohoe-5gpcap__pdu_session_reject_other.pcap", 20, &[]),
    ("adonohoe-5gpcap__registration_reject.pcap", 22, &[]),
    ("adonohoe-5gpcap__sandbox_n2.bda6788.pcap", 30, &[]),
    ("adonohoe-5gpcap__scenario1.pcapng", 11, &[]),
    // Made by hand: REGISTRATION ACCEPT in the clear.
    ("adonohoe-5gpcap__synthetic.pcap", 7, &[("TS 24.501 4.4.4.2", 1)]),
    // SERVICE ACCEPT is not in the capture, what the UE ciphers after it is.
    (
        "ctd-5g__src_marker_tests_example.pcapng",
        53,
        &[("TS 24.501 4.4.5", 2)],
    ),
    ("hajiyeva-5gauth__captures_bidding_down.pcap", 26, &[]),
    ("hajiyeva-5gauth__captures_brute_force.830d6f4.pcap", 160, &[]),
    ("hajiyeva-5gauth__captures_normal_traffic.008e2a4.pcap", 20, &[]),
    ("hajiyeva-5gauth__captures_supi_harvest.b3c1aff.pcap", 30, &[]),
    ("hajiyeva-5gauth__captures_test_brute_force.pcap", 40, &[]),
    (
        "merged__5gs_smc_noanswer__bidding_down__eps_resync.pcapng",
        50,
        &[],
    ),
    (
        "my5g-non3gpp-access__sample_my5g_wifi_config_captures_wireshark_all_traffic.pcapng",
        9,
        &[],
    ),
    (
        "oai-cn5g-fed-old__My5g_RANTester_5gcn_deployment_my5grantester.pcap",
        9,
        &[],
    ),
    ("oai-cn5g-fed-old__dsTest_pcap_scenario_execution.pcap", 10, &[]),
    (
        "oai-cn5g-fed-old__steering_control_plane.pcapng",
        18,
        &[(NEW_CONTEXT_AGAIN, 2)],
    ),
    (
        "oai-cn5g-fed__UERANSIM_pcap_5gcn_deployment_ueransim.pcap",
        9,
        &[],
    ),
    // This AMF sends DEREGISTRATION ACCEPT in the clear.
    (
        "oai-cn5g-fed__dsTest_mini_nrf_5gcn_mini_deployment_nrf.pcapng",
        16,
        &[("TS 24.501 4.4.4.2", 1)],
    ),
    (
        "oai-cn5g-fed__gnbSIM_pcap_5gcn_deployment_gnbsim.pcap",
        9,
        &[(NEW_CONTEXT_AGAIN, 1)],
    ),
    (
        "oai-cn5g-fed__omec_gnbsim_pcap_5gcn_deployment_omec_gnbsim.pcapng",
        102,
        &[("TS 24.501 4.4.4.2", 2)],
    ),
    (
        "oai-cn5g-fed__ulcl_control_plane.pcapng",
        27,
        &[(NEW_CONTEXT_AGAIN, 3)],
    ),
    ("open5gs__5g_roaming_hr.pcapng", 13, &[]),
    ("open5gs__5g_roaming_lbo.pcapng", 13, &[]),
    // A test that sends 5GMM STATUS in the clear on a secure connection.
    (
        "open5gs__testregistration.pcapng",
        1118,
        &[("TS 24.501 4.4.4.3", 1)],
    ),
    ("pyscasso__pcaps_oai_attach.pcapng", 9, &[(NEW_CONTEXT_AGAIN, 1)]),
    ("pyscasso__pcaps_open5gs_attach_reattach.pcap", 22, &[]),
    (
        "rub-suci__hold_ue_in_cell_increase_timeout_oneplus.pcapng",
        168,
        &[],
    ),
    (
        "rub-suci__standard_registration_registration_quectel.pcapng",
        7,
        &[],
    ),
    (
        "rub-suci__suci_catcher_attack_OnePlus_32_PersonOfInterest_found.pcapng",
        315,
        &[],
    ),
    ("shizw2-open5gs__1221_two.pcap", 34, &[]),
    ("ssmtk-vonr__work_packages_wp2_rp2_snimak.pcap", 12, &[]),
    // An old simulator: SECURITY MODE COMPLETE under the header of a context in use, a PDU protected twice.
    (
        "telekom-5gtv__doc_free5gc.pcapng",
        9,
        &[("TS 24.501 5.4.2.3", 1), ("TS 24.501 5.5.1.2.4", 1)],
    ),
    // A fuzzer: a connection that begins with no initial message; NAS that is no NAS under a new context.
    (
        "tuc-5gdatasets__pcap_007a_fuzz_open5gs.pcapng",
        1,
        &[("TS 24.501 5.3.1.1", 1)],
    ),
    ("tuc-5gdatasets__pcap_007f_fuzz_open5gs.pcapng", 24, &[]),
    (
        "tuc-5gdatasets__pcap_007g_fuzz_open5gs.pcapng",
        19,
        &[(NEW_CONTEXT_AGAIN, 6)],
    ),
    (
        "vapt-cn5g__Testbed_2_OAI_CapturedTraffic_NAS_UE_Auth_OAI.pcapng",
        9,
        &[],
    ),
    (
        "vapt-cn5g__fic_Result_Replay_Attack_NAS_UE_Auth_open5gs_log_analysis_replayAttack.pcapng",
        17,
        &[],
    ),
];

/// A NAS PDU of a connection.
struct Pdu {
    frame: String,
    direction: Direction,
    initial: bool,
    connection: String,
    nas: Vec<u8>,
}

pub(crate) fn skip(reason: &str) {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "must run in CI: {reason}"
    );
    eprintln!("skipped: {reason}");
}

pub(crate) fn shared() -> PathBuf {
    std::env::var_os("QUINTET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    )
}

fn captures() -> PathBuf {
    shared().join("captures")
}

/// Procedures of NGAP that carry NAS (TS 38.413 9.4.7): downlink, initial context setup, initial UE message, PDU session
/// resource setup, uplink.
const DOWNLINK: [&str; 3] = ["4", "14", "29"];
const INITIAL_UE_MESSAGE: &str = "15";
const UPLINK_NAS_TRANSPORT: &str = "46";

/// The NAS PDUs of a recording, as tshark takes them out of NGAP. Frames whose messages cannot be told apart are left out
/// with their connection.
fn pdus(file: &Path) -> Option<Vec<Pdu>> {
    let fields = [
        "frame.number",
        "ip.src",
        "ip.dst",
        "ngap.procedureCode",
        "ngap.RAN_UE_NGAP_ID",
        "ngap.NAS_PDU",
        "ngap.pDUSessionNAS_PDU",
    ];
    let mut tshark = Command::new("tshark");
    tshark.arg("-r").arg(file);
    tshark.args(["-Y", "ngap && nas-5gs", "-T", "fields"]);
    for field in fields {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut all = Vec::new();
    let mut bundled = Vec::new();
    for line in text.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [frame, source, destination, codes, connections, direct, in_session] = columns[..] else {
            continue;
        };
        let nas = if direct.is_empty() { in_session } else { direct };
        let (codes, connections): (Vec<_>, Vec<_>) =
            (codes.split(',').collect(), connections.split(',').collect());
        let nas: Vec<_> = nas.split(',').collect();
        let gnb = |code: &str| {
            if DOWNLINK.contains(&code) {
                destination
            } else {
                source
            }
        };
        if codes.len() != connections.len() || codes.len() != nas.len() {
            for (at, connection) in connections.iter().enumerate() {
                let code = codes.get(at).copied().unwrap_or_default();
                bundled.push(format!("{} {connection}", gnb(code)));
            }
            continue;
        }
        for ((code, connection), nas) in codes.iter().zip(connections).zip(nas) {
            let direction = match *code {
                INITIAL_UE_MESSAGE | UPLINK_NAS_TRANSPORT => Direction::Uplink,
                code if DOWNLINK.contains(&code) => Direction::Downlink,
                _ => continue,
            };
            all.push(Pdu {
                frame: frame.to_owned(),
                direction,
                initial: *code == INITIAL_UE_MESSAGE,
                connection: format!("{} {connection}", gnb(code)),
                nas: hex::decode(nas).ok()?,
            });
        }
    }
    all.retain(|pdu| !bundled.contains(&pdu.connection));
    Some(all)
}

/// What the ends of one connection may be in, and whether what is called ciphered can be read.
struct Ends {
    ue: Candidates,
    amf: Candidates,
    null_ciphering: bool,
}

/// How often each clause is violated, with where.
fn violations(pdus: &[Pdu]) -> (BTreeMap<&'static str, usize>, Vec<String>) {
    let mut connections: BTreeMap<&str, Ends> = BTreeMap::new();
    let (mut clauses, mut places) = (BTreeMap::new(), Vec::new());
    for pdu in pdus {
        let state = if pdu.initial {
            State::idle(Registration::Unknown)
        } else {
            State::UNOBSERVED
        };
        let fresh = || Ends {
            ue: Candidates::new(state),
            amf: Candidates::new(state),
            null_ciphering: false,
        };
        if pdu.initial {
            connections.insert(&pdu.connection, fresh());
        }
        let ends = connections.entry(&pdu.connection).or_insert_with(fresh);
        let step = match Step::observe(pdu.direction, &pdu.nas, ends.null_ciphering) {
            Ok(step) => step,
            Err(why) => {
                places.push(format!("frame {}: {why}", pdu.frame));
                continue;
            }
        };
        if let MessageView::SecurityModeCommand { algorithms, .. } = step.message {
            ends.null_ciphering = algorithms.ciphering.0 == 0;
        }
        let sent = match pdu.direction {
            Direction::Uplink => {
                ends.amf.towards(step);
                ends.ue.sent(step)
            }
            Direction::Downlink => {
                ends.ue.towards(step);
                ends.amf.sent(step)
            }
        };
        if let Err(why) = sent {
            *clauses.entry(why.clause).or_insert(0) += 1;
            places.push(format!(
                "frame {} {}: {step:?}: {why:?}",
                pdu.frame, pdu.connection
            ));
        }
    }
    (clauses, places)
}

#[test]
fn recordings_of_others_are_allowed() {
    for (name, count, expected) in RECORDINGS {
        let file = captures().join(name);
        if !file.exists() {
            return skip(&format!("no {}; set QUINTET_SHARED", file.display()));
        }
        let Some(all) = pdus(&file) else {
            return skip("tshark cannot be run");
        };
        assert_eq!(all.len(), *count, "{name}: NAS PDUs");
        let (clauses, places) = violations(&all);
        let clauses: Vec<_> = clauses.into_iter().collect();
        assert_eq!(clauses, *expected, "{name}: {places:#?}");
    }
}
