//! Style, script and icon, in the program. Their addresses have a digest of them, so browsers keep them until they change.

use crate::state::Web;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use quintet_admin::Problem;
use quintet_consult::page::{LADDER_SCRIPT, LADDER_STYLE};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// Name, type, octets.
const ASSETS: [(&str, &str, &[u8]); 8] = [
    (
        "ui.css",
        "text/css; charset=utf-8",
        include_bytes!("../assets/ui.css"),
    ),
    (
        "ui.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/ui.js"),
    ),
    ("icon.svg", "image/svg+xml", include_bytes!("../assets/icon.svg")),
    ("ladder.css", "text/css; charset=utf-8", LADDER_STYLE.as_bytes()),
    (
        "ladder.js",
        "text/javascript; charset=utf-8",
        LADDER_SCRIPT.as_bytes(),
    ),
    (
        "live.css",
        "text/css; charset=utf-8",
        include_bytes!("../assets/live.css"),
    ),
    (
        "live.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/live.js"),
    ),
    (
        "upload.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/upload.js"),
    ),
];

/// A digest of all of them: one that changes changes all addresses, which is seldom enough.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for (_, _, octets) in ASSETS {
        digest.update(octets);
    }
    digest
        .finalize()
        .iter()
        .take(6)
        .map(|octet| format!("{octet:02x}"))
        .collect()
});

/// The address of an asset.
pub(crate) fn address(name: &str) -> String {
    format!("/ui/assets/{}/{name}", *VERSION)
}

/// They are for everybody: the page to log in has them.
pub(crate) fn router() -> Router<Web> {
    Router::new().route("/assets/{version}/{name}", get(asset))
}

async fn asset(Path((version, name)): Path<(String, String)>) -> Response {
    let found = ASSETS.into_iter().find(|(known, _, _)| *known == name);
    let Some((_, kind, octets)) = found.filter(|_| version == *VERSION) else {
        return Problem::not_found("there is no such file").into_response();
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    (headers, octets).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_need_nothing_from_elsewhere() {
        for (name, _, octets) in ASSETS {
            let text = std::str::from_utf8(octets)
                .unwrap()
                .replace("http://www.w3.org/2000/svg", "");
            for outside in [
                "http://",
                "https://",
                "@import",
                "url(",
                "eval(",
                "innerHTML +",
                "new Function",
            ] {
                assert!(!text.contains(outside), "{name}: {outside}");
            }
        }
    }
}
