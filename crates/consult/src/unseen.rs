//! What the captures could not show, from what their frames were.

use quintet_capture::Counts;

/// A line for each, worth knowing before "it is not there" is believed.
#[must_use]
pub fn told(counts: &Counts) -> Vec<String> {
    let causes = [
        (
            counts.cut_frames,
            "frame",
            "cut short by the snap length: capture with `-s 0`",
        ),
        (
            counts.unknown_links,
            "frame",
            "of a link type that is not read: --dlt names what user link types carry",
        ),
        (
            counts.malformed,
            "packet",
            "with headers that contradict themselves",
        ),
        (
            counts.lost_fragments,
            "IP fragment",
            "without the rest of its packet",
        ),
        (counts.cut_pdus, "logged message", "not captured whole"),
        (
            counts.unknown_logs,
            "logged message",
            "of other radio technologies",
        ),
        (
            counts.encrypted,
            "ESP packet",
            "whose content nobody without its keys can see",
        ),
    ];
    let told = causes.iter().filter(|(count, ..)| *count > 0);
    told.map(|(count, one, why)| format!("{} {why}", counted(*count, one)))
        .collect()
}

/// `1 attempt`, `2 attempts`.
#[must_use]
pub fn counted(count: u64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_says_nothing_and_what_is_not_is_counted() {
        let mut counts = Counts::default();
        counts.frames = 9;
        assert_eq!(told(&counts), Vec::<String>::new());
        counts.encrypted = 1;
        counts.cut_frames = 2;
        let lines = told(&counts);
        assert!(
            lines[0].starts_with("2 frames cut short") && lines[1].starts_with("1 ESP packet"),
            "{lines:?}"
        );
    }
}
