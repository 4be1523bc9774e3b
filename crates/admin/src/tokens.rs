//! Tokens: made, listed, revoked, recognised. A token is 256 random bits; what is stored is their SHA-256.

use crate::access::{Access, Area, Caller, MAX_TOKEN_NAME, Role, Scopes};
use crate::app::App;
use crate::ask::{Ask, answer, ok, text};
use crate::audit::{Done, entry};
use crate::once::Once;
use crate::problem::Problem;
use axum::extract::Path;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::time::Duration;
use http::StatusCode;
use quintet_store::{AdminCommand, AdminReply, Command, StoreError, Token};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;
use zeroize::Zeroizing;

/// The name of the token that is made at the first start.
pub const FIRST_TOKEN: &str = "first-admin";

/// What the text of a token begins with: scanners for leaked secrets know it by that.
const PREFIX: &str = "quintet_";

/// Octets of randomness in a token.
const SECRET_OCTETS: usize = 32;

/// The longest time after which a token may expire, in seconds: a hundred years.
const MAX_LIFE_S: u64 = 3_153_600_000;

/// A token to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// To what it is limited.
    pub scopes: Scopes,
    /// From when on it counts no more, seconds since 1970.
    pub expires: Option<u64>,
}

/// Makes a token: what is stored, and its text, which is nowhere else.
///
/// # Errors
/// A name that is none, an end that is past, or no entropy.
#[expect(clippy::disallowed_methods, reason = "tokens are drawn here")]
pub fn mint(new: NewToken, now: Duration) -> Result<(Token, Zeroizing<String>), String> {
    let NewToken {
        name,
        role,
        scopes,
        expires,
    } = new;
    let allowed = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_' | b'@');
    if name.is_empty() || name.len() > MAX_TOKEN_NAME || !name.bytes().all(allowed) {
        return Err(format!(
            "a token's name is 1 to {MAX_TOKEN_NAME} letters, digits and . - _ @"
        ));
    }
    if expires.is_some_and(|expires| expires <= now.as_secs()) {
        return Err("the token would have expired already".to_owned());
    }
    let mut secret = Zeroizing::new([0; SECRET_OCTETS]);
    getrandom::fill(&mut *secret).map_err(|error| format!("there is no entropy: {error}"))?;
    let text = Zeroizing::new(format!(
        "{PREFIX}{}",
        *Zeroizing::new(URL_SAFE_NO_PAD.encode(secret.as_slice()))
    ));
    let token = Token {
        name,
        digest: Sha256::digest(text.as_bytes()).into(),
        role: role.name().to_owned(),
        scopes: scopes.to_string(),
        made: now.as_secs(),
        expires,
    };
    Ok((token, text))
}

/// The command that makes the first token, an administrator's, if there never was one; and its text.
///
/// # Errors
/// As [`mint`].
pub fn first_token(now: Duration) -> Result<(Command, Zeroizing<String>), String> {
    let new = NewToken {
        name: FIRST_TOKEN.to_owned(),
        role: Role::Admin,
        scopes: Scopes::default(),
        expires: None,
    };
    let (token, text) = mint(new, now)?;
    let token = Box::new(token);
    Ok((
        Command::Admin(AdminCommand::AddToken { token, first: true }),
        text,
    ))
}

/// A token as it is recognised.
#[derive(Debug)]
struct Known {
    digest: [u8; 32],
    caller: Caller,
    expires: Option<u64>,
}

/// All tokens, by digest.
#[derive(Debug, Default)]
pub(crate) struct Book(HashMap<[u8; 32], Known>);

impl Book {
    /// Of what is stored. A role or scope that this version does not know makes a token that counts for nothing.
    pub(crate) fn of(tokens: &[Token]) -> Self {
        let known = tokens.iter().filter_map(|token| {
            let caller = Caller {
                name: token.name.clone(),
                role: token.role.parse().ok()?,
                scopes: token.scopes.parse().ok()?,
            };
            let known = Known {
                digest: token.digest,
                caller,
                expires: token.expires,
            };
            Some((token.digest, known))
        });
        Self(known.collect())
    }

    /// What is kept of a secret.
    pub(crate) fn digest(secret: &[u8]) -> [u8; 32] {
        Sha256::digest(secret).into()
    }

    /// Whose a secret is. The table is of digests, so the time of a look-up tells nothing of a secret.
    pub(crate) fn caller(&self, secret: &[u8], now: Duration) -> Result<&Caller, &'static str> {
        self.known(Self::digest(secret), now)
    }

    /// Whose a digest is.
    pub(crate) fn known(&self, digest: [u8; 32], now: Duration) -> Result<&Caller, &'static str> {
        let known = self.0.get(&digest);
        let known = known.filter(|known| bool::from(known.digest.ct_eq(&digest)));
        let known = known.ok_or("the token is not known")?;
        match known.expires {
            Some(expires) if expires <= now.as_secs() => Err("the token has expired"),
            _ => Ok(&known.caller),
        }
    }
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenWish {
    /// Its name, 1 to 64 letters, digits and `. - _ @`.
    #[schema(example = "billing")]
    name: String,
    /// What it may do.
    role: Role,
    /// To what it is limited: `subscribers`, `equipment`, `keys`, `tokens`, `audit`, `imsi:DIGITS`; nothing is everything.
    #[serde(default)]
    #[schema(example = json!(["subscribers", "imsi:00101"]))]
    scopes: Vec<String>,
    /// Seconds from now after which it counts no more.
    #[serde(default)]
    #[schema(maximum = 3153600000_i64)]
    expires_in_s: Option<u64>,
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenShown {
    /// Its name.
    name: String,
    /// What it may do.
    #[schema(example = "provisioner")]
    role: String,
    /// To what it is limited.
    scopes: Vec<String>,
    /// When it was made, seconds since 1970.
    made: u64,
    /// From when on it counts no more, seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<u64>,
}

impl TokenShown {
    fn of(token: &Token) -> Self {
        Self {
            name: token.name.clone(),
            role: token.role.clone(),
            scopes: token.scopes.split_whitespace().map(str::to_owned).collect(),
            made: token.made,
            expires: token.expires,
        }
    }
}

/// A token that was made; its text is told once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenMade {
    /// What goes behind `Authorization: Bearer`.
    token: String,
    #[serde(flatten)]
    shown: TokenShown,
}

