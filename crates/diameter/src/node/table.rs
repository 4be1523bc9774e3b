//! The peer state machine (RFC 6733 5.6), as a pure transition table.
//!
//! ```text
//!            Start            Conn-Ack            CEA
//!  Closed ──────────► Wait-Conn-Ack ──► Wait-I-CEA ──────────────────► I-Open ──┐ Stop, DPR
//!    │                     │ R-Conn-CER     │ R-Conn-CER                        ├──► Closing ──► Closed
//!    │                     ▼                ▼             election              │
//!    │           Wait-Conn-Ack/Elect ──► Wait-Returns ──────────────► R-Open ───┘
//!    └── R-Conn-CER ──────────────────────────────────────────────────►
//! ```
//!
//! The caller runs the actions in order. Elect is answered with [`PeerMachineEvent::WinElection`] if this node's
//! Origin-Host is the higher one (5.6.4), and with nothing otherwise. A CER whose Process-CER fails never becomes an
//! R-Conn-CER. CER, DWR and DWA in an open state change no state and have no row here.

/// RFC 6733 5.6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeerState {
    /// Not connected.
    #[default]
    Closed,
    /// A transport connection is being made.
    WaitConnAck,
    /// CER sent, CEA awaited.
    WaitICea,
    /// A transport connection is being made, and the peer's has brought a CER.
    WaitConnAckElect,
    /// Both connections exist; the election is lost, or being held.
    WaitReturns,
    /// Open on the connection the peer made.
    ROpen,
    /// Open on the connection this node made.
    IOpen,
    /// DPR sent or answered; the connection is about to end.
    Closing,
}

