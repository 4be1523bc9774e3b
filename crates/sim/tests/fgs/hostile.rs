//! gNBs and UEs that mean it ill: what they send changes nothing for others, and takes no more than the limits give.
//!
//! Among them the classes of vulnerabilities that other cores had: a crash on a malformed IE, no integrity check after
//! security, replays accepted, null algorithms chosen, COUNTs reset by an unauthenticated header, resynchronisation with a
//! forged AUTS, RES* compared by prefix. Those that one UE's own messages show are scenarios.

use crate::support::victim::{
    SECOND, UNPROVEN, Victim, deregistration_request, initial, phone, registration_request, service_request,
    uplink,
};
use quintet_amf::N2Disposition;
use quintet_crypto::Direction;
use quintet_fgmm::network::FgmmState;
use quintet_fgmm::ue::{Event, NotStarted, Start};
use quintet_nas::fgs::FgmmMessage;
use quintet_ngap::message::{
    ErrorIndication, InitialContextSetupFailure, NasNonDeliveryIndication, NgReset, UeContextReleaseComplete,
    UeContextReleaseRequest,
};
use quintet_ngap::{AmfUeNgapId, Cause, NgapPdu, RanUeNgapId, ResetType, UeAssociatedConnection};
use quintet_sim::demo::Population;
use quintet_sim::fgs::Restart;
use quintet_sim::gnb::{Alteration, GnbEvent, Interference, Random, Rule, Tamper, Which, mutate};
use std::time::Duration;

#[test]
fn a_flood_of_initial_messages_ends_at_the_limit_and_passes() {
    let mut victim = Victim::new(1);
    let enemy = victim.enemy();
    for n in 0..1_000 {
        let nas = registration_request(Population::imsi(500 + n).unwrap());
        let _ = enemy.say(&mut victim, initial(n, &nas, None));
        assert!(victim.world.amf.connection_count() <= UNPROVEN);
    }
    assert!(victim.world.amf.counters().refused >= 1_000 - UNPROVEN as u64);
    victim.start(Start::REGISTER);
    victim.unharmed();
    victim.idle_after(Duration::from_secs(120));
    assert_eq!(
        victim.world.amf.context_count(),
        1,
        "nobody who proved nothing has a context"
    );
}

#[test]
fn half_open_registrations_end_by_themselves() {
    let mut victim = Victim::registered(2);
    let enemy = victim.enemy();
    let nas = registration_request(victim.imsi);
    for n in 0..UNPROVEN as u32 {
        let _ = enemy.say(&mut victim, initial(n, &nas, None));
    }
    victim.world.run_for(SECOND);
    assert_eq!(victim.world.amf.connection_count(), UNPROVEN + 1);
    assert!(
        victim.world.cells[victim.cell].gnb.ids(victim.ue).is_some(),
        "the UE keeps its connection"
    );
    victim.unharmed();
    victim.idle_after(Duration::from_secs(120));
    assert_eq!(victim.world.home.ausf.waiting(), 0, "nor does the AUSF wait");
    victim.serves();
}

