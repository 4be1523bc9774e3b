//! SAR: every Server-Assignment-Type.

use super::*;
use quintet_cx::{ReasonCode, RestorationInfo, ScscfRestorationInfo, ServerAssignmentType as Sat};
use quintet_diameter::ResultCode;

const ENDINGS: [Sat; 4] = [
    Sat::TIMEOUT_DEREGISTRATION,
    Sat::USER_DEREGISTRATION,
    Sat::ADMINISTRATIVE_DEREGISTRATION,
    Sat::DEREGISTRATION_TOO_MUCH_DATA,
];

pub(super) fn request<'a>(
    impi: Option<&'a Impi>,
    impus: &'a [Impu],
    server: &'a Server,
    assignment_type: Sat,
) -> Assignment<'a> {
    Assignment {
        impi,
        impus,
        server,
        assignment_type,
        restoration: None,
        multiple_registration: false,
    }
}

#[test]
fn a_registration_is_of_the_whole_set_and_tells_its_profile() {
    let mut hss = Hss::new();
    let (s1, impi1) = (server("s1"), impi(1));
    let impus = [of_number()];
    let answer = hss
        .sar_of(&request(Some(&impi1), &impus, &s1, Sat::REGISTRATION))
        .unwrap();
    assert_eq!(answer.outcome, Outcome::SUCCESS);
    assert_eq!(answer.profile, Some((impi(1), 0)));
    assert_eq!(answer.associated, [impi(1), impi(2)]);
    assert_eq!(hss.state(0), RegistrationState::Registered);
    assert_eq!(hss.state(1), RegistrationState::NotRegistered);
    let subscription = &hss.record.subscription;
    let data = subscription.user_data(&impi(1), &subscription.sets[0]);
    let names: Vec<_> = data
        .public_identities()
        .map(|(_, id)| (id.identity.clone(), id.barred))
        .collect();
    let tel = "tel:+4915112345".to_owned();
    assert_eq!(
        names,
        [
            (of_imsi().to_string(), true),
            (of_number().to_string(), false),
            (tel, false)
        ]
    );
    assert_eq!(data.private_id, impi(1).as_str());
}

#[test]
fn every_end_of_a_registration() {
    for ending in ENDINGS {
        let mut hss = Hss::new();
        hss.register(1, &of_imsi(), "s1");
        hss.register(2, &of_imsi(), "s1");
        assert_eq!(hss.sar(1, &of_number(), "s1", ending), 2001);
        assert_eq!(
            hss.state(0),
            RegistrationState::Registered,
            "with the other private identity"
        );
        assert_eq!(hss.sar(2, &of_number(), "s1", ending), 2001);
        assert!(hss.record.registrations.is_empty(), "{ending}: the name goes too");
        let written = hss.written;
        assert_eq!(hss.sar(2, &of_number(), "s1", ending), 2001, "again");
        assert_eq!(hss.written, written);
    }
}

#[test]
fn the_name_stays_as_long_as_a_set_is_served() {
    let mut hss = Hss::new();
    hss.register(1, &of_imsi(), "s1");
    hss.register(1, &work(), "s1");
    assert_eq!(hss.sar(1, &of_imsi(), "s1", Sat::USER_DEREGISTRATION), 2001);
    assert_eq!(hss.uar(&of_imsi()), (2002, Some(server("s1").name)));
    hss.sar(1, &work(), "s1", Sat::USER_DEREGISTRATION);
    assert_eq!(hss.uar(&of_imsi()), (2001, None));
}

#[test]
fn a_server_name_is_stored_if_the_operator_has_it_so() {
    for asking in [
        Sat::TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME,
        Sat::USER_DEREGISTRATION_STORE_SERVER_NAME,
    ] {
        let mut hss = Hss::new();
        hss.register(1, &of_imsi(), "s1");
        assert_eq!(hss.sar(1, &of_imsi(), "s1", asking), 2001);
        assert_eq!(hss.state(0), RegistrationState::UnregisteredWithService);
        let mut hss = Hss::new();
        hss.policy.keep_server_name = false;
        hss.register(1, &of_imsi(), "s1");
        assert_eq!(hss.sar(1, &of_imsi(), "s1", asking), 2004);
        assert!(hss.record.registrations.is_empty());
    }
}

