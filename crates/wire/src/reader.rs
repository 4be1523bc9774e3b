//! A bounds-checked reader over a slice.

use crate::{DecodeError, DecodeErrorKind};

/// Reads big-endian integers and runs of octets; never panics, never reads past the end.
///
/// The offset it reports is counted from the start of the outermost input, also in a [`Reader::sub`] reader.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A reader over the whole input.
    #[must_use]
    pub fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets, at: 0 }
    }

    /// A reader over octets that stand `at` octets into a larger input.
    #[must_use]
    pub fn at_offset(octets: &'a [u8], at: usize) -> Self {
        Self { rest: octets, at }
    }

    /// Offset of the next octet from the start of the outermost input.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// Octets not yet read.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Whether everything is read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The octets not yet read.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `n` octets.
    ///
    /// # Errors
    /// `Truncated` if fewer remain; nothing is consumed then.
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], DecodeError> {
        match self.rest.split_at_checked(n) {
            Some((head, tail)) => {
                self.rest = tail;
                self.at += n;
                Ok(head)
            }
            None => Err(DecodeError::new(
                self.at,
                DecodeErrorKind::Truncated {
                    needed: n,
                    available: self.rest.len(),
                },
            )),
        }
    }

    /// A reader over the next `n` octets, which this one skips.
    ///
    /// # Errors
    /// `Truncated` if fewer remain.
    pub fn sub(&mut self, n: usize) -> Result<Reader<'a>, DecodeError> {
        let at = self.at;
        Ok(Reader {
            rest: self.take(n)?,
            at,
        })
    }

    /// The next `N` octets as an array.
    ///
    /// # Errors
    /// `Truncated` if fewer remain.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    /// One octet.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        Ok(self.array::<1>()?[0])
    }

    /// Two octets, big-endian.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    /// Three octets, big-endian.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn u24(&mut self) -> Result<u32, DecodeError> {
        let [a, b, c] = self.array()?;
        Ok(u32::from_be_bytes([0, a, b, c]))
    }

    /// Four octets, big-endian.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// Eight octets, big-endian.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_be_bytes(self.array()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_big_endian_and_offsets_absolute() {
        let mut r = Reader::new(&[1, 0, 2, 0, 0, 3, 9, 9]);
        assert_eq!((r.u8(), r.u16(), r.u24()), (Ok(1), Ok(2), Ok(3)));
        let mut inner = r.sub(2).unwrap();
        assert_eq!(inner.at(), 6);
        inner.u8().unwrap();
        let error = inner.u16().unwrap_err();
        assert_eq!(error.at, 7);
        assert_eq!(
            error.kind,
            DecodeErrorKind::Truncated {
                needed: 2,
                available: 1
            }
        );
        assert!(r.is_empty());
    }

    #[test]
    fn a_failed_take_consumes_nothing() {
        let mut r = Reader::new(&[7]);
        assert!(r.u32().is_err());
        assert_eq!(r.u8(), Ok(7));
    }
}
