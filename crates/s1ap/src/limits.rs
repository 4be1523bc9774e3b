//! Bounds on what is read, each with its reason.

/// Largest PDU, octets. The largest content of an S1AP message is a UE radio capability or a transparent container;
/// segmented RRC capabilities end near 144 kB (TS 36.331 5.6.22: 16 segments of 9,000 octets).
pub const MAX_PDU_OCTETS: usize = 256 << 10;

/// Most IEs a message may have. The longest object set of Release 19 has 39 IEs; the rest is room for later releases.
pub const MAX_IES: usize = 128;

/// Most E-RABs of a UE (TS 36.413 9.4.6 maxnoofE-RABs).
pub const MAX_ERABS: usize = 256;

/// Largest E-RAB ID (TS 36.413 9.2.1.2): the extension of its range has no use in any release.
pub const MAX_ERAB_ID: u8 = 15;

/// Most TACs of an eNB (TS 36.413 9.4.6 maxnoofTACs).
pub const MAX_TACS: usize = 256;

/// Most tracking areas of a PAGING (TS 36.413 9.4.6 maxnoofTAIs).
pub const MAX_TAIS: usize = 256;

/// Most UE connections of a partial RESET (TS 36.413 9.4.6 maxnoofIndividualS1ConnectionsToReset).
pub const MAX_INDIVIDUAL_CONNECTIONS_TO_RESET: usize = 256;

pub use quintet_ap::MAX_ERRORS;
