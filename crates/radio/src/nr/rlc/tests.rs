//! Whole SDUs, segments in any order, repetition, and the limits.

use super::*;

/// What an entity makes of PDUs.
fn received(entity: &mut Entity, pdus: &[&[u8]]) -> Vec<Result<Vec<u8>, NotDecoded>> {
    let mut found = Vec::new();
    for pdu in pdus {
        entity.receive(pdu, &mut |item| found.push(item.map(<[u8]>::to_vec)));
    }
    found
}

#[test]
fn headers() {
    let whole = AmdPdu::read(&[0xc1, 0x05, 1, 2]).unwrap().unwrap();
    assert_eq!(
        (whole.sequence_number, whole.offset, whole.is_last),
        (0x105, 0, true)
    );
    assert_eq!(whole.data, [1, 2]);
    let first = AmdPdu::read(&[0x90, 7, 1]).unwrap().unwrap();
    assert_eq!((first.offset, first.is_last, first.data), (0, false, &[1][..]));
    let last = AmdPdu::read(&[0xa0, 7, 0x01, 0x02, 9]).unwrap().unwrap();
    assert_eq!((last.offset, last.is_last, last.data), (0x102, true, &[9][..]));
    let middle = AmdPdu::read(&[0xb0, 7, 0, 2, 9]).unwrap().unwrap();
    assert_eq!((middle.offset, middle.is_last), (2, false));
    assert_eq!(AmdPdu::read(&[0x00, 0x01, 0x00]), Ok(None), "status");
    for broken in [
        &[][..],
        &[0xc0],
        &[0x80, 1],
        &[0xa0, 1, 0],
        &[0xa0, 1, 0, 2],
        &[0xb0, 1, 0, 0, 9],
    ] {
        assert_eq!(AmdPdu::read(broken), Err(NotDecoded::Rlc), "{broken:02x?}");
    }
}

#[test]
fn segments_in_any_order_are_one_sdu_once() {
    let pdus: [&[u8]; 3] = [&[0x90, 3, 1, 2], &[0xb0, 3, 0, 2, 3], &[0xe0, 3, 0, 3, 4, 5]];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut entity = Entity::default();
        let ordered = order.map(|index: usize| pdus[index]);
        assert_eq!(
            received(&mut entity, &ordered),
            [Ok(vec![1, 2, 3, 4, 5])],
            "{order:?}"
        );
        // Again, in one piece and in segments.
        let again = received(&mut entity, &[&[0x80, 3, 1, 2, 3, 4, 5], pdus[0]]);
        assert_eq!(again, vec![Err(NotDecoded::RlcRepeated); 2]);
        assert_eq!(entity.open, 0);
    }
}

#[test]
fn overlapping_segments_count_once_and_a_gap_waits() {
    let mut entity = Entity::default();
    let found = received(
        &mut entity,
        &[&[0x90, 0, 1, 2, 3], &[0x90, 0, 1, 2], &[0xa0, 0, 0, 5, 6]],
    );
    assert_eq!(found, [Err(NotDecoded::RlcRepeated)]);
    assert_eq!(entity.open, 4);
    assert_eq!(
        received(&mut entity, &[&[0xb0, 0, 0, 2, 3, 4, 5]]),
        [Ok(vec![1, 2, 3, 4, 5, 6])]
    );
    assert_eq!(entity.restart(), 0);
}

#[test]
fn the_same_number_with_other_contents_begins_anew() {
    let mut entity = Entity::default();
    let found = received(
        &mut entity,
        &[&[0x80, 0, 1], &[0x90, 1, 1], &[0x80, 0, 2], &[0x80, 1, 3]],
    );
    assert_eq!(
        found,
        [
            Ok(vec![1]),
            Err(NotDecoded::RlcIncomplete),
            Ok(vec![2]),
            Ok(vec![3])
        ]
    );
}

#[test]
fn what_is_kept_is_bounded() {
    let mut entity = Entity::default();
    let mut seed = 1u64;
    for _ in 0..20_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let [number, size, offset, kind, ..] = seed.to_be_bytes();
        let mut pdu = vec![0x80 | (kind & 0x03) << 4, number];
        pdu.extend(u16::from(offset).wrapping_mul(97).to_be_bytes());
        pdu.extend(vec![kind; usize::from(size) * 8]);
        entity.receive(&pdu, &mut |_| {});
        let kept: usize = entity.slots.iter().map(Slot::octets).sum();
        assert_eq!(entity.open, kept);
        assert!(entity.slots.len() <= MAX_REMEMBERED && entity.open <= MAX_OPEN);
        for slot in &entity.slots {
            assert!(!matches!(&slot.state, State::Segments(list) if list.len() > MAX_SEGMENTS));
        }
    }
    entity.restart();
    let far = [0xa0, 0, 0xff, 0xff, 1];
    assert_eq!(received(&mut entity, &[&far]), [Err(NotDecoded::Rlc)]);
}