#[test]
fn another_gnbs_identities_are_as_good_as_unknown() {
    let mut victim = Victim::registered(3);
    let enemy = victim.enemy();
    let (ran, amf) = victim.world.cells[victim.cell].gnb.ids(victim.ue).unwrap();
    let amf = amf.unwrap();
    let unknown = N2Disposition::Replied(Cause::UNKNOWN_LOCAL_UE_NGAP_ID);
    let leave = deregistration_request(victim.guti());
    assert_eq!(enemy.say(&mut victim, uplink(amf, ran, &leave)), unknown);
    let cause = Cause::USER_INACTIVITY;
    let request = UeContextReleaseRequest::new(amf, ran, cause);
    assert_eq!(enemy.say(&mut victim, request), unknown);
    let _ = enemy.say(&mut victim, UeContextReleaseComplete::new(amf, ran));
    let _ = enemy.say(&mut victim, InitialContextSetupFailure::new(amf, ran, cause));
    let lost = NasNonDeliveryIndication::new(amf, ran, (&[0x7e][..]).into(), cause);
    let _ = enemy.say(&mut victim, lost);
    let named = UeAssociatedConnection {
        amf_ue_ngap_id: Some(amf),
        ran_ue_ngap_id: Some(ran),
    };
    let part = ResetType::PartOfNgInterface(vec![named]);
    let _ = enemy.say(&mut victim, NgReset::new(cause, part));
    let _ = enemy.say(&mut victim, NgReset::new(cause, ResetType::NgInterface));
    let mut indication = ErrorIndication::new();
    indication.amf_ue_ngap_id = Some(amf);
    indication.cause = Some(Cause::UNKNOWN_LOCAL_UE_NGAP_ID);
    let _ = enemy.say(&mut victim, indication);
    victim.world.run_for(SECOND);
    assert_eq!(victim.world.amf.connection_count(), 1);
    victim.unharmed();
}

#[test]
fn an_identity_used_twice_ends_the_connection_of_before_and_no_other() {
    let mut victim = Victim::registered(4);
    let enemy = victim.enemy();
    let nas = registration_request(Population::imsi(7).unwrap());
    for _ in 0..50 {
        let _ = enemy.say(&mut victim, initial(1, &nas, None));
        assert!(victim.world.amf.connection_count() <= 2);
    }
    victim.unharmed();
}

#[test]
fn unauthenticated_headers_neither_reset_counts_nor_deregister() {
    let mut victim = Victim::registered(5);
    victim.idle_after(SECOND);
    let enemy = victim.enemy();
    let guti = victim.guti();
    let before = victim.counts();
    let mut n = 0;
    let mut try_it = |victim: &mut Victim, nas: &[u8]| {
        n += 1;
        let _ = enemy.say(victim, initial(n, nas, Some(guti.s_tmsi())));
        victim.world.run_for(SECOND);
        assert_eq!(victim.counts(), before, "{nas:02x?}");
        assert_eq!(victim.context().state, FgmmState::Registered, "{nas:02x?}");
    };
    try_it(&mut victim, &deregistration_request(guti));
    let by_suci = registration_request(victim.imsi);
    try_it(&mut victim, &by_suci);
    for sequence in [0, 1, 2, 0x7f, 0xff] {
        for header in 1..=4 {
            for inside in [deregistration_request(guti), service_request(guti)] {
                let forged = [&[0x7e, header, 1, 2, 3, 4, sequence][..], &inside].concat();
                try_it(&mut victim, &forged);
            }
        }
    }
    victim.world.run_for(120 * SECOND);
    victim.serves();
}

#[test]
fn what_was_accepted_is_not_accepted_again_over_a_restart() {
    for how in [Restart::Clean, Restart::Killed] {
        let mut victim = Victim::registered(8);
        victim.idle_after(SECOND);
        // The store's record is exact once, and old soon after.
        victim.world.restart(Restart::Clean);
        let written = victim.world.records.clone();
        assert_eq!(written.len(), 2, "a context, and the secret of callbacks");
        let mut heard = Vec::new();
        victim.world.run_for(SECOND);
        victim.world.forget_events();
        for start in [Start::SERVICE; 3] {
            victim.start(start);
            heard.append(&mut victim.world.cells[victim.cell].events);
            victim.idle_after(SECOND);
        }
        let protected = heard.into_iter().filter_map(|event| match event {
            GnbEvent::Nas {
                direction: Direction::Uplink,
                nas,
                ..
            } if nas[1] != 0 => Some(nas),
            _ => None,
        });
        let protected: Vec<_> = protected.collect();
        assert!(protected.len() >= 3, "{protected:02x?}");
        if how == Restart::Killed {
            // It comes before the store has written anything of all this.
            victim.world.records.clone_from(&written);
        }
        victim.world.restart(how);
        victim.world.run_for(SECOND);
        let enemy = victim.enemy();
        let s_tmsi = victim.guti().s_tmsi();
        for (n, nas) in protected.iter().enumerate() {
            let _ = enemy.say(&mut victim, initial(n as u32, nas, Some(s_tmsi)));
            victim.world.run_for(SECOND);
        }
        let counters = victim.world.amf.counters();
        assert_eq!(
            (counters.served, counters.registered, counters.authenticated),
            (0, 0, 0),
            "{how:?}"
        );
        victim.world.run_for(120 * SECOND);
        victim.start(Start::SERVICE);
        victim.unharmed();
        assert_eq!(victim.world.amf.counters().served, 1, "{how:?}");
    }
}

