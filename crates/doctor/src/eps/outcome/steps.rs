//! The steps of an attempt, as far as its ending depends on them.

use crate::eps::trail::{End, Sighting, Trail};
use quintet_crypto::Direction;
use quintet_emm::path::{Ksi, MessageView, Protection};

/// Where the security mode procedure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// No SECURITY MODE COMMAND since the last challenge.
    None,
    /// It waits for its answer.
    Commanded,
    /// SECURITY MODE COMPLETE.
    Complete,
    /// It was repeated although SECURITY MODE COMPLETE had answered it.
    Ignored,
    /// SECURITY MODE REJECT.
    Rejected,
}

/// What was seen, each by the index of its message where that matters.
#[derive(Debug)]
pub(super) struct Steps<'a> {
    /// The initial message.
    pub(super) initial: Option<usize>,
    /// Whether it was protected.
    pub(super) initial_protected: bool,
    /// Whether the network asked for an identity.
    pub(super) identity: bool,
    /// Challenges, repetitions too.
    pub(super) challenges: usize,
    /// The last challenge, if nothing has answered it.
    pub(super) challenge: Option<usize>,
    /// The last RES, if it is the last word on the last challenge.
    pub(super) response: Option<usize>,
    /// The last AUTHENTICATION FAILURE and its cause, if it is the last word on the last challenge.
    pub(super) failure: Option<(usize, u8)>,
    /// AUTHENTICATION REJECT.
    pub(super) authentication_reject: Option<usize>,
    pub(super) security: Security,
    /// Cause of SECURITY MODE REJECT.
    pub(super) smc_reject: Option<u8>,
    /// The first protected message after SECURITY MODE COMPLETE.
    pub(super) first_protected: Option<usize>,
    /// Messages after SECURITY MODE COMPLETE, of either end.
    pub(super) after_complete: usize,
    /// How often an accept was sent.
    pub(super) accepts: Option<usize>,
    /// ATTACH COMPLETE, TRACKING AREA UPDATE COMPLETE.
    pub(super) completed: bool,
    /// DETACH ACCEPT from the network.
    pub(super) detached: bool,
    /// The last reject, and its cause.
    pub(super) reject: Option<(usize, u8)>,
    /// NAS messages from the network.
    pub(super) downlinks: usize,
    /// Whether one of them could not be read.
    pub(super) ciphered_downlink: bool,
    /// INITIAL CONTEXT SETUP REQUEST.
    pub(super) context_setup: bool,
    /// INITIAL CONTEXT SETUP FAILURE.
    pub(super) context_failure: bool,
    /// The connection was released, or the eNB asked for it.
    pub(super) released: bool,
    /// Why: as the eNB said, else the MME.
    pub(super) release_cause: Option<&'a str>,
    pub(super) ksi: Option<u8>,
}

impl<'a> Steps<'a> {
    pub(super) fn of(trail: &'a Trail) -> Self {
        let mut steps = Self {
            initial: None,
            initial_protected: false,
            identity: false,
            challenges: 0,
            challenge: None,
            response: None,
            failure: None,
            authentication_reject: None,
            security: Security::None,
            smc_reject: None,
            first_protected: None,
            after_complete: 0,
            accepts: None,
            completed: false,
            detached: false,
            reject: None,
            downlinks: 0,
            ciphered_downlink: false,
            context_setup: false,
            context_failure: false,
            released: matches!(trail.end, End::Released { .. }),
            release_cause: None,
            ksi: None,
        };
        let (mut of_initial, mut of_challenge, mut of_command) = (None, None, None);
        for (index, sighting) in trail.nas.iter().enumerate() {
            steps.direction(sighting);
            steps.after_security(index, sighting);
            steps.message(index, sighting);
            match sighting.view {
                MessageView::AuthenticationRequest { ksi } => of_challenge = Some(ksi),
                MessageView::SecurityModeCommand { ksi, .. } => of_command = Some(ksi),
                view => of_initial = of_initial.or(view.initial()),
            }
        }
        steps.ksi = of_command.or(of_challenge).or(of_initial).map(|Ksi(ksi)| ksi);
        steps.signals(trail);
        steps
    }

