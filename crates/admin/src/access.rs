//! Who may do what: roles, and scopes that narrow them.
//!
//! | role | subscribers | their secrets | equipment | keys, audit | tokens |
//! |---|---|---|---|---|---|
//! | `admin` | read, write | write | read, write | read | read, write |
//! | `provisioner` | read, write | write | read, write | | |
//! | `no-secrets` | read, write | | read, write | | |
//! | `read-only` | read | | read | read | |
//!
//! Nobody reads a secret. A scope is the name of an area, or `imsi:` and the digits that IMSIs begin with; with the latter, what is
//! about no IMSI is out of reach.

use crate::problem::Problem;
use quintet_identity::Imsi;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// Most scopes of a token.
pub const MAX_SCOPES: usize = 32;

/// The longest name of a token, in octets.
pub const MAX_TOKEN_NAME: usize = 64;

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything.
    Admin,
    /// Subscribers with their secrets, and equipment.
    Provisioner,
    /// The same, but no secret is set.
    NoSecrets,
    /// Nothing is written.
    ReadOnly,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Provisioner, Self::NoSecrets, Self::ReadOnly];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Provisioner => "provisioner",
            Self::NoSecrets => "no-secrets",
            Self::ReadOnly => "read-only",
        }
    }

    const fn may(self, access: Access) -> bool {
        let provisions = matches!(access.area, Area::Subscribers | Area::Equipment);
        match self {
            Self::Admin => true,
            Self::Provisioner => provisions,
            Self::NoSecrets => provisions && !matches!(access.kind, Kind::Secrets),
            Self::ReadOnly => matches!(access.kind, Kind::Read) && !matches!(access.area, Area::Tokens),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.name() == text);
        found.ok_or_else(|| format!("{text:?} is not admin, provisioner, no-secrets or read-only"))
    }
}

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Subscribers, their IMS profiles and locations; declared networks.
    Subscribers,
    /// The register of equipment.
    Equipment,
    /// The state of the keys of the database.
    Keys,
    /// Tokens.
    Tokens,
    /// The audit log.
    Audit,
}

impl Area {
    const ALL: [Self; 5] = [
        Self::Subscribers,
        Self::Equipment,
        Self::Keys,
        Self::Tokens,
        Self::Audit,
    ];

    /// Its name, as a scope.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subscribers => "subscribers",
            Self::Equipment => "equipment",
            Self::Keys => "keys",
            Self::Tokens => "tokens",
            Self::Audit => "audit",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
    Secrets,
}

/// What a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    area: Area,
    kind: Kind,
}

impl Access {
    pub(crate) const fn read(area: Area) -> Self {
        Self {
            area,
            kind: Kind::Read,
        }
    }

    pub(crate) const fn write(area: Area) -> Self {
        Self {
            area,
            kind: Kind::Write,
        }
    }

    /// To set secrets of subscribers.
    pub(crate) const SECRETS: Self = Self {
        area: Area::Subscribers,
        kind: Kind::Secrets,
    };
}

/// To what a token is limited: areas, and prefixes of IMSIs; nothing is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    areas: Vec<Area>,
    prefixes: Vec<String>,
}

impl Scopes {
    /// The prefixes of IMSIs; none: all.
    pub(crate) fn prefixes(&self) -> &[String] {
        &self.prefixes
    }

    fn has(&self, imsi: Imsi) -> bool {
        let text = imsi.to_string();
        self.prefixes.is_empty()
            || self
                .prefixes
                .iter()
                .any(|prefix| text.starts_with(prefix.as_str()))
    }
}

impl FromStr for Scopes {
    type Err = String;
    /// Separated by blanks or commas.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut scopes = Self::default();
        for scope in text.split([' ', ',']).filter(|scope| !scope.is_empty()) {
            if let Some(digits) = scope.strip_prefix("imsi:") {
                if !(1..=15).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
                    return Err(format!("scope {scope:?}: 1 to 15 digits follow imsi:"));
                }
                scopes.prefixes.push(digits.to_owned());
                continue;
            }
            let area = Area::ALL.into_iter().find(|area| area.name() == scope);
            scopes.areas.push(area.ok_or_else(|| {
                let names = Area::ALL.map(Area::name).join(", ");
                format!("scope {scope:?} is not imsi:DIGITS, {names}")
            })?);
        }
        if scopes.areas.len() + scopes.prefixes.len() > MAX_SCOPES {
            return Err(format!("a token has {MAX_SCOPES} scopes at most"));
        }
        Ok(scopes)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let areas = self.areas.iter().map(|area| area.name().to_owned());
        let prefixes = self.prefixes.iter().map(|prefix| format!("imsi:{prefix}"));
        f.write_str(&areas.chain(prefixes).collect::<Vec<_>>().join(" "))
    }
}

