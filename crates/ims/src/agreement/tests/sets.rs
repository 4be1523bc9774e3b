//! The sets that a registration has, from its challenge to its end (TS 33.203 7.4).

use super::*;

#[test]
fn a_first_registration() {
    for role in [Role::Ue, Role::Pcscf] {
        let mut installed = HashSet::new();
        let mut sets = Sets::new(role);
        sets.challenge(s(10), associations(1), keys());
        carry_out(&mut sets, &mut installed);
        // Temporary: for reg-await-auth, and nothing is sent over it but the answer.
        assert_eq!(sets.outbound(), None);
        assert_eq!(sets.poll_timeout(), Some(s(10) + REG_AWAIT_AUTH));
        assert_eq!(sets.find(&arriving(role, 1)), Some(Which::Temporary));
        assert_eq!(sets.find(&arriving(role, 2)), None);
        assert!(sets.confirm(s(11), s(600), None) && !sets.confirm(s(11), s(600), None));
        assert_eq!(sets.poll_timeout(), Some(s(11 + 600 + 30)));
        assert_eq!(sets.outbound(), Some(&associations(1)));
        sets.timeout(s(640));
        carry_out(&mut sets, &mut installed);
        assert_eq!(installed.len(), 1);
        sets.timeout(s(641));
        carry_out(&mut sets, &mut installed);
        assert!(sets.is_empty() && installed.is_empty());
    }
}

#[test]
fn an_answer_that_never_comes_leaves_nothing() {
    let mut installed = HashSet::new();
    let mut sets = Sets::new(Role::Pcscf);
    sets.challenge(s(0), associations(1), keys());
    sets.timeout(REG_AWAIT_AUTH - Duration::from_millis(1));
    carry_out(&mut sets, &mut installed);
    assert_eq!(installed.len(), 1);
    sets.timeout(REG_AWAIT_AUTH);
    carry_out(&mut sets, &mut installed);
    assert!(sets.is_empty());
}

#[test]
fn a_failure_deletes_the_new_and_keeps_the_old() {
    for role in [Role::Ue, Role::Pcscf] {
        let mut installed = HashSet::new();
        let mut sets = registered(role, 1);
        sets.challenge(s(100), associations(2), keys());
        assert_eq!(names(&sets), [(Which::Temporary, 2), (Which::Current, 1)]);
        assert!(sets.fail() && !sets.fail());
        carry_out(&mut sets, &mut installed);
        assert_eq!(names(&sets), [(Which::Current, 1)]);
        // Another challenge replaces an unanswered one.
        sets.challenge(s(200), associations(3), keys());
        sets.challenge(s(201), associations(4), keys());
        carry_out(&mut sets, &mut installed);
        assert_eq!(names(&sets), [(Which::Temporary, 4), (Which::Current, 1)]);
    }
}

#[test]
fn the_pcscf_takes_the_new_into_use_when_the_ue_is_heard_over_it() {
    let mut installed = HashSet::new();
    let mut sets = registered(Role::Pcscf, 1);
    sets.challenge(s(1_000), associations(2), keys());
    assert!(sets.confirm(s(1_001), s(3_600), Some(SaSet(1))));
    assert_eq!(names(&sets), [(Which::Current, 1), (Which::New, 2)]);
    assert_eq!(sets.outbound(), Some(&associations(1)));
    sets.heard(s(1_002), Which::Current);
    assert_eq!(names(&sets), [(Which::Current, 1), (Which::New, 2)]);
    sets.heard(s(1_010), Which::New);
    assert_eq!(names(&sets), [(Which::Current, 2), (Which::Old, 1)]);
    assert_eq!(sets.outbound(), Some(&associations(2)));
    // What began over the old one may end over it.
    assert_eq!(sets.find(&arriving(Role::Pcscf, 1)), Some(Which::Old));
    assert_eq!(sets.poll_timeout(), Some(s(1_010) + OLD_SET_GRACE));
    sets.timeout(s(1_010) + OLD_SET_GRACE);
    carry_out(&mut sets, &mut installed);
    assert_eq!(names(&sets), [(Which::Current, 2)]);
}

#[test]
fn an_unprotected_sm1_means_that_the_ue_has_no_others() {
    let mut installed = HashSet::new();
    let mut sets = registered(Role::Pcscf, 1);
    sets.challenge(s(1_000), associations(2), keys());
    // Until it is answered, nothing that anybody may have sent ends what is in use.
    assert_eq!(sets.outbound(), Some(&associations(1)));
    assert!(sets.confirm(s(1_001), s(3_600), None));
    carry_out(&mut sets, &mut installed);
    assert_eq!(names(&sets), [(Which::Current, 2)]);
}

