//! AUTN, RES and AUTS.

use super::play::*;
use crate::keys::{KeyNote, KeyRing, Operator, SubscriberKey, Verifier};
use crate::report::Technology;
use crate::s6a::VectorSeen;
use quintet_crypto::{Amf, AuthenticationFunctions, Autn, K, Milenage, Op, Opc, Sqn, Xor};

const RAND: [u8; 16] = [0x5a; 16];
const SQN: u64 = 0x1234;

/// What is said of a token that `functions` made, to one who has this key of the subscriber.
fn said_of(ring: KeyRing, functions: &AuthenticationFunctions) -> Vec<KeyNote> {
    let quintet = functions.quintet(&RAND, Sqn::new(SQN).unwrap(), Amf([0x80, 0]));
    challenge(
        &mut Verifier::new(ring),
        &RAND,
        &quintet.autn.octets().unwrap(),
        KSI,
    )
}

fn said_of_token(token: [u8; 16]) -> Vec<KeyNote> {
    challenge(&mut Verifier::new(ring()), &RAND, &token, KSI)
}

fn invalid() -> KeyNote {
    KeyNote::AutnInvalid {
        key: "line 2".to_owned(),
    }
}

fn milenage(k: [u8; 16], opc: [u8; 16]) -> AuthenticationFunctions {
    AuthenticationFunctions::Milenage(Milenage::new(K::new_128(k), Opc::new(opc)).unwrap())
}

#[test]
fn op_and_opc_are_told_apart() {
    let derived = Opc::derive(&K::new_128(K_OCTETS), &Op::new(OPC_OCTETS)).unwrap();
    let of_op = milenage(K_OCTETS, *derived.expose());
    assert_eq!(said_of(ring(), &of_op), [invalid(), KeyNote::OpGivenAsOpc]);
    let given_as_op = ring_of(Operator::Op(Op::new(OPC_OCTETS)));
    assert_eq!(
        said_of(given_as_op, &functions()),
        [invalid(), KeyNote::OpcGivenAsOp]
    );
    let right = said_of(ring_of(Operator::Op(Op::new(OPC_OCTETS))), &of_op);
    assert_eq!(
        right,
        [KeyNote::AutnValid {
            key: "line 2".to_owned(),
            sqn: SQN
        }]
    );
}

#[test]
fn k_and_opc_exchanged() {
    let swapped = milenage(OPC_OCTETS, K_OCTETS);
    assert_eq!(said_of(ring(), &swapped), [invalid(), KeyNote::KAndOpcSwapped]);
    let with_op = Opc::derive(&K::new_128(OPC_OCTETS), &Op::new(K_OCTETS)).unwrap();
    let swapped = milenage(OPC_OCTETS, *with_op.expose());
    assert_eq!(said_of(ring(), &swapped), [invalid(), KeyNote::KAndOpcSwapped]);
}

#[test]
fn another_key_and_another_algorithm() {
    let other = milenage([0x33; 16], OPC_OCTETS);
    assert_eq!(said_of(ring(), &other), [invalid()], "nobody has this one");
    let mut two = ring();
    two.add(
        SubscriberKey::new(
            Some("001010000000002".parse().unwrap()),
            "line 3".to_owned(),
            K::new_128([0x33; 16]),
            Operator::Opc(Opc::new(OPC_OCTETS)),
        )
        .unwrap(),
    )
    .unwrap();
    let note = KeyNote::AutnOfOtherKey {
        key: "line 3".to_owned(),
    };
    assert_eq!(said_of(two, &other), [invalid(), note]);
    let xor = AuthenticationFunctions::Xor(Xor::new(K::new_128(K_OCTETS)).unwrap());
    let note = KeyNote::AutnOfOtherAlgorithm { name: "XOR" };
    assert_eq!(said_of(ring(), &xor), [invalid(), note]);
}

#[test]
fn tokens_made_by_another_rule() {
    let (functions, sqn, amf) = (functions(), Sqn::new(SQN).unwrap(), Amf([0x80, 0]));
    let right = functions.quintet(&RAND, sqn, amf).autn;
    let token = |autn: Autn| autn.octets().unwrap();
    let in_clear = Autn {
        concealed_sqn: sqn.octets(),
        ..right
    };
    assert_eq!(
        said_of_token(token(in_clear)),
        [invalid(), KeyNote::SqnNotConcealed]
    );
    let other_amf = Autn {
        mac: functions.f1(&RAND, sqn, Amf([0, 0])),
        ..right
    };
    let note = KeyNote::MacOverOtherAmf { amf: [0, 0] };
    assert_eq!(said_of_token(token(other_amf)), [invalid(), note]);
    let star = Autn {
        mac: functions.f1_star(&RAND, sqn, amf),
        ..right
    };
    assert_eq!(
        said_of_token(token(star)),
        [invalid(), KeyNote::MacOfResynchronisation]
    );
    let mut altered = token(right);
    altered[15] ^= 1;
    assert_eq!(said_of_token(altered), [invalid()]);
}

