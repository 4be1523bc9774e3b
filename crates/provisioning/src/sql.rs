//! Dumps of databases: the rows of INSERT and of PostgreSQL's COPY, with the columns that CREATE TABLE or the statement names.
//!
//! Understood is what mysqldump, mariadb-dump, pg_dump and `.dump` of sqlite3 write: backslashes escape in dumps of MySQL (known by its
//! backquotes or its head) and in `E'…'`; `0x…`, `x'…'` and `_binary` are octets; other statements are skipped.

mod lexer;

use crate::source::{Input, ReadError};
use crate::tables::{Cell, Tables};
use lexer::{Lexer, Token};
use std::collections::HashMap;

pub use lexer::MAX_VALUE_OCTETS;

/// The most columns of a table: the widest known has forty.
pub const MAX_COLUMNS: usize = 256;

/// What stops reading: the line, and why.
type Stop = (u64, String);

/// A table that is wanted, and its columns where neither statement nor CREATE TABLE names them.
pub(crate) type Wanted<'a> = &'a [(&'a str, &'a [&'a str])];

/// The wanted tables of all files.
pub(crate) fn tables(inputs: Vec<Input<'_>>, wanted: Wanted<'_>) -> Result<Tables, ReadError> {
    let mut found = Tables::default();
    for (file, input) in inputs.into_iter().enumerate() {
        found.begin(file);
        match input {
            Input::Octets(octets) => {
                read_dump(octets, wanted, &mut found).map_err(|stop| ReadError::at(file, stop))?;
            }
            Input::Tables(_) => {
                let why = "a database file of SQLite is PyHSS's alone".to_owned();
                return Err(ReadError::at(file, (0, why)));
            }
        }
    }
    Ok(found)
}

/// Reads one dump.
pub(crate) fn read_dump(
    input: &mut dyn std::io::BufRead,
    wanted: Wanted<'_>,
    tables: &mut Tables,
) -> Result<(), Stop> {
    let mut dump = Dump {
        lexer: Lexer::new(input),
        wanted,
        created: HashMap::new(),
        tables,
    };
    while let Some(token) = dump.lexer.next()? {
        match token {
            Token::Word(word) if word.eq_ignore_ascii_case("insert") => dump.insert()?,
            Token::Word(word) if word.eq_ignore_ascii_case("replace") => dump.insert()?,
            Token::Word(word) if word.eq_ignore_ascii_case("copy") => dump.copy()?,
            Token::Word(word) if word.eq_ignore_ascii_case("create") => dump.create()?,
            Token::Mark(b';') => {}
            _ => dump.skip_statement()?,
        }
    }
    Ok(())
}

struct Dump<'a, 'b> {
    lexer: Lexer<'b>,
    wanted: Wanted<'a>,
    /// Columns by table, as CREATE TABLE has them.
    created: HashMap<String, Vec<String>>,
    tables: &'a mut Tables,
}

impl Dump<'_, '_> {
    fn wrong<T>(&self, why: impl Into<String>) -> Result<T, Stop> {
        Err((self.lexer.line(), why.into()))
    }

    fn token(&mut self) -> Result<Token, Stop> {
        match self.lexer.next()? {
            Some(token) => Ok(token),
            None => self.wrong("the dump ends inside of a statement: it is cut"),
        }
    }

    /// To the end of the statement.
    fn skip_statement(&mut self) -> Result<(), Stop> {
        loop {
            match self.lexer.next()? {
                None | Some(Token::Mark(b';')) => return Ok(()),
                Some(_) => {}
            }
        }
    }

    /// A name, of which a schema in front is cut; and the token behind it.
    fn name(&mut self, first: Token) -> Result<(String, Token), Stop> {
        let mut token = first;
        loop {
            let (Token::Word(name) | Token::Name(name)) = token else {
                return self.wrong("a name is expected");
            };
            let name = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
            match self.token()? {
                Token::Mark(b'.') => token = self.token()?,
                behind => return Ok((name, behind)),
            }
        }
    }

    /// The names in parentheses, of which the first was read.
    fn names(&mut self) -> Result<Vec<String>, Stop> {
        let mut names = Vec::new();
        loop {
            let token = self.token()?;
            match token {
                Token::Mark(b')') => return Ok(names),
                Token::Mark(b',') => {}
                Token::Word(name) | Token::Name(name) if names.len() < MAX_COLUMNS => {
                    names.push(name.to_ascii_lowercase());
                }
                _ => return self.wrong("the name of a column is expected"),
            }
        }
    }

    fn is_wanted(&self, table: &str) -> bool {
        self.wanted.iter().any(|(name, _)| *name == table)
    }

    /// The columns of a table that its statement does not name.
    fn columns_of(&self, table: &str) -> Result<Vec<String>, Stop> {
        if let Some(columns) = self.created.get(table) {
            return Ok(columns.clone());
        }
        let known = self.wanted.iter().find(|(name, _)| *name == table);
        match known {
            Some((_, columns)) if !columns.is_empty() => {
                Ok(columns.iter().map(|name| (*name).to_owned()).collect())
            }
            _ => self.wrong(format!(
                "the columns of {table} are nowhere named: dump the tables' definitions too, or with --complete-insert (pg_dump: --column-inserts)"
            )),
        }
    }

    /// INSERT INTO name [(columns)] VALUES (…), (…);
    fn insert(&mut self) -> Result<(), Stop> {
        loop {
            match self.token()? {
                Token::Word(word) if word.eq_ignore_ascii_case("into") => break,
                Token::Word(_) => {}
                _ => return self.skip_statement(),
            }
        }
        let first = self.token()?;
        let (table, mut token) = self.name(first)?;
        if !self.is_wanted(&table) {
            return self.skip_statement();
        }
        let columns = if token == Token::Mark(b'(') {
            let names = self.names()?;
            token = self.token()?;
            names
        } else {
            self.columns_of(&table)?
        };
        while !matches!(&token, Token::Word(word) if word.eq_ignore_ascii_case("values")) {
            token = match token {
                // OVERRIDING SYSTEM VALUE, and the like.
                Token::Word(_) => self.token()?,
                _ => return self.wrong("VALUES is expected"),
            };
        }
        loop {
            match self.token()? {
                Token::Mark(b'(') => {
                    let line = self.lexer.line();
                    let row = self.row()?;
                    let put = self.tables.insert(&table, &columns, line, row);
                    put.map_err(|why| (line, why))?;
                }
                Token::Mark(b',') => {}
                Token::Mark(b';') => return Ok(()),
                // ON CONFLICT, ON DUPLICATE KEY.
                _ => return self.skip_statement(),
            }
        }
    }

    /// The values of a row, behind its opening parenthesis.
    fn row(&mut self) -> Result<Vec<Cell>, Stop> {
        let mut row = Vec::new();
        let mut cell = None;
        let mut depth = 0usize;
        loop {
            match self.token()? {
                Token::Mark(b')') if depth == 0 => {
                    row.extend(cell);
                    return Ok(row);
                }
                Token::Mark(b')') => depth -= 1,
                // A function's arguments, of which the first text counts: replace('…','\n',char(10)) of sqlite3.
                Token::Mark(b'(') => depth += 1,
                Token::Mark(b',') if depth == 0 => {
                    row.push(cell.take().unwrap_or(Cell::Null));
                    if row.len() > MAX_COLUMNS {
                        return self.wrong(format!("a row of more than {MAX_COLUMNS} values"));
                    }
                }
                Token::Mark(b';') => return self.wrong("a row ends with `;`"),
                Token::Mark(_) => {}
                Token::Text(octets) => {
                    cell.get_or_insert(Cell::Octets(octets.into()));
                }
                Token::Name(name) => {
                    cell.get_or_insert(Cell::Octets(name.into_bytes().into()));
                }
                Token::Word(word) => self.word(&word, depth, &mut cell)?,
            }
        }
    }

    /// A word among the values: a number, NULL, a mark in front of a string, or a function's name.
    fn word(&mut self, word: &str, depth: usize, cell: &mut Option<Cell>) -> Result<(), Stop> {
        if cell.is_some() {
            return Ok(());
        }
        let octets = |octets: Vec<u8>| Some(Cell::Octets(octets.into()));
        if word.eq_ignore_ascii_case("null") {
            *cell = Some(Cell::Null);
        } else if let Some(digits) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
            *cell = match hex::decode(digits) {
                Ok(decoded) => octets(decoded),
                Err(_) => return self.wrong("a value in hex that is none"),
            };
        } else if depth == 0 && !word.starts_with('_') && !self.lexer.at_parenthesis()? {
            *cell = octets(word.as_bytes().to_vec());
        }
        Ok(())
    }

    /// COPY name (columns) FROM stdin; and its lines.
    fn copy(&mut self) -> Result<(), Stop> {
        let first = self.token()?;
        let (table, token) = self.name(first)?;
        let columns = match token {
            Token::Mark(b'(') => self.names()?,
            _ => self.columns_of(&table)?,
        };
        self.skip_statement()?;
        self.lexer.end_of_line()?;
        while let Some((line, row)) = self.lexer.copied_row()? {
            if self.is_wanted(&table) {
                let put = self.tables.insert(&table, &columns, line, row);
                put.map_err(|why| (line, why))?;
            }
        }
        Ok(())
    }

    /// CREATE TABLE name (column type, …);
    fn create(&mut self) -> Result<(), Stop> {
        loop {
            match self.token()? {
                Token::Word(word) if word.eq_ignore_ascii_case("table") => break,
                Token::Word(_) => {}
                Token::Mark(b';') => return Ok(()),
                _ => return self.skip_statement(),
            }
        }
        let mut token = self.token()?;
        while matches!(&token, Token::Word(word) if ["if", "not", "exists"].iter().any(|w| word.eq_ignore_ascii_case(w)))
        {
            token = self.token()?;
        }
        let (table, behind) = self.name(token)?;
        if behind != Token::Mark(b'(') {
            return self.skip_statement();
        }
        let (mut columns, mut depth, mut begins) = (Vec::new(), 0usize, true);
        loop {
            let token = self.token()?;
            match token {
                Token::Mark(b')') if depth == 0 => break,
                Token::Mark(b')') => depth -= 1,
                Token::Mark(b'(') => depth += 1,
                Token::Mark(b',') if depth == 0 => {
                    begins = true;
                    continue;
                }
                Token::Word(name) if begins && is_constraint(&name) => {}
                Token::Word(name) | Token::Name(name) if begins && columns.len() < MAX_COLUMNS => {
                    columns.push(name.to_ascii_lowercase());
                }
                _ => {}
            }
            begins = false;
        }
        if self.is_wanted(&table) {
            self.created.insert(table, columns);
        }
        self.skip_statement()
    }
}

/// Whether a word begins a part of CREATE TABLE that is no column. A column of such a name is quoted.
fn is_constraint(word: &str) -> bool {
    let words = [
        "primary",
        "key",
        "unique",
        "constraint",
        "foreign",
        "check",
        "index",
        "fulltext",
        "spatial",
        "exclude",
    ];
    words
        .iter()
        .any(|constraint| word.eq_ignore_ascii_case(constraint))
}

#[cfg(test)]
mod tests;
