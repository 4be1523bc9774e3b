//! AuC and card together: vectors are accepted, keys agree, and a resynchronisation mends what is out of step
//! (TS 33.102 6.3.3, 6.3.5; TS 33.401 6.1.1).

#![cfg(test)]

use quintet_crypto::{Amf, Auts, K, Opc, Sqn, Topc, TuakSizes};
use quintet_identity::{Imsi, Plmn};
use quintet_subscriber::auc::{
    Auc, AucConfig, AutsRefused, ChallengeKey, Domain, Epoch, Recipient, Resync, Slot, VectorError, Vectors,
    WallClock, initial_dif,
};
use quintet_subscriber::model::{Algorithm, Authentication, SqnProfile};
use quintet_subscriber::usim::{Answer, SeqArray, Usim};

const NOW: u64 = 17_600_000_000;

fn now() -> WallClock {
    WallClock::from_ticks(NOW)
}

fn imsi() -> Imsi {
    "001010000000001".parse().unwrap()
}

fn plmn() -> Plmn {
    "00101".parse().unwrap()
}

fn subscriber(algorithm: Algorithm) -> Authentication {
    Authentication {
        k: K::new_128([0x46; 16]),
        algorithm,
        amf: Amf([0x12, 0x34]),
        sqn_profile: SqnProfile::TIME_BASED,
        dif: Some(initial_dif(0, SqnProfile::TIME_BASED, now())),
        seq_seed: 0,
    }
}

fn milenage() -> Authentication {
    subscriber(Algorithm::Milenage {
        opc: Opc::new([0xcd; 16]),
    })
}

fn tuak(mac: u16, res: u16, ck: u16) -> Authentication {
    let sizes = TuakSizes::new(res, mac, ck, 128, 1).unwrap();
    subscriber(Algorithm::Tuak {
        topc: Topc::new([0x55; 32]),
        sizes,
    })
}

fn holding() -> Auc {
    let mut auc = Auc::new(Slot::default(), AucConfig::default());
    auc.take_over(Epoch(1), 0);
    let raise = auc.renewal(now()).unwrap().unwrap();
    auc.bound_raised(raise);
    auc
}

fn recipient(a: &Authentication) -> Recipient {
    Recipient {
        imsi: imsi(),
        profile: a.sqn_profile,
        dif: a.dif,
        seq_seed: a.seq_seed,
    }
}

fn entropy() -> impl FnMut(&mut [u8]) {
    let mut n = 0u8;
    move |out: &mut [u8]| {
        n += 1;
        out.fill(n);
    }
}

fn key() -> ChallengeKey {
    ChallengeKey::new(&[9; 16])
}

#[test]
fn a_card_accepts_each_eps_vector_and_agrees_on_kasme() {
    for a in [milenage(), tuak(64, 64, 128), subscriber(Algorithm::Xor)] {
        let (mut auc, key, mut entropy) = (holding(), key(), entropy());
        let mut card = Usim::new(&a).unwrap();
        let issued = auc.issue(now(), &recipient(&a), Domain::Eps, 5).unwrap();
        let vectors = Vectors::new(imsi(), &a, &key, now()).unwrap();
        let mut rands = std::collections::BTreeSet::new();
        for vector in vectors.eps(plmn(), issued, &mut entropy) {
            assert_eq!(
                vector.autn[6..8],
                [0x92, 0x34],
                "separation bit set, the rest as provisioned"
            );
            assert!(rands.insert(vector.rand));
            let Answer::Accepted { res, ck, ik } = card.answer(&vector.rand, &vector.autn) else {
                panic!("refused, {:?}", a.algorithm)
            };
            assert_eq!(*vector.xres, res);
            assert_eq!(
                Usim::kasme(&ck, &ik, plmn(), &vector.autn),
                Some(vector.kasme.clone())
            );
            let elsewhere = Usim::kasme(&ck, &ik, "00102".parse().unwrap(), &vector.autn);
            assert_ne!(elsewhere, Some(vector.kasme), "bound to the serving network");
        }
        assert_eq!(rands.len(), 5);
    }
}

#[test]
fn a_utran_vector_has_the_separation_bit_clear() {
    let a = Authentication {
        amf: Amf([0x80, 0]),
        ..milenage()
    };
    let (mut auc, key) = (holding(), key());
    let issued = auc.issue(now(), &recipient(&a), Domain::Ps, 2).unwrap();
    let vectors = Vectors::new(imsi(), &a, &key, now()).unwrap();
    let quintets: Vec<_> = vectors.utran(issued, &mut entropy()).collect();
    assert_eq!(quintets.len(), 2);
    let mut card = Usim::new(&a).unwrap();
    for quintet in &quintets {
        assert_eq!(quintet.autn.amf, Amf([0, 0]));
        let autn = quintet.autn.octets().unwrap();
        let Answer::Accepted { res, ck, ik } = card.answer(&quintet.rand, &autn) else {
            panic!()
        };
        assert_eq!((&res, &ck, &ik), (&quintet.xres, &quintet.ck, &quintet.ik));
        assert_eq!(
            Usim::kasme(&ck, &ik, plmn(), &autn),
            None,
            "a UE refuses it in E-UTRAN"
        );
    }
}

