//! Vectors: what the USIM makes of them, whom a SUCI names, and who gets none.

use crate::support::*;
use quintet_crypto::suci::{HomeNetworkPrivateKey, Profile};
use quintet_identity::{Plmn, ProtectionScheme, Suci, Supi};
use quintet_sbi::nudm::ueau::{AuthType, AuthenticationVector};
use quintet_store::contract::fixture::imsi;
use quintet_subscriber::model::{AuthenticationMethod, Roaming};
use quintet_subscriber::s6a::VisitedPlmns;
use quintet_subscriber::usim::{Answer, Usim};
use quintet_udm::{FrontEvent, HomeNetworkKeys, UdmEvent};
use std::sync::Arc;

const FG: AuthenticationMethod = AuthenticationMethod::FgAka;
const EAP: AuthenticationMethod = AuthenticationMethod::EapAkaPrime;

#[test]
fn the_usim_accepts_5g_aka_and_derives_the_same() {
    let one = subscriber(1, FG);
    let mut usim = Usim::new(&one.authentication).unwrap();
    let mut home = Home::new(vec![one]);
    for _ in 0..3 {
        let result = home.vector(&supi(imsi(1)));
        assert_eq!((result.auth_type, result.supi), (AuthType::FiveGAka, None));
        let Some(AuthenticationVector::FiveGHeAka(av)) = result.authentication_vector else {
            panic!("no 5G HE AV");
        };
        let Answer::Accepted { res, ck, ik } = usim.answer(&av.rand.0, &av.autn.0) else {
            panic!("refused");
        };
        let (res_star, k_ausf) = Usim::fgs((&ck, &ik, &res), &name(), &av.rand.0, &av.autn.0).unwrap();
        assert_eq!(res_star.expose(), av.xres_star.expose());
        assert_eq!(k_ausf.expose(), av.kausf.expose());
    }
}

#[test]
fn the_usim_accepts_eap_aka_prime_and_derives_the_same() {
    let one = subscriber(1, EAP);
    let mut usim = Usim::new(&one.authentication).unwrap();
    let mut home = Home::new(vec![one]);
    let result = home.vector(&supi(imsi(1)));
    assert_eq!(result.auth_type, AuthType::EapAkaPrime);
    let Some(AuthenticationVector::EapAkaPrime(av)) = result.authentication_vector else {
        panic!("no AV'");
    };
    let Answer::Accepted { res, ck, ik } = usim.answer(&av.rand.0, &av.autn.0) else {
        panic!("refused");
    };
    assert_eq!(res.octets(), av.xres.expose());
    let keys = Usim::eap_aka_prime(&ck, &ik, SNN.as_bytes(), &av.autn.0).unwrap();
    assert_eq!(keys.ck.expose_128(), Some(av.ck_prime.expose()));
    assert_eq!(keys.ik.expose_128(), Some(av.ik_prime.expose()));
}

#[test]
fn a_synchronisation_failure_is_resynchronised_and_a_forged_one_refused() {
    let one = subscriber(1, FG);
    let mut usim = Usim::new(&one.authentication).unwrap();
    let ahead = quintet_crypto::Sqn::new((1 << 41) << 5 | IND).unwrap();
    usim.seq_array = usim.seq_array.having_accepted(ahead);
    let mut home = Home::new(vec![one]);
    let challenge = |home: &mut Home| match home.vector(&supi(imsi(1))).authentication_vector {
        Some(AuthenticationVector::FiveGHeAka(av)) => (av.rand.0, av.autn.0),
        other => panic!("{other:?}"),
    };
    let (rand, autn) = challenge(&mut home);
    let Answer::SynchFailure(auts) = usim.answer(&rand, &autn) else {
        panic!("in synchrony");
    };
    let mut octets = Vec::new();
    auts.put(&mut octets);
    let auts: [u8; 14] = octets.try_into().unwrap();
    let forged = std::array::from_fn(|i| auts[i] ^ u8::from(i == 13));
    for token in [(rand, forged), ([0x55; 16], auts)] {
        let refused = home.ask(&authenticate(&supi(imsi(1)), SNN, Some(token)));
        assert_eq!(refusal(&refused), (403, "AUTHENTICATION_REJECTED".to_owned()));
    }
    let granted = home.ask(&authenticate(&supi(imsi(1)), SNN, Some((rand, auts))));
    assert_eq!(granted.status, 200);
    let resynchronised = |event: &UdmEvent| {
        matches!(
            event,
            UdmEvent::Front(FrontEvent::Resynchronised { decrease: false, .. })
        )
    };
    assert!(home.events.iter().any(resynchronised));
    let (rand, autn) = challenge(&mut home);
    assert!(matches!(usim.answer(&rand, &autn), Answer::Accepted { .. }));
}

