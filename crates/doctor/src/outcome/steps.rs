//! The steps of an attempt, as far as its ending depends on them.

use crate::trail::{End, Sighting, Trail, View};
use quintet_crypto::Direction;
use quintet_procedure::{Ksi, Protection};

/// Where the security mode procedure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Security {
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
pub(crate) struct Steps<'a> {
    /// The initial message.
    pub(crate) initial: Option<usize>,
    /// Whether it was protected.
    pub(crate) initial_protected: bool,
    /// Whether the network asked for an identity.
    pub(crate) identity: bool,
    /// Challenges, repetitions too.
    pub(crate) challenges: usize,
    /// The last challenge, if nothing has answered it.
    pub(crate) challenge: Option<usize>,
    /// The last RES, if it is the last word on the last challenge.
    pub(crate) response: Option<usize>,
    /// The last AUTHENTICATION FAILURE and its cause, if it is the last word on the last challenge.
    pub(crate) failure: Option<(usize, u8)>,
    /// AUTHENTICATION REJECT.
    pub(crate) authentication_reject: Option<usize>,
    pub(crate) security: Security,
    /// Cause of SECURITY MODE REJECT.
    pub(crate) smc_reject: Option<u8>,
    /// The first protected message after SECURITY MODE COMPLETE.
    pub(crate) first_protected: Option<usize>,
    /// Messages after SECURITY MODE COMPLETE, of either end.
    pub(crate) after_complete: usize,
    /// How often an accept was sent.
    pub(crate) accepts: Option<usize>,
    /// ATTACH COMPLETE, TRACKING AREA UPDATE COMPLETE.
    pub(crate) completed: bool,
    /// DETACH ACCEPT from the network.
    pub(crate) detached: bool,
    /// The last reject, and its cause.
    pub(crate) reject: Option<(usize, u8)>,
    /// SECURITY MODE COMMAND was sent again although it had been answered.
    pub(crate) repeated: bool,
    /// A reject came behind the accept, and no complete before it.
    pub(crate) taken_back: bool,
    /// NAS messages from the network.
    pub(crate) downlinks: usize,
    /// Whether one of them could not be read.
    pub(crate) ciphered_downlink: bool,
    /// INITIAL CONTEXT SETUP REQUEST.
    pub(crate) context_setup: bool,
    /// INITIAL CONTEXT SETUP FAILURE.
    pub(crate) context_failure: bool,
    /// The connection was released, or the eNB asked for it.
    pub(crate) released: bool,
    /// Why: as the eNB said, else the MME.
    pub(crate) release_cause: Option<&'a str>,
    pub(crate) ksi: Option<u8>,
}

impl<'a> Steps<'a> {
    pub(crate) fn of(trail: &'a Trail) -> Self {
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
            repeated: false,
            taken_back: false,
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
                View::AuthenticationRequest { ksi } => of_challenge = Some(ksi),
                View::SecurityModeCommand { ksi, .. } => of_command = Some(ksi),
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
            self.ciphered_downlink |= sighting.view == View::Ciphered;
        }
    }

    fn after_security(&mut self, index: usize, sighting: &Sighting) {
        let procedure = matches!(
            sighting.view,
            View::SecurityModeComplete | View::SecurityModeCommand { .. }
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
            View::IdentityRequest { .. } => self.identity = true,
            View::AuthenticationRequest { .. } => {
                self.challenges += 1;
                self.challenge = Some(index);
                (self.response, self.failure) = (None, None);
                // A new challenge in a secure connection is about the next context: what was reached stays.
                if self.security != Security::Complete {
                    self.security = Security::None;
                }
            }
            View::AuthenticationResponse => {
                (self.challenge, self.failure) = (None, None);
                self.response = Some(index);
            }
            View::AuthenticationFailure { cause, .. } => {
                (self.challenge, self.response) = (None, None);
                self.failure = Some((index, cause));
            }
            View::AuthenticationReject => self.authentication_reject = Some(index),
            View::SecurityModeCommand { .. } => {
                let again = self.security == Security::Complete && self.accepts.is_none();
                self.repeated |= again;
                self.security = if again {
                    Security::Ignored
                } else {
                    Security::Commanded
                };
            }
            View::SecurityModeComplete => self.security = Security::Complete,
            View::SecurityModeReject { cause } => {
                self.security = Security::Rejected;
                self.smc_reject = Some(cause);
            }
            View::Accept { .. } => *self.accepts.get_or_insert(0) += 1,
            View::LeaveAccept => self.detached |= sighting.direction == Direction::Downlink,
            View::Complete { .. } => self.completed = true,
            View::Reject { cause, .. } => {
                self.reject = Some((index, cause));
                self.taken_back = self.accepts.is_some() && !self.completed;
            }
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
