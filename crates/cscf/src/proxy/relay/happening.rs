//! What transactions tell, and what it means for what was forwarded.

use super::{Relay, RelayEvent, Whose};
use quintet_sip::Status;
use quintet_sip::transaction::{ClientId, ServerId, TransactionEvent};
use std::time::Duration;

impl Relay {
    pub(super) fn settle(&mut self, now: Duration) {
        while let Some(event) = self.layer.poll_event() {
            match event {
                TransactionEvent::ClientTimeout(client) => {
                    self.client_failed(client, Status::REQUEST_TIMEOUT)
                }
                TransactionEvent::ClientFailed(client) => {
                    self.client_failed(client, Status::SERVICE_UNAVAILABLE);
                }
                TransactionEvent::ClientEnded(client) => self.client_ended(client),
                TransactionEvent::ServerFailed(server) => {
                    self.forget(now, server);
                    self.events.push_back(RelayEvent::Abandoned(server));
                }
                TransactionEvent::ServerEnded(server) => self.forget(now, server),
            }
        }
    }

    fn client_failed(&mut self, client: ClientId, status: Status) {
        if let Some(&whose) = self.clients.get(&client) {
            if matches!(whose, Whose::Own(_)) {
                self.clients.remove(&client);
            }
            self.events.push_back(RelayEvent::Failed(client, whose, status));
        }
    }

    /// Its last response may still be on its way through the node: what was forwarded goes with its server transaction.
    fn client_ended(&mut self, client: ClientId) {
        let forwarded = match self.clients.get(&client) {
            Some(Whose::Forwarded(server)) => self.forwarded.contains_key(server),
            Some(Whose::Own(_)) | None => false,
        };
        if !forwarded {
            self.clients.remove(&client);
        }
    }

    /// The other side has nothing more to hear.
    fn forget(&mut self, now: Duration, server: ServerId) {
        if let Some(mut forwarded) = self.forwarded.remove(&server) {
            self.schedule.set(&mut forwarded.armed, None, server);
            for branch in &forwarded.branches {
                if branch.outcome.is_none() && !forwarded.answered {
                    self.layer.cancel(now, branch.client);
                }
                self.clients.remove(&branch.client);
            }
        }
    }
}
