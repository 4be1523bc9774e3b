//! Netlink messages of XFRM (`linux/xfrm.h`), as octets: all integers in the machine's order unless said otherwise.

use super::record::PolicyRecord;
use quintet_esp::{Direction, Encryption, EspKeys, Integrity, SaParameters};
use std::net::IpAddr;
use std::time::Duration;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Message types.
const NEWSA: u16 = 0x10;
const DELSA: u16 = 0x11;
const GETSA: u16 = 0x12;
const DELPOLICY: u16 = 0x14;
const GETPOLICY: u16 = 0x15;
const UPDPOLICY: u16 = 0x19;
const UPDSA: u16 = 0x1a;

/// Flags of `nlmsghdr`.
const REQUEST: u16 = 1;
const ACK: u16 = 4;
const EXCL: u16 = 0x200;
const DUMP: u16 = 0x300;
const CREATE: u16 = 0x400;

/// Attributes.
pub(super) const ALG_CRYPT: u16 = 2;
pub(super) const TMPL: u16 = 5;
pub(super) const ALG_AEAD: u16 = 18;
pub(super) const ALG_AUTH_TRUNC: u16 = 20;
pub(super) const REPLAY_ESN_VAL: u16 = 23;

/// Protocol number of ESP.
const ESP: u8 = 50;

/// The priority of our policies, by which they are known as ours: high, for small numbers are.
pub(super) const PRIORITY: u32 = 0x5151;

/// Numbers in the anti-replay window: RFC 4303's 64.
const WINDOW: u32 = 64;

/// Octets of an algorithm's name.
const NAME: usize = 64;

/// `nlmsghdr`.
const HEADER: usize = 16;

/// `XFRM_POLICY_IN` and `_OUT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PolicyDirection {
    In = 0,
    Out = 1,
}

/// A netlink message; zeroised, for it may hold keys.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Message(Vec<u8>);

/// An attribute with an algorithm in it.
pub(super) struct Algorithm {
    attribute: u16,
    name: &'static str,
    /// Truncation of an HMAC, ICV of an AEAD, in bits.
    bits: Option<u32>,
    key: Vec<u8>,
}

impl Drop for Algorithm {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// The kernel's names.
pub(super) fn algorithms(keys: &EspKeys) -> Vec<Algorithm> {
    let suite = keys.suite();
    let algorithm = |attribute, name, bits, key: &[u8]| Algorithm {
        attribute,
        name,
        bits,
        key: key.to_vec(),
    };
    let (integrity, encryption) = (keys.expose_integrity(), keys.expose_encryption());
    let hmac = match suite.integrity() {
        Integrity::HmacMd5_96 => "hmac(md5)",
        Integrity::HmacSha1_96 => "hmac(sha1)",
        Integrity::AesGmac => return vec![algorithm(ALG_AEAD, "rfc4543(gcm(aes))", Some(128), integrity)],
        Integrity::Null => return vec![algorithm(ALG_AEAD, "rfc4106(gcm(aes))", Some(128), encryption)],
    };
    let cipher = match suite.encryption() {
        Encryption::Null | Encryption::AesGcm => "ecb(cipher_null)",
        Encryption::AesCbc => "cbc(aes)",
        Encryption::DesEde3Cbc => "cbc(des3_ede)",
    };
    vec![
        algorithm(ALG_AUTH_TRUNC, hmac, Some(96), integrity),
        algorithm(ALG_CRYPT, cipher, None, encryption),
    ]
}

/// Whole seconds, at least one.
pub(super) fn hard_limit(lifetime: Duration) -> u64 {
    lifetime.as_secs().max(1)
}

impl Message {
    fn new(kind: u16, flags: u16) -> Self {
        let mut message = Self(vec![0; HEADER]);
        message.0[4..6].copy_from_slice(&kind.to_ne_bytes());
        message.0[6..8].copy_from_slice(&(REQUEST | flags).to_ne_bytes());
        message
    }

