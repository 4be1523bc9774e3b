//! Messages of every kind, with every AVP in some of them.

use proptest::prelude::*;
use quintet_crypto::{Auts, Ck, CkIkPrime, Ik, Res};
use quintet_cx::{
    AuthenticationScheme, DeregistrationReason, ExperimentalResult, FeatureList, Outcome, ReasonCode,
    Resynchronisation, ServerAssignmentType,
};
use quintet_diameter::ResultCode;
use quintet_identity::Imsi;
use quintet_swx::*;

fn imsi() -> impl Strategy<Value = Imsi> {
    "[0-9]{6,15}".prop_map(|digits| digits.parse().unwrap())
}

fn of<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(values)
}

fn name() -> impl Strategy<Value = &'static str> {
    of(&[
        "WLAN",
        "internet",
        "pgw1.example.org",
        "mnc001.mcc001.3gppnetwork.org",
    ])
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::SUCCESS),
        Just(ResultCode::UNABLE_TO_COMPLY.into()),
        of(ExperimentalResult::ALL).prop_map(Outcome::from),
    ]
}

fn features() -> impl Strategy<Value = Vec<FeatureList>> {
    let list = (any::<u32>(), any::<bool>()).prop_map(|(list, required)| FeatureList {
        vendor_id: quintet_cx::VENDOR_3GPP,
        id: 1,
        list,
        required,
    });
    prop::collection::vec(list, 0..=MAX_FEATURE_LISTS)
}

fn terminal() -> impl Strategy<Value = Terminal> {
    let (imei, imeisv) = ("35209900176148", "3520990017614823");
    of(&[0, 1, 2]).prop_map(move |which| Terminal {
        imei: (which >= 1).then(|| imei.parse().unwrap()),
        imeisv: (which == 2).then(|| imeisv.parse().unwrap()),
    })
}

fn agent() -> impl Strategy<Value = AgentInfo<'static>> {
    let v4 = prop::option::of(any::<[u8; 4]>());
    let v6 = prop::option::of(any::<[u8; 16]>());
    (prop::option::of((name(), name())), v4, v6).prop_map(|(host, v4, v6)| AgentInfo {
        host: host.map(|host| host.0),
        realm: host.map(|host| host.1),
        addresses: v4.map(Into::into).into_iter().chain(v6.map(Into::into)).collect(),
    })
}

fn mar() -> impl Strategy<Value = Mar<'static>> {
    let token = (any::<[u8; 16]>(), any::<[u8; 14]>()).prop_map(|(rand, auts)| Resynchronisation {
        rand,
        auts: Auts::from_octets(&auts).unwrap(),
    });
    let scheme = of(&["EAP-AKA", "EAP-AKA'", "Digest-AKAv1-MD5", "eap-aka"]);
    (
        (
            imsi(),
            scheme,
            any::<u32>(),
            prop::option::of(of(&[0, 1, 2001, 2003])),
        ),
        (prop::option::of(name()), prop::option::of(name())),
        (terminal(), any::<bool>(), prop::option::of(token), features()),
    )
        .prop_map(
            |((imsi, scheme, count, rat_type), (anid, visited), (terminal, aaa_failure, token, features))| {
                Mar {
                    rat_type,
                    anid,
                    visited_network: visited,
                    terminal,
                    aaa_failure,
                    resynchronisation: token,
                    features,
                    ..Mar::new(imsi, AuthenticationScheme::new(scheme), count)
                }
            },
        )
}

