//! Who is who, and what the report shows of it.

use crate::support::{Case, IDENTITY_REQUEST, SERVICE_REQUEST, attach_reject, attach_request};
use quintet_crypto::{Amf, AuthenticationFunctions, K, Milenage, Opc, Sqn};
use quintet_doctor::Settings;
use quintet_identity::STmsi;

/// IDENTITY RESPONSE with the IMSI 001010000000004.
const IDENTITY_RESPONSE: &str = "0756080910100000000040";

#[test]
fn an_identity_learnt_once_names_the_subscriber_ever_after() {
    let mut case = Case::new();
    let s_tmsi = STmsi {
        mme_code: 1,
        m_tmsi: 0xc000_0001,
    };
    case.initial(1, 5, SERVICE_REQUEST, Some(s_tmsi));
    case.down(1, 5, 100, IDENTITY_REQUEST);
    case.up(1, 5, 100, &hex::decode(IDENTITY_RESPONSE).expect("hex"));
    case.release(1, 5, 100);
    case.initial(1, 6, SERVICE_REQUEST, Some(s_tmsi));
    case.release(1, 6, 101);
    case.initial(1, 7, SERVICE_REQUEST, Some(STmsi { m_tmsi: 2, ..s_tmsi }));
    let attempts = case.finish();
    let imsi = |at: usize| attempts[at].subscriber.imsi.as_deref();
    assert_eq!(
        (imsi(0), imsi(1), imsi(2)),
        (Some("001010000000004"), Some("001010000000004"), None)
    );
}

#[test]
fn attempts_end_in_their_order_and_count_those_before() {
    let mut case = Case::new();
    for round in 0..5 {
        case.initial(1, 10 + round, &attach_request(1), None);
        case.down(1, 10 + round, 100 + round, &attach_reject(7));
    }
    let order: Vec<u64> = {
        case.doctor.finish();
        case.finish();
        case.attempts.iter().map(|attempt| attempt.id).collect()
    };
    assert_eq!(order, [1, 2, 3, 4, 5]);
    let repeated = |at: usize| {
        let findings = &case.attempts[at].findings;
        findings.iter().any(|finding| finding.code == "repeated-failure")
    };
    assert!(!repeated(0) && repeated(4), "{:?}", case.attempts[4].findings);
}

#[test]
fn pseudonyms_keep_the_network_and_hide_the_subscriber() {
    let report = |key: u8, identities: bool| {
        let mut case = Case::with(Settings {
            identities,
            pseudonym_key: [key; 32],
            ..Settings::default()
        });
        for enb in [5, 6] {
            case.initial(1, enb, &attach_request(3), None);
            case.release(1, enb, 100);
        }
        case.finish();
        case.attempts
    };
    let (one, same, other) = (report(1, false), report(1, false), report(2, false));
    let imsi = |attempts: &[quintet_doctor::report::Attempt], at: usize| {
        attempts[at].subscriber.imsi.clone().expect("an IMSI")
    };
    assert_eq!(imsi(&report(1, true), 0), "001010000000003");
    assert_eq!(imsi(&one, 0), imsi(&one, 1), "one subscriber, one pseudonym");
    assert_eq!(imsi(&one, 0), imsi(&same, 0));
    assert_ne!(imsi(&one, 0), imsi(&other, 0));
    assert!(imsi(&one, 0).starts_with("00101~") && imsi(&one, 0).len() == 15);
    let json = serde_json::to_string(&one).expect("JSON");
    assert!(!json.contains("001010000000003"), "{json}");
}

/// AUTHENTICATION REQUEST under the key that Open5GS and others come with.
fn challenge() -> Vec<u8> {
    let octets = |text: &str| hex::decode(text).expect("hex").try_into().expect("16 octets");
    let k = K::new_128(octets("465b5ce8b199b49faa5f0a2ee238a6bc"));
    let opc = Opc::new(octets("e8ed289deba952e4283b54e88e6183ca"));
    let functions = AuthenticationFunctions::Milenage(Milenage::new(k, opc).expect("128 bits"));
    let quintet = functions.quintet(&[5; 16], Sqn::new(32).expect("48 bits"), Amf([0x80, 0]));
    let autn = quintet.autn.octets().expect("16 octets");
    [&[0x07, 0x52, 0][..], &[5; 16], &[16], &autn].concat()
}

#[test]
fn a_forged_challenge_is_held_against_genuine_ones_of_earlier_attempts() {
    let mut case = Case::new();
    case.initial(1, 5, &attach_request(1), None);
    case.down(1, 5, 100, &challenge());
    case.release(1, 5, 100);
    case.initial(1, 6, &attach_request(1), None);
    case.release(1, 6, 101);
    case.initial(1, 7, &attach_request(1), None);
    let forged = [&[0x07, 0x52, 0][..], &[6; 16], &[16], &[7; 16]].concat();
    case.down(1, 7, 102, &forged);
    case.up(1, 7, 102, &[0x07, 0x5c, 20]);
    case.initial(1, 8, &attach_request(2), None);
    case.down(1, 8, 103, &forged);
    let attempts = case.finish();
    let findings = &attempts[2].findings;
    let finding = findings.iter().find(|finding| finding.code == "autn-other-key");
    let causes = &finding.unwrap_or_else(|| panic!("{findings:?}")).causes;
    assert!(causes[0].why.contains("false base station"), "{causes:?}");
    assert!(causes[0].evidence.contains("frame 2,"), "{causes:?}");
    assert!(causes[1].why.contains("was changed"), "{causes:?}");
    let of_another = &attempts[3].findings;
    assert!(
        !of_another.iter().any(|finding| finding.code == "autn-other-key"),
        "{of_another:?}"
    );
}

#[test]
fn a_sequence_number_is_not_called_count() {
    let mut case = Case::new();
    case.initial(1, 5, &attach_request(1), None);
    case.down(1, 5, 100, &hex::decode("2701020304f1aabbccdd").expect("hex"));
    let messages = &case.finish()[0].messages;
    let numbers = |at: usize| (messages[at].sequence, messages[at].count);
    assert_eq!((numbers(0), numbers(1)), ((None, None), (Some(0xf1), None)));
}
