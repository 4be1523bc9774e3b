//! Both ends against each other: each row of TS 33.203 7.2, 7.3.2 and 7.4.

use super::*;
use quintet_crypto::{Ck, Ik};
use quintet_esp::{Encryption, EspKeys, Integrity, SaCommand, SaSet, Spi, Suite};
use quintet_sip::transport::{Hop, Protocol};
use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

const UE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
const PCSCF: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

fn suite(integrity: Integrity, encryption: Encryption) -> Suite {
    Suite::new(integrity, encryption).expect("a suite")
}

fn spis(first: u32) -> Spis {
    Spis {
        client: Spi::new(first).expect("in range"),
        server: Spi::new(first + 1).expect("in range"),
    }
}

fn offer_of(suites: &[Suite], encapsulation: bool) -> Offer {
    let policy = UePolicy {
        suites: suites.to_vec(),
        encapsulation,
    };
    let ports = Ports {
        client: 4000,
        server: 4001,
    };
    Offer::new(policy, spis(1000), ports)
}

fn here() -> Here {
    Here {
        set: SaSet(7),
        address: PCSCF,
        ports: Ports {
            client: 6101,
            server: 6100,
        },
        spis: spis(2000),
    }
}

fn judge(offer: &Offer, choice: &Choice) -> Result<Verdict, Unacceptable> {
    offer.judge(SaSet(1), UE, UE, PCSCF, [choice.security_server()])
}

fn sha_cbc() -> Suite {
    suite(Integrity::HmacSha1_96, Encryption::AesCbc)
}

fn md5_null() -> Suite {
    suite(Integrity::HmacMd5_96, Encryption::Null)
}

#[test]
fn both_ends_choose_the_same_for_every_pair_of_policies() {
    for ue in 1_u32..1 << Suite::ALL.len() {
        for pcscf in 1_u32..1 << Suite::ALL.len() {
            let of = |mask: u32| -> Vec<Suite> {
                let all = Suite::ALL.iter().enumerate();
                all.filter(|(bit, _)| mask & 1 << bit != 0)
                    .map(|(_, suite)| *suite)
                    .collect()
            };
            let policy = Policy {
                suites: of(pcscf),
                encapsulation: true,
            };
            let offer = offer_of(&of(ue), true);
            let judged = policy.judge(false, [offer.security_client()]);
            let Ok(proposal) = judged else {
                assert_eq!(ue & pcscf, 0, "something is common");
                assert_eq!(judged, Err(Refusal::NoCommon));
                continue;
            };
            // The P-CSCF's order counts (7.2).
            let first = policy.suites.iter().find(|suite| of(ue).contains(suite));
            assert_eq!(Some(&proposal.suite()), first);
            let choice = proposal.choose(&policy, UE, here());
            let verdict = judge(&offer, &choice).expect("acceptable");
            let there = Associations {
                set: SaSet(7),
                ..verdict.associations
            };
            assert_eq!(there, choice.associations);
            assert_eq!(
                choice.verify([offer.security_client()], [verdict.security_verify.as_str()]),
                Ok(())
            );
        }
    }
}

#[test]
fn a_proposal_that_the_pcscf_does_not_take() {
    let policy = Policy::default();
    let offer = offer_of(&[sha_cbc()], false);
    assert_eq!(policy.judge(false, []), Err(Refusal::Missing));
    assert!(matches!(policy.judge(false, [","]), Err(Refusal::Unreadable(_))));
    assert_eq!(policy.judge(false, ["tls;q=0.5"]), Err(Refusal::NoCommon));
    assert_eq!(
        policy.judge(true, [offer.security_client()]),
        Err(Refusal::Nat),
        "a UE behind a NAT that cannot put ESP into UDP"
    );
    let alone = Policy {
        encapsulation: false,
        ..Policy::default()
    };
    let tunnel = offer_of(&[sha_cbc()], true);
    assert_eq!(alone.judge(true, [tunnel.security_client()]), Err(Refusal::Nat));
    for (from, to) in [("port-c=4000", "port-c=4001"), ("port-s=4001", "port-s=5060")] {
        let text = offer.security_client().replace(from, to);
        let judged = policy.judge(false, [text.as_str()]);
        assert!(matches!(judged, Err(Refusal::Numbers(_))), "{to}");
    }
    // What would be taken is said, and read by nobody as something to set up.
    let server = policy.security_server();
    let none = offer.judge(SaSet(1), UE, UE, PCSCF, [server.as_str()]);
    assert_eq!(none, Err(Unacceptable::NoCommon));
    assert_eq!(Refusal::NoCommon.status(), 494);
}