fn conceal(profile: Profile, key_id: u8, key: &HomeNetworkPrivateKey) -> String {
    let home: Plmn = "00101".parse().unwrap();
    let (network, input) = Suci::scheme_input(&Supi::from(imsi(1)), home).unwrap();
    let output = key.public_key().conceal(&[0x33; 32], &input).unwrap();
    let scheme = ProtectionScheme(profile.scheme());
    Suci::new(network, "0".parse().unwrap(), scheme, key_id, &output)
        .unwrap()
        .to_string()
}

#[test]
fn sucis_are_deconcealed_and_wrong_ones_say_why() {
    let (a, b) = (Profile::of_scheme(1).unwrap(), Profile::of_scheme(2).unwrap());
    let key = |profile, octet: u8| HomeNetworkPrivateKey::new(profile, &[octet; 32]).unwrap();
    let mut keys = HomeNetworkKeys::new();
    assert!(
        keys.add(1, key(a, 1))
            && keys.add(2, key(b, 2))
            && !keys.add(2, key(b, 3))
            && !keys.add(0, key(a, 4))
    );
    assert!(!format!("{keys:?}").contains("0101"));
    let mut home = Home::with(config(), keys, vec![subscriber(1, FG)]);
    home.udm.start();
    home.pump();
    for suci in [
        conceal(a, 1, &key(a, 1)),
        conceal(b, 2, &key(b, 2)),
        "suci-0-001-01-0000-0-0-0000000001".to_owned(),
    ] {
        assert_eq!(home.vector(&suci).supi, Some(supi(imsi(1))), "{suci}");
    }
    for (suci, status, cause) in [
        (conceal(a, 3, &key(a, 1)), 403, "INVALID_HN_PUBLIC_KEY_IDENTIFIER"),
        (conceal(a, 2, &key(a, 1)), 403, "INVALID_HN_PUBLIC_KEY_IDENTIFIER"),
        (conceal(a, 1, &key(a, 9)), 403, "INVALID_SCHEME_OUTPUT"),
        (conceal(b, 2, &key(b, 9)), 403, "INVALID_SCHEME_OUTPUT"),
        (
            "suci-0-001-01-0000-7-1-aabb".to_owned(),
            501,
            "UNSUPPORTED_PROTECTION_SCHEME",
        ),
        (
            "suci-0-999-99-0000-0-0-0000000001".to_owned(),
            404,
            "USER_NOT_FOUND",
        ),
        (
            "suci-0-001-01-0000-0-0-0000000002".to_owned(),
            404,
            "USER_NOT_FOUND",
        ),
        ("suci-0-1".to_owned(), 400, "MANDATORY_IE_INCORRECT"),
        ("imsi-abc".to_owned(), 400, "MANDATORY_IE_INCORRECT"),
        ("nai-user@example.org".to_owned(), 404, "USER_NOT_FOUND"),
        (supi(imsi(2)), 404, "USER_NOT_FOUND"),
    ] {
        let response = home.ask(&authenticate(&suci, SNN, None));
        assert_eq!(refusal(&response), (status, cause.to_owned()), "{suci}");
    }
}

