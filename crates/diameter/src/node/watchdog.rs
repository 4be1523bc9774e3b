//! The watchdog of one peer (RFC 3539 3.4.1), as a pure transition table.
//!
//! ```text
//!            up                 timer, pending              timer
//!  INITIAL ──────► OKAY ───────────────────────► SUSPECT ─────────► DOWN
//!                   ▲ ◄────────── anything ─────────┘                │ up
//!                   └────────── third DWA ─────────── REOPEN ◄───────┘
//! ```
//!
//! Two deviations, both towards the peer that is alive. Requests received in REOPEN are answered: the RFC throws them
//! away, but a peer that came back after a cut TCP connection knows nothing of our doubts, and its requests would be
//! lost for a minute; REOPEN only keeps *our* requests away. And after an orderly disconnect (DPR) the next
//! connection starts in INITIAL: nothing failed. AttemptOpen in INITIAL and DOWN is driven by Tc (RFC 6733 2.1).

/// DWAs in a row that turn REOPEN into OKAY (RFC 3539 3.4.1).
pub(crate) const REOPEN_ANSWERS: i8 = 3;

/// RFC 3539 3.4.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WatchdogState {
    /// Never connected, or disconnected in order.
    #[default]
    Initial,
    /// Requests are sent.
    Okay,
    /// A watchdog went unanswered: requests go elsewhere.
    Suspect,
    /// The connection failed.
    Down,
    /// Connected again after a failure, on probation.
    Reopen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WatchdogEvent {
    ReceiveDwa,
    ReceiveNonDwa,
    TimerExpires,
    ConnectionUp,
    ConnectionDown,
}

/// What a transition asks for, RFC 3539's names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WatchdogActions {
    pub(crate) set_watchdog: bool,
    pub(crate) send_watchdog: bool,
    pub(crate) failover: bool,
    pub(crate) failback: bool,
    pub(crate) close_connection: bool,
    pub(crate) attempt_open: bool,
}

