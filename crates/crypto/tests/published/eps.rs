//! The key tree: each row through the KDF, and through the derivation that its clause is.

use crate::rows::{array, number, octets, optional_octets, rows};
use quintet_crypto::{
    CipheringAlgorithm, Ck, Ik, IntegrityAlgorithm, IopsKn, K, Kasme, KdfInput, KeNb, Nh, SKgNb, TargetCell,
};
use serde_json::Value;

/// S from the row's parameters.
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

/// The key of the tree that the row derives.
fn derived(row: &Value) -> Vec<u8> {
    let key: [u8; 32] = array(row, "KEY");
    let (kasme, k_enb) = (Kasme::new(key), KeNb::new(key));
    let count = || u32::from_be_bytes(array(row, "P0"));
    let identity = || number(row, "algorithm_identity") as u8;
    let (eea, eia) = (
        || CipheringAlgorithm(identity()),
        || IntegrityAlgorithm(identity()),
    );
    match row["kdf"].as_str().unwrap() {
        "KASME" => {
            let ck = Ck::new(&optional_octets(row, "CK").unwrap_or_else(|| key[..16].to_vec())).unwrap();
            let ik = Ik::new(&optional_octets(row, "IK").unwrap_or_else(|| key[16..].to_vec())).unwrap();
            Kasme::derive(&ck, &ik, &array(row, "P0"), &array(row, "P1"))
                .unwrap()
                .expose()
                .to_vec()
        }
        "KeNB" => kasme.k_enb(count()).expose().to_vec(),
        "NH" => match row.get("SYNC_input_is").map(|is| is.as_str().unwrap()) {
            Some(is) if is.contains("NH") => kasme.next_nh(&Nh::new(array(row, "P0"))).expose().to_vec(),
            _ => kasme.first_nh(&KeNb::new(array(row, "P0"))).expose().to_vec(),
        },
        "KeNB*" => {
            let cell = TargetCell::new(number(row, "pci") as u16, number(row, "earfcn_dl") as u32).unwrap();
            assert_eq!(Nh::new(key).k_enb_star(cell), k_enb.k_enb_star(cell));
            KeNb::from(k_enb.k_enb_star(cell)).expose().to_vec()
        }
        "KNASenc" => kasme.k_nas_enc(eea()).expose().to_vec(),
        "KNASint" => kasme.k_nas_int(eia()).expose().to_vec(),
        "KRRCenc" => k_enb.k_rrc_enc(eea()).expose().to_vec(),
        "KRRCint" => k_enb.k_rrc_int(eia()).expose().to_vec(),
        "KUPenc" => k_enb.k_up_enc(eea()).expose().to_vec(),
        "KUPint" => k_enb.k_up_int(eia()).expose().to_vec(),
        "S-KgNB" => {
            let counter = u16::from_be_bytes(array(row, "P0"));
            assert_eq!(k_enb.s_k_enb(counter).expose(), k_enb.s_k_gnb(counter).expose());
            k_enb.s_k_gnb(counter).expose().to_vec()
        }
        other => panic!("{}: no derivation for {other}", row["id"]),
    }
}

#[test]
fn eps_kdf_rows() {
    for row in rows("eps_kdf.json", 133) {
        let id = &row["id"];
        let whole = octets(&row, "KDF_output");
        let input = input(&row);
        assert_eq!(input.s(), octets(&row, "S"), "{id} S");
        assert_eq!(input.derive(&array::<32>(&row, "KEY"))[..], whole, "{id} KDF");
        let key = derived(&row);
        assert_eq!(key, whole[whole.len() - key.len()..], "{id} {}", row["kdf"]);
        if let Some(low) = optional_octets(&row, "key128") {
            assert_eq!(key, low, "{id} low 128 bits");
        }
    }
}

