//! What an HSS has and answers.

use super::{ALICE, BARRED, IMPI, TEL};
use quintet_crypto::{Autn, Ck, Ik, Quintet, Res};
use quintet_cx::profile::{ImsSubscription, InitialFilterCriteria, PublicIdentity, ServiceProfile};
use quintet_cx::{Answer, AuthDataItem, AuthenticationScheme, Lia, Maa, Outcome, Request, Saa, Uaa};

pub(crate) fn quintet(n: u8) -> Quintet {
    Quintet {
        rand: [n; 16],
        xres: Res::new(&[n; 8]).expect("8 octets"),
        ck: Ck::new_128([n; 16]),
        ik: Ik::new_128([n.wrapping_add(1); 16]),
        autn: Autn::from_octets(&[n; 16]),
    }
}

fn maa(n: u8) -> Answer {
    let mut answer = Maa::new(Outcome::SUCCESS);
    let item = AuthDataItem::aka(1, AuthenticationScheme::DIGEST_AKAV1_MD5, quintet(n));
    answer.items = vec![item.expect("a vector")];
    Answer::MultimediaAuth(answer)
}

pub(crate) fn profile() -> ImsSubscription {
    profile_with(Vec::new())
}

pub(crate) fn profile_with(filter_criteria: Vec<InitialFilterCriteria>) -> ImsSubscription {
    let identity = |uri: &str, barred| PublicIdentity {
        barred,
        ..PublicIdentity::new(uri)
    };
    ImsSubscription {
        private_id: IMPI.to_owned(),
        service_profiles: vec![ServiceProfile {
            public_identities: vec![
                identity(BARRED, true),
                identity(ALICE, false),
                identity(TEL, false),
            ],
            filter_criteria,
            ..ServiceProfile::default()
        }],
        imsi: None,
    }
}

fn saa(profile: &ImsSubscription) -> Answer {
    let mut answer = Saa::new(Outcome::SUCCESS);
    answer.user_data = Some(profile.to_xml().into_bytes());
    Answer::ServerAssignment(Box::new(answer))
}

fn done() -> Answer {
    Answer::ServerAssignment(Box::new(Saa::new(Outcome::SUCCESS)))
}

/// An HSS that grants everything, with vectors 1, 2, 3 …
pub(crate) fn home(profile: ImsSubscription) -> impl FnMut(&Request) -> Option<Answer> {
    let mut n = 0;
    move |request| {
        Some(match request {
            Request::MultimediaAuth(_) => {
                n += 1;
                maa(n)
            }
            Request::ServerAssignment(sar) if sar.assignment_type.is_deregistration() => done(),
            Request::ServerAssignment(_) => saa(&profile),
            _ => return None,
        })
    }
}

pub(crate) fn uaa(outcome: impl Into<Outcome>, change: impl FnOnce(&mut Uaa)) -> Answer {
    let mut answer = Uaa::new(outcome);
    change(&mut answer);
    Answer::UserAuthorization(answer)
}

pub(crate) fn lia(outcome: impl Into<Outcome>, change: impl FnOnce(&mut Lia)) -> Answer {
    let mut answer = Lia::new(outcome);
    change(&mut answer);
    Answer::LocationInfo(answer)
}
