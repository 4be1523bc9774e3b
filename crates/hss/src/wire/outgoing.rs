//! The requests an HSS sends (TS 29.272 7.2.7, 7.2.9, 7.2.11, 7.2.15; TS 29.273 8.2.2.2, 8.2.2.4); those of Cx, Sh
//! and S6c as they are.

use super::answer::{write_auth_session_state, write_features};
use super::subscription::{SubscriptionView, write_subscription, write_user_data};
use super::{S6A, VENDOR_3GPP};
use quintet_cx::{DeregistrationReason, ReasonCode};
use quintet_diameter::MessageWriter;
use quintet_diameter::dict::{avp, command};
use quintet_identity::{Imsi, Msisdn};
use quintet_sh::UserIdentity;
use quintet_subscriber::model::{PdnGateway, Subscription};
use quintet_subscriber::s6a::{CancellationType, ClrFlags, DsrFlags, Features, IdrFlags, SubscriptionParts};
use std::sync::Arc;

/// A request the HSS owes a serving node.
#[derive(Clone, Debug)]
pub(crate) enum Outgoing {
    /// Cancel-Location-Request.
    CancelLocation {
        imsi: Imsi,
        cancellation_type: CancellationType,
        flags: ClrFlags,
    },
    /// Insert-Subscriber-Data-Request.
    InsertSubscriberData {
        imsi: Imsi,
        flags: IdrFlags,
        parts: SubscriptionParts,
        subscription: Arc<Subscription>,
        msisdn: Option<Msisdn>,
        gateways: Vec<PdnGateway>,
        /// What the node understands.
        node_features: Features,
        /// What this HSS supports: told in the request.
        features: Features,
        no_srvcc: bool,
    },
    /// Delete-Subscriber-Data-Request.
    DeleteSubscriberData {
        imsi: Imsi,
        flags: DsrFlags,
        context_identifiers: Vec<u32>,
        features: Features,
    },
    /// A request of Cx.
    Cx {
        imsi: Imsi,
        request: Box<quintet_cx::Request>,
    },
    /// A request of Sh.
    Sh {
        imsi: Imsi,
        request: Box<quintet_sh::Request>,
    },
    /// Alert-Service-Centre-Request of S6c.
    Alert {
        imsi: Imsi,
        request: Box<quintet_slh::s6c::Alr>,
    },
    /// Push-Profile-Request of SWx.
    PushProfile {
        imsi: Imsi,
        subscription: Arc<Subscription>,
        msisdn: Option<Msisdn>,
        gateways: Vec<PdnGateway>,
    },
    /// Registration-Termination-Request of SWx.
    TerminateRegistration { imsi: Imsi, reason: ReasonCode },
    /// Reset-Request.
    Reset {
        /// Leading digits of the IMSIs that are meant; none: all of this HSS.
        user_ids: Vec<String>,
        /// Reset-ID values; only for nodes that were told them.
        reset_ids: Vec<Vec<u8>>,
    },
}

impl Outgoing {
    /// Command Code.
    pub(crate) fn command(&self) -> u32 {
        match self {
            Self::CancelLocation { .. } => command::CANCEL_LOCATION,
            Self::InsertSubscriberData { .. } => command::INSERT_SUBSCRIBER_DATA,
            Self::DeleteSubscriberData { .. } => command::DELETE_SUBSCRIBER_DATA,
            Self::Cx { request, .. } => request.command(),
            Self::Sh { request, .. } => request.command(),
            Self::Alert { .. } => quintet_slh::s6c::Alr::COMMAND,
            Self::PushProfile { .. } => quintet_swx::Ppr::COMMAND,
            Self::TerminateRegistration { .. } => quintet_swx::Rtr::COMMAND,
            Self::Reset { .. } => command::RESET,
        }
    }

    /// Application-ID.
    pub(crate) fn application(&self) -> u32 {
        match self {
            Self::Cx { .. } => quintet_cx::CX,
            Self::Sh { .. } => quintet_sh::SH,
            Self::Alert { .. } => quintet_slh::s6c::S6C,
            Self::PushProfile { .. } | Self::TerminateRegistration { .. } => quintet_swx::SWX,
            _ => S6A,
        }
    }

