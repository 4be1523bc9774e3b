//! What passes between UE and P-CSCF, as the path looks at it (`quintet_ims::path`).

use super::rounds::Round;
use super::sighting::{Kind, Mechanism, Register, Sighting};
use quintet_crypto::Direction;
use quintet_ims::path::{Credentials, Message, Method, Nonce, Protection, Purpose, Register as View, Verify};

/// A number for octets, to know them again by.
pub(super) fn fingerprint(octets: &[u8]) -> u64 {
    Nonce::of(octets).0
}

/// Whether Security-Verify is the list of Security-Server, in whatever order of parameters.
pub(crate) fn verifies(server: &[Mechanism], verify: &[Mechanism]) -> bool {
    let letters = |list: &[Mechanism]| {
        let mut letters: Vec<String> = list
            .iter()
            .map(|mechanism| mechanism.letters.to_ascii_lowercase())
            .collect();
        letters.sort_unstable();
        letters
    };
    letters(server) == letters(verify)
}

/// The message, if it is one of the path; `new` and `earlier` say whether it came in associations of this challenge or of
/// another.
pub(super) fn message(sighting: &Sighting, rounds: &[Round], new: bool) -> Option<(Direction, Message)> {
    let protection = match (sighting.spi, new) {
        (None, _) if sighting.hop <= 1 => Protection::None,
        (None, _) => Protection::Unknown,
        (Some(_), true) => Protection::New,
        (Some(_), false) => Protection::Established,
    };
    match &sighting.kind {
        Kind::Register(register) => Some((
            Direction::Uplink,
            Message::Register(view(register, rounds, protection)),
        )),
        Kind::Response(response) => {
            let message = match (&response.challenge, response.status) {
                (Some(challenge), _) => Message::Challenge {
                    nonce: Nonce::of(challenge.nonce.as_bytes()),
                    method: if challenge.is_aka() {
                        Method::Aka
                    } else {
                        Method::Digest
                    },
                    server: !response.server.is_empty(),
                },
                (None, 200..=299) => Message::Ok {
                    expires: response.expires,
                },
                (None, 300..) => Message::Reject {
                    status: response.status,
                },
                (None, _) => return None,
            };
            Some((Direction::Downlink, message))
        }
        Kind::Other { .. } => None,
    }
}

fn view(register: &Register, rounds: &[Round], protection: Protection) -> View {
    let server = rounds.last().map_or(&[][..], |round| &round.server);
    View {
        purpose: if register.deregisters() {
            Purpose::Deregistration
        } else {
            Purpose::Registration
        },
        credentials: credentials(register),
        protection,
        client: !register.client.is_empty(),
        verify: if register.verify.is_empty() {
            Verify::Missing
        } else if server.is_empty() || verifies(server, &register.verify) {
            Verify::Same
        } else {
            Verify::Differs
        },
    }
}

fn credentials(register: &Register) -> Credentials {
    let Some(credentials) = register
        .credentials
        .as_ref()
        .filter(|credentials| credentials.answers())
    else {
        return Credentials::None;
    };
    let nonce = Nonce::of(credentials.nonce.as_bytes());
    if credentials.auts.is_some() {
        Credentials::Auts { nonce }
    } else if credentials.response.is_empty() {
        Credentials::Empty { nonce }
    } else {
        Credentials::Response { nonce }
    }
}
