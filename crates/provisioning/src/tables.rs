//! Tables of a database, out of a dump or the database itself, to be joined.

use crate::joined::Kept;
use crate::row::{Place, Refusal};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

/// A value of a row.
#[derive(Clone, PartialEq, Eq)]
pub enum Cell {
    /// NULL.
    Null,
    /// Anything else: text, a number's digits, octets.
    Octets(Box<[u8]>),
}

impl std::fmt::Debug for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Octets(octets) => write!(f, "Octets({} redacted)", octets.len()),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Octets(text.as_bytes().into())
    }
}

/// A table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    columns: HashMap<String, usize>,
    rows: Vec<(Place, Vec<Cell>)>,
}

/// Tables by their names, in lower case.
#[derive(Debug, Default)]
pub struct Tables {
    tables: BTreeMap<String, Table>,
    kept: Kept,
    file: usize,
}

impl Tables {
    /// What is added from here on stands in this file.
    pub(crate) fn begin(&mut self, file: usize) {
        self.file = file;
    }

    /// Adds a row. Columns are named by the first row of a table, or by `columns` of this one if it differs.
    ///
    /// # Errors
    /// More than is kept; another number of values than columns.
    pub fn insert(
        &mut self,
        table: &str,
        columns: &[String],
        line: u64,
        row: Vec<Cell>,
    ) -> Result<(), String> {
        if columns.len() != row.len() {
            return Err(format!(
                "a row of {table} has {} values, and the table {} columns",
                row.len(),
                columns.len()
            ));
        }
        let octets: usize = row
            .iter()
            .map(|cell| match cell {
                Cell::Null => 0,
                Cell::Octets(octets) => octets.len(),
            })
            .sum();
        self.kept.add(octets + 24 * row.len())?;
        let table = self.tables.entry(table.to_ascii_lowercase()).or_default();
        if table.columns.is_empty() {
            let names = columns.iter().map(|name| name.to_ascii_lowercase());
            table.columns = names.zip(0..).collect();
        }
        let row = match columns
            .iter()
            .enumerate()
            .all(|(i, name)| table.columns.get(&name.to_ascii_lowercase()) == Some(&i))
        {
            true => row,
            false => table.reordered(columns, row),
        };
        let place = Place {
            file: self.file,
            line,
        };
        table.rows.push((place, row));
        Ok(())
    }

    /// Adds the rows of others.
    pub(crate) fn extend(&mut self, other: Tables) -> Result<(), String> {
        for (name, table) in other.tables {
            let mut columns = vec![String::new(); table.columns.len()];
            for (column, at) in &table.columns {
                columns[*at].clone_from(column);
            }
            for (place, mut row) in table.rows {
                row.resize(columns.len(), Cell::Null);
                self.insert(&name, &columns, place.line, row)?;
            }
        }
        Ok(())
    }

    /// The rows of a table; none if there is no such table.
    pub(crate) fn rows(&self, table: &str) -> impl Iterator<Item = TableRow<'_>> {
        let table = self.tables.get(table);
        table.into_iter().flat_map(|table| {
            table.rows.iter().map(|(place, cells)| TableRow {
                place: *place,
                table,
                cells,
            })
        })
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table: &str) -> usize {
        self.tables.get(table).map_or(0, |table| table.rows.len())
    }

    /// The rows of a table by the text of a column.
    pub(crate) fn by<'a>(&'a self, table: &str, column: &str) -> HashMap<String, Vec<TableRow<'a>>> {
        let mut found: HashMap<String, Vec<TableRow<'a>>> = HashMap::new();
        for row in self.rows(table) {
            if let Some(key) = row.text(column) {
                found.entry(key).or_default().push(row);
            }
        }
        found
    }
}

impl Table {
    /// A row whose columns stand in another order.
    fn reordered(&mut self, columns: &[String], row: Vec<Cell>) -> Vec<Cell> {
        let mut out = vec![Cell::Null; self.columns.len()];
        for (name, cell) in columns.iter().zip(row) {
            let next = self.columns.len();
            let at = *self.columns.entry(name.to_ascii_lowercase()).or_insert(next);
            if at >= out.len() {
                out.resize(at + 1, Cell::Null);
            }
            out[at] = cell;
        }
        out
    }
}

/// A row of a table.
#[derive(Clone, Copy)]
pub(crate) struct TableRow<'a> {
    /// Where it stands.
    pub(crate) place: Place,
    table: &'a Table,
    cells: &'a [Cell],
}

impl<'a> TableRow<'a> {
    /// The octets of a column; none for NULL, and for a column that is not there.
    pub(crate) fn octets(&self, column: &str) -> Option<&'a [u8]> {
        let at = *self.table.columns.get(column)?;
        match self.cells.get(at)? {
            Cell::Null => None,
            Cell::Octets(octets) => Some(octets),
        }
    }

    /// A text that is not empty.
    pub(crate) fn text(&self, column: &str) -> Option<String> {
        let octets = self.octets(column)?;
        let text = String::from_utf8_lossy(octets);
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// A number; a truth value counts as one.
    pub(crate) fn number(&self, column: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(column) else {
            return Ok(None);
        };
        match text.as_str() {
            "true" | "t" | "True" | "TRUE" => Ok(Some(1)),
            "false" | "f" | "False" | "FALSE" => Ok(Some(0)),
            digits => digits
                .parse()
                .map(Some)
                .map_err(|_| Refusal::new(format_args!("{column}: {digits:?} is no number"))),
        }
    }

    /// A number within the bounds of its type.
    pub(crate) fn small<T: TryFrom<i64>>(&self, column: &str) -> Result<Option<T>, Refusal> {
        let Some(number) = self.number(column)? else {
            return Ok(None);
        };
        T::try_from(number)
            .map(Some)
            .map_err(|_| Refusal::new(format_args!("{column}: {number} is not allowed")))
    }

    /// A truth value.
    pub(crate) fn flag(&self, column: &str) -> Result<Option<bool>, Refusal> {
        Ok(self.number(column)?.map(|number| number != 0))
    }

    /// An address.
    pub(crate) fn address(&self, column: &str) -> Result<Option<IpAddr>, Refusal> {
        let Some(text) = self.text(column) else {
            return Ok(None);
        };
        let address = text.parse();
        address
            .map(Some)
            .map_err(|_| Refusal::new(format_args!("{column}: {text:?} is no IP address")))
    }

    /// Whether a column says something: not NULL, empty or 0.
    pub(crate) fn says(&self, column: &str) -> bool {
        self.text(column)
            .is_some_and(|text| !matches!(text.as_str(), "0" | "f" | "false" | "False"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_may_stand_in_another_order() {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut tables = Tables::default();
        tables
            .insert("AUC", &names(&["auc_id", "Ki"]), 1, vec!["1".into(), "00".into()])
            .unwrap();
        let other = names(&["ki", "sqn", "auc_id"]);
        tables
            .insert("auc", &other, 2, vec!["11".into(), "7".into(), "2".into()])
            .unwrap();
        assert!(tables.insert("auc", &other, 3, vec![Cell::Null]).is_err());
        let rows: Vec<_> = tables.rows("auc").collect();
        assert_eq!(rows[0].number("sqn"), Ok(None));
        assert_eq!(
            (rows[1].number("sqn"), rows[1].text("ki")),
            (Ok(Some(7)), Some("11".into()))
        );
        assert_eq!(tables.by("auc", "auc_id")["2"][0].place.line, 2);
    }
}
