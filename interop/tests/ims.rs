//! Our HSS over Cx with CSCFs we did not write: Kamailio's I- and S-CSCF register a UE that SIPp plays (AKAv1-MD5), and
//! take the end of its registration from the HSS. And our own CSCFs with the same UE.
#![forbid(unsafe_code)]

use quintet_interop::Process;
use quintet_interop::ims::{
    Answer, CxMessage, CxWatch, IMSI, ImsScene, K, OP, REALM, identity, ims_scenario, own_scenario,
};

const USER_AUTHORIZATION: u32 = 300;
const SERVER_ASSIGNMENT: u32 = 301;
const MULTIMEDIA_AUTH: u32 = 303;
const REGISTRATION_TERMINATION: u32 = 304;

const SUCCESS: u32 = 2001;
/// FIRST_REGISTRATION has the number of SUCCESS, as an Experimental-Result (TS 29.229 6.2.1.1).
const FIRST_REGISTRATION: u32 = 2001;
const SUBSEQUENT_REGISTRATION: u32 = 2002;
/// User-Authorization-Type.
const REGISTRATION_AND_CAPABILITIES: u32 = 2;
/// Server-Assignment-Type REGISTRATION, RE_REGISTRATION and USER_DEREGISTRATION.
const REGISTRATION: u32 = 1;
const RE_REGISTRATION: u32 = 2;
const USER_DEREGISTRATION: u32 = 5;
const AUTHENTICATION_FAILURE: u32 = 9;
/// Messages of one registration on Cx: UAR, MAR, UAR and SAR with their answers.
const REGISTRATION_MESSAGES: usize = 8;

/// The home network, running: I-CSCF, S-CSCF, HSS.
fn network(scene: &ImsScene, watch: &CxWatch) -> [Process; 3] {
    scene.quintet(&["subscriber", "add", IMSI, "--k", K, "--op", OP, "--ims"]);
    let cscfs = ["icscf", "scscf"].map(|name| (name, scene.cscf(name)));
    let hss = scene.hss();
    for (name, _) in &cscfs {
        watch.await_open(name);
    }
    let [(_, icscf), (_, scscf)] = cscfs;
    [icscf, scscf, hss]
}

/// Command and result of the answers, Server-Assignment-Type of the requests.
fn course(messages: &[CxMessage]) -> Vec<(u32, Option<u32>)> {
    messages
        .iter()
        .map(|m| (m.command, if m.request { m.assignment } else { m.result }))
        .collect()
}

/// What the HSS answers the first question of the last registration with, by the attempts before it: one that SIPp spoilt
/// leaves the S-CSCF assigned, its registration pending, until the S-CSCF tells that it failed (TS 29.228 6.1.2.1).
fn first_answer(passed: &[CxMessage]) -> u32 {
    let before = &passed[..passed.len().saturating_sub(REGISTRATION_MESSAGES)];
    let assigned = |m: &&CxMessage| m.request && m.command != USER_AUTHORIZATION;
    match before.iter().rev().find(assigned) {
        Some(last) if last.assignment != Some(AUTHENTICATION_FAILURE) => SUBSEQUENT_REGISTRATION,
        _ => FIRST_REGISTRATION,
    }
}

/// What one registration is on Cx, of which `passed` is the end: `known` says what the HSS answers the first question with.
///
/// Kamailio 5.6.3 reads the second parameter of its UAR function from the wrong place: depending on where its memory lies,
/// it asks with REGISTRATION_AND_CAPABILITIES. That is granted without a name (TS 29.228 6.1.1.1).
fn assert_registration(passed: &[CxMessage], known: u32, assignment: u32) {
    let asked = |at: usize, answer: u32| {
        let uar = passed
            .len()
            .checked_sub(REGISTRATION_MESSAGES - at)
            .and_then(|at| passed.get(at));
        let capabilities = uar.is_some_and(|m| m.authorization_type == Some(REGISTRATION_AND_CAPABILITIES));
        Some(if capabilities { SUCCESS } else { answer })
    };
    let expected = [
        (USER_AUTHORIZATION, None),
        (USER_AUTHORIZATION, asked(0, known)),
        (MULTIMEDIA_AUTH, None),
        (MULTIMEDIA_AUTH, Some(SUCCESS)),
        (USER_AUTHORIZATION, None),
        (USER_AUTHORIZATION, asked(4, SUBSEQUENT_REGISTRATION)),
        (SERVER_ASSIGNMENT, Some(assignment)),
        (SERVER_ASSIGNMENT, Some(SUCCESS)),
    ];
    let last = &passed[passed.len().saturating_sub(expected.len())..];
    assert_eq!(course(last), expected, "{passed:#?}");
    let impu = format!("sip:{IMSI}@{REALM}");
    assert_eq!(last[6].public_identity.as_ref(), Some(&impu));
    if last[5].result == Some(SUBSEQUENT_REGISTRATION) {
        assert_eq!(
            last[5].server_name, last[6].server_name,
            "the UAA names who asked for vectors"
        );
    }
}

