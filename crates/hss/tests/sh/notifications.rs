//! Subscriptions and PNRs: what is told, to whom, how often, and for how long.

use crate::*;
use quintet_cx::ServerAssignmentType;
use quintet_diameter::dict::avp;
use quintet_sh::user_data::ImsUserState;
use quintet_store::faulty::Fault;
use quintet_store::{PutMode, StoreError};
use quintet_subscriber::ims::ImsSubscription;
use std::time::Duration;

const STATE: DataReference = DataReference::IMS_USER_STATE;
const NAME: DataReference = DataReference::S_CSCF_NAME;

/// 1970 in seconds since 1900.
const NTP_TO_UNIX: u64 = 2_208_988_800;

fn states(sh: &mut Sh) -> Vec<Option<ImsUserState>> {
    std::iter::from_fn(|| sh.told().map(|(_, _, data)| data.user_state)).collect()
}

#[test]
fn registrations_are_told() {
    let mut sh = Sh::started(2);
    let of = number(1);
    sh.subscribe("as1", &of, &[STATE]);
    sh.subscribe("as2", &of, &[NAME]);
    assert!(sh.told().is_none(), "nothing changed yet");
    assert_eq!(sh.ims.mar(1, "s1", 1).outcome.code(), 2001);
    // A challenge is nobody's news (TS 29.328 6.1.4.1), but that an S-CSCF is assigned is.
    let (to, identity, data) = sh.told().expect("a PNR");
    assert_eq!((to, data.scscf_name), (sh.connection("as2"), Some(scscf("s1"))));
    assert_eq!(identity, UserIdentity::public(of.to_string()));
    assert!(sh.told().is_none());
    sh.ims.sar(1, "s1", ServerAssignmentType::REGISTRATION);
    let (to, identity, data) = sh.told().expect("a PNR");
    let expected = (sh.connection("as1"), Some(ImsUserState::Registered));
    assert_eq!((to, data.user_state), expected);
    assert_eq!(identity, UserIdentity::public(of.to_string()));
    assert!(sh.told().is_none());
    // Again is no change, and neither is another subscriber.
    sh.ims.sar(1, "s1", ServerAssignmentType::RE_REGISTRATION);
    sh.ims.register(2, "s1");
    assert!(sh.told().is_none());
    sh.ims.sar(1, "s1", ServerAssignmentType::USER_DEREGISTRATION);
    let (_, _, first) = sh.told().expect("a PNR");
    let (_, _, second) = sh.told().expect("a PNR");
    assert_eq!(first.user_state, Some(ImsUserState::NotRegistered));
    assert_eq!(second.scscf_name.as_deref(), Some(""), "none any more");
    assert!(sh.told().is_none());
    judge::judged_by_tshark(&sh.pairs);
}

#[test]
fn one_notification_for_several_kinds_if_both_know_how() {
    let mut sh = Sh::started(1);
    let of = number(1);
    let mut request = snr(&of, &[STATE, NAME]);
    request.features = efficient();
    request.send_data = Some(SendDataIndication::USER_DATA_REQUESTED);
    let sna = sh.notify("as1", request);
    assert_eq!(sna.outcome.code(), 2001);
    let now = ShData::from_xml(&sna.user_data.unwrap()).unwrap();
    assert_eq!(now.user_state, Some(ImsUserState::NotRegistered));
    assert!(features_of(&sna.features).has(Features::NOTIF_EFF));
    sh.ims.sar(1, "s1", ServerAssignmentType::REGISTRATION);
    let (_, _, data) = sh.told().expect("a PNR");
    assert!(data.user_state.is_some() && data.scscf_name.is_some());
    assert!(sh.told().is_none());
}

