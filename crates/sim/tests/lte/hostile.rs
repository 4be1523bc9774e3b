//! eNBs and UEs that mean it ill: what they send changes nothing for others, and takes no more than the limits give.
//!
//! Among them the classes of vulnerabilities that other cores had: a crash on a malformed IE, no integrity check after
//! security, replays accepted, null algorithms chosen, COUNTs reset by an unauthenticated header, resynchronisation with a
//! forged AUTS, RES compared by prefix. Those that one UE's own messages show are scenarios.

use crate::support::World;
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_emm::network::EmmState;
use quintet_emm::ue::{Configuration, Event, NotStarted, Start};
use quintet_identity::{Ecgi, Guti, Imsi, STmsi, Tai};
use quintet_mme::{S1Discard, S1Disposition};
use quintet_nas::eps::{AuthenticationRequest, EmmMessage};
use quintet_s1ap::message::{
    ErrorIndication, InitialContextSetupFailure, InitialUeMessage, NasNonDeliveryIndication, Reset,
    S1SetupRequest, UeContextReleaseComplete, UeContextReleaseRequest, UplinkNasTransport,
};
use quintet_s1ap::{
    Cause, EnbId, EnbUeS1apId, GlobalEnbId, MmeUeS1apId, PagingDrx, ResetType, RrcEstablishmentCause,
    S1apPdu, SupportedTa, UeAssociatedConnection,
};
use quintet_sctp::AssociationId;
use quintet_sim::Usim;
use quintet_sim::demo::Population;
use quintet_sim::enb::{Alteration, EnbEvent, Interference, Random, Rule, Tamper, UeId, Which, mutate};
use quintet_sim::lte::{LabTimers, Restart, serving_plmn};
use quintet_sim::ue::Ue;
use std::sync::Arc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Everything that a victim of these tests has: a cell, a UE, an IMSI.
struct Victim {
    world: World,
    cell: usize,
    ue: UeId,
    imsi: Imsi,
}

/// Half-open attaches an eNB may have in these tests.
const UNPROVEN: usize = 32;

impl Victim {
    fn new(seed: u64) -> Self {
        let subscriber = Population::new().subscriber(0).unwrap();
        let mut world = World::with(seed, LabTimers::SPECIFIED, vec![subscriber.clone()], |config| {
            config.limits.unproven_per_enb = UNPROVEN;
        });
        let cell = world.cell(|_| ());
        let card = Usim::new(subscriber.imsi, &subscriber.authentication, Default::default()).unwrap();
        let configuration = Arc::new(Configuration {
            automatic: false,
            ..Configuration::default()
        });
        let device = (
            "490154203237518".parse().unwrap(),
            "4901542032375186".parse().unwrap(),
        );
        let ue = Ue::new(configuration, device, Some(card), serving_plmn());
        let ue = world.cells[cell].enb.add_ue(ue);
        Self {
            world,
            cell,
            ue,
            imsi: subscriber.imsi,
        }
    }

    fn attached(seed: u64) -> Self {
        let mut victim = Self::new(seed);
        victim.start(Start::ATTACH);
        victim.unharmed();
        victim
    }

    fn start(&mut self, start: Start) {
        let now = self.world.now;
        self.world.cells[self.cell].enb.start(now, self.ue, start);
        self.world.run_for(SECOND);
    }

    fn idle(&mut self) {
        self.world.cells[self.cell]
            .enb
            .release(self.ue, Cause::USER_INACTIVITY);
        self.world.run_for(SECOND);
        assert_eq!(self.world.mme.connection_count(), 0);
    }

    fn guti(&self) -> Guti {
        self.world.cells[self.cell].enb.ue(self.ue).me().guti().unwrap()
    }

    /// The UE is registered, connected or not, at both ends, under the best algorithms both have.
    #[track_caller]
    fn unharmed(&self) {
        let context = self.world.mme.context(self.imsi).unwrap();
        assert_eq!(context.state, EmmState::Registered);
        let security = context.security.as_ref().unwrap();
        let chosen = (security.nas.integrity(), security.nas.ciphering());
        assert_eq!(chosen, (IntegrityAlgorithm::EIA2, CipheringAlgorithm::EEA2));
        assert!(self.world.cells[self.cell].enb.ue(self.ue).me().is_registered());
        assert!(
            self.world.invariants.broken.is_empty(),
            "{:?}",
            self.world.invariants.broken
        );
    }

