//! Subscriptions, which many subscribers share: stored once, by content. Their numbers are never used again, so what a
//! number means stays true for as long as the database is the same one.

use crate::fault::Failure;
use crate::row::to_json;
use crate::session::Session;
use quintet_subscriber::model::Subscription;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// Most subscriptions a connection remembers: beyond that it forgets all and reads them again.
const MAX_REMEMBERED: usize = 16_384;

/// Octets of the digest that names a subscription.
const DIGEST_OCTETS: usize = 16;

/// The numbers of subscriptions, in their order; stored where they are new.
pub(crate) async fn numbers(
    session: &Session,
    subscriptions: &[&Arc<Subscription>],
) -> Result<Vec<i64>, Failure> {
    // Provisioning comes in runs of the same ones.
    let mut distinct: HashMap<&Subscription, usize> = HashMap::new();
    let (mut digests, mut texts, mut which) =
        (Vec::new(), Vec::new(), Vec::with_capacity(subscriptions.len()));
    let mut last: Option<(&Arc<Subscription>, usize)> = None;
    for &subscription in subscriptions {
        let at = match last {
            Some((last, at)) if Arc::ptr_eq(last, subscription) => at,
            _ => match distinct.get(&**subscription) {
                Some(&at) => at,
                None => {
                    let text = to_json("a subscription", &**subscription)?;
                    digests.push(Sha256::digest(text.as_bytes())[..DIGEST_OCTETS].to_vec());
                    texts.push(text);
                    distinct.insert(subscription, digests.len() - 1);
                    digests.len() - 1
                }
            },
        };
        last = Some((subscription, at));
        which.push(at);
    }
    let new = "INSERT INTO subscription (digest, json) SELECT n.digest, n.json
         FROM unnest($1::bytea[], $2::text[]) AS n (digest, json)
         WHERE NOT EXISTS (SELECT 1 FROM subscription s WHERE s.digest = n.digest)";
    session.execute(new, &[&digests, &texts]).await?;
    let known = "SELECT n.at, s.id FROM unnest($1::bytea[]) WITH ORDINALITY AS n (digest, at)
         JOIN subscription s USING (digest)";
    let mut ids = vec![0; digests.len()];
    for row in session.query(known, &[&digests]).await? {
        let at: i64 = row.try_get(0)?;
        if let Some(id) = ids.get_mut(at as usize - 1) {
            *id = row.try_get(1)?;
        }
    }
    Ok(which.into_iter().map(|at| ids[at]).collect())
}

/// Removes those of these subscriptions that no subscriber has any more.
pub(crate) async fn release(session: &Session, ids: &[i64]) -> Result<(), Failure> {
    if ids.is_empty() {
        return Ok(());
    }
    let sql = "DELETE FROM subscription WHERE id = ANY ($1)
         AND NOT EXISTS (SELECT 1 FROM subscriber s WHERE s.subscription = subscription.id)";
    session.execute(sql, &[&ids]).await?;
    Ok(())
}

/// Subscriptions as a reader knows them, by number.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions(HashMap<i64, Arc<Subscription>>);

impl Subscriptions {
    /// Reads those of these that are not known yet.
    pub(crate) async fn learn(
        &mut self,
        session: &Session,
        ids: impl Iterator<Item = i64>,
    ) -> Result<(), Failure> {
        if self.0.len() > MAX_REMEMBERED {
            self.0.clear();
        }
        let mut unknown: Vec<i64> = ids.filter(|id| !self.0.contains_key(id)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        unknown.sort_unstable();
        unknown.dedup();
        let sql = "SELECT id, json FROM subscription WHERE id = ANY ($1)";
        for row in session.query(sql, &[&unknown]).await? {
            let id: i64 = row.try_get(0)?;
            let read = serde_json::from_str(row.try_get(1)?)
                .map_err(|error| Failure::content(&format!("json of subscription {id}"), error))?;
            self.0.insert(id, Arc::new(read));
        }
        Ok(())
    }

    /// The subscription of a number that was learnt; [`Failure::Torn`] if it is gone, and its subscribers have others.
    pub(crate) fn at(&self, id: i64) -> Result<Arc<Subscription>, Failure> {
        self.0.get(&id).cloned().ok_or(Failure::Torn)
    }
}
