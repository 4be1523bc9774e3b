//! Decisions as answers.

use super::decide::Vectored;
use crate::config::ImsConfig;
use quintet_crypto::digest::{DigestAlgorithm, HashA1};
use quintet_cx::{
    Answer, AuthDataItem, DigestAuthenticate, DigestHa1, ExperimentalResult, FeatureList, Features, Lia,
    LiaFlags, Lir, Maa, Mar, Outcome, Ppr, Saa, Sar, ScscfRestorationInfo, Uaa, Uar,
};
use quintet_diameter::Message;
use quintet_home::Batch;
use quintet_identity::Impi;
use quintet_subscriber::auc::Domain;
use quintet_subscriber::ims::{
    Assigned, Authorized, Challenge, DigestCredentials, DigestSecret, ImsSubscription, Located,
    MAX_RESTORATION_OCTETS, RegistrationSet,
};

/// The most vectors of an answer, as of S6a: more would only age at the S-CSCF.
pub const MAX_ITEMS_PER_ANSWER: u32 = 5;

fn name(impi: &Impi) -> String {
    impi.as_str().to_owned()
}

pub(super) fn uaa(granted: Authorized, features: Vec<FeatureList>) -> Answer {
    Answer::UserAuthorization(Uaa {
        server_name: granted.server_name,
        capabilities: granted.capabilities,
        features,
        ..Uaa::new(granted.outcome)
    })
}

pub(super) fn lia(found: Located, features: Vec<FeatureList>) -> Answer {
    let flags = if found.direct_routing {
        LiaFlags::PSI_DIRECT_ROUTING
    } else {
        LiaFlags::default()
    };
    Answer::LocationInfo(Lia {
        server_name: found.server_name,
        capabilities: found.capabilities,
        flags,
        features,
        ..Lia::new(found.outcome)
    })
}

/// User-Data of a set for a private identity: without what the S-CSCF does not support.
pub(super) fn user_data(
    subscription: &ImsSubscription,
    impi: &Impi,
    set: &RegistrationSet,
    features: Features,
) -> Vec<u8> {
    let mut data = subscription.user_data(impi, set);
    for profile in &mut data.service_profiles {
        if !features.has(Features::SHARED_IFC_SETS) {
            profile.shared_ifc_sets.clear();
        }
        if !features.has(Features::ALIAS_INDICATION) {
            profile
                .public_identities
                .iter_mut()
                .for_each(|identity| identity.alias_group = None);
        }
    }
    data.to_xml().into_bytes()
}

pub(super) fn saa(
    subscription: &ImsSubscription,
    sar: &Sar,
    granted: Assigned,
    (features, told): (Features, Vec<FeatureList>),
) -> Answer {
    let mut answer = Saa {
        associated_identities: granted.associated.iter().map(name).collect(),
        associated_registered: granted.associated_registered.iter().map(name).collect(),
        restoration: granted.restoration,
        features: told,
        ..Saa::new(granted.outcome)
    };
    if let Some((impi, id)) = &granted.profile {
        answer.user_name = Some(name(impi));
        answer.loose_route = subscription.loose_route;
        answer.priviledged_sender = subscription.priviledged_sender.then_some(true);
        if let Some(set) = subscription.set(*id).filter(|_| !sar.user_data_already_available) {
            answer.user_data = Some(user_data(subscription, impi, set, features));
            answer.charging.clone_from(&subscription.charging);
        }
    } else {
        answer.user_name.clone_from(&sar.user_name);
    }
    Answer::ServerAssignment(Box::new(answer))
}

/// How many numbers of which domain a MAR takes.
pub(super) fn domains(mar: &Mar) -> [(Domain, u8); 2] {
    let n = mar.count.clamp(1, MAX_ITEMS_PER_ANSWER) as u8;
    [(Domain::Ims, n), (Domain::Ims, 0)]
}

