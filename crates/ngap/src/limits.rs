//! Bounds on what is read, each with its reason.

/// Largest PDU, octets. The largest content of an NGAP message is a UE radio capability or a transparent container;
/// segmented RRC capabilities end near 144 kB (TS 38.331 5.7.7: 16 segments of 9,000 octets).
pub const MAX_PDU_OCTETS: usize = 256 << 10;

/// Most IEs a message may have. The longest object set of Release 19 has 51 IEs; the rest is room for later releases.
pub const MAX_IES: usize = 128;

/// Largest AMF UE NGAP ID (TS 38.413 9.3.3.1): 40 bits.
pub const MAX_AMF_UE_NGAP_ID: u64 = (1 << 40) - 1;

/// Most PDU sessions of a UE in one message (TS 38.413 9.4.7 maxnoofPDUSessions).
pub const MAX_PDU_SESSIONS: usize = 256;

/// Most slices of a UE's Allowed NSSAI (TS 38.413 9.4.7 maxnoofAllowedS-NSSAIs).
pub const MAX_ALLOWED_S_NSSAIS: usize = 8;

/// Most slices a node supports in a tracking area or PLMN (TS 38.413 9.4.7 maxnoofSliceItems).
pub const MAX_SLICE_ITEMS: usize = 1024;

/// Most tracking areas of a node (TS 38.413 9.4.7 maxnoofTACs).
pub const MAX_TACS: usize = 256;

/// Most PLMNs of a node or an AMF (TS 38.413 9.4.7 maxnoofBPLMNs, maxnoofPLMNs).
pub const MAX_PLMNS: usize = 12;

/// Most GUAMIs of an AMF (TS 38.413 9.4.7 maxnoofServedGUAMIs).
pub const MAX_SERVED_GUAMIS: usize = 256;

/// Most tracking areas of a PAGING (TS 38.413 9.4.7 maxnoofTAIforPaging).
pub const MAX_TAIS_FOR_PAGING: usize = 16;

/// Most UE connections of a partial NG RESET (TS 38.413 9.4.7 maxnoofNGConnectionsToReset).
pub const MAX_NG_CONNECTIONS_TO_RESET: usize = 65_536;

/// Most QoS flows of a PDU session (TS 38.413 9.4.7 maxnoofQosFlows).
pub const MAX_QOS_FLOWS: usize = 64;

pub use quintet_ap::MAX_ERRORS;
