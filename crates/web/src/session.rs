//! Who is logged in: sessions in memory, bounded in number and life. A session holds no token, only that one counted when it was
//! opened, so a token that is revoked ends its sessions.
//!
//! ```text
//!  cookie: 256 random bits ──SHA-256──► table ─► Session { credential, proof of forms, opened, used }
//! ```

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::time::Duration;
use quintet_admin::Credential;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Most sessions at once: past it the one that was idle longest ends.
pub const MAX_SESSIONS: usize = 256;

/// Most sessions opened with one token: past it the one of them that was idle longest ends, so nobody ends another's.
pub const MAX_SESSIONS_OF_A_TOKEN: usize = 16;

/// How long a session lasts without a request. Numbers that refresh themselves are none.
pub const IDLE: Duration = Duration::from_secs(3_600);

/// How long a session lasts at all.
pub const LIFE: Duration = Duration::from_secs(12 * 3_600);

/// Octets of randomness that open a session: half for the cookie, half for its forms.
pub(crate) const ENTROPY_OCTETS: usize = 64;

/// What a session is kept under: a digest of its cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SessionId([u8; 32]);

impl SessionId {
    /// Of a cookie's value.
    pub(crate) fn of(cookie: &str) -> Self {
        Self(Sha256::digest(cookie.as_bytes()).into())
    }
}

#[derive(Debug)]
struct Session {
    credential: Credential,
    proof: String,
    opened: Duration,
    used: Duration,
}

impl Session {
    fn lives(&self, now: Duration) -> bool {
        now.saturating_sub(self.used) < IDLE && now.saturating_sub(self.opened) < LIFE
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Sessions(HashMap<SessionId, Session>);

/// What is known of a session that lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) credential: Credential,
    /// What its forms carry, so that no other page can make one.
    pub(crate) proof: String,
}

impl Sessions {
    /// Opens one; answers the cookie's value. `entropy` is drawn for it alone.
    pub(crate) fn open(
        &mut self,
        credential: Credential,
        entropy: &Zeroizing<[u8; ENTROPY_OCTETS]>,
        now: Duration,
    ) -> Zeroizing<String> {
        self.0.retain(|_, session| session.lives(now));
        self.make_room(MAX_SESSIONS_OF_A_TOKEN, |session| {
            session.credential == credential
        });
        self.make_room(MAX_SESSIONS, |_| true);
        let (cookie, proof) = entropy.split_at(ENTROPY_OCTETS / 2);
        let cookie = Zeroizing::new(URL_SAFE_NO_PAD.encode(cookie));
        let session = Session {
            credential,
            proof: URL_SAFE_NO_PAD.encode(proof),
            opened: now,
            used: now,
        };
        self.0.insert(SessionId::of(&cookie), session);
        cookie
    }

    /// Ends the one that was idle longest of those that count, if they are too many for another.
    fn make_room(&mut self, most: usize, counts: impl Fn(&Session) -> bool) {
        let counted = || self.0.iter().filter(|(_, session)| counts(session));
        if counted().count() < most {
            return;
        }
        let idle = counted()
            .min_by_key(|(_, session)| session.used)
            .map(|(id, _)| *id);
        if let Some(idle) = idle {
            self.0.remove(&idle);
        }
    }

    /// One that lives. `used`: a request was made, so it is idle no more.
    pub(crate) fn find(&mut self, id: SessionId, used: bool, now: Duration) -> Option<Opened> {
        let session = self.0.get_mut(&id)?;
        if !session.lives(now) {
            self.0.remove(&id);
            return None;
        }
        if used {
            session.used = session.used.max(now);
        }
        Some(Opened {
            credential: session.credential,
            proof: session.proof.clone(),
        })
    }

    /// Ends one.
    pub(crate) fn close(&mut self, id: SessionId) {
        self.0.remove(&id);
    }
}

/// Whether a form carries the proof of its session.
pub(crate) fn is_proof(expected: &str, given: &str) -> bool {
    expected.as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(1_800_000_000);

    fn credential(n: u8) -> Credential {
        Credential::of(&[n])
    }

    fn open(sessions: &mut Sessions, who: u8, n: u32, now: Duration) -> SessionId {
        let mut entropy = Zeroizing::new([who; ENTROPY_OCTETS]);
        entropy[..4].copy_from_slice(&n.to_be_bytes());
        SessionId::of(&sessions.open(credential(who), &entropy, now))
    }

    #[test]
    fn a_session_ends_idle_or_old() {
        let mut sessions = Sessions::default();
        let id = open(&mut sessions, 1, 1, START);
        let second = Duration::from_secs(1);
        assert!(sessions.find(id, false, START + IDLE - second).is_some());
        assert!(
            sessions.find(id, false, START + IDLE).is_none(),
            "looking at it was no use"
        );
        let id = open(&mut sessions, 1, 2, START);
        let mut now = START;
        while now + IDLE / 2 < START + LIFE {
            now += IDLE / 2;
            assert!(sessions.find(id, true, now).is_some());
        }
        assert!(sessions.find(id, true, START + LIFE).is_none());
        assert!(sessions.0.is_empty());
    }

    #[test]
    fn sessions_are_bounded_and_nobody_ends_anothers_by_opening_many() {
        let mut sessions = Sessions::default();
        let mine = open(&mut sessions, 1, 0, START);
        for n in 0..1_000 {
            open(&mut sessions, 2, n, START + Duration::from_secs(u64::from(n)));
        }
        assert_eq!(sessions.0.len(), MAX_SESSIONS_OF_A_TOKEN + 1);
        assert!(sessions.find(mine, false, START).is_some());
        for who in 3..=255 {
            for n in 0..4 {
                open(&mut sessions, who, n, START + Duration::from_secs(2_000));
            }
        }
        assert_eq!(sessions.0.len(), MAX_SESSIONS);
    }

    #[test]
    fn a_cookie_is_not_what_is_kept_and_forms_have_a_proof_of_their_own() {
        let mut sessions = Sessions::default();
        let entropy = Zeroizing::new(core::array::from_fn(|at| at as u8));
        let cookie = sessions.open(credential(1), &entropy, START);
        let opened = sessions.find(SessionId::of(&cookie), true, START).unwrap();
        assert_ne!(*cookie, opened.proof);
        assert!(!format!("{sessions:?}").contains(cookie.as_str()));
        assert!(
            is_proof(&opened.proof, &opened.proof)
                && !is_proof(&opened.proof, &cookie)
                && !is_proof(&opened.proof, "")
        );
        sessions.close(SessionId::of(&cookie));
        assert!(sessions.find(SessionId::of(&cookie), true, START).is_none());
    }
}
