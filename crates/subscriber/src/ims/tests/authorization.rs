//! UAR and LIR: what each state is answered.

use super::*;
use quintet_cx::ServerAssignmentType as Sat;
use quintet_cx::profile;

#[test]
fn each_state_has_its_answer_to_a_registration() {
    let mut hss = Hss::new();
    let answer = hss
        .uar_of(&impi(1), &of_imsi(), UserAuthorizationType::REGISTRATION)
        .unwrap();
    assert_eq!((answer.outcome.code(), answer.server_name), (2001, None));
    assert_eq!(answer.capabilities.unwrap().mandatory, [1, 2]);
    assert_eq!(hss.written, 0);
    // Pending: the answer to the challenge must reach the S-CSCF that has it.
    hss.mar(1, &of_imsi(), "s1").unwrap();
    let at_s1 = (2002, Some(server("s1").name));
    assert_eq!(hss.state(0), RegistrationState::AuthenticationPending);
    assert_eq!(hss.uar(&of_imsi()), at_s1);
    assert_eq!(hss.uar(&work()), at_s1, "one S-CSCF for the subscription");
    hss.sar(1, &of_imsi(), "s1", Sat::REGISTRATION);
    assert_eq!(hss.uar(&of_number()), at_s1);
    hss.sar(1, &of_imsi(), "s1", Sat::USER_DEREGISTRATION_STORE_SERVER_NAME);
    assert_eq!(hss.state(0), RegistrationState::UnregisteredWithService);
    assert_eq!(hss.uar(&of_imsi()), at_s1);
    hss.sar(1, &of_imsi(), "s1", Sat::TIMEOUT_DEREGISTRATION);
    assert_eq!(hss.uar(&of_imsi()), (2001, None));
}

#[test]
fn a_de_registration_needs_a_registration() {
    let mut hss = Hss::new();
    let ask = |hss: &mut Hss| {
        let answer = hss.uar_of(&impi(1), &of_imsi(), UserAuthorizationType::DE_REGISTRATION);
        answer.map_or_else(Outcome::code, |answer| answer.outcome.code())
    };
    assert_eq!(ask(&mut hss), 5003);
    hss.mar(1, &of_imsi(), "s1").unwrap();
    assert_eq!(ask(&mut hss), 5003, "pending is not registered");
    hss.sar(1, &of_imsi(), "s1", Sat::REGISTRATION);
    assert_eq!(ask(&mut hss), 2001);
}

#[test]
fn checks_come_in_the_order_of_the_clause() {
    let mut hss = Hss::new();
    let registration = UserAuthorizationType::REGISTRATION;
    let code = |answer: Result<Authorized, Outcome>| answer.map_or_else(Outcome::code, |a| a.outcome.code());
    let stranger = impi(9);
    assert_eq!(
        code(hss.uar_of(&impi(1), &impu("sip:nobody@example.org"), registration)),
        5001
    );
    assert_eq!(code(hss.uar_of(&stranger, &of_imsi(), registration)), 5002);
    let change = |hss: &mut Hss, alter: &dyn Fn(&mut ImsSubscription)| {
        let mut subscription = (*record().subscription).clone();
        alter(&mut subscription);
        hss.record.subscription = Arc::new(subscription);
    };
    // A private identity of the subscription that may not register this set.
    change(&mut hss, &|s| s.sets[0].private = vec![impi(2)]);
    assert_eq!(code(hss.uar_of(&impi(1), &of_imsi(), registration)), 5002);
    // Barred with another in the set that is not; all barred; all barred and roaming not allowed.
    change(&mut hss, &|s| {
        s.visited_networks = VisitedNetworks::Only(vec!["other.example".to_owned()]);
    });
    assert_eq!(
        code(hss.uar_of(&impi(1), &of_imsi(), registration)),
        2001,
        "home is always allowed"
    );
    let visiting = |hss: &Hss, visited: &str, emergency: bool| {
        let request = UserAuthorization {
            impi: &impi(1),
            impu: &of_imsi(),
            visited,
            authorization_type: registration,
            emergency,
        };
        let answer = hss.record.authorize(&request, hss.policy);
        answer.map_or_else(Outcome::code, |decision| decision.answer.outcome.code())
    };
    assert_eq!(visiting(&hss, "\"Other.Example\"", false), 2001);
    assert_eq!(visiting(&hss, "elsewhere.example", false), 5004);
    assert_eq!(visiting(&hss, "elsewhere.example", true), 2001, "an emergency");
    change(&mut hss, &|s| {
        s.visited_networks = VisitedNetworks::Only(Vec::new());
        s.sets[0]
            .identities
            .iter_mut()
            .for_each(|identity| identity.barred = true);
    });
    let rejected = quintet_diameter::ResultCode::AUTHORIZATION_REJECTED.0;
    assert_eq!(
        visiting(&hss, "elsewhere.example", false),
        rejected,
        "barring is checked before roaming"
    );
    change(&mut hss, &|s| s.authorized = false);
    assert_eq!(visiting(&hss, HOME, false), rejected);
    assert_eq!(
        code(hss.uar_of(&impi(1), &of_imsi(), UserAuthorizationType::DE_REGISTRATION)),
        5003,
        "de-registration is never refused by subscription"
    );
}

