//! Security mode control (TS 24.501 5.4.2, TS 33.501 6.7.2).
//!
//! ```text
//!   SECURITY MODE COMMAND, header type 3
//!     EAP-success in it ──────────────────────────► the keys of EAP-AKA', with the ABBA in it
//!     5G-IA0 outside an emergency ────────────────► REJECT #24
//!     algorithms the UE does not have ────────────► REJECT #23
//!     ngKSI of no context, MAC wrong ─────────────► REJECT #24      COUNT used before ─► dropped
//!     capabilities not as the UE sent them ───────► REJECT #23
//!     not allowed now (path) ─────────────────────► REJECT #24
//!     else ─► the context is current ─► COMPLETE, header type 4, with the whole initial message if it went bare (4.4.6),
//!             or is asked for (RINMR)
//!   KAMF derivation required (HDP) ─► KAMF' of the current KAMF and the COUNT of the initial message
//! ```

use super::output::Event;
use super::receive::discard;
use super::security::Current;
use super::{Timer, Ue, Work, silent};
use crate::path::{self, Header, MessageView, Step};
use crate::{Discard, Disposition};
use quintet_crypto::fgs::{KAmf, Mobility};
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_nas::fgs::{
    Additional5gSecurityInformation, FgmmCause, FgmmMessage, ImeisvRequest, MobileIdentity,
    NasMessageContainer, SecurityModeCommand, SecurityModeComplete, SecurityModeReject,
};
use quintet_nas::security::{self, Access, NasCounts, NasSecurityContext, Protection, Role, SecurityHeader};

/// What a check comes to when it fails.
enum Refusal {
    /// SECURITY MODE REJECT with this cause.
    Cause(FgmmCause),
    /// Nothing is said.
    Drop(Discard),
}

/// The code of EAP-success (RFC 3748 4.2).
const EAP_SUCCESS: u8 = 3;

