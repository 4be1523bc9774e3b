//! Every input in every state: whatever comes when, the table says yes to all that goes out, and one release is the last.

use crate::support::{Request, Rig, Ue, challenge, k_seaf, subscription, supi};
use quintet_fgmm::network::{
    AuthenticationUnavailable, ConfigurationChange, Confirmation, ConfirmationFailure, ContextId,
    ContextSetupFailure, EapProgress, Input, Output, SmDelivery, SmDeliveryKind, SmFailure,
};
use quintet_nas::fgs::{
    DeregistrationAcceptFromUe, DeregistrationRequestFromUe, DeregistrationType, FgmmCause, FgmmMessage,
    FgmmStatus, MobileIdentity, NasKsi, PayloadContainer, PayloadContainerType, RegistrationComplete,
    RegistrationType, ServiceType, UlNasTransport,
};
use quintet_nas::security::Protection;

/// A rig in a state, and the UE if it has keys.
type State = (Rig, Option<Ue>);

/// Brings a rig there.
type Reach = fn() -> State;

fn states() -> Vec<(&'static str, Reach)> {
    vec![
        ("asking the AUSF", || {
            let mut rig = Rig::new();
            let _ = rig.initial(&Request::by_suci(1).cleartext());
            (rig, None)
        }),
        ("challenged", || {
            let mut rig = Rig::new();
            rig.challenge(1);
            (rig, None)
        }),
        ("confirming", || {
            let mut rig = Rig::new();
            rig.challenge(1);
            let response = Ue::challenged(&rig.downlink(), 1, Request::by_suci(1)).response();
            rig.send(&response);
            (rig, None)
        }),
        ("commanded", || {
            let mut rig = Rig::new();
            let mut ue = rig.command(1);
            let _ = ue.take_command(&rig.downlink());
            (rig, Some(ue))
        }),
        ("asking the UDM", || {
            let mut rig = Rig::new();
            let ue = rig.secure(1);
            (rig, Some(ue))
        }),
        ("accepted", || {
            let mut rig = Rig::new();
            let ue = rig.secure(1);
            rig.subscribe();
            (rig, Some(ue))
        }),
        ("registered", || {
            let mut rig = Rig::new();
            let ue = rig.registered(1);
            (rig, Some(ue))
        }),
        ("authenticated again", || {
            let mut rig = Rig::new();
            let mut ue = rig.registered(1);
            let _ = rig.input(Input::Reauthenticate);
            rig.give(2);
            for nas in rig.downlinks() {
                let _ = ue.read(&nas);
            }
            (rig, Some(ue))
        }),
        ("told its configuration", || {
            let mut rig = Rig::new();
            let mut ue = rig.registered(1);
            let _ = rig.input(Input::UpdateConfiguration(GUTI));
            let _ = ue.read(&rig.downlink());
            (rig, Some(ue))
        }),
        ("let go", || {
            let mut rig = Rig::new();
            let mut ue = rig.registered(1);
            let _ = rig.input(Input::Deregister {
                reregister: true,
                cause: None,
            });
            let _ = ue.read(&rig.downlink());
            (rig, Some(ue))
        }),
        ("asking for service", || {
            let mut rig = Rig::new();
            let mut ue = rig.idle(1);
            let request = ue.service(ServiceType::DATA, None, None);
            let _ = rig.initial(&request);
            (rig, Some(ue))
        }),
    ]
}

const GUTI: ConfigurationChange = ConfigurationChange {
    guti: true,
    identity_and_time_zone: false,
    nssai: false,
    registration_requested: false,
};

/// Everything that may come from the network's side, by number.
fn network(rig: &mut Rig, n: usize) -> bool {
    let subscription = subscription();
    let sm = |kind| {
        Input::Sm(SmDelivery {
            pdu_session_id: 5,
            kind,
        })
    };
    let (n1, n2): (&[u8], &[u8]) = (&[0x2e, 5, 1, 0xc2], &[1]);
    let message = |n1, n2| SmDeliveryKind::Message {
        s_nssai: None,
        n1,
        n2,
    };
    let (supi, k_seaf) = (supi(1), k_seaf(1));
    let payload: Box<[u8]> = Box::new([3, 1, 0, 4]);
    let input = match n {
        0 => Input::Challenge(Ok(challenge(3))),
        1 => Input::Challenge(Err(AuthenticationUnavailable::NoAnswer)),
        2 => Input::Confirmed(Ok(Confirmation { supi, k_seaf })),
        3 => Input::Confirmed(Err(ConfirmationFailure::Rejected)),
        4 => Input::Eap(Ok(EapProgress::Success {
            payload,
            supi,
            k_seaf,
        })),
        5 => Input::Eap(Ok(EapProgress::Failure { payload })),
        6 => Input::Subscription(Ok(&subscription)),
        7 => Input::ContextSetup(Ok(())),
        8 => Input::ContextSetup(Err(ContextSetupFailure::Refused)),
        9 => sm(SmDeliveryKind::Created),
        10 => sm(message(Some(n1), None)),
        11 => sm(message(Some(n1), Some(n2))),
        12 => sm(message(None, Some(n2))),
        13 => sm(SmDeliveryKind::Released { n1: Some(n1) }),
        14 => sm(SmDeliveryKind::Refused {
            failure: SmFailure::NotForwarded,
            container: n1,
        }),
        15 => Input::Deregister {
            reregister: false,
            cause: Some(FgmmCause::ILLEGAL_UE),
        },
        16 => Input::Deregister {
            reregister: true,
            cause: None,
        },
        17 => Input::UpdateConfiguration(GUTI),
        18 => Input::Reauthenticate,
        19 => Input::Superseded { by: ContextId(7) },
        20 => Input::ReleaseRequested,
        21 => Input::ConnectionLost,
        22 => Input::Timeout,
        23 => Input::NotDelivered(n1),
        _ => return false,
    };
    let _ = rig.input(input);
    true
}

