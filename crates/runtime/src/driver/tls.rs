//! TLS that did not come about, with whomever.

use super::Driver;
use crate::Application;
use crate::complaints::{ApplicationProtocol, Failure};
use std::io;
use std::net::SocketAddr;

impl<A: Application + 'static> Driver<A> {
    /// TLS with a peer failed. That is counted; what a certificate, an authority or a version is the reason of is a warning, for
    /// who configured it looks there first, but not each time.
    pub(crate) fn tls_failed(
        &self,
        remote: SocketAddr,
        error: &io::Error,
        protocol: ApplicationProtocol,
        what: &'static str,
    ) {
        let now = self.shared.clock.moment().now;
        let complaints = &mut self.shared.engine.borrow_mut().complaints;
        complaints.count(protocol);
        if error.kind() != io::ErrorKind::InvalidData {
            tracing::debug!(%remote, %error, "{what}");
        } else if let Some(line) = complaints.note(now, Failure::new(remote.ip(), protocol, error)) {
            let (left_out, of_others) = (line.left_out, line.left_out_of_others);
            tracing::warn!(%remote, %error, left_out, left_out_of_others = of_others, "{what}");
        }
    }

    /// The same, of which somebody else speaks.
    pub(crate) fn count_tls_failure(&self, protocol: ApplicationProtocol) {
        self.shared.engine.borrow_mut().complaints.count(protocol);
    }

    /// This is spoken over TLS from now on.
    pub(crate) fn expect_tls(&self, protocol: ApplicationProtocol) {
        self.shared.engine.borrow_mut().complaints.expect(protocol);
    }

    /// How often TLS failed, of what is spoken over it.
    pub(crate) fn tls_failures(&self) -> Vec<(ApplicationProtocol, u64)> {
        self.shared.engine.borrow().complaints.counted().collect()
    }
}