#[test]
fn a_card_that_is_ahead_is_mended_by_its_auts() {
    for a in [milenage(), tuak(64, 128, 128)] {
        let (mut auc, key, mut entropy) = (holding(), key(), entropy());
        let mut card = Usim::new(&a).unwrap();
        let ahead = Sqn::new(5_000_000 << 5 | 0b10_000).unwrap();
        card.seq_array = SeqArray::new(a.sqn_profile).having_accepted(ahead);
        let vectors = Vectors::new(imsi(), &a, &key, now()).unwrap();
        let issued = auc.issue(now(), &recipient(&a), Domain::Eps, 1).unwrap();
        let vector = vectors.eps(plmn(), issued, &mut entropy).next().unwrap();
        let Answer::SynchFailure(auts) = card.answer(&vector.rand, &vector.autn) else {
            panic!()
        };

        let sqn_ms = vectors.check_auts(&vector.rand, &auts).unwrap();
        assert_eq!(sqn_ms.value(), ahead);
        let resync = auc.resync(now(), &recipient(&a), sqn_ms).unwrap();
        let Resync::Write { set, decrease: false } = resync else {
            panic!("{resync:?}")
        };
        let mended = Authentication {
            dif: Some(set.dif),
            ..a.clone()
        };
        let issued = auc.issue(now(), &recipient(&mended), Domain::Eps, 1).unwrap();
        let vector = vectors.eps(plmn(), issued, &mut entropy).next().unwrap();
        assert!(matches!(
            card.answer(&vector.rand, &vector.autn),
            Answer::Accepted { .. }
        ));
    }
}

#[test]
fn an_auts_counts_only_if_mac_s_holds_and_the_rand_is_ours() {
    let (a, key) = (milenage(), key());
    let vectors = Vectors::new(imsi(), &a, &key, now()).unwrap();
    let functions = a.functions().unwrap();
    let sqn_ms = Sqn::new(77 << 5).unwrap();
    let rand = key.rand(imsi(), now(), &mut entropy());
    let auts = functions.auts(&rand, sqn_ms);
    assert_eq!(vectors.check_auts(&rand, &auts).map(|s| s.value()), Ok(sqn_ms));

    let mut octets = Vec::new();
    auts.put(&mut octets);
    for i in 0..octets.len() {
        let mut altered = octets.clone();
        altered[i] ^= 1;
        let altered = Auts::from_octets(&altered).unwrap();
        assert_eq!(
            vectors.check_auts(&rand, &altered),
            Err(AutsRefused::MacFailure),
            "octet {i}"
        );
    }
    let foreign = [0x23; 16];
    let genuine = functions.auts(&foreign, sqn_ms);
    assert_eq!(
        vectors.check_auts(&foreign, &genuine),
        Err(AutsRefused::RandNotOurs)
    );
    let other = Vectors::new("001010000000002".parse().unwrap(), &a, &key, now()).unwrap();
    assert_eq!(
        other.check_auts(&rand, &auts),
        Err(AutsRefused::RandNotOurs),
        "another subscriber's"
    );
    let late = WallClock::from_ticks(NOW + 10 * 2 * 86_400);
    let late = Vectors::new(imsi(), &a, &key, late).unwrap();
    assert_eq!(
        late.check_auts(&rand, &auts),
        Err(AutsRefused::RandNotOurs),
        "two days old"
    );
}

#[test]
fn lengths_that_s6a_cannot_carry_are_refused() {
    let (key, refused) = (key(), |what, bits| VectorError::Size { what, bits });
    let error = |a: &Authentication| Vectors::new(imsi(), a, &key, now()).err();
    assert_eq!(error(&tuak(128, 64, 128)), Some(refused("MAC-A", 128)));
    assert_eq!(error(&tuak(64, 256, 128)), Some(refused("RES", 256)));
    assert_eq!(error(&tuak(64, 64, 256)), Some(refused("CK", 256)));
    let long = Authentication {
        k: K::new_256([1; 32]),
        ..milenage()
    };
    assert!(matches!(error(&long), Some(VectorError::KeyLength(_))));
    assert!(
        error(&Authentication {
            k: K::new_256([1; 32]),
            ..tuak(64, 64, 128)
        })
        .is_none()
    );
}

#[test]
fn secrets_are_not_printed() {
    let (a, key, mut auc) = (milenage(), key(), holding());
    let issued = auc.issue(now(), &recipient(&a), Domain::Eps, 1).unwrap();
    let vectors = Vectors::new(imsi(), &a, &key, now()).unwrap();
    let vector = vectors.eps(plmn(), issued, &mut entropy()).next().unwrap();
    let text = format!("{vector:?} {key:?} {auc:?}");
    assert!(
        text.contains("Kasme(") && text.contains("ChallengeKey(redacted)"),
        "{text}"
    );
    assert!(!text.contains("1010000000001"), "{text}");
}