/// Vectors, in the order of their numbers. Their separation bit is clear: only E-UTRAN and 5GS set it (TS 33.102 Annex H).
pub(super) fn vectors(mar: &Mar, challenge: &Vectored, batch: Batch<'_>) -> Answer {
    let Batch {
        vectors,
        issued: [issued, _],
        entropy,
    } = batch;
    let mut items = Vec::new();
    if let Some(issued) = issued {
        for (number, quintet) in (1..).zip(vectors.utran(issued, entropy)) {
            items.extend(AuthDataItem::aka(number, challenge.scheme.clone(), quintet));
        }
    }
    multimedia(mar, items, challenge.features.clone())
}

fn multimedia(mar: &Mar, items: Vec<AuthDataItem>, features: Vec<FeatureList>) -> Answer {
    Answer::MultimediaAuth(Maa {
        user_name: Some(mar.user_name.clone()),
        public_identity: Some(mar.public_identity.clone()),
        count: Some(items.len() as u32),
        items,
        features,
        ..Maa::new(Outcome::SUCCESS)
    })
}

pub(super) fn digest(mar: &Mar, challenge: Challenge, features: Vec<FeatureList>) -> Answer {
    let items = match challenge {
        Challenge::Digest(credentials) => vec![digest_item(&mar.user_name, &credentials)],
        Challenge::Aka { .. } => Vec::new(),
    };
    multimedia(mar, items, features)
}

/// SIP-Digest-Authenticate of a private identity (TS 29.228 table 6.3.7).
pub(super) fn digest_item(user_name: &str, credentials: &DigestCredentials) -> AuthDataItem {
    let ha1 = match &credentials.secret {
        DigestSecret::HashedMd5(digits) => DigestHa1::new(digits),
        DigestSecret::Password(password) => {
            let md5 = DigestAlgorithm::Md5;
            let hash = HashA1::new(md5, user_name, &credentials.realm, password.as_bytes());
            DigestHa1::new(hash.expose())
        }
    };
    AuthDataItem::digest(DigestAuthenticate {
        realm: credentials.realm.clone(),
        algorithm: Some("MD5".to_owned()),
        qop: "auth".to_owned(),
        ha1,
    })
}

/// Whether restoration information is small enough to be kept.
pub(super) fn is_kept(info: &ScscfRestorationInfo) -> bool {
    let octets: usize = info
        .restorations
        .iter()
        .map(|contact| {
            let dialog = contact.subscription.as_ref().map_or(0, |s| {
                s.call_id.len() + s.from.len() + s.to.len() + s.record_route.len() + s.contact.len()
            });
            let other = contact.pcscf_subscription.as_ref().map_or(0, |s| {
                s.call_id.len() + s.from.len() + s.to.len() + s.contact.len()
            });
            contact.path.len() + contact.contact.len() + dialog + other
        })
        .sum();
    octets <= MAX_RESTORATION_OCTETS
}

/// An answer that says its result alone; `None` for what is no request to an HSS.
pub(crate) fn refusal(message: &Message<'_>, outcome: Outcome, config: &ImsConfig) -> Option<Answer> {
    // Which features are supported is told to who required others (TS 29.229 7.2.1).
    let features = if outcome == ExperimentalResult::ERROR_FEATURE_UNSUPPORTED.into() {
        vec![FeatureList::cx(config.features)]
    } else {
        Vec::new()
    };
    Some(match message.header().code {
        Uar::COMMAND => Answer::UserAuthorization(Uaa {
            features,
            ..Uaa::new(outcome)
        }),
        Sar::COMMAND => Answer::ServerAssignment(Box::new(Saa {
            features,
            ..Saa::new(outcome)
        })),
        Lir::COMMAND => Answer::LocationInfo(Lia {
            features,
            ..Lia::new(outcome)
        }),
        Mar::COMMAND => Answer::MultimediaAuth(Maa {
            features,
            ..Maa::new(outcome)
        }),
        _ => return None,
    })
}

/// Push-Profile-Request of a set.
pub(super) fn ppr(
    subscription: &ImsSubscription,
    (impi, id): (&Impi, u16),
    charging: bool,
    features: Features,
) -> Ppr {
    let mut push = Ppr::new(name(impi));
    push.user_data = subscription
        .set(id)
        .map(|set| user_data(subscription, impi, set, features));
    push.charging = subscription.charging.clone().filter(|_| charging);
    push
}
