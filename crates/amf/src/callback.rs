//! What keeps callbacks for those who were given them: a key in each one's path, of which nobody can make another.
//!
//! A callback comes without an access token, as it is asked for by who is called (TS 33.501 13.4.1), and its path names a
//! UE by its SUPI, which others know. Who could guess it would end the UE's registration.

use quintet_crypto::KdfInput;
use quintet_sbi::SecretHex;
use quintet_sbi::namf::CallbackKey;

/// Under which key the secret is kept among the contexts: no context has it, as there are fewer.
pub(crate) const RECORD: u32 = u32::MAX;

/// The first octet of its record.
const FORMAT: u8 = 1;

/// Octets of a SUPI for one step of the derivation, which takes 119 with everything else.
const CHUNK: usize = 64;

/// Function codes of the two steps. The key is of no other derivation, so they are free.
const SUPI_STEP: u8 = 0;
const PURPOSE_STEP: u8 = 1;

/// What a callback is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Deregistration notifications.
    Deregistration,
    /// Data change notifications.
    DataChange,
    /// The status of the context of this session.
    SmContext(u8),
}

/// The secret of an AMF. It outlives a restart, as do the URIs that the UDM has.
#[derive(Clone, Debug)]
pub(crate) struct Callbacks {
    secret: SecretHex<32>,
}

impl Callbacks {
    pub(crate) fn new(secret: [u8; 32]) -> Self {
        Self {
            secret: SecretHex::new(secret),
        }
    }

    /// The key of a callback: HMAC-SHA-256 over the SUPI and what it is for, truncated to 128 bits.
    pub(crate) fn key(&self, purpose: Purpose, supi: &str) -> CallbackKey {
        let step = |key: &SecretHex<32>, fc: u8, parameter: &[u8]| {
            let input = KdfInput::new(fc).try_parameter(parameter);
            SecretHex::new(input.expect("no longer than a chunk").derive(key.expose()))
        };
        // The last step has a code of its own: no SUPI's is a step on the way of a longer one.
        let of_supi = supi
            .as_bytes()
            .chunks(CHUNK)
            .fold(self.secret.clone(), |key, chunk| step(&key, SUPI_STEP, chunk));
        let purpose = match purpose {
            Purpose::Deregistration => [1, 0],
            Purpose::DataChange => [2, 0],
            Purpose::SmContext(session) => [3, session],
        };
        let whole = step(&of_supi, PURPOSE_STEP, &purpose);
        let mut key = [0; 16];
        key.copy_from_slice(&whole.expose()[..16]);
        CallbackKey::new(key)
    }

    /// Whether a callback's key is the one that was given out; compared in constant time.
    pub(crate) fn is_right(&self, purpose: Purpose, supi: &str, key: &CallbackKey) -> bool {
        self.key(purpose, supi) == *key
    }

    pub(crate) fn record(&self) -> Vec<u8> {
        let mut record = Vec::with_capacity(33);
        record.push(FORMAT);
        record.extend_from_slice(self.secret.expose());
        record
    }

    pub(crate) fn of_record(record: &[u8]) -> Option<Self> {
        match record {
            [FORMAT, secret @ ..] => Some(Self::new(secret.try_into().ok()?)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_it_makes_another_key() {
        let callbacks = Callbacks::new([7; 32]);
        let long = format!("nai-{}", "a".repeat(3 * CHUNK));
        let purposes = [
            Purpose::Deregistration,
            Purpose::DataChange,
            Purpose::SmContext(1),
            Purpose::SmContext(2),
        ];
        let mut keys = Vec::new();
        for supi in [
            "imsi-001010000000001",
            "imsi-001010000000002",
            &long,
            &long[..CHUNK],
        ] {
            for purpose in purposes {
                let key = callbacks.key(purpose, supi);
                assert!(callbacks.is_right(purpose, supi, &key));
                assert!(!Callbacks::new([8; 32]).is_right(purpose, supi, &key));
                keys.push(*key.expose());
            }
        }
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 16);
    }

    #[test]
    fn a_record_gives_the_same_keys() {
        let callbacks = Callbacks::new([7; 32]);
        let again = Callbacks::of_record(&callbacks.record()).expect("a record");
        let key = callbacks.key(Purpose::DataChange, "imsi-1");
        assert!(again.is_right(Purpose::DataChange, "imsi-1", &key));
        assert!(Callbacks::of_record(&callbacks.record()[..20]).is_none());
        assert!(Callbacks::of_record(&[]).is_none());
    }
}
