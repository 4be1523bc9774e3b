//! The key tree of 5GS and EAP-AKA': each row through the KDF, and through the derivation that its clause is.

use crate::rows::{array, number, octets, optional_octets, rows};
use quintet_crypto::eap_aka_prime::MasterKeys;
use quintet_crypto::fgs::{
    HeAv, HresStar, KAmf, KAusf, KSeaf, KgNb, LteTargetCell, Mobility, Nh, NrTargetCell, ResStar,
    ServingNetworkName,
};
use quintet_crypto::{
    Amf, AuthenticationFunctions, CipheringAlgorithm, Ck, CkIkPrime, Ik, IntegrityAlgorithm, K, Kasme,
    KdfInput, Milenage, Opc, Rand, Res, Sqn,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// S from the row's parameters, where it fits the KDF's two blocks.
fn input(row: &Value) -> KdfInput {
    let mut input = KdfInput::new(array::<1>(row, "FC")[0]);
    for n in 0.. {
        let Some(p) = optional_octets(row, &format!("P{n}")) else {
            break;
        };
        input = input.try_parameter(&p).unwrap();
    }
    input
}

fn name(row: &Value) -> ServingNetworkName {
    let name: ServingNetworkName = row["P0_ascii"].as_str().unwrap().parse().unwrap();
    assert_eq!(name.octets(), octets(row, "P0"), "{}", row["id"]);
    name
}

fn ck_ik(row: &Value) -> (Ck, Ik) {
    (
        Ck::new(&octets(row, "CK")).unwrap(),
        Ik::new(&octets(row, "IK")).unwrap(),
    )
}

/// The key of the tree that the row derives.
fn derived(row: &Value, kdf: &str) -> Vec<u8> {
    let key: [u8; 32] = array(row, "KEY");
    let (k_amf, kasme, k_gnb) = (KAmf::new(key), Kasme::new(key), KgNb::new(key));
    let count = || u32::from_be_bytes(array(row, "P0"));
    let identity = || number(row, "algorithm_identity") as u8;
    let (nea, nia) = (
        || CipheringAlgorithm(identity()),
        || IntegrityAlgorithm(identity()),
    );
    match kdf {
        "RES*/XRES*" => {
            let ((ck, ik), res) = (ck_ik(row), Res::new(&octets(row, "P2")).unwrap());
            ResStar::derive(&ck, &ik, &name(row), &array(row, "P1"), &res)
                .unwrap()
                .expose()
                .to_vec()
        }
        "KAUSF" => {
            let (ck, ik) = ck_ik(row);
            KAusf::derive(&ck, &ik, &name(row), &array(row, "P1"))
                .unwrap()
                .expose()
                .to_vec()
        }
        "KSEAF" => KAusf::new(key).k_seaf(&name(row)).expose().to_vec(),
        "KAMF" => {
            let supi = row["P0_ascii"].as_str().unwrap();
            KSeaf::new(key)
                .k_amf(supi, &octets(row, "P1"))
                .unwrap()
                .expose()
                .to_vec()
        }
        "KNASenc" => k_amf.k_nas_enc(nea()).expose().to_vec(),
        "KNASint" => k_amf.k_nas_int(nia()).expose().to_vec(),
        "KRRCenc" => k_gnb.k_rrc_enc(nea()).expose().to_vec(),
        "KUPenc" => k_gnb.k_up_enc(nea()).expose().to_vec(),
        "KgNB" => k_amf.k_gnb(count()).expose().to_vec(),
        "KN3IWF" => {
            assert_eq!(k_amf.k_tngf(count()).expose(), k_amf.k_n3iwf(count()).expose());
            k_amf.k_n3iwf(count()).expose().to_vec()
        }
        "NH" => {
            let sync = array(row, "P0");
            assert_eq!(k_amf.first_nh(&KgNb::new(sync)), k_amf.next_nh(&Nh::new(sync)));
            k_amf.first_nh(&KgNb::new(sync)).expose().to_vec()
        }
        "KNG-RAN*" => {
            let cell = NrTargetCell::new(number(row, "pci") as u16, number(row, "arfcn_dl") as u32).unwrap();
            assert_eq!(Nh::new(key).k_ng_ran_star(cell), k_gnb.k_ng_ran_star(cell));
            KgNb::from(k_gnb.k_ng_ran_star(cell)).expose().to_vec()
        }
        "KAMF'" => {
            let nas_count = u32::from_be_bytes(array(row, "P1"));
            let mobility = match row["case"].as_str().unwrap() {
                case if case.starts_with("handover") => Mobility::Handover {
                    downlink_nas_count: nas_count,
                },
                _ => Mobility::Idle {
                    uplink_nas_count: nas_count,
                },
            };
            k_amf.at_mobility(mobility).expose().to_vec()
        }
        "KASME' (5GS to EPS idle mode)" => k_amf.kasme_at_idle_mobility(count()).expose().to_vec(),
        "KASME' (5GS to EPS handover)" => k_amf.kasme_at_handover(count()).expose().to_vec(),
        "KAMF' (EPS to 5GS idle mode)" => KAmf::mapped_at_idle_mobility(&kasme, count()).expose().to_vec(),
        "KAMF' (EPS to 5GS handover)" => {
            let nh = quintet_crypto::Nh::new(array(row, "P0"));
            KAmf::mapped_at_handover(&kasme, &nh).expose().to_vec()
        }
        other => panic!("{}: no derivation for {other}", row["id"]),
    }
}

#[test]
fn fgs_kdf_rows() {
    let (mut seen, mut rands) = (BTreeMap::new(), BTreeMap::new());
    for row in rows("kdf_5g.json", 206) {
        let (id, kdf) = (&row["id"], row["kdf"].as_str().unwrap());
        *seen.entry(kdf.to_owned()).or_insert(0) += 1;
        match kdf {
            "HRES*/HXRES*" => {
                let res_star = ResStar::new(array(&row, "RES*"));
                assert_eq!(
                    res_star.hres_star(&array(&row, "RAND")),
                    HresStar::new(array(&row, "output")),
                    "{id}"
                );
            }
            "EAP-AKA'" => eap_aka_prime_row(&row),
            _ => {
                let whole = octets(&row, "KDF_output");
                let input = input(&row);
                assert_eq!(input.s(), octets(&row, "S"), "{id} S");
                assert_eq!(input.derive(&array::<32>(&row, "KEY"))[..], whole, "{id} KDF");
                let key = derived(&row, kdf);
                assert_eq!(key, whole[whole.len() - key.len()..], "{id} {kdf}");
                for low in ["output", "key128"] {
                    if let Some(low) = optional_octets(&row, low) {
                        assert_eq!(key, low, "{id} low 128 bits");
                    }
                }
                if row.get("K").is_some() && row.get("OPc").is_some() {
                    // The rows of RES* tell RAND; the one of KAUSF with the same AUTN follows.
                    let autn = row["AUTN"].as_str().unwrap().to_owned();
                    let rand = if kdf == "KAUSF" {
                        rands[&autn]
                    } else {
                        array(&row, "P1")
                    };
                    rands.insert(autn, rand);
                    whole_vector(&row, kdf, &rand, &key);
                }
            }
        }
    }
    assert_eq!(seen.values().sum::<i32>(), 206);
    assert_eq!(
        (seen["EAP-AKA'"], seen["RES*/XRES*"], seen["KAMF'"], seen["KAMF"]),
        (7, 20, 16, 20)
    );
}

/// Where the row tells the subscriber's keys: the vector from K on.
fn whole_vector(row: &Value, kdf: &str, rand: &Rand, expected: &[u8]) {
    let k = K::new(&octets(row, "K")).unwrap();
    let functions = AuthenticationFunctions::Milenage(Milenage::new(k, Opc::new(array(row, "OPc"))).unwrap());
    let (sqn, amf) = (Sqn::from_octets(array(row, "SQN")), Amf(array(row, "AMF")));
    let quintet = functions.quintet(rand, sqn, amf);
    assert_eq!(
        quintet.autn.octets().unwrap(),
        array(row, "AUTN"),
        "{}",
        row["id"]
    );
    let vector = HeAv::derive(&quintet, &name(row)).unwrap();
    match kdf {
        "KAUSF" => assert_eq!(vector.k_ausf.expose()[..], *expected, "{}", row["id"]),
        "RES*/XRES*" => assert_eq!(vector.xres_star.expose()[..], *expected, "{}", row["id"]),
        other => panic!("{}: no vector for {other}", row["id"]),
    }
}

/// RFC 5448 Appendix C, which RFC 9048 repeats, and rows like it.
fn eap_aka_prime_row(row: &Value) {
    let id = &row["id"];
    let network_name = row["network_name"].as_str().unwrap().as_bytes();
    let (ck, ik) = ck_ik(row);
    let keys = CkIkPrime::eap_aka_prime(&ck, &ik, network_name, &array(row, "SQN xor AK")).unwrap();
    assert_eq!(
        (keys.ck.expose().to_vec(), keys.ik.expose().to_vec()),
        (octets(row, "CK'"), octets(row, "IK'")),
        "{id}"
    );
    let master = MasterKeys::derive(&keys, row["Identity"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!(master.k_encr.expose()[..], octets(row, "K_encr"), "{id} K_encr");
    assert_eq!(master.k_aut.expose()[..], octets(row, "K_aut"), "{id} K_aut");
    assert_eq!(master.k_re.expose()[..], octets(row, "K_re"), "{id} K_re");
    assert_eq!(master.msk.expose()[..], octets(row, "MSK"), "{id} MSK");
    assert_eq!(master.emsk.expose()[..], octets(row, "EMSK"), "{id} EMSK");
    let k_ausf = KAusf::from_emsk(&master.emsk);
    assert_eq!(
        k_ausf.expose()[..],
        octets(row, "KAUSF (EMSK 256 msb, TS 33.501 F)"),
        "{id} KAUSF"
    );
}

/// Every derivation wants its own name, direction and SUPI; one that swallowed a parameter would be seen here.
#[test]
fn every_parameter_counts() {
    let key = [0x5a; 32];
    let (k_amf, k_seaf, k_ausf) = (KAmf::new(key), KSeaf::new(key), KAusf::new(key));
    let here: ServingNetworkName = "5G:mnc001.mcc001.3gppnetwork.org".parse().unwrap();
    assert_ne!(k_ausf.k_seaf(&here), k_ausf.k_seaf(&here.with_nid(0).unwrap()));
    let k = |supi, abba| k_seaf.k_amf(supi, abba).unwrap();
    assert_ne!(k("001010000000001", &[0, 0]), k("001010000000001", &[0, 1]));
    assert_ne!(k("001010000000001", &[0, 0]), k("001010000000002", &[0, 0]));
    assert_ne!(
        k("00101000000000", b"1"),
        k("001010000000001", b""),
        "lengths are part of S"
    );
    assert_ne!(
        k_amf.at_mobility(Mobility::Idle { uplink_nas_count: 1 }),
        k_amf.at_mobility(Mobility::Handover {
            downlink_nas_count: 1
        })
    );
    assert_ne!(k_amf.k_gnb(7).expose(), k_amf.k_n3iwf(7).expose());
    assert_eq!(NrTargetCell::new(1008, 0), None);
    assert_eq!(NrTargetCell::new(0, 3_279_166), None);
    let long = "x".repeat(65_536);
    assert_eq!(k_seaf.k_amf(&long, &[0, 0]), None, "its length does not fit");
}

/// A SUPI that does not fit the two blocks of the fast KDF goes the other way, with the same result at the seam.
#[test]
fn a_long_nai_has_a_kamf() {
    use hmac::{Hmac, KeyInit, Mac};
    for octets in [110, 112, 113, 240] {
        let supi = format!("{}@a.b", "x".repeat(octets - 4));
        let mut s = vec![0x6d];
        s.extend_from_slice(supi.as_bytes());
        s.extend_from_slice(&(octets as u16).to_be_bytes());
        s.extend_from_slice(&[0, 0, 0, 2]);
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&[7; 32]).unwrap();
        mac.update(&s);
        let expected: [u8; 32] = mac.finalize().into_bytes().into();
        assert_eq!(
            KSeaf::new([7; 32]).k_amf(&supi, &[0, 0]).unwrap().expose(),
            &expected,
            "{octets}"
        );
    }
}

/// A CK of 256 bits has no key of 5GS.
#[test]
fn long_keys_have_no_vector() {
    let (ck, ik) = (Ck::new(&[1; 32]).unwrap(), Ik::new(&[2; 16]).unwrap());
    let name = "5G:mnc001.mcc001.3gppnetwork.org".parse().unwrap();
    assert_eq!(KAusf::derive(&ck, &ik, &name, &[0; 6]), None);
    assert_eq!(CkIkPrime::eap_aka_prime(&ck, &ik, b"x", &[0; 6]), None);
    let keys = CkIkPrime { ck, ik };
    assert!(MasterKeys::derive(&keys, b"x").is_none());
}

/// A.12, A.17 to A.21, which `kdf_5g.json` lacks. Values of the crate `oxirush-security` (Apache-2.0), an implementation of
/// its own.
#[test]
fn steering_srvcc_and_ng_enb() {
    const A21: &str = "0fc08bd336eb182fd98bf231c6fef0f21d706cfa706f0cc3b905839c0a6354a3";
    const A20: &str = "3dec73eeea99f3ac1b3926f4b4e69c56";
    const A19: &str = "53f3a5e57255b6f8c97890c02e4d1302";
    const A18: &str = "6c2fb28004c96e8f5a6a32a74052d0b2";
    const A17: &str = "ff9264b596896c58a8b358c2ac01234d";
    const A17_LIST: &str = "cdd26fbef111061e620a5ea34628b10c";
    const A12: &str = "9cc0d30e96b9b19dd668922a9a254852aa88e5cbb6ceeecbce0c78d22512d16d";
    let key: [u8; 32] = std::array::from_fn(|i| i as u8);
    let (k_ausf, k_amf) = (KAusf::new(key), KAmf::new(key));
    let expect = |name: &str, key: &[u8], value: &str| assert_eq!(hex::encode(key), value, "{name}");
    let cell = LteTargetCell::new(42, 1300).unwrap();
    expect("A.12", KgNb::new(key).k_ng_ran_star_ng_enb(cell).expose(), A12);
    expect("A.12, NH", Nh::new(key).k_ng_ran_star_ng_enb(cell).expose(), A12);
    let header = [0x16, 0x00];
    expect(
        "A.17 with a list",
        k_ausf
            .sor_mac_i_ausf(&header, 1, Some(&[1, 2, 3]))
            .unwrap()
            .expose(),
        A17_LIST,
    );
    expect(
        "A.17",
        k_ausf.sor_mac_i_ausf(&header, 1, None).unwrap().expose(),
        A17,
    );
    expect("A.18", k_ausf.sor_mac_i_ue(0x0102).expose(), A18);
    expect("A.19", k_ausf.upu_mac_i_ausf(&[9; 130], 3).unwrap().expose(), A19);
    expect("A.20", k_ausf.upu_mac_i_ue(0x0102).expose(), A20);
    expect("A.21", k_amf.kasme_srvcc(0x0012_3456).expose(), A21);
    assert_eq!(LteTargetCell::new(504, 0), None);
}
