//! Who vouches for whom, and what somebody who proves nothing gets for it (TS 33.501 6.1.3, 6.12.2; TS 24.501 4.4.4.3).

use super::authentication::{failure, identity};
use crate::support::{Request, Rig, Ue, k_seaf, suci, supi};
use quintet_fgmm::Disposition;
use quintet_fgmm::network::{Confirmation, Input, Output, ReleaseCause, Subject};
use quintet_identity::{Suci, Supi};
use quintet_nas::fgs::{FgmmCause, MobileIdentity, RegistrationType, ServiceType};

/// A SUCI of 001-01 that is concealed: who it is, its home network alone knows.
fn concealed() -> Suci {
    format!("suci-0-001-01-0-1-1-{}", "5a".repeat(45))
        .parse()
        .expect("a SUCI")
}

/// Confirms a concealed SUCI as somebody's.
fn confirmed_as(supi: Supi) -> Rig {
    let mut rig = Rig::new();
    let request = Request::of(MobileIdentity::Suci(concealed()), 7);
    assert_eq!(rig.initial(&request.cleartext()), Disposition::Handled);
    assert!(matches!(rig.authentication().subject, Subject::Suci(s) if s == concealed()));
    rig.give(1);
    let _ = rig.take();
    rig.send(&Ue::with_keys(0, 1, request).response());
    let _ = rig.take();
    let k_seaf = k_seaf(1);
    let _ = rig.input(Input::Confirmed(Ok(Confirmation { supi, k_seaf })));
    rig
}

#[test]
fn a_home_network_names_its_own_subscribers_alone() {
    let mut own = confirmed_as(supi(1));
    assert_eq!(Rig::name(&own.downlink()), "SECURITY MODE COMMAND");
    for other in [
        "imsi-002010000000001",
        "imsi-001020000000001",
        "imsi-310410000000001",
    ] {
        let mut rig = confirmed_as(other.parse().expect("a SUPI"));
        assert_eq!(rig.rejected(), FgmmCause::PROTOCOL_ERROR_UNSPECIFIED, "{other}");
        assert!(rig.table.contexts.is_empty());
    }
}

#[test]
fn who_never_proves_itself_draws_so_many_vectors_and_no_more() {
    let mut rig = Rig::new();
    let mut asked = 0;
    // Each time it is somebody else: another request takes the place of the one before.
    for n in 1..=40 {
        let nas = Request::by_suci(n).cleartext();
        let _ = if n == 1 {
            rig.initial(&nas)
        } else {
            rig.uplink(&nas)
        };
        let outputs = rig.take();
        asked += outputs
            .iter()
            .filter(|o| matches!(o, Output::Authenticate(_)))
            .count();
        if rig.session.is_over() {
            let over = |o: &Output| matches!(o, Output::Release(ReleaseCause::AuthenticationFailure));
            assert!(outputs.iter().any(over), "{outputs:?}");
            break;
        }
        rig.give(n);
        let _ = rig.take();
    }
    assert!(rig.session.is_over());
    assert_eq!(asked, 8);
}

#[test]
fn every_way_of_an_honest_ue_fits() {
    // By a GUTI that is another's, then by its SUCI, its USIM out of step both times.
    let mut rig = Rig::new();
    let ue = rig.idle(1);
    let request = Request::by_guti(ue.guti.expect("a GUTI"), 7);
    let _ = rig.initial(&request.cleartext());
    let _ = rig.authentication();
    rig.give(2);
    let _ = rig.take();
    rig.send(&failure(21, Some(3)));
    let _ = rig.authentication();
    rig.give(3);
    let _ = rig.take();
    rig.send(&failure(20, None));
    let _ = rig.take();
    rig.send(&identity(2));
    assert!(matches!(rig.authentication().subject, Subject::Suci(s) if s == suci(2)));
    assert!(!rig.session.is_over());
}

#[test]
fn a_ue_that_went_back_to_older_counts_is_authenticated_and_its_context_left_alone() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let request = ue.register(RegistrationType::MOBILITY_REGISTRATION_UPDATING);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let _ = rig.input(Input::ConnectionLost);
    let before = rig.table.snapshot();
    for nas in [&request, &request] {
        rig.reconnect(&ue);
        assert_eq!(rig.initial(nas), Disposition::Handled);
        assert!(matches!(rig.authentication().subject, Subject::Supi(s) if s == supi(1)));
        assert!(!rig.session.is_secure() && rig.session.context().is_none());
        assert_eq!(rig.table.snapshot(), before);
    }
}

#[test]
fn a_service_request_again_serves_nobody() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let request = ue.service(ServiceType::SIGNALLING, None, None);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let _ = rig.input(Input::ConnectionLost);
    let before = rig.table.snapshot();
    rig.reconnect(&ue);
    assert_eq!(
        rig.initial(&request),
        Disposition::Replied(FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK)
    );
    assert_eq!(
        rig.rejected(),
        FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK
    );
    assert_eq!(rig.table.snapshot(), before);
}
