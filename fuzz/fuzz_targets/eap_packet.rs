//! Any octets as an EAP packet: read, described, written, and given to a server and a peer of EAP-AKA' that wait.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_crypto::{Ck, CkIkPrime, Ik, Res};
use quintet_eap::{Message, Packet, Peer, PeerStep, Server, ServerOptions, UsimAnswer, Vector, describe};

const NAME: &str = "5G:mnc840.mcc405.3gppnetwork.org";

fn keys() -> CkIkPrime {
    CkIkPrime { ck: Ck::new_128([1; 16]), ik: Ik::new_128([2; 16]) }
}

fn res() -> Res {
    Res::new(&[3; 8]).expect("8 octets")
}

fuzz_target!(|octets: &[u8]| {
    if let Ok(packet) = Packet::decode(octets) {
        let _ = describe(octets);
        if let (Ok(message), Some(kind)) = (Message::decode(&packet), packet.kind()) {
            let written = message.to_octets(packet.code, packet.identifier, kind, None).expect("it was read");
            let again = Packet::decode(&written).expect("what is written can be read");
            let read = Message::decode(&again).expect("what is written can be read");
            assert_eq!(read.attributes, message.attributes);
        }
    }
    let mut peer = Peer::new(NAME.as_bytes(), "001010000000001", Some("a@b"), true);
    if let PeerStep::Usim { .. } = peer.handle(octets) {
        let _ = peer.handle_usim(UsimAnswer::Genuine { res: res(), keys: keys() });
    }
    let _ = peer.handle(octets);
    let vector = Vector { rand: [4; 16], autn: [0x80; 16], xres: res(), keys: keys() };
    let options = ServerOptions { kdfs: vec![4, 1], result_ind: true, checkcode: true };
    let (mut server, _) =
        Server::begin(vector, NAME.as_bytes(), "001010000000001", options, 0xff).expect("it can begin");
    let _ = server.handle(octets);
    let _ = server.handle(octets);
});