    /// It can still use its context: service without a new AKA.
    #[track_caller]
    fn serves(&mut self) {
        let authenticated = self.world.mme.counters().authenticated;
        self.world.forget_events();
        self.start(Start::ServiceRequest);
        let served = EnbEvent::Ue(self.ue, Event::Served);
        assert!(self.world.cells[self.cell].events.contains(&served));
        assert_eq!(self.world.mme.counters().authenticated, authenticated);
        self.unharmed();
    }

    /// A stranger that was set up as an eNB.
    fn enemy(&mut self) -> Enemy {
        let association = self.world.stranger();
        let id = GlobalEnbId {
            plmn_identity: serving_plmn(),
            enb_id: EnbId::Macro(0xbad),
        };
        let areas = vec![SupportedTa {
            tac: 1,
            broadcast_plmns: vec![serving_plmn()],
        }];
        let enemy = Enemy(association);
        assert_eq!(
            enemy.say(self, S1SetupRequest::new(id, areas, PagingDrx::V128)),
            S1Disposition::Handled
        );
        enemy
    }
}

#[derive(Clone, Copy)]
struct Enemy(AssociationId);

fn place() -> (Tai, Ecgi) {
    let plmn = serving_plmn();
    (Tai { plmn, tac: 1 }, Ecgi::new(plmn, 0xbad00).unwrap())
}

fn initial(enb: u32, nas: &[u8], s_tmsi: Option<STmsi>) -> InitialUeMessage<'_> {
    let (tai, ecgi) = place();
    let cause = RrcEstablishmentCause::MoSignalling;
    let mut message = InitialUeMessage::new(EnbUeS1apId(enb), nas.into(), tai, ecgi, cause);
    message.s_tmsi = s_tmsi;
    message
}

fn uplink<'a>(mme: MmeUeS1apId, enb: EnbUeS1apId, nas: &'a [u8]) -> UplinkNasTransport<'a> {
    let (tai, ecgi) = place();
    UplinkNasTransport::new(mme, enb, nas.into(), ecgi, tai)
}

impl Enemy {
    fn say<'a>(self, victim: &mut Victim, message: impl Into<S1apPdu<'a>>) -> S1Disposition {
        let mut octets = Vec::new();
        message.into().encode(&mut octets).unwrap();
        victim.world.say(self.0, octets)
    }

    /// What the MME sent it last: identities and NAS PDU.
    fn heard(self, victim: &Victim) -> Option<(MmeUeS1apId, Vec<u8>)> {
        let own = victim.world.heard.iter().rev().filter(|(to, _)| *to == self.0);
        own.map(|(_, octets)| S1apPdu::decode(octets).unwrap().pdu)
            .find_map(|pdu| match pdu {
                S1apPdu::DownlinkNasTransport(m) => Some((m.mme_ue_s1ap_id, m.nas_pdu.to_vec())),
                _ => None,
            })
    }
}

/// ATTACH REQUEST by IMSI, plain.
fn attach_request(imsi: Imsi) -> Vec<u8> {
    let mut nas = vec![0x07, 0x41, 0x71, 8];
    let digits: Vec<u8> = imsi.to_string().bytes().map(|digit| digit - b'0').collect();
    nas.push(digits[0] << 4 | 0x09);
    nas.extend(
        digits[1..]
            .chunks(2)
            .map(|pair| pair.get(1).unwrap_or(&15) << 4 | pair[0]),
    );
    nas.extend([2, 0xf0, 0xf0, 0, 5, 0x02, 0x01, 0xd0, 0x11, 0x27]);
    nas
}

/// DETACH REQUEST of a UE that switches off, by GUTI, plain.
fn detach_request(guti: Guti) -> Vec<u8> {
    let mut nas = vec![0x07, 0x45, 0x09, 11, 0xf6];
    nas.extend(guti.octets());
    nas
}

#[test]
fn a_flood_of_initial_messages_ends_at_the_limit_and_passes() {
    let mut victim = Victim::new(1);
    let enemy = victim.enemy();
    for n in 0..1_000 {
        let nas = attach_request(Population::imsi(500 + n).unwrap());
        let _ = enemy.say(&mut victim, initial(n, &nas, None));
        assert!(victim.world.mme.connection_count() <= UNPROVEN);
    }
    assert!(victim.world.mme.counters().refused >= 1_000 - UNPROVEN as u64);
    victim.start(Start::ATTACH);
    victim.unharmed();
    victim.idle_after(Duration::from_secs(120));
    assert_eq!(
        victim.world.mme.context_count(),
        1,
        "nobody who proved nothing has a context"
    );
}

