//! Commands that are one statement each, sent one behind the other without waiting; registrations of different subscribers, of
//! which a busy network makes thousands a second, are one statement together.

use crate::commands::one_statement;
use crate::fault::Failure;
use crate::location::{self, Registration};
use crate::session::{Local, Session, in_order};
use quintet_identity::Imsi;
use quintet_store::{Command, Reply};
use std::collections::HashSet;

/// Replies, with the places of their commands.
type Replies = Vec<(usize, Result<Reply, Failure>)>;

/// A statement under way. Its failure is the transaction's.
type Sent<'a> = Local<'a, Result<Replies, Failure>>;

/// The statements of commands.
pub(crate) struct Flight<'a> {
    session: &'a Session,
    sent: Vec<Sent<'a>>,
    /// Registrations that are not among them yet, by statement, and whose they are.
    waiting: [(&'static str, Vec<Registration<'a>>); 3],
    subscribers: HashSet<Imsi>,
    /// How many commands it answers.
    pub(crate) length: usize,
}

impl<'a> Flight<'a> {
    /// The statements of these commands, up to the first one that is not one statement.
    pub(crate) fn of(session: &'a Session, commands: &'a [Command]) -> Self {
        let statements = [location::SET_MMES, location::ATTACH_MMES, location::SET_SGSNS];
        let mut flight = Self {
            session,
            sent: Vec::new(),
            waiting: statements.map(|sql| (sql, Vec::new())),
            subscribers: HashSet::new(),
            length: 0,
        };
        for (at, command) in commands.iter().enumerate() {
            let (which, imsi, node) = match command {
                Command::SetMme {
                    imsi,
                    mme,
                    clear_gateways,
                } => (usize::from(*clear_gateways), *imsi, &**mme),
                Command::SetSgsn { imsi, sgsn } => (2, *imsi, &**sgsn),
                command => {
                    let Some(work) = one_statement(session, command) else {
                        break;
                    };
                    flight.send_waiting();
                    flight.sent.push(Box::pin(async move { alone(at, work.await) }));
                    flight.length += 1;
                    continue;
                }
            };
            if !flight.subscribers.insert(imsi) {
                // The same one again: after what waits.
                flight.send_waiting();
                flight.subscribers.insert(imsi);
            }
            flight.waiting[which].1.push(Registration { at, imsi, node });
            flight.length += 1;
        }
        flight.send_waiting();
        flight
    }

    fn send_waiting(&mut self) {
        self.subscribers.clear();
        let session = self.session;
        for (sql, waiting) in &mut self.waiting {
            let (sql, all) = (*sql, std::mem::take(waiting));
            if !all.is_empty() {
                self.sent.push(Box::pin(async move {
                    location::register_all(session, sql, &all).await
                }));
            }
        }
    }

    /// Sends all of it, between these statements if there are some, and waits; the replies in the order of the commands.
    pub(crate) async fn run(
        mut self,
        around: Option<(&'a str, &'a str)>,
    ) -> Result<Vec<Result<Reply, Failure>>, Failure> {
        let session = self.session;
        let bare = |sql: &'a str| -> Sent<'a> {
            Box::pin(async move { session.batch(sql).await.map(|()| Vec::new()) })
        };
        if let Some((first, last)) = around {
            self.sent.insert(0, bare(first));
            self.sent.push(bare(last));
        }
        let mut replies: Vec<_> = (0..self.length).map(|_| None).collect();
        for (at, reply) in cause(in_order(self.sent).await)?.into_iter().flatten() {
            replies[at] = Some(reply);
        }
        let missing = || Err(Failure::content("a write", "it has no answer"));
        let all = replies.into_iter().map(|reply| reply.unwrap_or_else(missing));
        Ok(all.collect())
    }
}

/// The answer of a command's own statement: a refusal is the command's, anything else spoils the transaction.
fn alone(at: usize, reply: Result<Reply, Failure>) -> Result<Replies, Failure> {
    match reply {
        Err(failure) if !matches!(failure, Failure::Answer(_) | Failure::Content(_)) => Err(failure),
        reply => Ok(vec![(at, reply)]),
    }
}

/// What the statements answered, if the transaction stands; else the failure that ended it.
fn cause<T>(outcomes: Vec<Result<T, Failure>>) -> Result<Vec<T>, Failure> {
    let mut failures = Vec::new();
    let mut done = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        match outcome {
            Ok(answered) => done.push(answered),
            Err(failure) => failures.push(failure),
        }
    }
    if failures.is_empty() {
        return Ok(done);
    }
    let first = failures.iter().position(|failure| !failure.is_consequence());
    Err(failures.swap_remove(first.unwrap_or(0)))
}