#[test]
fn an_answer_that_the_ue_does_not_take() {
    let offer = offer_of(&[sha_cbc()], false);
    let policy = Policy::default();
    let proposal = policy.judge(false, [offer.security_client()]).expect("taken");
    let choice = proposal.choose(&policy, UE, here());
    let server = choice.security_server();
    let judge = |text: &str| offer.judge(SaSet(1), UE, UE, PCSCF, [text]);
    assert_eq!(
        offer.judge(SaSet(1), UE, UE, PCSCF, []),
        Err(Unacceptable::Missing)
    );
    assert!(judge(server).is_ok());
    assert_eq!(
        judge(&server.replace("aes-cbc", "aes-xts")),
        Err(Unacceptable::NoCommon)
    );
    assert_eq!(
        judge(&server.replace("=trans", "=UDP-enc-tun")),
        Err(Unacceptable::NoCommon)
    );
    assert_eq!(
        judge(&server.replace("spi-c=2000", "spi-c=1001")),
        Err(Unacceptable::OwnSpi)
    );
    let ports = judge(&server.replace("port-s=6100", "port-s=6101"));
    assert!(matches!(ports, Err(Unacceptable::Numbers(_))));
    assert!(matches!(
        judge(&server.replace("q=0.", "q=2.")),
        Err(Unacceptable::Unreadable(_))
    ));
}

#[test]
fn a_changed_letter_on_either_way_is_found() {
    let offer = offer_of(&[sha_cbc(), md5_null()], true);
    let policy = Policy::default();
    let choice = policy
        .judge(false, [offer.security_client()])
        .expect("taken")
        .choose(&policy, UE, here());
    let (client, server) = (offer.security_client(), choice.security_server());
    for at in 0..server.len() {
        let mut changed = server.as_bytes().to_vec();
        changed[at] ^= 1;
        let changed = String::from_utf8(changed).expect("text");
        assert!(choice.verify([client], [changed.as_str()]).is_err(), "{changed}");
    }
    for at in 0..client.len() {
        let mut changed = client.as_bytes().to_vec();
        changed[at] ^= 1;
        let changed = String::from_utf8(changed).expect("text");
        assert!(choice.verify([changed.as_str()], [server]).is_err(), "{changed}");
    }
    // Entries taken out, put in, or in another order.
    let first = server.split(',').next().unwrap_or_default();
    let reversed = server.split(',').rev().collect::<Vec<_>>().join(",");
    for text in [first, reversed.as_str(), ""] {
        assert!(choice.verify([client], [text]).is_err(), "{text}");
    }
    assert_eq!(choice.verify([client], []), Err(VerifyFailure::NoVerify));
    assert_eq!(choice.verify([], [server]), Err(VerifyFailure::NoClient));
    // Media's mechanisms and white space are nothing of it.
    let media = format!("{server} , sdes-srtp;mediasec");
    assert_eq!(choice.verify([client], [media.as_str()]), Ok(()));
    assert_eq!(choice.verify_server(server.split(',')), Ok(()));
}

/// The attacker of 7.2: the best suite is taken out of SM1 on its way.
#[test]
fn bidding_down_ends_in_associations_that_differ_and_in_a_refusal() {
    let offer = offer_of(&[sha_cbc(), md5_null()], false);
    let weak: Vec<&str> = offer
        .security_client()
        .split(',')
        .filter(|entry| entry.contains("md5"))
        .collect();
    let policy = Policy::default();
    let choice = policy
        .judge(false, weak)
        .expect("taken")
        .choose(&policy, UE, here());
    assert_eq!(choice.associations.suite, md5_null());
    let verdict = judge(&offer, &choice).expect("the list of the P-CSCF is whole");
    assert_eq!(
        verdict.associations.suite,
        sha_cbc(),
        "the UE takes the best of the list"
    );
    let verified = choice.verify([offer.security_client()], [verdict.security_verify.as_str()]);
    assert_eq!(verified, Err(VerifyFailure::Client));
}

#[test]
fn behind_a_nat_it_is_a_tunnel() {
    let offer = offer_of(&[sha_cbc()], true);
    let policy = Policy::default();
    let proposal = policy.judge(true, [offer.security_client()]).expect("taken");
    assert_eq!(proposal.mode(), Mode::UdpEncapsulatedTunnel);
    let public = IpAddr::from([192, 0, 2, 9]);
    let choice = proposal.choose(&policy, public, here());
    let verdict = offer.judge(SaSet(1), public, UE, PCSCF, [choice.security_server()]);
    let associations = verdict.expect("acceptable").associations;
    // Inside the tunnel both mean the same packets; around it each sees what the NAT makes of it.
    assert_eq!(
        (associations.ue, associations.pcscf),
        (choice.associations.ue, choice.associations.pcscf)
    );
    let Encapsulation::UdpTunnel { ue, .. } = associations.encapsulation else {
        panic!("a tunnel")
    };
    assert_eq!((ue.ip(), ue.port()), (UE, ENCAPSULATION_PORT));
}

