//! 5GS: RES*, the way to KAMF, and what NAS of 5GS does otherwise than NAS of EPS.

use super::play::{K_OCTETS, OPC_OCTETS, UE, functions, imsi, quintet, ring, serving};
use crate::keys::{
    Challenge, KeyNote, KeyRing, Method, Opened, Operator, SubscriberKey, Verifier, in_the_clear,
};
use crate::report::{MacVerdict, Technology};
use quintet_crypto::eap_aka_prime::MasterKeys;
use quintet_crypto::fgs::{HeAv, KAmf, KAusf, KSeaf, Mobility, ServingNetworkName};
use quintet_crypto::{
    Bearer, CipheringAlgorithm, CkIkPrime, Direction, IntegrityAlgorithm, K, KNasInt, Opc, Quintet,
    SecurityInput, Sqn, eea, eia,
};
use quintet_eap::{Attribute, Code, Message, Subtype, Type};
use quintet_identity::{Plmn, Suci, Supi};

const ABBA: [u8; 2] = [0, 0];
const RAND: [u8; 16] = [0xa5; 16];
const SQN: u64 = 0x1000;
const NG_KSI: u8 = 2;

/// SECURITY MODE COMMAND with 128-5G-IA2 and 128-5G-EA2.
const COMMAND: &[u8] = &[0x7e, 0, 0x5d, 0x22, NG_KSI, 0x02, 0xf0, 0xf0];
/// SECURITY MODE COMPLETE.
const COMPLETE: &[u8] = &[0x7e, 0, 0x5e];
/// CONFIGURATION UPDATE COMMAND.
const UPDATE: &[u8] = &[0x7e, 0, 0x54];

fn name(plmn: Plmn) -> ServingNetworkName {
    ServingNetworkName::of_plmn(&plmn.octets()).unwrap()
}

fn other_network() -> Plmn {
    "001010".parse().unwrap()
}

fn vector(plmn: Plmn) -> HeAv {
    HeAv::derive(&quintet(RAND, SQN), &name(plmn)).unwrap()
}

fn k_seaf(plmn: Plmn) -> KSeaf {
    vector(plmn).k_ausf.k_seaf(&name(plmn))
}

fn k_amf() -> KAmf {
    k_seaf(serving()).k_amf(&imsi().to_string(), &ABBA).unwrap()
}

fn supi() -> Supi {
    Supi::Imsi(imsi())
}

fn valid() -> KeyNote {
    KeyNote::AutnValid {
        key: "line 2".to_owned(),
        sqn: SQN,
    }
}

/// A ring whose key is nobody's in particular: the SUPI is not known by it.
fn nameless() -> KeyRing {
    let mut ring = KeyRing::new().without_published();
    let opc = Operator::Opc(Opc::new(OPC_OCTETS));
    let key = SubscriberKey::new(None, "line 2".to_owned(), K::new_128(K_OCTETS), opc);
    ring.add(key.unwrap()).unwrap();
    ring
}

fn challenge(verifier: &mut Verifier, abba: &[u8], known: bool) -> Vec<KeyNote> {
    put(verifier, known, Method::FgsAka { abba })
}

/// A challenge; SUPI and network are `known` or not.
fn put(verifier: &mut Verifier, known: bool, method: Method<'_>) -> Vec<KeyNote> {
    let autn = quintet(RAND, SQN).autn.octets().unwrap();
    verifier.challenge(
        UE,
        &Challenge {
            rand: &RAND,
            autn: &autn,
            ksi: NG_KSI,
            imsi: known.then(imsi),
            serving: known.then(serving),
            possible: &[],
            method,
        },
    )
}

/// How a message is protected.
struct Protect {
    key: KNasInt,
    k_amf: KAmf,
    bearer: u8,
    direction: Direction,
}

impl Protect {
    fn with(k_amf: &KAmf, direction: Direction) -> Self {
        Self {
            key: k_amf.k_nas_int(IntegrityAlgorithm::EIA2),
            k_amf: k_amf.clone(),
            bearer: 1,
            direction,
        }
    }

    fn input(&self, count: u32) -> SecurityInput {
        SecurityInput {
            count,
            bearer: Bearer::new(self.bearer).unwrap(),
            direction: self.direction,
        }
    }

