//! Vectors: cards accept them, EAP-AKA' runs with them, AUTS brings them back into step.

use super::*;
use quintet_crypto::{CkIkPrime, Rand};
use quintet_cx::Resynchronisation;
use quintet_eap::{Peer, PeerStep, Server, ServerOptions, ServerStep, UsimAnswer, Vector as EapVector};
use quintet_store::{Command, PutMode};
use quintet_subscriber::model::{Non3gppRat, Roaming};
use quintet_subscriber::usim::{Answer as Card, Usim};
use std::sync::Arc;

fn card(n: u32) -> Usim {
    Usim::new(&subscriber(imsi(n), &Arc::new(subscription())).authentication).unwrap()
}

/// EAP-AKA' between a AAA server that has this vector and a UE with this card; whether both end with the same keys.
fn runs(item: &AuthItem, anid: &str, card: &mut Usim, known_to_ue: &str) -> bool {
    let ItemKeys::EapAkaPrime(keys) = &item.keys else {
        panic!("{item:?}");
    };
    let vector = EapVector {
        rand: item.rand,
        autn: item.autn,
        xres: item.xres,
        keys: keys.clone(),
    };
    let nai = "6001010000000001@wlan.mnc001.mcc001.3gppnetwork.org";
    let (mut server, challenge) =
        Server::begin(vector, anid.as_bytes(), nai, ServerOptions::default(), 1).unwrap();
    let mut peer = Peer::new(known_to_ue.as_bytes(), nai, None, false);
    let PeerStep::Usim { rand, autn } = peer.handle(&challenge) else {
        return false;
    };
    let Card::Accepted { res, ck, ik } = card.answer(&rand, &autn) else {
        panic!("the card refuses");
    };
    let keys = Usim::eap_aka_prime(&ck, &ik, known_to_ue.as_bytes(), &autn).unwrap();
    let PeerStep::Send { packet, .. } = peer.handle_usim(UsimAnswer::Genuine { res, keys }) else {
        return false;
    };
    let ServerStep::Success { packet, keys } = server.handle(&packet) else {
        return false;
    };
    matches!(peer.handle(&packet), PeerStep::Success(ours) if ours == keys)
}

#[test]
fn a_phone_runs_eap_aka_prime_with_what_the_hss_gave() {
    let mut swx = Swx::started(1);
    let mut card = card(1);
    for anid in ["WLAN", "HRPD"] {
        let maa = swx.mar(
            0,
            Mar {
                anid: Some(anid),
                count: 2,
                ..mar(imsi(1))
            },
        );
        assert_eq!((maa.outcome.code(), maa.items.len()), (2001, 2));
        assert_eq!(maa.imsi, Some(imsi(1)));
        for item in &maa.items {
            assert_eq!(
                item.autn[6] & 0x80,
                0x80,
                "separation bit of EAP-AKA' (TS 33.402 6.2)"
            );
            assert!(runs(item, anid, &mut card, anid));
        }
        assert_eq!(
            maa.items.iter().map(|item| item.number).collect::<Vec<_>>(),
            [Some(1), Some(2)]
        );
    }
    let maa = swx.mar(0, mar(imsi(1)));
    assert!(
        !runs(&maa.items[0], "WLAN", &mut card, "HRPD"),
        "the UE is elsewhere than it is told"
    );
}

#[test]
fn eap_aka_has_the_keys_of_the_card() {
    let mut swx = Swx::started(1);
    let mut card = card(1);
    let request = Mar::new(imsi(1), AuthenticationScheme::EAP_AKA, 5);
    let maa = swx.mar(0, request);
    assert_eq!(maa.items.len(), 5);
    for item in &maa.items {
        assert_eq!(item.autn[6] & 0x80, 0, "separation bit clear");
        let Card::Accepted { res, ck, ik } = card.answer(&item.rand, &item.autn) else {
            panic!("the card refuses");
        };
        assert_eq!(item.xres, res);
        assert_eq!(item.keys, ItemKeys::EapAka { ck, ik });
    }
    let many = swx.mar(0, Mar::new(imsi(1), AuthenticationScheme::EAP_AKA, 1000));
    assert_eq!(many.items.len(), quintet_hss::MAX_VECTORS_PER_MAA as usize);
    let none = swx.mar(0, Mar::new(imsi(1), AuthenticationScheme::EAP_AKA, 0));
    assert_eq!(none.items.len(), 1);
}

/// A batch that waits at the AAA server stays fresh, whatever MME and S-CSCF use up meanwhile.
#[test]
fn vectors_of_other_domains_do_not_age_these() {
    let mut swx = Swx::started(1);
    let mut card = card(1);
    let batch = swx.mar(
        0,
        Mar {
            count: 3,
            ..mar(imsi(1))
        },
    );
    let mme = swx.rig.mme("mme1");
    for id in 0..3 {
        swx.rig.advance(std::time::Duration::from_secs(1));
        let aia = swx
            .rig
            .ask(mme, &air(id + 1000, "mme1", imsi(1), Some(1), Some(1)));
        for kind in [avp::E_UTRAN_VECTOR, avp::UTRAN_VECTOR] {
            for vector in vectors(&aia, kind) {
                assert!(matches!(
                    card.answer(&vector.rand, &vector.autn),
                    Card::Accepted { .. }
                ));
            }
        }
    }
    for item in &batch.items {
        assert!(runs(item, "WLAN", &mut card, "WLAN"));
    }
}

