//! Requests that application servers have: what is still to be done when they come back (TS 24.229 5.4.3.2, "original dialog
//! identifier").
//!
//! A request to a server carries a Route of ours whose user is a number that nobody guesses; when it comes back with it,
//! the criteria go on behind the one that sent it there.

use quintet_cx::profile::{DefaultHandling, SessionCase};
use quintet_identity::Impu;
use quintet_sip::transaction::{ClientId, ServerId};
use quintet_sip::transport::Hop;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// What begins the user of a Route that is an original dialog identifier.
pub(crate) const PREFIX: &str = "odi-";

/// How long a server may keep a request before it comes back: as long as an INVITE may ring.
const LIFETIME: Duration = Duration::from_secs(240);

/// Where a request is in its criteria.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    /// The user who is served.
    pub(crate) served: Impu,
    /// How.
    pub(crate) case: SessionCase,
    /// The priority of the criteria that were met last; `None`: none yet.
    pub(crate) after: Option<u32>,
}

/// A branch to a server, as long as the server may be passed over.
#[derive(Debug)]
pub(crate) struct Tried {
    pub(crate) client: ClientId,
    pub(crate) chain: Chain,
    pub(crate) handling: DefaultHandling,
    pub(crate) hop: Hop,
    pub(crate) octets: Box<[u8]>,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Chains {
    limit: usize,
    by_number: HashMap<u64, Chain>,
    order: VecDeque<(Duration, u64)>,
    tried: HashMap<ServerId, Tried>,
}

impl Chains {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            by_number: HashMap::new(),
            order: VecDeque::new(),
            tried: HashMap::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_number.len() + self.tried.len()
    }

    /// Keeps a chain under a number; the user of the Route it comes back with. The oldest make room.
    pub(crate) fn keep(&mut self, now: Duration, number: u64, chain: Chain) -> String {
        while let Some((until, number)) = self.order.front()
            && (*until <= now || self.order.len() >= self.limit)
        {
            self.by_number.remove(number);
            self.order.pop_front();
        }
        self.by_number.insert(number, chain);
        self.order.push_back((now + LIFETIME, number));
        format!("{PREFIX}{number:016x}")
    }

    /// The chain of a Route's user.
    pub(crate) fn find(&self, user: &str) -> Option<&Chain> {
        let number = u64::from_str_radix(user.strip_prefix(PREFIX)?, 16).ok()?;
        self.by_number.get(&number)
    }

    /// A request went to a server that may be passed over.
    pub(crate) fn try_server(&mut self, server: ServerId, tried: Tried) {
        if self.tried.len() < self.limit {
            self.tried.insert(server, tried);
        }
    }

    /// The branch of a request to a server, if this is it.
    pub(crate) fn take(&mut self, server: ServerId, client: ClientId) -> Option<Tried> {
        let is = self
            .tried
            .get(&server)
            .is_some_and(|tried| tried.client == client);
        if is { self.tried.remove(&server) } else { None }
    }

    /// A request is answered.
    pub(crate) fn answered(&mut self, server: ServerId) {
        self.tried.remove(&server);
    }
}
