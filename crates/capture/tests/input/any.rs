//! Any octets: nothing brings the reader or the dissector down, and a cut file gives a prefix of the whole one.

use crate::seeds::{LINKS, dissect, files};
use crate::support::{Found, OwnFrame, read};
use proptest::prelude::*;
use quintet_capture::{Dissector, DissectorOptions, Item, LinkType, Reader};

/// The frames of a file that arrives in pieces of these sizes.
pub(crate) fn in_pieces(file: &[u8], sizes: &[usize]) -> (Vec<OwnFrame>, usize) {
    let mut reader = Reader::new(0);
    let mut sizes = sizes.iter().cycle();
    let (mut begin, mut end) = (0, 0);
    let (mut frames, mut damages) = (Vec::new(), 0);
    loop {
        let step = reader.next(&file[begin..end], end == file.len());
        begin += step.consumed;
        match step.item {
            Item::Frame(frame) => frames.push(OwnFrame::from(&frame)),
            Item::Damage(_) => damages += 1,
            Item::More(wanted) => {
                assert!(end < file.len(), "more is wanted of a whole file");
                end = file.len().min(end + sizes.next().unwrap());
                assert!(wanted > 0);
            }
            Item::End => return (frames, damages),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn random_octets_are_survived(octets in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        dissect(&octets);
    }

    #[test]
    fn random_frames_are_survived(
        link in proptest::sample::select(&LINKS[..]),
        octets in proptest::collection::vec(any::<u8>(), 0..300),
        original in 0_u32..400,
    ) {
        let mut dissector = Dissector::new(DissectorOptions::default());
        let mut found = Found::default();
        let frame = quintet_capture::Frame {
            seen: quintet_capture::Seen::default(),
            link: LinkType(link),
            interface: 0,
            octets: &octets,
            original,
        };
        dissector.frame(&frame, &mut found);
        dissector.finish(&mut found);
        prop_assert_eq!(dissector.counts().frames, 1);
    }

    /// Spoilt octets of files that make sense, so that what is deep within is reached.
    #[test]
    fn spoilt_files_are_survived_alike_in_pieces(
        which in any::<proptest::sample::Index>(),
        spoilt in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..12),
        sizes in proptest::collection::vec(1_usize..500, 1..5),
    ) {
        let files = files();
        let mut file = which.get(&files).1.clone();
        for (place, value) in spoilt {
            let place = place.index(file.len());
            file[place] = value;
        }
        dissect(&file);
        let (frames, damages) = read(&file);
        prop_assert_eq!(in_pieces(&file, &sizes), (frames, damages.len()));
    }

    #[test]
    fn a_cut_file_gives_a_prefix(which in any::<proptest::sample::Index>(), at in any::<proptest::sample::Index>()) {
        let files = files();
        let file = &which.get(&files).1;
        let cut = &file[..at.index(file.len())];
        let (whole, part) = (read(file).0, read(cut).0);
        prop_assert_eq!(&whole[..part.len()], &part[..]);
        let (whole, part) = (dissect(file).pdus, dissect(cut).pdus);
        prop_assert_eq!(&whole[..part.len()], &part[..]);
    }
}