#[test]
fn identities_of_a_request() {
    let mut hss = Hss::new();
    let (s1, impi1, stranger) = (server("s1"), impi(1), impi(9));
    let code = |hss: &mut Hss, request: Assignment<'_>| {
        hss.sar_of(&request)
            .map_or_else(Outcome::code, |answer| answer.outcome.code())
    };
    let both = [of_imsi(), work()];
    let sat = Sat::REGISTRATION;
    assert_eq!(
        code(&mut hss, request(Some(&impi1), &both, &s1, sat)),
        ResultCode::AVP_OCCURS_TOO_MANY_TIMES.0
    );
    assert_eq!(
        code(&mut hss, request(Some(&impi1), &[], &s1, sat)),
        ResultCode::MISSING_AVP.0
    );
    assert_eq!(
        code(&mut hss, request(None, &both[..1], &s1, sat)),
        ResultCode::MISSING_AVP.0
    );
    assert_eq!(
        code(&mut hss, request(Some(&stranger), &both[..1], &s1, sat)),
        5002
    );
    let nobody = [impu("sip:nobody@example.org")];
    assert_eq!(code(&mut hss, request(Some(&impi1), &nobody, &s1, sat)), 5001);
    for swx in [
        Sat::AAA_USER_DATA_REQUEST,
        Sat::PGW_UPDATE,
        ServerAssignmentType(77),
    ] {
        assert_eq!(code(&mut hss, request(Some(&impi1), &both[..1], &s1, swx)), 5007);
    }
    hss.register(1, &of_imsi(), "s1");
    hss.register(1, &work(), "s1");
    hss.register(2, &work(), "s1");
    let unable = ResultCode::UNABLE_TO_COMPLY.0;
    let end = Sat::TIMEOUT_DEREGISTRATION;
    let s3 = server("s3");
    assert_eq!(
        code(&mut hss, request(Some(&impi1), &both, &s3, end)),
        unable,
        "not its registrations"
    );
    // Without public identities: all of the private one.
    assert_eq!(code(&mut hss, request(Some(&impi1), &[], &s1, end)), 2001);
    assert_eq!(hss.state(0), RegistrationState::NotRegistered);
    assert!(hss.record.registrations.has_registered(1, &impi(2)));
    // Without a private identity: whoever registered it.
    assert_eq!(code(&mut hss, request(None, &both[1..], &s1, end)), 2001);
    assert!(hss.record.registrations.is_empty());
}

#[test]
fn a_profile_is_told_to_the_s_cscf_that_is_assigned() {
    let mut hss = Hss::new();
    let unable = ResultCode::UNABLE_TO_COMPLY.0;
    assert_eq!(hss.sar(1, &of_imsi(), "s1", Sat::NO_ASSIGNMENT), unable);
    hss.register(1, &of_imsi(), "s1");
    let written = hss.written;
    assert_eq!(hss.sar(1, &of_imsi(), "s2", Sat::NO_ASSIGNMENT), unable);
    assert_eq!(hss.sar(0, &of_imsi(), "s1", Sat::NO_ASSIGNMENT), 2001);
    assert_eq!(hss.sar(1, &of_imsi(), "s1", Sat::RESTORATION), 2001);
    assert_eq!(hss.written, written);
}

#[test]
fn another_s_cscf_takes_over_and_the_old_one_is_told() {
    let mut hss = Hss::new();
    hss.register(1, &of_imsi(), "s1");
    hss.register(1, &work(), "s1");
    assert_eq!(hss.sar(1, &of_imsi(), "s2", Sat::REGISTRATION), 5005);
    hss.mar(1, &of_imsi(), "s2").unwrap();
    assert!(hss.cancelled.is_empty(), "a challenge moves nobody yet");
    assert_eq!(
        hss.sar(1, &of_imsi(), "s1", Sat::REGISTRATION),
        5005,
        "the name is s2's"
    );
    assert_eq!(hss.sar(1, &of_imsi(), "s2", Sat::REGISTRATION), 2001);
    let told: Vec<_> = hss
        .cancelled
        .iter()
        .map(|rtr| (rtr.server.host.clone(), rtr.reason, rtr.impus.len()))
        .collect();
    assert_eq!(
        told,
        [
            (server("s1").host, ReasonCode::NEW_SERVER_ASSIGNED, 3),
            (server("s1").host, ReasonCode::SERVER_CHANGE, 1)
        ]
    );
    assert_eq!(hss.state(0), RegistrationState::Registered);
    assert_eq!(
        hss.state(1),
        RegistrationState::NotRegistered,
        "it registers again, at s2"
    );
    // The old one's timers end what is its no more.
    let before = hss.record.registrations.clone();
    let unable = ResultCode::UNABLE_TO_COMPLY.0;
    assert_eq!(hss.sar(1, &of_imsi(), "s1", Sat::TIMEOUT_DEREGISTRATION), unable);
    assert_eq!(hss.record.registrations, before);
}

