//! Where tshark's PDUs and ours differ, and why.

use super::Pdus;

/// From this frame on, for this reason.
const EXPLAINED: [(&str, u64, &str); 1] = [(
    "shizw2-open5gs__1219.pcap",
    49,
    "octets are missing in the file: tshark takes what follows for records of any length, and finds no PDU any more",
)];

/// Frames of a capture that complete other PDUs than tshark has there.
pub(crate) fn unexplained(name: &str, ours: &Pdus, theirs: &Pdus) -> Vec<String> {
    let mut places: Vec<_> = ours.keys().chain(theirs.keys()).collect();
    places.sort_unstable();
    places.dedup();
    let mut wrong = Vec::new();
    for place in places {
        let of = |pdus: &Pdus| pdus.get(place).copied().unwrap_or_default();
        let (ours, theirs) = (of(ours), of(theirs));
        let explained = EXPLAINED
            .iter()
            .any(|(file, from, _)| *file == name && place.0 >= *from && theirs == 0);
        if ours != theirs && !explained {
            let (frame, protocol, octets) = place;
            let shown = octets.get(..40).unwrap_or(octets);
            wrong.push(format!(
                "{name}: frame {frame}: {ours} {protocol}, tshark {theirs}: {shown} ({} octets)",
                octets.len() / 2
            ));
        }
    }
    wrong
}
