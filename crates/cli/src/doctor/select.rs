//! Which attempts are shown: `--imsi`, `--since`, `--until`. Everything is read all the same, since what came before an
//! attempt tells whose it is.

use super::words;
use quintet_doctor::report::Attempt;
use std::str::FromStr;

/// A moment: of the calendar, or so long after the first frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// Nanoseconds since the epoch.
    At(i128),
    /// Nanoseconds after the first frame.
    After(i128),
}

impl FromStr for Moment {
    type Err = String;

    /// RFC 3339, or seconds.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            return Ok(Self::At(time.as_nanosecond()));
        }
        match text.parse::<f64>() {
            Ok(seconds) if (0.0..=1e10).contains(&seconds) => Ok(Self::After((seconds * 1e9) as i128)),
            _ => Err(
                "expected a time like 2024-05-06T07:08:09Z, or seconds after the first frame like 12.5"
                    .to_owned(),
            ),
        }
    }
}

impl Moment {
    /// In nanoseconds since the epoch.
    fn resolved(self, first_frame: Option<i128>) -> i128 {
        match self {
            Self::At(at) => at,
            Self::After(after) => first_frame.unwrap_or(0) + after,
        }
    }
}

/// What is asked for.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub(super) since: Option<Moment>,
    pub(super) until: Option<Moment>,
    /// IMSIs as the report shows them: pseudonyms, if it shows those. Empty: everybody's.
    pub(super) imsis: Vec<String>,
}

impl Selection {
    /// Whether an attempt is shown. `first_frame`: time of the first frame of all captures, in nanoseconds.
    pub(super) fn takes(&self, attempt: &Attempt, first_frame: Option<i128>) -> bool {
        let imsi = attempt.subscriber.imsi.as_ref();
        if !self.imsis.is_empty() && !imsi.is_some_and(|imsi| self.imsis.contains(imsi)) {
            return false;
        }
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        // Of several captures times may go backwards.
        let times = || {
            attempt
                .messages
                .iter()
                .filter_map(|m| words::nanoseconds(&m.time))
        };
        let (Some(first), Some(last)) = (times().min(), times().max()) else {
            return false;
        };
        self.since.is_none_or(|since| last >= since.resolved(first_frame))
            && self
                .until
                .is_none_or(|until| first <= until.resolved(first_frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_consult::sample::healthy;

    fn selection(since: Option<&str>, until: Option<&str>) -> Selection {
        let moment = |text: Option<&str>| text.map(|text| text.parse().unwrap());
        Selection {
            since: moment(since),
            until: moment(until),
            imsis: Vec::new(),
        }
    }

    /// The sample begins at 07:08:09.1 and ends at 07:08:09.7.
    #[test]
    fn an_attempt_within_or_across_the_limits_is_shown() {
        let first = Some(words::nanoseconds("2024-05-06T07:08:04.1Z").unwrap());
        for (since, until, shown) in [
            (None, None, true),
            (Some("2024-05-06T07:08:09.5Z"), None, true),
            (Some("2024-05-06T09:08:09.5+02:00"), None, true),
            (Some("2024-05-06T07:08:10Z"), None, false),
            (None, Some("2024-05-06T07:08:09.1Z"), true),
            (None, Some("2024-05-06T07:08:09Z"), false),
            (Some("5"), Some("5.2"), true),
            (Some("5.7"), None, false),
            (None, Some("4.9"), false),
        ] {
            let takes = selection(since, until).takes(&healthy(1), first);
            assert_eq!(takes, shown, "{since:?} to {until:?}");
        }
    }

    #[test]
    fn somebody_elses_attempt_is_not_shown() {
        let of = |imsi: &str| Selection {
            imsis: vec![imsi.to_owned()],
            ..Selection::default()
        };
        assert!(of("imsi-6f1c20").takes(&healthy(1), None));
        assert!(!of("imsi-other").takes(&healthy(1), None));
        let mut unknown = healthy(1);
        unknown.subscriber.imsi = None;
        assert!(!of("imsi-6f1c20").takes(&unknown, None));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for wrong in [
            "",
            "yesterday",
            "-1",
            "NaN",
            "1e30",
            "2024-05-06",
            "2024-13-06T07:08:09Z",
        ] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
    }
}
