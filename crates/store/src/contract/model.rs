//! Random commands: a back end and [`MemoryStore`] answer the same. Seeds are printed on failure.

use super::fixture::{
    aaa, amf_registration, authentication_event, gateway, ims_subscription, imsi, node, registrations,
    sdm_subscription, slot, subscriber, subscription, waiting_centre,
};
use super::{Make, call, wait};
use crate::command::{Command, PutMode};
use crate::faulty::Dice;
use crate::ims::ImsKey;
use crate::memory::MemoryStore;
use crate::port::{Revision, Ticket};
use crate::reply::{Reply, StoreError};
use quintet_crypto::K;
use quintet_subscriber::auc::Epoch;
use quintet_subscriber::model::{AmfModification, ContextChange, Presence, WaitingChange};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Seeds of one run of the suite.
const SEEDS: u64 = 12;

/// Commands of one seed.
const COMMANDS: usize = 400;

/// IMSIs in play: few, so that they meet.
const IMSIS: u64 = 24;

fn some_subscriber(dice: &mut Dice) -> quintet_subscriber::model::Subscriber {
    let mut one = subscriber(dice.below(IMSIS));
    if dice.falls(300) {
        one.authentication.k = K::new_128([dice.below(3) as u8; 16]);
    }
    if dice.falls(300) {
        one.authentication.dif = Some(dice.roll() as i64);
        one.authentication.seq_seed = dice.roll();
    }
    if dice.falls(300) {
        one.subscription = Arc::new(subscription(dice.below(5)));
    }
    one
}

fn some_change(dice: &mut Dice) -> ContextChange {
    let n = dice.below(4);
    match dice.below(6) {
        0 => ContextChange::SetAmf(amf_registration(n)),
        1 => ContextChange::ModifyAmf(
            amf_registration(n).guami,
            AmfModification {
                purged: Some(dice.falls(500)),
                ..AmfModification::default()
            },
        ),
        2 => ContextChange::PutSdmSubscription(sdm_subscription(n)),
        3 => ContextChange::RemoveSdmSubscription(sdm_subscription(n).id),
        4 => ContextChange::PutAuthenticationEvent(authentication_event(dice.below(20))),
        _ => ContextChange::RemoveAuthenticationEvent(authentication_event(n).id),
    }
}

fn some_command(dice: &mut Dice) -> Command {
    let one = imsi(dice.below(IMSIS));
    let (slot, epoch) = (slot(dice.below(3) as u8), Epoch(dice.below(6)));
    let host = node(dice.below(4)).host;
    let after = dice.falls(500).then(|| imsi(dice.below(IMSIS)));
    let limit = dice.below(30) as usize;
    match dice.below(36) {
        0 => Command::Takeover { slot },
        1 => Command::RaiseBound {
            slot,
            epoch,
            h: dice.below(1000) as i64,
        },
        2 => Command::SetDif {
            imsi: one,
            slot,
            epoch,
            expected: None,
            dif: dice.roll() as i64,
        },
        3 => Command::Load { imsi: one, slot },
        4 => Command::Scan { after, limit },
        5 => Command::Changes {
            since: Revision(dice.below(300)),
            limit,
        },
        6 => Command::LoadLocation { imsi: one },
        7..=9 => {
            let clear_gateways = dice.falls(300);
            Command::SetMme {
                imsi: one,
                mme: Box::new(node(dice.below(4))),
                clear_gateways,
            }
        }
        10 if dice.falls(500) => Command::SetAaa {
            imsi: one,
            expected: dice.falls(500).then(|| aaa(dice.below(3)).host),
            aaa: dice.falls(700).then(|| Box::new(aaa(dice.below(3)))),
        },
        10 => Command::SetSgsn {
            imsi: one,
            sgsn: Box::new(node(dice.below(4))),
        },
        11 if dice.falls(500) => Command::ChangeWaiting {
            imsi: one,
            change: Box::new(some_waiting_change(dice)),
        },
        11 => Command::Purge { imsi: one, host },
        12 => Command::ClearLocation { imsi: one },
        13 | 14 => {
            let gateway = dice
                .falls(800)
                .then(|| Box::new(gateway(dice.below(5) as u32, dice.below(200) as u8)));
            let remove = (0..dice.below(3)).map(|_| dice.below(5) as u32).collect();
            Command::SetGateway {
                imsi: one,
                host,
                gateway,
                remove,
            }
        }
        15 => Command::ScanServed { host, after, limit },
        16 | 17 => {
            let subscribers = (0..1 + dice.below(4)).map(|_| some_subscriber(dice)).collect();
            let modes = [PutMode::Insert, PutMode::Update, PutMode::Upsert, PutMode::Upsert];
            Command::Put {
                subscribers,
                mode: modes[dice.below(4) as usize],
            }
        }
        18 => Command::Remove {
            imsis: (0..1 + dice.below(2)).map(|_| imsi(dice.below(IMSIS))).collect(),
        },
        19 => Command::LoadContextData { imsi: one },
        20..=22 => Command::ChangeContextData {
            imsi: one,
            change: Box::new(some_change(dice)),
        },
        23 => Command::ClearContextData { imsi: one },
        25..=35 => some_ims_command(dice, one),
        _ => Command::Count,
    }
}

