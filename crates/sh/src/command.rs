//! The four commands as one type for each direction.

use crate::{Pna, Pnr, Pua, Pur, Sna, Snr, Uda, Udr};
use quintet_cx::{Fault, Outcome};
use quintet_diameter::{Message, MessageWriter, ResultCode};

/// A request of Sh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// User-Data-Request.
    UserData(Box<Udr>),
    /// Profile-Update-Request.
    ProfileUpdate(Box<Pur>),
    /// Subscribe-Notifications-Request.
    SubscribeNotifications(Box<Snr>),
    /// Push-Notification-Request.
    PushNotification(Box<Pnr>),
}

impl Request {
    /// Command Code.
    #[must_use]
    pub const fn command(&self) -> u32 {
        match self {
            Self::UserData(_) => Udr::COMMAND,
            Self::ProfileUpdate(_) => Pur::COMMAND,
            Self::SubscribeNotifications(_) => Snr::COMMAND,
            Self::PushNotification(_) => Pnr::COMMAND,
        }
    }

    /// Reads a request by its command code.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed: COMMAND_UNSUPPORTED for another command.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        Ok(match message.header().code {
            Udr::COMMAND => Self::UserData(Box::new(Udr::read(message)?)),
            Pur::COMMAND => Self::ProfileUpdate(Box::new(Pur::read(message)?)),
            Snr::COMMAND => Self::SubscribeNotifications(Box::new(Snr::read(message)?)),
            Pnr::COMMAND => Self::PushNotification(Box::new(Pnr::read(message)?)),
            _ => return Err(unsupported()),
        })
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        match self {
            Self::UserData(request) => request.write(w),
            Self::ProfileUpdate(request) => request.write(w),
            Self::SubscribeNotifications(request) => request.write(w),
            Self::PushNotification(request) => request.write(w),
        }
    }
}

/// An answer of Sh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// User-Data-Answer.
    UserData(Uda),
    /// Profile-Update-Answer.
    ProfileUpdate(Pua),
    /// Subscribe-Notifications-Answer.
    SubscribeNotifications(Sna),
    /// Push-Notification-Answer.
    PushNotification(Pna),
}

impl Answer {
    /// Command Code.
    #[must_use]
    pub const fn command(&self) -> u32 {
        match self {
            Self::UserData(_) => Udr::COMMAND,
            Self::ProfileUpdate(_) => Pur::COMMAND,
            Self::SubscribeNotifications(_) => Snr::COMMAND,
            Self::PushNotification(_) => Pnr::COMMAND,
        }
    }

    /// The result.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::UserData(answer) => answer.outcome,
            Self::ProfileUpdate(answer) => answer.outcome,
            Self::SubscribeNotifications(answer) => answer.outcome,
            Self::PushNotification(answer) => answer.outcome,
        }
    }

    /// An answer to a request by its command code that says nothing but its result; `None` for what no HSS answers.
    #[must_use]
    pub fn refusal(command: u32, outcome: Outcome) -> Option<Self> {
        match command {
            Udr::COMMAND => Some(Self::UserData(Uda::new(outcome))),
            Pur::COMMAND => Some(Self::ProfileUpdate(Pua::new(outcome))),
            Snr::COMMAND => Some(Self::SubscribeNotifications(Sna::new(outcome))),
            _ => None,
        }
    }

    /// Reads an answer by its command code.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be used.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        Ok(match message.header().code {
            Udr::COMMAND => Self::UserData(Uda::read(message)?),
            Pur::COMMAND => Self::ProfileUpdate(Pua::read(message)?),
            Snr::COMMAND => Self::SubscribeNotifications(Sna::read(message)?),
            Pnr::COMMAND => Self::PushNotification(Pna::read(message)?),
            _ => return Err(unsupported()),
        })
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        match self {
            Self::UserData(answer) => answer.write(w),
            Self::ProfileUpdate(answer) => answer.write(w),
            Self::SubscribeNotifications(answer) => answer.write(w),
            Self::PushNotification(answer) => answer.write(w),
        }
    }
}

fn unsupported() -> Fault {
    Fault {
        result: ResultCode::COMMAND_UNSUPPORTED,
        failed: None,
        reason: "not a command of Sh",
    }
}
