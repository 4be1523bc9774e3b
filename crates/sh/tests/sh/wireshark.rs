//! tshark on what is written: every AVP known, nothing malformed, the values ours.

use crate::strategies;
use crate::support::{answer, request, skip};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use quintet_capture::{LinkType, PcapngWriter, Side, TcpFlow};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Pairs of messages, as many as cover every AVP.
const PAIRS: usize = 120;

fn capture(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = PcapngWriter::begin(&mut file, "quintet tests");
    let interface = writer.interface(&mut file, "Sh", LinkType::ETHERNET);
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
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn tshark_reads_all_of_it() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let pairs: Vec<_> = (0..PAIRS)
        .map(|_| {
            let asked = strategies::request().new_tree(&mut runner).unwrap().current();
            let given = strategies::answer().new_tree(&mut runner).unwrap().current();
            (request(&asked), answer(&given))
        })
        .collect();
    let file = tempfile::Builder::new().suffix(".pcapng").tempfile().unwrap();
    std::fs::write(file.path(), capture(&pairs)).unwrap();
    let Some(lines) = tshark(
        file.path(),
        &["-Y", "diameter", "-T", "fields", "-e", "diameter.cmd.code"],
    ) else {
        return;
    };
    let codes: Vec<_> = lines.split(['\n', ',']).filter(|code| !code.is_empty()).collect();
    assert_eq!(codes.len(), 2 * PAIRS);
    for code in ["306", "307", "308", "309"] {
        assert!(codes.contains(&code), "no {code}");
    }
    for complaint in [
        "_ws.malformed",
        "diameter.avp.invalid-len",
        "diameter.avp.pad.non_zero",
    ] {
        let frames = tshark(file.path(), &["-Y", complaint]).unwrap();
        assert!(frames.is_empty(), "{complaint}: {frames}");
    }
    let all = tshark(file.path(), &["-V", "-Y", "diameter"]).unwrap();
    let unknown: BTreeSet<_> = all
        .lines()
        .filter(|line| line.contains("AVP: Unknown("))
        .map(|line| line.split(')').next().unwrap_or(line).trim())
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