/// All tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenList {
    tokens: Vec<TokenShown>,
}

/// All tokens, without their secrets.
#[utoipa::path(get, path = "/tokens", tag = "tokens", operation_id = "listTokens",
    responses((status = 200, body = TokenList)))]
pub(crate) async fn list(ask: Ask) -> Result<Response, Problem> {
    ask.caller.may_for_all(Access::read(Area::Tokens))?;
    match ask.app.ask(AdminCommand::Tokens).await? {
        AdminReply::Tokens { tokens, .. } => ok(&TokenList {
            tokens: tokens.iter().map(TokenShown::of).collect(),
        }),
        _ => Err(Problem::defect("the store gave another answer than tokens")),
    }
}

/// Makes a token. Its text is in this answer and nowhere else, so the request cannot be repeated with an Idempotency-Key.
#[utoipa::path(post, path = "/tokens", tag = "tokens", operation_id = "createToken",
    request_body = TokenWish,
    responses((status = 201, body = TokenMade), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(ask: Ask) -> Result<Response, Problem> {
    ask.caller.may_for_all(Access::write(Area::Tokens))?;
    if Once::of(&ask)?.is_some() {
        let why = "a token's text is not stored, and so is not told twice";
        return Err(Problem::unreadable(why).at("Idempotency-Key"));
    }
    let wish: TokenWish = ask.json()?;
    if wish.expires_in_s.is_some_and(|seconds| seconds > MAX_LIFE_S) {
        return Err(Problem::invalid(format_args!("{MAX_LIFE_S} s are the most"))
            .at("/expires_in_s")
            .remedy("a token without expires_in_s counts until it is revoked"));
    }
    let now = ask.app.now();
    let scopes = wish.scopes.join(" ").parse();
    let new = NewToken {
        name: wish.name,
        role: wish.role,
        scopes: scopes.map_err(|why: String| Problem::invalid(why).at("/scopes"))?,
        expires: wish
            .expires_in_s
            .map(|seconds| now.as_secs().saturating_add(seconds)),
    };
    let (token, secret) = mint(new, now).map_err(|why| Problem::invalid(why).at("/name"))?;
    let shown = TokenShown::of(&token);
    let done = Done::of("token.create", &token.name).with(&shown);
    let token = Box::new(token);
    let add = Command::Admin(AdminCommand::AddToken { token, first: false });
    write(&ask, add, &done).await?;
    let location = format!("/api/v1/tokens/{}", shown.name);
    let token = secret.to_string();
    let body = text(&TokenMade { token, shown })?;
    Ok(answer(StatusCode::CREATED, body, None, &location))
}

/// Revokes a token: at once in this process, within a second in others.
#[utoipa::path(delete, path = "/tokens/{name}", tag = "tokens", operation_id = "revokeToken",
    params(("name" = String, Path, description = "The token's name")),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn revoke(Path(name): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.caller.may_for_all(Access::write(Area::Tokens))?;
    let done = Done::of("token.revoke", &name);
    write(&ask, Command::Admin(AdminCommand::RemoveToken { name }), &done).await?;
    Ok(answer(StatusCode::NO_CONTENT, Vec::new(), None, ""))
}

async fn write(ask: &Ask, command: Command, done: &Done) -> Result<(), Problem> {
    let transaction = quintet_store::Transaction {
        commands: vec![command],
        audit: vec![entry(ask, done)],
        ..ask.app.transaction()
    };
    ask.app.ask(AdminCommand::Transact(Box::new(transaction))).await?;
    learnt(&ask.app).await.map_err(Problem::from)
}

async fn learnt(app: &App) -> Result<(), StoreError> {
    app.learn_tokens().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(name: &str, expires: Option<u64>) -> NewToken {
        NewToken {
            name: name.to_owned(),
            role: Role::ReadOnly,
            scopes: Scopes::default(),
            expires,
        }
    }

    #[test]
    fn a_token_is_known_by_its_text_until_it_expires() {
        let at = Duration::from_secs;
        let (token, text) = mint(new("a", Some(110)), at(100)).unwrap();
        let (other, another) = mint(new("b", None), at(100)).unwrap();
        assert_ne!(text, another, "drawn");
        assert_eq!(text.len(), PREFIX.len() + 43);
        let book = Book::of(&[token, other]);
        assert_eq!(book.caller(text.as_bytes(), at(109)).unwrap().name, "a");
        assert_eq!(
            book.caller(text.as_bytes(), at(110)),
            Err("the token has expired")
        );
        assert_eq!(
            book.caller(&text.as_bytes()[1..], at(100)),
            Err("the token is not known")
        );
        for wrong in ["", "a b", &"x".repeat(65)] {
            assert!(mint(new(wrong, None), at(100)).is_err());
        }
        assert!(mint(new("a", Some(100)), at(100)).is_err());
    }
}
