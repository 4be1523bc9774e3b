//! What every request to a page passes: who it is from, whether another site's page sent it, which headers the answer has, and how
//! a problem looks.

use crate::frame::{Frame, Place, page};
use crate::session::SessionId;
use crate::state::Web;
use crate::visitor::{Theme, Visitor, here};
use askama::Template;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_SECURITY_POLICY, COOKIE, HOST, ORIGIN, REFERRER_POLICY};
use http::{HeaderMap, HeaderName, HeaderValue};
use quintet_admin::Problem;

/// Nothing from elsewhere, no script or style in the text of a page, no frame around it, forms to here alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The cookie of the session. Over TLS no other host of the domain can set it (RFC 6265bis 4.1.3.2).
pub(crate) const fn cookie_name(is_secure: bool) -> &'static str {
    match is_secure {
        true => "__Host-quintet-session",
        false => "quintet-session",
    }
}

/// The cookie of the colours.
pub(crate) const THEME_COOKIE: &str = "quintet-theme";

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|line| line.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The session that a request says, whether it lives or not.
pub(crate) fn session_of(web: &Web, headers: &HeaderMap) -> Option<SessionId> {
    cookie(headers, cookie_name(web.inside().is_secure())).map(SessionId::of)
}

fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.starts_with(kind))
}

/// Who a request is from.
fn visitor(web: &Web, request: &Request) -> Option<Visitor> {
    let headers = request.headers();
    let session = session_of(web, headers)?;
    let used = !accepts(headers, "text/event-stream");
    let opened = web.sessions().find(session, used, web.inside().now())?;
    let Some(caller) = web.inside().caller(opened.credential) else {
        web.sessions().close(session);
        return None;
    };
    Some(Visitor {
        caller,
        session,
        proof: opened.proof,
        here: String::new(),
        sees_live: web.settings().live.is_some(),
        theme: theme(headers),
    })
}

/// The colours that a request says.
pub(crate) fn theme(headers: &HeaderMap) -> Theme {
    cookie(headers, THEME_COOKIE).map_or(Theme::System, Theme::of)
}

/// Whether a page of another origin sent it: `Sec-Fetch-Site` says so, or `Origin` where browsers do not send that (no TLS).
fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(&HeaderName::from_static("sec-fetch-site")) {
        return site != "same-origin";
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let host = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    host.is_none_or(|(_, host)| text(&HOST) != Some(host))
}

/// See the module.
pub(crate) async fn guard(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let theme = theme(request.headers());
    let mut visitor = visitor(&web, &request);
    let (mut parts, body) = request.into_parts();
    if let Some(visitor) = &mut visitor {
        visitor.here = here(&parts);
        parts.extensions.insert(visitor.clone());
    }
    let is_foreign = !parts.method.is_safe() && is_foreign(&parts.headers);
    let wants_page = !accepts(&parts.headers, "text/event-stream");
    request = Request::from_parts(parts, body);
    let mut response = match is_foreign {
        true => Problem::forbidden("a page of another site sent this").into_response(),
        false => next.run(request).await,
    };
    if wants_page && let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let frame = match &visitor {
            Some(visitor) => visitor.frame(Place::Elsewhere),
            None => Frame::nobody(theme),
        };
        let mut shown = page(&Shown {
            frame,
            problem: &problem,
        });
        *shown.status_mut() = response.status();
        for name in [http::header::RETRY_AFTER, http::header::ETAG] {
            if let Some(value) = response.headers_mut().remove(&name) {
                shown.headers_mut().insert(name, value);
            }
        }
        response = shown;
    }
    let headers = response.headers_mut();
    // A report of the doctor has its own, which permits less from here and its own script by its digest.
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    // With less, browsers do not say whose page sends a form.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    response
}

/// A problem as a page.
#[derive(Template)]
#[template(path = "problem.html")]
struct Shown<'a> {
    frame: Frame,
    problem: &'a Problem,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn forms_of_other_sites_are_foreign() {
        let foreign = |pairs: &[(&'static str, &str)]| is_foreign(&headers(pairs));
        assert!(!foreign(&[("host", "hss:8443"), ("origin", "https://hss:8443")]));
        assert!(foreign(&[("host", "hss:8443"), ("origin", "https://hss")]));
        assert!(foreign(&[("host", "hss"), ("origin", "https://evil.example")]));
        assert!(foreign(&[("host", "hss"), ("origin", "null")]));
        assert!(!foreign(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(foreign(&[("sec-fetch-site", site)]), "{site}");
        }
    }

    #[test]
    fn cookies_are_found_among_others() {
        let headers = headers(&[("cookie", "a=1; quintet-theme=dark;b=2")]);
        assert_eq!(cookie(&headers, THEME_COOKIE), Some("dark"));
        assert_eq!(cookie(&headers, "b"), Some("2"));
        assert_eq!(cookie(&headers, "c"), None);
    }
}