    fn cipher(&self, count: u32, octets: &mut [u8]) {
        let algorithm = CipheringAlgorithm::EEA2;
        let (key, bits) = (self.k_amf.k_nas_enc(algorithm), octets.len() * 8);
        eea::apply(algorithm, key.expose(), self.input(count), octets, bits).unwrap();
    }

    fn pdu(&self, header_type: u8, count: u32, plain: &[u8]) -> Vec<u8> {
        let mut covered = vec![count as u8];
        covered.extend_from_slice(plain);
        if matches!(header_type, 2 | 4) {
            self.cipher(count, &mut covered[1..]);
        }
        let bits = covered.len() * 8;
        let input = self.input(count);
        let mac = eia::mac(IntegrityAlgorithm::EIA2, self.key.expose(), input, &covered, bits).unwrap();
        [&[0x7e, header_type][..], &mac, &covered].concat()
    }
}

fn down(verifier: &mut Verifier, pdu: &[u8]) -> Opened {
    verifier.open(UE, Direction::Downlink, pdu)
}

fn up(verifier: &mut Verifier, pdu: &[u8]) -> Opened {
    verifier.open(UE, Direction::Uplink, pdu)
}

/// What is said of a SECURITY MODE COMMAND under a KAMF.
fn commanded(verifier: &mut Verifier, k_amf: &KAmf) -> (MacVerdict, Vec<KeyNote>) {
    let pdu = Protect::with(k_amf, Direction::Downlink).pdu(3, 0, COMMAND);
    let opened = down(verifier, &pdu);
    assert_eq!(opened.plain.as_deref(), Some(COMMAND));
    (opened.mac, opened.notes)
}

/// As far as SECURITY MODE COMPLETE.
fn secured() -> Verifier {
    let mut verifier = Verifier::new(ring());
    assert_eq!(challenge(&mut verifier, &ABBA, true), [valid()]);
    let res_star = vector(serving()).xres_star;
    assert_eq!(verifier.response_star(UE, res_star.expose()), [KeyNote::ResRight]);
    assert_eq!(commanded(&mut verifier, &k_amf()), (MacVerdict::Valid, vec![]));
    let pdu = Protect::with(&k_amf(), Direction::Uplink).pdu(4, 0, COMPLETE);
    let opened = up(&mut verifier, &pdu);
    assert_eq!(
        (opened.mac, opened.plain.as_deref(), opened.deciphered),
        (MacVerdict::Valid, Some(COMPLETE), true)
    );
    verifier
}

#[test]
fn from_the_challenge_to_ciphered_messages() {
    let mut verifier = secured();
    let pdu = Protect::with(&k_amf(), Direction::Downlink).pdu(2, 1, UPDATE);
    let opened = down(&mut verifier, &pdu);
    assert_eq!(
        (opened.mac, opened.count, opened.plain.as_deref()),
        (MacVerdict::Valid, Some(1), Some(UPDATE))
    );
    let clear = in_the_clear(&pdu, UPDATE).unwrap();
    assert_eq!((&clear[..2], &clear[7..]), (&[0x7e, 1][..], UPDATE));
    assert_eq!(clear[2..7], pdu[2..7], "MAC and sequence number stay");
    let source = verifier.source(UE, Technology::Fgs);
    assert_eq!(source.as_deref(), Some("key given: line 2"));
    assert_eq!(
        verifier.source(UE, Technology::Eps),
        None,
        "EPS has contexts of its own"
    );
}

#[test]
fn another_serving_network_in_res_star_and_in_kamf() {
    let mut verifier = Verifier::new(ring());
    challenge(&mut verifier, &ABBA, true);
    let plmn = other_network();
    let said = verifier.response_star(UE, vector(plmn).xres_star.expose());
    assert_eq!(said, [KeyNote::ResWrong, KeyNote::ResStarOfOtherPlmn { plmn }]);
    let of_other = k_seaf(plmn).k_amf(&imsi().to_string(), &ABBA).unwrap();
    let said = commanded(&mut verifier, &of_other);
    assert_eq!(
        said,
        (MacVerdict::Invalid, vec![KeyNote::KasmeOfOtherPlmn { plmn }])
    );
}

