//! Security mode control (TS 24.301 5.4.3, TS 33.401 7.2.4.4).
//!
//! ```text
//!   SECURITY MODE COMMAND, header type 3
//!     EIA0 outside an emergency ──────────────────► REJECT #24
//!     algorithms the UE does not have ────────────► REJECT #23
//!     KSI of no context, MAC wrong ───────────────► REJECT #24      COUNT used before ─► dropped
//!     capabilities not as the UE sent them ───────► REJECT #23
//!     not allowed now (path) ─────────────────────► REJECT #24
//!     else ─► the context is current ─► COMPLETE, header type 4, with the whole request if HASH_MME differs
//! ```

use super::output::Event;
use super::receive::discard;
use super::security::Current;
use super::{Timer, Ue, Work, silent};
use crate::path::{self, Header, MessageView, Step};
use crate::{Discard, Disposition};
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm, Kasme, hash_mme};
use quintet_nas::eps::{
    EmmCause, EmmMessage, ImeisvRequest, MobileIdentity, ReplayedNasMessageContainer, SecurityModeCommand,
    SecurityModeComplete, SecurityModeReject,
};
use quintet_nas::security::{self, NasSecurityContext, Protection, Role, SecurityHeader};

/// What a check comes to when it fails.
enum Refusal {
    /// SECURITY MODE REJECT with this cause.
    Cause(EmmCause),
    /// Nothing is said.
    Drop(Discard),
}

impl Ue {
    /// A PDU under "integrity protected with new EPS security context".
    pub(super) fn security_mode_command(&mut self, work: &mut Work<'_>, nas: &[u8]) -> Disposition {
        let Ok(header) = SecurityHeader::parse(nas) else {
            return silent(Discard::TooShort);
        };
        let decoded = match EmmMessage::decode_downlink(header.payload) {
            Ok(decoded) => decoded.message,
            Err(_) => return silent(Discard::Malformed),
        };
        let EmmMessage::SecurityModeCommand(command) = &decoded else {
            return silent(Discard::SecurityHeader);
        };
        let step = Step {
            direction: Direction::Downlink,
            protection: path::Protection::verified(Header::NewContext),
            message: MessageView::of(&decoded),
        };
        match self.check(nas, command) {
            Err(Refusal::Drop(why)) => silent(why),
            Err(Refusal::Cause(cause)) => self.refuse_command(work, step, cause),
            Ok(context) => match self.path.apply(step) {
                Ok(path) => {
                    self.path = path;
                    self.take_into_use(work, command, context);
                    Disposition::Handled
                }
                Err(_) => self.refuse_command(work, step, EmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED),
            },
        }
    }

    /// Every check but the table's. The context to take into use, with its COUNT moved on.
    fn check(&self, nas: &[u8], command: &SecurityModeCommand<'_>) -> Result<Box<Current>, Refusal> {
        let algorithms = command.selected_nas_security_algorithms;
        let integrity = IntegrityAlgorithm(algorithms.integrity());
        let ciphering = CipheringAlgorithm(algorithms.ciphering());
        let emergency = self.path.emergency == Some(true) || self.kept.emergency;
        let null = integrity == IntegrityAlgorithm::EIA0;
        if null && !emergency {
            return Err(Refusal::Cause(EmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED));
        }
        let own = self.configuration.security_capability();
        if !own.has_eea(ciphering.0) || !(null || own.has_eia(integrity.0)) {
            return Err(Refusal::Cause(EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH));
        }
        let context = self.find_context(nas, command, integrity, ciphering)?;
        let additional = command
            .replayed_ue_additional_security_capability
            .is_none_or(|replayed| Some(replayed) == self.configuration.ue_additional_security_capability);
        if command.replayed_ue_security_capabilities != own || !additional {
            return Err(Refusal::Cause(EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH));
        }
        Ok(context)
    }