/// Everything a UE may say, by number; protected if it has keys.
fn said(ue: Option<&mut Ue>, n: usize) -> Option<Vec<u8>> {
    let guti = ue.as_ref().and_then(|ue| ue.guti);
    let ksi = ue.as_ref().map_or(7, |ue| ue.ksi);
    let identity = guti.map_or(
        MobileIdentity::Suci(crate::support::suci(1)),
        MobileIdentity::Guti,
    );
    let register = |kind| Request::of(identity.clone(), ksi).with_type(kind).whole();
    let leave = |kind| DeregistrationRequestFromUe::new(kind, NasKsi(ksi), identity.clone()).into();
    let octets = |message: FgmmMessage<'_>| message.to_octets();
    let plain = match n {
        0 => register(RegistrationType::INITIAL_REGISTRATION),
        1 => register(RegistrationType::MOBILITY_REGISTRATION_UPDATING),
        2 => register(RegistrationType::EMERGENCY_REGISTRATION),
        3 => octets(leave(DeregistrationType::ACCESS_3GPP)),
        4 => octets(leave(DeregistrationType::SWITCH_OFF_3GPP_ACCESS)),
        5 => octets(DeregistrationAcceptFromUe::new().into()),
        6 => octets(RegistrationComplete::new().into()),
        7 => octets(FgmmStatus::new(FgmmCause::PROTOCOL_ERROR_UNSPECIFIED).into()),
        8 => octets(
            UlNasTransport::new(
                PayloadContainerType::N1_SM_INFORMATION,
                PayloadContainer(&[0x2e, 5, 1, 0xc1]),
            )
            .into(),
        ),
        9 => vec![0x7e, 0, 0x57],
        10 => vec![0x7e, 0, 0x59, 71],
        11 => vec![0x7e, 0, 0x5f, 24],
        12 => vec![0x7e, 0, 0x55],
        13 => vec![0x7e, 0, 0x41],
        _ => return None,
    };
    Some(match ue.filter(|ue| ue.nas.is_some()) {
        Some(ue) => ue.protect(Protection::Ciphered, &plain),
        None => plain,
    })
}

/// One release at most, nothing after it, and the session is over with it.
fn check(rig: &mut Rig, of: &str) {
    let outputs = rig.take();
    let release = outputs.iter().position(|o| matches!(o, Output::Release(_)));
    if let Some(release) = release {
        assert_eq!(release + 1, outputs.len(), "{of}: {outputs:?}");
        assert!(rig.session.is_over(), "{of}");
    }
    assert!(
        !rig.session.is_over() || rig.session.poll_timeout().is_none(),
        "{of}"
    );
}

#[test]
fn any_two_things_one_after_the_other() {
    let mut pairs = 0;
    for (name, state) in states() {
        for first in 0.. {
            let (mut rig, ue) = state();
            let _ = rig.take();
            if !network(&mut rig, first) {
                break;
            }
            check(&mut rig, &format!("{name}, {first}"));
            drop(ue);
            for second in 0.. {
                let (mut rig, mut ue) = state();
                let _ = rig.take();
                let _ = network(&mut rig, first);
                check(&mut rig, &format!("{name}, {first}"));
                let Some(nas) = said(ue.as_mut(), second) else {
                    break;
                };
                let _ = rig.uplink(&nas);
                check(&mut rig, &format!("{name}, {first}, then the UE {second}"));
                for third in [6, 7, 10, 15, 22] {
                    let _ = network(&mut rig, third);
                    check(&mut rig, &format!("{name}, {first}, the UE {second}, {third}"));
                }
                pairs += 1;
            }
        }
    }
    assert_eq!(pairs, states().len() * 24 * 14);
}