#[test]
fn what_stands_in_the_place_of_res_star() {
    let mut verifier = Verifier::new(ring());
    challenge(&mut verifier, &ABBA, true);
    let Quintet { xres, ck, ik, .. } = &quintet(RAND, SQN);
    let mut res = [0; 16];
    res[..xres.octets().len()].copy_from_slice(xres.octets());
    assert_eq!(
        verifier.response_star(UE, &res),
        [KeyNote::ResWrong, KeyNote::ResNotStar]
    );
    let key = [*ck.expose_128().unwrap(), *ik.expose_128().unwrap()].concat();
    let whole: [u8; 32] = quintet_crypto::KdfInput::new(0x6b)
        .try_parameter(name(serving()).octets())
        .and_then(|s| s.try_parameter(&RAND))
        .and_then(|s| s.try_parameter(xres.octets()))
        .unwrap()
        .derive(&<[u8; 32]>::try_from(key).unwrap());
    assert_eq!(&whole[16..], vector(serving()).xres_star.expose());
    let said = verifier.response_star(UE, &whole[..16]);
    assert_eq!(said, [KeyNote::ResWrong, KeyNote::ResStarUpperHalf]);
    assert_eq!(verifier.response_star(UE, &[7; 16]), [KeyNote::ResWrong]);
    let right = vector(serving()).xres_star;
    assert_eq!(verifier.response_star(UE, right.expose()), [KeyNote::ResRight]);
}

#[test]
fn without_the_network_a_res_star_is_right_or_nothing_is_said_of_it() {
    let mut verifier = Verifier::new(ring());
    assert_eq!(challenge(&mut verifier, &ABBA, false), [valid()]);
    assert_eq!(verifier.response_star(UE, &[7; 16]), []);
}

#[test]
fn another_abba_and_another_text_of_the_supi() {
    let digits = imsi().to_string();
    let said = |used: &KAmf, sent: &[u8]| {
        let mut verifier = Verifier::new(ring());
        challenge(&mut verifier, sent, true);
        commanded(&mut verifier, used)
    };
    let with = |supi: &str, abba: &[u8]| k_seaf(serving()).k_amf(supi, abba).unwrap();
    let sent = [0, 1];
    assert_eq!(said(&with(&digits, &sent), &sent), (MacVerdict::Valid, vec![]));
    let note = KeyNote::KamfOfOtherAbba { abba: ABBA.into() };
    assert_eq!(
        said(&with(&digits, &ABBA), &sent),
        (MacVerdict::Invalid, vec![note])
    );
    let note = KeyNote::KamfOfOtherRule {
        what: "of the SUPI with its prefix imsi-",
    };
    let prefixed = with(&format!("imsi-{digits}"), &ABBA);
    assert_eq!(said(&prefixed, &ABBA), (MacVerdict::Invalid, vec![note]));
    assert_eq!(said(&with("1", &ABBA), &ABBA), (MacVerdict::Invalid, vec![]));
}

#[test]
fn an_abba_that_comes_later_counts() {
    let mut verifier = Verifier::new(ring());
    challenge(&mut verifier, &ABBA, true);
    verifier.abba(UE, &[0, 7]);
    let later = k_seaf(serving()).k_amf(&imsi().to_string(), &[0, 7]).unwrap();
    assert_eq!(commanded(&mut verifier, &later), (MacVerdict::Valid, vec![]));
}

#[test]
fn bearer_and_derivation_of_eps() {
    let mut verifier = secured();
    let mut protect = Protect::with(&k_amf(), Direction::Downlink);
    protect.bearer = 0;
    let opened = down(&mut verifier, &protect.pdu(1, 1, UPDATE));
    assert_eq!(
        (opened.mac, opened.notes),
        (MacVerdict::Invalid, vec![KeyNote::OtherBearer { bearer: 0 }])
    );
    let mut protect = Protect::with(&k_amf(), Direction::Downlink);
    let of_eps = quintet_crypto::KdfInput::new(0x15)
        .try_parameter(&[2])
        .and_then(|s| s.try_parameter(&[2]))
        .unwrap()
        .derive(k_amf().expose());
    protect.key = KNasInt::new(*of_eps.last_chunk::<16>().unwrap());
    let opened = down(&mut verifier, &protect.pdu(1, 2, UPDATE));
    let note = KeyNote::WrongDerivation {
        what: "FC 15 (TS 33.401 A.7) instead of 69",
    };
    assert_eq!((opened.mac, opened.notes), (MacVerdict::Invalid, vec![note]));
}

