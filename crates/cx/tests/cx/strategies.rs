//! Any request, any answer, any profile.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use quintet_crypto::{Autn, Auts, Ck, Ik, Quintet, Res};
use quintet_cx::*;
use quintet_diameter::ResultCode;

pub(crate) fn text() -> impl Strategy<Value = String> {
    "[a-z0-9é@.:;<&>\" -]{1,24}"
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(text(), 0..4)
}

fn octets() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..24)
}

fn features() -> impl Strategy<Value = Vec<FeatureList>> {
    let one = (any::<u32>(), any::<u32>(), any::<u32>(), any::<bool>());
    let list = |(vendor_id, id, list, required)| FeatureList {
        vendor_id,
        id,
        list,
        required,
    };
    vec(one.prop_map(list), 0..3)
}

/// What says something: an empty group is not written.
fn capabilities() -> impl Strategy<Value = ServerCapabilities> {
    (vec(any::<u32>(), 1..4), vec(any::<u32>(), 0..4), texts()).prop_map(
        |(mandatory, optional, server_names)| ServerCapabilities {
            mandatory,
            optional,
            server_names,
        },
    )
}

/// What is no protocol error and not 0.
pub(crate) fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::SUCCESS),
        (5001u32..5020).prop_map(|code| ResultCode(code).into()),
        (2001u32..2006).prop_map(|code| ExperimentalResult(code).into()),
        (5001u32..5013).prop_map(|code| ExperimentalResult(code).into()),
        (1u32..1000, any::<u32>()).prop_map(|(vendor_id, code)| Outcome::Foreign { vendor_id, code }),
    ]
}

fn scheme() -> impl Strategy<Value = AuthenticationScheme> {
    prop_oneof![
        Just(AuthenticationScheme::SIP_DIGEST),
        Just(AuthenticationScheme::UNKNOWN),
        Just(AuthenticationScheme::GIBA),
        "[A-Za-z0-9-]{1,12}".prop_map(|name| AuthenticationScheme::new(&name)),
    ]
}

fn vector() -> impl Strategy<Value = Quintet> {
    let xres = vec(any::<u8>(), 4..=16);
    let key = prop_oneof![vec(any::<u8>(), 16), vec(any::<u8>(), 32)];
    (any::<[u8; 16]>(), xres, key.clone(), key, any::<[u8; 16]>()).prop_map(|(rand, xres, ck, ik, autn)| {
        Quintet {
            rand,
            xres: Res::new(&xres).unwrap(),
            ck: Ck::new(&ck).unwrap(),
            ik: Ik::new(&ik).unwrap(),
            autn: Autn::from_octets(&autn),
        }
    })
}

fn digest() -> impl Strategy<Value = DigestAuthenticate> {
    (text(), of(text()), text(), "[0-9a-f]{32}").prop_map(|(realm, algorithm, qop, ha1)| DigestAuthenticate {
        realm,
        algorithm,
        qop,
        ha1: DigestHa1::new(&ha1),
    })
}

fn asked() -> impl Strategy<Value = AuthDataItem> {
    let token = (any::<[u8; 16]>(), any::<[u8; 14]>()).prop_map(|(rand, auts)| Resynchronisation {
        rand,
        auts: Auts::from_octets(&auts).unwrap(),
    });
    prop_oneof![
        of(token).prop_map(|token| AuthDataItem::ask(AuthenticationScheme::DIGEST_AKAV1_MD5, token)),
        (scheme(), of(octets())).prop_map(|(scheme, context)| AuthDataItem {
            context,
            ..AuthDataItem::ask(scheme, None)
        }),
    ]
}

