//! The files of an import: opened anew for each pass, and told for what they are.

use anyhow::{Context, Result, bail};
use quintet_provisioning::{Cell, Input, Source, Tables, detect};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// How much of a file is looked at to tell what it is.
const HEAD_OCTETS: u64 = 64 * 1024;

/// The most that is taken from standard input, which cannot be read twice and is kept.
const MAX_STANDARD_INPUT_OCTETS: u64 = 256 * 1024 * 1024;

/// The octets a buffer holds.
const BUFFER_OCTETS: usize = 256 * 1024;

/// How a database file of SQLite begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// One file.
enum Place {
    /// By its name.
    Path(PathBuf),
    /// Standard input, as it was.
    Kept(Zeroizing<Vec<u8>>),
    /// A database of SQLite.
    Database(PathBuf),
}

/// The files, and what they are.
pub(super) struct Files {
    places: Vec<Place>,
    /// What they are.
    pub(super) source: Source,
}

/// The files, open.
pub(super) struct Opened<'a> {
    readers: Vec<Reader<'a>>,
}

enum Reader<'a> {
    Octets(Box<dyn BufRead + 'a>),
    Tables(Option<Tables>),
}

impl Opened<'_> {
    /// As the reader wants them; the tables of a database go.
    pub(super) fn inputs(&mut self) -> Vec<Input<'_>> {
        let inputs = self.readers.iter_mut().map(|reader| match reader {
            Reader::Octets(octets) => Input::Octets(&mut **octets),
            Reader::Tables(tables) => Input::Tables(tables.take().unwrap_or_default()),
        });
        inputs.collect()
    }
}

impl Files {
    /// Looks at the files; all must be of one kind.
    pub(super) fn open(paths: &[PathBuf], from: Option<Source>) -> Result<Self> {
        let mut places = Vec::with_capacity(paths.len());
        let mut source = from;
        for path in paths {
            let (place, head) = look(path)?;
            let seems = match from {
                Some(from) => Some(from),
                None => detect(&head),
            };
            let name = path.display();
            let Some(seems) = seems else {
                bail!("{name}: nothing tells what it is; say it with --from");
            };
            match source {
                Some(source) if source != seems => bail!(
                    "{name} seems to be {}, and the files before it {}: import them one after another, or say --from",
                    seems.title(),
                    source.title()
                ),
                _ => source = Some(seems),
            }
            places.push(place);
        }
        let source = source.context("no file")?;
        Ok(Self { places, source })
    }

    /// Their names, for people.
    pub(super) fn names(&self) -> String {
        let names: Vec<String> = (0..self.places.len()).map(|file| self.name(file)).collect();
        names.join(", ")
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    /// The name of one.
    pub(super) fn name(&self, file: usize) -> String {
        match self.places.get(file) {
            Some(Place::Path(path) | Place::Database(path)) => path.display().to_string(),
            Some(Place::Kept(_)) => "standard input".to_owned(),
            None => String::new(),
        }
    }

    /// Opens them.
    pub(super) fn inputs(&self) -> Result<Opened<'_>> {
        let mut readers = Vec::with_capacity(self.places.len());
        for place in &self.places {
            readers.push(match place {
                Place::Kept(octets) => Reader::Octets(Box::new(&octets[..])),
                Place::Path(path) => {
                    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
                    Reader::Octets(Box::new(BufReader::with_capacity(BUFFER_OCTETS, file)))
                }
                Place::Database(path) => Reader::Tables(Some(tables(path)?)),
            });
        }
        Ok(Opened { readers })
    }
}

/// What a file is by its place, and how it begins.
fn look(path: &Path) -> Result<(Place, Vec<u8>)> {
    if path.as_os_str() == "-" {
        let mut kept = Zeroizing::new(Vec::new());
        let limit = MAX_STANDARD_INPUT_OCTETS + 1;
        io::stdin().lock().take(limit).read_to_end(&mut kept)?;
        if kept.len() as u64 > MAX_STANDARD_INPUT_OCTETS {
            bail!("more than {MAX_STANDARD_INPUT_OCTETS} octets on standard input: name a file");
        }
        let head = kept[..kept.len().min(HEAD_OCTETS as usize)].to_vec();
        return Ok((Place::Kept(kept), head));
    }
    let name = path.display();
    let mut head = Vec::new();
    let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
    if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        bail!("{name} is no file: what comes through a pipe is named `-`");
    }
    let mut file = file.take(HEAD_OCTETS);
    file.read_to_end(&mut head)
        .with_context(|| format!("cannot read {name}"))?;
    let place = match head.starts_with(SQLITE) {
        true => Place::Database(path.to_owned()),
        false => Place::Path(path.to_owned()),
    };
    Ok((place, head))
}

/// The tables of a database of SQLite, which is only read.
fn tables(path: &Path) -> Result<Tables> {
    use rusqlite::types::ValueRef;
    let name = path.display();
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = || -> rusqlite::Result<Tables> {
        let connection = rusqlite::Connection::open_with_flags(path, flags)?;
        let mut found = Tables::default();
        let mut names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
        let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for table in names
            .iter()
            .filter(|name| quintet_provisioning::is_table_of_pyhss(name))
        {
            let mut statement =
                connection.prepare(&format!("SELECT * FROM \"{}\"", table.replace('"', "\"\"")))?;
            let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let mut rows = statement.query([])?;
            let mut number = 0;
            while let Some(row) = rows.next()? {
                number += 1;
                let cells = (0..columns.len()).map(|i| {
                    Ok(match row.get_ref(i)? {
                        ValueRef::Null => Cell::Null,
                        ValueRef::Integer(number) => Cell::from(number.to_string().as_str()),
                        ValueRef::Real(number) => Cell::from(number.to_string().as_str()),
                        ValueRef::Text(octets) | ValueRef::Blob(octets) => Cell::Octets(octets.into()),
                    })
                });
                let cells = cells.collect::<rusqlite::Result<_>>()?;
                found
                    .insert(table, &columns, number, cells)
                    .map_err(|why| rusqlite::Error::ToSqlConversionFailure(why.into()))?;
            }
        }
        Ok(found)
    };
    read().with_context(|| format!("{name} cannot be read as a database of SQLite"))
}
