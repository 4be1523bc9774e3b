//! tshark's verdict on Diameter messages, for the tests of this crate and of those above it, which include the file by its path.
//!
//! Without tshark the test says so and passes, unless `CI=true`: there it must run.

use quintet_capture::{LinkType, PcapngWriter, Side, TcpFlow};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A request and its answer.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// Reports a missing prerequisite: fatal where everything must run.
pub(crate) fn skip(reason: &str) {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "must run in CI: {reason}"
    );
    eprintln!("skipped: {reason}");
}

/// A capture of request and answer pairs.
fn capture(pairs: &[Pair]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = PcapngWriter::begin(&mut file, "quintet tests");
    let interface = writer.interface(&mut file, "Diameter", LinkType::ETHERNET);
    let mut time = Duration::from_secs(1_760_000_000);
    let mut sink = |frame: &[u8]| {
        time += Duration::from_millis(1);
        writer.packet(&mut file, interface, time, frame, &[]);
    };
    let (client, server) = (([192, 0, 2, 1], 40_000).into(), ([192, 0, 2, 2], 3868).into());
    let mut flow = TcpFlow::open(client, server, [1, 2], &mut sink).unwrap();
    for (request, answer) in pairs {
        flow.send(Side::Client, request, &mut sink).unwrap();
        flow.send(Side::Server, answer, &mut sink).unwrap();
    }
    file
}

fn tshark(file: &Path, arguments: &[&str]) -> Option<String> {
    let Ok(output) = Command::new("tshark")
        .arg("-r")
        .arg(file)
        .args(arguments)
        .output()
    else {
        skip("tshark cannot be run; install it");
        return None;
    };
    assert!(
        output.status.success(),
        "tshark: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Fails unless tshark finds every message, none of it malformed, and knows every AVP but `young` ones, which are
/// `AVP: Unknown(` and a code. `answers_alone`: recorded requests may have flaws of their own; then answers are judged the more
/// strictly. The command codes it saw, if there is a tshark.
pub(crate) fn judged(pairs: &[Pair], answers_alone: bool, young: &[&str]) -> Option<Vec<u32>> {
    let file = tempfile::Builder::new().suffix(".pcapng").tempfile().unwrap();
    std::fs::write(file.path(), capture(pairs)).unwrap();
    let fields = ["-Y", "diameter", "-T", "fields", "-e", "diameter.cmd.code"];
    let lines = tshark(file.path(), &fields)?;
    let codes: Vec<u32> = lines
        .split(['\n', ','])
        .filter(|code| !code.is_empty())
        .map(|code| code.parse().unwrap())
        .collect();
    assert_eq!(codes.len(), 2 * pairs.len(), "{lines}");
    let mut complaints = vec![
        "_ws.malformed",
        "diameter.avp.invalid-len",
        "diameter.avp.pad.non_zero",
    ];
    if answers_alone {
        complaints.push("_ws.expert.severity >= 0x600000");
    }
    let is_judged = |line: &&str| !answers_alone || line.contains("Answer");
    for complaint in complaints {
        let frames = tshark(file.path(), &["-Y", complaint])?;
        let ours: Vec<_> = frames.lines().filter(is_judged).collect();
        assert!(ours.is_empty(), "{complaint}: {ours:?}");
    }
    let filter = if answers_alone {
        "diameter.flags.request == 0"
    } else {
        "diameter"
    };
    let all = tshark(file.path(), &["-V", "-Y", filter])?;
    let unknown: BTreeSet<_> = all
        .lines()
        .filter(|line| {
            line.contains("AVP: Unknown(")
                || answers_alone && line.contains("Unknown") && line.contains("AVP:")
        })
        .map(|line| line.split(')').next().unwrap_or(line).trim())
        .filter(|line| !young.contains(line))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    Some(codes)
}
