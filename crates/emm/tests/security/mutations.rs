//! Seeded mutations of valid messages, into a session in every state: no panic, no effect on a context that is not the
//! sender's to change.

use crate::support::{Rig, Ue, attach_request, attach_request_of, eutran_vector, imsi};
use quintet_emm::network::Input;
use quintet_nas::eps::{
    AuthenticationFailure, EmmCause, EmmMessage, EpsMobileIdentity, IdentityResponse, MobileIdentity,
    SecurityModeComplete, SecurityModeReject,
};
use quintet_nas::security::Protection;

/// Rounds per state.
const ROUNDS: u64 = 3000;

/// splitmix64: a number from a seed, and the same each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// One to four flips, cuts, insertions, repetitions.
fn mutate(random: &mut Random, octets: &mut Vec<u8>) {
    for _ in 0..=random.below(3) {
        let at = random.below(octets.len());
        match random.below(6) {
            0 | 1 if !octets.is_empty() => octets[at] ^= 1 << random.below(8),
            2 if !octets.is_empty() => octets[at] = random.next() as u8,
            3 => octets.truncate(at),
            4 => octets.insert(at, random.next() as u8),
            _ => octets.extend_from_within(at..),
        }
    }
}

fn corpus(ue: &Ue) -> Vec<Vec<u8>> {
    let octets = |message: EmmMessage<'_>| message.to_octets();
    let mut failure = AuthenticationFailure::new(EmmCause::SYNCH_FAILURE);
    failure.authentication_failure_parameter = Some([7; 14]);
    let mut complete = SecurityModeComplete::new();
    complete.imeisv = Some(MobileIdentity::Imeisv("3582400511111101".parse().unwrap()));
    let mut all = vec![
        attach_request(),
        ue.response(),
        octets(failure.into()),
        octets(complete.into()),
        octets(SecurityModeReject::new(EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH).into()),
        octets(IdentityResponse::new(MobileIdentity::Imsi(imsi(1))).into()),
        vec![0x02, 0x01, 0xd0, 0x11],
        vec![0xc7, 0x20, 1, 2],
    ];
    if let Some(guti) = ue.guti {
        all.push(attach_request_of(EpsMobileIdentity::Guti(guti), ue.ksi));
    }
    let protected = |m: &Vec<u8>, header: u8| [&[header << 4 | 7, 1, 2, 3, 4, 1][..], m].concat();
    let headers: Vec<_> = (1..=5)
        .flat_map(|h| all.iter().map(move |m| protected(m, h)))
        .collect();
    all.extend(headers);
    all
}

/// A rig with a registered UE in the table, and a session of nobody in one of its states.
type Make = fn() -> (Rig, Ue);

fn states() -> [(&'static str, Make); 5] {
    fn registered() -> (Rig, Ue) {
        let mut rig = Rig::new();
        let ue = rig.registered(1);
        (rig, ue)
    }
    fn named() -> (Rig, Ue) {
        let (mut rig, ue) = registered();
        let _ = rig.initial(&attach_request_of(EpsMobileIdentity::Guti(ue.guti.unwrap()), 7));
        (rig, ue)
    }
    [
        ("new", registered),
        ("vectors", named),
        ("challenged", || {
            let (mut rig, ue) = named();
            rig.give(2);
            (rig, ue)
        }),
        ("identification", || {
            let (mut rig, ue) = named();
            rig.give(2);
            let _ =
                rig.uplink(&EmmMessage::from(AuthenticationFailure::new(EmmCause::MAC_FAILURE)).to_octets());
            (rig, ue)
        }),
        ("security mode", || {
            let (mut rig, ue) = named();
            let _ = rig.take();
            rig.give(2);
            let challenge = rig.downlink();
            let _ = rig.uplink(&Ue::challenged(&challenge, &eutran_vector(2)).response());
            (rig, ue)
        }),
    ]
}

#[test]
fn mutated_messages_without_keys_change_no_context() {
    for (name, make) in states() {
        let (mut rig, ue) = make();
        let (before, corpus) = (rig.table.snapshot(), corpus(&ue));
        for seed in 0..ROUNDS {
            let mut random = Random(seed);
            if rig.session.is_over() || seed % 8 == 0 {
                (rig, _) = make();
            }
            let mut pdu = corpus[random.below(corpus.len())].clone();
            mutate(&mut random, &mut pdu);
            if name == "new" {
                rig.reconnect(Some(&ue));
                let _ = rig.initial(&pdu);
            } else {
                let _ = rig.uplink(&pdu);
            }
            if random.below(10) == 0 {
                let _ = rig.input(Input::Vectors(Ok(vec![eutran_vector(3)])));
            }
            assert_eq!(
                rig.table.snapshot(),
                before,
                "state {name}, seed {seed}, {pdu:02x?}"
            );
            assert!(!rig.session.is_secure(), "state {name}, seed {seed}");
        }
    }
}

/// The same under right protection: the UE is who it is, so its own context may change; nothing panics, and every answer
/// is protected.
#[test]
fn mutated_messages_under_security_bring_nothing_down() {
    let (mut rig, mut ue) = (Rig::new(), None);
    let mut handled = 0;
    for seed in 0..ROUNDS {
        let mut random = Random(seed);
        if rig.session.is_over() || ue.is_none() || seed % 16 == 0 {
            rig = Rig::new();
            ue = Some(if seed % 32 == 0 {
                rig.attached(1)
            } else {
                rig.secure(1)
            });
            let _ = rig.take();
        }
        let ue = ue.as_mut().expect("made above");
        let corpus = corpus(ue);
        let mut plain = corpus[random.below(corpus.len())].clone();
        mutate(&mut random, &mut plain);
        if plain.is_empty() {
            continue;
        }
        let pdu = ue.protect(Protection::Ciphered, &plain);
        let _ = rig.uplink(&pdu);
        handled += 1;
        for nas in rig.downlinks() {
            assert!(matches!(nas[0], 0x27 | 0x37), "seed {seed}: {nas:02x?}");
        }
    }
    assert!(handled > ROUNDS / 2);
}