#[test]
fn provisioning_is_told() {
    let mut sh = Sh::started(1);
    let of = number(1);
    let mut criteria = snr(&of, &[DataReference::INITIAL_FILTER_CRITERIA]);
    criteria.server_name = Some("sip:as1.example.org".to_owned());
    assert_eq!(sh.notify("as1", criteria).outcome.code(), 2001);
    sh.subscribe("as1", &of, &[DataReference::IMS_PUBLIC_IDENTITY]);
    let change = |ims: &mut ImsSubscription| {
        let mut one = ims.sets[0].identities[1].clone();
        one.impu = "sip:alias@example.org".parse().unwrap();
        ims.sets[0].identities.push(one);
    };
    sh.ims.change(1, change);
    let (_, _, data) = sh.told().expect("a PNR");
    let identities = data.public_identifiers.unwrap().public_identities;
    assert!(identities.contains(&"sip:alias@example.org".to_owned()));
    assert!(sh.told().is_none());
    let xml = "<IMSSubscription><PrivateID>a</PrivateID><ServiceProfile><PublicIdentity><Identity>sip:a@b.c</Identity>\
        </PublicIdentity><InitialFilterCriteria><Priority>1</Priority><ApplicationServer><ServerName>sip:as1.example.org\
        </ServerName><DefaultHandling>0</DefaultHandling></ApplicationServer></InitialFilterCriteria></ServiceProfile>\
        </IMSSubscription>";
    sh.ims.change(1, |ims| {
        let profile = quintet_subscriber::ims::ServiceProfile::from_xml(0, xml).unwrap();
        ims.profiles = vec![profile].into();
    });
    let (_, _, data) = sh.told().expect("a PNR");
    assert_eq!(data.filter_criteria.unwrap().len(), 1);
    assert!(sh.told().is_none());
    judge::judged_by_tshark(&sh.pairs);
}

#[test]
fn what_is_written_is_told_to_others_and_not_to_the_writer() {
    let mut sh = Sh::started(1);
    let of = number(1);
    let mut request = snr(&of, &[DataReference::REPOSITORY_DATA]);
    request.service_indications = vec!["mmtel".to_owned()];
    assert_eq!(sh.notify("as1", request.clone()).outcome.code(), 5106);
    sh.update("as1", &of, &[service(0, Some("<a/>"))]);
    for host in ["as1", "as2"] {
        assert_eq!(sh.notify(host, request.clone()).outcome.code(), 2001);
    }
    sh.update("as1", &of, &[service(1, Some("<b/>"))]);
    let (to, _, data) = sh.told().expect("a PNR");
    assert_eq!(to, sh.connection("as2"));
    assert_eq!(data.repository, [service(1, Some("<b/>"))]);
    assert!(sh.told().is_none(), "not to the writer");
    sh.update("as2", &of, &[service(2, None)]);
    let (to, _, data) = sh.told().expect("a PNR");
    assert_eq!(
        (to, data.repository),
        (sh.connection("as1"), vec![service(2, None)])
    );
    assert!(sh.told().is_none());
    assert!(
        sh.stored(1).record.is_empty(),
        "with the data went who subscribed to them"
    );
    judge::judged_by_tshark(&sh.pairs);
}

#[test]
fn subscriptions_end_when_they_were_to_end() {
    let mut config = permitted();
    config.sh.max_expiry = Some(Duration::from_secs(100));
    let mut sh = Sh::with(config, 1);
    let of = number(1);
    let at = |sh: &Sh, seconds: u64| (sh.ims.rig.wall.as_secs() + seconds + NTP_TO_UNIX) as u32;
    let mut request = snr(&of, &[STATE]);
    let granted = |sh: &mut Sh, request: &Snr| sh.notify("as1", request.clone()).expiry_time;
    let longest = Some(at(&sh, 100));
    assert_eq!(
        granted(&mut sh, &request),
        longest,
        "none asked for is the longest"
    );
    request.expiry_time = Some(at(&sh, 1000));
    assert_eq!(granted(&mut sh, &request), longest);
    request.expiry_time = Some(at(&sh, 50));
    assert_eq!(
        granted(&mut sh, &request),
        request.expiry_time,
        "renewed, and shorter"
    );
    request.expiry_time = Some(at(&sh, 0) - 1);
    assert_eq!(sh.notify("as1", request).outcome.code(), 5004);
    assert_eq!(sh.ims.rig.hss.sh_users(), 1);
    sh.ims.rig.advance(Duration::from_secs(49));
    sh.ims.register(1, "s1");
    assert!(sh.told().is_some());
    while sh.told().is_some() {}
    sh.ims.rig.advance(Duration::from_secs(2));
    assert_eq!(sh.ims.rig.hss.sh_users(), 0, "it goes by itself");
    assert!(sh.stored(1).record.is_empty());
    sh.ims.sar(1, "s1", ServerAssignmentType::USER_DEREGISTRATION);
    assert!(sh.told().is_none());
}

#[test]
fn whoever_unsubscribes_is_told_no_more() {
    let mut sh = Sh::started(1);
    let of = number(1);
    sh.subscribe("as1", &of, &[STATE]);
    sh.subscribe("as2", &of, &[STATE]);
    let mut end = snr(&of, &[STATE]);
    end.kind = SubsReqType::UNSUBSCRIBE;
    for _ in 0..2 {
        assert_eq!(sh.notify("as1", end.clone()).outcome.code(), 2001);
    }
    sh.ims.register(1, "s1");
    let (to, ..) = sh.told().expect("a PNR");
    assert_eq!(to, sh.connection("as2"));
    assert!(sh.told().is_none());
}

