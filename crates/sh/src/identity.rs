//! User-Identity (TS 29.329 6.3.1, TS 29.328 7.1).

use quintet_cx::{Fault, read};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, MessageWriter};
use quintet_identity::Msisdn;

/// Whom a request is about. One without any is read: it is not served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserIdentity {
    /// Public-Identity: a user's or a service's.
    pub public_identity: Option<String>,
    /// MSISDN.
    pub msisdn: Option<Msisdn>,
}

impl UserIdentity {
    /// Of a public identity.
    #[must_use]
    pub fn public(identity: impl Into<String>) -> Self {
        Self {
            public_identity: Some(identity.into()),
            msisdn: None,
        }
    }

    /// Of a number.
    #[must_use]
    pub const fn number(msisdn: Msisdn) -> Self {
        Self {
            public_identity: None,
            msisdn: Some(msisdn),
        }
    }

    pub(crate) fn read(avp: &Avp<'_>) -> Result<Self, Fault> {
        let mut identity = Self::default();
        read::group(avp, |inner| {
            if inner.is(avp::PUBLIC_IDENTITY) {
                identity.public_identity = Some(read::text(inner)?);
            } else if inner.is(avp::MSISDN) {
                identity.msisdn = Some(read::number(inner)?);
            }
            Ok(())
        })?;
        Ok(identity)
    }

    pub(crate) fn write(&self, w: &mut MessageWriter<'_>) {
        w.group(avp::USER_IDENTITY, |w| {
            read::put_text(w, avp::PUBLIC_IDENTITY, self.public_identity.as_ref());
            read::put_number(w, avp::MSISDN, self.msisdn);
        });
    }
}
