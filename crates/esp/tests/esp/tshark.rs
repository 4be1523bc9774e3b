//! What Wireshark deciphers of our packets with the exported keys, in every mode and suite that it knows.

use crate::support::{Network, PS, Plan, UC, UE};
use quintet_esp::{Encapsulation, Suite, Transmit, Transport};
use std::net::IpAddr;
use std::process::Command;
use std::time::Duration;

/// A pcap file of raw IPv4 packets.
fn pcap(packets: &[Transmit]) -> Vec<u8> {
    const LINKTYPE_RAW: u32 = 101;
    let mut out = Vec::new();
    for number in [0xa1b2_c3d4, 0x0002_0004, 0, 0, 65_535, LINKTYPE_RAW] {
        out.extend(u32::to_be_bytes(number));
    }
    for (at, Transmit { path, octets }) in packets.iter().enumerate() {
        let (IpAddr::V4(from), IpAddr::V4(to)) = (path.local.ip(), path.remote.ip()) else {
            panic!("{path:?}");
        };
        let mut payload = Vec::new();
        if path.is_encapsulated() {
            for number in [path.local.port(), path.remote.port(), 8 + octets.len() as u16, 0] {
                payload.extend(number.to_be_bytes());
            }
        }
        payload.extend(octets);
        let mut frame = vec![0x45, 0];
        frame.extend((20 + payload.len() as u16).to_be_bytes());
        frame.extend([0, 0, 0, 0, 64, if path.is_encapsulated() { 17 } else { 50 }, 0, 0]);
        frame.extend(from.octets());
        frame.extend(to.octets());
        frame.extend(payload);
        for number in [at as u32, 0, frame.len() as u32, frame.len() as u32] {
            out.extend(number.to_be_bytes());
        }
        out.extend(frame);
    }
    out
}

/// Wireshark's names; aes-gmac is not among what it checks.
fn names(suite: Suite) -> Option<(&'static str, &'static str)> {
    Some(match suite.to_string().as_str() {
        "hmac-md5-96/null" => ("NULL", "HMAC-MD5-96 [RFC2403]"),
        "hmac-md5-96/aes-cbc" => ("AES-CBC [RFC3602]", "HMAC-MD5-96 [RFC2403]"),
        "hmac-sha-1-96/null" => ("NULL", "HMAC-SHA-1-96 [RFC2404]"),
        "hmac-sha-1-96/aes-cbc" => ("AES-CBC [RFC3602]", "HMAC-SHA-1-96 [RFC2404]"),
        "null/aes-gcm" => ("AES-GCM with 16 octet ICV [RFC4106]", "NULL"),
        _ => return None,
    })
}

#[test]
fn wireshark_deciphers_what_we_seal() {
    let mut checked = 0;
    for suite in Suite::ALL {
        let Some(names) = names(suite) else { continue };
        let native = Plan::new(suite);
        let mut encapsulated = native.clone();
        for config in &mut encapsulated.config {
            config.encapsulation = Some(Encapsulation::default());
        }
        let mut tunnel = native.clone();
        tunnel.tunnel =
            Some(["10.9.0.1:4500", "10.9.0.1:4500", "10.9.0.2:4500"].map(|it| it.parse().unwrap()));
        for plan in [native, encapsulated, tunnel] {
            if !deciphers(plan, names) {
                return;
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 15);
}

fn deciphers(plan: Plan, (encryption, authentication): (&str, &str)) -> bool {
    let parameters = plan.parameters(UE).remove(0);
    let mut network = Network::new(plan);
    let message = b"OPTIONS sip:pcscf.example SIP/2.0\r\nContent-Length: 0\r\n\r\n";
    for transport in [Transport::Udp, Transport::Tcp] {
        let flow = network.flow(UE, transport, (UC, PS));
        network.send(UE, flow, message);
        network.run_for(Duration::from_millis(500));
    }
    let sent: Vec<Transmit> = network
        .wire
        .iter()
        .filter(|(end, _)| *end == UE)
        .map(|(_, transmit)| transmit.clone())
        .collect();
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("esp.pcap");
    std::fs::write(&file, pcap(&sent)).expect("room for a file");
    let key = |octets: &[u8]| {
        if octets.is_empty() {
            String::new()
        } else {
            format!("0x{}", hex::encode(octets))
        }
    };
    let (encryption_key, integrity_key) = (
        parameters.keys.expose_encryption(),
        parameters.keys.expose_integrity(),
    );
    let association = format!(
        "uat:esp_sa:\"IPv4\",\"*\",\"*\",\"{:#010x}\",\"{encryption}\",\"{}\",\"{authentication}\",\"{}\",\"32-bit\"",
        parameters.spi.value(),
        key(encryption_key),
        key(integrity_key),
    );
    let mut command = Command::new("tshark");
    command.arg("-r").arg(&file).args([
        "-T",
        "fields",
        "-d",
        "udp.port==6063,sip",
        "-d",
        "tcp.port==6063,sip",
    ]);
    for option in [
        "esp.enable_encryption_decode:TRUE",
        "esp.enable_authentication_check:TRUE",
        &association,
    ] {
        command.args(["-o", option]);
    }
    let fields = [
        "frame.protocols",
        "_ws.malformed",
        "esp.icv_good",
        "esp.icv_bad",
        "udp.checksum.status",
        "sip.Method",
    ];
    command.args(["-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"]);
    command.args(fields.iter().flat_map(|field| ["-e", field]));
    let Ok(output) = command.output() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "tshark cannot be run; install it"
        );
        eprintln!("skipped: tshark cannot be run; install it");
        return false;
    };
    let (text, error) = (
        String::from_utf8(output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "tshark: {error}");
    let text = text.expect("text");
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows.len(), sent.len());
    for row in &rows {
        assert!(
            !row.contains("malformed") && !row.contains("bad"),
            "{association}: {row}"
        );
    }
    let requests = rows.iter().filter(|row| row.ends_with("OPTIONS")).count();
    assert_eq!(requests, 2, "{association}: {text}");
    true
}
