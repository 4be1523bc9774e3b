//! Any message, and any data.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use quintet_cx::profile::{ApplicationServer, DefaultHandling, InitialFilterCriteria};
use quintet_cx::{ChargingInformation, ExperimentalResult, Outcome};
use quintet_diameter::ResultCode;
use quintet_sh::user_data::{
    EpsLocation, ImsUserState, PsUserState, PublicIdentifiers, RepositoryData, ShData,
};
use quintet_sh::*;

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9:@.<>&\"' äß-]{0,24}"
}

/// Text as an element gives it back: without white space around it.
fn trimmed() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.trim().to_owned())
}

fn identity() -> impl Strategy<Value = UserIdentity> {
    prop_oneof![
        trimmed().prop_map(UserIdentity::public),
        "[0-9]{5,15}".prop_map(|digits| UserIdentity::number(digits.parse().unwrap())),
    ]
}

fn data_references() -> impl Strategy<Value = Vec<DataReference>> {
    vec(prop::sample::select(DataReference::ALL), 1..5)
}

fn features() -> impl Strategy<Value = Vec<quintet_cx::FeatureList>> {
    vec((0..8_u32).prop_map(|bits| feature_list(Features(bits))), 0..2)
}

fn udr() -> impl Strategy<Value = Udr> {
    let chosen = (vec(text(), 0..3), of(text()), of(text()), of(text()), of(text()));
    let numbers = (
        vec((0..4_u32).prop_map(IdentitySet), 0..3),
        of((0..2_u32).prop_map(RequestedDomain)),
        of((0..2_u32).prop_map(CurrentLocation)),
        of((0..16_u32).prop_map(RequestedNodes)),
    );
    (identity(), data_references(), chosen, numbers, features()).prop_map(
        |(identity, data, chosen, (identity_sets, domain, current_location, nodes), features)| {
            let (service_indications, wildcarded_psi, wildcarded_impu, server_name, user_name) = chosen;
            Udr {
                identity,
                wildcarded_psi,
                wildcarded_impu,
                server_name,
                service_indications,
                data,
                identity_sets,
                domain,
                current_location,
                user_name,
                nodes,
                features,
            }
        },
    )
}

fn pur() -> impl Strategy<Value = Pur> {
    let rest = (of(text()), of(text()), of(text()), features());
    (identity(), data_references(), sh_data(), rest).prop_map(|(identity, data, user_data, rest)| {
        let (wildcarded_psi, wildcarded_impu, user_name, features) = rest;
        Pur {
            identity,
            wildcarded_psi,
            wildcarded_impu,
            user_name,
            data,
            user_data: user_data.to_xml().into_bytes(),
            features,
        }
    })
}

fn snr() -> impl Strategy<Value = Snr> {
    let chosen = (vec(text(), 0..3), of(text()), of(text()), of(text()), of(text()));
    let numbers = (
        of((0..2_u32).prop_map(SendDataIndication)),
        (0..2_u32).prop_map(SubsReqType),
        vec((0..4_u32).prop_map(IdentitySet), 0..3),
        of(any::<u32>()),
        any::<bool>(),
    );
    (identity(), data_references(), chosen, numbers, features()).prop_map(
        |(identity, data, chosen, (send_data, kind, identity_sets, expiry_time, one_time), features)| {
            let (service_indications, wildcarded_psi, wildcarded_impu, server_name, user_name) = chosen;
            Snr {
                wildcarded_psi,
                wildcarded_impu,
                service_indications,
                send_data,
                server_name,
                identity_sets,
                expiry_time,
                one_time,
                user_name,
                features,
                ..Snr::new(identity, kind, data)
            }
        },
    )
}

/// Any request.
pub(crate) fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        udr().prop_map(|udr| Request::UserData(Box::new(udr))),
        pur().prop_map(|pur| Request::ProfileUpdate(Box::new(pur))),
        snr().prop_map(|snr| Request::SubscribeNotifications(Box::new(snr))),
        (identity(), of(text()), sh_data(), features()).prop_map(|(identity, user_name, data, features)| {
            Request::PushNotification(Box::new(Pnr {
                identity,
                user_name,
                user_data: data.to_xml().into_bytes(),
                features,
            }))
        }),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::SUCCESS),
        Just(ResultCode::UNABLE_TO_COMPLY.into()),
        prop::sample::select(ExperimentalResult::ALL).prop_map(Outcome::from),
    ]
}

