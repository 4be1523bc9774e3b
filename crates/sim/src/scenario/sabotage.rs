//! What a scenario has done wrong at a node of either system.

use crate::radio::{Alteration, Interference, Random, Rule, Tamper, UeId, Which, mutate};
use crate::ran::{Access, Node};

/// Every uplink PDU of a UE is changed as chance says.
pub(crate) fn mutate_uplink<A: Access>(node: &mut Node<A>, ue: UeId, seed: u64) {
    let mutate = Tamper::Alter(Alteration::Mutate(seed ^ u64::from(ue.0)));
    node.interfere(ue, Interference::new([Rule::up(Which::Every, mutate)]));
}

/// Mutants of an UPLINK NAS TRANSPORT go out, on the stream of what is no UE's.
pub(crate) fn send_mutants<A: Access>(
    node: &mut Node<A>,
    ids: (A::CoreId, A::RanId),
    nas: &[u8],
    (count, seed): (u32, u64),
) {
    let message = A::uplink_nas_transport(node.config(), ids, nas.to_vec());
    let mut octets = Vec::new();
    if A::encode(&message, &mut octets).is_err() {
        return;
    }
    let mut random = Random::new(seed);
    for _ in 0..count {
        let mut mutant = octets.clone();
        mutate(&mut random, &mut mutant);
        node.send_raw(quintet_ap::COMMON_STREAM, mutant);
    }
}
