//! InitialFilterCriteria, ApplicationServer, CoreNetworkServicesAuthorization (TS 29.228 B.2.2 to B.2.4).

use super::{RequestView, Trigger};

/// CoreNetworkServicesAuthorization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoreNetworkServicesAuthorization {
    /// SubscribedMediaProfileId: the media that the S-CSCF lets through.
    pub media_profile: Option<u32>,
    /// ListOfServiceIds of the extension: services of TS 24.229 that the user may use.
    pub services: Vec<String>,
}

/// ProfilePartIndicator: in which state criteria hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProfilePartIndicator {
    /// 0: while the identity is registered.
    Registered,
    /// 1: while it is not.
    Unregistered,
}

/// DefaultHandling: what becomes of a session if the application server cannot be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DefaultHandling {
    /// 0: it goes on without the server.
    #[default]
    SessionContinued,
    /// 1: it ends.
    SessionTerminated,
}

/// InitialFilterCriteria: when a request goes to which application server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InitialFilterCriteria {
    /// Priority: the lowest number comes first.
    pub priority: u32,
    /// TriggerPoint; none: every request.
    pub trigger: Option<Trigger>,
    /// ApplicationServer.
    pub application_server: ApplicationServer,
    /// ProfilePartIndicator; none: in both states.
    pub profile_part: Option<ProfilePartIndicator>,
}

/// ApplicationServer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationServer {
    /// ServerName: a SIP URI.
    pub server_name: String,
    /// DefaultHandling; SessionContinued if it is absent.
    pub default_handling: DefaultHandling,
    /// ServiceInfo: text for the server, in third-party registrations.
    pub service_info: Option<String>,
    /// IncludeRegisterRequest: a third-party REGISTER holds the UE's REGISTER.
    pub include_register_request: bool,
    /// IncludeRegisterResponse: and the answer to it.
    pub include_register_response: bool,
}

impl InitialFilterCriteria {
    /// Whether the request meets the trigger point.
    #[must_use]
    pub fn matches(&self, request: &RequestView<'_>) -> bool {
        self.trigger
            .as_ref()
            .is_none_or(|trigger| trigger.matches(request))
    }

    /// Whether they hold in a state.
    #[must_use]
    pub fn holds_for(&self, registered: bool) -> bool {
        match self.profile_part {
            None => true,
            Some(ProfilePartIndicator::Registered) => registered,
            Some(ProfilePartIndicator::Unregistered) => !registered,
        }
    }
}
