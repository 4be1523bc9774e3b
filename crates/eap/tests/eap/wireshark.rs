//! What tshark reads of a whole authentication: the same codes, subtypes and attributes, and nothing malformed.

use crate::support::*;
use quintet_eap::{
    Attribute, Code, Message, NotificationCode, ServerOptions, ServerStep, Subtype, Type, UsimAnswer,
};
use std::process::Command;

/// A capture of EAPOL frames (IEEE 802.1X), the shortest way to have tshark read EAP.
fn capture(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0002_0004, 0, 0, 65_535, 1] {
        file.extend_from_slice(&word.to_be_bytes());
    }
    for packet in packets {
        let length = (18 + packet.len()) as u32;
        for word in [0, 0, length, length] {
            file.extend_from_slice(&word.to_be_bytes());
        }
        file.extend_from_slice(&[1, 0x80, 0xc2, 0, 0, 3, 2, 0, 0, 0, 0, 1, 0x88, 0x8e, 2, 0]);
        file.extend_from_slice(&(packet.len() as u16).to_be_bytes());
        file.extend_from_slice(packet);
    }
    file
}

/// Everything that both ends say in the runs of `pair`.
fn packets() -> Vec<Vec<u8>> {
    let options = ServerOptions {
        kdfs: vec![7, 1],
        result_ind: true,
        checkcode: true,
    };
    let ((mut server, challenge), mut peer) = (server(options), peer());
    let wish = answered(peer.handle(&challenge)).0;
    let again = sent(server.handle(&wish));
    let auts = [0x5a; 14];
    let failure = through_usim(&mut peer, &again, UsimAnswer::SynchronisationFailure { auts }).0;
    let ServerStep::Resynchronise { .. } = server.handle(&failure) else {
        panic!("no AUTS")
    };
    let anew = server.restart(vector()).unwrap();
    let wish_anew = answered(peer.handle(&anew)).0;
    let chosen = sent(server.handle(&wish_anew));
    let response = through_usim(&mut peer, &chosen, genuine()).0;
    let indication = sent(server.handle(&response));
    let acknowledgement = answered(peer.handle(&indication)).0;
    let ServerStep::Success { packet: success, .. } = server.handle(&acknowledgement) else {
        panic!("no success")
    };
    let other = |subtype, attributes| {
        Message::new(subtype, attributes)
            .to_octets(Code::Response, 9, Type::AKA_PRIME, None)
            .unwrap()
    };
    let mut packets = vec![
        challenge,
        wish,
        again,
        failure,
        anew,
        wish_anew,
        chosen,
        response,
        indication,
        acknowledgement,
    ];
    packets.push(success.to_vec());
    packets.push(other(Subtype::CLIENT_ERROR, vec![Attribute::ClientErrorCode(0)]));
    packets.push(other(Subtype::AUTHENTICATION_REJECT, vec![]));
    packets.push(other(
        Subtype::IDENTITY,
        vec![Attribute::Identity(b"bob@example.org")],
    ));
    packets.push(other(
        Subtype::NOTIFICATION,
        vec![Attribute::Notification(NotificationCode::GENERAL_FAILURE)],
    ));
    packets
}

#[test]
fn tshark_reads_what_was_written() {
    let packets = packets();
    let path = std::env::temp_dir().join(format!("quintet-eap-{}.pcap", std::process::id()));
    std::fs::write(&path, capture(&packets)).unwrap();
    let fields = [
        "eap.code",
        "eap.id",
        "eap.len",
        "eap.aka.subtype",
        "eap.aka.subtype.type",
        "_ws.malformed",
    ];
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(&path)
        .args(["-T", "fields"])
        .args(fields.iter().flat_map(|field| ["-e", field]));
    let output = command.output();
    std::fs::remove_file(&path).unwrap();
    let Ok(output) = output else {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "tshark cannot be run"
        );
        eprintln!("skipped: tshark cannot be run; install it");
        return;
    };
    assert!(
        output.status.success(),
        "tshark: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), packets.len());
    for (row, packet) in rows.iter().zip(&packets) {
        let (subtype, kinds) = match packet.len() {
            4 => (String::new(), String::new()),
            _ => {
                let read = message(packet);
                let kinds: Vec<_> = read
                    .attributes
                    .iter()
                    .map(|attribute| attribute.kind().0.to_string())
                    .collect();
                (read.subtype.0.to_string(), kinds.join(","))
            }
        };
        let expected = [
            packet[0].to_string(),
            packet[1].to_string(),
            packet.len().to_string(),
            subtype,
            kinds,
            String::new(),
        ];
        assert_eq!(row[..], expected.each_ref().map(String::as_str), "{packet:02x?}");
    }
}