#[test]
fn the_null_scheme_is_taken_only_where_it_is_allowed() {
    let mut strict = config();
    strict.null_scheme = false;
    let mut home = Home::with(strict, HomeNetworkKeys::new(), vec![subscriber(1, FG)]);
    home.udm.start();
    home.pump();
    let response = home.ask(&authenticate("suci-0-001-01-0000-0-0-0000000001", SNN, None));
    assert_eq!(
        refusal(&response),
        (501, "UNSUPPORTED_PROTECTION_SCHEME".to_owned())
    );
}

#[test]
fn networks_are_authorised() {
    let abroad = "5G:mnc070.mcc901.3gppnetwork.org";
    let mut stays = subscriber(1, FG);
    let mut subscription = (*stays.subscription).clone();
    subscription.roaming = Roaming::Only(Vec::new());
    stays.subscription = Arc::new(subscription);
    let mut none = subscriber(2, FG);
    let mut subscription = (*none.subscription).clone();
    subscription.fgs.subscribed = false;
    none.subscription = Arc::new(subscription);
    let mut strict = config();
    strict.serving_networks = VisitedPlmns::Only(Vec::new());
    for (config, expected) in [(config(), 200), (strict, 403)] {
        let all = vec![stays.clone(), none.clone(), subscriber(3, FG)];
        let mut home = Home::with(config, HomeNetworkKeys::new(), all);
        home.udm.start();
        home.pump();
        assert_eq!(
            home.ask(&authenticate(&supi(imsi(3)), abroad, None)).status,
            expected
        );
        let refused = home.ask(&authenticate(&supi(imsi(1)), abroad, None));
        assert_eq!(
            refusal(&refused),
            (403, "SERVING_NETWORK_NOT_AUTHORIZED".to_owned())
        );
        assert_eq!(home.ask(&authenticate(&supi(imsi(1)), SNN, None)).status, 200);
        let rejected = home.ask(&authenticate(&supi(imsi(2)), SNN, None));
        assert_eq!(refusal(&rejected), (403, "AUTHENTICATION_REJECTED".to_owned()));
        let wrong = home.ask(&authenticate(&supi(imsi(1)), "mnc001.mcc001", None));
        assert_eq!(refusal(&wrong).0, 400);
    }
}

/// The HSS has slot 0 and the UDM slot 1 of one store: their numbers differ in IND, and either's are fresh for the card.
#[test]
fn two_slots_serve_one_subscriber_and_the_card_takes_eithers_numbers() {
    let one = subscriber(1, FG);
    let mut usim = Usim::new(&one.authentication).unwrap();
    let mut home = Home::new(vec![one.clone()]);
    let store = std::mem::replace(
        &mut home.store,
        quintet_store::faulty::FaultyStore::new(quintet_store::MemoryStore::new()),
    );
    let mut other = config();
    other.slot = quintet_subscriber::auc::Slot::new(0).unwrap();
    let mut second = Home::with(other, HomeNetworkKeys::new(), Vec::new());
    // One store in turn: what the one has written the other reads.
    home.store = store;
    for round in 0..4 {
        let front = if round % 2 == 0 { &mut home } else { &mut second };
        if round == 1 {
            front.udm.start();
        }
        front.pump();
        let Some(AuthenticationVector::FiveGHeAka(av)) = front.vector(&supi(imsi(1))).authentication_vector
        else {
            panic!("no vector");
        };
        assert!(
            matches!(usim.answer(&av.rand.0, &av.autn.0), Answer::Accepted { .. }),
            "round {round}"
        );
        let (from, to) = if round % 2 == 0 {
            (&mut home, &mut second)
        } else {
            (&mut second, &mut home)
        };
        std::mem::swap(&mut from.store, &mut to.store);
    }
}

#[test]
fn a_vector_for_a_subscriber_in_memory_writes_nothing() {
    let mut one = subscriber(1, FG);
    one.authentication.dif = Some(-1_000_000);
    let mut home = Home::new(vec![one]);
    home.store.fail_when(|command| panic!("{command:?}"));
    for _ in 0..20 {
        home.vector(&supi(imsi(1)));
    }
}