const NOTHING: WatchdogActions = WatchdogActions {
    set_watchdog: false,
    send_watchdog: false,
    failover: false,
    failback: false,
    close_connection: false,
    attempt_open: false,
};
const SET: WatchdogActions = WatchdogActions {
    set_watchdog: true,
    ..NOTHING
};
const SEND: WatchdogActions = WatchdogActions {
    send_watchdog: true,
    ..SET
};
const FAILOVER: WatchdogActions = WatchdogActions {
    failover: true,
    ..SET
};
const FAILBACK: WatchdogActions = WatchdogActions {
    failback: true,
    ..SET
};
const CLOSE: WatchdogActions = WatchdogActions {
    close_connection: true,
    ..SET
};
const OPEN: WatchdogActions = WatchdogActions {
    attempt_open: true,
    ..SET
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Watchdog {
    pub(crate) state: WatchdogState,
    pub(crate) pending: bool,
    pub(crate) num_dwa: i8,
}

impl Watchdog {
    /// Applies one event. Total: what the RFC has no row for changes nothing.
    pub(crate) fn apply(&mut self, event: WatchdogEvent) -> WatchdogActions {
        use {WatchdogEvent as E, WatchdogState as S};
        match (self.state, event) {
            // OKAY      Receive DWA                Pending = FALSE, SetWatchdog            OKAY
            (S::Okay, E::ReceiveDwa) => {
                self.pending = false;
                SET
            }
            // OKAY      Receive non-DWA            SetWatchdog                             OKAY
            (S::Okay, E::ReceiveNonDwa) => SET,
            // SUSPECT   Receive DWA                Pending = FALSE, Failback, SetWatchdog  OKAY
            (S::Suspect, E::ReceiveDwa) => self.to(S::Okay, false, FAILBACK),
            // SUSPECT   Receive non-DWA            Failback, SetWatchdog                   OKAY
            (S::Suspect, E::ReceiveNonDwa) => self.to(S::Okay, self.pending, FAILBACK),
            // REOPEN    Receive DWA, NumDWA == 2   Pending = FALSE, NumDWA++, Failback     OKAY
            // REOPEN    Receive DWA, NumDWA < 2    Pending = FALSE, NumDWA++               REOPEN
            (S::Reopen, E::ReceiveDwa) => {
                self.num_dwa += 1;
                self.pending = false;
                if self.num_dwa < REOPEN_ANSWERS {
                    return NOTHING;
                }
                self.to(
                    S::Okay,
                    false,
                    WatchdogActions {
                        set_watchdog: false,
                        ..FAILBACK
                    },
                )
            }
            // REOPEN    Receive non-DWA            Throwaway (see the head)                REOPEN
            (S::Reopen, E::ReceiveNonDwa) => NOTHING,
            // OKAY      Timer expires, !Pending    SendWatchdog, SetWatchdog, Pending      OKAY
            // REOPEN    Timer expires, !Pending    SendWatchdog, SetWatchdog, Pending      REOPEN
            (S::Okay | S::Reopen, E::TimerExpires) if !self.pending => {
                self.pending = true;
                SEND
            }
            // OKAY      Timer expires, Pending     Failover, SetWatchdog                   SUSPECT
            (S::Okay, E::TimerExpires) => self.to(S::Suspect, true, FAILOVER),
            // SUSPECT   Timer expires              CloseConnection, SetWatchdog            DOWN
            (S::Suspect, E::TimerExpires) => self.to(S::Down, self.pending, CLOSE),
            // REOPEN    Timer expires, Pending, NumDWA < 0    CloseConnection, SetWatchdog DOWN
            (S::Reopen, E::TimerExpires) if self.num_dwa < 0 => self.to(S::Down, self.pending, CLOSE),
            // REOPEN    Timer expires, Pending, NumDWA >= 0   NumDWA = -1, SetWatchdog     REOPEN
            (S::Reopen, E::TimerExpires) => {
                self.num_dwa = -1;
                SET
            }
            // INITIAL   Timer expires              AttemptOpen, SetWatchdog                INITIAL
            // DOWN      Timer expires              AttemptOpen, SetWatchdog                DOWN
            (S::Initial | S::Down, E::TimerExpires) => OPEN,
            // INITIAL   Connection up              SetWatchdog                             OKAY
            (S::Initial, E::ConnectionUp) => self.to(S::Okay, false, SET),
            // DOWN      Connection up              NumDWA = 0, SendWatchdog, SetWatchdog   REOPEN
            (S::Down, E::ConnectionUp) => {
                self.num_dwa = 0;
                self.to(S::Reopen, true, SEND)
            }
            // OKAY      Connection down            Failover, SetWatchdog                   DOWN
            (S::Okay, E::ConnectionDown) => self.to(S::Down, false, FAILOVER),
            // SUSPECT   Connection down            SetWatchdog                             DOWN
            // REOPEN    Connection down            SetWatchdog                             DOWN
            (S::Suspect | S::Reopen, E::ConnectionDown) => self.to(S::Down, false, SET),
            // INITIAL, DOWN: what is received is thrown away, and there is no connection to go down. A connected
            // peer is never told again that it is connected.
            (S::Initial | S::Down, E::ReceiveDwa | E::ReceiveNonDwa | E::ConnectionDown)
            | (S::Okay | S::Suspect | S::Reopen, E::ConnectionUp) => NOTHING,
        }
    }

    fn to(&mut self, state: WatchdogState, pending: bool, actions: WatchdogActions) -> WatchdogActions {
        (self.state, self.pending) = (state, pending);
        actions
    }
}

#[cfg(test)]
mod tests {
    use super::{
        CLOSE, FAILBACK, FAILOVER, NOTHING, OPEN, SEND, SET, Watchdog, WatchdogActions, WatchdogEvent as E,
        WatchdogState as S,
    };

    fn step(state: S, pending: bool, num_dwa: i8, event: E) -> (WatchdogActions, S, bool, i8) {
        let mut watchdog = Watchdog {
            state,
            pending,
            num_dwa,
        };
        let actions = watchdog.apply(event);
        (actions, watchdog.state, watchdog.pending, watchdog.num_dwa)
    }

    #[test]
    fn every_row_of_rfc_3539() {
        for pending in [false, true] {
            assert_eq!(step(S::Okay, pending, 0, E::ReceiveDwa), (SET, S::Okay, false, 0));
            assert_eq!(
                step(S::Okay, pending, 0, E::ReceiveNonDwa),
                (SET, S::Okay, pending, 0)
            );
            assert_eq!(
                step(S::Suspect, pending, 0, E::ReceiveDwa),
                (FAILBACK, S::Okay, false, 0)
            );
            assert_eq!(
                step(S::Suspect, pending, 0, E::ReceiveNonDwa),
                (FAILBACK, S::Okay, pending, 0)
            );
            assert_eq!(
                step(S::Reopen, pending, 1, E::ReceiveNonDwa),
                (NOTHING, S::Reopen, pending, 1)
            );
            assert_eq!(
                step(S::Suspect, pending, 0, E::TimerExpires),
                (CLOSE, S::Down, pending, 0)
            );
            assert_eq!(
                step(S::Okay, pending, 0, E::ConnectionDown),
                (FAILOVER, S::Down, false, 0)
            );
            assert_eq!(
                step(S::Suspect, pending, 0, E::ConnectionDown),
                (SET, S::Down, false, 0)
            );
            assert_eq!(
                step(S::Reopen, pending, 0, E::ConnectionDown),
                (SET, S::Down, false, 0)
            );
            assert_eq!(
                step(S::Initial, pending, 0, E::TimerExpires),
                (OPEN, S::Initial, pending, 0)
            );
            assert_eq!(
                step(S::Down, pending, 0, E::TimerExpires),
                (OPEN, S::Down, pending, 0)
            );
            assert_eq!(
                step(S::Initial, pending, 0, E::ConnectionUp),
                (SET, S::Okay, false, 0)
            );
            assert_eq!(
                step(S::Down, pending, 9, E::ConnectionUp),
                (SEND, S::Reopen, true, 0)
            );
        }
        let failback = WatchdogActions {
            set_watchdog: false,
            ..FAILBACK
        };
        assert_eq!(
            step(S::Reopen, true, 2, E::ReceiveDwa),
            (failback, S::Okay, false, 3)
        );
        assert_eq!(
            step(S::Reopen, true, 1, E::ReceiveDwa),
            (NOTHING, S::Reopen, false, 2)
        );
        assert_eq!(step(S::Okay, false, 0, E::TimerExpires), (SEND, S::Okay, true, 0));
        assert_eq!(
            step(S::Okay, true, 0, E::TimerExpires),
            (FAILOVER, S::Suspect, true, 0)
        );
        assert_eq!(
            step(S::Reopen, false, 1, E::TimerExpires),
            (SEND, S::Reopen, true, 1)
        );
        assert_eq!(
            step(S::Reopen, true, 1, E::TimerExpires),
            (SET, S::Reopen, true, -1)
        );
        assert_eq!(
            step(S::Reopen, true, -1, E::TimerExpires),
            (CLOSE, S::Down, true, -1)
        );
    }

    #[test]
    fn what_has_no_row_changes_nothing() {
        for state in [S::Initial, S::Down] {
            for event in [E::ReceiveDwa, E::ReceiveNonDwa, E::ConnectionDown] {
                assert_eq!(step(state, false, 0, event), (NOTHING, state, false, 0));
            }
        }
    }
}
