//! From a message to octets: protected as the connection's security wants it (TS 24.301 4.4.4, 4.4.5).
//!
//! Secure: integrity protected and ciphered with the current context. SECURITY MODE COMMAND: integrity protected with the
//! context it offers. Otherwise plain, and only what a UE takes plain (4.4.4.2).

use super::{Common, Environment, Session};
use crate::network::event::{self, Event};
use crate::network::output::{Output, ReleaseCause};
use crate::network::timer::{Running, Timer};
use crate::network::{SecurityContext, durable};
use crate::path::{Header, MessageView, Protection as PathProtection, Security};
use quintet_crypto::Direction;
use quintet_nas::eps::{EmmMessage, EsmMessage, SecurityModeCommand};
use quintet_nas::security::{
    EMM_PROTOCOL_DISCRIMINATOR, NasCount, NasCounts, ProtectError, Protection, SecureExchange, admit_at_ue,
};

impl Session {
    /// Sends a message of mobility management.
    pub(in crate::network) fn send(&mut self, env: &mut Environment<'_>, message: &EmmMessage<'_>) {
        self.transmit(env, &message.to_octets(), false);
    }

    /// Sends a message of session management.
    pub(in crate::network) fn send_esm(&mut self, env: &mut Environment<'_>, message: &EsmMessage<'_>) {
        self.transmit(env, &message.to_octets(), false);
    }

    /// Sends a message and repeats it until it is answered ([`Self::answered`]) or `timer` has expired often enough.
    pub(in crate::network) fn send_and_guard(
        &mut self,
        env: &mut Environment<'_>,
        timer: Timer,
        message: &EmmMessage<'_>,
    ) {
        let plain = message.to_octets();
        self.transmit(env, &plain, false);
        self.guard(env, timer, plain);
    }

    /// Guards a plain message that was sent by other means, such as inside an INITIAL CONTEXT SETUP REQUEST.
    pub(in crate::network) fn guard(&mut self, env: &Environment<'_>, timer: Timer, plain: Vec<u8>) {
        if !self.over {
            self.running = Some(Running::start(timer, &env.policy.timers, env.at.now, plain));
        }
    }

    /// The guarded message was answered: its timer stops.
    pub(in crate::network) fn answered(&mut self) {
        self.running = None;
    }

    /// Sends the guarded message once more at once, its timer anew, its tries not counted (TS 24.301 5.5.1.2.7 d).
    pub(in crate::network) fn repeat(&mut self, env: &mut Environment<'_>) {
        let Some(mut running) = self.running.take() else {
            return;
        };
        self.transmit(env, &running.message, true);
        running.deadline = env
            .at
            .now
            .saturating_add(running.timer.duration(&env.policy.timers));
        if !self.over {
            self.running = Some(running);
        }
    }

    /// Sends plain octets, protected as they must be.
    pub(in crate::network) fn transmit(&mut self, env: &mut Environment<'_>, plain: &[u8], repeated: bool) {
        if let Some(pdu) = self.protect(env, plain, repeated) {
            env.outputs.push(Output::Downlink(pdu));
        }
    }

    /// The PDU of a plain message, for who carries it elsewhere than in a DOWNLINK NAS TRANSPORT. `None` if it cannot be
    /// sent; the session is over then if that is for lack of COUNTs (TS 24.301 4.4.3.5).
    pub(in crate::network) fn protect(
        &mut self,
        env: &mut Environment<'_>,
        plain: &[u8],
        repeated: bool,
    ) -> Option<Vec<u8>> {
        if self.over {
            return None;
        }
        self.follow_downlink(plain);
        let mut pdu = Vec::with_capacity(plain.len() + 6);
        let outcome = if is_security_mode_command(plain) {
            let Common::SecurityMode(pending) = &mut self.common else {
                return None;
            };
            let with = &mut pending.security;
            let outcome = protected(with, Protection::IntegrityNewContext, plain, &mut pdu);
            let counts = pending.shares_counts().then(|| pending.security.nas.counts());
            self.share_counts(env, counts);
            outcome
        } else if self.secure {
            let id = self.bound?;
            let security = env.contexts.get_mut(id)?.security.as_mut()?;
            let outcome = protected(security, Protection::Ciphered, plain, &mut pdu);
            let next_sent = security.nas.counts().next_sent;
            if durable::reserve(security) {
                env.outputs.push(Output::Changed(id));
            }
            self.use_up_offered(next_sent);
            outcome
        } else if admit_at_ue(plain, SecureExchange::NotEstablished).is_ok() {
            pdu.extend_from_slice(plain);
            Ok(None)
        } else {
            debug_assert!(
                false,
                "message {plain:02x?} may not go out plain (TS 24.301 4.4.4.2)"
            );
            return None;
        };
        match outcome {
            Ok(protection) => {
                self.report_downlink(env, plain, protection, repeated);
                Some(pdu)
            }
            Err(_) => {
                if let Some(security) = self.bound_context_mut(env).and_then(|c| c.security.as_mut()) {
                    security.stale = true;
                }
                self.release(env, ReleaseCause::Unspecified);
                None
            }
        }
    }

