//! The routes, and the OpenAPI 3.1 document that comes of them.

use crate::app::App;
use crate::problem::Problem;
use crate::{answers, apply, audit, bulk, equipment, keys, location, page, parts, subscribers, tokens};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use http::StatusCode;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest body of one subscriber, rule or token, in octets.
pub(crate) const MAX_BODY_OCTETS: usize = 256 * 1024;

/// The longest body of many, in octets.
pub(crate) const MAX_BULK_OCTETS: usize = 16 * 1024 * 1024;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("`quintet token create` makes a token"));
        if let Some(components) = &mut document.components {
            components.add_security_scheme("token", SecurityScheme::Http(scheme.build()));
        }
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Quintet provisioning",
        version = "1",
        description = "Subscribers, equipment, tokens and audit of a home network. No answer has a secret in it. \
            Errors are RFC 9457 problems. docs/api.md describes it all.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem)),
    tags(
        (name = "subscribers", description = "Subscribers, their IMS profiles, APN configurations, roaming"),
        (name = "location", description = "Where subscribers are registered"),
        (name = "equipment", description = "The register of equipment: rules and bindings"),
        (name = "apply", description = "A declared network"),
        (name = "keys", description = "The state of the keys of the database"),
        (name = "tokens", description = "Who may do what"),
        (name = "audit", description = "Who did what")
    ),
    security(("token" = [])),
    modifiers(&Bearer)
)]
struct Head;

fn routes() -> OpenApiRouter<App> {
    let many = OpenApiRouter::new()
        .routes(routes!(bulk::bulk))
        .routes(routes!(apply::apply))
        .layer(DefaultBodyLimit::max(MAX_BULK_OCTETS));
    OpenApiRouter::new()
        .routes(routes!(subscribers::list, subscribers::create))
        .routes(routes!(
            subscribers::read,
            subscribers::put,
            subscribers::patch,
            subscribers::remove
        ))
        .routes(routes!(parts::ims, parts::put_ims, parts::delete_ims))
        .routes(routes!(location::deregister))
        .routes(routes!(parts::apns))
        .routes(routes!(parts::put_apn, parts::delete_apn))
        .routes(routes!(parts::roaming, parts::put_roaming))
        .routes(routes!(location::read, location::cancel))
        .routes(routes!(equipment::list))
        .routes(routes!(equipment::put_rule, equipment::delete_rule))
        .routes(routes!(equipment::put_binding, equipment::delete_binding))
        .routes(routes!(keys::status))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(audit::list))
        .layer(DefaultBodyLimit::max(MAX_BODY_OCTETS))
        .merge(many)
}

fn split() -> (Router<App>, Document) {
    let (router, mut document) = OpenApiRouter::with_openapi(Head::openapi())
        .nest("/api/v1", routes())
        .split_for_parts();
    answers::complete(&mut document);
    (router, document)
}

/// The OpenAPI document, as JSON for people.
#[must_use]
pub fn document() -> String {
    let mut text = split().1.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// All routes; what is none is a problem.
pub(crate) fn router(app: App) -> Router {
    let (router, document) = split();
    let document = document.to_json().unwrap_or_default();
    let described = move || {
        let document = document.clone();
        async move { ([(CONTENT_TYPE, "application/json")], document) }
    };
    router
        .route("/api/v1/openapi.json", axum::routing::get(described))
        .merge(page::router())
        .fallback(nothing)
        .method_not_allowed_fallback(not_so)
        .with_state(app)
}

async fn nothing() -> impl IntoResponse {
    Problem::not_found("no resource has this path").remedy("/api/v1/openapi.json lists them all")
}

async fn not_so() -> impl IntoResponse {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let why = "the resource has no such method";
    Problem::new(status, "method", "not this way", why).remedy("/api/v1/openapi.json lists what there is")
}
