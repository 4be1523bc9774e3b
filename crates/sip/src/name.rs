//! Names of header fields: those that are known, their compact forms, and which carry lists.

use std::fmt;

/// Defines [`Name`], its texts, and the lists of what may be repeated.
macro_rules! names {
    ($($name:ident $text:literal $kind:ident $($compact:literal)?,)*) => {
        /// The name of a header field. Names are compared without regard to case (RFC 3261 7.3.1).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Name {
            $(#[doc = $text] $name,)*
            /// One that is not known here: kept, forwarded, found by its text.
            Other,
        }

        /// Each name with its text.
        const NAMES: &[(Name, &str)] = &[$((Name::$name, $text),)*];
        /// Compact forms (RFC 3261 7.3.3 and the registry).
        const COMPACT: &[(Name, &str)] = &[$($((Name::$name, $compact),)?)*];

        impl Name {
            /// The long form; empty for [`Name::Other`].
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                    Self::Other => "",
                }
            }

            /// What its value is made of.
            const fn kind(self) -> Kind {
                match self {
                    $(Self::$name => Kind::$kind,)*
                    Self::Other => Kind::Many,
                }
            }
        }
    };
}

/// How often a header may occur.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Once, one value.
    One,
    /// Values separated by commas, in one line or in several.
    List,
    /// Several lines, whose values have commas of their own (RFC 3261 7.3.1: challenges and credentials).
    Many,
}

names! {
    Accept "Accept" List,
    AcceptContact "Accept-Contact" List "a",
    AcceptEncoding "Accept-Encoding" List,
    AcceptLanguage "Accept-Language" List,
    AlertInfo "Alert-Info" List,
    Allow "Allow" List,
    AllowEvents "Allow-Events" List "u",
    AuthenticationInfo "Authentication-Info" One,
    Authorization "Authorization" Many,
    CallId "Call-ID" One "i",
    CallInfo "Call-Info" List,
    CellularNetworkInfo "Cellular-Network-Info" List,
    Contact "Contact" List "m",
    ContentDisposition "Content-Disposition" One,
    ContentEncoding "Content-Encoding" List "e",
    ContentLanguage "Content-Language" List,
    ContentLength "Content-Length" One "l",
    ContentType "Content-Type" One "c",
    CSeq "CSeq" One,
    Date "Date" One,
    ErrorInfo "Error-Info" List,
    Event "Event" One "o",
    Expires "Expires" One,
    FeatureCaps "Feature-Caps" List,
    FlowTimer "Flow-Timer" One,
    From "From" One "f",
    Geolocation "Geolocation" List,
    HistoryInfo "History-Info" List,
    Identity "Identity" Many "y",
    InReplyTo "In-Reply-To" List,
    MaxForwards "Max-Forwards" One,
    MimeVersion "MIME-Version" One,
    MinExpires "Min-Expires" One,
    MinSe "Min-SE" One,
    Organization "Organization" One,
    PAccessNetworkInfo "P-Access-Network-Info" List,
    PAssertedIdentity "P-Asserted-Identity" List,
    PAssertedService "P-Asserted-Service" List,
    PAssociatedUri "P-Associated-URI" List,
    PCalledPartyId "P-Called-Party-ID" One,
    PChargingFunctionAddresses "P-Charging-Function-Addresses" List,
    PChargingVector "P-Charging-Vector" One,
    PEarlyMedia "P-Early-Media" List,
    PPreferredIdentity "P-Preferred-Identity" List,
    PPreferredService "P-Preferred-Service" List,
    PProfileKey "P-Profile-Key" One,
    PServedUser "P-Served-User" One,
    PUserDatabase "P-User-Database" One,
    PVisitedNetworkId "P-Visited-Network-ID" List,
    Path "Path" List,
    Priority "Priority" One,
    Privacy "Privacy" One,
    ProxyAuthenticate "Proxy-Authenticate" Many,
    ProxyAuthenticationInfo "Proxy-Authentication-Info" One,
    ProxyAuthorization "Proxy-Authorization" Many,
    ProxyRequire "Proxy-Require" List,
    RAck "RAck" One,
    Reason "Reason" List,
    RecordRoute "Record-Route" List,
    ReferSub "Refer-Sub" One,
    ReferTo "Refer-To" One "r",
    ReferredBy "Referred-By" One "b",
    RejectContact "Reject-Contact" List "j",
    Replaces "Replaces" One,
    ReplyTo "Reply-To" One,
    RequestDisposition "Request-Disposition" List "d",
    Require "Require" List,
    ResourcePriority "Resource-Priority" List,
    RetryAfter "Retry-After" One,
    Route "Route" List,
    RSeq "RSeq" One,
    SecurityClient "Security-Client" List,
    SecurityServer "Security-Server" List,
    SecurityVerify "Security-Verify" List,
    Server "Server" One,
    ServiceRoute "Service-Route" List,
    SessionExpires "Session-Expires" One "x",
    SipEtag "SIP-ETag" One,
    SipIfMatch "SIP-If-Match" One,
    Subject "Subject" One "s",
    SubscriptionState "Subscription-State" One,
    Supported "Supported" List "k",
    Timestamp "Timestamp" One,
    To "To" One "t",
    Unsupported "Unsupported" List,
    UserAgent "User-Agent" One,
    Via "Via" List "v",
    Warning "Warning" List,
    WwwAuthenticate "WWW-Authenticate" Many,
}

