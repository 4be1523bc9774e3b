//! The subscribers of scenarios, their cards and what the HSS is told: a block of the demo population for each scenario, so
//! that none meets what another left behind.

use super::scenario::{Provision, Scenario};
use super::scenarios::SCENARIOS;
use crate::Usim;
use crate::demo::{Population, home_plmn};
use crate::scenario::{self, Card, NobodysCard};
use quintet_cx::ServerCapabilities;
use quintet_identity::{IdentityError, Impu, Imsi};
use quintet_ims::ue::Identity;
use quintet_subscriber::ims::{
    DigestCredentials, DigestSecret, ImsSubscription, PrivateIdentity, PublicIdentity, PublicIdentityKind,
    RegistrationSet, ServiceProfile, VisitedNetworks,
};
use quintet_subscriber::model::Subscriber;
use std::sync::Arc;

/// Where the blocks begin in the population, behind those of [`crate::fgs`], and how many subscribers each has.
const FIRST: u32 = 970_000_000;
const BLOCK: u32 = 100_000;

/// Which of its block the witness is, and whose name an intruder or one that is not itself takes.
pub(super) const WITNESS: u32 = BLOCK - 1;
pub(super) const OTHER: u32 = BLOCK - 2;

/// Most subjects of one play: the block, less witness and other.
pub const MAX_SUBJECTS: u32 = OTHER;

/// SQN_MS of a card that is ahead: SEQ 2^42, ahead of any clock in ticks of 0.1 s; IND 24, that of vectors of IMS of slot 0.
pub(super) const SQN_AHEAD: u64 = 1 << 47 | 24;

/// The password of subscribers with SIP Digest.
pub const DIGEST_PASSWORD: &str = "not a K, but a password";

/// What no S-CSCF of a laboratory is able to do.
const NO_CAPABILITY: u32 = 99;

/// The n-th subscriber of a scenario as its card was issued.
pub(super) fn issued(scenario: &Scenario, n: u32) -> Option<Subscriber> {
    let place = SCENARIOS.iter().position(|other| other.name == scenario.name)?;
    let number = (n < BLOCK).then(|| FIRST + place as u32 * BLOCK + n)?;
    Population::new().subscriber(number)
}

/// The card of a UE: as it was issued, whatever the HSS was told.
///
/// # Errors
/// None: MILENAGE takes a K of 128 bits.
pub(super) fn card(card: Card, issued: &Subscriber) -> Result<Option<Usim>, NobodysCard> {
    scenario::card(card, issued, SQN_AHEAD)
}

/// Who a subscriber is in the IMS.
///
/// # Errors
/// None in practice, as [`Identity::derived`].
pub fn identity(imsi: Imsi) -> Result<Identity, IdentityError> {
    Identity::derived(imsi, home_plmn())
}

/// The public identities of a subscriber, each with whether it is barred; the first is the one that registers.
fn public(subscriber: &Subscriber, provision: Provision) -> Result<Vec<(Impu, bool)>, IdentityError> {
    let identity = identity(subscriber.imsi)?;
    let mut all = vec![(identity.impu, provision == Provision::Barred)];
    if provision == Provision::ImplicitSet {
        let domain = &identity.home_domain;
        all.push((format!("sip:user-{}@{domain}", subscriber.imsi).parse()?, false));
        all.push((format!("sip:barred-{}@{domain}", subscriber.imsi).parse()?, true));
        if let Some(msisdn) = subscriber.msisdn {
            all.push((Impu::tel(msisdn)?, false));
        }
    }
    Ok(all)
}

/// What the HSS is told of a subscriber's IMS subscription.
///
/// # Errors
/// None in practice, as [`Identity::derived`].
pub fn subscription(subscriber: &Subscriber, provision: Provision) -> Result<ImsSubscription, IdentityError> {
    let identity = identity(subscriber.imsi)?;
    let digest = DigestCredentials {
        realm: identity.home_domain.clone(),
        secret: DigestSecret::Password(DIGEST_PASSWORD.to_owned().into()),
    };
    let identities = public(subscriber, provision)?
        .into_iter()
        .map(|(impu, barred)| PublicIdentity {
            impu,
            barred,
            display_name: None,
            service_profile: 0,
            kind: PublicIdentityKind::User,
            alias_group: None,
            max_registrations: None,
        });
    Ok(ImsSubscription {
        imsi: subscriber.imsi,
        private: vec![PrivateIdentity {
            impi: identity.impi,
            aka: (provision != Provision::Digest).then_some(subscriber.imsi),
            digest: (provision == Provision::Digest).then_some(digest),
        }],
        sets: vec![RegistrationSet {
            id: 0,
            identities: identities.collect(),
            private: Vec::new(),
        }],
        profiles: Arc::new(vec![ServiceProfile {
            id: 0,
            profile: Default::default(),
        }]),
        capabilities: ServerCapabilities {
            mandatory: Vec::from_iter((provision == Provision::Capability).then_some(NO_CAPABILITY)),
            ..ServerCapabilities::default()
        },
        charging: None,
        visited_networks: VisitedNetworks::Everywhere,
        authorized: true,
        loose_route: None,
        priviledged_sender: false,
    })
}

/// The n-th public identity of a subscriber that is not barred; the first if there are fewer.
pub(super) fn called(subscriber: &Subscriber, provision: Provision, n: usize) -> Option<String> {
    let all = public(subscriber, provision).ok()?;
    let mut open = all.iter().filter(|(_, barred)| !barred);
    let impu = open.nth(n).or_else(|| all.first()).map(|(impu, _)| impu)?;
    Some(impu.to_string())
}
