//! How a command looks into the servers that run: each has a socket of its own in a directory of this user's, takes one
//! question a connection, a line, and answers with one line of JSON.
//!
//! ```text
//!   quintet ims sa ──"ims.sa"──► <runtime directory>/quintet/<pid>.sock ──► serve
//!                  ◄──── JSON ────
//! ```
//!
//! Nothing secret is answered: no keys, no challenges.

use anyhow::{Context, Result, bail};
use etcetera::BaseStrategy;
use serde_json::Value;
use std::fs::{DirBuilder, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::sync::Semaphore;

/// Longest question, octets.
const MAX_QUESTION_OCTETS: u64 = 256;

/// Largest answer, octets: a million registered users.
const MAX_ANSWER_OCTETS: u64 = 1 << 30;

/// Questions answered at once: a person asks one.
const MAX_QUESTIONS: usize = 8;

/// How long either side waits for the other.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a server answers to a question; `None`: it has nothing to do with it.
pub(crate) type Answer = dyn Fn(&str) -> Option<Value>;

/// The directory of the sockets, of this user alone.
fn directory() -> Result<PathBuf> {
    let directories = etcetera::choose_base_strategy().context("this user has no home directory")?;
    let base = directories
        .runtime_dir()
        .filter(|directory| directory.is_dir())
        .unwrap_or_else(|| directories.data_dir());
    Ok(base.join("quintet").join("control"))
}

/// The socket of a server at work; its file goes with it.
pub(crate) struct Control {
    path: PathBuf,
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Answers questions until it is dropped. To be called in a `LocalSet`.
///
/// # Errors
/// If the socket cannot be made.
pub(crate) fn serve(answer: Rc<Answer>) -> Result<Control> {
    let directory = directory()?;
    serve_in(&directory, answer)
}

fn serve_in(directory: &Path, answer: Rc<Answer>) -> Result<Control> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.with_context(|| format!("cannot make {}", directory.display()))?;
    let path = directory.join(format!("{}.sock", std::process::id()));
    // Left by a process of the same number that was killed.
    let _ = std::fs::remove_file(&path);
    let listener =
        UnixListener::bind(&path).with_context(|| format!("cannot listen on {}", path.display()))?;
    std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    tokio::task::spawn_local(accept(listener, answer));
    Ok(Control { path })
}

async fn accept(listener: UnixListener, answer: Rc<Answer>) {
    let places = Arc::new(Semaphore::new(MAX_QUESTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PATIENCE).await;
            continue;
        };
        let answer = Rc::clone(&answer);
        tokio::task::spawn_local(async move {
            let _ = tokio::time::timeout(PATIENCE, reply(stream, &*answer)).await;
            drop(place);
        });
    }
}

async fn reply(stream: tokio::net::UnixStream, answer: &Answer) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut question = String::new();
    tokio::io::BufReader::new(read.take(MAX_QUESTION_OCTETS))
        .read_line(&mut question)
        .await?;
    let mut line = match answer(question.trim_end()) {
        Some(value) => serde_json::to_vec(&value)?,
        None => b"null".to_vec(),
    };
    line.push(b'\n');
    write.write_all(&line).await
}

/// Asks every server of this user that runs; those that have nothing to do with the question are left out.
///
/// # Errors
/// If none runs that can answer, or one does not answer in time.
pub(crate) fn ask(question: &str, who: &str) -> Result<Vec<Value>> {
    let directory = directory()?;
    let answers = ask_in(&directory, question)?;
    if answers.is_empty() {
        bail!(
            "no {who} of this user runs on this machine (looked in {}): start one with `quintet serve`, as the same user",
            directory.display()
        );
    }
    Ok(answers)
}

fn ask_in(directory: &Path, question: &str) -> Result<Vec<Value>> {
    let mut answers = Vec::new();
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(answers),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", directory.display())),
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        let stream = match UnixStream::connect(&path) {
            Ok(stream) => stream,
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                // Its process was killed.
                let _ = std::fs::remove_file(&path);
                continue;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot ask {}", path.display())),
        };
        let answer =
            exchange(stream, question).with_context(|| format!("{} does not answer", path.display()))?;
        if !answer.is_null() {
            answers.push(answer);
        }
    }
    Ok(answers)
}

fn exchange(mut stream: UnixStream, question: &str) -> Result<Value> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(format!("{question}\n").as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream.take(MAX_ANSWER_OCTETS)).read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tokio::task::LocalSet;

    /// What `question` is answered with, asked from another thread, while a server of this process runs.
    fn asked(directory: &Path, question: &'static str) -> Vec<Value> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        LocalSet::new().block_on(&runtime, async {
            let answer = |question: &str| (question == "ims.sa").then(|| json!({"sa": 2}));
            let control = serve_in(directory, Rc::new(answer)).unwrap();
            let place = directory.to_owned();
            let answers = tokio::task::spawn_blocking(move || ask_in(&place, question))
                .await
                .unwrap();
            drop(control);
            answers.unwrap()
        })
    }

    #[test]
    fn who_has_nothing_to_say_is_left_out() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(asked(directory.path(), "ims.sa"), [json!({"sa": 2})]);
        assert_eq!(asked(directory.path(), "weather"), Vec::<Value>::new());
        assert_eq!(
            std::fs::read_dir(directory.path()).unwrap().count(),
            0,
            "a socket was left"
        );
    }

    #[test]
    fn the_socket_of_a_killed_server_is_swept_away() {
        let directory = tempfile::tempdir().unwrap();
        let left = directory.path().join("1.sock");
        drop(std::os::unix::net::UnixListener::bind(&left).unwrap());
        assert_eq!(ask_in(directory.path(), "ims.sa").unwrap(), Vec::<Value>::new());
        assert!(!left.exists());
        assert!(
            ask_in(&directory.path().join("none"), "ims.sa")
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn nobody_else_may_ask() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("control");
        assert_eq!(asked(&place, "ims.sa").len(), 1);
        let mode = std::fs::metadata(&place).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
