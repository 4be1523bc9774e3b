//! Both ends against each other: each row of TS 33.203 7.2, 7.3.2 and 7.4.

mod negotiation;
mod sets;
mod world;

use super::*;
use quintet_crypto::{Ck, Ik};
use quintet_esp::{Encryption, EspKeys, Integrity, SaCommand, SaSet, Spi, Suite};
use quintet_sip::transport::{Hop, Protocol};
use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;
pub(super) use world::{World, registered_name};

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