impl Ue {
    /// A PDU under "integrity protected with new 5G NAS security context".
    pub(super) fn security_mode_command(&mut self, work: &mut Work<'_>, nas: &[u8]) -> Disposition {
        let Ok(header) = SecurityHeader::parse_fgs(nas) else {
            return silent(Discard::TooShort);
        };
        let decoded = match FgmmMessage::decode_downlink(header.payload) {
            Ok(decoded) => decoded.message,
            Err(_) => return silent(Discard::Malformed),
        };
        let FgmmMessage::SecurityModeCommand(command) = &decoded else {
            return silent(Discard::SecurityHeader);
        };
        let step = Step {
            direction: Direction::Downlink,
            protection: path::Protection::verified(Header::NewContext),
            message: MessageView::of(&decoded),
        };
        if let Some(eap) = &command.eap_message
            && eap.0.first() == Some(&EAP_SUCCESS)
        {
            self.eap_end(eap.0, command.abba.as_ref().map(|abba| abba.0));
        }
        match self.check(nas, command) {
            Err(Refusal::Drop(why)) => silent(why),
            Err(Refusal::Cause(cause)) => self.refuse_command(work, step, cause),
            Ok(context) => match self.path.apply(step) {
                Ok(path) => {
                    self.path = path;
                    self.take_into_use(work, command, context);
                    Disposition::Handled
                }
                Err(_) => self.refuse_command(work, step, FgmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED),
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
            return Err(Refusal::Cause(FgmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED));
        }
        let own = self.configuration.ue_security_capability;
        if !own.has_ea(ciphering.0) || !(null || own.has_ia(integrity.0)) {
            return Err(Refusal::Cause(FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH));
        }
        let context = self.find_context(nas, command, (integrity, ciphering))?;
        let s1 = command
            .replayed_s1_ue_security_capabilities
            .as_ref()
            .is_none_or(|replayed| Some(replayed) == self.configuration.s1_ue_security_capability().as_ref());
        if command.replayed_ue_security_capabilities != own || !s1 {
            return Err(Refusal::Cause(FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH));
        }
        Ok(context)
    }

    /// The keys that the command may mean, with the COUNTs to go on from: those just agreed before the current ones; the
    /// latter derived anew if it says so.
    fn keys(&self, command: &SecurityModeCommand<'_>) -> Vec<(KAmf, NasCounts)> {
        let ksi = command.ng_ksi;
        let abba = command.abba.as_ref().map(|abba| abba.0);
        let mut keys = Vec::with_capacity(3);
        if let (Some(partial), Some(subscription)) = (&self.contexts.partial, &self.identity.subscription)
            && partial.ksi == ksi
        {
            let k_amf = partial.k_amf(&subscription.supi, abba);
            keys.extend(k_amf.map(|k_amf| (k_amf, NasCounts::NEW)));
        }
        if let Some(current) = self
            .contexts
            .current
            .as_ref()
            .filter(|current| current.ksi == ksi)
        {
            let initial = self.connection.as_ref().and_then(|c| c.initial_count);
            match initial.filter(|_| is_horizontal(command)) {
                Some(count) => {
                    let mobility = Mobility::Idle {
                        uplink_nas_count: count.value(),
                    };
                    keys.push((current.k_amf.at_mobility(mobility), NasCounts::NEW));
                    // Sent again, after the UE has done so already.
                    keys.push((current.k_amf.clone(), current.nas.counts()));
                }
                None => keys.push((current.k_amf.clone(), current.nas.counts())),
            }
        }
        let null = command.selected_nas_security_algorithms.integrity() == IntegrityAlgorithm::EIA0.0;
        if null {
            // In an emergency without keys both sides take any KAMF (TS 33.501 10.2.2.2).
            keys.push((KAmf::new([0; 32]), NasCounts::NEW));
        }
        keys
    }

    /// The context that the ngKSI names and under which the MAC holds.
    fn find_context(
        &self,
        nas: &[u8],
        command: &SecurityModeCommand<'_>,
        (integrity, ciphering): (IntegrityAlgorithm, CipheringAlgorithm),
    ) -> Result<Box<Current>, Refusal> {
        let unspecified = || Refusal::Cause(FgmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED);
        let mut replayed = false;
        for (k_amf, counts) in self.keys(command) {
            let access = Access::ThreeGpp;
            let mut context = NasSecurityContext::derive_fgs(Role::Ue, access, &k_amf, integrity, ciphering)
                .map_err(|_| unspecified())?
                .with_counts(counts);
            let mut plain = Vec::new();
            match context.unprotect(nas, &mut plain) {
                Ok(_) => {
                    return Ok(Box::new(Current {
                        ksi: command.ng_ksi,
                        k_amf,
                        nas: context,
                        eps_algorithms: command.selected_eps_nas_security_algorithms,
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

    /// SECURITY MODE COMPLETE (TS 24.501 5.4.2.3).
    fn take_into_use(
        &mut self,
        work: &mut Work<'_>,
        command: &SecurityModeCommand<'_>,
        context: Box<Current>,
    ) {
        let horizontal = is_horizontal(command) && context.nas.counts().next_sent == NasCounts::NEW.next_sent;
        self.contexts.current = Some(context);
        self.contexts.partial = None;
        self.timers.stop(Timer::T3516);
        self.timers.stop(Timer::T3520);
        let asked = command
            .additional_5g_security_information
            .is_some_and(Additional5gSecurityInformation::retransmission_requested);
        // What it has been answered is not said again: a later command is for new keys alone.
        let unanswered = self.procedure().is_some();
        let mut request = Vec::new();
        if let Some(connection) = &mut self.connection {
            connection.answered = None;
            connection.peer = None;
            connection.eap = None;
            if asked || connection.bare && unanswered {
                request.clone_from(&connection.request);
            }
        }
        let mut complete = SecurityModeComplete::new();
        if command.imeisv_request == Some(ImeisvRequest::REQUESTED) {
            complete.imeisv = Some(MobileIdentity::Imeisv(self.identity.imeisv));
        }
        if !request.is_empty() {
            complete.nas_message_container = Some(NasMessageContainer(&request));
        }
        let message = FgmmMessage::from(complete);
        let view = MessageView::of(&message);
        let (protection, header) = (Protection::CipheredNewContext, Header::CipheredNewContext);
        if self.send_protected(work, protection, header, view, &message.to_octets()) {
            let replayed = !request.is_empty();
            work.event(Event::SecurityModeComplete { replayed, horizontal });
        }
    }

    /// SECURITY MODE REJECT, under the context that was in use before, if any (TS 24.501 5.4.2.5).
    fn refuse_command(&mut self, work: &mut Work<'_>, step: Step, cause: FgmmCause) -> Disposition {
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
        self.send_fgmm(work, &SecurityModeReject::new(cause).into());
        work.event(Event::SecurityModeRejected(cause));
        Disposition::Replied(cause)
    }
}

/// Whether KAMF is to be derived anew (HDP).
fn is_horizontal(command: &SecurityModeCommand<'_>) -> bool {
    command
        .additional_5g_security_information
        .is_some_and(Additional5gSecurityInformation::kamf_derivation_required)
}