    /// The context that the KSI names and under which the MAC holds: the keys just agreed before the current one.
    fn find_context(
        &self,
        nas: &[u8],
        command: &SecurityModeCommand<'_>,
        integrity: IntegrityAlgorithm,
        ciphering: CipheringAlgorithm,
    ) -> Result<Box<Current>, Refusal> {
        let ksi = command.nas_key_set_identifier;
        let unspecified = || Refusal::Cause(EmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED);
        let partial = self
            .contexts
            .partial
            .as_ref()
            .filter(|partial| partial.ksi == ksi);
        let current = self
            .contexts
            .current
            .as_ref()
            .filter(|current| current.ksi == ksi);
        let known = partial
            .map(|partial| (&partial.kasme, None))
            .into_iter()
            .chain(current.map(|current| (&current.kasme, Some(current.nas.counts()))));
        // In an emergency without keys both sides take any KASME (TS 33.401 15.2.2).
        let any = Kasme::new([0; 32]);
        let null = integrity == IntegrityAlgorithm::EIA0;
        let mut replayed = false;
        for (kasme, counts) in known.chain(null.then_some((&any, None))) {
            let derived = NasSecurityContext::derive(Role::Ue, kasme, integrity, ciphering)
                .map_err(|_| unspecified())?;
            let mut context = match counts {
                Some(counts) => derived.with_counts(counts),
                None => derived,
            };
            let mut plain = Vec::new();
            match context.unprotect(nas, &mut plain) {
                Ok(_) => {
                    let kasme = kasme.clone();
                    return Ok(Box::new(Current {
                        ksi,
                        kasme,
                        nas: context,
                    }));
                }
                Err(security::Discard::Replayed { .. }) => replayed = true,
                Err(why @ security::Discard::Malformed(_)) => return Err(Refusal::Drop(discard(&why))),
                Err(_) => {}
            }
        }
        // What the way repeated is no command: refusing it would end what is going well.
        Err(if replayed {
            Refusal::Drop(Discard::Replay)
        } else {
            unspecified()
        })
    }

    /// SECURITY MODE COMPLETE (TS 24.301 5.4.3.3).
    fn take_into_use(
        &mut self,
        work: &mut Work<'_>,
        command: &SecurityModeCommand<'_>,
        context: Box<Current>,
    ) {
        self.contexts.current = Some(context);
        self.contexts.partial = None;
        self.timers.stop(Timer::T3416);
        let mut request = Vec::new();
        if let Some(connection) = &mut self.connection {
            connection.answered = None;
            let differs =
                |hash: [u8; 8]| !connection.request.is_empty() && hash_mme(&connection.request) != hash;
            if command.hash_mme.is_some_and(|hash| differs(hash.0)) {
                request.clone_from(&connection.request);
            }
        }
        let mut complete = SecurityModeComplete::new();
        if command.imeisv_request == Some(ImeisvRequest::REQUESTED) {
            complete.imeisv = Some(MobileIdentity::Imeisv(self.identity.imeisv));
        }
        if !request.is_empty() {
            complete.replayed_nas_message_container = Some(ReplayedNasMessageContainer(&request));
        }
        let message = EmmMessage::SecurityModeComplete(complete);
        let view = MessageView::of(&message);
        let (protection, header) = (Protection::CipheredNewContext, Header::CipheredNewContext);
        if self.send_protected(work, protection, header, view, &message.to_octets()) {
            work.event(Event::SecurityModeComplete {
                replayed: !request.is_empty(),
            });
        }
    }

    /// SECURITY MODE REJECT, under the context that was in use before, if any (TS 24.301 5.4.3.5).
    fn refuse_command(&mut self, work: &mut Work<'_>, step: Step, cause: EmmCause) -> Disposition {
        let Some(path) = self.path.refusing(&step) else {
            return match self.path.apply(step) {
                Err(why) => silent(Discard::Path(why)),
                Ok(_) => silent(Discard::NoContext),
            };
        };
        self.path = path;
        if let Some(connection) = &mut self.connection {
            connection.pending = None;
        }
        self.send_emm(
            work,
            &EmmMessage::SecurityModeReject(SecurityModeReject::new(cause)),
        );
        work.event(Event::SecurityModeRejected(cause));
        Disposition::Replied(cause)
    }
}