#[test]
fn a_published_key_is_named_and_a_forged_challenge_behind_it_shows() {
    let k = [
        0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
    ];
    let opc = 0x63bf_a50e_e652_3365_ff14_c1f4_5f88_737d_u128.to_be_bytes();
    let functions = milenage(k, opc);
    let mut verifier = Verifier::default();
    let mut say = |rand: [u8; 16], spoil: u8| {
        let mut autn = functions
            .quintet(&rand, Sqn::new(SQN).unwrap(), Amf([0x80, 0]))
            .autn
            .octets()
            .unwrap();
        autn[8] ^= spoil;
        challenge(&mut verifier, &rand, &autn, KSI)
    };
    assert_eq!(
        say([1; 16], 1),
        [],
        "of a challenge that no key fits nothing is said"
    );
    let key = "default of srsRAN (user_db.csv, ue.conf)".to_owned();
    assert_eq!(
        say([2; 16], 0),
        [KeyNote::AutnValid {
            key: key.clone(),
            sqn: SQN
        }]
    );
    assert_eq!(say([3; 16], 1), [KeyNote::AutnInvalid { key: key.clone() }]);
    assert_eq!(
        say([4; 16], 0),
        [KeyNote::AutnValid {
            key: key.clone(),
            sqn: SQN
        }]
    );
    assert_eq!(
        verifier.source(UE, Technology::Eps),
        Some(format!("published key: {key}"))
    );
}

#[test]
fn res_that_is_not_xres() {
    let mut session = Session::authenticated();
    let quintet = quintet([0x77; 16], 0x1020);
    challenge(
        &mut session.verifier,
        &quintet.rand,
        &quintet.autn.octets().unwrap(),
        KSI,
    );
    let xres = *quintet.xres.octets().first_chunk::<8>().unwrap();
    let mut wrong = xres;
    wrong[0] ^= 1;
    let mut say = |res: &[u8]| session.verifier.response(UE, res);
    assert_eq!(say(&wrong), [KeyNote::ResWrong]);
    assert_eq!(
        say(&xres[..5]),
        [KeyNote::ResWrong, KeyNote::ResCut { octets: 5 }]
    );
    let sres: Vec<u8> = (0..4).map(|i| xres[i] ^ xres[i + 4]).collect();
    assert_eq!(say(&sres), [KeyNote::ResWrong, KeyNote::ResIsSres]);
    let earlier = super::play::quintet([0xa5; 16], 0x1000);
    assert_eq!(
        say(earlier.xres.octets()),
        [KeyNote::ResWrong, KeyNote::ResOfEarlierChallenge]
    );
    assert_eq!(say(&xres), [KeyNote::ResRight]);
}

#[test]
fn auts_and_how_far_the_usim_is_ahead() {
    let auts = |rand: &[u8; 16], sqn: u64| -> [u8; 14] {
        let mut octets = Vec::new();
        functions().auts(rand, Sqn::new(sqn).unwrap()).put(&mut octets);
        octets.try_into().unwrap()
    };
    let mut session = Session::authenticated();
    let quintet = quintet([0x77; 16], 0x1020);
    challenge(
        &mut session.verifier,
        &quintet.rand,
        &quintet.autn.octets().unwrap(),
        KSI,
    );
    let mut say = |auts: &[u8; 14]| session.verifier.failure(UE, Technology::Eps, auts);
    let note = KeyNote::AutsValid {
        sqn_ms: 0x2020,
        ahead: 0x1000,
    };
    assert_eq!(say(&auts(&quintet.rand, 0x2020)), [note]);
    let note = KeyNote::AutsValid {
        sqn_ms: 0x1000,
        ahead: -0x20,
    };
    assert_eq!(say(&auts(&quintet.rand, 0x1000)), [note]);
    let earlier = say(&auts(&[0xa5; 16], 0x2020));
    assert_eq!(earlier, [KeyNote::AutsInvalid, KeyNote::AutsOfEarlierChallenge]);
    let mut over_amf = auts(&quintet.rand, 0x2020);
    let mac = functions().f1_star(&quintet.rand, Sqn::new(0x2020).unwrap(), Amf([0x80, 0]));
    over_amf[6..].copy_from_slice(mac.octets());
    assert_eq!(say(&over_amf), [KeyNote::AutsInvalid, KeyNote::AutsOverAmf]);
    let mut altered = auts(&quintet.rand, 0x2020);
    altered[13] ^= 1;
    assert_eq!(say(&altered), [KeyNote::AutsInvalid]);
}

#[test]
fn the_vector_of_the_hss_needs_no_key() {
    let quintet = quintet(RAND, SQN);
    let vector = VectorSeen {
        rand: RAND,
        autn: quintet.autn.octets().unwrap(),
        xres: quintet.xres,
        kasme: kasme_for(serving(), &quintet),
    };
    let mut verifier = Verifier::new(KeyRing::new().without_published());
    verifier.vector(&vector, None, None);
    let notes = challenge(&mut verifier, &RAND, &vector.autn, KSI);
    assert_eq!(notes, [KeyNote::VectorOfHss { same_autn: true }]);
    assert_eq!(verifier.response(UE, vector.xres.octets()), [KeyNote::ResRight]);
    assert_eq!(
        verifier.source(UE, Technology::Eps).unwrap(),
        "KASME of the HSS's answer in the capture"
    );
    let mut altered = vector.autn;
    altered[0] ^= 1;
    let notes = challenge(&mut verifier, &RAND, &altered, KSI);
    assert_eq!(notes, [KeyNote::VectorOfHss { same_autn: false }]);
}
