//! Captures whose faults are known.

use super::PROGRAM;
use quintet_capture::{LinkType, PcapngWriter, Side, TcpFlow};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{CommandFlags, Header, MessageWriter};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// Scenarios of [`lab`], with what the doctor must say of each: `None`, where all is well.
pub(crate) const SCENARIOS: [(&str, Option<&str>); 3] = [
    ("attach", None),
    ("wrong-key", Some("authentication-mac-failure")),
    ("smc-reject-capability", Some("smc-rejected-capabilities")),
];

/// A capture of the lab with these scenarios.
pub(crate) fn play(scenarios: &[&str], path: &Path) {
    let mut command = Command::new(PROGRAM);
    command.args(["lab", "--json", "--seed", "7", "--pcap"]).arg(path);
    for scenario in scenarios {
        command.args(["--scenario", scenario]);
    }
    let output = command.output().expect("the program was built with this test");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// [`SCENARIOS`], played once for all tests.
pub(crate) fn lab() -> &'static Path {
    static CAPTURE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = CAPTURE.get_or_init(|| {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("lab.pcapng");
        play(&SCENARIOS.map(|(name, _)| name), &path);
        (directory, path)
    });
    path
}

/// The attach of [`SCENARIOS`] alone.
pub(crate) fn attach(path: &Path) {
    play(&["attach"], path);
}

/// IMSI of [`refused`].
pub(crate) const REFUSED_IMSI: &str = "001010123456789";

/// A capture of one S6a transaction: AIR for [`REFUSED_IMSI`], and AIA 5001 with this Error-Message.
pub(crate) fn refused(error_message: &str) -> Vec<u8> {
    let client: SocketAddr = "192.0.2.1:40000".parse().expect("an address");
    let server: SocketAddr = "192.0.2.2:3868".parse().expect("an address");
    let mut frames: Vec<Vec<u8>> = Vec::new();
    let mut sink = |frame: &[u8]| frames.push(frame.to_vec());
    let mut flow = TcpFlow::open(client, server, [1000, 2000], &mut sink).expect("both are IPv4");
    flow.send(Side::Client, &message(true, error_message), &mut sink)
        .expect("the flow is open");
    flow.send(Side::Server, &message(false, error_message), &mut sink)
        .expect("the flow is open");
    let mut file = Vec::new();
    let mut writer = PcapngWriter::begin(&mut file, "test");
    let interface = writer.interface(&mut file, "S6a", LinkType::ETHERNET);
    for (n, frame) in (0..).zip(&frames) {
        writer.packet(
            &mut file,
            interface,
            Duration::from_millis(1_700_000_000_000 + n),
            frame,
            &[],
        );
    }
    file
}

fn message(request: bool, error_message: &str) -> Vec<u8> {
    /// S6a (TS 29.272 7.1.8) and 3GPP.
    const S6A: u32 = 16_777_251;
    const VENDOR_3GPP: u32 = 10_415;
    /// DIAMETER_ERROR_USER_UNKNOWN (TS 29.272 7.4.3.1).
    const USER_UNKNOWN: u32 = 5001;
    let flags = if request { CommandFlags::REQUEST } else { 0 };
    let header = Header {
        version: 1,
        length: 0,
        flags: CommandFlags(flags | CommandFlags::PROXIABLE),
        code: command::AUTHENTICATION_INFORMATION,
        application_id: S6A,
        hop_by_hop: 7,
        end_to_end: 8,
    };
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, &header);
    w.text(avp::SESSION_ID, "mme.test;1;2");
    w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |w| {
        w.u32(avp::VENDOR_ID, VENDOR_3GPP);
        w.u32(avp::AUTH_APPLICATION_ID, S6A);
    });
    w.u32(avp::AUTH_SESSION_STATE, 1);
    if request {
        w.text(avp::ORIGIN_HOST, "mme.test");
        w.text(avp::ORIGIN_REALM, "test");
        w.text(avp::DESTINATION_REALM, "test");
        w.text(avp::USER_NAME, REFUSED_IMSI);
        w.octets(avp::VISITED_PLMN_ID, &[0x00, 0xf1, 0x10]);
        w.group(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, |w| {
            w.u32(avp::NUMBER_OF_REQUESTED_VECTORS, 1);
        });
    } else {
        w.group(avp::EXPERIMENTAL_RESULT, |w| {
            w.u32(avp::VENDOR_ID, VENDOR_3GPP);
            w.u32(avp::EXPERIMENTAL_RESULT_CODE, USER_UNKNOWN);
        });
        w.text(avp::ORIGIN_HOST, "hss.test");
        w.text(avp::ORIGIN_REALM, "test");
        w.text(avp::ERROR_MESSAGE, error_message);
    }
    w.finish();
    out
}
