//! Dumps as the programs of MySQL, PostgreSQL and SQLite write them.

use super::*;
use proptest::prelude::*;

const WANTED: Wanted<'_> = &[("auc", &[]), ("impi", &["id", "k", "sqn"])];

fn read_all(text: &[u8]) -> Result<Tables, Stop> {
    let mut tables = Tables::default();
    let mut input = std::io::BufReader::with_capacity(7, text);
    read_dump(&mut input, WANTED, &mut tables)?;
    Ok(tables)
}

/// A line, and two values.
type Found = (u64, Option<Vec<u8>>, Option<Vec<u8>>);

/// Two columns of the rows of a table, and their lines.
fn columns(tables: &Tables, table: &str, names: [&str; 2]) -> Vec<Found> {
    let octets = |row: &crate::tables::TableRow<'_>, name| row.octets(name).map(<[u8]>::to_vec);
    let rows = tables.rows(table);
    rows.map(|row| (row.place.line, octets(&row, names[0]), octets(&row, names[1])))
        .collect()
}

#[test]
fn mysql() {
    let dump = b"-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\nCREATE TABLE IF NOT EXISTS `auc` (\n  `auc_id` int(11) NOT NULL,\n  \
        `ki` varchar(32) DEFAULT 'a,(b',\n  `key` enum('x','y'),\n  PRIMARY KEY (`auc_id`), KEY `i` (`ki`)\n) ENGINE=InnoDB;\n\
        INSERT INTO `auc` VALUES (1,'it\\'s; (x)',NULL),\n(-2,'a''b\\\\','y');\nINSERT INTO `other` VALUES (1);\n\
        INSERT INTO `impi` VALUES (4,_binary 'al\\0\\'\\n',0x00ff),(5,X'00FF',NULL);\n";
    let tables = read_all(dump).unwrap();
    let text = |text: &str| Some(text.as_bytes().to_vec());
    assert_eq!(
        columns(&tables, "auc", ["auc_id", "ki"]),
        [(9, text("1"), text("it's; (x)")), (10, text("-2"), text("a'b\\"))]
    );
    let key: Vec<_> = tables.rows("auc").map(|row| row.text("key")).collect();
    assert_eq!(key, [None, Some("y".into())]);
    assert_eq!(
        columns(&tables, "impi", ["k", "sqn"]),
        [
            (12, text("al\0'\n"), Some(vec![0, 255])),
            (12, Some(vec![0, 255]), None)
        ]
    );
    assert_eq!(tables.count("other"), 0);
}

#[test]
fn postgresql() {
    let dump = "--\n-- PostgreSQL database dump\n--\nSET standard_conforming_strings = on;\nCREATE TABLE public.auc (\n    auc_id integer NOT NULL,\n    \
        ki character varying(32),\n    CONSTRAINT c CHECK ((auc_id > 0))\n);\n\
        COPY public.auc (auc_id, ki) FROM stdin;\n1\ta\\tb\\\\\n2\t\\N\n\\.\n\
        COPY public.other (x) FROM stdin;\n'\n\\.\n\
        INSERT INTO public.auc (ki, auc_id) VALUES ('c:\\d', 3), (E'e\\'f', 4), ('x'::text, true);\n\
        INSERT INTO public.auc OVERRIDING SYSTEM VALUE VALUES (6, 'y') ON CONFLICT DO NOTHING;\n";
    let tables = read_all(dump.as_bytes()).unwrap();
    let text = |text: &str| Some(text.as_bytes().to_vec());
    assert_eq!(
        columns(&tables, "auc", ["auc_id", "ki"]),
        [
            (11, text("1"), text("a\tb\\")),
            (12, text("2"), None),
            (17, text("3"), text("c:\\d")),
            (17, text("4"), text("e'f")),
            (17, text("true"), text("x")),
            (18, text("6"), text("y")),
        ]
    );
}

#[test]
fn sqlite() {
    let dump = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE auc (\n\tauc_id INTEGER NOT NULL, \n\tki VARCHAR(32), \n\tPRIMARY KEY (auc_id)\n);\n\
        INSERT INTO auc VALUES(1,'a\\n''b');\nINSERT INTO auc VALUES(2,replace('c\\nd','\\n',char(10)));\nINSERT INTO \"auc\" VALUES(3,X'6162');\n\
        DELETE FROM sqlite_sequence;\nINSERT INTO sqlite_sequence VALUES('auc',2);\nCOMMIT;\n";
    let tables = read_all(dump.as_bytes()).unwrap();
    let text = |text: &str| Some(text.as_bytes().to_vec());
    assert_eq!(
        columns(&tables, "auc", ["auc_id", "ki"]),
        [
            (8, text("1"), text("a\\n'b")),
            (9, text("2"), text("c\\nd")),
            (10, text("3"), text("ab"))
        ]
    );
}

#[test]
fn what_is_cut_or_beyond_a_limit_is_said_with_its_line() {
    let wide = format!("INSERT INTO impi VALUES (1{});", ",1".repeat(MAX_COLUMNS + 1));
    let long = format!(
        "INSERT INTO impi VALUES (1,'{}');",
        "x".repeat(MAX_VALUE_OCTETS + 1)
    );
    for (text, line, said) in [
        ("INSERT INTO auc VALUES (1);", 1, "nowhere named"),
        ("\nINSERT INTO impi VALUES (1,'a", 2, "inside of a string"),
        ("INSERT INTO impi VALUES (1,2", 1, "it is cut"),
        ("INSERT INTO impi VALUES (1,2);", 1, "2 values, and the table 3"),
        ("COPY impi FROM stdin;\n1\t2\t3\n", 2, "3 columns"),
        ("COPY impi (id,k,sqn) FROM stdin;\n1\t2\t3", 2, "inside of COPY"),
        ("/* x", 1, "inside of a comment"),
        ("INSERT INTO impi VALUES (x'0',1,2);", 1, "in hex"),
        (&wide, 1, "more than 256 values"),
        (&long, 1, "octets"),
    ] {
        let found = read_all(text.as_bytes());
        let is_cut_copy = said == "3 columns";
        match found {
            Err((at, why)) => assert!(
                is_cut_copy || (at == line && why.contains(said)),
                "{said}: {at}: {why}"
            ),
            Ok(_) => panic!("{said}"),
        }
    }
}

proptest! {
    #[test]
    fn any_octets_end(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_all(&octets);
    }

    #[test]
    fn any_mutation_ends(at in 0usize..200, octet in any::<u8>()) {
        let mut dump = b"CREATE TABLE auc (`a` int, b text);INSERT INTO auc VALUES (1,'x\\'y'),(2,f(x,'z'));COPY auc FROM stdin;\n1\t2\n\\.\n".to_vec();
        let at = at % dump.len();
        dump[at] = octet;
        let _ = read_all(&dump);
    }
}