#[test]
fn non_3gpp_access_has_a_bearer_of_its_own() {
    // An N3IWF names no tracking area: then the access is not known either.
    let mut verifier = Verifier::new(ring());
    let home: Plmn = serving();
    let autn = quintet(RAND, SQN).autn.octets().unwrap();
    verifier.challenge(
        UE,
        &Challenge {
            rand: &RAND,
            autn: &autn,
            ksi: NG_KSI,
            imsi: Some(imsi()),
            serving: None,
            possible: &[home],
            method: Method::FgsAka { abba: &ABBA },
        },
    );
    let mut protect = Protect::with(&k_amf(), Direction::Downlink);
    protect.bearer = 2;
    let opened = down(&mut verifier, &protect.pdu(3, 0, COMMAND));
    assert_eq!((opened.mac, opened.notes), (MacVerdict::Valid, vec![]));
}

#[test]
fn kseaf_of_the_home_network_opens_what_no_key_does() {
    let mut verifier = Verifier::new(KeyRing::new().without_published());
    assert_eq!(challenge(&mut verifier, &ABBA, true), []);
    let before = commanded(&mut verifier, &k_amf());
    assert_eq!(before, (MacVerdict::Unverifiable, vec![]));
    verifier.seaf(&RAND, Some(&supi()), k_seaf(serving()));
    assert_eq!(commanded(&mut verifier, &k_amf()), (MacVerdict::Valid, vec![]));
    let source = verifier.source(UE, Technology::Fgs);
    assert_eq!(
        source.as_deref(),
        Some("KSEAF of the home network's answer in the capture")
    );
}

#[test]
fn a_vector_of_the_home_network_judges_the_answer_and_names_the_subscriber() {
    let HeAv {
        autn,
        xres_star,
        k_ausf,
        ..
    } = vector(serving());
    let mut verifier = Verifier::new(nameless());
    let autn = autn.octets().unwrap();
    verifier.he_av(&RAND, &autn, xres_star.clone(), k_ausf.clone(), Some(&supi()));
    let said = challenge(&mut verifier, &ABBA, false);
    assert_eq!(said, [KeyNote::VectorOfHss { same_autn: true }, valid()]);
    assert_eq!(
        verifier.response_star(UE, xres_star.expose()),
        [KeyNote::ResRight]
    );
    assert_eq!(verifier.response_star(UE, &[7; 16]), [KeyNote::ResWrong]);
    assert_eq!(commanded(&mut verifier, &k_amf()), (MacVerdict::Valid, vec![]));
    let mut verifier = Verifier::new(KeyRing::new().without_published());
    verifier.he_av(&RAND, &[1; 16], xres_star, k_ausf, None);
    let said = challenge(&mut verifier, &ABBA, true);
    assert_eq!(said, [KeyNote::VectorOfHss { same_autn: false }]);
}

#[test]
fn without_the_supi_nothing_is_claimed() {
    let mut verifier = Verifier::new(nameless());
    assert_eq!(challenge(&mut verifier, &ABBA, false), [valid()]);
    assert_eq!(
        commanded(&mut verifier, &k_amf()),
        (MacVerdict::Unverifiable, vec![])
    );
}

#[test]
fn kseaf_of_the_home_network_that_is_not_that_of_k() {
    let mut verifier = Verifier::new(ring());
    challenge(&mut verifier, &ABBA, true);
    let other = KSeaf::new([9; 32]);
    verifier.seaf(&RAND, Some(&supi()), other.clone());
    let used = other.k_amf(&imsi().to_string(), &ABBA).unwrap();
    let said = commanded(&mut verifier, &used);
    assert_eq!(said, (MacVerdict::Invalid, vec![KeyNote::KasmeOfHssDiffers]));
}