    /// The octets, with length and number filled in.
    pub(super) fn finish(&mut self, sequence: u32) -> &[u8] {
        let length = self.0.len() as u32;
        self.0[..4].copy_from_slice(&length.to_ne_bytes());
        self.0[8..12].copy_from_slice(&sequence.to_ne_bytes());
        &self.0
    }

    /// Asked to end its answer with an acknowledgement.
    pub(super) fn with_acknowledgement(mut self) -> Self {
        self.0[6..8].copy_from_slice(&(REQUEST | ACK).to_ne_bytes());
        self
    }

    pub(super) fn new_state(
        parameters: &SaParameters,
        reqid: u32,
        limit: u64,
        algorithms: &[Algorithm],
    ) -> Self {
        Self::new(NEWSA, ACK | CREATE | EXCL).state(parameters, reqid, limit, algorithms)
    }

    pub(super) fn update_state(
        parameters: &SaParameters,
        reqid: u32,
        limit: u64,
        algorithms: &[Algorithm],
    ) -> Self {
        Self::new(UPDSA, ACK).state(parameters, reqid, limit, algorithms)
    }

    /// `xfrm_usersa_info` with its attributes.
    fn state(mut self, parameters: &SaParameters, reqid: u32, limit: u64, algorithms: &[Algorithm]) -> Self {
        let (source, destination) = parameters.outer();
        self.selector(parameters, 0);
        self.id(destination, parameters.spi.value());
        self.address(source);
        self.lifetime(limit);
        // What was used (xfrm_lifetime_cur), statistics, and the number of an ACQUIRE.
        self.zeros(32 + 12 + 4);
        self.u32(reqid);
        self.u16(family(source));
        // Transport mode; the window is in an attribute; no flags.
        self.zeros(1 + 1 + 1 + 7);
        for algorithm in algorithms {
            self.attribute(algorithm.attribute, |message| {
                let mut name = [0; NAME];
                name[..algorithm.name.len()].copy_from_slice(algorithm.name.as_bytes());
                message.0.extend(name);
                message.u32(8 * algorithm.key.len() as u32);
                if let Some(bits) = algorithm.bits {
                    message.u32(bits);
                }
                message.0.extend(&algorithm.key);
            });
        }
        // The window, and from where an outbound association goes on.
        let sent = if parameters.direction == Direction::Outbound {
            parameters.sequence
        } else {
            0
        };
        self.attribute(REPLAY_ESN_VAL, |message| {
            for number in [WINDOW / 32, sent, 0, 0, 0, WINDOW] {
                message.u32(number);
            }
            message.zeros(WINDOW as usize / 8);
        });
        self
    }

    pub(super) fn delete_state(destination: IpAddr, spi: u32) -> Self {
        Self::new(DELSA, ACK).state_id(destination, spi)
    }

    pub(super) fn read_state(destination: IpAddr, spi: u32) -> Self {
        Self::new(GETSA, 0).state_id(destination, spi)
    }

    pub(super) fn read_states() -> Self {
        Self::new(GETSA, DUMP)
    }

    pub(super) fn read_policies() -> Self {
        Self::new(GETPOLICY, DUMP)
    }

    /// `xfrm_usersa_id`.
    fn state_id(mut self, destination: IpAddr, spi: u32) -> Self {
        self.address(destination);
        self.0.extend(spi.to_be_bytes());
        self.u16(family(destination));
        self.0.extend([ESP, 0]);
        self
    }

