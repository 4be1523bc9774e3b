//! EMM INFORMATION (TS 24.301 5.4.5, 8.2.13): the network's name, for the display.

use super::Session;
use super::session::Environment;
use quintet_nas::eps::{EmmInformation, NetworkName};

/// The longest name that is sent, in UTF-16 units: displays show about twenty, and an element of 255 octets holds 126.
const MAX_NETWORK_NAME: usize = 64;

/// First octet of a network name in UCS2, without the country's initials and without spare bits (TS 24.008 10.5.3.5a).
const UCS2: u8 = 0x90;

impl Session {
    /// Tells the network's name, if it has one. The connection is secure.
    pub(super) fn inform(&mut self, env: &mut Environment<'_>) {
        let Some(name) = env.policy.network_name.as_deref().filter(|name| !name.is_empty()) else {
            return;
        };
        let octets = coded(name);
        let mut message = EmmInformation::new();
        message.full_name_for_network = Some(NetworkName(&octets));
        message.short_name_for_network = Some(NetworkName(&octets));
        self.send(env, &message.into());
    }
}

/// A name in UCS2; what has no place in UCS2 becomes a question mark.
fn coded(name: &str) -> Vec<u8> {
    let units = name
        .chars()
        .map(|c| u16::try_from(u32::from(c)).unwrap_or(u16::from(b'?')));
    std::iter::once(UCS2)
        .chain(units.take(MAX_NETWORK_NAME).flat_map(u16::to_be_bytes))
        .collect()
}
