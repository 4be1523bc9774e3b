//! What a dictionary file says: its lines as the parser gives them to whom makes a dictionary of them.

use std::fmt;

/// The data format of an AVP (RFC 6733 4.2, 4.3, 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AvpType {
    /// Any octets.
    OctetString,
    /// A signed number of 4 octets.
    Integer32,
    /// A signed number of 8 octets.
    Integer64,
    /// A number of 4 octets.
    Unsigned32,
    /// A number of 8 octets.
    Unsigned64,
    /// IEEE 754, 4 octets.
    Float32,
    /// IEEE 754, 8 octets.
    Float64,
    /// AVPs.
    Grouped,
    /// An address family (2 octets) and an address.
    Address,
    /// Seconds since 1900, 4 octets.
    Time,
    /// Text.
    Utf8String,
    /// A fully qualified domain name, or a realm.
    DiameterIdentity,
    /// An `aaa:` or `aaas:` URI.
    DiameterUri,
    /// A number of 4 octets with names.
    Enumerated,
    /// A packet filter, as text.
    IpFilterRule,
}

impl AvpType {
    /// The name in a dictionary file and in the specifications.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OctetString => "OctetString",
            Self::Integer32 => "Integer32",
            Self::Integer64 => "Integer64",
            Self::Unsigned32 => "Unsigned32",
            Self::Unsigned64 => "Unsigned64",
            Self::Float32 => "Float32",
            Self::Float64 => "Float64",
            Self::Grouped => "Grouped",
            Self::Address => "Address",
            Self::Time => "Time",
            Self::Utf8String => "UTF8String",
            Self::DiameterIdentity => "DiameterIdentity",
            Self::DiameterUri => "DiameterURI",
            Self::Enumerated => "Enumerated",
            Self::IpFilterRule => "IPFilterRule",
        }
    }

    /// The type a dictionary file names, also by the short names of other stacks' files (`DiamIdent`, `DiamURI`).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "OctetString" => Self::OctetString,
            "Integer32" => Self::Integer32,
            "Integer64" => Self::Integer64,
            "Unsigned32" => Self::Unsigned32,
            "Unsigned64" => Self::Unsigned64,
            "Float32" => Self::Float32,
            "Float64" => Self::Float64,
            "Grouped" => Self::Grouped,
            "Address" => Self::Address,
            "Time" => Self::Time,
            "UTF8String" => Self::Utf8String,
            "DiameterIdentity" | "DiamIdent" => Self::DiameterIdentity,
            "DiameterURI" | "DiamURI" => Self::DiameterUri,
            "Enumerated" => Self::Enumerated,
            "IPFilterRule" | "IPFiltrRule" | "QoSFilterRule" => Self::IpFilterRule,
            _ => return None,
        })
    }

    /// The fewest octets of data the type allows: what a zero-filled example of it has (RFC 6733 7.5).
    #[must_use]
    pub const fn minimum_octets(self) -> usize {
        match self {
            Self::OctetString | Self::Grouped | Self::Utf8String | Self::IpFilterRule => 0,
            Self::DiameterIdentity => 1,
            Self::Integer32 | Self::Unsigned32 | Self::Float32 | Self::Time | Self::Enumerated => 4,
            Self::Address => 6,
            Self::DiameterUri => 7,
            Self::Integer64 | Self::Unsigned64 | Self::Float64 => 8,
        }
    }
}

/// How people read the octets of an AVP whose type does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Show {
    /// As its type says.
    Plain,
    /// Digits, two an octet, low half first (TS 29.002 `TBCD-STRING`).
    Tbcd,
    /// MCC and MNC in three octets (TS 23.003 2.2, coded as TS 29.272 7.3.9).
    Plmn,
    /// Text in an OctetString.
    Text,
    /// A key or a response: shown only when asked for.
    Secret,
}

/// A line of `@avp_types`.
#[derive(Clone, Debug)]
pub(crate) struct AvpLine {
    /// AVP name.
    pub(crate) name: String,
    /// AVP code.
    pub(crate) code: u32,
    /// Vendor-ID, 0 for IETF.
    pub(crate) vendor_id: u32,
    /// Data format.
    pub(crate) kind: AvpType,
    /// Whether a sender sets M.
    pub(crate) mandatory: bool,
    /// How people read it.
    pub(crate) show: Show,
    /// Line in the file.
    pub(crate) line: usize,
}

/// How an AVP stands in a rule (RFC 6733 3.2).
#[derive(Clone, Debug)]
pub(crate) struct RuleLine {
    /// AVP name; `AVP` is any.
    pub(crate) name: String,
    /// The fewest that must be there.
    pub(crate) minimum: u32,
    /// The most that may be there; `u32::MAX` without a bound.
    pub(crate) maximum: u32,
    /// Line in the file.
    pub(crate) line: usize,
}

/// A command or a group with its rules.
#[derive(Clone, Debug)]
pub(crate) struct GrammarLine {
    /// Name, of a command with `-Request` or `-Answer`.
    pub(crate) name: String,
    /// Command or AVP code; `None` where the file says `code` (the answer-message of RFC 6733 7.2).
    pub(crate) code: Option<u32>,
    /// Whether the header has REQ.
    pub(crate) request: bool,
    /// Whether the header has PXY.
    pub(crate) proxiable: bool,
    /// The AVPs, in order.
    pub(crate) rules: Vec<RuleLine>,
    /// Line in the file.
    pub(crate) line: usize,
}

/// An `@enum` section.
#[derive(Clone, Debug)]
pub(crate) struct EnumLine {
    /// AVP name.
    pub(crate) name: String,
    /// Whether later releases add values, so that an unknown one is no error.
    pub(crate) open: bool,
    /// Names and values.
    pub(crate) values: Vec<(String, i32)>,
    /// Line in the file.
    pub(crate) line: usize,
}

/// One dictionary file.
#[derive(Clone, Debug, Default)]
pub(crate) struct DictionaryFile {
    /// Application-ID; 0 of the base protocol and of files with AVPs alone.
    pub(crate) id: u32,
    /// Name.
    pub(crate) name: String,
    /// The vendor's number and name.
    pub(crate) vendor: Option<(u32, String)>,
    /// Dictionaries whose AVPs the rules name.
    pub(crate) inherits: Vec<String>,
    /// AVPs.
    pub(crate) avps: Vec<AvpLine>,
    /// Commands.
    pub(crate) messages: Vec<GrammarLine>,
    /// Groups.
    pub(crate) groups: Vec<GrammarLine>,
    /// Enumerations.
    pub(crate) enums: Vec<EnumLine>,
}

/// What is wrong with a dictionary file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DictionaryError {
    /// The file's name as the caller gave it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What, why, and what is allowed.
    pub what: String,
}

impl fmt::Display for DictionaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for DictionaryError {}