#[test]
fn only_the_set_of_sm1_is_kept() {
    let mut installed = HashSet::new();
    let mut sets = registered(Role::Pcscf, 1);
    sets.challenge(s(10), associations(2), keys());
    sets.confirm(s(11), s(3_600), Some(SaSet(1)));
    // SM12 was lost: the UE begins again over the first.
    sets.challenge(s(50), associations(3), keys());
    assert_eq!(sets.iter().count(), MAX_SETS);
    sets.confirm(s(51), s(3_600), Some(SaSet(1)));
    carry_out(&mut sets, &mut installed);
    assert_eq!(names(&sets), [(Which::Current, 1), (Which::New, 3)]);
}

#[test]
fn lifetimes_are_never_shortened_by_a_registration() {
    let mut sets = registered(Role::Pcscf, 1);
    sets.challenge(s(100), associations(2), keys());
    sets.confirm(s(101), s(60), Some(SaSet(1)));
    // The longer of the former sets' and the new registration's (7.4).
    let new = sets.get(Which::New).map(|entry| entry.expires);
    assert_eq!(new, Some(s(1 + 3_600 + 30)));
    sets.refresh(s(200), s(60));
    assert_eq!(sets.get(Which::New).map(|entry| entry.expires), new);
    sets.refresh(s(200), s(7_200));
    assert_eq!(
        sets.get(Which::New).map(|entry| entry.expires),
        Some(s(200 + 7_200 + 30))
    );
}

#[test]
fn the_ue_uses_the_new_at_once_and_keeps_the_old_until_it_is_not_needed() {
    let mut installed = HashSet::new();
    let mut sets = registered(Role::Ue, 1);
    sets.challenge(s(1_000), associations(2), keys());
    assert!(sets.confirm(s(1_001), s(3_600), Some(SaSet(1))));
    assert_eq!(names(&sets), [(Which::Current, 2), (Which::Old, 1)]);
    // The P-CSCF may go on over the old one.
    sets.heard(s(1_900), Which::Old);
    assert!(sets.poll_timeout() > Some(s(2_000)));
    sets.heard(s(2_000), Which::Current);
    assert_eq!(sets.poll_timeout(), Some(s(2_000) + OLD_SET_GRACE));
    sets.timeout(s(2_000) + OLD_SET_GRACE);
    carry_out(&mut sets, &mut installed);
    assert_eq!(names(&sets), [(Which::Current, 2)]);
}

#[test]
fn a_deregistration_leaves_time_for_its_answer() {
    let mut installed = HashSet::new();
    let mut sets = registered(Role::Pcscf, 1);
    sets.challenge(s(5), associations(2), keys());
    sets.close(s(10));
    carry_out(&mut sets, &mut installed);
    assert_eq!(names(&sets), [(Which::Temporary, 2), (Which::Current, 1)]);
    assert_eq!(sets.poll_timeout(), Some(s(10) + OLD_SET_GRACE));
    sets.clear();
    carry_out(&mut sets, &mut installed);
    assert!(sets.is_empty());
}

#[test]
fn where_ports_are_the_same_the_set_in_use_is_sent_over_until_the_answer() {
    let mut sets = registered(Role::Pcscf, 1);
    while sets.poll_command().is_some() {}
    let same = Associations {
        set: SaSet(2),
        ue: End {
            spis: spis(5_000),
            ..associations(1).ue
        },
        pcscf: End {
            spis: spis(6_000),
            ..associations(1).pcscf
        },
        ..associations(1)
    };
    sets.challenge(s(10), same, keys());
    let preferred = |sets: &mut Sets| -> Vec<u32> {
        let mut spis = Vec::new();
        while let Some(command) = sets.poll_command() {
            if let SaCommand::Prefer(key) = command {
                spis.push(key.spi.value());
            }
        }
        spis.sort_unstable();
        spis
    };
    assert_eq!(
        preferred(&mut sets),
        associations(1).ue.spis.both().map(Spi::value)
    );
    sets.answered();
    assert_eq!(preferred(&mut sets), [5_000, 5_001]);
}

#[test]
fn a_set_is_taken_back_once_and_not_when_it_has_expired() {
    let mut sets = Sets::new(Role::Pcscf);
    let entry = Entry {
        associations: associations(1),
        keys: keys(),
        expires: s(100),
    };
    assert!(!sets.restore(s(100), Which::Current, entry.clone(), 5));
    assert!(sets.restore(s(99), Which::Current, entry.clone(), 5));
    assert!(!sets.restore(s(99), Which::Current, entry, 5));
    let mut outbound = 0;
    while let Some(command) = sets.poll_command() {
        let SaCommand::Install(sa) = command else {
            panic!("{command:?}")
        };
        assert_eq!(sa.lifetime, s(1));
        outbound += u32::from(sa.sequence == 5);
    }
    assert_eq!(outbound, 2);
}
