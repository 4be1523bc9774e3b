//! Repository data and their sequence numbers (TS 29.328 6.1.2).

use super::*;

#[test]
fn sequence_numbers_of_repository_data() {
    let mut record = ShRecord::default();
    let of = impu("sip:a@example.org");
    let mut update = |new: &[RepositoryData]| {
        let refused = record.update(&of, new, 8);
        let stored = record
            .entry(&of, "mmtel")
            .map(|entry| (entry.sequence_number, entry.data.clone()));
        (
            refused.err().map_or(2001, |refused| refused.outcome.code()),
            stored,
        )
    };
    let kept = |sequence: u32, text: &str| Some((sequence, Some(text.to_owned())));
    for (new, result, stored) in [
        (data(1, Some("a")), 5105, None),
        (data(0, None), 5101, None),
        (data(0, Some("123456789")), 5008, None),
        (data(0, Some("a")), 2001, kept(0, "a")),
        (data(0, Some("b")), 5105, kept(0, "a")),
        (data(2, Some("b")), 5105, kept(0, "a")),
        (data(1, Some("b")), 2001, kept(1, "b")),
        (data(1, Some("c")), 5105, kept(1, "b")),
        (data(2, Some("123456789")), 5008, kept(1, "b")),
        (data(2, None), 2001, Some((2, None))),
        (data(3, Some("d")), 5105, Some((2, None))),
        (data(0, Some("d")), 2001, kept(0, "d")),
    ] {
        assert_eq!(update(std::slice::from_ref(&new)), (result, stored), "{new:?}");
    }
    // All or none.
    let two = [data(1, Some("e")), data(1, Some("f"))];
    assert_eq!(update(&two), (5105, kept(0, "d")));
    // 65535 is followed by 1: 0 is for what is new.
    record.repository[0].sequence_number = 65_535;
    assert!(record.update(&of, &[data(0, Some("g"))], 8).is_err());
    assert!(record.update(&of, &[data(65_536, Some("g"))], 8).is_err());
    record.update(&of, &[data(1, Some("g"))], 8).unwrap();
    record.repository[0].sequence_number = 65_534;
    record.update(&of, &[data(65_535, Some("h"))], 8).unwrap();
}

#[test]
fn repository_data_are_bounded() {
    let of = impu("sip:a@example.org");
    let many = |n: usize, octets: usize| -> Vec<RepositoryData> {
        let one = |n| RepositoryData {
            service_indication: format!("{n}"),
            ..data(0, Some(&"x".repeat(octets)))
        };
        (0..n).map(one).collect()
    };
    let mut record = ShRecord::default();
    let refused = record.update(&of, &many(MAX_REPOSITORY_ENTRIES + 1, 1), usize::MAX);
    assert_eq!(refused.unwrap_err().outcome.code(), 5008);
    assert!(record.is_empty());
    let refused = record.update(&of, &many(2, MAX_REPOSITORY_OCTETS / 2 + 1), usize::MAX);
    assert_eq!(refused.unwrap_err().service_indication, "1");
    record
        .update(&of, &many(MAX_REPOSITORY_ENTRIES, 1), usize::MAX)
        .unwrap();
}

#[test]
fn what_belonged_to_an_identity_goes_with_it() {
    let mut user = user();
    let Subject::Public(of) = number(&user) else {
        panic!("an identity");
    };
    user.record.update(&of, &[data(0, Some("<a/>"))], 100).unwrap();
    let other = "as2.example.org";
    let mut by_number = subscription(&user, other, DataReference::CHARGING_INFORMATION);
    by_number.subject = Subject::Number("4915112345".parse().unwrap());
    let wanted = vec![
        subscription(&user, AS1, DataReference::IMS_USER_STATE),
        subscription(&user, AS1, DataReference::S_CSCF_NAME),
        subscription(&user, other, DataReference::IMS_USER_STATE),
        by_number.clone(),
    ];
    subscribe(&mut user, wanted).unwrap();
    let ims = user.ims.as_mut().unwrap();
    let mut without = (*ims.subscription).clone();
    without.sets[0].identities.remove(1);
    ims.subscription = Arc::new(without);
    // Each application server once, however much it subscribed to.
    let deleted = ShData {
        deleted_identities: Some(PublicIdentifiers {
            public_identities: vec![of.to_string()],
            msisdns: Vec::new(),
        }),
        ..ShData::default()
    };
    let expected = [(AS1.to_owned(), deleted.clone()), (other.to_owned(), deleted)];
    assert_eq!(told(&mut user, NOW), expected);
    assert_eq!(user.record.repository, []);
    let [left] = &user.record.subscriptions[..] else {
        panic!("{:?}", user.record.subscriptions);
    };
    assert!(left.is_same(&by_number), "a number is nobody's identity");
    assert_eq!(told(&mut user, NOW), []);
}
