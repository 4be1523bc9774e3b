//! Who comes in: the text of a token opens a session. And out; and in which colours.

use crate::form::{Fields, Posted, body, parameter};
use crate::frame::{Frame, page};
use crate::guard::{THEME_COOKIE, cookie_name, session_of, theme};
use crate::session::ENTROPY_OCTETS;
use crate::state::Web;
use crate::visitor::Theme;
use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue, Uri};
use quintet_admin::{Problem, Remote};
use zeroize::Zeroizing;

/// The longest address to come back to, in octets.
const MAX_ADDRESS_OCTETS: usize = 2_048;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/login", get(ask).post(open))
        .route("/logout", post(close))
        .route("/theme", post(colours))
}

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    frame: Frame,
    to: String,
    refused: Option<String>,
}

/// An address of ours to come back to, whatever is said.
fn ours(to: &str) -> &str {
    let is_ours = to.starts_with("/ui/") && to.len() <= MAX_ADDRESS_OCTETS;
    let is_path = is_ours
        && !to.starts_with("/ui//")
        && to.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'\\');
    if is_path && to.parse::<Uri>().is_ok() {
        to
    } else {
        "/ui/"
    }
}

async fn ask(uri: Uri, headers: HeaderMap) -> Response {
    page(&Login {
        frame: Frame::nobody(theme(&headers)),
        to: ours(&parameter(&uri, "to")).to_owned(),
        refused: None,
    })
}

/// A cookie of the whole site that no script reads and no other site's page sends.
fn cookie(name: &str, value: &str, is_secure: bool, more: &str) -> Result<HeaderValue, Problem> {
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{more}");
    HeaderValue::try_from(text).map_err(|_| Problem::defect("a cookie cannot be written"))
}

#[expect(clippy::disallowed_methods, reason = "sessions are drawn here")]
async fn open(State(web): State<Web>, request: Request) -> Result<Response, Problem> {
    let remote = request.extensions().get::<Remote>().copied();
    let colours = theme(request.headers());
    let before = session_of(&web, request.headers());
    let fields = Fields::of(&body(request).await?);
    let to = ours(fields.text("to"));
    let credential = match web.inside().credential(fields.text("token").as_bytes(), remote) {
        Ok(credential) => credential,
        Err(problem) => {
            let mut response = page(&Login {
                frame: Frame::nobody(colours),
                to: to.to_owned(),
                refused: Some(problem.detail().to_owned()),
            });
            *response.status_mut() = problem.status();
            return Ok(response);
        }
    };
    let mut entropy = Zeroizing::new([0; ENTROPY_OCTETS]);
    getrandom::fill(&mut *entropy).map_err(|_| Problem::busy("there is no entropy"))?;
    let cookie_value = {
        let mut sessions = web.sessions();
        if let Some(before) = before {
            sessions.close(before);
        }
        sessions.open(credential, &entropy, web.inside().now())
    };
    let is_secure = web.inside().is_secure();
    let set = cookie(cookie_name(is_secure), &cookie_value, is_secure, "")?;
    Ok(([(SET_COOKIE, set)], Redirect::to(to)).into_response())
}

async fn close(State(web): State<Web>, posted: Posted) -> Result<Response, Problem> {
    web.sessions().close(posted.visitor.session);
    let is_secure = web.inside().is_secure();
    let set = cookie(cookie_name(is_secure), "", is_secure, "; Max-Age=0")?;
    Ok(([(SET_COOKIE, set)], Redirect::to("/ui/login")).into_response())
}

async fn colours(State(web): State<Web>, posted: Posted) -> Result<Response, Problem> {
    let theme = Theme::of(posted.text("theme")).name();
    let set = cookie(
        THEME_COOKIE,
        theme,
        web.inside().is_secure(),
        "; Max-Age=31536000",
    )?;
    let to = ours(posted.text("to")).to_owned();
    Ok(([(SET_COOKIE, set)], Redirect::to(&to)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        for mine in [
            "/ui/",
            "/ui/subscribers?q=1%202",
            "/ui/subscribers/001010000000001",
        ] {
            assert_eq!(ours(mine), mine);
        }
        let long = format!("/ui/{}", "x".repeat(MAX_ADDRESS_OCTETS));
        for other in [
            "",
            "//evil.example",
            "https://evil.example/ui/",
            "/ui//evil",
            "/ui/\\evil",
            "/ui/\r\nx: y",
            "/api/",
            &long,
        ] {
            assert_eq!(ours(other), "/ui/", "{other}");
        }
    }
}
