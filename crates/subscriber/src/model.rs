//! The subscriber's data, named after TS 23.008, the AVPs of TS 29.272 7.3 and the data of TS 29.503.

mod authentication;
mod context;
mod fgs;
mod limits;
mod location;
mod non3gpp;
mod subscription;
mod waiting;

pub use authentication::{Algorithm, Authentication, SqnProfile};
pub use context::{
    AmfModification, AmfRegistration, AuthenticationEvent, ContextChange, ContextData,
    MAX_AUTHENTICATION_EVENTS, MAX_CONTEXT_TEXT_OCTETS, MAX_MONITORED_RESOURCES, MAX_SDM_SUBSCRIPTIONS,
    SdmSubscription,
};
pub use fgs::{
    AuthenticationMethod, DnnConfiguration, FgsSubscription, PduSessionType, RatType, ServiceArea,
    SubscribedSNssai, TacText,
};
pub use limits::{
    MAX_APN_CONFIGURATIONS, MAX_AREAS, MAX_IDENTITY_OCTETS, MAX_NSSAI, MAX_RAU_TAU_TIMER_S,
    MAX_ROAMING_PLMNS, MAX_ZONE_CODES, ModelError,
};
pub use location::{Location, PdnGateway, ServingNode};
pub use non3gpp::{AaaServer, Non3gppRat, Non3gppSubscription};
pub use subscription::{
    AccessRestriction, AllocationRetentionPriority, Ambr, ApnConfiguration, MtSms, PdnType, QosClass,
    Roaming, SubscriberStatus, Subscription,
};
pub use waiting::{MAX_WAITING_CENTRES, MessageWaiting, Presence, ServiceCentre, WaitingChange};

use quintet_identity::{Imsi, Msisdn};
use std::sync::Arc;

/// Everything that is provisioned for one subscriber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    /// Who.
    pub imsi: Imsi,
    /// The number, if there is one (TS 23.008 2.1.2).
    pub msisdn: Option<Msisdn>,
    /// The secret half: for the AuC alone.
    pub authentication: Authentication,
    /// The subscription; shared by all subscribers whose data are the same.
    pub subscription: Arc<Subscription>,
}