/// Slots of the table of names.
const SLOTS: usize = 512;
/// No name.
const NONE: u8 = u8::MAX;
const _: () = assert!(NAMES.len() < 128 && NAMES.len() + COMPACT.len() < NONE as usize);

/// The slot of a name: of its length, and of four letters whose case does not count. The factors are such that no two names share
/// one; whoever adds a name that does is told so by the compiler, and finds others.
const fn slot(name: &[u8]) -> usize {
    let length = name.len();
    let (first, middle) = (name[0] | 0x20, name[length / 2] | 0x20);
    let (last, third) = (name[length - 1] | 0x20, name[length * 3 / 4] | 0x20);
    let mixed = first as usize * 398 + middle as usize * 333 + last as usize * 198 + third as usize * 265;
    (mixed + length * 443) % SLOTS
}

/// The names, then the compact forms.
const fn known(index: usize) -> (Name, &'static str) {
    if index < NAMES.len() {
        NAMES[index]
    } else {
        COMPACT[index - NAMES.len()]
    }
}

/// What [`known`] name a slot has.
static TABLE: [u8; SLOTS] = {
    let mut table = [NONE; SLOTS];
    let mut index = 0;
    while index < NAMES.len() + COMPACT.len() {
        let at = slot(known(index).1.as_bytes());
        assert!(table[at] == NONE, "two names share a slot: find other factors");
        table[at] = index as u8;
        index += 1;
    }
    table
};

impl Name {
    /// The name `text` is, in its long or compact form; [`Name::Other`] if it is not known.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::of_octets(text.as_bytes())
    }

    /// [`Name::of`], of octets.
    #[inline]
    pub(crate) fn of_octets(text: &[u8]) -> Self {
        if text.is_empty() {
            return Self::Other;
        }
        let index = TABLE[slot(text)];
        if index == NONE {
            return Self::Other;
        }
        let (name, known) = known(usize::from(index));
        // Nearly everybody writes names as the specifications do.
        let same = known.as_bytes() == text || known.as_bytes().eq_ignore_ascii_case(text);
        if same { name } else { Self::Other }
    }

    /// Whether its lines hold values separated by commas.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(self.kind(), Kind::List)
    }

    /// Whether a message may have one of it only.
    #[must_use]
    pub const fn is_single(self) -> bool {
        matches!(self.kind(), Kind::One)
    }

    /// Its bit in a set of names.
    pub(crate) const fn bit(self) -> u128 {
        1 << (self as u8)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{COMPACT, NAMES, Name};

    #[test]
    fn every_name_is_found_in_any_case() {
        for (name, text) in NAMES.iter().chain(COMPACT) {
            assert_eq!(Name::of(text), *name);
            assert_eq!(Name::of(&text.to_uppercase()), *name);
            assert_eq!(Name::of(&text.to_lowercase()), *name);
        }
        for text in ["", "x-", "X-Unknown", "Vi", "Viaa", "z", "é"] {
            assert_eq!(Name::of(text), Name::Other, "{text}");
        }
        assert_eq!(NAMES.len(), Name::Other as usize);
    }
}
