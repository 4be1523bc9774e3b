//! The master keys a process may use: one for what is new, and former ones that still open something.

use super::source::Source;
use crate::database;
use anyhow::{Context, Result};
use quintet_vault::{Fingerprint, Master, MasterKey, Masters, NoMaster, Secret};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The variable that says where the master key is.
pub(crate) const VARIABLE: &str = "QUINTET_MASTER_KEY_SOURCE";

/// The key file's name, in the user's configuration directory or beside databases that nobody keeps.
pub(crate) const FILE: &str = "master.key";

/// Master keys by where they are. Each is read when it is asked for, so that a key that was put in place meanwhile is
/// found without a restart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// What is new is wrapped by this one; by default that of the user's configuration directory.
    primary: Option<Source>,
    /// Looked at as well.
    former: Vec<Source>,
    /// A file that is made when it is wanted and not there, in place of the default one.
    made: Option<PathBuf>,
}

/// The command line's word about the master key.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct MasterKeyOption {
    /// Where the master key is: file:PATH, env:NAME, credential:NAME, or pkcs11:… [default: master.key in the user's
    /// configuration directory, made at first use]
    #[arg(long, global = true, env = VARIABLE, value_name = "SOURCE")]
    pub(crate) master_key: Option<Source>,
}

impl MasterKeyOption {
    /// The master keys for a database of this option's command.
    pub(crate) fn sources(&self) -> Sources {
        Sources::new(self.master_key.clone(), Vec::new())
    }
}

impl Sources {
    /// One for what is new, the default if it is not said, and former ones.
    pub(crate) fn new(primary: Option<Source>, former: Vec<Source>) -> Self {
        Self {
            primary,
            former,
            made: None,
        }
    }

    /// As the environment says.
    ///
    /// # Errors
    /// If it says something that is no source.
    pub(crate) fn of_environment() -> Result<Self> {
        let primary = match std::env::var(VARIABLE) {
            Ok(text) => Some(text.parse().map_err(anyhow::Error::msg).context(VARIABLE)?),
            Err(_) => None,
        };
        Ok(Self::new(primary, Vec::new()))
    }

    /// A key file beside the database: for those of a laboratory or a benchmark, which hold nobody's keys. One that was made
    /// under the user's own key opens all the same.
    pub(crate) fn beside(database: &Path) -> Self {
        Self {
            primary: None,
            former: database::default_key_file()
                .map(Source::File)
                .into_iter()
                .collect(),
            made: Some(database.with_file_name(FILE)),
        }
    }

    /// The same, for a database: where a laboratory keeps one, its key lies beside it.
    pub(crate) fn for_database(mut self, database: &Path) -> Arc<dyn Masters> {
        let beside = database.with_file_name(FILE);
        if self.made.as_ref() != Some(&beside) && beside.exists() {
            self.former.push(Source::File(beside));
        }
        Arc::new(self)
    }

    /// Where what is new finds its master key; `None` if this user has no configuration directory.
    pub(crate) fn primary(&self) -> Option<Source> {
        if let Some(primary) = &self.primary {
            return Some(primary.clone());
        }
        Some(Source::File(self.default_file().ok()?))
    }

    fn default_file(&self) -> Result<PathBuf> {
        match &self.made {
            Some(file) => Ok(file.clone()),
            None => database::default_key_file(),
        }
    }

    /// The default key, made if it is not there.
    fn default_key(&self) -> Result<Arc<dyn Master>> {
        let file = self.default_file()?;
        let source = Source::File(file.clone());
        if file.exists() {
            return source.load();
        }
        let key = make_file(&file)?;
        if self.made.is_none() {
            said(&file, key.fingerprint());
        }
        // What another process made at the same time is as good.
        source.load()
    }
}

/// Says once that there is a key now.
fn said(file: &Path, name: Fingerprint) {
    let file = file.display();
    if tracing::dispatcher::has_been_set() {
        tracing::warn!(
            master_key = %name,
            "a master key was made in {file}: keep a copy apart from the database; without it nobody opens the database"
        );
    } else {
        anstream::eprintln!(
            "quintet: the master key {name} was made in {file}: keep a copy apart from the database; without it nobody opens \
             the database"
        );
    }
}