#[test]
fn one_that_knows_of_no_subscription_has_none_any_more() {
    for result in [5107, 5001] {
        let mut sh = Sh::started(1);
        let of = number(1);
        sh.subscribe("as1", &of, &[STATE, NAME]);
        sh.subscribe("as2", &of, &[STATE]);
        sh.ims.register(1, "s1");
        while sh.told_with(result).is_some() {}
        assert!(sh.stored(1).record.is_empty(), "{result}");
        assert_eq!(sh.ims.rig.hss.sh_users(), 0);
    }
}

/// Who asks about an identity that is gone is told so, and what it says to that ends nothing else of the user.
#[test]
fn an_identity_that_is_removed_is_told() {
    let mut sh = Sh::started(1);
    let (of, alias) = (number(1), "sip:alias@example.org".parse::<Impu>().unwrap());
    let added = alias.clone();
    sh.ims.change(1, move |ims| {
        let mut one = ims.sets[0].identities[1].clone();
        one.impu = added;
        ims.sets[0].identities.push(one);
    });
    sh.subscribe("as1", &of, &[STATE]);
    sh.subscribe("as1", &alias, &[STATE, NAME]);
    sh.subscribe("as2", &alias, &[DataReference::CHARGING_INFORMATION]);
    let removed = alias.clone();
    sh.ims.change(1, move |ims| {
        ims.sets[0].identities.retain(|one| one.impu != removed)
    });
    for host in ["as1", "as2"] {
        let (to, identity, data) = sh.told_with(5001).expect("a PNR");
        assert_eq!(to, sh.connection(host));
        assert_eq!(identity, UserIdentity::public(alias.to_string()));
        let deleted = data.deleted_identities.expect("DeletedIdentities");
        assert_eq!(deleted.public_identities, [alias.to_string()]);
    }
    assert!(sh.told().is_none(), "each once");
    assert_eq!(sh.stored(1).record.subscriptions.len(), 1);
    sh.ims.register(1, "s1");
    assert_eq!(
        states(&mut sh),
        [Some(ImsUserState::Registered)],
        "the other is still there"
    );
    judge::judged_by_tshark(&sh.pairs);
}

#[test]
fn an_application_server_has_a_number_of_subscriptions() {
    let mut config = permitted();
    config.sh.max_subscriptions = 2;
    let mut sh = Sh::with(config, 3);
    sh.subscribe("as1", &number(1), &[STATE]);
    sh.subscribe("as1", &number(2), &[STATE]);
    let third = snr(&number(3), &[STATE]);
    assert_eq!(sh.notify("as1", third.clone()).outcome.code(), 5006);
    sh.subscribe("as1", &number(2), &[STATE]);
    sh.subscribe("as2", &number(3), &[STATE]);
    let mut end = snr(&number(1), &[STATE]);
    end.kind = SubsReqType::UNSUBSCRIBE;
    sh.notify("as1", end);
    assert_eq!(sh.notify("as1", third).outcome.code(), 2001);
}

/// An HSS that starts on what another left, with the data changed meanwhile.
#[test]
fn subscriptions_survive_a_restart_and_what_changed_meanwhile_is_told() {
    let mut sh = Sh::started(1);
    let of = number(1);
    sh.subscribe("as1", &of, &[STATE]);
    sh.ims.mar(1, "s1", 1);
    while sh.told().is_some() {}
    // Another process registers the user; this one is not there to see it, and starts anew.
    let stored = sh.ims.stored(1).unwrap();
    let mut registrations = stored.registrations.clone();
    registrations.sets[0].registered = vec![impi(1)];
    let change = Command::SetRegistrations {
        imsi: imsi(1),
        expected: stored.version,
        registrations: Box::new(registrations),
        told: false,
    };
    sh.ims.rig.direct(change).unwrap();
    sh.restarted(permitted());
    assert_eq!(states(&mut sh), [Some(ImsUserState::Registered)]);
    assert_eq!(sh.ims.rig.hss.sh_users(), 1);
    sh.ims.sar(1, "s1", ServerAssignmentType::USER_DEREGISTRATION);
    assert_eq!(states(&mut sh), [Some(ImsUserState::NotRegistered)]);
}

