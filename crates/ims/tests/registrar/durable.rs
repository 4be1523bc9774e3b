//! What survives a restart.

use crate::support::*;
use quintet_ims::registrar::*;
use std::time::Duration;

/// A later run: another clock for timers, the same wall.
fn later(at: At, seconds: u64) -> At {
    At {
        now: Duration::from_secs(5),
        wall: at.wall + Duration::from_secs(seconds),
    }
}

#[test]
fn a_registration_comes_back_as_it_was() {
    let bench = Bench::registered();
    let record = bench.session.encode(bench.at()).expect("a registration");
    let at = later(bench.at(), 100);
    let session = Session::decode(&record, at).expect("readable");
    assert_eq!(session.impi(), bench.session.impi());
    let (before, after) = (&bench.session.sets()[0], &session.sets()[0]);
    assert_eq!(
        (&after.members, &after.profile),
        (&before.members, &before.profile)
    );
    let (before, after) = (&before.bindings[0], &after.bindings[0]);
    assert_eq!(
        (&after.contact, &after.path, after.cseq),
        (&before.contact, &before.path, before.cseq)
    );
    assert_eq!(after.remaining(at.now), 500);
    assert_eq!(session.poll_timeout(), Some(after.until));
    // Twice through is the same.
    assert_eq!(
        session.encode(at),
        Session::decode(&record, at).expect("readable").encode(at)
    );
}

#[test]
fn what_expired_meanwhile_ends_at_once() {
    let mut bench = Bench::registered();
    let record = bench.session.encode(bench.at()).expect("a registration");
    let at = later(bench.at(), 10_000);
    bench.session = Session::decode(&record, at).expect("readable");
    assert_eq!(bench.session.poll_timeout(), Some(Duration::ZERO));
    bench.input(Input::Timeout);
    bench.sar(quintet_cx::ServerAssignmentType::TIMEOUT_DEREGISTRATION);
}

#[test]
fn a_restarted_registrar_takes_the_refresh_of_who_was_registered() {
    let mut bench = Bench::registered();
    bench.policy.rechallenge = Rechallenge::Never;
    let record = bench.session.encode(bench.at()).expect("a registration");
    bench.session = Session::decode(&record, bench.at()).expect("readable");
    let again = bench.protected();
    bench.send(again);
    bench.cx();
    bench.input(Input::Assigned(Ok(Assigned::default())));
    assert_eq!(bench.accepted().contacts.len(), 1);
}

#[test]
fn an_authentication_does_not_survive() {
    let mut bench = Bench::new();
    bench.challenged_with(1);
    assert_eq!(bench.session.encode(bench.at()), None);
}

#[test]
fn no_octets_panic_and_what_is_cut_is_refused() {
    let bench = Bench::registered();
    let record = bench.session.encode(bench.at()).expect("a registration");
    for length in 0..record.len() {
        assert!(
            Session::decode(&record[..length], bench.at()).is_err(),
            "{length}"
        );
    }
    for at in 0..record.len() {
        for flip in [1, 0x80, 0xff] {
            let mut spoilt = record.clone();
            spoilt[at] ^= flip;
            let _ = Session::decode(&spoilt, bench.at());
        }
    }
    let mut other = record;
    other[0] = 99;
    assert_eq!(
        Session::decode(&other, bench.at()).err(),
        Some(DecodeFailure::Version(99))
    );
}