fn associations(set: u32) -> Associations {
    let shift = set as u16;
    Associations {
        set: SaSet(set),
        ue: End {
            address: UE,
            ports: Ports {
                client: 4000 + shift,
                server: 3999,
            },
            spis: spis(1000 + 2 * set),
        },
        pcscf: End {
            address: PCSCF,
            ports: Ports {
                client: 6100 + shift,
                server: 6099,
            },
            spis: spis(9000 + 2 * set),
        },
        suite: sha_cbc(),
        encapsulation: Encapsulation::Transport,
    }
}

fn keys() -> EspKeys {
    EspKeys::derive(sha_cbc(), &Ck::new_128([1; 16]), &Ik::new_128([2; 16])).expect("128 bits")
}

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A set arrives at the other end with this hop.
fn arriving(role: Role, set: u32) -> Hop {
    let other = match role {
        Role::Ue => Role::Pcscf,
        Role::Pcscf => Role::Ue,
    };
    let sent = associations(set).request_hop(other, Protocol::Udp);
    Hop {
        local: sent.remote,
        remote: sent.local,
        ..sent
    }
}

fn names(sets: &Sets) -> Vec<(Which, u32)> {
    let mut names: Vec<_> = sets
        .iter()
        .map(|(which, entry)| (which, entry.associations.set.0))
        .collect();
    names.sort();
    names
}

/// The sets that a back end holds after all commands.
pub(super) fn carry_out(sets: &mut Sets, installed: &mut HashSet<u32>) {
    while let Some(command) = sets.poll_command() {
        match command {
            SaCommand::Install(sa) => {
                installed.insert(sa.set.0);
            }
            SaCommand::RemoveSet(set) => {
                assert!(installed.remove(&set.0), "only what is there is deleted");
            }
            SaCommand::Remove(_) | SaCommand::Prefer(_) | SaCommand::SetLifetime { .. } => {}
        }
    }
    let held: HashSet<u32> = sets.iter().map(|(_, entry)| entry.associations.set.0).collect();
    assert_eq!(&held, installed);
    assert!(held.len() <= MAX_SETS);
}

fn registered(role: Role, set: u32) -> Sets {
    let mut sets = Sets::new(role);
    sets.challenge(s(0), associations(set), keys());
    assert!(sets.confirm(s(1), s(3_600), None));
    assert_eq!(names(&sets), [(Which::Current, set)]);
    sets
}

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
    assert_eq!(names(&sets), [(Which::Current, 1)]);
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

/// The set that requests go over.
pub(super) fn registered_name(sets: &Sets) -> Option<u32> {
    sets.outbound().map(|associations| associations.set.0)
}

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// A message on its way: over which set, `None` unprotected.
struct Traffic {
    to: Role,
    set: u32,
    due: Duration,
    /// The registrations begun when it was sent, and those of them without protection.
    begun: (u32, u32),
}

