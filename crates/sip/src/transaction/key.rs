//! What a message is matched to its transaction by (RFC 3261 17.1.3, 17.2.3).

use crate::{Message, Method, ParseError, Via};

/// Builds keys in one buffer, since most only look something up.
#[derive(Debug, Default)]
pub(super) struct Keys(Vec<u8>);

impl Keys {
    /// Of a response, and of the request it answers: branch and method of CSeq.
    pub(super) fn client(&mut self, via: &Via<'_>, method: Method<'_>) -> Result<&[u8], ParseError> {
        let branch = via.branch().ok_or(ParseError::missing(crate::Name::Via))?;
        self.0.clear();
        self.0.extend_from_slice(branch.as_bytes());
        self.piece(method.as_str());
        Ok(&self.0)
    }

    /// Of a received request, as `method` (ACK and CANCEL look for their INVITE): branch and sent-by; for a sender of RFC 2543,
    /// whose branches are not unique, whatever else must agree. Its To tag is left out: ACK has one that INVITE had not.
    pub(super) fn server(
        &mut self,
        request: &Message<'_>,
        via: &Via<'_>,
        method: &str,
    ) -> Result<&[u8], ParseError> {
        self.0.clear();
        if let Some(branch) = via.unique_branch() {
            self.0.extend_from_slice(branch.as_bytes());
            self.piece(via.host);
            self.0.extend_from_slice(&via.port_or_default().to_be_bytes());
            self.piece(method);
            return Ok(&self.0);
        }
        let cseq = request.cseq()?;
        self.0.push(0);
        self.0.extend_from_slice(via.as_str().as_bytes());
        self.piece(request.request_uri()?.as_str());
        self.piece(request.from()?.tag().unwrap_or_default());
        self.piece(request.call_id()?);
        self.0.extend_from_slice(&cseq.number.to_be_bytes());
        self.piece(method);
        Ok(&self.0)
    }

    /// A piece that cannot run into its neighbours: a NUL is in no header.
    fn piece(&mut self, text: &str) {
        self.0.push(0);
        self.0.extend_from_slice(text.as_bytes());
    }
}
