//! When certificates end (RFC 5280 4.1.2.5).

use rustls::pki_types::{CertificateDer, UnixTime};
use std::time::Duration;
use webpki::{EndEntityCert, Error, KeyUsage};

/// When the first of a certificate and its chain ends, since 1970. None if it cannot be read: it is no X.509 of version 3.
pub(crate) fn first_end(chain: &[CertificateDer<'_>]) -> Option<Duration> {
    chain.iter().filter_map(end).min()
}

/// webpki tells who asks at the end of time when a certificate ended, and does so before it looks for an issuer: no second reader
/// of dates is needed.
fn end(certificate: &CertificateDer<'_>) -> Option<Duration> {
    let read = EndEntityCert::try_from(certificate).ok()?;
    let end_of_time = UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX));
    match read.verify_for_usage(&[], &[], &[], end_of_time, KeyUsage::server_auth(), None, None) {
        Err(Error::CertExpired { not_after, .. }) => Some(Duration::from_secs(not_after.as_secs())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::read_certificates;

    const NODE: &[u8] = include_bytes!("../tests/sctp/certificates/hss.pem");
    const AUTHORITY: &[u8] = include_bytes!("../tests/sbi/certificates/authority.pem");

    #[test]
    fn a_chain_ends_with_the_first_of_its_certificates() {
        let node = read_certificates(NODE).unwrap();
        let authority = read_certificates(AUTHORITY).unwrap();
        // As `openssl x509 -enddate` has them: Oct 29 10:12:24 2126 GMT, Oct 28 20:06:59 2126 GMT.
        let ends = [4_948_942_344, 4_948_891_619].map(Duration::from_secs);
        assert_eq!(first_end(&node), Some(ends[0]));
        assert_eq!(first_end(&authority), Some(ends[1]), "an authority's as well");
        let chain = [&node[..], &authority[..]].concat();
        assert_eq!(first_end(&chain), Some(ends[1]));
        assert_eq!(first_end(&[]), None);
        assert_eq!(first_end(&[CertificateDer::from(&b"none"[..])]), None);
    }
}
