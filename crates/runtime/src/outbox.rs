//! What a P-CSCF wants done, in its order: a message waits until the records made before it are durable, and what comes behind
//! it waits as well.

use quintet_esp::SaCommand;
use quintet_sip::transport::SipOutput;
use std::collections::VecDeque;

/// One thing to be done.
enum Wanted {
    Association(SaCommand),
    /// Once so many records are durable.
    Send(u64, SipOutput),
}

/// The queue.
#[derive(Default)]
pub(crate) struct Outbox(VecDeque<Wanted>);

impl Outbox {
    /// A command for associations.
    pub(crate) fn command(&mut self, command: SaCommand) {
        self.0.push_back(Wanted::Association(command));
    }

    /// A message that may leave once `records` records are durable.
    pub(crate) fn send(&mut self, records: u64, output: SipOutput) {
        self.0.push_back(Wanted::Send(records, output));
    }

    /// Whether the last thing is a command.
    pub(crate) fn ends_in_command(&self) -> bool {
        matches!(self.0.back(), Some(Wanted::Association(_)))
    }

    /// The command that is next, if the next thing is one.
    pub(crate) fn next_command(&mut self) -> Option<SaCommand> {
        let is_next = matches!(self.0.front()?, Wanted::Association(_));
        match is_next.then(|| self.0.pop_front())?? {
            Wanted::Association(command) => Some(command),
            Wanted::Send(..) => None,
        }
    }

    /// The message that is next, if the next thing is one and `written` records are enough for it.
    pub(crate) fn next_send(&mut self, written: u64) -> Option<SipOutput> {
        let is_next = matches!(self.0.front()?, Wanted::Send(records, _) if *records <= written);
        match is_next.then(|| self.0.pop_front())?? {
            Wanted::Send(_, output) => Some(output),
            Wanted::Association(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_esp::SaSet;
    use quintet_sip::transport::{Hop, Protocol};

    fn message(name: &str) -> SipOutput {
        let local = std::net::SocketAddr::from(([127, 0, 0, 1], 5060));
        SipOutput::Send {
            hop: Hop {
                protocol: Protocol::Udp,
                local,
                remote: local,
            },
            octets: name.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_message_waits_for_its_records_and_nothing_overtakes_it() {
        let mut outbox = Outbox::default();
        outbox.send(0, message("100"));
        outbox.send(2, message("200"));
        assert!(!outbox.ends_in_command());
        outbox.command(SaCommand::RemoveSet(SaSet(7)));
        assert!(outbox.ends_in_command());
        outbox.send(2, message("NOTIFY"));
        assert!(!outbox.ends_in_command());
        assert_eq!(outbox.next_command(), None);
        assert_eq!(outbox.next_send(1), Some(message("100")));
        assert_eq!(outbox.next_send(1), None, "one record is not durable yet");
        assert_eq!(
            outbox.next_command(),
            None,
            "the association must outlive the message that goes through it"
        );
        assert_eq!(outbox.next_send(2), Some(message("200")));
        assert_eq!(outbox.next_send(2), None, "a command is before it");
        assert_eq!(outbox.next_command(), Some(SaCommand::RemoveSet(SaSet(7))));
        assert_eq!(outbox.next_send(2), Some(message("NOTIFY")));
        assert_eq!((outbox.next_command(), outbox.next_send(u64::MAX)), (None, None));
    }
}
