//! The priority of a request (DRMP, RFC 7944), and what it is worth when not everything can be served (on S6a and Sh: TS 29.272
//! Annex E, TS 29.328 Annex I).
//!
//! | who | what |
//! |---|---|
//! | a request received without DRMP | [`Priority::DEFAULT`] (RFC 7944 8) |
//! | with a value above 15 | the dictionary's list is closed: 5004 where the request is judged (RFC 6733 7.1.5); until then the default |
//! | relayed | goes on as it came |
//! | an answer of this node | has none, so that its request's holds (RFC 7944 8) |
//! | a request of this node | [`Priority::of_command`], or what its sender says; the default is not written |

use crate::Message;
use crate::dict::{application, avp, command};

/// How many priorities there are.
pub const PRIORITIES: usize = 16;

/// A priority of RFC 7944 9.1: 0 is served first, 15 last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(u8);

impl Priority {
    /// PRIORITY_0: refused last.
    pub const HIGHEST: Self = Self(0);
    /// What a request without DRMP has (RFC 7944 8).
    pub const DEFAULT: Self = Self(10);
    /// PRIORITY_15: refused first.
    pub const LOWEST: Self = Self(15);
    /// Emergency registrations: the last to be throttled (TS 29.273 B.1, C.2). What ranks higher yet,
    /// such as an operator's own traffic for priority services, has room above it.
    pub const EMERGENCY: Self = Self(2);
    /// What completes a procedure that was paid for already: the registration behind an authentication (TS 29.273 C.2).
    pub const COMPLETION: Self = Self(8);
    /// What may as well come later: provisioning's pushes, purges, notifications (TS 29.283 B.1).
    pub const DEFERRABLE: Self = Self(12);

    /// The priority with this number, 0 to 15.
    #[must_use]
    pub const fn new(value: u8) -> Option<Self> {
        if value < PRIORITIES as u8 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// Its number.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }

    /// The priority a request has.
    #[must_use]
    pub fn of(request: &Message<'_>) -> Self {
        let drmp = request.find(avp::DRMP).and_then(|avp| avp.u32().ok());
        drmp.map_or(Self::DEFAULT, Self::from_wire)
    }

    /// The value of a DRMP; one that is none counts as absent.
    pub(crate) fn from_wire(value: u32) -> Self {
        u8::try_from(value)
            .ok()
            .and_then(Self::new)
            .unwrap_or(Self::DEFAULT)
    }

    /// What a request of this node has by its command alone.
    ///
    /// The informative annexes of the 3GPP specifications give the order: what completes a procedure before what begins
    /// one, and what can be deferred last.
    #[must_use]
    pub const fn of_command(application_id: u32, code: u32) -> Self {
        match (application_id, code) {
            (application::S6A, command::UPDATE_LOCATION)
            | (application::CX | application::SWX, command::SERVER_ASSIGNMENT) => Self::COMPLETION,
            (
                application::S6A,
                command::PURGE_UE
                | command::NOTIFY
                | command::INSERT_SUBSCRIBER_DATA
                | command::DELETE_SUBSCRIBER_DATA
                | command::RESET,
            )
            | (application::CX | application::SWX, command::PUSH_PROFILE)
            | (application::SH, command::PUSH_NOTIFICATION)
            | (application::S6C, command::ALERT_SERVICE_CENTRE) => Self::DEFERRABLE,
            _ => Self::DEFAULT,
        }
    }

    /// How much of a limit on how many there may be is there for this priority, in thousandths: all of it for
    /// [`Priority::HIGHEST`], and for each that is lower 2 % less, so that the higher always find room.
    #[must_use]
    pub const fn room(self) -> u32 {
        1000 - 20 * self.0 as u32
    }

    /// At which share of the waiting time that is aimed at this priority is refused, in thousandths: half of it for
    /// [`Priority::DEFAULT`], a quarter for [`Priority::LOWEST`]. [`Priority::HIGHEST`] is refused for want of room alone.
    #[must_use]
    pub const fn patience(self) -> u32 {
        1000 - 50 * self.0 as u32
    }

    /// Whether `count` leaves room for one more of this priority under `limit`.
    #[must_use]
    pub const fn has_room(self, count: usize, limit: usize) -> bool {
        // Rounded up: a small limit is the same for all.
        count < (limit.saturating_mul(self.room() as usize)).div_ceil(1000)
    }
}

impl Default for Priority {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_priority_has_more_room_and_more_patience() {
        for value in 1..PRIORITIES as u8 {
            let (higher, lower) = (Priority::new(value - 1).unwrap(), Priority::new(value).unwrap());
            assert!(higher.room() > lower.room() && higher.patience() > lower.patience());
            for count in 0..=100 {
                assert!(
                    higher.has_room(count, 100) || !lower.has_room(count, 100),
                    "{value}: {count}"
                );
            }
        }
        assert_eq!(Priority::new(16), None);
        assert!(Priority::HIGHEST.has_room(99, 100) && !Priority::HIGHEST.has_room(100, 100));
        assert!(!Priority::LOWEST.has_room(70, 100));
        assert!(!Priority::LOWEST.has_room(0, 0), "no limit has room for nobody");
    }
}
