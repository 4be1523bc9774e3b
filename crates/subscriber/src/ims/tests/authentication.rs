//! MAR: schemes, the S-CSCF's name, the pending flag.

use super::*;
use quintet_cx::ServerAssignmentType as Sat;
use zeroize::Zeroizing;

#[test]
fn the_flag_and_the_name_are_stored_once() {
    let mut hss = Hss::new();
    let imsi = "001010000000001".parse().unwrap();
    let scheme = AuthenticationScheme::DIGEST_AKAV1_MD5;
    assert_eq!(hss.mar(1, &of_imsi(), "s1"), Ok(Challenge::Aka { imsi, scheme }));
    assert!(hss.record.registrations.is_pending(0, &impi(1)));
    assert!(
        !hss.record.registrations.is_pending(0, &impi(2)),
        "the flag is the private identity's"
    );
    hss.mar(1, &of_number(), "s1").unwrap();
    assert_eq!(hss.written, 1, "the same set, the same S-CSCF: nothing to write");
    hss.sar(1, &of_imsi(), "s1", Sat::REGISTRATION);
    let written = hss.written;
    hss.mar(1, &of_imsi(), "s1").unwrap();
    assert_eq!(hss.sar(1, &of_imsi(), "s1", Sat::RE_REGISTRATION), 2001);
    assert_eq!(hss.written, written, "re-registration changes nothing");
    assert_eq!(hss.mar(9, &of_imsi(), "s1"), Err(5002));
    assert_eq!(hss.mar(1, &impu("sip:nobody@example.org"), "s1"), Err(5001));
}

#[test]
fn another_s_cscf_takes_the_name_but_not_with_a_token() {
    let mut hss = Hss::new();
    hss.mar(1, &of_imsi(), "s1").unwrap();
    let aka = AuthenticationScheme::DIGEST_AKAV1_MD5;
    let unable = quintet_diameter::ResultCode::UNABLE_TO_COMPLY.0;
    assert_eq!(hss.mar_of(1, &of_imsi(), "s2", &aka, true), Err(unable));
    assert_eq!(hss.uar(&of_imsi()).1, Some(server("s1").name));
    assert!(hss.mar_of(1, &of_imsi(), "s1", &aka, true).is_ok());
    hss.mar(1, &of_imsi(), "s2").unwrap();
    assert_eq!(hss.uar(&of_imsi()).1, Some(server("s2").name));
    assert_eq!(hss.sar(1, &of_imsi(), "s1", Sat::REGISTRATION), 5005);
    assert_eq!(hss.sar(1, &of_imsi(), "s2", Sat::REGISTRATION), 2001);
}

#[test]
fn schemes_need_credentials() {
    let mut hss = Hss::new();
    let unknown = AuthenticationScheme::UNKNOWN;
    let digest = AuthenticationScheme::SIP_DIGEST;
    let sha = AuthenticationScheme::DIGEST_AKAV2_SHA_256;
    assert_eq!(hss.mar_of(1, &of_imsi(), "s1", &digest, false), Err(5006));
    assert_eq!(
        hss.mar_of(1, &of_imsi(), "s1", &AuthenticationScheme::NASS_BUNDLED, false),
        Err(5006)
    );
    assert_eq!(
        hss.mar_of(1, &of_imsi(), "s1", &AuthenticationScheme::new("Basic"), false),
        Err(5006)
    );
    assert!(matches!(
        hss.mar_of(1, &of_imsi(), "s1", &unknown, false),
        Ok(Challenge::Aka { scheme, .. }) if scheme == AuthenticationScheme::DIGEST_AKAV1_MD5
    ));
    assert!(matches!(
        hss.mar_of(1, &of_imsi(), "s1", &sha, false),
        Ok(Challenge::Aka { scheme, .. }) if scheme == sha
    ));
    let mut subscription = (*hss.record.subscription).clone();
    let credentials = DigestCredentials {
        realm: HOME.to_owned(),
        secret: DigestSecret::Password(Zeroizing::new("open sesame".to_owned())),
    };
    subscription.private[0].digest = Some(credentials.clone());
    subscription.private[1].aka = None;
    hss.record.subscription = Arc::new(subscription);
    for scheme in [&unknown, &digest] {
        let challenge = hss.mar_of(1, &of_imsi(), "s1", scheme, false);
        assert_eq!(challenge, Ok(Challenge::Digest(credentials.clone())));
    }
    assert!(
        matches!(hss.mar(1, &of_imsi(), "s1"), Ok(Challenge::Aka { .. })),
        "both are allowed"
    );
    assert_eq!(hss.mar(2, &of_imsi(), "s1"), Err(5006), "no AuC record");
}
