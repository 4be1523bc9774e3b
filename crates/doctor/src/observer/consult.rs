//! What keys say of a message beside its MAC.

use super::Observer;
use crate::keys::{self, KeyNote, Method, SubscriberId};
use crate::report::Technology;
use crate::trail::{Sighting, Temporary, Trail, View};
use quintet_crypto::Rand;
use quintet_identity::Plmn;
use quintet_nas::eps::EmmMessage;
use quintet_nas::fgs::FgmmMessage;

/// What a message is to who holds the keys.
enum Asked {
    /// An initial message of EPS: it is hashed.
    Initial(Box<[u8]>),
    /// A challenge: RAND, AUTN, key set identifier, and how it is put.
    Challenge(Rand, [u8; 16], u8, Put),
    /// RES.
    Res(Box<[u8]>),
    /// RES*.
    ResStar([u8; 16]),
    /// An EAP packet of the UE.
    Eap(Box<[u8]>),
    /// AUTS.
    Auts([u8; 14]),
    /// An ABBA that counts from now on.
    Abba(Box<[u8]>),
}

/// How a challenge is put.
enum Put {
    EpsAka,
    FgsAka(Box<[u8]>),
    EapAkaPrime(Box<[u8]>, Box<[u8]>),
}

impl Put {
    fn method(&self) -> Method<'_> {
        match self {
            Self::EpsAka => Method::EpsAka,
            Self::FgsAka(abba) => Method::FgsAka { abba },
            Self::EapAkaPrime(abba, packet) => Method::EapAkaPrime { abba, packet },
        }
    }
}

impl Asked {
    fn by(technology: Technology, sighting: &Sighting) -> Option<Self> {
        match technology {
            Technology::Eps | Technology::Ims => Self::by_eps(sighting),
            Technology::Fgs => Self::by_fgs(sighting),
        }
    }

    fn by_eps(sighting: &Sighting) -> Option<Self> {
        Some(match sighting.message()? {
            EmmMessage::AttachRequest(_) | EmmMessage::TrackingAreaUpdateRequest(_) => {
                Self::Initial(sighting.plain.clone()?)
            }
            EmmMessage::AuthenticationRequest(m) => Self::Challenge(
                m.authentication_parameter_rand,
                m.authentication_parameter_autn,
                m.nas_key_set_identifier_asme.0 & 0x0f,
                Put::EpsAka,
            ),
            EmmMessage::AuthenticationResponse(m) => Self::Res(m.authentication_response_parameter.into()),
            EmmMessage::AuthenticationFailure(m) => Self::Auts(m.authentication_failure_parameter?),
            _ => return None,
        })
    }

    fn by_fgs(sighting: &Sighting) -> Option<Self> {
        Some(match sighting.fgmm_message()? {
            FgmmMessage::AuthenticationRequest(m) => {
                let abba = m.abba.0.into();
                let of_aka = m
                    .authentication_parameter_rand
                    .zip(m.authentication_parameter_autn);
                let ((rand, autn), put) = match (of_aka, m.eap_message) {
                    (Some(challenge), _) => (challenge, Put::FgsAka(abba)),
                    (None, eap) => {
                        let packet = eap?.0;
                        (
                            keys::eap_challenge(packet)?,
                            Put::EapAkaPrime(abba, packet.into()),
                        )
                    }
                };
                Self::Challenge(rand, autn, m.ng_ksi.0 & 0x0f, put)
            }
            FgmmMessage::AuthenticationResponse(m) => match m.authentication_response_parameter {
                Some(res_star) => Self::ResStar(res_star),
                None => Self::Eap(m.eap_message?.0.into()),
            },
            FgmmMessage::AuthenticationFailure(m) => Self::Auts(m.authentication_failure_parameter?),
            FgmmMessage::AuthenticationResult(m) => Self::Abba(m.abba?.0.into()),
            _ => return None,
        })
    }

    /// Whether it answers a challenge with a result: keys come of it.
    const fn is_response(&self) -> bool {
        matches!(self, Self::Res(_) | Self::ResStar(_) | Self::Eap(_))
    }
}

impl Observer {
    /// What keys say of a message beside its MAC.
    pub(super) fn consult(&mut self, id: u64, index: usize) {
        let Some(running) = self.attempts.get(&id) else {
            return;
        };
        let (subscriber, ue) = (running.attempt.subscriber(), running.attempt.ue);
        let trail = &running.attempt.trail;
        let sighting = &trail.nas[index];
        if !concerns(sighting.view) {
            return;
        }
        let Some(asked) = Asked::by(trail.technology, sighting) else {
            return;
        };
        let awaited = trail.awaits_answer(index);
        // An answer to a challenge that the capture does not have is not held against another, and the keys that come of it
        // cannot be known.
        if asked.is_response() {
            let again = || sighting.repeats.is_some_and(|first| trail.awaits_answer(first));
            if awaited || !again() {
                self.subscribers.row_mut(ue).keys_unseen = !awaited;
            }
        }
        let notes = match asked {
            Asked::Challenge(..) | Asked::Initial(_) | Asked::Abba(_) => {
                let context = Surroundings::of(trail);
                self.ask(subscriber, &context, &asked)
            }
            _ if awaited => {
                let context = Surroundings::of(trail);
                self.ask(subscriber, &context, &asked)
            }
            _ => return,
        };
        if let Some(running) = self.attempts.get_mut(&id) {
            running.attempt.trail.nas[index].notes.extend(notes);
        }
    }

    fn ask(&mut self, subscriber: SubscriberId, around: &Surroundings, asked: &Asked) -> Vec<KeyNote> {
        let verifier = &mut self.verifier;
        match asked {
            Asked::Initial(plain) => verifier.initial(subscriber, plain),
            Asked::Abba(abba) => verifier.abba(subscriber, abba),
            Asked::Challenge(rand, autn, ksi, put) => {
                return verifier.challenge(
                    subscriber,
                    &keys::Challenge {
                        rand,
                        autn,
                        ksi: *ksi,
                        imsi: around.imsi,
                        serving: around.serving,
                        possible: &around.possible,
                        method: put.method(),
                    },
                );
            }
            Asked::Res(res) => return verifier.response(subscriber, res),
            Asked::ResStar(res_star) => return verifier.response_star(subscriber, res_star),
            Asked::Eap(packet) => return verifier.eap_response(subscriber, packet),
            Asked::Auts(auts) => return verifier.failure(subscriber, around.technology, auts),
        }
        Vec::new()
    }
}

/// What is known around a message.
struct Surroundings {
    technology: Technology,
    imsi: Option<quintet_identity::Imsi>,
    serving: Option<Plmn>,
    possible: Vec<Plmn>,
}

impl Surroundings {
    fn of(trail: &Trail) -> Self {
        Self {
            technology: trail.technology,
            imsi: trail.identities.imsi,
            serving: trail.serving,
            possible: trail.identities.guti.iter().map(Temporary::plmn).collect(),
        }
    }
}

/// Whether keys may have something to say of such a message.
const fn concerns(view: View) -> bool {
    matches!(
        view,
        View::Request { .. }
            | View::AuthenticationRequest { .. }
            | View::AuthenticationResponse
            | View::AuthenticationResult
            | View::AuthenticationFailure { .. }
    )
}
