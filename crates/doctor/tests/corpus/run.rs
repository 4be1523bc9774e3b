//! The whole chain over a file: reader, dissector, doctor.

use quintet_capture::{Dissector, DissectorOptions, Timestamp, read_all};
use quintet_doctor::report::Attempt;
use quintet_doctor::{Doctor, Output, Settings};
use std::path::Path;

/// What the doctor makes of a file.
pub(crate) fn attempts(path: &Path) -> Vec<Attempt> {
    let octets = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    attempts_of(&octets)
}

/// What the doctor makes of a file's octets.
pub(crate) fn attempts_of(octets: &[u8]) -> Vec<Attempt> {
    let mut dissector = Dissector::new(DissectorOptions::default());
    let mut doctor = Doctor::new(Settings {
        identities: true,
        ..Settings::default()
    });
    let mut attempts = Vec::new();
    let mut last = Timestamp::default();
    read_all(
        octets,
        0,
        |frame| {
            last = last.max(frame.seen.time);
            dissector.frame(frame, &mut doctor);
            collect(&mut doctor, &mut attempts);
        },
        |_| {},
    );
    dissector.finish(&mut doctor);
    doctor.quiet(last);
    doctor.finish();
    collect(&mut doctor, &mut attempts);
    attempts.sort_by_key(|attempt| attempt.id);
    attempts
}

pub(crate) fn collect(doctor: &mut Doctor, attempts: &mut Vec<Attempt>) {
    while let Some(output) = doctor.poll() {
        if let Output::Attempt(attempt) = output {
            attempts.push(*attempt);
        }
    }
}