/// Makes a key in a file that is not there; one that appears meanwhile stays.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn make_file(file: &Path) -> Result<MasterKey> {
    let cannot = || format!("the master key cannot be written to {}", file.display());
    if let Some(directory) = file
        .parent()
        .filter(|directory| !directory.as_os_str().is_empty())
    {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .with_context(cannot)?;
    }
    let key = MasterKey::new(random_secret()?)?;
    // Whole or not at all: another process may read it at once.
    let part = file.with_extension(format!("part{}", std::process::id()));
    let written = std::fs::File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&part)
        .and_then(|mut out| {
            out.write_all(key.to_text().as_bytes())
                .and_then(|()| out.sync_all())
        })
        .and_then(|()| match std::fs::hard_link(&part, file) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    let _ = std::fs::remove_file(&part);
    written.with_context(cannot)?;
    Ok(key)
}

/// 32 octets of entropy.
#[expect(clippy::disallowed_methods, reason = "the program is where entropy enters")]
pub(crate) fn random_secret() -> Result<Secret> {
    let mut octets = Secret::default();
    getrandom::fill(&mut octets[..]).map_err(|error| anyhow::anyhow!("no entropy for a key: {error}"))?;
    Ok(octets)
}

/// A nonce.
#[expect(clippy::disallowed_methods, reason = "the program is where entropy enters")]
pub(crate) fn random_nonce() -> Result<quintet_vault::Nonce> {
    let mut nonce = quintet_vault::Nonce::default();
    getrandom::fill(&mut nonce).map_err(|error| anyhow::anyhow!("no entropy: {error}"))?;
    Ok(nonce)
}

impl Masters for Sources {
    fn named(&self, wanted: Fingerprint) -> Result<Arc<dyn Master>, NoMaster> {
        let mut looked = Vec::new();
        let primary = match self.primary() {
            Some(primary) => Some(primary),
            None => {
                looked.push("this user has no home directory to keep a master key in".to_owned());
                None
            }
        };
        for source in primary.iter().chain(&self.former) {
            match source.load() {
                Ok(master) if master.fingerprint() == wanted => return Ok(master),
                Ok(master) => looked.push(format!("{source} holds {}", master.fingerprint())),
                Err(error) => looked.push(format!("{source} holds none ({error:#})")),
            }
        }
        Err(NoMaster::Other {
            wanted,
            looked: looked.join("; "),
        })
    }

    fn for_new(&self) -> Result<Arc<dyn Master>, NoMaster> {
        let (key, place) = match &self.primary {
            Some(source) => (source.load(), source.to_string()),
            None => (
                self.default_key(),
                "the user's configuration directory".to_owned(),
            ),
        };
        key.map_err(|error| NoMaster::Missing {
            looked: format!("{place}: {error:#}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("new").join("x.db");
        let sources = Sources::beside(&database);
        let name = sources.for_new().unwrap().fingerprint();
        let file = database.with_file_name(FILE);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        assert_eq!(sources.for_new().unwrap().fingerprint(), name);
        assert_eq!(sources.named(name).unwrap().fingerprint(), name);
        let text = std::fs::read_to_string(&file).unwrap();
        make_file(&file).unwrap();
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            text,
            "what is there stays"
        );
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    /// A key that is gone is never replaced by another one: that would look as if it were there.
    #[test]
    fn a_key_that_is_gone_is_not_made_anew() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("x.db");
        let sources = Sources::beside(&database);
        let name = sources.for_new().unwrap().fingerprint();
        std::fs::remove_file(database.with_file_name(FILE)).unwrap();
        let Err(error) = sources.named(name).map(drop) else {
            panic!("a key from nowhere")
        };
        let text = error.to_string();
        assert!(
            text.contains(&name.to_string()) && text.contains(FILE) && text.contains("--master-key"),
            "{text}"
        );
        assert!(!database.with_file_name(FILE).exists());
    }

    #[test]
    fn former_keys_still_open() {
        let directory = tempfile::tempdir().unwrap();
        let [new, old] = ["new.key", "old.key"].map(|name| directory.path().join(name));
        let [new_name, old_name] = [&new, &old].map(|file| make_file(file).unwrap().fingerprint());
        let sources = Sources::new(Some(Source::File(new)), vec![Source::File(old)]);
        assert_eq!(sources.for_new().unwrap().fingerprint(), new_name);
        assert_eq!(sources.named(old_name).unwrap().fingerprint(), old_name);
        let Err(error) = sources.named(Fingerprint([7; 8])).map(drop) else {
            panic!("an unknown key was found")
        };
        let text = error.to_string();
        for part in [
            new_name.to_string(),
            old_name.to_string(),
            "0707070707070707".to_owned(),
        ] {
            assert!(text.contains(&part), "{part} is missing in: {text}");
        }
    }
}
