//! Initial NAS messages (TS 24.501 4.4.6): what of them is sent in the clear, and the ciphered container of the rest.
//!
//! ```text
//!   no context            cleartext elements                            ─► the whole message in the SECURITY MODE COMPLETE
//!   context               7e 01 MAC SQN │ cleartext elements │ 71 NAS message container (ciphered): the whole message
//!   context, nothing else 7e 01 MAC SQN │ the whole message, which is cleartext elements
//! ```
//!
//! The container of a CONTROL PLANE SERVICE REQUEST holds the elements after its service type alone (9.11.3.33), and its
//! CIoT small data container is ciphered in its place when there is nothing else to hide.

use crate::common::NasDecodeError;
use crate::fgs::{
    ControlPlaneServiceRequest, DeregistrationRequestFromUe, FgmmMessage, NasMessageContainer,
    RegistrationRequest, ServiceRequest,
};
use crate::security::context::{NasSecurityContext, ProtectError};
use crate::security::count::NasCount;
use crate::security::header::Protection;
use crate::security::verified::Verified;

/// Octets of a CONTROL PLANE SERVICE REQUEST that its container leaves out: header, message type, service type and ngKSI.
const CONTROL_PLANE_CLEARTEXT: usize = 4;

/// Octets of IEI and length of a CIoT small data container.
const SMALL_DATA_HEAD: usize = 2;

/// Why an initial message cannot be opened although its MAC held.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// What is outside of the container cannot be read.
    #[error(transparent)]
    Outer(#[from] NasDecodeError),
    /// What is in the container is not the message around it: it was not deciphered to what was sent.
    #[error("the NAS message container does not hold the message around it")]
    Container,
}

/// The message with its cleartext elements alone; `None` for one that is no initial message.
#[must_use]
pub fn cleartext<'a>(message: &FgmmMessage<'a>) -> Option<FgmmMessage<'a>> {
    Some(match message {
        FgmmMessage::RegistrationRequest(m) => RegistrationRequest {
            ue_security_capability: m.ue_security_capability,
            additional_guti: m.additional_guti.clone(),
            ue_status: m.ue_status,
            eps_nas_message_container: m.eps_nas_message_container,
            nid: m.nid,
            ue_determined_plmn_with_disaster_condition: m.ue_determined_plmn_with_disaster_condition.clone(),
            ..RegistrationRequest::new(m.registration_type, m.ng_ksi, m.mobile_identity.clone())
        }
        .into(),
        FgmmMessage::DeregistrationRequestFromUe(m) => {
            DeregistrationRequestFromUe::new(m.deregistration_type, m.ng_ksi, m.mobile_identity.clone())
                .into()
        }
        FgmmMessage::ServiceRequest(m) => {
            ServiceRequest::new(m.ng_ksi, m.service_type, m.s_tmsi.clone()).into()
        }
        FgmmMessage::ControlPlaneServiceRequest(m) => {
            ControlPlaneServiceRequest::new(m.control_plane_service_type, m.ng_ksi).into()
        }
        _ => return None,
    })
}

/// The NAS message container of an initial message.
const fn container<'m, 'a>(message: &'m FgmmMessage<'a>) -> Option<&'m NasMessageContainer<'a>> {
    match message {
        FgmmMessage::RegistrationRequest(m) => m.nas_message_container.as_ref(),
        FgmmMessage::DeregistrationRequestFromUe(m) => m.nas_message_container.as_ref(),
        FgmmMessage::ServiceRequest(m) => m.nas_message_container.as_ref(),
        FgmmMessage::ControlPlaneServiceRequest(m) => m.nas_message_container.as_ref(),
        _ => None,
    }
}

/// The message with this container or none.
fn with_container<'a>(
    mut message: FgmmMessage<'a>,
    container: Option<NasMessageContainer<'a>>,
) -> FgmmMessage<'a> {
    match &mut message {
        FgmmMessage::RegistrationRequest(m) => m.nas_message_container = container,
        FgmmMessage::DeregistrationRequestFromUe(m) => m.nas_message_container = container,
        FgmmMessage::ServiceRequest(m) => m.nas_message_container = container,
        FgmmMessage::ControlPlaneServiceRequest(m) => m.nas_message_container = container,
        _ => {}
    }
    message
}