impl Victim {
    /// The victim's connection is released, and those that nobody finishes end by themselves.
    #[track_caller]
    fn idle_after(&mut self, time: Duration) {
        self.world.cells[self.cell]
            .enb
            .release(self.ue, Cause::USER_INACTIVITY);
        self.world.run_for(time);
        assert_eq!(self.world.mme.connection_count(), 0);
    }
}

#[test]
fn half_open_attaches_end_by_themselves() {
    let mut victim = Victim::attached(2);
    let enemy = victim.enemy();
    let nas = attach_request(victim.imsi);
    for n in 0..UNPROVEN as u32 {
        let _ = enemy.say(&mut victim, initial(n, &nas, None));
    }
    victim.world.run_for(SECOND);
    assert_eq!(victim.world.mme.connection_count(), UNPROVEN + 1);
    assert!(
        victim.world.cells[victim.cell].enb.ids(victim.ue).is_some(),
        "the UE keeps its connection"
    );
    victim.unharmed();
    victim.idle_after(Duration::from_secs(120));
    victim.serves();
}

#[test]
fn another_enbs_identities_are_as_good_as_unknown() {
    let mut victim = Victim::attached(3);
    let enemy = victim.enemy();
    let (enb, mme) = victim.world.cells[victim.cell].enb.ids(victim.ue).unwrap();
    let mme = mme.unwrap();
    let unknown = S1Disposition::Replied(Cause::UNKNOWN_MME_UE_S1AP_ID);
    let detach = detach_request(victim.guti());
    assert_eq!(enemy.say(&mut victim, uplink(mme, enb, &detach)), unknown);
    let cause = Cause::USER_INACTIVITY;
    assert_eq!(
        enemy.say(&mut victim, UeContextReleaseRequest::new(mme, enb, cause)),
        unknown
    );
    // The eNB has let go already: nothing is left to be told.
    let unawaited = S1Disposition::Silent(S1Discard::Unawaited);
    assert_eq!(
        enemy.say(&mut victim, UeContextReleaseComplete::new(mme, enb)),
        unawaited
    );
    assert_eq!(
        enemy.say(&mut victim, InitialContextSetupFailure::new(mme, enb, cause)),
        unknown
    );
    let lost = NasNonDeliveryIndication::new(mme, enb, (&[7][..]).into(), cause);
    assert_eq!(enemy.say(&mut victim, lost), unknown);
    let named = UeAssociatedConnection {
        mme_ue_s1ap_id: Some(mme),
        enb_ue_s1ap_id: Some(enb),
    };
    let _ = enemy.say(
        &mut victim,
        Reset::new(cause, ResetType::PartOfS1Interface(vec![named])),
    );
    let _ = enemy.say(&mut victim, Reset::new(cause, ResetType::S1Interface));
    let mut indication = ErrorIndication::new();
    indication.mme_ue_s1ap_id = Some(mme);
    indication.cause = Some(Cause::UNKNOWN_MME_UE_S1AP_ID);
    let _ = enemy.say(&mut victim, indication);
    victim.world.run_for(SECOND);
    assert_eq!(victim.world.mme.connection_count(), 1);
    victim.unharmed();
}

#[test]
fn an_identity_used_twice_ends_the_connection_of_before_and_no_other() {
    let mut victim = Victim::attached(4);
    let enemy = victim.enemy();
    let nas = attach_request(Population::imsi(7).unwrap());
    for _ in 0..50 {
        let _ = enemy.say(&mut victim, initial(1, &nas, None));
        assert!(victim.world.mme.connection_count() <= 2);
    }
    victim.unharmed();
}