#[test]
fn a_forged_auts_resynchronises_nothing() {
    let mut victim = Victim::new(6);
    let enemy = victim.enemy();
    let nas = registration_request(victim.imsi);
    let _ = enemy.say(&mut victim, initial(1, &nas, None));
    victim.world.run_for(SECOND);
    let (amf, challenge) = enemy.heard(&victim).unwrap();
    let challenge = FgmmMessage::decode_downlink(&challenge).unwrap().message;
    assert!(matches!(challenge, FgmmMessage::AuthenticationRequest(_)));
    let mut failure = vec![0x7e, 0x00, 0x59, 21, 0x30, 14];
    failure.extend([0x55; 14]);
    let _ = enemy.say(&mut victim, uplink(amf, RanUeNgapId(1), &failure));
    victim.world.run_for(10 * SECOND);
    assert_eq!(victim.world.amf.connection_count(), 0, "refused");
    // The card would answer #21 if the AuC's SQN had gone anywhere.
    victim.start(Start::REGISTER);
    victim.unharmed();
    let failed = |event: &GnbEvent| matches!(event, GnbEvent::Ue(_, Event::AuthenticationFailed(_)));
    assert!(!victim.world.cells[victim.cell].events.iter().any(failed));
}

/// What somebody does to RES* in AUTHENTICATION RESPONSE: header and type, IEI, length, octets.
fn with_res_star(change: fn(&mut Vec<u8>)) -> Interference {
    let rule = Rule::up(
        Which::Named("AUTHENTICATION RESPONSE"),
        Tamper::Alter(Alteration::With(change)),
    );
    Interference::new([rule])
}

#[test]
fn res_star_is_compared_whole() {
    let changes: [fn(&mut Vec<u8>); 4] = [
        // Its first half, all but its last octet, another in front (one behind is ignored: TS 24.007 11.2.4), its last bit.
        |nas| {
            nas[4] = 8;
            nas.truncate(13);
        },
        |nas| {
            nas[4] = 15;
            nas.truncate(20);
        },
        |nas| {
            nas[4] += 1;
            nas.insert(5, 0);
        },
        |nas| {
            let last = nas.len() - 1;
            nas[last] ^= 1;
        },
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut victim = Victim::new(70 + n as u64);
        victim.world.cells[victim.cell]
            .gnb
            .interfere(victim.ue, with_res_star(change));
        victim.start(Start::REGISTER);
        assert_eq!(victim.world.amf.counters().authenticated, 0, "change {n}");
        assert!(victim.world.amf.context(&victim.supi).is_none(), "change {n}");
    }
}

/// A valid message of any kind, with identities that may be anybody's.
fn any_message(random: &mut Random, nas: &[u8]) -> Vec<u8> {
    let (amf, ran) = (AmfUeNgapId(random.below(8)), RanUeNgapId(random.below(4) as u32));
    let cause = Cause::RADIO_NETWORK_UNSPECIFIED;
    let pdu: NgapPdu<'_> = match random.below(9) {
        0..=2 => initial(ran.0, nas, None).into(),
        3..=5 => uplink(amf, ran, nas).into(),
        6 => UeContextReleaseRequest::new(amf, ran, cause).into(),
        7 => UeContextReleaseComplete::new(amf, ran).into(),
        _ => InitialContextSetupFailure::new(amf, ran, cause).into(),
    };
    let mut octets = Vec::new();
    pdu.encode(&mut octets).unwrap();
    octets
}