    fn direction(&mut self, sighting: &Sighting) {
        if sighting.direction == Direction::Downlink {
            self.downlinks += 1;
            self.ciphered_downlink |= sighting.view == MessageView::Ciphered;
        }
    }

    fn after_security(&mut self, index: usize, sighting: &Sighting) {
        let procedure = matches!(
            sighting.view,
            MessageView::SecurityModeComplete | MessageView::SecurityModeCommand { .. }
        );
        if self.security != Security::Complete || procedure {
            return;
        }
        self.after_complete += 1;
        if matches!(sighting.protection, Protection::Protected { .. }) {
            self.first_protected.get_or_insert(index);
        }
    }

    fn message(&mut self, index: usize, sighting: &Sighting) {
        match sighting.view {
            MessageView::IdentityRequest { .. } => self.identity = true,
            MessageView::AuthenticationRequest { .. } => {
                self.challenges += 1;
                self.challenge = Some(index);
                (self.response, self.failure) = (None, None);
                // A new challenge in a secure connection is about the next context: what was reached stays.
                if self.security != Security::Complete {
                    self.security = Security::None;
                }
            }
            MessageView::AuthenticationResponse => {
                (self.challenge, self.failure) = (None, None);
                self.response = Some(index);
            }
            MessageView::AuthenticationFailure { cause, .. } => {
                (self.challenge, self.response) = (None, None);
                self.failure = Some((index, cause));
            }
            MessageView::AuthenticationReject => self.authentication_reject = Some(index),
            MessageView::SecurityModeCommand { .. } => {
                let again = self.security == Security::Complete && self.accepts.is_none();
                self.security = if again {
                    Security::Ignored
                } else {
                    Security::Commanded
                };
            }
            MessageView::SecurityModeComplete => self.security = Security::Complete,
            MessageView::SecurityModeReject { cause } => {
                self.security = Security::Rejected;
                self.smc_reject = Some(cause);
            }
            MessageView::AttachAccept
            | MessageView::TrackingAreaUpdateAccept { .. }
            | MessageView::ServiceAccept => *self.accepts.get_or_insert(0) += 1,
            MessageView::DetachAccept => self.detached |= sighting.direction == Direction::Downlink,
            MessageView::AttachComplete | MessageView::TrackingAreaUpdateComplete => self.completed = true,
            MessageView::AttachReject { cause }
            | MessageView::TrackingAreaUpdateReject { cause }
            | MessageView::ServiceReject { cause } => self.reject = Some((index, cause)),
            view if view.initial().is_some() => {
                let protected = sighting.protection != Protection::Plain;
                if self.initial.is_none() {
                    self.initial = Some(index);
                    self.initial_protected = protected;
                }
            }
            _ => {}
        }
    }

    fn signals(&mut self, trail: &'a Trail) {
        let mut commanded = None;
        for signal in &trail.signals {
            match signal.name {
                // Whatever answers it shows that it was sent.
                "INITIAL CONTEXT SETUP REQUEST" | "INITIAL CONTEXT SETUP RESPONSE" => {
                    self.context_setup = true
                }
                "INITIAL CONTEXT SETUP FAILURE" => {
                    (self.context_setup, self.context_failure) = (true, true);
                }
                "UE CONTEXT RELEASE REQUEST" => {
                    self.released = true;
                    self.release_cause = signal.cause.as_deref();
                }
                "UE CONTEXT RELEASE COMMAND" => {
                    self.released = true;
                    commanded = signal.cause.as_deref();
                }
                _ => {}
            }
        }
        let ended = match &trail.end {
            End::Released { cause, .. } => cause.as_deref(),
            _ => None,
        };
        self.release_cause = self.release_cause.or(commanded).or(ended);
    }
}
