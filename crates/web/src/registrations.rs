//! Who is registered where: whom an MME or SGSN serves, and who is registered in the IMS. Pages by key, so ten million subscribers are as
//! good as ten.

use crate::form::{address, parameter};
use crate::frame::{Frame, Place, page};
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::Uri;
use quintet_admin::Problem;
use quintet_identity::Imsi;
use quintet_store::StoredIms;

/// Subscribers of a page.
const PAGE: usize = 100;

/// Subscriptions of the IMS that are looked at for a page.
const LOOKED_AT: usize = 500;

/// The longest name of a host that is looked for, in octets (RFC 1035 2.3.4).
const MAX_HOST_OCTETS: usize = 255;

pub(crate) fn router() -> Router<Web> {
    Router::new().route("/registrations", get(show))
}

/// A registration with the IMS, as it is shown.
struct Registered {
    imsi: Imsi,
    server: String,
    sets: String,
}

impl Registered {
    fn of(ims: &StoredIms) -> Self {
        let registrations = &ims.registrations;
        let sets: Vec<String> = registrations
            .sets
            .iter()
            .map(|set| format!("set {}: {:?}", set.id, registrations.state(set.id)))
            .collect();
        Self {
            imsi: ims.imsi,
            server: registrations
                .server
                .as_ref()
                .map(|server| server.name.clone())
                .unwrap_or_default(),
            sets: sets.join(", "),
        }
    }
}

#[derive(Template)]
#[template(path = "registrations.html")]
struct Registrations {
    frame: Frame,
    /// MMEs and SGSNs that are peers now.
    hosts: Vec<String>,
    host: String,
    is_ims: bool,
    served: Vec<Imsi>,
    registered: Vec<Registered>,
    next: Option<String>,
}

async fn show(State(web): State<Web>, uri: Uri, visitor: Visitor) -> Result<Response, Problem> {
    let (host, is_ims) = (parameter(&uri, "host"), parameter(&uri, "of") == "ims");
    let after = match parameter(&uri, "after").as_str() {
        "" => None,
        after => Some(
            after
                .parse()
                .map_err(|_| Problem::unreadable("it is no IMSI").at("after"))?,
        ),
    };
    if host.len() > MAX_HOST_OCTETS {
        return Err(Problem::unreadable("no host has so long a name").at("host"));
    }
    let mut hosts: Vec<String> = web.history().latest().map_or_else(Vec::new, |network| {
        let serving = network
            .peers
            .iter()
            .filter(|peer| peer.applications.iter().any(|name| name == "S6a"));
        serving.map(|peer| peer.identity.clone()).collect()
    });
    hosts.sort();
    let mut shown = Registrations {
        frame: visitor.frame(Place::Registrations),
        hosts,
        is_ims,
        served: Vec::new(),
        registered: Vec::new(),
        next: None,
        host,
    };
    if is_ims {
        let (found, next) = web
            .inside()
            .registered_in_ims(&visitor.caller, after, LOOKED_AT)
            .await?;
        shown.registered = found.iter().map(Registered::of).collect();
        shown.next = next.map(|imsi| {
            address(
                "/ui/registrations",
                &[("of", "ims"), ("after", &imsi.to_string())],
            )
        });
    } else if !shown.host.is_empty() {
        let (found, next) = web
            .inside()
            .served(&visitor.caller, &shown.host, after, PAGE)
            .await?;
        shown.served = found;
        let host = shown.host.as_str();
        shown.next = next.map(|imsi| {
            address(
                "/ui/registrations",
                &[("host", host), ("after", &imsi.to_string())],
            )
        });
    }
    Ok(page(&shown))
}
