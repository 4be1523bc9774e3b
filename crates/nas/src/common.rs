//! What NAS protocols share (TS 24.007 11.2): header octets, element formats, message tables, soft errors.
//!
//! A message is a table of rows ([`Row`]: name, IEI, format, length). The `message!` macro turns the table into a
//! struct; everything that decides something is in [`Decoder`], [`Encoder`] and the [`Element`] types.

mod decoder;
mod element;
mod encoder;
mod error;
mod header;
mod message;
mod messages;
mod octets;
mod row;
mod unrecognised;

pub use decoder::{Decoder, Found};
pub use element::Element;
pub(crate) use element::{half_octet, octet};
pub(crate) use element::{hex, wrong_length};
pub use encoder::{Describer, Encoder, Walk};
pub use error::{Decoded, MAX_SOFT_ERRORS, NasDecodeError, SoftError, SoftErrorKind, SoftErrors};
pub use header::{ExtendedProtocolDiscriminator, ProtocolDiscriminator, SecurityHeaderType};
pub(crate) use message::{default_of, message, row};
pub(crate) use messages::{Way, messages};
pub(crate) use octets::{fixed, octets};
pub use row::{Format, MAX_ELEMENT_OCTETS, MAX_OPTIONAL_ROWS, Row};
pub use unrecognised::{MAX_UNRECOGNISED, Unrecognised, UnrecognisedElement};
