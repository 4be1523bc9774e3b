//! One request and its response.

use quintet_capture::{FlowId, HttpState, Seen};
use quintet_crypto::fgs::{KAusf, KSeaf, ResStar};
use quintet_identity::{Suci, Supi};

/// Whose service it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Nausf_UEAuthentication: the AMF asks the AUSF.
    Ausf,
    /// Nudm: the AUSF asks the UDM for vectors, the AMF for all else.
    Udm,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `POST /ue-authentications` (TS 29.509 6.1.3.2).
    Authenticate,
    /// `PUT …/5g-aka-confirmation` (TS 29.509 6.1.3.3).
    Confirm5gAka,
    /// `POST …/eap-session` (TS 29.509 6.1.3.4).
    EapSession,
    /// `POST …/generate-auth-data` (TS 29.503 6.3.3.2).
    GenerateAuthData,
    /// `POST …/auth-events`, or `PUT` of one (TS 29.503 6.3.3.3).
    AuthEvent,
    /// `PUT …/registrations/amf-3gpp-access` (TS 29.503 6.2.3.2).
    AmfRegistration,
    /// `GET` of what the subscriber may do (TS 29.503 6.1.3).
    SubscriptionData,
}

impl Operation {
    /// Whose it is.
    #[must_use]
    pub const fn service(self) -> Service {
        match self {
            Self::Authenticate | Self::Confirm5gAka | Self::EapSession => Service::Ausf,
            Self::GenerateAuthData | Self::AuthEvent | Self::AmfRegistration | Self::SubscriptionData => {
                Service::Udm
            }
        }
    }

    /// Who asks, and who answers.
    #[must_use]
    pub const fn ends(self) -> (&'static str, &'static str) {
        match self {
            Self::Authenticate | Self::Confirm5gAka | Self::EapSession => ("AMF", "AUSF"),
            Self::GenerateAuthData | Self::AuthEvent => ("AUSF", "UDM"),
            Self::AmfRegistration | Self::SubscriptionData => ("AMF", "UDM"),
        }
    }

    /// Method and resource, without identities.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authenticate => "POST …/ue-authentications",
            Self::Confirm5gAka => "PUT …/5g-aka-confirmation",
            Self::EapSession => "POST …/eap-session",
            Self::GenerateAuthData => "POST …/generate-auth-data",
            Self::AuthEvent => "POST …/auth-events",
            Self::AmfRegistration => "PUT …/amf-3gpp-access",
            Self::SubscriptionData => "GET …/am-data",
        }
    }
}

/// `authResult`, or `success` of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The UE is authentic.
    Success,
    /// It is not: HXRES* and XRES*, or the EAP method, say so.
    Failure,
    /// Not known yet.
    Ongoing,
}

/// How an exchange stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// No answer so far.
    Open,
    /// Answered.
    Answered,
    /// There will be no answer.
    Broken(HttpState),
}

/// A vector, or what the home network said of one. Keys are zeroised and never printed.
#[derive(Clone, Debug)]
pub struct VectorSeen {
    /// RAND.
    pub rand: [u8; 16],
    /// AUTN, where it was said.
    pub autn: Option<[u8; 16]>,
    /// XRES*.
    pub xres_star: Option<ResStar>,
    /// KAUSF.
    pub kausf: Option<KAusf>,
    /// KSEAF.
    pub kseaf: Option<KSeaf>,
    /// Whose.
    pub supi: Option<Supi>,
}

/// A request, and what was answered.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// [`quintet_capture::HttpExchange::id`].
    pub id: u64,
    /// The connection.
    pub flow: FlowId,
    /// What is asked for.
    pub operation: Operation,
    /// Whose, if it is said or the AUSF's context tells.
    pub supi: Option<Supi>,
    /// The same, concealed.
    pub suci: Option<Suci>,
    /// `servingNetworkName` of the request.
    pub serving_network_name: Option<String>,
    /// Whether the request has `resynchronizationInfo`.
    pub resynchronization: bool,
    /// RAND of the challenge handed out, or confirmed.
    pub rand: Option<[u8; 16]>,
    /// AUTN of the challenge handed out.
    pub autn: Option<[u8; 16]>,
    /// HXRES* handed out by the AUSF, or that of the XRES* which the UDM handed out.
    pub hxres_star: Option<[u8; 16]>,
    /// What it came to.
    pub result: Option<Verdict>,
    /// HTTP status.
    pub status: Option<u16>,
    /// `cause` of the problem details.
    pub cause: Option<String>,
    /// The request's last frame.
    pub request: Option<Seen>,
    /// The response's last frame.
    pub answer: Option<Seen>,
    /// How it stands.
    pub state: State,
}

impl Exchange {
    /// Whose service it is.
    #[must_use]
    pub const fn service(&self) -> Service {
        self.operation.service()
    }

    /// Where it was seen first.
    #[must_use]
    pub fn first(&self) -> Option<Seen> {
        self.request.or(self.answer)
    }

    /// Whether the answer refuses.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.status.is_some_and(|status| status >= 400)
    }

    /// How long the answer took, in nanoseconds.
    #[must_use]
    pub fn took(&self) -> Option<i64> {
        Some(self.answer?.time.since(self.request?.time))
    }
}