fn given() -> impl Strategy<Value = AuthDataItem> {
    prop_oneof![
        (any::<u32>(), vector()).prop_map(|(number, vector)| {
            AuthDataItem::aka(number, AuthenticationScheme::DIGEST_AKAV1_MD5, vector).unwrap()
        }),
        digest().prop_map(AuthDataItem::digest),
        (
            of(vec(any::<u8>(), 4)),
            of(vec(any::<u8>(), 8)),
            vec(octets(), 0..3)
        )
            .prop_map(|(ip_address, interface_id, line_identifiers)| AuthDataItem {
                scheme: Some(AuthenticationScheme::NASS_BUNDLED),
                access: LineAccess {
                    ip_address,
                    ipv6_prefix: None,
                    interface_id,
                    line_identifiers
                },
                ..AuthDataItem::default()
            }),
    ]
}

fn restoration() -> impl Strategy<Value = ScscfRestorationInfo> {
    let dialog = (octets(), octets(), octets(), octets(), octets()).prop_map(
        |(call_id, from, to, record_route, contact)| SubscriptionInfo {
            call_id,
            from,
            to,
            record_route,
            contact,
        },
    );
    let pcscf = (octets(), octets(), octets(), octets()).prop_map(|(call_id, from, to, contact)| {
        PcscfSubscriptionInfo {
            call_id,
            from,
            to,
            contact,
        }
    });
    let one = (
        octets(),
        octets(),
        of(any::<u32>()),
        of(octets()),
        of(dialog),
        of(pcscf),
    )
        .prop_map(
            |(path, contact, initial_cseq, call_id, subscription, pcscf_subscription)| RestorationInfo {
                path,
                contact,
                initial_cseq,
                call_id,
                subscription,
                pcscf_subscription,
            },
        );
    (text(), vec(one, 1..3), of(any::<u32>()), of(scheme())).prop_map(
        |(user_name, restorations, registration_time_out, authentication_scheme)| ScscfRestorationInfo {
            user_name,
            restorations,
            registration_time_out,
            authentication_scheme,
        },
    )
}

fn charging() -> impl Strategy<Value = ChargingInformation> {
    (text(), of(text()), of(text()), of(text())).prop_map(|(a, b, c, d)| ChargingInformation {
        primary_event: Some(a),
        secondary_event: b,
        primary_collection: c,
        secondary_collection: d,
    })
}

fn web_rtc() -> impl Strategy<Value = AllowedWafWwsfIdentities> {
    (vec(text(), 1..3), texts()).prop_map(|(waf, wwsf)| AllowedWafWwsfIdentities { waf, wwsf })
}

fn sar() -> impl Strategy<Value = Sar> {
    let names = (of(text()), texts(), of(text()), of(text()), text());
    let values = (0u32..16, any::<bool>(), of(any::<bool>()), of(0u32..5), 0u32..2);
    (names, values, of(restoration()), features()).prop_map(|(names, values, restoration, features)| Sar {
        user_name: names.0,
        public_identities: names.1,
        wildcarded_psi: names.2,
        wildcarded_impu: names.3,
        server_name: names.4,
        assignment_type: ServerAssignmentType(values.0),
        user_data_already_available: values.1,
        restoration,
        multiple_registration: values.2,
        session_priority: values.3.map(SessionPriority),
        flags: SarFlags(values.4),
        failed_pcscf: None,
        features,
    })
}

