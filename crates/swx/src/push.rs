//! Push-Profile (TS 29.273 8.1.2.3, 8.2.2.2): the profile changed.

use crate::SWX;
use quintet_cx::{Fault, FeatureList, Outcome, flags, read, write_application};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Message, MessageWriter};
use quintet_identity::Imsi;

flags! {
    /// PPR-Flags (TS 29.273 8.2.3.17).
    PprFlags {
        /// Reset-Indication: the HSS restarted, and wants back what the AAA server knows.
        RESET_INDICATION = 0,
        /// Access-Network-Info-Request.
        ACCESS_NETWORK_INFO_REQUEST = 1,
        /// UE-Local-Time-Zone-Request.
        UE_LOCAL_TIME_ZONE_REQUEST = 2,
        /// P-CSCF Restoration Request.
        P_CSCF_RESTORATION_REQUEST = 3,
    }
}

/// Push-Profile-Request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ppr {
    /// User-Name.
    pub imsi: Imsi,
    /// Non-3GPP-User-Data: the AVPs of the group, for [`crate::UserData::read`].
    pub user_data: Option<Vec<u8>>,
    /// PPR-Flags.
    pub flags: PprFlags,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Ppr {
    /// Command Code.
    pub const COMMAND: u32 = command::PUSH_PROFILE;

    /// A push to a user, of nothing yet.
    #[must_use]
    pub fn new(imsi: Imsi) -> Self {
        Self {
            imsi,
            user_data: None,
            flags: PprFlags::default(),
            features: Vec::new(),
        }
    }

    /// Reads the request; Non-3GPP-User-Data stay octets.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let (mut imsi, mut user_data, mut flags) = (None, None, PprFlags::default());
        let mut features = Vec::new();
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                imsi = Some(read::imsi(&found)?);
            } else if found.is(avp::NON_3GPP_USER_DATA) {
                user_data = Some(found.data.to_vec());
            } else if found.is(avp::PPR_FLAGS) {
                flags = PprFlags(read::u32(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut features, &found)?;
            }
        }
        Ok(Self {
            imsi: read::need(imsi, avp::USER_NAME, "User-Name is missing")?,
            user_data,
            flags,
            features,
        })
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SWX);
        read::put_imsi(w, self.imsi);
        read::put_octets(w, avp::NON_3GPP_USER_DATA, self.user_data.as_ref());
        if self.flags != PprFlags::default() {
            w.u32(avp::PPR_FLAGS, self.flags.0);
        }
        FeatureList::write_all(w, &self.features);
    }
}

/// Push-Profile-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ppa {
    /// The result.
    pub outcome: Outcome,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Ppa {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            features: Vec::new(),
        }
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be used.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let mut answer = Self::new(Outcome::of(message));
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut answer.features, &found)?;
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SWX);
        FeatureList::write_all(w, &self.features);
    }
}
