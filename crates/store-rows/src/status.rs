//! What a database answers about its keys, and about other ones.

use quintet_telemetry::{Collection, metrics};
use quintet_vault::{DataKeyNumber, Fingerprint, Masters};
use std::sync::Arc;

/// Told how far a long work on a database is: what it is, how much is done, of how much.
pub type Progress = Arc<dyn Fn(&'static str, u64, u64) + Send + Sync>;

/// A data key of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataKey {
    /// Its number; the highest one seals.
    pub number: DataKeyNumber,
    /// The master key that wraps it.
    pub master: Fingerprint,
    /// When it was made, seconds of Unix time.
    pub made: i64,
    /// How many subscribers' keys are sealed under it.
    pub subscribers: u64,
}

/// What protects a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStatus {
    /// Its data keys; more than one while a rotation is under way, or was interrupted.
    pub data_keys: Vec<DataKey>,
    /// Whether octets that were in the clear may still be in free pages.
    pub traces: bool,
}

impl KeyStatus {
    /// The master keys that wrap its data keys, each once.
    #[must_use]
    pub fn masters(&self) -> Vec<Fingerprint> {
        let mut names: Vec<_> = self.data_keys.iter().map(|key| key.master).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether a rotation is under way, or was interrupted.
    #[must_use]
    pub fn is_rotating(&self) -> bool {
        self.data_keys.len() > 1
    }
}

/// What a look at the keys of a database found, for metrics: the database is asked now and then, and what it said is told whenever
/// somebody asks.
#[derive(Clone, Debug, Default)]
pub struct KeyFigures {
    /// What it said last, and when; seconds of Unix time.
    found: Option<(i64, KeyStatus)>,
    /// Of its master keys, those that are not there.
    missing: usize,
    failed: u64,
}

impl KeyFigures {
    /// What a look at `now`, seconds of Unix time, came to; `masters` are asked for each master key that is in use.
    pub fn take<E>(&mut self, now: i64, looked: Result<KeyStatus, E>, masters: &dyn Masters) {
        match looked {
            Ok(status) => {
                let is_missing = |name: &Fingerprint| masters.named(*name).is_err();
                self.missing = status.masters().iter().filter(|name| is_missing(name)).count();
                self.found = Some((now, status));
            }
            Err(_) => self.failed += 1,
        }
    }

    /// Adds them, as they are at `now`. What was found stays until there is something newer; `vault_look_age_seconds` says how old it is.
    pub fn measure(&self, now: i64, into: &mut Collection) {
        into.count(&metrics::VAULT_LOOKS_FAILED, &[], self.failed);
        let Some((at, status)) = &self.found else { return };
        let since = |then: i64| now.saturating_sub(then).max(0) as f64;
        into.gauge(&metrics::VAULT_LOOK_AGE, &[], since(*at));
        into.gauge(&metrics::VAULT_DATA_KEYS, &[], status.data_keys.len() as f64);
        let missing = self.missing as f64;
        into.gauge(
            &metrics::VAULT_MASTER_KEYS,
            &["at-hand"],
            status.masters().len() as f64 - missing,
        );
        into.gauge(&metrics::VAULT_MASTER_KEYS, &["missing"], missing);
        for key in &status.data_keys {
            let number = key.number.to_string();
            into.gauge(&metrics::VAULT_SEALED_ROWS, &[&number], key.subscribers as f64);
        }
        if let Some(newest) = status.data_keys.iter().max_by_key(|key| key.number) {
            into.gauge(&metrics::VAULT_DATA_KEY_AGE, &[], since(newest.made));
            let all: u64 = status.data_keys.iter().map(|key| key.subscribers).sum();
            let share = match all {
                0 => 1_000,
                // So many that they do not fit are not there.
                all => newest.subscribers.saturating_mul(1_000) / all,
            };
            into.gauge(&metrics::VAULT_ROTATED, &[], share as f64);
        }
    }
}

/// What another master key came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewrapped {
    /// The new master key.
    pub master: Fingerprint,
    /// How many data keys it wraps.
    pub data_keys: usize,
}

/// What another data key came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The data key that seals now.
    pub number: DataKeyNumber,
    /// Whether a rotation that was interrupted went on.
    pub resumed: bool,
    /// How many rows were sealed anew.
    pub sealed: u64,
    /// How many data keys are gone.
    pub removed: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_vault::{MasterKey, Secret};

    fn key(number: u16, master: Fingerprint, made: i64, subscribers: u64) -> DataKey {
        DataKey {
            number: DataKeyNumber::new(number).expect("it is not 0"),
            master,
            made,
            subscribers,
        }
    }

    fn told(figures: &KeyFigures, now: i64) -> Vec<String> {
        let mut collection = Collection::default();
        figures.measure(now, &mut collection);
        let text = collection.text();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.trim_start_matches("quintet_vault_").to_owned())
            .collect()
    }

    #[test]
    fn a_rotation_is_told_while_it_goes_and_what_fails_leaves_the_last_look() {
        let master = MasterKey::new(Secret::new(std::array::from_fn(|n| n as u8))).expect("a key");
        let gone = Fingerprint([9; Fingerprint::OCTETS]);
        let mut figures = KeyFigures::default();
        assert_eq!(told(&figures, 1_000), ["looks_failed_total 0"], "nobody looked");
        let status = KeyStatus {
            data_keys: vec![
                key(1, gone, 100, 750),
                key(2, quintet_vault::Master::fingerprint(&master), 900, 250),
            ],
            traces: false,
        };
        figures.take::<()>(1_000, Ok(status), &master);
        assert_eq!(
            told(&figures, 1_030),
            [
                "data_keys 2",
                "data_key_age_seconds 130",
                "sealed_rows{key=\"1\"} 750",
                "sealed_rows{key=\"2\"} 250",
                "rotated_permille 250",
                "master_keys{state=\"at-hand\"} 1",
                "master_keys{state=\"missing\"} 1",
                "look_age_seconds 30",
                "looks_failed_total 0",
            ]
        );
        figures.take(1_060, Err("locked"), &master);
        let later = told(&figures, 1_090);
        for line in ["looks_failed_total 1", "look_age_seconds 90", "data_keys 2"] {
            assert!(later.contains(&line.to_owned()), "{line}: {later:?}");
        }
        let whole = KeyStatus {
            data_keys: vec![key(2, quintet_vault::Master::fingerprint(&master), 900, 0)],
            traces: false,
        };
        figures.take::<()>(1_100, Ok(whole), &master);
        let now = told(&figures, 1_100);
        for line in ["rotated_permille 1000", "master_keys{state=\"missing\"} 0"] {
            assert!(now.contains(&line.to_owned()), "{line}: {now:?}");
        }
        assert!(!now.iter().any(|line| line.contains("key=\"1\"")), "{now:?}");
    }
}