#[test]
fn unauthenticated_headers_neither_reset_counts_nor_detach() {
    let mut victim = Victim::attached(5);
    victim.idle();
    let enemy = victim.enemy();
    let guti = victim.guti();
    let before = victim
        .world
        .mme
        .context(victim.imsi)
        .unwrap()
        .security
        .as_ref()
        .unwrap()
        .nas
        .counts();
    let mut n = 0;
    let mut try_it = |victim: &mut Victim, nas: &[u8]| {
        n += 1;
        let _ = enemy.say(victim, initial(n, nas, Some(guti.s_tmsi())));
        victim.world.run_for(SECOND);
        let now = victim.world.mme.context(victim.imsi).unwrap();
        assert_eq!(now.security.as_ref().unwrap().nas.counts(), before, "{nas:02x?}");
        assert_eq!(now.state, EmmState::Registered, "{nas:02x?}");
    };
    try_it(&mut victim, &detach_request(guti));
    let by_imsi = attach_request(victim.imsi);
    try_it(&mut victim, &by_imsi);
    for sequence in [0, 1, 2, 0x7f, 0xff] {
        for header in [0x17, 0x27, 0x37, 0x47] {
            let forged = [&[header, 1, 2, 3, 4, sequence][..], &detach_request(guti)].concat();
            try_it(&mut victim, &forged);
        }
        try_it(&mut victim, &[0xc7, sequence & 0x1f, 0xde, 0xad]);
    }
    victim.world.run_for(120 * SECOND);
    victim.serves();
}

