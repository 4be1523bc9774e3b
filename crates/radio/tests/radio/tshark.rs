//! What tshark finds in the same capture.

use quintet_crypto::Direction;
use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

/// The RRC messages of one frame, as tshark dissects them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) frame: u64,
    pub(crate) direction: Direction,
    pub(crate) nas: Vec<Vec<u8>>,
    /// Names of the messages, of [`MESSAGES`].
    pub(crate) messages: Vec<&'static str>,
    /// Whether an RLC PDU of the frame was in an earlier frame with the same messages too: tshark shows them again.
    pub(crate) is_repeated: bool,
}

/// Messages whose names are compared.
pub(crate) const MESSAGES: [&str; 21] = [
    "rrcConnectionReestablishmentRequest",
    "rrcConnectionReestablishment",
    "rrcConnectionReestablishmentReject",
    "rrcConnectionReestablishmentComplete",
    "rrcConnectionRequest",
    "rrcConnectionReject",
    "rrcConnectionSetup",
    "rrcConnectionSetupComplete",
    "rrcConnectionReconfiguration",
    "rrcConnectionReconfigurationComplete",
    "rrcConnectionRelease",
    "securityModeCommand",
    "securityModeComplete",
    "securityModeFailure",
    "ulInformationTransfer",
    "dlInformationTransfer",
    "ueCapabilityEnquiry",
    "ueCapabilityInformation",
    "measurementReport",
    "counterCheck",
    "mobilityFromEUTRACommand",
];

const FIELDS: [&str; 8] = [
    "frame.number",
    "lte-rrc.UL_DCCH_Message_element",
    "lte-rrc.UL_CCCH_Message_element",
    "lte-rrc.dedicatedInfoNAS",
    "lte-rrc.DedicatedInfoNAS",
    "mac-lte.rnti",
    "mac-lte.ueid",
    "rlc-lte.am.fixed.sn",
];

/// Preferences with which tshark 4.0 looks into MAC PDUs: the user link types of the traces, and MAC over UDP.
const PREFERENCES: [&str; 10] = [
    "-o",
    "uat:user_dlts:\"User 2 (DLT=149)\",\"udp\",\"0\",\"\",\"0\",\"\"",
    "-o",
    "uat:user_dlts:\"User 0 (DLT=147)\",\"mac-lte-framed\",\"0\",\"\",\"0\",\"\"",
    "--enable-heuristic",
    "mac_lte_udp",
    "-o",
    "mac-lte.attempt_rrc_decode:true",
    "-o",
    "mac-lte.attempt_to_dissect_srb_sdus:true",
];

/// Frames with RRC messages of LTE. `None` if there is no tshark.
pub(crate) fn lines(path: &Path) -> Option<Vec<Line>> {
    let mut command = Command::new("tshark");
    command
        .args(PREFERENCES)
        .arg("-r")
        .arg(path)
        .args(["-Y", "lte_rrc", "-T", "fields"]);
    for field in FIELDS {
        command.args(["-e", field]);
    }
    for message in MESSAGES {
        command.arg("-e").arg(format!("lte-rrc.{message}_element"));
    }
    let output = command.output().ok()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let mut seen = HashSet::new();
    Some(text.lines().map(|line| read(line, &mut seen)).collect())
}

fn read(line: &str, seen: &mut HashSet<String>) -> Line {
    let fields: Vec<&str> = line.split('\t').collect();
    let (head, messages) = fields.split_at(FIELDS.len());
    let &[frame, dcch, ccch, single, listed, rnti, ue_id, numbers] = head else {
        panic!("{line}")
    };
    let direction = if dcch.is_empty() && ccch.is_empty() {
        Direction::Downlink
    } else {
        Direction::Uplink
    };
    let nas: Vec<_> = [single, listed]
        .iter()
        .flat_map(|values| values.split(','))
        .filter(|value| !value.is_empty())
        .map(|value| hex::decode(value).unwrap())
        .collect();
    let messages: Vec<_> = MESSAGES
        .into_iter()
        .zip(messages)
        .flat_map(|(name, values)| {
            values
                .split(',')
                .filter(|value| !value.is_empty())
                .map(move |_| name)
        })
        .collect();
    let mut is_repeated = false;
    for number in numbers.split(',').filter(|number| !number.is_empty()) {
        is_repeated |= !seen.insert(format!(
            "{direction:?} {rnti} {ue_id} {number} {nas:02x?} {messages:?}"
        ));
    }
    Line {
        frame: frame.parse().unwrap(),
        direction,
        nas,
        messages,
        is_repeated,
    }
}