/// Whether all there is to cipher is the CIoT small data container.
fn is_small_data(message: &FgmmMessage<'_>) -> bool {
    let FgmmMessage::ControlPlaneServiceRequest(m) = message else {
        return false;
    };
    m.ciot_small_data_container.is_some()
        && *m
            == ControlPlaneServiceRequest {
                ciot_small_data_container: m.ciot_small_data_container,
                ..ControlPlaneServiceRequest::new(m.control_plane_service_type, m.ng_ksi)
            }
}

impl NasSecurityContext {
    /// Protects the initial message `message`, given whole and without a container, appends it to `out`, and answers the
    /// COUNT it used: cleartext elements and a ciphered container with the whole message, or the message itself where it has
    /// nothing to hide. Any other message is integrity protected and ciphered as a whole.
    ///
    /// # Errors
    /// [`ProtectError`]; then `out` and the context are as they were.
    pub fn protect_initial(
        &mut self,
        message: &FgmmMessage<'_>,
        out: &mut Vec<u8>,
    ) -> Result<NasCount, ProtectError> {
        let whole = with_container(message.clone(), None);
        let mut octets = whole.to_octets();
        let Some(clear) = cleartext(&whole) else {
            return self.protect(Protection::Ciphered, &octets, out);
        };
        let count = self.counts().next_sent.ok_or(ProtectError::CountExhausted)?;
        let input = self.input(count, self.role().sends());
        if clear == whole {
            return self.protect(Protection::Integrity, &octets, out);
        }
        if is_small_data(&whole) {
            let value = octets
                .get_mut(CONTROL_PLANE_CLEARTEXT + SMALL_DATA_HEAD..)
                .unwrap_or_default();
            self.apply_cipher(input, value);
            return self.protect(Protection::Integrity, &octets, out);
        }
        if matches!(whole, FgmmMessage::ControlPlaneServiceRequest(_)) {
            octets.drain(..CONTROL_PLANE_CLEARTEXT);
        }
        self.apply_cipher(input, &mut octets);
        let outer = with_container(clear, Some(NasMessageContainer(&octets)));
        self.protect(Protection::Integrity, &outer.to_octets(), out)
    }

    /// Deciphers the value of a NAS message container or CIoT small data container that came in a message with `count`.
    pub fn decipher_container(&self, count: NasCount, value: &mut [u8]) {
        self.apply_cipher(self.input(count, self.role().receives()), value);
    }

    /// The whole message of an initial message whose MAC held: that of its container, or itself when it has none. `out` is
    /// cleared and holds it then. Messages that are not initial ones come through as they are.
    ///
    /// # Errors
    /// [`OpenError`]: its cleartext elements are all that is known of it, and the AMF asks for it again in the SECURITY MODE
    /// COMMAND (TS 24.501 4.4.6, 5.4.2.2).
    pub fn open_initial<'o>(
        &self,
        verified: Verified<&[u8]>,
        out: &'o mut Vec<u8>,
    ) -> Result<Verified<&'o [u8]>, OpenError> {
        let count = verified.count();
        // Under a ciphered header the container was deciphered with the message around it.
        let ciphered = !verified.protection().is_ciphered();
        verified.try_map(|outer| {
            out.clear();
            let decoded = FgmmMessage::decode_uplink(outer)?.message;
            if let Some(container) = container(&decoded) {
                out.extend_from_slice(container.0);
                if ciphered {
                    self.decipher_container(count, out);
                }
                complete(outer, &decoded, out)?;
            } else {
                out.extend_from_slice(outer);
                if ciphered && is_small_data(&decoded) {
                    let value = out.get_mut(CONTROL_PLANE_CLEARTEXT + SMALL_DATA_HEAD..);
                    self.decipher_container(count, value.unwrap_or_default());
                }
            }
            Ok(out.as_slice())
        })
    }
}

/// Makes the whole message of what a container held, and checks that it is the one around it.
fn complete(outer: &[u8], decoded: &FgmmMessage<'_>, inner: &mut Vec<u8>) -> Result<(), OpenError> {
    let begins_like_a_message = inner.first() == outer.first() && inner.get(1) == Some(&0);
    if matches!(decoded, FgmmMessage::ControlPlaneServiceRequest(_)) && !begins_like_a_message {
        inner.splice(..0, outer.iter().take(CONTROL_PLANE_CLEARTEXT).copied());
    }
    match FgmmMessage::decode_uplink(inner) {
        Ok(whole) if whole.message.message_type() == decoded.message_type() => Ok(()),
        _ => Err(OpenError::Container),
    }
}