    /// Whom it is about.
    pub(crate) fn imsi(&self) -> Option<Imsi> {
        match self {
            Self::CancelLocation { imsi, .. }
            | Self::InsertSubscriberData { imsi, .. }
            | Self::DeleteSubscriberData { imsi, .. }
            | Self::Cx { imsi, .. }
            | Self::Sh { imsi, .. }
            | Self::Alert { imsi, .. }
            | Self::PushProfile { imsi, .. }
            | Self::TerminateRegistration { imsi, .. } => Some(*imsi),
            Self::Reset { .. } => None,
        }
    }

    /// User-Identity of a PNR.
    pub(crate) fn identity(&self) -> Option<UserIdentity> {
        match self {
            Self::Sh { request, .. } => match &**request {
                quintet_sh::Request::PushNotification(pnr) => Some(pnr.identity.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Outgoing {
    /// The service centre that is alerted, if one is.
    pub(crate) fn alerted(&self) -> Option<Msisdn> {
        match self {
            Self::Alert { request, .. } => Some(request.sc_address),
            _ => None,
        }
    }
}

/// Vendor-Specific-Application-Id of S6a (TS 29.272 7.1.8).
pub(crate) fn write_application(w: &mut MessageWriter<'_>) {
    w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |w| {
        w.u32(avp::VENDOR_ID, VENDOR_3GPP);
        w.u32(avp::AUTH_APPLICATION_ID, S6A);
    });
}

/// User-Name: the IMSI.
fn write_imsi(w: &mut MessageWriter<'_>, imsi: Imsi) {
    let (digits, n) = imsi.ascii();
    w.octets(avp::USER_NAME, &digits[..n]);
}

/// Writes all but the routing AVPs, which the Diameter node adds.
pub(crate) fn write_outgoing(w: &mut MessageWriter<'_>, session: &str, request: &Outgoing) {
    w.text(avp::SESSION_ID, session);
    match request {
        Outgoing::Cx { request, .. } => return request.write(w),
        Outgoing::Sh { request, .. } => return request.write(w),
        Outgoing::Alert { request, .. } => return request.write(w),
        Outgoing::PushProfile {
            imsi,
            subscription,
            msisdn,
            gateways,
        } => {
            quintet_swx::Ppr::new(*imsi).write(w);
            let view = SubscriptionView::of_aaa(subscription, *msisdn, gateways);
            return write_user_data(w, &view);
        }
        Outgoing::TerminateRegistration { imsi, reason } => {
            let request = quintet_swx::Rtr {
                imsi: *imsi,
                reason: DeregistrationReason {
                    code: *reason,
                    info: None,
                },
                features: Vec::new(),
            };
            return request.write(w);
        }
        _ => {}
    }
    write_application(w);
    write_auth_session_state(w);
    match request {
        Outgoing::CancelLocation {
            imsi,
            cancellation_type,
            flags,
        } => {
            write_imsi(w, *imsi);
            w.u32(avp::CANCELLATION_TYPE, cancellation_type.value());
            w.u32(avp::CLR_FLAGS, flags.0);
        }
        Outgoing::InsertSubscriberData {
            imsi,
            flags,
            parts,
            subscription,
            msisdn,
            gateways,
            node_features,
            features,
            no_srvcc,
        } => {
            write_imsi(w, *imsi);
            write_features(w, *features);
            let view = SubscriptionView {
                subscription,
                msisdn: *msisdn,
                gateways,
                features: *node_features,
                no_srvcc: *no_srvcc,
                parts: *parts,
            };
            write_subscription(w, &view);
            if !flags.is_empty() {
                w.u32(avp::IDR_FLAGS, flags.0);
            }
        }
        Outgoing::DeleteSubscriberData {
            imsi,
            flags,
            context_identifiers,
            features,
        } => {
            write_imsi(w, *imsi);
            write_features(w, *features);
            w.u32(avp::DSR_FLAGS, flags.0);
            for id in context_identifiers {
                w.u32(avp::CONTEXT_IDENTIFIER, *id);
            }
        }
        // Written above.
        Outgoing::Cx { .. }
        | Outgoing::Sh { .. }
        | Outgoing::Alert { .. }
        | Outgoing::PushProfile { .. }
        | Outgoing::TerminateRegistration { .. } => {}
        Outgoing::Reset { user_ids, reset_ids } => {
            for id in user_ids {
                w.text(avp::USER_ID, id);
            }
            for id in reset_ids {
                w.octets(avp::RESET_ID, id);
            }
        }
    }
}