/// Both ends, and what is between them.
pub(super) struct World {
    dice: Dice,
    seed: u64,
    now: Duration,
    next: u32,
    anew: u32,
    pub(super) ue: Sets,
    pub(super) pcscf: Sets,
    pub(super) ue_installed: HashSet<u32>,
    pub(super) pcscf_installed: HashSet<u32>,
    pub(super) registrations: u32,
    traffic: Vec<Traffic>,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            dice: Dice(seed),
            seed,
            now: Duration::ZERO,
            next: 0,
            anew: 0,
            ue: Sets::new(Role::Ue),
            pcscf: Sets::new(Role::Pcscf),
            ue_installed: HashSet::new(),
            pcscf_installed: HashSet::new(),
            registrations: 0,
            traffic: Vec::new(),
        }
    }

    fn lost(&mut self) -> bool {
        self.dice.below(5) == 0
    }

    pub(super) fn step(&mut self) {
        match self.dice.below(6) {
            0 => self.register(),
            1 => self.pass(600),
            2 => self.pass(3),
            3 => self.say(Role::Ue),
            _ => self.say(Role::Pcscf),
        }
        self.deliver();
    }

    /// One registration, of which any message may be lost.
    fn register(&mut self) {
        let over = self.ue.outbound().map(|four| four.set);
        if over.is_none() {
            // TS 33.203 7.4: a UE has one registration at a time, and forgets what it did not finish.
            self.ue.clear();
            self.anew += 1;
        }
        if self.lost() {
            return;
        }
        // SM1 through a set is heard through it, or it does not arrive.
        if let Some(over) = over {
            let Some(which) = self.pcscf.find(&arriving(Role::Pcscf, over.0)) else {
                panic!("seed {}: the P-CSCF has not the set of SM1", self.seed)
            };
            self.pcscf.heard(self.now, which);
        }
        self.next += 1;
        let four = associations(self.next);
        self.pcscf.challenge(self.now, four, keys());
        if self.lost() {
            return;
        }
        self.ue.challenge(self.now, four, keys());
        self.pass(1);
        if self.lost() || self.pcscf.find(&arriving(Role::Pcscf, self.next)) != Some(Which::Temporary) {
            self.ue.fail();
            return;
        }
        if self.dice.below(6) == 0 {
            // A wrong RES: both delete, if the answer arrives.
            self.pcscf.fail();
            self.ue.fail();
            return;
        }
        let granted = s(60 + self.dice.below(3_600));
        self.pcscf.confirm(self.now, granted, over);
        if self.lost() {
            self.ue.fail();
            return;
        }
        self.registrations += 1;
        self.ue.confirm(self.now, granted, over);
    }

    /// A request over the set in use, late as it likes within what a transaction lives.
    fn say(&mut self, from: Role) {
        let sets = match from {
            Role::Ue => &self.ue,
            Role::Pcscf => &self.pcscf,
        };
        let Some(set) = registered_name(sets) else {
            return;
        };
        let (other, role) = match from {
            Role::Ue => (&self.pcscf, Role::Pcscf),
            Role::Pcscf => (&self.ue, Role::Ue),
        };
        let known = other.outbound().is_none() || other.find(&arriving(role, set)).is_some();
        let held = |sets: &Sets| {
            sets.iter()
                .map(|(which, e)| (which, e.associations.set.0, e.expires))
                .collect::<Vec<_>>()
        };
        assert!(
            known,
            "seed {}: {from:?} sends over {set}, which the other has not; UE {:?}, P-CSCF {:?}",
            self.seed,
            held(&self.ue),
            held(&self.pcscf)
        );
        let due = self.now + s(self.dice.below(8));
        let to = match from {
            Role::Ue => Role::Pcscf,
            Role::Pcscf => Role::Ue,
        };
        if !self.lost() {
            let begun = (self.next, self.anew);
            self.traffic.push(Traffic { to, set, due, begun });
        }
    }

    fn deliver(&mut self) {
        let now = self.now;
        let due: Vec<Traffic> = self
            .traffic
            .extract_if(.., |message| message.due <= now)
            .collect();
        for Traffic { to, set, due, begun } in due {
            let (sets, other) = match to {
                Role::Ue => (&mut self.ue, &self.pcscf),
                Role::Pcscf => (&mut self.pcscf, &self.ue),
            };
            let found = sets.find(&arriving(to, set));
            // Only a registration that has ended, or that began anew without protection, knows nothing of it.
            let alive = sets.outbound().is_some() && other.outbound().is_some();
            // Of several former sets that of the latest SM1 alone is kept (7.4).
            let late = now > due + s(4)
                || self.next > begun.0 + 1
                || self.anew > begun.1
                || !other.iter().any(|(_, entry)| entry.associations.set.0 == set);
            assert!(
                found.is_some() || !alive || late || self.next_is_fresh(set),
                "seed {}: set {set} is not known to {to:?} at {now:?}",
                self.seed
            );
            if let Some(which) = found {
                self.sets_mut(to).heard(now, which);
            }
        }
    }

    fn sets_mut(&mut self, role: Role) -> &mut Sets {
        match role {
            Role::Ue => &mut self.ue,
            Role::Pcscf => &mut self.pcscf,
        }
    }

    /// Whether the ends have nothing in common: the first SM12 was lost, and only a new registration helps.
    fn next_is_fresh(&self, set: u32) -> bool {
        let ue: HashSet<u32> = self
            .ue
            .iter()
            .map(|(_, entry)| entry.associations.set.0)
            .collect();
        !ue.contains(&set) && self.ue.outbound().is_none()
    }

    fn pass(&mut self, seconds: u64) {
        self.now += s(seconds);
        self.ue.timeout(self.now);
        self.pcscf.timeout(self.now);
    }

    pub(super) fn end(&mut self) {
        self.pass(10_000);
    }
}
