//! What is around every page: who looks, where they are, where they can go.

use crate::assets;
use crate::visitor::{Theme, Visitor};
use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use quintet_admin::{Area, Caller, Problem};

/// Where a page stands in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Overview,
    Subscribers,
    Live,
    Doctor,
    Registrations,
    Peers,
    Equipment,
    Audit,
    Keys,
    /// Nowhere in it.
    Elsewhere,
}

/// What can be gone to: the page, its path, what it is called, the key that leads there after `g`, whose area it is; whether all of
/// that area must be open to the caller.
type Entry = (Place, &'static str, &'static str, char, Option<Area>, bool);

/// All of it, in order.
const NAVIGATION: [Entry; 9] = [
    (Place::Overview, "/ui/", "Overview", 'o', None, false),
    (
        Place::Subscribers,
        "/ui/subscribers",
        "Subscribers",
        's',
        Some(Area::Subscribers),
        false,
    ),
    (
        Place::Live,
        "/ui/live",
        "Live",
        'l',
        Some(Area::Subscribers),
        false,
    ),
    (
        Place::Doctor,
        "/ui/doctor",
        "Doctor",
        'd',
        Some(Area::Subscribers),
        false,
    ),
    (
        Place::Registrations,
        "/ui/registrations",
        "Registrations",
        'r',
        Some(Area::Subscribers),
        false,
    ),
    (Place::Peers, "/ui/peers", "Peers", 'p', None, false),
    (
        Place::Equipment,
        "/ui/equipment",
        "Equipment",
        'e',
        Some(Area::Equipment),
        true,
    ),
    (Place::Audit, "/ui/audit", "Audit", 'a', Some(Area::Audit), true),
    (
        Place::Keys,
        "/ui/keys",
        "Tokens, keys",
        'k',
        Some(Area::Keys),
        true,
    ),
];

/// An entry of the navigation, as it is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
    pub(crate) key: char,
    pub(crate) is_here: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Who looks; none: nobody is logged in.
    pub(crate) caller: Option<Caller>,
    /// What forms carry.
    pub(crate) proof: String,
    /// This page, to come back to.
    pub(crate) here: String,
    pub(crate) theme: Theme,
    pub(crate) entries: Vec<Shown>,
}

impl Frame {
    pub(crate) fn of(visitor: &Visitor, place: Place) -> Self {
        let caller = &visitor.caller;
        let open = |entry: &&Entry| match (entry.4, entry.5) {
            (None, _) => true,
            (Some(area), false) => caller.may_read(area),
            (Some(area), true) => caller.may_read_all(area),
        };
        let entries = NAVIGATION
            .iter()
            .filter(|entry| entry.0 != Place::Live || visitor.sees_live)
            .filter(open);
        Self {
            caller: Some(caller.clone()),
            proof: visitor.proof.clone(),
            here: visitor.here.clone(),
            theme: visitor.theme,
            entries: entries
                .map(|entry| Shown {
                    path: entry.1,
                    name: entry.2,
                    key: entry.3,
                    is_here: entry.0 == place,
                })
                .collect(),
        }
    }

    /// Of a page for those who are not logged in.
    pub(crate) fn nobody(theme: Theme) -> Self {
        Self {
            caller: None,
            proof: String::new(),
            here: "/ui/".to_owned(),
            theme,
            entries: Vec::new(),
        }
    }

    /// The address of an asset.
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// Whether subscribers can be looked for.
    pub(crate) fn searches(&self) -> bool {
        self.caller
            .as_ref()
            .is_some_and(|caller| caller.may_read(Area::Subscribers))
    }
}

/// A page.
pub(crate) fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page cannot be written");
            Problem::defect("a page cannot be written").into_response()
        }
    }
}