/// A.5, A.8 to A.13 and A.15 to A.19, which `eps_kdf.json` lacks wholly or in part. Values from the tests of the crate
/// `oxirush-security` (Apache-2.0), an implementation of its own.
#[test]
fn interworking_and_second_nodes() {
    let key: [u8; 32] = std::array::from_fn(|i| i as u8);
    let (kasme, k_enb) = (Kasme::new(key), KeNb::new(key));
    let (ck, ik) = (Ck::new(&key[..16]).unwrap(), Ik::new(&key[16..]).unwrap());
    let (count, nonce_mme) = (0x0012_3456, 0x1234_5678_u32.to_be_bytes());
    let expect = |name: &str, key: &[u8], value: &str| assert_eq!(hex::encode(key), value, "{name}");

    let a8 = kasme.ck_ik_at_handover(count);
    expect("A.8 CK'", a8.ck.expose(), "242509d73fcf33220a4641e6a07cf18f");
    expect("A.8 IK'", a8.ik.expose(), "02f948a95ee84355e0b9439b1d0dd700");
    expect("A.9", &kasme.nas_token(count), "0668");
    let a10 = Kasme::mapped_at_handover(&ck, &ik, &nonce_mme).unwrap();
    expect(
        "A.10",
        a10.expose(),
        "f0fdd0678c200d0bc94fe7073e9e5abc252b11be183d0274f29ee895457b6c56",
    );
    let a11 = Kasme::mapped_at_idle_mobility(&ck, &ik, &[1, 2, 3, 4], &nonce_mme).unwrap();
    expect(
        "A.11",
        a11.expose(),
        "28ada05dd47868ca359dda734d5169415cf262ee0ebba98a0b92227f7ed10c7b",
    );
    let a12 = kasme.ck_ik_srvcc(count);
    expect("A.12 CK", a12.ck.expose(), "24535f189286e0669aba6fa001563ddb");
    expect("A.12 IK", a12.ik.expose(), "a8fd203c24edc6fd4357202e648ce48b");
    let a13 = kasme.ck_ik_at_idle_mobility(count);
    expect("A.13 CK'", a13.ck.expose(), "3f9fdf623b9b3a1dc45ca30206773a7a");
    expect("A.13 IK'", a13.ik.expose(), "591d351f831f4b0abb60cea5493de3b8");

    let a15 = "33a14244121c11ee70d1ff64fecb9d25a92791587712f47d85e277e0260b9686";
    expect("A.15 S-KeNB", k_enb.s_k_enb(0x0123).expose(), a15);
    let a16 = "b870389602b0611f4c63b886f434ef0b4fa53866b894e5fe3d2f1507d31d77bf";
    expect("A.16", k_enb.lwip_psk(0x0123).expose(), a16);
    let a17 = IopsKn::derive(&K::new(&key).unwrap(), &[0x01, 0x23], b"208930000000001").unwrap();
    expect(
        "A.17",
        a17.expose(),
        "7e1c7c360af6f9c207fb595915b6ba3a2b682cd93ee988e1edf8ca64dd62b7c6",
    );
    assert_eq!(
        IopsKn::derive(&K::new(&key).unwrap(), &[0; 100], &[0; 15]),
        None,
        "too long for S"
    );
    let a18 = "8f008e0d6d0e9fd9b179cb6bc1f2059e903c9d514818dcebd2b6027ff16f6944";
    expect("A.18", k_enb.s_k_wt(0x0123).expose(), a18);
    let s_k_gnb = SKgNb::new(key);
    expect(
        "A.19",
        s_k_gnb.k_rrc_enc(CipheringAlgorithm::EEA2).expose(),
        "62e9c027277cfbcea25a0af641e7accf",
    );

    expect(
        "A.5, EARFCN of three octets",
        k_enb.k_enb_star(TargetCell::new(42, 70_000).unwrap()).expose(),
        "3618729a2dc241123c1e08bc76aa2828bd3a1c67c6317116c53148c470bd33b2",
    );
    assert_eq!(TargetCell::new(504, 0), None);
    assert_eq!(TargetCell::new(0, 262_144), None);
}

/// The algorithm keys of one parent are all different: no two share a distinguisher.
#[test]
fn algorithm_keys_differ() {
    let key = [0x5a; 32];
    let (kasme, k_enb, s_k_gnb) = (Kasme::new(key), KeNb::new(key), SKgNb::new(key));
    let (eea, eia) = (CipheringAlgorithm::EEA2, IntegrityAlgorithm::EIA2);
    let keys = [
        *kasme.k_nas_enc(eea).expose(),
        *kasme.k_nas_int(eia).expose(),
        *k_enb.k_rrc_enc(eea).expose(),
        *k_enb.k_rrc_int(eia).expose(),
        *k_enb.k_up_enc(eea).expose(),
        *k_enb.k_up_int(eia).expose(),
        *s_k_gnb.k_rrc_enc(eea).expose(),
        *s_k_gnb.k_rrc_int(eia).expose(),
        *s_k_gnb.k_up_enc(eea).expose(),
        *s_k_gnb.k_up_int(eia).expose(),
    ];
    for (i, a) in keys.iter().enumerate() {
        assert!(keys[i + 1..].iter().all(|b| a != b), "key {i} is another's");
    }
}

/// A CK of 256 bits has no KASME.
#[test]
fn long_keys_have_no_kasme() {
    let (ck, ik) = (Ck::new(&[1; 32]).unwrap(), Ik::new(&[2; 16]).unwrap());
    assert_eq!(Kasme::derive(&ck, &ik, &[0x00, 0xf1, 0x10], &[0; 6]), None);
}
