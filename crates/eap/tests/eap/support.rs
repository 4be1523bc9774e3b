//! A subscriber whose keys are a row of `vectors/kdf_5g.json`, and steps of both ends unwrapped.

use quintet_crypto::fgs::ServingNetworkName;
use quintet_crypto::{Ck, CkIkPrime, Ik, Rand, Res};
use quintet_eap::{
    FailureReason, Message, Packet, Peer, PeerStep, Refusal, Server, ServerOptions, ServerStep, Subtype,
    UsimAnswer, Vector,
};

pub(crate) const RAND: &str = "881ed72e966663e3010aacbd24b28424";
pub(crate) const AUTN: &str = "0a12765cbbc28000f7962627e61cb165";
pub(crate) const RES: &str = "0d071851ae2dc5d4";
pub(crate) const NAME: &str = "5G:mnc840.mcc405.3gppnetwork.org";
pub(crate) const SUPI: &str = "6405840319103415@wlan.mnc840.mcc405.3gppnetwork.org";
pub(crate) const SUCI: &str = "type1.rid0.schid0.useridanonymous@example.org";
/// K_aut and the upper half of EMSK of that row, `5g-gen-04-eapaka`.
pub(crate) const K_AUT: &str = "6c066f0094c08b953768f332631d78b8c8524630ff6945a71be8db714455be73";
pub(crate) const K_AUSF: &str = "16396ac53bcad6bc65f8d9f2f975088fe0c9eb9e76145c882061ae332a1c1a75";

pub(crate) fn array<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

pub(crate) fn name() -> ServingNetworkName {
    NAME.parse().unwrap()
}

/// CK' and IK' for a network's name, as UDM and USIM make them.
pub(crate) fn keys(network_name: &str) -> CkIkPrime {
    let ck = Ck::new_128(array("66ddbb5664fec36e72a34d4dc2292114"));
    let ik = Ik::new_128(array("b95a987d856268570520fcd28f66e2e5"));
    CkIkPrime::eap_aka_prime(&ck, &ik, network_name.as_bytes(), &array("0a12765cbbc2")).unwrap()
}

pub(crate) fn vector() -> Vector {
    let rand: Rand = array(RAND);
    Vector {
        rand,
        autn: array(AUTN),
        xres: res(),
        keys: keys(NAME),
    }
}

pub(crate) fn res() -> Res {
    Res::new(&hex::decode(RES).unwrap()).unwrap()
}

pub(crate) fn genuine() -> UsimAnswer {
    UsimAnswer::Genuine {
        res: res(),
        keys: keys(NAME),
    }
}

pub(crate) fn server(options: ServerOptions) -> (Server, Vec<u8>) {
    Server::begin(vector(), NAME.as_bytes(), SUPI, options, 0xff).unwrap()
}

pub(crate) fn peer() -> Peer {
    Peer::new(name().octets(), SUPI, Some(SUCI), true)
}

/// The request of a step.
pub(crate) fn sent(step: ServerStep) -> Vec<u8> {
    match step {
        ServerStep::Send(octets) => octets,
        other => panic!("no request: {other:?}"),
    }
}

/// The reason of a failure.
pub(crate) fn failed(step: ServerStep) -> FailureReason {
    match step {
        ServerStep::Failure { packet, reason } => {
            assert_eq!((packet[0], &packet[2..]), (4, &[0, 4][..]), "EAP-Failure");
            reason
        }
        other => panic!("no failure: {other:?}"),
    }
}

/// The answer of a step, and why it refuses.
pub(crate) fn answered(step: PeerStep) -> (Vec<u8>, Option<Refusal>) {
    match step {
        PeerStep::Send { packet, refusal } => (packet, refusal),
        other => panic!("no answer: {other:?}"),
    }
}

/// The peer's answer to a challenge that it takes to the USIM.
pub(crate) fn through_usim(
    peer: &mut Peer,
    challenge: &[u8],
    answer: UsimAnswer,
) -> (Vec<u8>, Option<Refusal>) {
    match peer.handle(challenge) {
        PeerStep::Usim { rand, autn } => assert_eq!((rand, autn), (array(RAND), array(AUTN))),
        other => panic!("the USIM was not asked: {other:?}"),
    }
    answered(peer.handle_usim(answer))
}

/// The message in a packet.
pub(crate) fn message(octets: &[u8]) -> Message<'_> {
    Message::decode(&Packet::decode(octets).unwrap()).unwrap()
}

pub(crate) fn subtype(octets: &[u8]) -> Subtype {
    message(octets).subtype
}
