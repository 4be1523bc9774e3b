//! What the UE calls itself: SUCI and its T3519, identification (TS 24.501 5.4.3; TS 33.501 6.12, Annex C).

use crate::network::*;
use quintet_crypto::suci::{HomeNetworkPrivateKey, Profile};
use quintet_fgmm::Disposition;
use quintet_fgmm::ue::{Concealment, Configuration, Identity, Start, Timer};
use quintet_identity::{ProtectionScheme, Suci};
use quintet_nas::fgs::*;

fn concealing(profile: Profile) -> (Rig, HomeNetworkPrivateKey) {
    let private = HomeNetworkPrivateKey::new(profile, &[0x21; 32]).unwrap();
    let mut identity: Identity = identity();
    if let Some(subscription) = &mut identity.subscription {
        subscription.concealment = Concealment::Ecies {
            key_id: 27,
            key: *private.public_key(),
        };
    }
    let configuration = Configuration {
        automatic: false,
        ..configuration()
    };
    (Rig::with(configuration, identity), private)
}

/// The SUCI of the REGISTRATION REQUEST that the UE sends.
fn registers(rig: &mut Rig) -> Suci {
    rig.start(Start::REGISTER);
    let plain = rig.pop_type(0, RegistrationRequest::MESSAGE_TYPE);
    let (request, _) = RegistrationRequest::decode(&plain).unwrap();
    match request.mobile_identity {
        MobileIdentity::Suci(suci) => suci,
        other => panic!("{other:?}"),
    }
}

/// The identity of the IDENTITY RESPONSE that the UE sends.
fn identified(rig: &mut Rig, kind: IdentityType) -> MobileIdentity<'static> {
    let request = IdentityRequest::new(kind);
    let secure = rig.ue.path().is_secure();
    let disposition = if secure {
        rig.down(request)
    } else {
        rig.down_plain(request)
    };
    assert_eq!(disposition, Disposition::Handled);
    let plain = rig.pop_type(if secure { 2 } else { 0 }, IdentityResponse::MESSAGE_TYPE);
    let (response, _) = IdentityResponse::decode(&plain).unwrap();
    response.mobile_identity.into_owned()
}

#[test]
fn the_null_scheme_conceals_nothing() {
    let mut rig = Rig::new();
    assert_eq!(registers(&mut rig).null_supi(), Some(supi()));
}

#[test]
fn a_concealed_supi_is_the_home_network_s_to_read() {
    for profile in [Profile::A, Profile::B] {
        let (mut rig, private) = concealing(profile);
        let suci = registers(&mut rig);
        assert_eq!(suci.scheme(), ProtectionScheme(profile.scheme()));
        assert_eq!((suci.key_id(), suci.null_supi()), (27, None));
        let input = private.deconceal(suci.output()).expect("this key's");
        assert_eq!(suci.supi(&input), Ok(supi()));
    }
}

#[test]
fn a_suci_serves_as_long_as_t3519_and_no_longer() {
    let (mut rig, _) = concealing(Profile::A);
    let first = registers(&mut rig);
    assert_eq!(
        identified(&mut rig, IdentityType::SUCI),
        MobileIdentity::Suci(first.clone())
    );
    rig.expire();
    assert_eq!(registers(&mut rig), first, "T3519 runs");
    rig.expire();
    assert_eq!(rig.expire() + 2 * value(Timer::T3510), value(Timer::T3519));
    assert_ne!(registers(&mut rig), first);
}

#[test]
fn a_suci_is_forgotten_when_there_is_a_guti() {
    let (mut rig, _) = concealing(Profile::A);
    let first = registers(&mut rig);
    rig.secure(1);
    rig.accept(5);
    let second = identified(&mut rig, IdentityType::SUCI);
    assert!(matches!(&second, MobileIdentity::Suci(suci) if *suci != first));
}

#[test]
fn without_protection_the_suci_alone_is_told() {
    let mut rig = Rig::registering();
    for kind in [
        IdentityType::GUTI,
        IdentityType::IMEI,
        IdentityType::S_TMSI,
        IdentityType::IMEISV,
    ] {
        let request = IdentityRequest::new(kind);
        assert!(
            matches!(rig.down_plain(request), Disposition::Silent(_)),
            "{kind:?}"
        );
        rig.quiet();
    }
    let mut rig = Rig::registered();
    let expected = [
        (IdentityType::GUTI, MobileIdentity::Guti(guti(0x1234))),
        (IdentityType::S_TMSI, MobileIdentity::STmsi(guti(0x1234).s_tmsi())),
        (IdentityType::IMEI, MobileIdentity::Imei(identity().imei)),
        (IdentityType::IMEISV, MobileIdentity::Imeisv(identity().imeisv)),
        (IdentityType::MAC_ADDRESS, MobileIdentity::NO_IDENTITY),
    ];
    for (kind, identity) in expected {
        assert_eq!(identified(&mut rig, kind), identity, "{kind:?}");
    }
}
