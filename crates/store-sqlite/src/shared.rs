//! Rows that many rows share: subscriptions by content, nodes by name. Their numbers are never used again by SQLite
//! (AUTOINCREMENT), so what a number means stays true as long as the file is the same one.

use crate::fault::Failure;
use quintet_store::StoreError;
use quintet_subscriber::model::Subscription;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// Most subscriptions, and most nodes, a connection remembers: beyond that it forgets all and reads them again.
const MAX_REMEMBERED: usize = 16_384;

/// Octets of the digest that names a subscription.
const DIGEST_OCTETS: usize = 16;

/// What the writer knows of shared rows.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    subscriptions: HashMap<Arc<Subscription>, i64>,
    nodes: HashMap<(String, String), i64>,
    /// Whether something was learnt in the savepoint under way, which a rollback makes untrue.
    learnt: bool,
}

impl Numbers {
    /// A savepoint begins.
    pub(crate) fn begin(&mut self) {
        self.learnt = false;
    }

    /// The savepoint was rolled back.
    pub(crate) fn roll_back(&mut self) {
        if self.learnt {
            self.forget();
        }
    }

    /// Another process wrote, or a transaction was lost: nothing is certain.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The number of a subscription, stored if it is new.
    pub(crate) fn subscription(
        &mut self,
        connection: &Connection,
        subscription: &Arc<Subscription>,
    ) -> Result<i64, Failure> {
        if let Some(&id) = self.subscriptions.get(subscription) {
            return Ok(id);
        }
        let json = serde_json::to_string(&**subscription)
            .map_err(|error| StoreError::Unavailable(format!("a subscription has no JSON form: {error}")))?;
        let digest = Sha256::digest(json.as_bytes());
        let digest = &digest[..DIGEST_OCTETS];
        let known = connection
            .prepare_cached("SELECT id FROM subscription WHERE digest = ?1")?
            .query_row([digest], |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => connection
                .prepare_cached("INSERT INTO subscription (digest, json) VALUES (?1, ?2)")?
                .insert(params![digest, json])?,
        };
        if self.subscriptions.len() >= MAX_REMEMBERED {
            self.subscriptions.clear();
        }
        self.subscriptions.insert(subscription.clone(), id);
        self.learnt = true;
        Ok(id)
    }

    /// Removes a subscription that no subscriber has any more.
    pub(crate) fn release_subscription(&mut self, connection: &Connection, id: i64) -> Result<(), Failure> {
        let used = connection
            .prepare_cached("SELECT 1 FROM subscriber WHERE subscription = ?1 LIMIT 1")?
            .exists([id])?;
        if !used {
            connection
                .prepare_cached("DELETE FROM subscription WHERE id = ?1")?
                .execute([id])?;
            self.subscriptions.retain(|_, known| *known != id);
            self.learnt = true;
        }
        Ok(())
    }

    /// The number of a node, stored if it is new.
    pub(crate) fn node(&mut self, connection: &Connection, host: &str, realm: &str) -> Result<i64, Failure> {
        let name = (host.to_owned(), realm.to_owned());
        if let Some(&id) = self.nodes.get(&name) {
            return Ok(id);
        }
        let known = connection
            .prepare_cached("SELECT id FROM node WHERE host = ?1 AND realm = ?2")?
            .query_row([host, realm], |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => connection
                .prepare_cached("INSERT INTO node (host, realm) VALUES (?1, ?2)")?
                .insert([host, realm])?,
        };
        if self.nodes.len() >= MAX_REMEMBERED {
            self.nodes.clear();
        }
        self.nodes.insert(name, id);
        self.learnt = true;
        Ok(id)
    }
}

/// Subscriptions as a reader knows them, by number.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions(HashMap<i64, Arc<Subscription>>);

impl Subscriptions {
    /// The subscription of a number.
    pub(crate) fn at(&mut self, connection: &Connection, id: i64) -> Result<Arc<Subscription>, Failure> {
        if let Some(known) = self.0.get(&id) {
            return Ok(known.clone());
        }
        let mut select = connection.prepare_cached("SELECT json FROM subscription WHERE id = ?1")?;
        let mut rows = select.query([id])?;
        let Some(row) = rows.next()? else {
            return Err(Failure::content(
                "subscription",
                format!("number {id} does not exist"),
            ));
        };
        let json = row
            .get_ref(0)?
            .as_bytes()
            .map_err(|error| Failure::content("json", error))?;
        let subscription: Subscription = serde_json::from_slice(json)
            .map_err(|error| Failure::content(&format!("json of subscription {id}"), error))?;
        if self.0.len() >= MAX_REMEMBERED {
            self.0.clear();
        }
        let subscription = Arc::new(subscription);
        self.0.insert(id, subscription.clone());
        Ok(subscription)
    }
}
