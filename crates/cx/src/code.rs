//! Enumerations and flag words of Cx. Values without a name survive.

use std::borrow::Cow;
use std::fmt;

/// Defines an Enumerated AVP's values.
#[macro_export]
#[doc(hidden)]
macro_rules! enumerated {
    ($(#[$doc:meta])* $type:ident { $($(#[$item:meta])* $name:ident = $value:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type(pub u32);

        impl $type {
            $($(#[$item])* pub const $name: Self = Self($value);)*

            /// Every value that has a name.
            pub const ALL: &'static [Self] = &[$(Self($value),)*];

            /// The specification's name, if it is one of its values.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }

        impl ::std::fmt::Display for $type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{}", self.0),
                }
            }
        }
    };
}

/// Defines a flag word.
#[macro_export]
#[doc(hidden)]
macro_rules! flags {
    ($(#[$doc:meta])* $type:ident { $($(#[$item:meta])* $name:ident = $bit:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $type(pub u32);

        impl $type {
            $($(#[$item])* pub const $name: Self = Self(1 << $bit);)*

            /// Whether all bits of `other` are set.
            #[must_use]
            pub const fn has(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }
        }
    };
}

pub(crate) use {enumerated, flags};

enumerated! {
    /// What an I-CSCF asks for (TS 29.229 6.3.24). Absent means REGISTRATION.
    UserAuthorizationType {
        /// Initial registration or re-registration.
        REGISTRATION = 0,
        /// De-registration.
        DE_REGISTRATION = 1,
        /// Registration, and the capabilities of the S-CSCF: the one that was assigned is not reachable.
        REGISTRATION_AND_CAPABILITIES = 2,
    }
}

enumerated! {
    /// What an S-CSCF tells the HSS (TS 29.229 6.3.15).
    ServerAssignmentType {
        /// Profile wanted, nothing changes.
        NO_ASSIGNMENT = 0,
        /// First registration of an identity.
        REGISTRATION = 1,
        /// Registration again of a registered one.
        RE_REGISTRATION = 2,
        /// A request arrived for an identity that is not registered but has services.
        UNREGISTERED_USER = 3,
        /// The registration timer expired.
        TIMEOUT_DEREGISTRATION = 4,
        /// The user de-registered.
        USER_DEREGISTRATION = 5,
        /// As TIMEOUT_DEREGISTRATION; the S-CSCF asks to remain assigned.
        TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME = 6,
        /// As USER_DEREGISTRATION; the S-CSCF asks to remain assigned.
        USER_DEREGISTRATION_STORE_SERVER_NAME = 7,
        /// The network de-registered.
        ADMINISTRATIVE_DEREGISTRATION = 8,
        /// The user's authentication failed.
        AUTHENTICATION_FAILURE = 9,
        /// The user did not answer the challenge in time.
        AUTHENTICATION_TIMEOUT = 10,
        /// The S-CSCF cannot hold the profile.
        DEREGISTRATION_TOO_MUCH_DATA = 11,
        /// Of SWx (TS 29.273): an AAA server wants the profile.
        AAA_USER_DATA_REQUEST = 12,
        /// Of SWx (TS 29.273): the PDN gateway changed.
        PGW_UPDATE = 13,
        /// The S-CSCF wants its restoration information back (TS 23.380).
        RESTORATION = 14,
    }
}

impl ServerAssignmentType {
    /// Whether it ends a registration or an authentication (4 to 11).
    #[must_use]
    pub const fn is_deregistration(self) -> bool {
        matches!(self.0, 4..=11)
    }
}

enumerated! {
    /// Why the HSS ends a registration (TS 29.229 6.3.17).
    ReasonCode {
        /// Subscription or service ended.
        PERMANENT_TERMINATION = 0,
        /// Another S-CSCF serves the user now.
        NEW_SERVER_ASSIGNED = 1,
        /// Another S-CSCF is to be selected: the user registers again.
        SERVER_CHANGE = 2,
        /// The S-CSCF is removed from an identity that is not registered.
        REMOVE_S_CSCF = 3,
    }
}

enumerated! {
    /// Priority of a session (TS 29.229 6.3.56): 0 is the highest.
    SessionPriority {
        /// The highest.
        PRIORITY_0 = 0,
        /// The second.
        PRIORITY_1 = 1,
        /// The third.
        PRIORITY_2 = 2,
        /// The fourth.
        PRIORITY_3 = 3,
        /// The lowest.
        PRIORITY_4 = 4,
    }
}

flags! {
    /// UAR-Flags (TS 29.229 6.3.44).
    UarFlags {
        /// IMS Emergency Registration: barring and roaming are not checked.
        EMERGENCY_REGISTRATION = 0,
    }
}

flags! {
    /// SAR-Flags (TS 29.229 6.3.63).
    SarFlags {
        /// P-CSCF Restoration Indication: the HSS is to trigger it (TS 23.380 5.4).
        P_CSCF_RESTORATION = 0,
    }
}

flags! {
    /// LIA-Flags (TS 29.229 6.3.59).
    LiaFlags {
        /// PSI Direct Routing Indication: Server-Name is an application server.
        PSI_DIRECT_ROUTING = 0,
    }
}

flags! {
    /// RTR-Flags (TS 29.229 6.3.69).
    RtrFlags {
        /// Reference Location Information change.
        REFERENCE_LOCATION_CHANGE = 0,
    }
}

/// SIP-Authentication-Scheme (TS 29.229 6.3.9). Compared without regard to case, as schemes of HTTP are.
#[derive(Clone, Debug)]
pub struct AuthenticationScheme(Cow<'static, str>);

impl AuthenticationScheme {
    /// IMS AKA (TS 33.203, RFC 3310).
    pub const DIGEST_AKAV1_MD5: Self = Self(Cow::Borrowed("Digest-AKAv1-MD5"));
    /// IMS AKA with SHA-256 (TS 33.203, RFC 4169).
    pub const DIGEST_AKAV2_SHA_256: Self = Self(Cow::Borrowed("Digest-AKAv2-SHA-256"));
    /// SIP Digest (TS 33.203 Annex N).
    pub const SIP_DIGEST: Self = Self(Cow::Borrowed("SIP Digest"));
    /// The HSS decides (TS 29.228 6.3.1).
    pub const UNKNOWN: Self = Self(Cow::Borrowed("Unknown"));
    /// NASS-IMS bundled authentication (TS 33.203 Annex R).
    pub const NASS_BUNDLED: Self = Self(Cow::Borrowed("NASS-Bundled"));
    /// GPRS-IMS-Bundled Authentication (TS 33.203 Annex T).
    pub const GIBA: Self = Self(Cow::Borrowed("Early-IMS-Security"));
    /// Of SWx: EAP-AKA (TS 29.273 8.2.3.9, RFC 4187).
    pub const EAP_AKA: Self = Self(Cow::Borrowed("EAP-AKA"));
    /// Of SWx: EAP-AKA' (TS 29.273 8.2.3.9, RFC 9048).
    pub const EAP_AKA_PRIME: Self = Self(Cow::Borrowed("EAP-AKA'"));

    /// A scheme by its name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let named = [
            Self::DIGEST_AKAV1_MD5,
            Self::DIGEST_AKAV2_SHA_256,
            Self::SIP_DIGEST,
            Self::UNKNOWN,
            Self::NASS_BUNDLED,
            Self::GIBA,
            Self::EAP_AKA,
            Self::EAP_AKA_PRIME,
        ];
        // As it was written: an answer repeats the scheme of its request.
        named
            .into_iter()
            .find(|scheme| scheme.as_str() == name)
            .unwrap_or_else(|| Self(Cow::Owned(name.to_owned())))
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is IMS AKA: vectors of the AuC.
    #[must_use]
    pub fn is_aka(&self) -> bool {
        *self == Self::DIGEST_AKAV1_MD5 || *self == Self::DIGEST_AKAV2_SHA_256
    }
}

impl PartialEq for AuthenticationScheme {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for AuthenticationScheme {}

impl fmt::Display for AuthenticationScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        assert_eq!(ServerAssignmentType::ALL.len(), 15);
        for (i, value) in ServerAssignmentType::ALL.iter().enumerate() {
            assert_eq!(value.0 as usize, i, "{value}");
        }
        assert_eq!(
            ServerAssignmentType::AUTHENTICATION_TIMEOUT.to_string(),
            "AUTHENTICATION_TIMEOUT"
        );
        assert_eq!(ServerAssignmentType(99).to_string(), "99");
        assert!(ServerAssignmentType::DEREGISTRATION_TOO_MUCH_DATA.is_deregistration());
        assert!(!ServerAssignmentType::UNREGISTERED_USER.is_deregistration());
        assert!(!ServerAssignmentType::AAA_USER_DATA_REQUEST.is_deregistration());
    }

    #[test]
    fn schemes_ignore_case_and_keep_it() {
        let scheme = AuthenticationScheme::new("digest-akav1-md5");
        assert_eq!(scheme, AuthenticationScheme::DIGEST_AKAV1_MD5);
        assert_eq!(scheme.as_str(), "digest-akav1-md5");
        assert!(scheme.is_aka() && !AuthenticationScheme::UNKNOWN.is_aka());
    }
}