#[test]
fn kamailio_registers_a_ue() {
    ims_scenario("kamailio_registers_a_ue", |scene| {
        let watch = scene.watch();
        let _network = network(scene, &watch);
        let passed = scene.register(&watch);
        assert_registration(&passed, first_answer(&passed), REGISTRATION);
        // The same again: the identity is registered now, and stays with its S-CSCF.
        let passed = scene.register(&watch);
        assert_registration(&passed, SUBSEQUENT_REGISTRATION, RE_REGISTRATION);
        watch.finish();
    });
}

#[test]
fn kamailio_takes_the_end_of_a_registration() {
    ims_scenario("kamailio_takes_the_end_of_a_registration", |scene| {
        let watch = scene.watch();
        let _network = network(scene, &watch);
        let _ = scene.register(&watch);
        // The subscription ends: the HSS tells the S-CSCF of its own accord.
        scene.quintet(&["subscriber", "remove", IMSI]);
        let rtr = watch.await_message("an RTR", |m| m.command == REGISTRATION_TERMINATION && m.request);
        assert_eq!(rtr.origin_host, identity("hss"));
        let rta = watch.await_message("an RTA", |m| m.command == REGISTRATION_TERMINATION && !m.request);
        assert_eq!(rta.origin_host, identity("scscf"));
        assert_eq!(rta.result, Some(SUCCESS));
        watch.finish();
    });
}

/// The contact of the UE with its expiry, if it is registered; and nobody else is.
fn registered(scene: &ImsScene) -> Option<u32> {
    let users = scene.users();
    let impi = format!("{IMSI}@{REALM}");
    if users.lines().all(|line| line == "nobody is registered") {
        return None;
    }
    let lines: Vec<&str> = users.lines().map(str::trim).collect();
    let scscf = format!("sip:scscf.{REALM}:6060");
    assert_eq!(lines[0], format!("{impi}  {scscf}"), "{users}");
    let lines: Vec<&str> = lines
        .into_iter()
        .filter(|line| !line.contains("under way"))
        .collect();
    assert_eq!(lines[1], format!("sip:{impi}"), "{users}");
    let (contact, expires) = lines[2].split_once("  for ").expect("a contact and its expiry");
    assert_eq!(contact, "sip:10.79.0.1:5080", "{users}");
    assert!(lines[3].contains("@pcscf."), "by the P-CSCF's Path: {users}");
    assert_eq!(lines.len(), 4, "one contact by one P-CSCF: {users}");
    expires
        .strip_suffix(" s")
        .map(|seconds| seconds.parse().expect("seconds"))
}

/// Whether a registration of `full` seconds has just begun.
fn is_fresh(left: Option<u32>, full: u32) -> bool {
    left.is_some_and(|left| (full - 60..=full).contains(&left))
}

#[test]
fn our_cscfs_register_a_ue_of_others() {
    own_scenario("our_cscfs_register", |scene| {
        let watch = scene.watch();
        let _network = scene.cscfs();
        assert_eq!(registered(scene), None);
        let passed = scene.register_at_pcscf(&watch, 1, 600);
        assert_registration(&passed, first_answer(&passed), REGISTRATION);
        let left = registered(scene);
        assert!(is_fresh(left, 600), "{left:?}");
        // For longer.
        let passed = scene.register_at_pcscf(&watch, 2, 1200);
        assert_registration(&passed, SUBSEQUENT_REGISTRATION, RE_REGISTRATION);
        let left = registered(scene);
        assert!(is_fresh(left, 1200), "{left:?}");
        // The end: de-registration is authorised like any other.
        let passed = scene.register_at_pcscf(&watch, 3, 0);
        let last = &passed[passed.len() - 2..];
        let ended = [
            (SERVER_ASSIGNMENT, Some(USER_DEREGISTRATION)),
            (SERVER_ASSIGNMENT, Some(SUCCESS)),
        ];
        assert_eq!(course(last), ended, "{passed:#?}");
        assert_eq!(registered(scene), None);
        watch.finish_all();
    });
}

#[test]
fn our_cscfs_refuse_a_ue_with_another_key() {
    own_scenario("our_cscfs_refuse", |scene| {
        let watch = scene.watch();
        let _network = scene.cscfs();
        // SIPp finds the MAC of the challenge wrong and gives up: nobody is registered.
        let error = scene
            .register_wrongly(1, Answer::OtherK)
            .expect_err("a wrong MAC");
        assert!(error.contains("MAC != eXpectedMAC"), "{error}");
        // A response that is wrong is answered 403.
        scene.register_wrongly(2, Answer::Wrong).expect("403");
        assert_eq!(registered(scene), None);
        assert!(
            watch
                .messages()
                .iter()
                .all(|m| m.assignment != Some(REGISTRATION))
        );
        // Neither keeps the UE out, nor, once it is registered, ends that (TS 33.203 6.1.1).
        let _ = scene.register_at_pcscf(&watch, 3, 600);
        assert!(is_fresh(registered(scene), 600));
        scene
            .register_wrongly(4, Answer::OtherK)
            .expect_err("a wrong MAC");
        scene.register_wrongly(5, Answer::Wrong).expect("403");
        assert!(is_fresh(registered(scene), 600));
        watch.finish_all();
    });
}
