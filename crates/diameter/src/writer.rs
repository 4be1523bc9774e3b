//! Writing a message into a buffer, lengths filled in afterwards.

use crate::{AvpId, CommandFlags, Header, Message};
use quintet_wire::put;
use std::net::IpAddr;

/// Appends one message to a buffer. [`MessageWriter::finish`] completes it; without that the length field stays zero,
/// so whoever gives up must truncate the buffer to where it was.
#[derive(Debug)]
pub struct MessageWriter<'b> {
    out: &'b mut Vec<u8>,
    start: usize,
}

impl<'b> MessageWriter<'b> {
    /// Starts a message; `header.length` is ignored.
    pub fn new(out: &'b mut Vec<u8>, header: &Header) -> Self {
        let start = out.len();
        Header {
            length: 0,
            version: 1,
            ..*header
        }
        .encode(out);
        Self { out, start }
    }

    /// Starts the answer to `request`: R cleared, P kept, `error` sets E (RFC 6733 6.2).
    pub fn answer(out: &'b mut Vec<u8>, request: &Message<'_>, error: bool) -> Self {
        let proxiable = request.header().flags.0 & CommandFlags::PROXIABLE;
        let flags = proxiable | if error { CommandFlags::ERROR } else { 0 };
        Self::new(
            out,
            &Header {
                flags: CommandFlags(flags),
                ..*request.header()
            },
        )
    }

    /// An AVP with these data octets.
    pub fn octets(&mut self, id: AvpId, data: &[u8]) {
        let at = self.open(id);
        self.out.extend_from_slice(data);
        self.close(at);
    }

    /// A UTF8String, DiameterIdentity or DiameterURI.
    pub fn text(&mut self, id: AvpId, text: &str) {
        self.octets(id, text.as_bytes());
    }

    /// An Unsigned32 or Enumerated.
    pub fn u32(&mut self, id: AvpId, value: u32) {
        self.octets(id, &value.to_be_bytes());
    }

    /// An Unsigned64.
    pub fn u64(&mut self, id: AvpId, value: u64) {
        self.octets(id, &value.to_be_bytes());
    }

    /// An Address (RFC 6733 4.3.1).
    pub fn address(&mut self, id: AvpId, address: IpAddr) {
        let at = self.open(id);
        match address {
            IpAddr::V4(a) => {
                put::u16(self.out, 1);
                self.out.extend_from_slice(&a.octets());
            }
            IpAddr::V6(a) => {
                put::u16(self.out, 2);
                self.out.extend_from_slice(&a.octets());
            }
        }
        self.close(at);
    }

    /// A Grouped AVP whose content `inner` writes.
    pub fn group(&mut self, id: AvpId, inner: impl FnOnce(&mut Self)) {
        let at = self.open(id);
        inner(self);
        self.close(at);
    }

    /// An AVP whose data `inner` appends to the buffer.
    pub fn with(&mut self, id: AvpId, inner: impl FnOnce(&mut Vec<u8>)) {
        let at = self.open(id);
        inner(self.out);
        self.close(at);
    }

    /// A copy of a whole AVP (header and data, without padding), as [`crate::Avp::raw`] gives it.
    pub fn raw(&mut self, avp: &[u8]) {
        self.out.extend_from_slice(avp);
        self.pad(avp.len());
    }

    /// Fills in the message length and answers the octets of this message.
    pub fn finish(self) -> &'b mut [u8] {
        let length = (self.out.len() - self.start) as u32;
        let message = &mut self.out[self.start..];
        message[1..4].copy_from_slice(&length.to_be_bytes()[1..]);
        message
    }

    /// Whole AVPs, padded, as another message has them.
    pub(crate) fn append(&mut self, avps: &[u8]) {
        self.out.extend_from_slice(avps);
    }

    /// Octets of this message so far.
    pub(crate) fn len(&self) -> usize {
        self.out.len() - self.start
    }

    /// As [`MessageWriter::finish`], for whoever cannot give the writer away.
    pub(crate) fn seal(&mut self) -> &mut [u8] {
        let length = (self.out.len() - self.start) as u32;
        let message = &mut self.out[self.start..];
        message[1..4].copy_from_slice(&length.to_be_bytes()[1..]);
        message
    }

    /// Takes everything back that was written.
    pub(crate) fn abandon(&mut self) {
        self.out.truncate(self.start);
    }

    /// Starts again after [`MessageWriter::abandon`].
    pub(crate) fn restart(&mut self, header: &Header) {
        Header {
            length: 0,
            version: 1,
            ..*header
        }
        .encode(self.out);
    }

    /// Writes an AVP header with length zero and answers where it stands.
    fn open(&mut self, id: AvpId) -> usize {
        let at = self.out.len();
        put::u32(self.out, id.code);
        put::u32(self.out, u32::from(id.flags.0) << 24);
        if id.flags.vendor() {
            put::u32(self.out, id.vendor_id);
        }
        at
    }

    fn close(&mut self, at: usize) {
        let length = self.out.len() - at;
        self.out[at + 5..at + 8].copy_from_slice(&(length as u32).to_be_bytes()[1..]);
        self.pad(length);
    }

    fn pad(&mut self, length: usize) {
        let padding = (4 - length % 4) % 4;
        self.out.extend_from_slice(&[0; 3][..padding]);
    }
}
