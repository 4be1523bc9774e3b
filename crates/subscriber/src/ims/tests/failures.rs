//! Failed and unfinished authentications (TS 33.203 6.1.2.2, 6.1.2.3 in their later version): unregistered only if
//! not registered, and nobody de-registers a subscriber by a wrong answer.

use super::*;
use quintet_cx::ServerAssignmentType as Sat;

const FAILURES: [Sat; 2] = [Sat::AUTHENTICATION_FAILURE, Sat::AUTHENTICATION_TIMEOUT];

#[test]
fn the_flag_and_the_name_go_if_nothing_is_registered() {
    for failure in FAILURES {
        let mut hss = Hss::new();
        hss.mar(1, &of_imsi(), "s1").unwrap();
        assert_eq!(hss.sar(1, &of_imsi(), "s1", failure), 2001);
        assert!(hss.record.registrations.is_empty());
        assert_eq!(hss.uar(&of_imsi()), (2001, None));
        let written = hss.written;
        assert_eq!(
            hss.sar(1, &of_imsi(), "s1", failure),
            2001,
            "again: the answer was lost"
        );
        assert_eq!(hss.written, written);
    }
}

#[test]
fn a_registered_user_stays_registered() {
    for failure in FAILURES {
        let mut hss = Hss::new();
        hss.register(1, &of_imsi(), "s1");
        let before = hss.record.registrations.clone();
        hss.mar(1, &of_imsi(), "s1").unwrap();
        assert_eq!(hss.sar(1, &of_imsi(), "s1", failure), 2001);
        assert_eq!(hss.record.registrations, before);
        // Through another S-CSCF, or with the user's other private identity: as little.
        hss.mar(1, &of_imsi(), "s2").unwrap();
        assert_eq!(
            hss.uar(&of_imsi()).1,
            Some(server("s2").name),
            "the answer must reach it"
        );
        let at_s1 = (2001, Some(server("s1").name));
        assert_eq!(
            hss.lir(&of_number(), false),
            at_s1,
            "calls go where he is registered"
        );
        let leaving = hss.uar_of(&impi(1), &of_imsi(), UserAuthorizationType::DE_REGISTRATION);
        assert_eq!(leaving.unwrap().server_name, at_s1.1);
        assert_eq!(hss.sar(1, &of_imsi(), "s2", failure), 2001);
        assert_eq!(
            hss.record.registrations, before,
            "the S-CSCF that serves is stored again"
        );
        hss.mar(2, &of_number(), "s1").unwrap();
        assert_eq!(hss.sar(2, &of_number(), "s1", failure), 2001);
        assert_eq!(hss.record.registrations, before);
    }
}

#[test]
fn an_unregistered_user_keeps_his_service() {
    for failure in FAILURES {
        let mut hss = Hss::new();
        assert_eq!(hss.sar(0, &of_imsi(), "s1", Sat::UNREGISTERED_USER), 2001);
        let before = hss.record.registrations.clone();
        hss.mar(1, &of_imsi(), "s1").unwrap();
        assert_eq!(hss.state(0), RegistrationState::UnregisteredWithService);
        assert_eq!(hss.sar(1, &of_imsi(), "s1", failure), 2001);
        assert_eq!(hss.record.registrations, before);
    }
}

#[test]
fn one_pending_authentication_does_not_end_another() {
    let mut hss = Hss::new();
    hss.mar(1, &of_imsi(), "s1").unwrap();
    hss.mar(2, &of_imsi(), "s1").unwrap();
    hss.mar(1, &work(), "s1").unwrap();
    assert_eq!(hss.sar(1, &of_imsi(), "s1", Sat::AUTHENTICATION_TIMEOUT), 2001);
    assert!(hss.record.registrations.is_pending(0, &impi(2)));
    assert!(hss.record.registrations.is_pending(1, &impi(1)));
    assert_eq!(hss.uar(&of_imsi()).1, Some(server("s1").name));
    hss.sar(2, &of_imsi(), "s1", Sat::AUTHENTICATION_TIMEOUT);
    hss.sar(1, &work(), "s1", Sat::AUTHENTICATION_TIMEOUT);
    assert!(hss.record.registrations.is_empty());
}

#[test]
fn a_late_failure_of_an_s_cscf_that_lost_the_user_changes_nothing() {
    let mut hss = Hss::new();
    hss.mar(1, &of_imsi(), "s1").unwrap();
    hss.mar(1, &of_imsi(), "s2").unwrap();
    let before = hss.record.registrations.clone();
    let unable = quintet_diameter::ResultCode::UNABLE_TO_COMPLY.0;
    assert_eq!(hss.sar(1, &of_imsi(), "s1", Sat::AUTHENTICATION_TIMEOUT), unable);
    assert_eq!(hss.record.registrations, before);
}
