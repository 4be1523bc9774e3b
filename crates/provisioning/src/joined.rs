//! What is kept until it can be joined, and how much of it.

/// The most octets that are kept of a source whose tables must be joined: some two million subscribers.
pub const MAX_KEPT_OCTETS: usize = 4 * 1024 * 1024 * 1024;

/// Counts what is kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    octets: usize,
}

impl Kept {
    /// Counts so many more.
    ///
    /// # Errors
    /// More than [`MAX_KEPT_OCTETS`].
    pub(crate) fn add(&mut self, octets: usize) -> Result<(), String> {
        self.octets = self.octets.saturating_add(octets);
        match self.octets <= MAX_KEPT_OCTETS {
            true => Ok(()),
            false => Err(format!(
                "more than {MAX_KEPT_OCTETS} octets to join: export the subscribers in parts"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        let mut kept = Kept::default();
        kept.add(MAX_KEPT_OCTETS).unwrap();
        assert!(kept.add(1).unwrap_err().contains("in parts"));
    }
}
