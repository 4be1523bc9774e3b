//! Where the password is found: a file of its own, the environment, or a file of many (`PGPASSFILE`).

use crate::options::OpenError;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use zeroize::Zeroizing;

/// Gives the configuration its password, if there is one. A server may want none (`peer`, `trust`).
pub(crate) fn find(config: &mut Config, file: Option<&Path>) -> Result<(), OpenError> {
    if let Some(path) = file {
        let content = read(path)?;
        config.password(content.lines().next().unwrap_or_default());
    } else if config.get_password().is_some() {
    } else if let Ok(password) = std::env::var("PGPASSWORD") {
        config.password(Zeroizing::new(password).as_str());
    } else {
        let named = std::env::var_os("PGPASSFILE").map(PathBuf::from);
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".pgpass"));
        let Some(path) = named.or_else(home).filter(|path| path.exists()) else {
            return Ok(());
        };
        let content = read(&path)?;
        if let Some(password) = of_many(&content, config) {
            config.password(password.as_str());
        }
    }
    Ok(())
}

/// The content of a file that its owner alone may read.
fn read(path: &Path) -> Result<Zeroizing<String>, OpenError> {
    let fault = |why: String| OpenError::Password(format!("{}: {why}", path.display()));
    let metadata = std::fs::metadata(path).map_err(|error| fault(error.to_string()))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(fault("others may read it; run `chmod 600` on it".to_owned()));
    }
    let content = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
    Ok(Zeroizing::new(content))
}

/// The password of the first line that fits: `host:port:database:user:password`, `*` for any, `\` before `:` and `\`.
fn of_many(content: &str, config: &Config) -> Option<Zeroizing<String>> {
    let user = config.get_user().unwrap_or_default();
    let database = config.get_dbname().unwrap_or(user);
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(_) => "localhost".to_owned(),
        })
        .collect();
    let ports = config.get_ports();
    content.lines().find_map(|line| {
        let mut fields = fields(line);
        let password = fields.get_mut(4).map(std::mem::take).map(Zeroizing::new)?;
        let fits = |field: &str, value: &str| field == "*" || field == value;
        let server = hosts.iter().enumerate().any(|(at, host)| {
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            fits(&fields[0], host) && fits(&fields[1], &port.to_string())
        });
        (server && fits(&fields[2], database) && fits(&fields[3], user)).then_some(password)
    })
}

fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    if line.starts_with('#') {
        return fields;
    }
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let last = fields.len() - 1;
        match character {
            ':' => fields.push(String::new()),
            '\\' => fields[last].extend(characters.next()),
            other => fields[last].push(other),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let config: Config = "postgresql://quintet@db.example:5433/home".parse().unwrap();
        let found = |content: &str| of_many(content, &config).map(|password| password.to_string());
        assert_eq!(
            found("db.example:5433:home:quintet:a\\:b\\\\c"),
            Some("a:b\\c".into())
        );
        assert_eq!(found("*:*:*:*:any"), Some("any".into()));
        let lines = "# *:*:*:*:comment\ndb.example:5432:home:quintet:other port\n*:*:home:quintet:second\n*:*:*:*:third";
        assert_eq!(found(lines), Some("second".into()));
        assert_eq!(found("db.example:5433:home:quintet"), None);
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("password");
        std::fs::write(&path, "secret\n").unwrap();
        let mut config = Config::new();
        let set = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        set(0o640);
        let error = find(&mut config, Some(&path)).unwrap_err().to_string();
        assert!(
            error.contains("chmod 600") && !error.contains("secret"),
            "{error}"
        );
        set(0o600);
        find(&mut config, Some(&path)).unwrap();
        assert_eq!(config.get_password(), Some(&b"secret"[..]));
    }
}