fn sar() -> impl Strategy<Value = Sar<'static>> {
    let active =
        (any::<u32>(), prop::option::of(name()), agent()).prop_map(|(context_identifier, apn, gateway)| {
            ActiveApn {
                context_identifier,
                apn,
                gateway,
            }
        });
    (
        (imsi(), of(ServerAssignmentType::ALL), prop::option::of(name())),
        (
            prop::option::of(any::<u32>()),
            prop::option::of(agent()),
            prop::option::of(name()),
        ),
        (
            terminal(),
            prop::collection::vec(active, 0..=MAX_ACTIVE_APNS),
            features(),
        ),
    )
        .prop_map(
            |(
                (imsi, kind, apn),
                (context_identifier, gateway, visited),
                (terminal, active_apns, features),
            )| {
                Sar {
                    apn,
                    context_identifier,
                    gateway,
                    visited_network: visited,
                    terminal,
                    active_apns,
                    features,
                    ..Sar::new(imsi, kind)
                }
            },
        )
}

/// The AVPs of a group that are no nonsense.
fn group() -> impl Strategy<Value = Vec<u8>> {
    any::<bool>().prop_map(|barred| {
        // Non-3GPP-IP-Access.
        let mut octets = vec![0, 0, 0x05, 0xdd, 0xc0, 0, 0, 16, 0, 0, 0x28, 0xaf, 0, 0, 0, 0];
        octets[15] = barred.into();
        octets
    })
}

pub(crate) fn request() -> impl Strategy<Value = Request<'static>> {
    let rtr = (imsi(), of(ReasonCode::ALL), prop::option::of(name()), features());
    let ppr = (imsi(), prop::option::of(group()), 0u32..16, features());
    prop_oneof![
        mar().prop_map(|mar| Request::MultimediaAuth(Box::new(mar))),
        sar().prop_map(|sar| Request::ServerAssignment(Box::new(sar))),
        rtr.prop_map(|(imsi, code, info, features)| {
            let info = info.map(str::to_owned);
            Request::RegistrationTermination(Rtr {
                imsi,
                reason: DeregistrationReason { code, info },
                features,
            })
        }),
        ppr.prop_map(|(imsi, user_data, flags, features)| Request::PushProfile(Ppr {
            imsi,
            user_data,
            flags: PprFlags(flags),
            features,
        })),
    ]
}

fn items() -> impl Strategy<Value = Vec<AuthItem>> {
    let keys = (any::<[u8; 16]>(), any::<[u8; 16]>(), any::<bool>()).prop_map(|(ck, ik, prime)| {
        let (ck, ik) = (Ck::new_128(ck), Ik::new_128(ik));
        if prime {
            ItemKeys::EapAkaPrime(CkIkPrime { ck, ik })
        } else {
            ItemKeys::EapAka { ck, ik }
        }
    });
    let item = (
        any::<[u8; 16]>(),
        any::<[u8; 16]>(),
        prop::collection::vec(any::<u8>(), 4..=16),
        keys,
    );
    prop::collection::vec(item, 0..=MAX_AUTH_ITEMS).prop_map(|items| {
        (1..)
            .zip(items)
            .map(|(number, (rand, autn, xres, keys))| AuthItem {
                number: Some(number),
                rand,
                autn,
                xres: Res::new(&xres).unwrap(),
                keys,
            })
            .collect()
    })
}

pub(crate) fn answer() -> impl Strategy<Value = Answer> {
    let server = || prop::option::of(name().prop_map(str::to_owned));
    let maa = (outcome(), prop::option::of(imsi()), items(), server(), features());
    let saa = (
        outcome(),
        prop::option::of(imsi()),
        prop::option::of(group()),
        server(),
        features(),
    );
    prop_oneof![
        maa.prop_map(
            |(outcome, imsi, items, aaa_server, features)| Answer::MultimediaAuth(Maa {
                outcome,
                imsi,
                items,
                aaa_server,
                features,
            })
        ),
        saa.prop_map(
            |(outcome, imsi, user_data, aaa_server, features)| Answer::ServerAssignment(Saa {
                outcome,
                imsi,
                user_data,
                aaa_server,
                features,
            })
        ),
        (outcome(), features())
            .prop_map(|(outcome, features)| Answer::RegistrationTermination(Rta { outcome, features })),
        (outcome(), features())
            .prop_map(|(outcome, features)| Answer::PushProfile(Ppa { outcome, features })),
    ]
}