#[test]
fn the_container_of_an_initial_message_is_deciphered_in_its_place() {
    let mut verifier = secured();
    let protect = Protect::with(&k_amf(), Direction::Uplink);
    // SERVICE REQUEST with a 5G-S-TMSI; the one inside also has an uplink data status.
    let whole = [
        &[0x7e, 0, 0x4c, 0x10 | NG_KSI, 0, 7, 0xf4, 0, 0x40, 1, 2, 3, 4][..],
        &[0x40, 2, 0x20, 0],
    ]
    .concat();
    let mut container = whole.clone();
    protect.cipher(1, &mut container);
    let with = |container: &[u8]| [&whole[..13], &[0x71, 0, 17], container].concat();
    let pdu = protect.pdu(1, 1, &with(&container));
    let opened = up(&mut verifier, &pdu);
    assert_eq!(
        (opened.mac, opened.plain.as_deref(), opened.deciphered),
        (MacVerdict::Valid, Some(&with(&whole)[..]), true)
    );
    let clear = in_the_clear(&pdu, &with(&whole)).unwrap();
    assert_eq!((&clear[..7], &clear[7..]), (&pdu[..7], &with(&whole)[..]));
    // One that was not ciphered is left as it stands.
    let opened = up(&mut verifier, &protect.pdu(1, 2, &with(&whole)));
    assert_eq!(
        (opened.plain.as_deref(), opened.deciphered),
        (Some(&with(&whole)[..]), false)
    );
}

/// A UE that protects its request with the context in use and says that it has none.
#[test]
fn an_initial_message_that_names_no_key_is_tried_with_the_context_in_use() {
    let mut verifier = secured();
    let periodic = [0x7e, 0, 0x41, 0x73, 0, 7, 0xf4, 0, 0x40, 1, 2, 3, 4];
    let protect = Protect::with(&k_amf(), Direction::Uplink);
    let opened = up(&mut verifier, &protect.pdu(1, 1, &periodic));
    assert_eq!(
        (opened.mac, opened.count, opened.notes),
        (MacVerdict::Valid, Some(1), vec![])
    );
}

#[test]
fn kamf_of_an_amf_that_the_ue_moved_to() {
    let mut verifier = secured();
    let mobility = Mobility::Idle { uplink_nas_count: 0 };
    let k_amf = k_amf().at_mobility(mobility);
    let command = [COMMAND, &[0x36, 1, 1]].concat();
    let pdu = Protect::with(&k_amf, Direction::Downlink).pdu(3, 0, &command);
    let opened = down(&mut verifier, &pdu);
    assert_eq!((opened.mac, opened.notes), (MacVerdict::Valid, vec![]));
    let pdu = Protect::with(&k_amf, Direction::Uplink).pdu(4, 0, COMPLETE);
    assert_eq!(up(&mut verifier, &pdu).plain.as_deref(), Some(COMPLETE));
}

#[test]
fn auts() {
    let mut octets = Vec::new();
    functions()
        .auts(&RAND, Sqn::new(SQN + 64).unwrap())
        .put(&mut octets);
    let auts: [u8; 14] = octets.try_into().unwrap();
    let mut verifier = Verifier::new(ring());
    challenge(&mut verifier, &ABBA, true);
    let note = KeyNote::AutsValid {
        sqn_ms: SQN + 64,
        ahead: 64,
    };
    assert_eq!(verifier.failure(UE, Technology::Fgs, &auts), [note]);
    assert_eq!(
        verifier.failure(UE, Technology::Eps, &auts),
        [],
        "EPS was not challenged"
    );
}

/// Keys of EAP-AKA' for a network name.
fn master_keys(sent: &[u8]) -> MasterKeys {
    let Quintet { ck, ik, autn, .. } = &quintet(RAND, SQN);
    let keys = CkIkPrime::eap_aka_prime(ck, ik, sent, &autn.concealed_sqn).unwrap();
    MasterKeys::derive(&keys, imsi().to_string().as_bytes()).unwrap()
}

