//! Paths and bodies, as far as they go.

use super::{Operation, Verdict};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use quintet_capture::HttpMessage;
use serde_json::Value;
use zeroize::Zeroize;

/// The longest name or cause that is kept: serving network names have at most 45 (TS 24.501 9.12.1).
const MAX_NAME_CHARACTERS: usize = 128;

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named<'a> {
    pub(super) operation: Operation,
    /// `supiOrSuci` or `supi` of Nudm, `authCtxId` of Nausf.
    pub(super) who: Option<&'a str>,
}

/// What a path asks for; `None` if it is of another service.
pub(super) fn path(path: &str) -> Option<Named<'_>> {
    let path = path.split('?').next().unwrap_or_default();
    let mut parts = path
        .split('/')
        .skip_while(|part| !matches!(*part, "nausf-auth" | "nudm-ueau" | "nudm-uecm" | "nudm-sdm"));
    let api = parts.next()?;
    let _version = parts.next()?;
    let rest: Vec<&str> = parts.filter(|part| !part.is_empty()).take(5).collect();
    let (operation, who) = match (api, &rest[..]) {
        ("nausf-auth", ["ue-authentications"]) => (Operation::Authenticate, None),
        ("nausf-auth", ["ue-authentications", context, "5g-aka-confirmation"]) => {
            (Operation::Confirm5gAka, Some(*context))
        }
        ("nausf-auth", ["ue-authentications", context, "eap-session"]) => {
            (Operation::EapSession, Some(*context))
        }
        ("nudm-ueau", [who, "security-information", "generate-auth-data"]) => {
            (Operation::GenerateAuthData, Some(*who))
        }
        ("nudm-ueau", [who, "auth-events", ..]) => (Operation::AuthEvent, Some(*who)),
        ("nudm-uecm", [who, "registrations", "amf-3gpp-access"]) => (Operation::AmfRegistration, Some(*who)),
        ("nudm-sdm", [who, "am-data"]) => (Operation::SubscriptionData, Some(*who)),
        _ => return None,
    };
    Some(Named { operation, who })
}

/// The context in a link to go on at, or in `location`.
pub(super) fn context(link: &str) -> Option<&str> {
    let mut parts = link.split('/').skip_while(|part| *part != "ue-authentications");
    parts.next()?;
    parts.next().filter(|context| !context.is_empty())
}

/// A body of JSON. Secrets are taken out of it and zeroised ([`Body::secret`]).
pub(super) struct Body(Value);

impl Body {
    pub(super) fn of(message: &HttpMessage) -> Self {
        Self(serde_json::from_slice(&message.body).unwrap_or_default())
    }

    fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(&self.0, |value, name| value.get(name))
    }

    pub(super) fn has(&self, path: &[&str]) -> bool {
        self.at(path).is_some_and(|value| !value.is_null())
    }

    /// Whether `null` stands there.
    pub(super) fn is_null(&self, path: &[&str]) -> bool {
        self.at(path).is_some_and(Value::is_null)
    }

    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// The same, cut where no name is as long.
    pub(super) fn short(&self, path: &[&str]) -> Option<String> {
        Some(self.text(path)?.chars().take(MAX_NAME_CHARACTERS).collect())
    }

    /// An EAP packet, in base64 (TS 29.509 6.1.6.3.2).
    pub(super) fn eap(&self, path: &[&str]) -> Option<Vec<u8>> {
        BASE64_STANDARD.decode(self.text(path)?).ok()
    }

    pub(super) fn octets<const N: usize>(&self, path: &[&str]) -> Option<[u8; N]> {
        octets(self.text(path)?)
    }

    /// The same, and nothing of it stays.
    pub(super) fn secret<const N: usize>(&mut self, path: &[&str]) -> Option<[u8; N]> {
        let (last, front) = path.split_last()?;
        let object = front
            .iter()
            .try_fold(&mut self.0, |value, name| value.get_mut(name))?
            .as_object_mut()?;
        let Value::String(mut text) = object.remove(*last)? else {
            return None;
        };
        let secret = octets(&text);
        text.zeroize();
        secret
    }

    pub(super) fn verdict(&self) -> Option<Verdict> {
        if let Some(success) = self.at(&["success"]).and_then(Value::as_bool) {
            return Some(if success {
                Verdict::Success
            } else {
                Verdict::Failure
            });
        }
        match self.text(&["authResult"])? {
            "AUTHENTICATION_SUCCESS" => Some(Verdict::Success),
            "AUTHENTICATION_FAILURE" => Some(Verdict::Failure),
            "AUTHENTICATION_ONGOING" => Some(Verdict::Ongoing),
            _ => None,
        }
    }

    /// The context in any of the links.
    pub(super) fn context(&self) -> Option<&str> {
        let links = self.at(&["_links"])?.as_object()?;
        links.values().find_map(|link| {
            // One link, or a list of them (TS 29.571 5.2.4).
            let link = link.get(0).unwrap_or(link);
            context(link.get("href")?.as_str()?)
        })
    }
}

fn octets<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N {
        return None;
    }
    let mut octets = [0; N];
    for (octet, pair) in octets.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *octet = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
    }
    Some(octets)
}
