//! Who a UE is in the IMS: what its ISIM says, or what follows from its USIM (TS 23.003 13, TS 33.203 8).

use quintet_identity::{IdentityError, Impi, Impu, Imsi, Plmn};

/// Private and public identities and the home network's domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// IMPI.
    pub impi: Impi,
    /// The IMPU that is registered; others follow it by their implicit registration set.
    pub impu: Impu,
    /// Home network domain name (TS 23.003 13.2).
    pub home_domain: String,
    /// `+sip.instance` of its contact, an URN (TS 23.003 13.8), if it has one.
    pub instance: Option<String>,
}

impl Identity {
    /// What follows from an IMSI where there is no ISIM: the domain (TS 23.003 13.2), the IMPI (13.3), the temporary IMPU
    /// (13.4B).
    ///
    /// # Errors
    /// None in practice, as [`Impi::of_imsi`].
    pub fn derived(imsi: Imsi, home: Plmn) -> Result<Self, IdentityError> {
        Ok(Self {
            impi: Impi::of_imsi(imsi, home)?,
            impu: Impu::of_imsi(imsi, home)?,
            home_domain: home.ims_domain(),
            instance: None,
        })
    }

    /// The registrar's URI.
    #[must_use]
    pub fn registrar(&self) -> String {
        format!("sip:{}", self.home_domain)
    }
}
