//! Tokens, audit and requests in memory; transactions by a copy of everything that is put back if one of several commands
//! fails.

use super::MemoryStore;
use crate::admin::{
    AdminCommand, AdminReply, AuditFilter, Audited, Condition, MAX_ADMIN_LISTED, MAX_AUDIT_ENTRIES,
    MAX_REMEMBERED_REQUESTS, MAX_TOKENS, PRUNED_AT_ONCE, Provisioned, REMEMBERED_S, RememberedRequest,
    SubscriberKey, Token, Transaction, check_transaction_command,
};
use crate::ims::ImsKey;
use crate::port::Revision;
use crate::reply::{Reply, StoreError};
use quintet_identity::Imsi;
use quintet_subscriber::model::Subscriber;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// What those who provision keep.
#[derive(Clone, Debug, Default)]
pub(super) struct Administration {
    tokens: BTreeMap<String, Token>,
    token_ever: bool,
    audit: BTreeMap<u64, Audited>,
    last_audited: u64,
    requests: BTreeMap<u64, RememberedRequest>,
    last_request: u64,
}

impl Administration {
    fn request(&self, key: &[u8; 32], now: u64) -> Option<&RememberedRequest> {
        let mut known = self.requests.values().rev();
        known.find(|request| request.key == *key && request.at + REMEMBERED_S > now)
    }

    fn add_token(&mut self, token: Token, first: bool) -> Result<(), StoreError> {
        if self.tokens.contains_key(&token.name) || (first && self.token_ever) {
            return Err(StoreError::TokenExists { name: token.name });
        }
        if self.tokens.len() as u64 >= MAX_TOKENS {
            return Err(StoreError::TooManyTokens);
        }
        self.token_ever = true;
        self.tokens.insert(token.name.clone(), token);
        Ok(())
    }

    fn write_down(&mut self, transaction: &Transaction, revision: Revision) {
        for entry in &transaction.audit {
            self.last_audited += 1;
            let number = self.last_audited;
            let entry = entry.clone();
            self.audit.insert(number, Audited { number, entry });
            let old: Vec<u64> = self
                .audit
                .iter()
                .take(PRUNED_AT_ONCE)
                .filter(|(at, audited)| {
                    **at + MAX_AUDIT_ENTRIES <= number || audited.entry.at_ms < transaction.audit_since_ms
                })
                .map(|(at, _)| *at)
                .collect();
            old.iter().for_each(|at| drop(self.audit.remove(at)));
        }
        if let Some(request) = &transaction.request {
            self.last_request += 1;
            let mut request = (**request).clone();
            request.revision = revision;
            let number = self.last_request;
            self.requests.retain(|_, other| other.key != request.key);
            self.requests.insert(number, request);
            let old: Vec<u64> = self
                .requests
                .iter()
                .take(PRUNED_AT_ONCE)
                .filter(|(at, request)| {
                    **at + MAX_REMEMBERED_REQUESTS <= number || request.at + REMEMBERED_S <= transaction.now
                })
                .map(|(at, _)| *at)
                .collect();
            old.iter().for_each(|at| drop(self.requests.remove(at)));
        }
    }

    fn audited(&self, before: Option<u64>, filter: &AuditFilter, limit: usize) -> Vec<Audited> {
        let range = self.audit.range(..before.unwrap_or(u64::MAX));
        let fitting = range
            .rev()
            .map(|(_, audited)| audited)
            .filter(|audited| filter.fits(&audited.entry));
        fitting.take(limit.min(MAX_ADMIN_LISTED)).cloned().collect()
    }
}