fn token(card: &mut Usim, rand: Rand, autn: &[u8; 16]) -> Resynchronisation {
    match card.answer(&rand, autn) {
        Card::SynchFailure(auts) => Resynchronisation { rand, auts },
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_card_out_of_step_is_brought_back() {
    let mut swx = Swx::started(1);
    let mut card = card(1);
    // It was used with an AuC that was far ahead.
    let ahead = quintet_crypto::Sqn::new(1 << 45).unwrap();
    card.seq_array = card.seq_array.clone().having_accepted(ahead);
    let maa = swx.mar(0, mar(imsi(1)));
    let token = token(&mut card, maa.items[0].rand, &maa.items[0].autn);
    let again = |token: &Resynchronisation| Mar {
        resynchronisation: Some(token.clone()),
        ..mar(imsi(1))
    };
    let maa = swx.mar(0, again(&token));
    assert_eq!(maa.outcome.code(), 2001);
    assert!(runs(&maa.items[0], "WLAN", &mut card, "WLAN"));
    let mut forged = token;
    forged.rand[0] ^= 1;
    let unavailable = ExperimentalResult::AUTHENTICATION_DATA_UNAVAILABLE;
    assert_eq!(refusal(swx.mar(0, again(&forged)).outcome), unavailable);
}

#[test]
fn who_gets_no_vectors() {
    let mut swx = Swx::started(1);
    let unknown = swx.mar(0, mar(imsi(99)));
    assert_eq!(refusal(unknown.outcome), ExperimentalResult::ERROR_USER_UNKNOWN);
    let other_scheme = Mar::new(imsi(1), AuthenticationScheme::DIGEST_AKAV1_MD5, 1);
    assert_eq!(
        refusal(swx.mar(0, other_scheme).outcome),
        ExperimentalResult::ERROR_AUTH_SCHEME_NOT_SUPPORTED
    );
    type Change = fn(&mut quintet_subscriber::model::Subscription);
    let rows: [(Change, ExperimentalResult); 3] = [
        (
            |s| s.non_3gpp.subscribed = false,
            ExperimentalResult::ERROR_USER_NO_NON_3GPP_SUBSCRIPTION,
        ),
        (
            |s| s.roaming = Roaming::Only(Vec::new()),
            ExperimentalResult::ERROR_ROAMING_NOT_ALLOWED,
        ),
        (
            |s| s.non_3gpp.restricted_rats = vec![Non3gppRat::Wlan],
            ExperimentalResult::ERROR_RAT_TYPE_NOT_ALLOWED,
        ),
    ];
    for (alter, expected) in rows {
        let mut altered = subscription();
        alter(&mut altered);
        swx.rig.provision(imsi(1), &altered);
        swx.noticed();
        let request = Mar {
            visited_network: Some("mnc002.mcc262.3gppnetwork.org"),
            ..mar(imsi(1))
        };
        assert_eq!(refusal(swx.mar(0, request).outcome), expected);
        assert_eq!(swx.rig.location(imsi(1)).aaa, None, "nothing is stored");
    }
    let without_anid = Mar {
        anid: None,
        ..mar(imsi(1))
    };
    swx.rig.provision(imsi(1), &subscription());
    swx.noticed();
    assert_eq!(swx.mar(0, without_anid).outcome.code(), 5005, "MISSING_AVP");
}

#[test]
fn a_card_without_ind_is_served_too() {
    let mut swx = Swx::started(0);
    let mut plain = subscriber(imsi(1), &Arc::new(subscription()));
    plain.authentication.sqn_profile = quintet_subscriber::model::SqnProfile::PLAIN;
    let mut card = Usim::new(&plain.authentication).unwrap();
    let command = Command::Put {
        subscribers: vec![plain],
        mode: PutMode::Insert,
    };
    swx.rig.direct(command).unwrap();
    swx.noticed();
    let maa = swx.mar(
        0,
        Mar {
            count: 2,
            ..mar(imsi(1))
        },
    );
    for item in &maa.items {
        assert!(runs(item, "WLAN", &mut card, "WLAN"));
    }
}

/// The keys are those of TS 33.402 A.2: made here from the parts, by nothing that the HSS uses but the KDF.
#[test]
fn the_keys_are_bound_to_the_access_network() {
    let mut swx = Swx::started(1);
    let mut card = card(1);
    let maa = swx.mar(0, mar(imsi(1)));
    let item = &maa.items[0];
    let Card::Accepted { ck, ik, .. } = card.answer(&item.rand, &item.autn) else {
        panic!("the card refuses");
    };
    let concealed: [u8; 6] = item.autn[..6].try_into().unwrap();
    let expected = CkIkPrime::eap_aka_prime(&ck, &ik, b"WLAN", &concealed).unwrap();
    assert_eq!(item.keys, ItemKeys::EapAkaPrime(expected));
}