fn some_waiting_change(dice: &mut Dice) -> WaitingChange {
    let centre = waiting_centre(dice.below(4));
    match dice.below(3) {
        0 => WaitingChange::Told(centre.address),
        1 => WaitingChange::Present(Presence {
            mme: dice.falls(500),
            sgsn: dice.falls(500),
            memory: dice.falls(500),
        }),
        _ => WaitingChange::Missed {
            centre: dice.falls(700).then_some(centre),
            mnrf: dice.falls(500).then(|| dice.falls(500).then_some(1)),
            mnrg: dice.falls(500).then_some(None),
            mcef: dice.falls(300),
        },
    }
}

fn some_ims_command(dice: &mut Dice, one: quintet_identity::Imsi) -> Command {
    let n = dice.below(IMSIS);
    let ims = Arc::new(ims_subscription(n, dice.below(6)));
    match dice.below(10) {
        0 => Command::LoadIms {
            key: ImsKey::Imsi(one),
        },
        1 => Command::LoadIms {
            key: ImsKey::Private(ims.private[0].impi.clone()),
        },
        2 => {
            let set = &ims.sets[dice.below(ims.sets.len() as u64) as usize];
            Command::LoadIms {
                key: ImsKey::Public(set.identities[0].impu.clone()),
            }
        }
        3 => Command::ScanIms {
            after: dice.falls(500).then_some(one),
            limit: dice.below(30) as usize,
        },
        4..=6 => {
            let more = (0..dice.below(3)).map(|_| {
                let (n, variant) = (dice.below(IMSIS), dice.below(6));
                Arc::new(ims_subscription(n, variant))
            });
            let mut subscriptions: Vec<_> = more.collect();
            subscriptions.push(ims);
            let modes = [PutMode::Insert, PutMode::Update, PutMode::Upsert, PutMode::Upsert];
            Command::PutIms {
                subscriptions,
                mode: modes[dice.below(4) as usize],
            }
        }
        7 => Command::RemoveIms {
            imsis: (0..1 + dice.below(2)).map(|_| imsi(dice.below(IMSIS))).collect(),
        },
        // What it was made from is `SAME`: the version that the record has.
        _ => Command::SetRegistrations {
            imsi: imsi(n),
            expected: if dice.falls(800) { SAME } else { dice.below(100) },
            registrations: Box::new(registrations(n, dice.below(3))),
            told: dice.falls(300),
        },
    }
}

/// Stands for the version of the record.
const SAME: u64 = u64::MAX;

/// Fills in the version that a record has in the model.
fn versioned(command: Command, model: &mut MemoryStore) -> Command {
    let Command::SetRegistrations {
        imsi,
        expected: SAME,
        registrations,
        told,
    } = command
    else {
        return command;
    };
    let key = ImsKey::Imsi(imsi);
    let expected = match model.execute(Command::LoadIms { key }) {
        Ok(Reply::Ims(Some(stored))) => stored.version,
        _ => 0,
    };
    Command::SetRegistrations {
        imsi,
        expected,
        registrations,
        told,
    }
}

/// Command by command, every reply equals the model's.
pub fn random_commands_agree_with_the_model(make: Make<'_>) {
    for seed in 0..SEEDS {
        let (mut store, mut model, mut dice) = (make(), MemoryStore::new(), Dice::new(seed));
        for n in 0..COMMANDS {
            let command = versioned(some_command(&mut dice), &mut model);
            let expected = model.execute(command.clone());
            let reply = call(&mut *store, command.clone());
            assert_eq!(reply, expected, "seed {seed}, command {n}: {command:?}");
        }
    }
}

/// Many writes under way at once: each ticket has one reply, and the writes happened in the order of submission.
pub fn replies_come_once_for_each_ticket(make: Make<'_>) {
    for seed in 0..SEEDS {
        let (mut store, mut model, mut dice) = (make(), MemoryStore::new(), Dice::new(seed));
        let mut expected: BTreeMap<Ticket, Result<Reply, StoreError>> = BTreeMap::new();
        for n in 0..COMMANDS as u64 {
            let command = versioned(some_command(&mut dice), &mut model);
            if command.is_write() {
                expected.insert(Ticket(n), model.execute(command.clone()));
                store.submit(Ticket(n), command);
            }
        }
        while !expected.is_empty() {
            let (ticket, reply) = wait(&mut *store);
            assert_eq!(Some(reply), expected.remove(&ticket), "seed {seed}, {ticket:?}");
        }
        assert_eq!(store.poll(), None, "seed {seed}");
    }
}