#[test]
fn what_was_accepted_is_not_accepted_again_over_a_restart() {
    for how in [Restart::Clean, Restart::Killed] {
        let mut victim = Victim::attached(8);
        victim.idle();
        // The store's record is exact once, and old soon after.
        victim.world.restart(Restart::Clean);
        let written = victim.world.records.clone();
        assert_eq!(written.len(), 1);
        let mut heard = Vec::new();
        victim.world.run_for(SECOND);
        victim.world.forget_events();
        for start in [Start::ServiceRequest; 3] {
            victim.start(start);
            heard.append(&mut victim.world.cells[victim.cell].events);
            victim.idle();
        }
        let protected = heard.into_iter().filter_map(|event| match event {
            EnbEvent::Nas {
                direction: Direction::Uplink,
                nas,
                ..
            } if nas[0] != 0x07 => Some(nas),
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
        let counters = victim.world.mme.counters();
        assert_eq!(
            (counters.served, counters.updated, counters.authenticated),
            (0, 0, 0),
            "{how:?}"
        );
        victim.world.run_for(120 * SECOND);
        victim.start(Start::ServiceRequest);
        victim.unharmed();
        assert_eq!(victim.world.mme.counters().served, 1, "{how:?}");
    }
}

#[test]
fn a_forged_auts_resynchronises_nothing() {
    let mut victim = Victim::new(6);
    let enemy = victim.enemy();
    let nas = attach_request(victim.imsi);
    let _ = enemy.say(&mut victim, initial(1, &nas, None));
    victim.world.run_for(SECOND);
    let (mme, challenge) = enemy.heard(&victim).unwrap();
    assert!(AuthenticationRequest::decode(&challenge).is_ok());
    let mut failure = vec![0x07, 0x5c, 21, 0x30, 14];
    failure.extend([0x55; 14]);
    let _ = enemy.say(&mut victim, uplink(mme, EnbUeS1apId(1), &failure));
    victim.world.run_for(10 * SECOND);
    assert_eq!(victim.world.mme.connection_count(), 0, "refused");
    // The card would answer #21 if the AuC's SQN had gone anywhere.
    victim.start(Start::ATTACH);
    victim.unharmed();
    let failed = |event: &EnbEvent| matches!(event, EnbEvent::Ue(_, Event::AuthenticationFailed(_)));
    assert!(!victim.world.cells[victim.cell].events.iter().any(failed));
}

/// What somebody does to RES in AUTHENTICATION RESPONSE: header, type, length, octets.
fn with_res(change: fn(&mut Vec<u8>)) -> Interference {
    let rule = Rule::up(
        Which::Named("AUTHENTICATION RESPONSE"),
        Tamper::Alter(Alteration::With(change)),
    );
    Interference::new([rule])
}

#[test]
fn res_is_compared_whole() {
    let changes: [fn(&mut Vec<u8>); 4] = [
        // Its first half, its first octets, more than there is, its last bit.
        |nas| {
            nas[2] = 4;
            nas.truncate(7);
        },
        |nas| {
            nas[2] = 7;
            nas.truncate(10);
        },
        |nas| {
            nas[2] += 1;
            nas.push(0);
        },
        |nas| {
            let last = nas.len() - 1;
            nas[last] ^= 1;
        },
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut victim = Victim::new(70 + n as u64);
        victim.world.cells[victim.cell]
            .enb
            .interfere(victim.ue, with_res(change));
        victim.start(Start::ATTACH);
        assert_eq!(victim.world.mme.counters().authenticated, 0, "change {n}");
        assert!(victim.world.mme.context(victim.imsi).is_none(), "change {n}");
    }
}

/// A valid message of any kind, with identities that may be anybody's.
fn any_message(random: &mut Random, nas: &[u8]) -> Vec<u8> {
    let (mme, enb) = (
        MmeUeS1apId(random.below(8) as u32),
        EnbUeS1apId(random.below(4) as u32),
    );
    let cause = Cause::RADIO_NETWORK_UNSPECIFIED;
    let pdu: S1apPdu<'_> = match random.below(9) {
        0..=2 => initial(enb.0, nas, None).into(),
        3..=5 => uplink(mme, enb, nas).into(),
        6 => UeContextReleaseRequest::new(mme, enb, cause).into(),
        7 => UeContextReleaseComplete::new(mme, enb).into(),
        _ => InitialContextSetupFailure::new(mme, enb, cause).into(),
    };
    let mut octets = Vec::new();
    pdu.encode(&mut octets).unwrap();
    octets
}

/// NAS messages that somebody without keys can make.
fn any_nas(random: &mut Random, victim: &Victim) -> Vec<u8> {
    let guti = victim.guti();
    let choices = [
        attach_request(victim.imsi),
        attach_request(Population::imsi(99).unwrap()),
        detach_request(guti),
        vec![0x07, 0x53, 8, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55],
        vec![0x07, 0x5c, 20],
        vec![0x07, 0x5f, 24],
        vec![0x07, 0x43, 0, 0],
        vec![0x47, 1, 2, 3, 4, 0, 0x07, 0x5e],
        vec![0xc7, 0, 1, 2],
        vec![0x07, 0x60, 97],
        vec![0x52, 1, 0xda],
    ];
    choices[random.below(choices.len() as u64) as usize].clone()
}

#[test]
fn any_message_in_any_state_harms_nobody_else() {
    for seed in 0..40 {
        let mut victim = Victim::attached(seed);
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
        println!("seed {seed}");
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
        let mut victim = Victim::attached(seed);
        let population = Population::new();
        let other = population.subscriber(1).unwrap();
        victim.world.add(vec![other.clone()]);
        let card = Usim::new(other.imsi, &other.authentication, Default::default()).unwrap();
        let device = (
            "490154203237518".parse().unwrap(),
            "4901542032375186".parse().unwrap(),
        );
        let ue = Ue::new(
            Arc::new(Configuration::default()),
            device,
            Some(card),
            serving_plmn(),
        );
        let enb = &mut victim.world.cells[victim.cell].enb;
        let id = enb.add_ue(ue);
        let mutated = |rule: fn(Which, Tamper) -> Rule, seed| {
            rule(Which::Every, Tamper::Alter(Alteration::Mutate(seed)))
        };
        enb.interfere(
            id,
            Interference::new([mutated(Rule::up, seed), mutated(Rule::down, !seed)]),
        );
        for _ in 0..6 {
            let now = victim.world.now;
            victim.world.cells[victim.cell].enb.start(now, id, Start::ATTACH);
            victim.world.run_for(20 * SECOND);
        }
        victim.unharmed();
        // Whoever it is, it can come back once it is left alone.
        let enb = &mut victim.world.cells[victim.cell].enb;
        enb.interfere(id, Interference::default());
        assert!(EmmMessage::decode_uplink(&attach_request(other.imsi)).is_ok());
        victim.world.run_for(Duration::from_secs(1_500));
        let now = victim.world.now;
        victim.world.cells[victim.cell].enb.start(now, id, Start::ATTACH);
        victim.world.run_for(20 * SECOND);
        let cell = &victim.world.cells[victim.cell];
        // A plain reject that somebody made has switched its card off: a UE must believe that (TS 24.301 4.4.4.2).
        let off = EnbEvent::Ue(id, Event::NotStarted(NotStarted::InvalidUsim));
        let registered = cell.enb.ue(id).me().is_registered();
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