#[test]
fn the_same_node_under_another_name_is_not_cancelled() {
    let mut hss = Hss::new();
    hss.register(1, &of_imsi(), "s1");
    let renamed = Server {
        name: "sip:new-name.example.org".to_owned(),
        ..server("s1")
    };
    let scheme = AuthenticationScheme::DIGEST_AKAV1_MD5;
    let query = AuthenticationQuery {
        impi: &impi(1),
        impu: &of_imsi(),
        scheme: &scheme,
        server: &renamed,
        resynchronisation: false,
    };
    hss.record.registrations = hss.record.challenge(&query).unwrap().store.unwrap();
    let (impi1, impus) = (impi(1), [of_imsi()]);
    hss.sar_of(&request(Some(&impi1), &impus, &renamed, Sat::REGISTRATION))
        .unwrap();
    assert!(hss.cancelled.is_empty());
    assert_eq!(hss.uar(&of_imsi()).1, Some(renamed.name));
}

fn left(n: u8) -> ScscfRestorationInfo {
    ScscfRestorationInfo {
        user_name: impi(n).to_string(),
        restorations: vec![RestorationInfo {
            path: b"<sip:pcscf.example.org;lr>".to_vec(),
            contact: vec![b'<', 0xe9, b'>'],
            ..RestorationInfo::default()
        }],
        registration_time_out: Some(3_900_000_000),
        authentication_scheme: None,
    }
}

#[test]
fn restoration_information_is_kept_and_told() {
    let mut hss = Hss::new();
    let (s1, impi1, impus, info) = (server("s1"), impi(1), [of_imsi()], left(1));
    let registering = Assignment {
        restoration: Some(&info),
        ..request(Some(&impi1), &impus, &s1, Sat::REGISTRATION)
    };
    hss.sar_of(&registering).unwrap();
    assert!(
        hss.record.registrations.sets[0].restoration.is_empty(),
        "not supported by both"
    );
    hss.policy.restoration = true;
    hss.sar_of(&registering).unwrap();
    let text = serde_json::to_string(&hss.record.registrations).unwrap();
    assert_eq!(
        serde_json::from_str::<Registrations>(&text).unwrap(),
        hss.record.registrations
    );
    // The S-CSCF restarted: a call comes, and it gets back what it left. The user is registered still.
    let call = request(None, &impus, &s1, Sat::UNREGISTERED_USER);
    let answer = hss.sar_of(&call).unwrap();
    assert_eq!(answer.restoration, [left(1)]);
    assert_eq!(hss.state(0), RegistrationState::Registered);
    let again = Assignment {
        multiple_registration: true,
        ..request(Some(&impi1), &impus, &s1, Sat::REGISTRATION)
    };
    let answer = hss.sar_of(&again).unwrap();
    assert_eq!((answer.outcome.code(), answer.restoration), (5007, vec![left(1)]));
    assert!(answer.profile.is_some(), "together with the profile");
    let renewed = Assignment {
        assignment_type: Sat::RE_REGISTRATION,
        ..again
    };
    assert_eq!(hss.sar_of(&renewed).unwrap().outcome.code(), 2001);
    // Without anything to restore there is no registration any more.
    hss.policy.restoration = false;
    hss.sar_of(&call).unwrap();
    assert_eq!(hss.state(0), RegistrationState::UnregisteredWithService);
    assert!(hss.record.registrations.sets[0].restoration.is_empty());
}
