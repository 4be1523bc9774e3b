//! A message's body: octets that may hold keys, so they are wiped when dropped and never printed.

use std::fmt;
use std::ops::Deref;
use zeroize::Zeroize;

/// The body of a request or response. Bodies carry K_AUSF, K_SEAF, CK' and IK' in the clear.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Body(Vec<u8>);

impl Body {
    /// The octets, from now on somebody else's to wipe.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        // At once and behind a barrier; one volatile write an octet would cost more than parsing the body.
        self.0.fill(0);
        zeroize::optimization_barrier(&self.0);
    }
}

impl Zeroize for Body {
    fn zeroize(&mut self) {
        self.0.fill(0);
        zeroize::optimization_barrier(&self.0);
        self.0.clear();
    }
}

impl Deref for Body {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Body {
    fn from(octets: Vec<u8>) -> Self {
        Self(octets)
    }
}

impl From<&[u8]> for Body {
    fn from(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} octets)", self.0.len())
    }
}
