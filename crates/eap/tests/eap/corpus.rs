//! Any octets: read, shown, and given to both ends. The committed fuzz corpus run again, its seeds, which our own encoder
//! makes (`QUINTET_WRITE_CORPUS=1`), and mutations of them.

use crate::support::*;
use proptest::prelude::*;
use quintet_eap::{Attribute, Message, Packet, PeerStep, ServerOptions, ServerStep, Type, describe};
use std::path::PathBuf;

/// What the fuzz target does with its input.
fn survives(octets: &[u8]) {
    if let Ok(packet) = Packet::decode(octets) {
        let shown = describe(octets);
        if let Ok(message) = Message::decode(&packet) {
            assert!(shown.is_ok());
            let kind = packet.kind().unwrap();
            let written = message
                .to_octets(packet.code, packet.identifier, kind, None)
                .unwrap();
            let again = Packet::decode(&written).unwrap();
            let read = Message::decode(&again).unwrap();
            assert_eq!(
                read.attributes, message.attributes,
                "what was written reads the same"
            );
            assert_eq!(
                read.to_octets(packet.code, packet.identifier, kind, None)
                    .unwrap(),
                written,
                "writing is stable"
            );
        }
    }
    let mut peer = peer();
    if let PeerStep::Usim { .. } = peer.handle(octets) {
        let _ = peer.handle_usim(genuine());
    }
    assert!(!matches!(peer.handle(octets), PeerStep::Success(_)) || octets.first() == Some(&3));
    let (mut server, _) = server(ServerOptions {
        kdfs: vec![4, 1],
        result_ind: true,
        checkcode: true,
    });
    if let ServerStep::Send(_) = server.handle(octets) {
        let _ = server.handle(octets);
    }
}

fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let ((_, challenge), mut peer) = (server(ServerOptions::default()), peer());
    let response = through_usim(&mut peer, &challenge, genuine()).0;
    let (_, negotiable) = server(ServerOptions {
        kdfs: vec![4, 1],
        result_ind: true,
        checkcode: true,
    });
    let wish = answered(crate::support::peer().handle(&negotiable)).0;
    let other = |subtype, attributes| {
        Message::new(subtype, attributes)
            .to_octets(quintet_eap::Code::Response, 0xff, Type::AKA_PRIME, None)
            .unwrap()
    };
    vec![
        ("challenge", challenge),
        ("response", response),
        ("negotiable", negotiable),
        ("wish", wish),
        (
            "auts",
            other(
                quintet_eap::Subtype::SYNCHRONIZATION_FAILURE,
                vec![Attribute::Auts([7; 14])],
            ),
        ),
        (
            "identity",
            other(
                quintet_eap::Subtype::IDENTITY,
                vec![Attribute::Identity(b"bob@a"), Attribute::AnyIdReq],
            ),
        ),
        (
            "client-error",
            other(
                quintet_eap::Subtype::CLIENT_ERROR,
                vec![Attribute::ClientErrorCode(0)],
            ),
        ),
        (
            "bidding",
            other(
                quintet_eap::Subtype::CHALLENGE,
                vec![Attribute::Bidding {
                    prefers_aka_prime: true,
                }],
            ),
        ),
        ("success", quintet_eap::success(0xff).to_vec()),
        ("nak", vec![2, 0xff, 0, 6, 3, 23]),
        ("zero-words", vec![1, 0, 0, 12, 50, 1, 0, 0, 1, 0, 0, 0]),
    ]
}

#[test]
fn corpus_of_packets() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/eap_packet");
    for (name, octets) in seeds() {
        let path = directory.join(name);
        if std::env::var_os("QUINTET_WRITE_CORPUS").is_some() {
            std::fs::create_dir_all(&directory).unwrap();
            std::fs::write(&path, &octets).unwrap();
        }
        assert_eq!(
            std::fs::read(&path).unwrap(),
            octets,
            "{name}: write the seeds anew with QUINTET_WRITE_CORPUS=1"
        );
    }
    let mut files = 0;
    for entry in std::fs::read_dir(&directory).unwrap() {
        survives(&std::fs::read(entry.unwrap().path()).unwrap());
        files += 1;
    }
    assert!(files >= seeds().len());
}

proptest! {
    #[test]
    fn mutations_of_seeds(which in 0usize..11, changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), cut in 0usize..120) {
        let mut octets = seeds().swap_remove(which).1;
        for (at, value) in changes {
            let at = at.index(octets.len());
            octets[at] = value;
        }
        survives(&octets);
        octets.truncate(cut);
        survives(&octets);
        // With its length right, so that the cut is one of attributes.
        if octets.len() >= 5 {
            let length = (octets.len() as u16).to_be_bytes();
            octets[2..4].copy_from_slice(&length);
            survives(&octets);
        }
    }

    #[test]
    fn any_octets(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        survives(&octets);
        survives(&[&[1, 0, 0, (8 + octets.len()) as u8, 50, 1, 0, 0], &octets[..]].concat());
    }
}
