//! What vendors call their columns, and how values stand beside each other.

use crate::row::{At, Refusal};
use quintet_identity::Imsi;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// IMSI, as digits or as EF_IMSI has it (TS 31.102 4.2.2).
    Imsi,
    /// The number.
    Msisdn,
    /// K; whether its name says that it is enciphered.
    K(bool),
    /// OPc; whether its name says that it is enciphered.
    Opc(bool),
    /// OP.
    Op,
    /// The key check value of K.
    Check,
    /// AMF.
    Amf,
    /// SQN.
    Sqn,
    /// The algorithm's name.
    Algorithm,
    /// Something of the card itself.
    Other(String),
}

/// A name in lower case, letters and digits alone.
pub(super) fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

impl Column {
    /// By what a vendor calls it.
    pub(super) fn named(name: &str) -> Self {
        match plain(name).as_str() {
            "imsi" | "imsi1" | "efimsi" => Self::Imsi,
            "msisdn" | "msisdn1" => Self::Msisdn,
            "ki" | "k" | "ki1" | "key" | "authkey" | "authenticationkey" | "subscriberkey" => Self::K(false),
            "eki" | "encki" | "kienc" | "ek" | "enck" | "kenc" | "k4ki" | "kicrypt" | "cryptedki" => {
                Self::K(true)
            }
            "opc" | "opc1" => Self::Opc(false),
            "eopc" | "encopc" | "opcenc" | "k4opc" => Self::Opc(true),
            "op" => Self::Op,
            "kcv" | "kikcv" | "kicv" | "kcheck" | "kicheck" => Self::Check,
            "amf" => Self::Amf,
            "sqn" | "sqnhe" => Self::Sqn,
            "algo" | "algorithm" | "authalgo" | "alg" => Self::Algorithm,
            _ => Self::Other(name.trim().trim_matches('"').to_owned()),
        }
    }
}

/// The columns of a list after `Var_Out:`.
pub(super) fn of_list(list: &str) -> Vec<Column> {
    let names = list.split(['/', ',', ';', ' ', '\t']).map(str::trim);
    names.filter(|name| !name.is_empty()).map(Column::named).collect()
}

/// Whether a line names columns of cards: IMSI and K among several.
pub(crate) fn names_cards(line: &str) -> bool {
    let columns: Vec<Column> = Delimiter::of_header(line)
        .split(line)
        .into_iter()
        .map(Column::named)
        .collect();
    columns.contains(&Column::Imsi) && columns.iter().any(|column| matches!(column, Column::K(_)))
}

/// What stands between values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    /// One octet.
    Octet(u8),
    /// Any number of blanks.
    Blanks,
}

impl Delimiter {
    const OCTETS: [u8; 5] = [b',', b';', b'\t', b'|', b'/'];

    /// Of a line of names.
    pub(super) fn of_header(line: &str) -> Self {
        let count = |c: u8| line.bytes().filter(|found| *found == c).count();
        let most = Self::OCTETS.into_iter().max_by_key(|c| count(*c)).unwrap_or(b',');
        match count(most) {
            0 => Self::Blanks,
            _ => Self::Octet(most),
        }
    }

    /// Of a first line of values: the one that makes as many as there are columns.
    pub(super) fn of(line: &str, columns: usize) -> Self {
        let fits = |delimiter: &Self| delimiter.split(line).len() == columns;
        let octets = Self::OCTETS.into_iter().map(Self::Octet);
        std::iter::once(Self::Blanks)
            .chain(octets)
            .find(fits)
            .unwrap_or(Self::Blanks)
    }

    /// The values of a line, without the quotation marks around them.
    pub(super) fn split(self, line: &str) -> Vec<&str> {
        let values: Vec<&str> = match self {
            Self::Blanks => line.split_whitespace().collect(),
            Self::Octet(c) => line.split(char::from(c)).map(str::trim).collect(),
        };
        values.into_iter().map(|value| value.trim_matches('"')).collect()
    }
}

/// An IMSI as digits, or as the octets of EF_IMSI in hex: its length, then digits with exchanged halves, of which the first is parity.
pub(super) fn imsi(value: &str) -> Result<Imsi, Refusal> {
    let value = value.trim();
    let is_ef = value.len() == 18 && (value.starts_with("08") || value.starts_with("07"));
    if !is_ef {
        return value.parse().at("IMSI");
    }
    let swapped: String = value.as_bytes()[2..]
        .chunks(2)
        .flat_map(|pair| [char::from(pair[1]), char::from(pair[0])])
        .collect();
    let digits = swapped[1..].trim_end_matches(['f', 'F']);
    digits.parse().at("IMSI (as EF_IMSI)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_delimiters_of_many_vendors() {
        let names = of_list("ICCID/IMSI/PIN1/ eKi /OPc/KI_KCV");
        let other = |name: &str| Column::Other(name.to_owned());
        assert_eq!(
            names,
            [
                other("ICCID"),
                Column::Imsi,
                other("PIN1"),
                Column::K(true),
                Column::Opc(false),
                Column::Check
            ]
        );
        for (line, delimiter) in [
            ("a,b,c", Delimiter::Octet(b',')),
            ("a  b c", Delimiter::Blanks),
            ("a;b;c", Delimiter::Octet(b';')),
            ("a\tb\tc", Delimiter::Blanks),
            ("a/b/c", Delimiter::Octet(b'/')),
        ] {
            let found = Delimiter::of(line, 3);
            assert_eq!(
                (found, found.split(line)),
                (delimiter, vec!["a", "b", "c"]),
                "{line}"
            );
        }
        assert!(names_cards("\"IMSI\";\"KI\";ICCID") && !names_cards("imsi,name"));
    }

    #[test]
    fn ef_imsi_is_read_as_the_card_has_it() {
        let imsi = |text| super::imsi(text).map(|imsi| imsi.to_string());
        assert_eq!(imsi("001010000000001"), Ok("001010000000001".to_owned()));
        assert_eq!(imsi("080910100000000010"), Ok("001010000000001".to_owned()));
        // An even number of digits: parity 1, and filled up.
        assert_eq!(imsi("0811325476981032f4"), Ok("12345678901234".to_owned()));
        assert!(imsi("0809zz").is_err());
    }
}