impl PeerState {
    /// I-Open or R-Open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::IOpen | Self::ROpen)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeerMachineEvent {
    Start,
    Stop,
    Timeout,
    IRcvConnAck,
    IRcvConnNack,
    IRcvCea,
    IRcvNonCea,
    RConnCer,
    IPeerDisc,
    RPeerDisc,
    IRcvDpr,
    RRcvDpr,
    IRcvDpa,
    RRcvDpa,
    WinElection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeerMachineAction {
    ISndConnReq,
    ISndCer,
    RAccept,
    RReject,
    RSndCea,
    Elect,
    IDisc,
    RDisc,
    ISndDpr,
    RSndDpr,
    ISndDpa,
    RSndDpa,
    /// Gives up a connection attempt.
    Cleanup,
    /// Closes whatever there is, at once.
    Error,
}

/// Applies one event: the actions and the next state, or `None` if the table has no such row.
pub(crate) fn transition(
    state: PeerState,
    event: PeerMachineEvent,
) -> Option<(&'static [PeerMachineAction], PeerState)> {
    use PeerState as S;
    use {PeerMachineAction as A, PeerMachineEvent as E};
    Some(match (state, event) {
        // Closed               Start            I-Snd-Conn-Req                   Wait-Conn-Ack
        (S::Closed, E::Start) => (&[A::ISndConnReq], S::WaitConnAck),
        // Closed               R-Conn-CER       R-Accept, Process-CER, R-Snd-CEA R-Open
        (S::Closed, E::RConnCer) => (&[A::RAccept, A::RSndCea], S::ROpen),

        // Wait-Conn-Ack        I-Rcv-Conn-Ack   I-Snd-CER                        Wait-I-CEA
        (S::WaitConnAck, E::IRcvConnAck) => (&[A::ISndCer], S::WaitICea),
        // Wait-Conn-Ack        I-Rcv-Conn-Nack  Cleanup                          Closed
        (S::WaitConnAck, E::IRcvConnNack) => (&[A::Cleanup], S::Closed),
        // Wait-Conn-Ack        R-Conn-CER       R-Accept, Process-CER            Wait-Conn-Ack/Elect
        (S::WaitConnAck, E::RConnCer) => (&[A::RAccept], S::WaitConnAckElect),
        // Wait-Conn-Ack        Timeout          Error                            Closed
        (S::WaitConnAck, E::Timeout) => (&[A::Error], S::Closed),

        // Wait-I-CEA           I-Rcv-CEA        Process-CEA                      I-Open
        (S::WaitICea, E::IRcvCea) => (&[], S::IOpen),
        // Wait-I-CEA           R-Conn-CER       R-Accept, Process-CER, Elect     Wait-Returns
        (S::WaitICea, E::RConnCer) => (&[A::RAccept, A::Elect], S::WaitReturns),
        // Wait-I-CEA           I-Peer-Disc      I-Disc                           Closed
        (S::WaitICea, E::IPeerDisc) => (&[A::IDisc], S::Closed),
        // Wait-I-CEA           I-Rcv-Non-CEA    Error                            Closed
        (S::WaitICea, E::IRcvNonCea) => (&[A::Error], S::Closed),
        // Wait-I-CEA           Timeout          Error                            Closed
        (S::WaitICea, E::Timeout) => (&[A::Error], S::Closed),

        // Wait-Conn-Ack/Elect  I-Rcv-Conn-Ack   I-Snd-CER, Elect                 Wait-Returns
        (S::WaitConnAckElect, E::IRcvConnAck) => (&[A::ISndCer, A::Elect], S::WaitReturns),
        // Wait-Conn-Ack/Elect  I-Rcv-Conn-Nack  R-Snd-CEA                        R-Open
        (S::WaitConnAckElect, E::IRcvConnNack) => (&[A::RSndCea], S::ROpen),
        // Wait-Conn-Ack/Elect  R-Peer-Disc      R-Disc                           Wait-Conn-Ack
        (S::WaitConnAckElect, E::RPeerDisc) => (&[A::RDisc], S::WaitConnAck),
        // Wait-Conn-Ack/Elect  R-Conn-CER       R-Reject                         Wait-Conn-Ack/Elect
        (S::WaitConnAckElect, E::RConnCer) => (&[A::RReject], S::WaitConnAckElect),
        // Wait-Conn-Ack/Elect  Timeout          Error                            Closed
        (S::WaitConnAckElect, E::Timeout) => (&[A::Error], S::Closed),

        // Wait-Returns         Win-Election     I-Disc, R-Snd-CEA                R-Open
        (S::WaitReturns, E::WinElection) => (&[A::IDisc, A::RSndCea], S::ROpen),
        // Wait-Returns         I-Peer-Disc      I-Disc, R-Snd-CEA                R-Open
        (S::WaitReturns, E::IPeerDisc) => (&[A::IDisc, A::RSndCea], S::ROpen),
        // Wait-Returns         I-Rcv-CEA        R-Disc                           I-Open
        (S::WaitReturns, E::IRcvCea) => (&[A::RDisc], S::IOpen),
        // Wait-Returns         R-Peer-Disc      R-Disc                           Wait-I-CEA
        (S::WaitReturns, E::RPeerDisc) => (&[A::RDisc], S::WaitICea),
        // Wait-Returns         R-Conn-CER       R-Reject                         Wait-Returns
        (S::WaitReturns, E::RConnCer) => (&[A::RReject], S::WaitReturns),
        // Wait-Returns         Timeout          Error                            Closed
        (S::WaitReturns, E::Timeout) => (&[A::Error], S::Closed),
        // Wait-Returns         I-Rcv-Non-CEA    no row: as the loss of the initiator's connection
        (S::WaitReturns, E::IRcvNonCea) => (&[A::IDisc, A::RSndCea], S::ROpen),

        // R-Open               R-Conn-CER       R-Reject                         R-Open
        (S::ROpen, E::RConnCer) => (&[A::RReject], S::ROpen),
        // R-Open               Stop             R-Snd-DPR                        Closing
        (S::ROpen, E::Stop) => (&[A::RSndDpr], S::Closing),
        // R-Open               R-Rcv-DPR        R-Snd-DPA                        Closing
        (S::ROpen, E::RRcvDpr) => (&[A::RSndDpa], S::Closing),
        // R-Open               R-Peer-Disc      R-Disc                           Closed
        (S::ROpen, E::RPeerDisc) => (&[A::RDisc], S::Closed),

        // I-Open               R-Conn-CER       R-Reject                         I-Open
        (S::IOpen, E::RConnCer) => (&[A::RReject], S::IOpen),
        // I-Open               Stop             I-Snd-DPR                        Closing
        (S::IOpen, E::Stop) => (&[A::ISndDpr], S::Closing),
        // I-Open               I-Rcv-DPR        I-Snd-DPA                        Closing
        (S::IOpen, E::IRcvDpr) => (&[A::ISndDpa], S::Closing),
        // I-Open               I-Peer-Disc      I-Disc                           Closed
        (S::IOpen, E::IPeerDisc) => (&[A::IDisc], S::Closed),

        // Closing              I-Rcv-DPA        I-Disc                           Closed
        (S::Closing, E::IRcvDpa) => (&[A::IDisc], S::Closed),
        // Closing              R-Rcv-DPA        R-Disc                           Closed
        (S::Closing, E::RRcvDpa) => (&[A::RDisc], S::Closed),
        // Closing              Timeout          Error                            Closed
        (S::Closing, E::Timeout) => (&[A::Error], S::Closed),
        // Closing              I-Peer-Disc      I-Disc                           Closed
        (S::Closing, E::IPeerDisc) => (&[A::IDisc], S::Closed),
        // Closing              R-Peer-Disc      R-Disc                           Closed
        (S::Closing, E::RPeerDisc) => (&[A::RDisc], S::Closed),
        // Closing              both sides sent DPR: each is answered, and either DPA ends it
        (S::Closing, E::IRcvDpr) => (&[A::ISndDpa], S::Closing),
        (S::Closing, E::RRcvDpr) => (&[A::RSndDpa], S::Closing),
        // Closing              R-Conn-CER       no row: a second connection, as in an open state
        (S::Closing, E::RConnCer) => (&[A::RReject], S::Closing),

        // Stop before anything is open: whatever is half made is given up.
        (S::WaitConnAck | S::WaitICea | S::WaitConnAckElect | S::WaitReturns, E::Stop) => {
            (&[A::Error], S::Closed)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{PeerMachineAction as A, PeerMachineEvent as E, PeerState as S, transition};

    const STATES: [S; 8] = [
        S::Closed,
        S::WaitConnAck,
        S::WaitICea,
        S::WaitConnAckElect,
        S::WaitReturns,
        S::ROpen,
        S::IOpen,
        S::Closing,
    ];
    const EVENTS: [E; 15] = [
        E::Start,
        E::Stop,
        E::Timeout,
        E::IRcvConnAck,
        E::IRcvConnNack,
        E::IRcvCea,
        E::IRcvNonCea,
        E::RConnCer,
        E::IPeerDisc,
        E::RPeerDisc,
        E::IRcvDpr,
        E::RRcvDpr,
        E::IRcvDpa,
        E::RRcvDpa,
        E::WinElection,
    ];

    /// The rows of RFC 6733 5.6 that change the state or send something, less Process-CER and -CEA.
    const ROWS: &[(S, E, &[A], S)] = &[
        (S::Closed, E::Start, &[A::ISndConnReq], S::WaitConnAck),
        (S::Closed, E::RConnCer, &[A::RAccept, A::RSndCea], S::ROpen),
        (S::WaitConnAck, E::IRcvConnAck, &[A::ISndCer], S::WaitICea),
        (S::WaitConnAck, E::IRcvConnNack, &[A::Cleanup], S::Closed),
        (S::WaitConnAck, E::RConnCer, &[A::RAccept], S::WaitConnAckElect),
        (S::WaitConnAck, E::Timeout, &[A::Error], S::Closed),
        (S::WaitICea, E::IRcvCea, &[], S::IOpen),
        (S::WaitICea, E::RConnCer, &[A::RAccept, A::Elect], S::WaitReturns),
        (S::WaitICea, E::IPeerDisc, &[A::IDisc], S::Closed),
        (S::WaitICea, E::IRcvNonCea, &[A::Error], S::Closed),
        (S::WaitICea, E::Timeout, &[A::Error], S::Closed),
        (
            S::WaitConnAckElect,
            E::IRcvConnAck,
            &[A::ISndCer, A::Elect],
            S::WaitReturns,
        ),
        (S::WaitConnAckElect, E::IRcvConnNack, &[A::RSndCea], S::ROpen),
        (S::WaitConnAckElect, E::RPeerDisc, &[A::RDisc], S::WaitConnAck),
        (
            S::WaitConnAckElect,
            E::RConnCer,
            &[A::RReject],
            S::WaitConnAckElect,
        ),
        (S::WaitConnAckElect, E::Timeout, &[A::Error], S::Closed),
        (S::WaitReturns, E::WinElection, &[A::IDisc, A::RSndCea], S::ROpen),
        (S::WaitReturns, E::IPeerDisc, &[A::IDisc, A::RSndCea], S::ROpen),
        (S::WaitReturns, E::IRcvCea, &[A::RDisc], S::IOpen),
        (S::WaitReturns, E::RPeerDisc, &[A::RDisc], S::WaitICea),
        (S::WaitReturns, E::RConnCer, &[A::RReject], S::WaitReturns),
        (S::WaitReturns, E::Timeout, &[A::Error], S::Closed),
        (S::ROpen, E::RConnCer, &[A::RReject], S::ROpen),
        (S::ROpen, E::Stop, &[A::RSndDpr], S::Closing),
        (S::ROpen, E::RRcvDpr, &[A::RSndDpa], S::Closing),
        (S::ROpen, E::RPeerDisc, &[A::RDisc], S::Closed),
        (S::IOpen, E::RConnCer, &[A::RReject], S::IOpen),
        (S::IOpen, E::Stop, &[A::ISndDpr], S::Closing),
        (S::IOpen, E::IRcvDpr, &[A::ISndDpa], S::Closing),
        (S::IOpen, E::IPeerDisc, &[A::IDisc], S::Closed),
        (S::Closing, E::IRcvDpa, &[A::IDisc], S::Closed),
        (S::Closing, E::RRcvDpa, &[A::RDisc], S::Closed),
        (S::Closing, E::Timeout, &[A::Error], S::Closed),
        (S::Closing, E::IPeerDisc, &[A::IDisc], S::Closed),
        (S::Closing, E::RPeerDisc, &[A::RDisc], S::Closed),
    ];

    /// What this node adds, each with its reason in the table.
    const ADDED: &[(S, E)] = &[
        (S::WaitReturns, E::IRcvNonCea),
        (S::Closing, E::IRcvDpr),
        (S::Closing, E::RRcvDpr),
        (S::Closing, E::RConnCer),
        (S::WaitConnAck, E::Stop),
        (S::WaitICea, E::Stop),
        (S::WaitConnAckElect, E::Stop),
        (S::WaitReturns, E::Stop),
    ];

    #[test]
    fn every_row_of_the_rfc_and_no_other() {
        for state in STATES {
            for event in EVENTS {
                let row = ROWS.iter().find(|r| (r.0, r.1) == (state, event));
                let got = transition(state, event);
                match row {
                    Some(&(.., actions, next)) => {
                        assert_eq!(got, Some((actions, next)), "{state:?} {event:?}")
                    }
                    None => assert_eq!(
                        got.is_some(),
                        ADDED.contains(&(state, event)),
                        "{state:?} {event:?}"
                    ),
                }
            }
        }
    }

    #[test]
    fn every_state_can_be_left_for_closed() {
        for from in STATES {
            let mut reached = vec![from];
            for i in 0.. {
                let Some(&state) = reached.get(i) else { break };
                for (_, next) in EVENTS.iter().filter_map(|e| transition(state, *e)) {
                    if !reached.contains(&next) {
                        reached.push(next);
                    }
                }
            }
            assert!(reached.contains(&S::Closed), "{from:?}");
        }
    }
}