/// What an application server may no more be told of is not told: not what changed while no HSS ran, and nothing afterwards.
#[test]
fn what_is_permitted_no_more_is_told_no_more() {
    let mut sh = Sh::started(2);
    for n in 1..=2 {
        for host in ["as1", "as2"] {
            sh.subscribe(host, &number(n), &[STATE, NAME]);
        }
    }
    sh.ims.register(1, "s1");
    while sh.told().is_some() {}
    let mut config = permitted();
    config.sh.servers[0].subscribe = vec![NAME];
    config.sh.servers.remove(1);
    sh.restarted(config);
    assert!(sh.told().is_none(), "nobody is told that he may not");
    for n in 1..=2 {
        let left = sh.stored(n).record.subscriptions;
        let left: Vec<_> = left.iter().map(|one| (&*one.server.host, one.data)).collect();
        assert_eq!(left, [(&*format!("as1.{DOMAIN}"), NAME.0)], "of subscriber {n}");
    }
    sh.ims.sar(1, "s1", ServerAssignmentType::USER_DEREGISTRATION);
    let (to, _, data) = sh.told().expect("a PNR");
    assert_eq!((to, data.user_state), (sh.connection("as1"), None));
    assert_eq!(data.scscf_name.as_deref(), Some(""));
    assert!(sh.told().is_none());
}

/// A subscription that came over another front end counts here as well.
#[test]
fn what_another_front_end_stored_is_seen() {
    let mut sh = Sh::started(1);
    let of = number(1);
    sh.subscribe("as1", &of, &[STATE]);
    let user = sh.stored(1);
    let mut record = user.record.clone();
    let mut one = record.subscriptions[0].clone();
    one.server.host = format!("as2.{DOMAIN}");
    record.subscriptions = vec![one];
    let set = ShCommand::Set {
        imsi: imsi(1),
        expected: user.version,
        record: Box::new(record),
    };
    sh.ims.rig.direct(Command::Sh(set)).unwrap();
    sh.noticed();
    sh.ims.register(1, "s1");
    let (to, ..) = sh.told().expect("a PNR");
    assert_eq!(to, sh.connection("as2"));
    assert!(sh.told().is_none());
}

#[test]
fn with_the_ims_subscription_goes_everything() {
    let mut sh = Sh::started(1);
    let of = number(1);
    sh.subscribe("as1", &of, &[STATE]);
    sh.update("as1", &of, &[service(0, Some("<a/>"))]);
    let imsis = vec![imsi(1)];
    sh.ims.rig.direct(Command::RemoveIms { imsis }).unwrap();
    sh.noticed();
    assert_eq!(sh.ims.rig.hss.sh_users(), 0);
    assert_eq!(sh.pull("as1", udr(&of, &[STATE])).0, 5001);
    sh.ims
        .provision(std::iter::once(subscription_of(1)), PutMode::Insert);
    sh.noticed();
    assert!(sh.stored(1).record.is_empty());
}

#[test]
fn a_store_that_fails_delays_what_is_told() {
    let mut sh = Sh::started(1);
    let of = number(1);
    sh.subscribe("as1", &of, &[STATE]);
    let set = |command: &Command| matches!(command, Command::Sh(ShCommand::Set { .. }));
    sh.ims
        .rig
        .store
        .fail_when(move |command| set(command).then_some(Fault::Refused(StoreError::Busy)));
    sh.ims.register(1, "s1");
    assert!(sh.told().is_none(), "what is not stored is not told");
    sh.ims.rig.store.fail_when(|_| None);
    sh.ims.rig.advance(Duration::from_secs(6));
    assert_eq!(states(&mut sh), [Some(ImsUserState::Registered)]);
    // Somebody was faster: the look is taken again.
    let mut once = true;
    sh.ims.rig.store.fail_when(move |command| {
        let first = set(command) && std::mem::take(&mut once);
        first.then_some(Fault::Refused(StoreError::Stale { version: 9 }))
    });
    sh.ims.sar(1, "s1", ServerAssignmentType::USER_DEREGISTRATION);
    assert_eq!(states(&mut sh), [Some(ImsUserState::NotRegistered)]);
}

#[test]
fn a_notification_is_what_the_dictionary_says() {
    let mut sh = Sh::started(1);
    let of = number(1);
    sh.subscribe("as1", &of, &[STATE]);
    sh.ims.register(1, "s1");
    let (_, octets) = sh.ims.rig.request_of(SH).expect("a PNR");
    let message = Message::decode(&octets).unwrap();
    quintet_diameter::validate(quintet_diameter::dict::Dictionary::builtin(), &message).unwrap();
    let text = |id| message.find(id).unwrap().text().unwrap().to_owned();
    assert_eq!(text(avp::DESTINATION_HOST), format!("as1.{DOMAIN}"));
    assert_eq!(text(avp::DESTINATION_REALM), DOMAIN);
}