#[test]
fn capabilities_are_told_on_demand_and_reassignment_is_noted_with_restoration() {
    let mut hss = Hss::new();
    hss.register(1, &of_imsi(), "s1");
    let written = hss.written;
    let both = UserAuthorizationType::REGISTRATION_AND_CAPABILITIES;
    let answer = hss.uar_of(&impi(1), &of_imsi(), both).unwrap();
    assert_eq!(
        (answer.outcome.code(), answer.server_name.is_none()),
        (2001, true)
    );
    assert!(answer.capabilities.is_some());
    assert_eq!(hss.written, written, "without restoration nothing is noted");
    hss.policy.restoration = true;
    assert_eq!(hss.sar(1, &of_imsi(), "s2", Sat::NO_ASSIGNMENT), 5012);
    hss.uar_of(&impi(1), &of_imsi(), both).unwrap();
    assert!(hss.record.registrations.reassignment_pending);
    assert_eq!(hss.sar(1, &of_imsi(), "s2", Sat::NO_ASSIGNMENT), 2001);
    assert_eq!(
        hss.sar(1, &of_imsi(), "s2", Sat::REGISTRATION),
        2001,
        "another may take over"
    );
    assert!(!hss.record.registrations.reassignment_pending);
    assert_eq!(hss.uar(&of_imsi()).1, Some(server("s2").name));
}

fn with_unregistered_services(hss: &mut Hss) {
    let criteria = profile::InitialFilterCriteria {
        trigger: Some(profile::Trigger {
            triggers: vec![profile::ServicePointTrigger::new(
                0,
                profile::Condition::SessionCase(profile::SessionCase::TERMINATING_UNREGISTERED),
            )],
            ..profile::Trigger::default()
        }),
        ..profile::InitialFilterCriteria::default()
    };
    let mut subscription = (*hss.record.subscription).clone();
    let mut profile = subscription.profiles[0].clone();
    profile.profile.filter_criteria = vec![criteria];
    subscription.profiles = Arc::new(vec![profile]);
    hss.record.subscription = Arc::new(subscription);
}

#[test]
fn each_state_has_its_answer_to_a_location_query() {
    let mut hss = Hss::new();
    assert_eq!(hss.lir(&impu("sip:nobody@example.org"), false), (5001, None));
    assert_eq!(hss.lir(&of_number(), false), (5003, None));
    hss.mar(1, &of_imsi(), "s1").unwrap();
    assert_eq!(
        hss.lir(&of_number(), false),
        (5003, None),
        "a call while only pending is for nobody"
    );
    assert_eq!(hss.lir(&of_number(), true), (2001, Some(server("s1").name)));
    hss.sar(1, &of_imsi(), "s1", Sat::REGISTRATION);
    assert_eq!(hss.lir(&of_number(), false), (2001, Some(server("s1").name)));
    assert_eq!(hss.lir(&work(), false), (5003, None), "another set");
    let mut hss = Hss::new();
    with_unregistered_services(&mut hss);
    let request = LocationQuery {
        impu: &of_number(),
        originating: false,
        authorization_type: None,
    };
    let answer = hss.record.locate(&request, hss.policy).unwrap().answer;
    assert_eq!((answer.outcome.code(), answer.server_name), (2003, None));
    assert!(answer.capabilities.is_some());
    assert_eq!(hss.sar(0, &of_number(), "s1", Sat::UNREGISTERED_USER), 2001);
    assert_eq!(hss.lir(&of_number(), false), (2001, Some(server("s1").name)));
}

#[test]
fn services_are_routed_directly() {
    let mut hss = Hss::new();
    let mut subscription = (*hss.record.subscription).clone();
    subscription.sets[1].identities[0].kind = PublicIdentityKind::Service(PublicService {
        active: true,
        application_server: Some("sip:as.example.org".to_owned()),
    });
    hss.record.subscription = Arc::new(subscription.clone());
    assert_eq!(
        hss.lir(&work(), false),
        (2001, Some("sip:as.example.org".to_owned()))
    );
    assert_eq!(hss.uar(&work()), (5001, None), "a service registers nothing");
    assert_eq!(hss.sar(1, &work(), "s1", Sat::REGISTRATION), 5007);
    let (s1, impi1, two) = (server("s1"), impi(1), [work(), of_imsi()]);
    let registering = super::assignment::request(Some(&impi1), &two, &s1, Sat::REGISTRATION);
    let too_many = quintet_diameter::ResultCode::AVP_OCCURS_TOO_MANY_TIMES;
    assert_eq!(
        hss.sar_of(&registering).unwrap_err().code(),
        too_many.0,
        "that comes first"
    );
    subscription.sets[1].identities[0].kind = PublicIdentityKind::Service(PublicService::default());
    hss.record.subscription = Arc::new(subscription);
    assert_eq!(hss.lir(&work(), false), (5001, None));
}