impl MemoryStore {
    pub(super) fn admin(&mut self, command: AdminCommand) -> Result<Reply, StoreError> {
        let reply = match command {
            AdminCommand::Find { keys } => self.found(&keys),
            AdminCommand::List { range, limit } => self.list(range, limit),
            AdminCommand::Transact(transaction) => self.transact(*transaction)?,
            AdminCommand::AddToken { token, first } => {
                self.administration.add_token(*token, first)?;
                self.committed()
            }
            AdminCommand::RemoveToken { name } => {
                if self.administration.tokens.remove(&name).is_none() {
                    return Err(StoreError::NoToken { name });
                }
                self.committed()
            }
            AdminCommand::Tokens => AdminReply::Tokens {
                tokens: self.administration.tokens.values().cloned().collect(),
                ever: self.administration.token_ever,
            },
            AdminCommand::Audit {
                before,
                filter,
                limit,
            } => AdminReply::Audit(self.administration.audited(before, &filter, limit)),
            AdminCommand::Remembered { key, now } => {
                let known = self.administration.request(&key, now);
                AdminReply::Remembered(known.cloned().map(Box::new))
            }
        };
        Ok(Reply::Admin(reply))
    }

    fn committed(&self) -> AdminReply {
        AdminReply::Committed {
            revision: Revision(self.revision),
        }
    }

    fn provisioned(&self, subscriber: &Subscriber) -> Provisioned {
        let imsi = subscriber.imsi;
        let ims = self.ims.find(&ImsKey::Imsi(imsi));
        Provisioned {
            subscriber: subscriber.clone(),
            ims: ims.and_then(|stored| stored.subscription.clone()),
            revision: Revision(self.changed_at.get(&imsi).copied().unwrap_or_default()),
        }
    }

    fn found(&self, keys: &[SubscriberKey]) -> AdminReply {
        let one = |imsi: &Imsi| self.subscribers.get(imsi);
        let mut found = Vec::new();
        for key in keys {
            match key {
                SubscriberKey::Imsi(imsi) => found.extend(one(imsi)),
                SubscriberKey::Public(impu) => {
                    let stored = self.ims.find(&ImsKey::Public(impu.clone()));
                    found.extend(stored.and_then(|stored| one(&stored.imsi)));
                }
                SubscriberKey::Msisdn(msisdn) => {
                    let mine = |subscriber: &&Subscriber| subscriber.msisdn == Some(*msisdn);
                    found.extend(self.subscribers.values().filter(mine).take(MAX_ADMIN_LISTED));
                }
            }
        }
        AdminReply::Found(found.into_iter().map(|found| self.provisioned(found)).collect())
    }

    fn list(&self, range: RangeInclusive<u64>, limit: usize) -> AdminReply {
        let rows = self.subscribers.values();
        let mine = rows.filter(|subscriber| range.contains(&subscriber.imsi.packed()));
        let page = mine.take(limit.min(MAX_ADMIN_LISTED));
        AdminReply::Found(page.map(|subscriber| self.provisioned(subscriber)).collect())
    }

    fn transact(&mut self, transaction: Transaction) -> Result<AdminReply, StoreError> {
        if let Some(request) = &transaction.request
            && let Some(known) = self.administration.request(&request.key, transaction.now)
        {
            return Ok(AdminReply::Replayed(Box::new(known.clone())));
        }
        for Condition { imsi, revision } in &transaction.conditions {
            let there = self.subscribers.get(imsi);
            let current = there.map(|subscriber| self.provisioned(subscriber).revision);
            if current != *revision {
                return Err(StoreError::Changed {
                    imsi: *imsi,
                    revision: current,
                });
            }
        }
        let before = (transaction.commands.len() > 1).then(|| self.clone());
        for (at, command) in transaction.commands.iter().enumerate() {
            let done = check_transaction_command(command).and_then(|()| self.execute(command.clone()));
            if let Err(why) = done {
                if let Some(before) = before {
                    *self = before;
                }
                return Err(StoreError::Refused {
                    at,
                    why: Box::new(why),
                });
            }
        }
        let revision = Revision(self.revision);
        self.administration.write_down(&transaction, revision);
        Ok(self.committed())
    }
}