fn eap_request(sent: &[u8]) -> Vec<u8> {
    let autn = quintet(RAND, SQN).autn.octets().unwrap();
    let attributes = vec![
        Attribute::Rand(RAND),
        Attribute::Autn(autn),
        Attribute::Kdf(1),
        Attribute::KdfInput(sent),
        Attribute::Mac([0; 16]),
    ];
    let message = Message::new(Subtype::CHALLENGE, attributes);
    let keys = master_keys(sent);
    message
        .to_octets(Code::Request, 1, Type::AKA_PRIME, Some(&keys.k_aut))
        .unwrap()
}

fn eap_response(keys: &MasterKeys, res: &[u8]) -> Vec<u8> {
    let message = Message::new(
        Subtype::CHALLENGE,
        vec![Attribute::Res(res), Attribute::Mac([0; 16])],
    );
    message
        .to_octets(Code::Response, 1, Type::AKA_PRIME, Some(&keys.k_aut))
        .unwrap()
}

#[test]
fn eap_aka_prime_from_the_challenge_to_kamf() {
    let sent = name(serving());
    let packet = eap_request(sent.octets());
    assert_eq!(
        crate::keys::eap_challenge(&packet),
        Some((RAND, quintet(RAND, SQN).autn.octets().unwrap()))
    );
    let method = Method::EapAkaPrime {
        abba: &ABBA,
        packet: &packet,
    };
    let mut verifier = Verifier::new(ring());
    assert_eq!(put(&mut verifier, true, method), [valid()]);
    let keys = master_keys(sent.octets());
    let res = quintet(RAND, SQN).xres;
    let right = eap_response(&keys, res.octets());
    assert_eq!(verifier.eap_response(UE, &right), [KeyNote::ResRight]);
    let wrong = eap_response(&keys, &[7; 8]);
    assert_eq!(verifier.eap_response(UE, &wrong), [KeyNote::ResWrong]);
    let under_others = eap_response(&master_keys(b"5G:other"), res.octets());
    let said = verifier.eap_response(UE, &under_others);
    assert_eq!(said, [KeyNote::ResRight, KeyNote::AtMacInvalid]);
    let k_seaf = KAusf::from_emsk(&keys.emsk).k_seaf(&sent);
    let k_amf = k_seaf.k_amf(&imsi().to_string(), &ABBA).unwrap();
    assert_eq!(commanded(&mut verifier, &k_amf), (MacVerdict::Valid, vec![]));
}

#[test]
fn a_network_name_that_is_not_that_of_the_cell() {
    let sent = name(other_network());
    let mut packet = eap_request(sent.octets());
    let said = |packet: &[u8]| {
        let method = Method::EapAkaPrime { abba: &ABBA, packet };
        put(&mut Verifier::new(ring()), true, method)
    };
    let differs = KeyNote::NetworkNameDiffers {
        name: sent.to_string(),
    };
    assert_eq!(said(&packet), [valid(), differs.clone()]);
    *packet.last_mut().unwrap() ^= 1;
    assert_eq!(said(&packet), [valid(), differs, KeyNote::AtMacInvalid]);
    // That of a stand-alone non-public network goes on behind the PLMN's.
    let with_nid = name(serving()).with_nid(7).unwrap();
    assert_eq!(said(&eap_request(with_nid.octets())), [valid()]);
}

#[test]
fn sucis_of_published_home_network_keys_are_opened() {
    // TS 33.501 C.4.3.1 and C.4.4.1.
    let output = |text: &str| hex::decode(text).unwrap();
    let a = "b2e92f836055a255837debf850b528997ce0201cb82adfe4be1f587d07d8457dcb02352410cddd9e730ef3fa87";
    let b = "039aab8376597021e855679a9778ea0b67396e68c66df32c0f41e9acca2da9b9d146a33fc2716ac7dae96aa30a4d";
    for (scheme, text) in [(1, a), (2, b)] {
        let octets = [
            &[0x01, 0x72, 0x24, 0x10, 0xf0, 0xff, scheme, 27][..],
            &output(text),
        ]
        .concat();
        let suci = Suci::from_octets(&octets).unwrap();
        let found = Verifier::default().supi(&suci);
        let expected = "274012001002086".parse().unwrap();
        assert_eq!(found, Some(Supi::Imsi(expected)), "scheme {scheme}");
        let unknown = Verifier::new(KeyRing::new().without_published());
        assert_eq!(unknown.supi(&suci), None);
    }
}
