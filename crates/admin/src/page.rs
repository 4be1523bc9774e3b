//! The page to try the interface with: one file, nothing from elsewhere, no script but its own.

use crate::app::App;
use axum::Router;
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use sha2::{Digest, Sha256};

const PAGE: &str = include_str!("page.html");

/// What stands between the first of two marks and the second.
fn between(open: &str, close: &str) -> &'static str {
    let inner = PAGE.split_once(open).map_or("", |(_, rest)| rest);
    inner.split_once(close).map_or("", |(inner, _)| inner)
}

/// Only the page's own script and style run, by their digests, and it talks to where it came from alone.
fn policy() -> String {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        digest(between("<script>", "</script>")),
        digest(between("<style>", "</style>")),
    )
}

pub(crate) fn router() -> Router<App> {
    let policy = policy();
    let shown = move || {
        let policy = policy.clone();
        async move {
            let headers = [
                (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
                (CONTENT_SECURITY_POLICY, policy),
            ];
            (headers, PAGE).into_response()
        }
    };
    Router::new()
        .route("/api/", get(shown))
        .route("/api", get(|| async { Redirect::permanent("/api/") }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        for outside in [
            "http://",
            "https://",
            "src=",
            "@import",
            "url(",
            " style=",
            " onclick=",
            "innerHTML",
        ] {
            assert!(!PAGE.contains(outside), "{outside}");
        }
        assert!(between("<script>", "</script>").len() > 100 && between("<style>", "</style>").len() > 100);
        assert!(policy().contains("script-src 'sha256-") && !policy().contains("unsafe"));
    }
}
