//! A SIP message as an arrow of the ladder: its method or status, and what of its headers decides about a registration.

use super::ground::domain;
use crate::ladder::{Arrow, Tone};
use quintet_crypto::digest::AkaNonce;
use quintet_sip::{Challenge, Credentials, Message, Name, SecurityMechanism, StartLine};

/// Octets of RAND that are shown: enough to see whose vector it is.
const SHOWN_RAND_DIGITS: usize = 16;

/// A message in short.
pub(super) struct View {
    pub(super) name: String,
    /// The status alone, and the method beside it.
    short: Option<(String, String)>,
    details: Vec<String>,
    tone: Tone,
    /// The reason of a refusal.
    pub(super) cause: Option<String>,
}

impl View {
    /// As an arrow between two lifelines.
    pub(super) fn arrow(&self, (from, to): (usize, usize), protected: bool) -> Arrow {
        let mut details = self.details.clone();
        if protected {
            details.insert(0, "in ESP".to_owned());
        }
        Arrow {
            from,
            to,
            label: self.name.clone(),
            short: self.short.clone(),
            tone: self.tone,
            lost: false,
            details,
        }
    }
}

/// Reads what is worth showing.
pub(super) fn view(octets: &[u8]) -> View {
    let message = match Message::parse(octets) {
        Ok(message) => message,
        Err(error) => {
            return View {
                name: "malformed SIP".to_owned(),
                short: None,
                details: vec![format!("{} octets: {error}", octets.len())],
                tone: Tone::Bad,
                cause: None,
            };
        }
    };
    let mut details = Vec::new();
    let mut short = None;
    let (name, tone, cause) = match message.start() {
        StartLine::Request { method, uri } => {
            let name = method.to_string();
            if name != "REGISTER" {
                details.push((*uri).to_owned());
            }
            (name, Tone::Asking, None)
        }
        StartLine::Response { status, reason } => {
            let method = message.cseq().map(|cseq| cseq.method.to_string());
            let method = method.unwrap_or_default();
            let name = format!("{} {method}", status.code());
            short = Some((status.code().to_string(), method));
            let (tone, cause) = match status.code() {
                100..=199 => (Tone::Plain, None),
                200..=299 => (Tone::Good, None),
                401 | 407 => (Tone::Asking, None),
                _ => (Tone::Refused, Some(format!("{status} {reason}"))),
            };
            details.extend(cause.clone());
            (name, tone, cause)
        }
    };
    authentication(&message, &mut details);
    agreement(&message, &mut details);
    View {
        name,
        short,
        details: details.iter().map(|detail| abbreviated(detail)).collect(),
        tone,
        cause,
    }
}

/// A detail without the end of the home network's domain, which everybody here has.
pub(super) fn abbreviated(detail: &str) -> String {
    let domain = domain();
    let (kept, end) = domain.split_once('.').unwrap_or((&domain, ""));
    detail.replace(&format!("{kept}.{end}"), &format!("{kept}…"))
}

/// Challenge and response; keys by their names alone.
fn authentication(message: &Message<'_>, details: &mut Vec<String>) {
    if let Some(challenge) = message
        .header(Name::WwwAuthenticate)
        .and_then(|text| Challenge::parse(text).ok())
    {
        let algorithm = challenge.algorithm().unwrap_or("MD5".into());
        details.push(format!("{algorithm}{}", rand(challenge.nonce().as_deref())));
        let keys = ["ck", "ik"]
            .into_iter()
            .filter(|key| challenge.params.get(key).is_some());
        let keys: Vec<&str> = keys.collect();
        if !keys.is_empty() {
            details.push(format!("with {}", keys.join(", ")));
        }
    }
    if let Some(credentials) = message
        .header(Name::Authorization)
        .and_then(|text| Credentials::parse(text).ok())
    {
        let response = credentials.response().unwrap_or_default();
        let auts = credentials
            .params
            .get("auts")
            .is_some_and(|auts| !auts.is_empty());
        let told = match (response.is_empty(), auts) {
            (_, true) => "AUTS".to_owned(),
            (true, false) if credentials.nonce().is_none_or(|nonce| nonce.is_empty()) => return,
            (true, false) => "empty response".to_owned(),
            (false, false) => format!("response{}", rand(credentials.nonce().as_deref())),
        };
        let flag = credentials.params.get("integrity-protected");
        let flag = flag.map_or_else(String::new, |flag| format!(", integrity-protected {flag}"));
        details.push(format!("{told}{flag}"));
    }
}

/// `, RAND 0123…` of a nonce that carries one.
fn rand(nonce: Option<&str>) -> String {
    nonce.and_then(AkaNonce::parse).map_or_else(String::new, |nonce| {
        let rand = hex::encode(nonce.rand);
        format!(", RAND {}…", &rand[..SHOWN_RAND_DIGITS])
    })
}

/// What is offered, answered and repeated of sec-agree.
fn agreement(message: &Message<'_>, details: &mut Vec<String>) {
    let headers = [
        (Name::SecurityClient, "Security-Client"),
        (Name::SecurityServer, "Security-Server"),
        (Name::SecurityVerify, "Security-Verify"),
    ];
    for (name, written) in headers {
        let suites: Vec<String> = message
            .values(name)
            .filter_map(|value| SecurityMechanism::parse(value).ok())
            .map(|mechanism| {
                let of = |value: Option<&str>| value.unwrap_or("null").to_owned();
                format!("{}/{}", of(mechanism.alg()), of(mechanism.ealg()))
            })
            .collect();
        if !suites.is_empty() {
            details.push(format!("{written} {}", suites.join(", ")));
        }
    }
    if let Some(expires) = message.header(Name::MinExpires) {
        details.push(format!("Min-Expires {expires}"));
    }
}