    /// `xfrm_userpolicy_info` and one template that is required.
    pub(super) fn update_policy(parameters: &SaParameters, reqid: u32, protocol: u8) -> Self {
        let mut message = Self::new(UPDPOLICY, ACK | CREATE);
        let direction = PolicyDirection::of(parameters.direction);
        message.selector(parameters, protocol);
        message.lifetime(0);
        // What was used, priority, and an index that the kernel chooses.
        message.zeros(32);
        message.u32(PRIORITY);
        message.u32(0);
        // Allow, no flags, any sharing.
        message.0.extend([direction as u8, 0, 0, 0]);
        message.zeros(4);
        let (source, destination) = parameters.outer();
        let (spi, reqid) = match direction {
            PolicyDirection::Out => (parameters.spi.value(), reqid),
            // Any association with these selectors, old or new, and so of any set.
            PolicyDirection::In => (0, 0),
        };
        message.attribute(TMPL, |message| {
            message.id(destination, spi);
            message.u16(family(source));
            message.zeros(2);
            message.address(source);
            message.u32(reqid);
            // Transport mode, any sharing, not optional.
            message.zeros(4);
            for _ in ["integrity", "encryption", "compression"] {
                message.u32(u32::MAX);
            }
        });
        message
    }

    pub(super) fn delete_policy(parameters: &SaParameters, protocol: u8) -> Self {
        let mut message = Self::new(DELPOLICY, ACK);
        message.selector(parameters, protocol);
        message.policy_end(PolicyDirection::of(parameters.direction) as u8);
        message
    }

    pub(super) fn delete_policy_of(policy: &PolicyRecord) -> Self {
        let mut message = Self::new(DELPOLICY, ACK);
        message.0.extend(&policy.selector);
        message.policy_end(policy.direction);
        message
    }

    /// The rest of `xfrm_userpolicy_id`.
    fn policy_end(&mut self, direction: u8) {
        self.u32(0);
        self.0.extend([direction, 0, 0, 0]);
    }

    /// `xfrm_selector`: exact addresses and ports.
    fn selector(&mut self, parameters: &SaParameters, protocol: u8) {
        let (source, destination) = (parameters.source, parameters.destination);
        self.address(destination.ip());
        self.address(source.ip());
        for port in [destination.port(), u16::MAX, source.port(), u16::MAX] {
            self.0.extend(port.to_be_bytes());
        }
        self.u16(family(source.ip()));
        let bits = if source.is_ipv4() { 32 } else { 128 };
        self.0.extend([bits, bits, protocol]);
        // Padding, any interface, any user.
        self.zeros(3 + 4 + 4);
    }

    /// `xfrm_id`.
    fn id(&mut self, destination: IpAddr, spi: u32) {
        self.address(destination);
        self.0.extend(spi.to_be_bytes());
        self.0.extend([ESP, 0, 0, 0]);
    }

    /// `xfrm_address_t`.
    fn address(&mut self, address: IpAddr) {
        match address {
            IpAddr::V4(address) => {
                self.0.extend(address.octets());
                self.zeros(12);
            }
            IpAddr::V6(address) => self.0.extend(address.octets()),
        }
    }

    /// `xfrm_lifetime_cfg`: no limits but one of seconds since it was added; 0 is none.
    fn lifetime(&mut self, seconds: u64) {
        for _ in ["octets soft", "octets hard", "packets soft", "packets hard"] {
            self.0.extend(u64::MAX.to_ne_bytes());
        }
        for limit in [0, seconds, 0, 0] {
            self.0.extend(limit.to_ne_bytes());
        }
    }

    /// `nlattr` with what is written into it.
    fn attribute(&mut self, kind: u16, write: impl FnOnce(&mut Self)) {
        let start = self.0.len();
        self.zeros(2);
        self.u16(kind);
        write(self);
        let length = (self.0.len() - start) as u16;
        self.0[start..start + 2].copy_from_slice(&length.to_ne_bytes());
        self.zeros(self.0.len().next_multiple_of(4) - self.0.len());
    }

    fn u16(&mut self, value: u16) {
        self.0.extend(value.to_ne_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.0.extend(value.to_ne_bytes());
    }

    fn zeros(&mut self, octets: usize) {
        self.0.resize(self.0.len() + octets, 0);
    }
}

/// `AF_INET` or `AF_INET6`.
fn family(address: IpAddr) -> u16 {
    if address.is_ipv4() { 2 } else { 10 }
}
