//! User-Identifier (TS 29.336 6.4.2), as S6c uses it.

use quintet_cx::{Fault, read};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, MessageWriter};
use quintet_identity::{Imsi, Msisdn};

/// Whom a message is about. An External-Identifier is skipped: it is known to nobody here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UserIdentifier {
    /// User-Name.
    pub imsi: Option<Imsi>,
    /// MSISDN.
    pub msisdn: Option<Msisdn>,
}

impl UserIdentifier {
    /// A number.
    #[must_use]
    pub const fn number(msisdn: Msisdn) -> Self {
        Self {
            imsi: None,
            msisdn: Some(msisdn),
        }
    }

    /// Whether it names anybody.
    #[must_use]
    pub const fn names_somebody(&self) -> bool {
        self.imsi.is_some() || self.msisdn.is_some()
    }

    pub(super) fn read(group: &Avp<'_>) -> Result<Self, Fault> {
        let mut user = Self::default();
        read::group(group, |inner| {
            if inner.is(avp::USER_NAME) {
                user.imsi = Some(read::imsi(inner)?);
            } else if inner.is(avp::MSISDN) {
                user.msisdn = Some(read::number(inner)?);
            }
            Ok(())
        })?;
        Ok(user)
    }

    pub(super) fn write(self, w: &mut MessageWriter<'_>) {
        w.group(avp::USER_IDENTIFIER, |w| {
            if let Some(imsi) = self.imsi {
                read::put_imsi(w, imsi);
            }
            read::put_number(w, avp::MSISDN, self.msisdn);
        });
    }
}
