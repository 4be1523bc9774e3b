//! Recordings of other people's networks: what good ones say is allowed, and what is not is known by its clause.

use quintet_crypto::Direction;
use quintet_emm::path::{Candidates, MessageView, Registration, State, Step};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A recording: its file, how many NAS PDUs it has, and the clauses that the ends in it do violate, how often.
type Recording = (&'static str, usize, &'static [(&'static str, usize)]);

/// Of networks and UEs that others made. The simulated UE of the last one sends SECURITY MODE COMPLETE, and once or twice
/// an initial message, under "integrity protected and ciphered"; its network takes it, and goes on.
const RECORDINGS: [Recording; 8] = [
    ("enb__images_trace_4g_open5gs_eNB.pcapng", 12, &[]),
    ("magma__gx_gy_combined_03_210505_132953_1.pcapng", 14, &[]),
    ("magma__inbound_roaming_01_210505_130828_1.pcapng", 14, &[]),
    (
        "oai-openair-cn__SM_G900F_S5_TAU_S1_UE_CTXT_RELEASE_THEN_TAU_s1.pcapng",
        11,
        &[],
    ),
    ("open5gs__srsenb.63b8e00.pcapng", 20, &[]),
    ("open5gs__srsenb.ea3efdb.pcapng", 10, &[]),
    ("open5gs__srsenb.pcapng", 10, &[]),
    (
        "open5gs__testattach.pcapng",
        120,
        &[
            ("TS 24.301 5.3.1.1", 5),
            ("TS 24.301 5.4.3.3", 10),
            ("TS 24.301 5.5.1.2.4", 10),
        ],
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

fn skip(reason: &str) {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "must run in CI: {reason}"
    );
    eprintln!("skipped: {reason}");
}

fn captures() -> PathBuf {
    let shared = std::env::var_os("QUINTET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    shared.join("captures")
}

/// The NAS PDUs of a recording, as tshark takes them out of S1AP. Frames that bundle messages are left out with their
/// connection, for their fields cannot be told apart.
fn pdus(file: &Path) -> Option<Vec<Pdu>> {
    let fields = [
        "frame.number",
        "s1ap.procedureCode",
        "s1ap.ENB_UE_S1AP_ID",
        "s1ap.NAS_PDU",
        "s1ap.nAS_PDU",
    ];
    let mut tshark = Command::new("tshark");
    tshark.arg("-r").arg(file).args(["-Y", "nas-eps", "-T", "fields"]);
    for field in fields {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut all = Vec::new();
    let mut bundled = Vec::new();
    for line in text.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [frame, code, connection, direct, in_bearer] = columns[..] else {
            continue;
        };
        if [code, connection, direct, in_bearer]
            .iter()
            .any(|column| column.contains(','))
        {
            bundled.extend(connection.split(',').map(str::to_owned));
            continue;
        }
        let direction = match code {
            "12" | "13" => Direction::Uplink,
            "5" | "9" | "11" => Direction::Downlink,
            _ => continue,
        };
        let nas = if direct.is_empty() { in_bearer } else { direct };
        all.push(Pdu {
            frame: frame.to_owned(),
            direction,
            initial: code == "12",
            connection: connection.to_owned(),
            nas: hex::decode(nas).ok()?,
        });
    }
    all.retain(|pdu| !bundled.contains(&pdu.connection));
    Some(all)
}

/// What the ends of one connection may be in, and whether what is called ciphered can be read.
struct Ends {
    ue: Candidates,
    mme: Candidates,
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
            mme: Candidates::new(state),
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
                ends.mme.towards(step);
                ends.ue.sent(step)
            }
            Direction::Downlink => {
                ends.ue.towards(step);
                ends.mme.sent(step)
            }
        };
        if let Err(why) = sent {
            *clauses.entry(why.clause).or_insert(0) += 1;
            places.push(format!("frame {}: {step:?}: {why:?}", pdu.frame));
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
        assert_eq!(all.len(), count, "{name}: NAS PDUs");
        let (clauses, places) = violations(&all);
        let clauses: Vec<_> = clauses.into_iter().collect();
        assert_eq!(clauses, expected, "{name}: {places:#?}");
    }
}
