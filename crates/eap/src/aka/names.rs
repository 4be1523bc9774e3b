//! Numbers of EAP-AKA' and their names (IANA, EAP-AKA and EAP-SIM parameters).

use std::borrow::Cow;
use std::fmt;

/// Subtype of a message (RFC 4187 11).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subtype(pub u8);

impl Subtype {
    /// AKA'-Challenge.
    pub const CHALLENGE: Self = Self(1);
    /// AKA'-Authentication-Reject.
    pub const AUTHENTICATION_REJECT: Self = Self(2);
    /// AKA'-Synchronization-Failure.
    pub const SYNCHRONIZATION_FAILURE: Self = Self(4);
    /// AKA'-Identity.
    pub const IDENTITY: Self = Self(5);
    /// AKA'-Notification.
    pub const NOTIFICATION: Self = Self(12);
    /// AKA'-Reauthentication.
    pub const REAUTHENTICATION: Self = Self(13);
    /// AKA'-Client-Error.
    pub const CLIENT_ERROR: Self = Self(14);

    /// Its name, if it is one of these.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::CHALLENGE => "Challenge",
            Self::AUTHENTICATION_REJECT => "Authentication-Reject",
            Self::SYNCHRONIZATION_FAILURE => "Synchronization-Failure",
            Self::IDENTITY => "Identity",
            Self::NOTIFICATION => "Notification",
            Self::REAUTHENTICATION => "Reauthentication",
            Self::CLIENT_ERROR => "Client-Error",
            _ => return None,
        })
    }
}

impl fmt::Display for Subtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "subtype {}", self.0),
        }
    }
}

impl fmt::Debug for Subtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subtype({self})")
    }
}

/// Type of an attribute (RFC 4187 11, RFC 9048 8). Those from 128 on may be skipped by who does not know them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttributeType(pub u8);

macro_rules! attribute_types {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $label:literal;)*) => {
        impl AttributeType {
            $($(#[$doc])* pub const $name: Self = Self($number);)*

            /// Its name, if it is one of these.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($label),)*
                    _ => None,
                }
            }
        }
    };
}

attribute_types! {
    /// The challenge.
    RAND = 1, "AT_RAND";
    /// The token.
    AUTN = 2, "AT_AUTN";
    /// The response.
    RES = 3, "AT_RES";
    /// The resynchronisation token.
    AUTS = 4, "AT_AUTS";
    /// Padding inside AT_ENCR_DATA.
    PADDING = 6, "AT_PADDING";
    /// The permanent identity is asked for.
    PERMANENT_ID_REQ = 10, "AT_PERMANENT_ID_REQ";
    /// Message authentication code over the packet.
    MAC = 11, "AT_MAC";
    /// A notification's code.
    NOTIFICATION = 12, "AT_NOTIFICATION";
    /// Any identity is asked for.
    ANY_ID_REQ = 13, "AT_ANY_ID_REQ";
    /// The peer's identity.
    IDENTITY = 14, "AT_IDENTITY";
    /// An identity for a full authentication is asked for.
    FULLAUTH_ID_REQ = 17, "AT_FULLAUTH_ID_REQ";
    /// Counter of fast re-authentications.
    COUNTER = 19, "AT_COUNTER";
    /// The counter is too small.
    COUNTER_TOO_SMALL = 20, "AT_COUNTER_TOO_SMALL";
    /// Nonce of a fast re-authentication.
    NONCE_S = 21, "AT_NONCE_S";
    /// Why the peer gave up.
    CLIENT_ERROR_CODE = 22, "AT_CLIENT_ERROR_CODE";
    /// The network name.
    KDF_INPUT = 23, "AT_KDF_INPUT";
    /// A key derivation function.
    KDF = 24, "AT_KDF";
    /// Initialisation vector of AT_ENCR_DATA.
    IV = 129, "AT_IV";
    /// Enciphered attributes.
    ENCR_DATA = 130, "AT_ENCR_DATA";
    /// A pseudonym for next time.
    NEXT_PSEUDONYM = 132, "AT_NEXT_PSEUDONYM";
    /// An identity for the next fast re-authentication.
    NEXT_REAUTH_ID = 133, "AT_NEXT_REAUTH_ID";
    /// Digest of the identity round.
    CHECKCODE = 134, "AT_CHECKCODE";
    /// A protected result is wanted.
    RESULT_IND = 135, "AT_RESULT_IND";
    /// Whether the server has EAP-AKA'.
    BIDDING = 136, "AT_BIDDING";
}

impl AttributeType {
    /// Whether who does not know it may skip it (RFC 4187 8.1).
    #[must_use]
    pub const fn is_skippable(self) -> bool {
        self.0 >= 128
    }

    /// Its name, or its number.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.name().unwrap_or("unknown attribute")
    }

    /// Its name, or `attribute 42`.
    pub(super) fn field_name(self) -> Cow<'static, str> {
        self.name()
            .map_or_else(|| format!("attribute {}", self.0).into(), Cow::Borrowed)
    }
}

impl fmt::Debug for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttributeType({})", self.field_name())
    }
}

/// Code of AT_NOTIFICATION (RFC 4187 10.19).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NotificationCode(pub u16);

impl NotificationCode {
    /// General failure after authentication.
    pub const GENERAL_FAILURE_AFTER_AUTHENTICATION: Self = Self(0);
    /// General failure.
    pub const GENERAL_FAILURE: Self = Self(16_384);
    /// Success.
    pub const SUCCESS: Self = Self(32_768);

    /// The S bit: whether it says success.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 & 0x8000 != 0
    }

    /// The P bit: whether it may be sent only before the challenge was answered, and so without AT_MAC.
    #[must_use]
    pub const fn is_before_authentication(self) -> bool {
        self.0 & 0x4000 != 0
    }

    /// Its name, if it has one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "General failure after authentication",
            16_384 => "General failure",
            32_768 => "Success",
            1_026 => "User has been temporarily denied access",
            1_031 => "User has not subscribed to the requested service",
            _ => return None,
        })
    }
}

impl fmt::Display for NotificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} ({name})", self.0),
            None => self.0.fmt(f),
        }
    }
}

impl fmt::Debug for NotificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NotificationCode({})", self.0)
    }
}