pub(crate) fn request() -> impl Strategy<Value = Request> {
    let uar = (text(), text(), text(), 0u32..4, 0u32..2, features()).prop_map(
        |(a, b, c, kind, flags, features)| {
            Request::UserAuthorization(Uar {
                user_name: a,
                public_identity: b,
                visited_network: c,
                authorization_type: UserAuthorizationType(kind),
                flags: UarFlags(flags),
                features,
            })
        },
    );
    let lir = (text(), any::<bool>(), of(0u32..3), of(0u32..5), features()).prop_map(
        |(a, o, kind, p, features)| {
            Request::LocationInfo(Lir {
                public_identity: a,
                originating: o,
                authorization_type: kind.map(UserAuthorizationType),
                session_priority: p.map(SessionPriority),
                features,
            })
        },
    );
    let mar = (text(), text(), asked(), any::<u32>(), text(), features()).prop_map(
        |(a, b, item, count, c, features)| {
            Request::MultimediaAuth(Box::new(Mar {
                user_name: a,
                public_identity: b,
                item,
                count,
                server_name: c,
                features,
            }))
        },
    );
    let rtr = (text(), texts(), texts(), 0u32..4, of(text()), 0u32..2, features()).prop_map(
        |(user_name, associated_identities, public_identities, code, info, flags, features)| {
            Request::RegistrationTermination(Rtr {
                user_name,
                associated_identities,
                public_identities,
                reason: DeregistrationReason {
                    code: ReasonCode(code),
                    info,
                },
                flags: RtrFlags(flags),
                features,
            })
        },
    );
    let ppr = (
        text(),
        of(octets()),
        of(charging()),
        of(given()),
        of(web_rtc()),
        features(),
    )
        .prop_map(
            |(user_name, user_data, charging, item, allowed_waf_wwsf, features)| {
                Request::PushProfile(Box::new(Ppr {
                    user_name,
                    user_data,
                    charging,
                    item,
                    allowed_waf_wwsf,
                    features,
                }))
            },
        );
    let sar = sar().prop_map(|sar| Request::ServerAssignment(Box::new(sar)));
    prop_oneof![uar, sar, lir, mar, rtr, ppr]
}

fn saa() -> impl Strategy<Value = Saa> {
    let names = (of(text()), texts(), texts(), of(text()), of(text()));
    let values = (of(any::<bool>()), of(any::<bool>()), of(octets()));
    (
        outcome(),
        names,
        values,
        of(charging()),
        vec(restoration(), 0..2),
        of(web_rtc()),
        features(),
    )
        .prop_map(
            |(outcome, names, values, charging, restoration, allowed_waf_wwsf, features)| Saa {
                outcome,
                user_name: names.0,
                user_data: values.2,
                charging,
                associated_identities: names.1,
                loose_route: values.0,
                restoration,
                associated_registered: names.2,
                server_name: names.3,
                wildcarded_psi: names.4,
                priviledged_sender: values.1,
                allowed_waf_wwsf,
                features,
            },
        )
}

pub(crate) fn answer() -> impl Strategy<Value = Answer> {
    let uaa =
        (outcome(), of(text()), of(capabilities()), features()).prop_map(|(outcome, name, c, features)| {
            Answer::UserAuthorization(Uaa {
                outcome,
                server_name: name,
                capabilities: c,
                features,
            })
        });
    let lia = (
        outcome(),
        of(text()),
        of(capabilities()),
        (of(text()), of(text())),
        0u32..2,
        features(),
    )
        .prop_map(|(outcome, name, c, wildcards, flags, features)| {
            Answer::LocationInfo(Lia {
                outcome,
                server_name: name,
                capabilities: c,
                wildcarded_psi: wildcards.0,
                wildcarded_impu: wildcards.1,
                flags: LiaFlags(flags),
                features,
            })
        });
    let maa = (
        outcome(),
        of(text()),
        of(text()),
        of(any::<u32>()),
        vec(given(), 0..4),
        features(),
    )
        .prop_map(|(outcome, a, b, count, mut items, features)| {
            items.sort_by_key(|item| item.number);
            Answer::MultimediaAuth(Maa {
                outcome,
                user_name: a,
                public_identity: b,
                count,
                items,
                features,
            })
        });
    let emergency =
        (text(), vec(text(), 1..3)).prop_map(|(user_name, public_identities)| EmergencyRegistration {
            user_name,
            public_identities,
        });
    let rta = (outcome(), texts(), vec(emergency, 0..2), features()).prop_map(
        |(outcome, associated_identities, emergency, features)| {
            Answer::RegistrationTermination(Rta {
                outcome,
                associated_identities,
                emergency,
                features,
            })
        },
    );
    let ppa = (outcome(), features())
        .prop_map(|(outcome, features)| Answer::PushProfile(Ppa { outcome, features }));
    let saa = saa().prop_map(|saa| Answer::ServerAssignment(Box::new(saa)));
    prop_oneof![uaa, saa, lia, maa, rta, ppa]
}