/// NAS messages that somebody without keys can make.
fn any_nas(random: &mut Random, victim: &Victim) -> Vec<u8> {
    let guti = victim.guti();
    let choices = [
        registration_request(victim.imsi),
        registration_request(Population::imsi(99).unwrap()),
        deregistration_request(guti),
        service_request(guti),
        [&[0x7e, 0x00, 0x57, 0x2d, 16][..], &[0x55; 16]].concat(),
        vec![0x7e, 0x00, 0x59, 20],
        vec![0x7e, 0x00, 0x59, 71],
        vec![0x7e, 0x00, 0x5f, 24],
        vec![0x7e, 0x00, 0x43],
        vec![0x7e, 0x04, 1, 2, 3, 4, 0, 0x7e, 0x00, 0x5e],
        vec![0x7e, 0x02, 1, 2, 3, 4, 0, 0x7e, 0x00, 0x43],
        vec![0x7e, 0x00, 0x64, 97],
        vec![0x7e, 0x00, 0x5c, 0x00, 0x01, 0x00],
        vec![0x2e, 1, 1, 0xc1],
    ];
    choices[random.below(choices.len() as u64) as usize].clone()
}

#[test]
fn any_message_in_any_state_harms_nobody_else() {
    for seed in 0..40 {
        println!("seed {seed}");
        let mut victim = Victim::registered(seed);
        let enemy = victim.enemy();
        let mut random = Random::new(seed);
        for _ in 0..200 {
            let nas = any_nas(&mut random, &victim);
            let mut octets = any_message(&mut random, &nas);
            if random.happens(300) {
                mutate(&mut random, &mut octets);
            }
            let _ = victim.world.say(enemy.0, octets);
            victim.world.run_for(Duration::from_millis(random.below(500)));
        }
        victim.unharmed();
        victim.idle_after(Duration::from_secs(200));
        victim.serves();
    }
}

#[test]
fn malformed_messages_of_a_ues_own_harm_nobody_else() {
    let mut back = 0;
    for seed in 0..60 {
        println!("seed {seed}");
        let mut victim = Victim::registered(seed);
        let other = Population::new().subscriber(1).unwrap();
        victim.world.home.add(vec![other.clone()]);
        let gnb = &mut victim.world.cells[victim.cell].gnb;
        let id = gnb.add_ue(phone(&other, true));
        let mutated = |rule: fn(Which, Tamper) -> Rule, seed| {
            rule(Which::Every, Tamper::Alter(Alteration::Mutate(seed)))
        };
        gnb.interfere(
            id,
            Interference::new([mutated(Rule::up, seed), mutated(Rule::down, !seed)]),
        );
        for _ in 0..6 {
            let now = victim.world.now;
            victim.world.cells[victim.cell]
                .gnb
                .start(now, id, Start::REGISTER);
            victim.world.run_for(20 * SECOND);
        }
        victim.unharmed();
        // Whoever it is, it can come back once it is left alone.
        let gnb = &mut victim.world.cells[victim.cell].gnb;
        gnb.interfere(id, Interference::default());
        victim.world.run_for(Duration::from_secs(1_500));
        let now = victim.world.now;
        victim.world.cells[victim.cell]
            .gnb
            .start(now, id, Start::REGISTER);
        victim.world.run_for(20 * SECOND);
        let cell = &victim.world.cells[victim.cell];
        // A plain reject that somebody made has switched its card off: a UE must believe that (TS 24.501 4.4.4.2).
        let off = GnbEvent::Ue(id, Event::NotStarted(NotStarted::InvalidUsim));
        let registered = cell.gnb.ue(id).me().is_registered();
        assert!(
            registered || cell.events.contains(&off),
            "{:?}",
            cell.events.last()
        );
        back += u32::from(registered);
        victim.unharmed();
    }
    assert!(back > 30, "{back} came back");
}