/// Who asks, as the token says. Only this crate makes one, of a token that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) scopes: Scopes,
}

impl Caller {
    /// The token's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it may do, before scopes narrow it.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// To what it is limited.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Whether it may read something of an area.
    #[must_use]
    pub fn may_read(&self, area: Area) -> bool {
        self.may(Access::read(area)).is_ok()
    }

    /// Whether it may read all of an area: one that is limited to some subscribers may not.
    #[must_use]
    pub fn may_read_all(&self, area: Area) -> bool {
        self.may_for_all(Access::read(area)).is_ok()
    }

    /// Whether it may change something of an area.
    #[must_use]
    pub fn may_write(&self, area: Area) -> bool {
        self.may(Access::write(area)).is_ok()
    }

    /// Whether it may set subscribers' secrets.
    #[must_use]
    pub fn may_set_secrets(&self) -> bool {
        self.may(Access::SECRETS).is_ok()
    }

    /// What the audit log calls it.
    pub(crate) fn who(&self) -> String {
        format!("token {}", self.name)
    }

    /// Refuses what the role or the areas do not permit.
    pub(crate) fn may(&self, access: Access) -> Result<(), Problem> {
        if !self.role.may(access) {
            let what = match access.kind {
                Kind::Read => "read",
                Kind::Write => "change",
                Kind::Secrets => "set secrets of",
            };
            return Err(Problem::forbidden(format_args!(
                "role {} may not {what} {}",
                self.role,
                access.area.name()
            )));
        }
        let areas = &self.scopes.areas;
        if !areas.is_empty() && !areas.contains(&access.area) {
            return Err(Problem::forbidden(format_args!(
                "the token's scopes are {}, without {}",
                self.scopes,
                access.area.name()
            )));
        }
        Ok(())
    }

    /// The same, about one subscriber. One out of scope is as if it were not there.
    pub(crate) fn may_for(&self, access: Access, imsi: Imsi) -> Result<(), Problem> {
        self.may(access)?;
        if !self.scopes.has(imsi) {
            return Err(no_subscriber(imsi));
        }
        Ok(())
    }

    /// The same, about what belongs to no subscriber.
    pub(crate) fn may_for_all(&self, access: Access) -> Result<(), Problem> {
        self.may(access)?;
        if !self.scopes.prefixes.is_empty() {
            return Err(Problem::forbidden(format_args!(
                "the token is for {} alone",
                self.scopes
            )));
        }
        Ok(())
    }

    /// Whether a subscriber is within its scopes; its role is another matter.
    #[must_use]
    pub fn sees(&self, imsi: Imsi) -> bool {
        self.scopes.has(imsi)
    }
}

/// What is said of a subscriber who is not there.
pub(crate) fn no_subscriber(imsi: Imsi) -> Problem {
    Problem::not_found(format_args!("IMSI {imsi} is not provisioned"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_and_written() {
        let scopes: Scopes = "subscribers imsi:00101,imsi:26201".parse().unwrap();
        assert_eq!(scopes.to_string(), "subscribers imsi:00101 imsi:26201");
        assert_eq!(scopes.to_string().parse::<Scopes>().unwrap(), scopes);
        assert!(scopes.has("001010000000001".parse().unwrap()));
        assert!(!scopes.has("310410000000001".parse().unwrap()));
        for wrong in ["everything", "imsi:", "imsi:1x", &"keys ".repeat(MAX_SCOPES + 1)] {
            assert!(wrong.parse::<Scopes>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_scope_narrows_a_role() {
        let caller = Caller {
            name: "x".to_owned(),
            role: Role::Admin,
            scopes: "subscribers imsi:00101".parse().unwrap(),
        };
        let read = Access::read(Area::Subscribers);
        assert!(caller.may_for(read, "001010000000001".parse().unwrap()).is_ok());
        let other = caller
            .may_for(read, "310410000000001".parse().unwrap())
            .unwrap_err();
        assert_eq!(other.status(), 404);
        assert_eq!(
            caller.may(Access::read(Area::Equipment)).unwrap_err().status(),
            403
        );
        assert_eq!(caller.may_for_all(read).unwrap_err().status(), 403);
    }
}
