//! Whoever asks: connections that send one request after another, and count the answers.

use anyhow::{Context, Result};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// Octets an answer may have: one subscriber's.
const MAX_ANSWER_OCTETS: usize = 64 * 1024;

/// What is asked, of whom.
pub(super) struct Load {
    pub(super) address: SocketAddr,
    pub(super) token: String,
    pub(super) connections: u32,
    pub(super) duration: Duration,
}

/// What came of it.
#[derive(Default)]
pub(super) struct Tally {
    /// Requests that were answered well; of creates, the numbers of subscribers from 0 up to this are there.
    pub(super) done: u64,
    pub(super) failures: u64,
    pub(super) last_failure: String,
    pub(super) latencies_us: Vec<u32>,
}

fn imsi(number: u64) -> String {
    format!("00101{number:010}")
}

impl Load {
    /// Makes subscribers.
    pub(super) async fn create(&self) -> Result<Tally> {
        let head = format!(
            "POST /api/v1/subscribers HTTP/1.1\r\nHost: quintet\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n",
            self.token
        );
        let request = move |number: u64| {
            let body = format!(
                "{{\"imsi\":\"{}\",\"msisdn\":\"49{number}\",\"k\":\"{number:032x}\",\"opc\":\"{:032x}\"}}",
                imsi(number),
                !number
            );
            format!("{head}Content-Length: {}\r\n\r\n{body}", body.len())
        };
        self.run(Rc::new(request), 201).await
    }

    /// Reads those of `count` subscribers, all over them.
    pub(super) async fn read(&self, count: u64) -> Result<Tally> {
        let token = self.token.clone();
        let request = move |number: u64| {
            // A multiplier of Knuth's spreads consecutive numbers.
            let whose = imsi(number.wrapping_mul(2_654_435_761) % count);
            format!(
                "GET /api/v1/subscribers/{whose} HTTP/1.1\r\nHost: quintet\r\nAuthorization: Bearer {token}\r\n\r\n"
            )
        };
        self.run(Rc::new(request), 200).await
    }

    #[expect(clippy::disallowed_methods, reason = "this measures")]
    async fn run(&self, request: Rc<dyn Fn(u64) -> String>, wanted: u16) -> Result<Tally> {
        let tally = Rc::new(RefCell::new(Tally::default()));
        let next = Rc::new(RefCell::new(0u64));
        let tasks = LocalSet::new();
        let ends = Instant::now() + self.duration;
        let mut workers = Vec::new();
        for _ in 0..self.connections {
            let mut stream = TcpStream::connect(self.address).await.context("no connection")?;
            stream.set_nodelay(true)?;
            let (tally, next, request) = (Rc::clone(&tally), Rc::clone(&next), Rc::clone(&request));
            workers.push(tasks.spawn_local(async move {
                let mut buffer = Vec::new();
                while Instant::now() < ends {
                    let number = next.replace_with(|number| *number + 1);
                    let began = Instant::now();
                    let status = ask(&mut stream, &mut buffer, request(number).as_bytes()).await?;
                    let mut tally = tally.borrow_mut();
                    if status == wanted {
                        tally.done += 1;
                        let took = began.elapsed().as_micros();
                        tally.latencies_us.push(u32::try_from(took).unwrap_or(u32::MAX));
                    } else {
                        tally.failures += 1;
                        tally.last_failure = String::from_utf8_lossy(&buffer).into_owned();
                    }
                }
                anyhow::Ok(())
            }));
        }
        tasks.await;
        for worker in workers {
            worker.await??;
        }
        Ok(tally.take())
    }
}

/// Sends a request and reads its answer whole; answers the status.
async fn ask(stream: &mut TcpStream, buffer: &mut Vec<u8>, request: &[u8]) -> Result<u16> {
    stream.write_all(request).await?;
    buffer.clear();
    loop {
        let read = stream.read_buf(buffer).await?;
        anyhow::ensure!(read > 0, "the connection ended");
        anyhow::ensure!(buffer.len() <= MAX_ANSWER_OCTETS, "an answer has too many octets");
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok())
            .unwrap_or(0);
        if buffer.len() >= end + 4 + length {
            let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
            return status.context("an answer without a status");
        }
    }
}