    /// COUNTs that a context uses up which is not in use yet are used up in the one that is, if both are of one KASME:
    /// should the UE refuse, no COUNT protects a second message with a key that both have (TS 33.401 6.5).
    fn share_counts(&self, env: &mut Environment<'_>, counts: Option<NasCounts>) {
        let (Some(id), Some(counts)) = (self.bound, counts) else {
            return;
        };
        let Some(security) = env.contexts.get_mut(id).and_then(|c| c.security.as_mut()) else {
            return;
        };
        let last_received = security.nas.counts().last_received;
        security.nas = security.nas.clone().with_counts(NasCounts {
            last_received,
            ..counts
        });
        if durable::reserve(security) {
            env.outputs.push(Output::Changed(id));
        }
    }

    /// The same the other way: what goes out under the context in use meanwhile uses its COUNT up in the one that is offered.
    fn use_up_offered(&mut self, next_sent: Option<NasCount>) {
        let Common::SecurityMode(pending) = &mut self.common else {
            return;
        };
        if pending.shares_counts() {
            let nas = &mut pending.security.nas;
            let counts = nas.counts();
            *nas = nas.clone().with_counts(NasCounts { next_sent, ..counts });
        }
    }

    /// The specification's table says yes to everything that goes out. A reject of what could not be read has nothing
    /// before it that the table knows.
    fn follow_downlink(&mut self, plain: &[u8]) {
        if self.path.security == Security::Idle {
            return;
        }
        let protection = if is_security_mode_command(plain) {
            PathProtection::verified(Header::NewContext)
        } else if self.secure {
            PathProtection::verified(Header::Ciphered)
        } else {
            PathProtection::Plain
        };
        let followed = MessageView::of_plain(Direction::Downlink, plain)
            .map(|view| self.follow(Direction::Downlink, protection, view));
        debug_assert!(
            matches!(followed, Ok(Ok(()))),
            "{plain:02x?} in {:?}: {followed:?}",
            self.path
        );
    }

    fn report_downlink(
        &self,
        env: &mut Environment<'_>,
        plain: &[u8],
        protection: Option<event::Protection>,
        repeated: bool,
    ) {
        if !env.policy.events {
            return;
        }
        let (name, cause) = event::described_downlink(plain);
        env.outputs.push(Output::Event(Event::Message {
            direction: Direction::Downlink,
            name,
            protection,
            cause,
            disposition: None,
            repeated,
        }));
    }
}

/// Protects with a context, and says how.
fn protected(
    security: &mut SecurityContext,
    protection: Protection,
    plain: &[u8],
    pdu: &mut Vec<u8>,
) -> Result<Option<event::Protection>, ProtectError> {
    let count = security.nas.protect(protection, plain, pdu)?;
    Ok(Some(report(security, protection, count)))
}

/// How a message was protected.
pub(super) fn report(
    security: &SecurityContext,
    protection: Protection,
    count: NasCount,
) -> event::Protection {
    event::Protection {
        header: protection.header_type(),
        count: count.value(),
        ksi: security.ksi,
        integrity: security.nas.integrity(),
        ciphering: security.nas.ciphering(),
    }
}

fn is_security_mode_command(plain: &[u8]) -> bool {
    matches!(
        plain,
        [EMM_PROTOCOL_DISCRIMINATOR, SecurityModeCommand::MESSAGE_TYPE, ..]
    )
}
