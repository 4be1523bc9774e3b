//! The container of S1AP and NGAP messages read as it stands, for messages that do not decode: its fields' numbers and values
//! (aligned PER, ITU-T X.691; TS 36.413 9.3.3, TS 38.413 9.4.3).

/// The envelope of a PDU and the fields of its message.
#[derive(Debug)]
pub(crate) struct Envelope<'a> {
    /// 0 initiating message, 1 successful outcome, 2 unsuccessful outcome.
    pub(crate) choice: u8,
    pub(crate) procedure_code: u8,
    pub(crate) fields: Fields<'a>,
}

/// The fields, as far as they can be told apart.
#[derive(Debug)]
pub(crate) struct Fields<'a>(&'a [u8]);

/// The PDU without what stands behind its end: some stacks send more octets than the message has.
pub(crate) fn without_tail(octets: &[u8]) -> Option<&[u8]> {
    // Choice, procedure code, criticality, then the length of the open type.
    let rest = octets.get(3..)?;
    let (count, content) = length(rest)?;
    let end = octets.len() - content.len() + count;
    (end < octets.len()).then(|| &octets[..end])
}

/// Reads an envelope; `None` if it is none.
pub(crate) fn read(octets: &[u8]) -> Option<Envelope<'_>> {
    let (&choice, rest) = octets.split_first()?;
    let (&procedure_code, rest) = rest.split_first()?;
    let choice = match choice {
        0x00 => 0,
        0x20 => 1,
        0x40 => 2,
        _ => return None,
    };
    // Criticality, length of the open type, the message's extension bit, the number of IEs.
    let fields = rest.get(1..).and_then(|rest| {
        let (_, rest) = length(rest)?;
        rest.get(3..)
    });
    Some(Envelope {
        choice,
        procedure_code,
        fields: Fields(fields.unwrap_or_default()),
    })
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (id, rest) = self.0.split_first_chunk::<2>()?;
        let (count, rest) = length(rest.get(1..)?)?;
        let (value, after) = rest.split_at_checked(count)?;
        self.0 = after;
        Some((u16::from_be_bytes(*id), value))
    }
}

/// A length determinant of aligned PER, not of fragments.
fn length(octets: &[u8]) -> Option<(usize, &[u8])> {
    match *octets {
        [first @ 0..=0x7f, ref rest @ ..] => Some((usize::from(first), rest)),
        [first @ 0x80..=0xbf, second, ref rest @ ..] => {
            Some((usize::from(first & 0x3f) << 8 | usize::from(second), rest))
        }
        _ => None,
    }
}

/// An octet string as NAS PDUs are: a length of its own, then the octets.
pub(crate) fn octet_string(value: &[u8]) -> Option<&[u8]> {
    let (count, rest) = length(value)?;
    rest.get(..count)
}

/// A UE's number: octets of length in the first `bits` bits, then as many octets.
pub(crate) fn integer(value: &[u8], bits: u32) -> Option<u64> {
    let (&first, rest) = value.split_first()?;
    let count = usize::from(first >> (8 - bits)) + 1;
    let octets = rest.get(..count)?;
    Some(octets.iter().fold(0, |sum, &octet| sum << 8 | u64::from(octet)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_the_end_is_left_out() {
        let pdu = [0x00, 4, 0x40, 2, 0xaa, 0xbb, 1, 2, 3];
        assert_eq!(without_tail(&pdu), Some(&pdu[..6]));
        assert_eq!(without_tail(&pdu[..6]), None);
        assert_eq!(without_tail(&[0x00, 4, 0x40, 9, 1]), None, "cut");
    }

    #[test]
    fn numbers_of_either_protocol() {
        assert_eq!(integer(&[0x40, 1, 2], 2), Some(0x0102), "of 32 bits");
        assert_eq!(
            integer(&[0x80, 1, 2, 3, 4, 5], 3),
            Some(0x01_0203_0405),
            "of 40 bits"
        );
        assert_eq!(integer(&[0xc0, 1], 2), None, "cut");
        assert_eq!(integer(&[], 2), None);
    }
}
