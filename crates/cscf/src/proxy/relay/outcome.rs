//! Which of several responses goes back, and what becomes of the other branches (RFC 3261 16.7 to 16.10).

use super::{Branch, Relay, Whose};
use quintet_sip::transaction::{ClientId, ServerId};
use quintet_sip::{Message, Status, Writer};
use std::time::Duration;

impl Relay {
    /// Gives a response back to who asked (16.7): provisional ones and 2xx at once, others when no branch is left, the best of
    /// them. Our Via is off already.
    pub fn pass(&mut self, now: Duration, client: ClientId, octets: Vec<u8>) {
        let (Some(&Whose::Forwarded(server)), Some(status)) = (self.clients.get(&client), status(&octets))
        else {
            return;
        };
        let Some(forwarded) = self.forwarded.get_mut(&server) else {
            return;
        };
        if !status.is_final() {
            if status != Status::TRYING {
                if forwarded.invite {
                    self.schedule
                        .set(&mut forwarded.armed, Some(now + self.timer_c), server);
                }
                self.layer.respond(now, server, octets);
            }
            return;
        }
        if status.is_success() {
            let first = !std::mem::replace(&mut forwarded.answered, true);
            self.layer.respond(now, server, octets);
            if first {
                self.finish(now, server, Some(client));
            }
            return;
        }
        self.outcome(now, server, client, status, octets);
    }

    /// Gives a branch up that failed: as if this status had come (16.7, 16.9).
    pub fn fail(&mut self, now: Duration, client: ClientId, status: Status) {
        let Some(&Whose::Forwarded(server)) = self.clients.get(&client) else {
            self.clients.remove(&client);
            return;
        };
        let tag = self.tag();
        let Some(forwarded) = self.forwarded.get(&server) else {
            return;
        };
        let mut octets = Vec::with_capacity(512);
        let source = forwarded.source;
        if let Ok(request) = Message::parse_head(&forwarded.request).map(|(request, _)| request)
            && let Ok(writer) = Writer::response_to(&mut octets, &request, status, &tag, source)
        {
            writer.finish();
        }
        self.outcome(now, server, client, status, octets);
        // Nothing more comes of it: the transaction is gone.
        self.clients.remove(&client);
    }

    fn outcome(
        &mut self,
        now: Duration,
        server: ServerId,
        client: ClientId,
        status: Status,
        octets: Vec<u8>,
    ) {
        let Some(forwarded) = self.forwarded.get_mut(&server) else {
            return;
        };
        if let Some(branch) = forwarded
            .branches
            .iter_mut()
            .find(|branch| branch.client == client)
        {
            branch.outcome.get_or_insert((status, octets));
        }
        let decline = status.code() >= 600;
        if forwarded.branches.iter().any(|branch| branch.outcome.is_none()) {
            if decline {
                self.cancel(now, server);
            }
            return;
        }
        let answered = std::mem::replace(&mut forwarded.answered, true);
        let best = best(&mut forwarded.branches);
        if !answered && let Some(octets) = best {
            self.layer.respond(now, server, octets);
        }
        self.finish(now, server, None);
    }

    /// A final response went back: other branches of an INVITE end, others are forgotten.
    fn finish(&mut self, now: Duration, server: ServerId, but: Option<ClientId>) {
        let Some(forwarded) = self.forwarded.get_mut(&server) else {
            return;
        };
        self.schedule.set(&mut forwarded.armed, None, server);
        if forwarded.invite {
            for branch in &forwarded.branches {
                if Some(branch.client) != but && branch.outcome.is_none() {
                    self.layer.cancel(now, branch.client);
                }
            }
            return;
        }
        for branch in &forwarded.branches {
            self.clients.remove(&branch.client);
        }
        self.forwarded.remove(&server);
    }
}

/// The status of a response, in octets.
fn status(octets: &[u8]) -> Option<Status> {
    let digits = octets.strip_prefix(b"SIP/2.0 ")?.get(..3)?;
    Status::new(str::from_utf8(digits).ok()?.parse().ok()?)
}

/// The response that counts when all branches have one (16.7.6): a 6xx, else of the lowest class; within 4xx, what the client
/// can do something about.
fn best(branches: &mut [Branch]) -> Option<Vec<u8>> {
    let rank = |status: Status| match status.code() {
        600.. => (0, 0),
        code @ (401 | 407 | 415 | 420 | 484) => (code / 100, 0),
        code => (code / 100, 1),
    };
    let outcomes = branches.iter_mut().filter_map(|branch| branch.outcome.as_mut());
    let best = outcomes.min_by_key(|(status, _)| rank(*status))?;
    Some(std::mem::take(&mut best.1))
}
