//! Dialogs of a user (RFC 3261 12): calls, and the subscription to its registration state (RFC 6665, RFC 3680).

use quintet_sip::{Message, Name};

/// Most calls of one user at a time: more than one has hands for; the next is answered with 486.
pub(super) const MAX_DIALOGS: usize = 8;

/// Most values of a route set that are kept: proxies of a call in an IMS are four at each end.
const MAX_ROUTES: usize = 16;

/// What requests inside a dialog need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dialog {
    pub(super) call_id: String,
    /// From and To of our requests, with tags.
    pub(super) local: String,
    pub(super) remote: String,
    /// The other end's contact: Request-URI.
    pub(super) target: String,
    /// Route.
    pub(super) routes: Vec<String>,
    pub(super) cseq: u32,
}

impl Dialog {
    /// That of a response to our request: the route set is Record-Route backwards (RFC 3261 12.1.2).
    pub(super) fn of_response(response: &Message<'_>) -> Option<Self> {
        let mut routes = values(response, Name::RecordRoute);
        routes.reverse();
        Some(Self {
            call_id: response.call_id().ok()?.to_owned(),
            local: response.header(Name::From)?.to_owned(),
            remote: response.header(Name::To)?.to_owned(),
            target: target(response)?,
            routes,
            cseq: response.cseq().ok()?.number,
        })
    }

    /// That of a request we answer with `tag`: the route set is Record-Route as it stands (RFC 3261 12.1.1).
    pub(super) fn of_request(request: &Message<'_>, tag: &str) -> Option<Self> {
        Some(Self {
            call_id: request.call_id().ok()?.to_owned(),
            local: format!("{};tag={tag}", request.header(Name::To)?),
            remote: request.header(Name::From)?.to_owned(),
            target: target(request)?,
            routes: values(request, Name::RecordRoute),
            cseq: 0,
        })
    }
}

fn values(message: &Message<'_>, name: Name) -> Vec<String> {
    message.values(name).take(MAX_ROUTES).map(str::to_owned).collect()
}

fn target(message: &Message<'_>) -> Option<String> {
    let first = message.contacts().next()?.ok()?;
    match first {
        quintet_sip::Contact::Address(address) => Some(address.uri.as_str().to_owned()),
        quintet_sip::Contact::All => None,
    }
}

/// A subscription to the own registration state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subscription {
    pub(super) call_id: String,
    pub(super) tag: String,
    pub(super) cseq: u32,
    /// There, once the notifier has answered: requests within it, and its NOTIFYs, go by it.
    pub(super) dialog: Option<Dialog>,
    /// The notifier has taken it.
    pub(super) active: bool,
}