/// Any answer.
pub(crate) fn answer() -> impl Strategy<Value = Answer> {
    let xml = || of(sh_data().prop_map(|data| data.to_xml().into_bytes()));
    let id = (text(), 0..65_536_u32).prop_map(|(service_indication, sequence_number)| RepositoryDataId {
        service_indication,
        sequence_number,
    });
    let reference = of(prop::sample::select(DataReference::ALL));
    prop_oneof![
        (outcome(), xml(), features()).prop_map(|(outcome, user_data, features)| {
            Answer::UserData(Uda {
                outcome,
                user_data,
                features,
            })
        }),
        (outcome(), of(id), reference, features()).prop_map(
            |(outcome, repository_data_id, data, features)| {
                Answer::ProfileUpdate(Pua {
                    outcome,
                    repository_data_id,
                    data,
                    features,
                })
            }
        ),
        (outcome(), xml(), of(any::<u32>()), features()).prop_map(
            |(outcome, user_data, expiry_time, features)| {
                Answer::SubscribeNotifications(Sna {
                    outcome,
                    user_data,
                    expiry_time,
                    features,
                })
            }
        ),
        (outcome(), features())
            .prop_map(|(outcome, features)| Answer::PushNotification(Pna { outcome, features })),
    ]
}

fn identifiers() -> impl Strategy<Value = PublicIdentifiers> {
    (vec(trimmed(), 0..4), vec("[0-9]{5,15}", 0..2)).prop_map(|(public_identities, msisdns)| {
        PublicIdentifiers {
            public_identities,
            msisdns,
        }
    })
}

fn repository() -> impl Strategy<Value = RepositoryData> {
    let inner = prop_oneof![
        Just(String::new()),
        Just("<x:a xmlns:x=\"urn:x\" b='c'>ü &amp; <!-- no --></x:a>".to_owned()),
        Just("<![CDATA[<a>]]>".to_owned()),
        Just("  text \n".to_owned()),
    ];
    ("[a-z]{1,12}", 0..65_536_u32, of(inner)).prop_map(
        |(service_indication, sequence_number, service_data)| RepositoryData {
            service_indication,
            sequence_number,
            service_data,
        },
    )
}

fn criteria() -> impl Strategy<Value = InitialFilterCriteria> {
    (0..9_u32, trimmed()).prop_map(|(priority, server_name)| InitialFilterCriteria {
        priority,
        trigger: None,
        application_server: ApplicationServer {
            server_name,
            default_handling: DefaultHandling::SessionContinued,
            service_info: None,
            include_register_request: false,
            include_register_response: false,
        },
        profile_part: None,
    })
}

/// Any data.
pub(crate) fn sh_data() -> impl Strategy<Value = ShData> {
    let ims = (
        of(trimmed()),
        of(vec(criteria(), 0..3)),
        of(prop::sample::select(vec![
            ImsUserState::NotRegistered,
            ImsUserState::Registered,
            ImsUserState::UnregisteredServices,
            ImsUserState::AuthenticationPending,
        ])),
        of(trimmed()),
        of(any::<bool>()),
    );
    let state = || {
        of(prop::sample::select(vec![
            PsUserState::Detached,
            PsUserState::NotProvided,
            PsUserState::Other(4),
        ]))
    };
    let sets = (
        of(identifiers()),
        of(identifiers()),
        of(identifiers()),
        of(identifiers()),
        of(identifiers()),
        of(identifiers()),
    );
    let eps = (state(), state(), of(of(trimmed())), any::<[bool; 2]>());
    let last = (of("[0-9]{15}"), vec(trimmed(), 0..3), of("[0-9]{16}"));
    (sets, vec(repository(), 0..3), ims, eps, last).prop_map(|(sets, repository, ims, eps, last)| ShData {
        public_identifiers: sets.0,
        repository,
        scscf_name: ims.0,
        filter_criteria: ims.1,
        user_state: ims.2,
        charging: ims.3.map(|name| ChargingInformation {
            primary_event: Some(name),
            ..ChargingInformation::default()
        }),
        psi_activation: ims.4,
        unknown_cs_location: eps.3[0],
        unknown_ps_location: eps.3[1],
        ps_user_state: eps.0,
        registered_identities: sets.1,
        implicit_identities: sets.2,
        all_identities: sets.3,
        alias_identities: sets.4,
        deleted_identities: sets.5,
        eps_user_state: eps.1,
        eps_location: eps.2.map(|mme_name| EpsLocation { mme_name }),
        imsi: last.0,
        private_identities: last.1,
        imeisv: last.2,
    })
}
