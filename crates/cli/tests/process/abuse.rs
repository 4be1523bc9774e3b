//! Peers that behave badly: each is bounded, and others do not notice.

use crate::support::mme::{Mme, challenges, result};
use crate::support::server::{Server, Settings};
use crate::support::{PATIENCE, Random, subscribers};
use socket2::{Domain, Socket, Type};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tempfile::TempDir;

/// Answers that show a connection to be served.
const ENOUGH: usize = 50;

/// Subscribers that good MMEs ask for, in turn: one who is asked for too often is answered 3004, as its SQN must not
/// run ahead of the clock.
const GOOD: u32 = 5_000;

/// The first of those that bad MMEs ask for.
const BAD: u32 = 10_000;

struct Scene {
    server: Server,
    address: SocketAddr,
    next: AtomicU32,
    _directory: TempDir,
}

impl Scene {
    fn new(diameter: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("q.db");
        subscribers::provision(&database, (0..GOOD).chain(BAD..BAD + 256).map(subscribers::imsi));
        let mut settings = Settings::new(database);
        settings.diameter = diameter.to_owned();
        let server = Server::start(&settings.write(directory.path()));
        let address = server.address();
        Self {
            server,
            address,
            next: AtomicU32::new(0),
            _directory: directory,
        }
    }

    /// A good MME gets answers, all of them.
    fn still_serves(&self, mme: &mut Mme) {
        for n in 0..ENOUGH {
            let who = self.next.fetch_add(1, Ordering::Relaxed) % GOOD;
            let request = mme.air(&subscribers::imsi(who), 1, None);
            let answer = mme.ask(&request).unwrap();
            assert_eq!(
                (result(&answer), challenges(&answer).len()),
                (2001, 1),
                "request {n}"
            );
        }
    }
}

/// Whether the other side has closed or reset a connection, waiting for it.
fn is_closed(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut octets = [0; 4096];
    loop {
        match stream.read(&mut octets) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() == ErrorKind::ConnectionReset,
        }
    }
}

/// Connects from 127.0.0.`n`: a server limits the connections from one address.
fn connect_from(n: u8, address: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, n], 0)).into())?;
    socket.connect(&address.into())?;
    Ok(socket.into())
}

#[test]
fn half_open_connections_are_closed_and_disturb_nobody() {
    let scene = Scene::new("");
    let mut good = Mme::connect(scene.address, "good.test");
    let mut silent: Vec<TcpStream> = (0..100)
        .map(|n| connect_from(2 + n / 50, scene.address).unwrap())
        .collect();
    // A CER that stops in its middle is as good as none.
    for stream in silent.iter_mut().step_by(2) {
        stream.write_all(&[1, 0, 0, 200, 0x80, 0, 1, 1]).unwrap();
    }
    scene.still_serves(&mut good);
    assert!(
        silent.iter_mut().all(is_closed),
        "a connection without capabilities exchange is closed"
    );
    scene.still_serves(&mut good);
}

#[test]
fn garbage_costs_only_its_own_connection() {
    let scene = Scene::new("");
    let mut good = Mme::connect(scene.address, "good.test");
    let (seed, mut random) = Random::seeded(11);
    for n in 0..200 {
        let mut octets: Vec<u8> = (0..random.below(600)).map(|_| random.next() as u8).collect();
        let mut stream = if n % 2 == 0 {
            TcpStream::connect(scene.address).unwrap()
        } else {
            Mme::connect(scene.address, "bad.test").stream
        };
        if n % 3 == 0 && octets.len() >= 20 {
            // In step: a believable header, and anything in it.
            octets.truncate(octets.len() / 4 * 4);
            let length = (octets.len() as u32).to_be_bytes();
            octets[..4].copy_from_slice(&[1, length[1], length[2], length[3]]);
        }
        // The server may be gone before all is written.
        let _ = stream.write_all(&octets);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        assert!(
            is_closed(&mut stream),
            "garbage {n} of seed {seed} leaves the connection open"
        );
    }
    scene.still_serves(&mut good);
    assert!(!scene.server.log().contains("panicked"), "{}", scene.server.log());
}

#[test]
fn a_slow_reader_is_bounded() {
    let scene = Scene::new("");
    let mut good = Mme::connect(scene.address, "good.test");
    let mut slow = Mme::connect(scene.address, "slow.test");
    slow.stream.set_nonblocking(true).unwrap();
    // It asks and never reads, until nobody takes its questions any more.
    let request = slow.air(&subscribers::imsi(BAD), 5, None);
    let batch = request.repeat(64);
    let (mut sent, mut refusals) = (0usize, 0);
    while refusals < 20 && sent < 64 << 20 {
        match slow.stream.write(&batch[sent % request.len()..]) {
            Ok(n) => {
                sent += n;
                refusals = 0;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                // The good one's requests pass in the meantime, so the server has had time to take more.
                scene.still_serves(&mut good);
                refusals += 1;
            }
            Err(_) => break,
        }
    }
    assert!(sent < 64 << 20, "the server buffers what a peer does not read");
    scene.still_serves(&mut good);
}

#[test]
fn a_flood_on_one_connection_leaves_others_their_answers() {
    let scene = Scene::new("");
    let mut good = Mme::connect(scene.address, "good.test");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let mut flood = Mme::connect(scene.address, "flood.test");
        let mut writer = flood.stream.try_clone().unwrap();
        let requests: Vec<u8> = (0..256)
            .flat_map(|n| flood.air(&subscribers::imsi(BAD + n), 1, None))
            .collect();
        let stop = &stop;
        scope.spawn(move || {
            while !stop.load(Ordering::Relaxed) && writer.write_all(&requests).is_ok() {}
            let _ = writer.shutdown(std::net::Shutdown::Write);
        });
        let reader = scope.spawn(move || {
            let mut answered = 0;
            while flood.receive().is_ok() {
                answered += 1;
            }
            answered
        });
        let served = scope
            .spawn(|| (0..2).for_each(|_| scene.still_serves(&mut good)))
            .join();
        stop.store(true, Ordering::Relaxed);
        served.unwrap();
        assert!(
            reader.join().unwrap() > ENOUGH,
            "the flood itself is served as far as it goes"
        );
    });
}

#[test]
fn two_thousand_connections_meet_the_limit() {
    const LIMIT: usize = 300;
    const ATTEMPTS: usize = 2_000;
    let scene = Scene::new(&format!("max_connections = {LIMIT}"));
    let mut good = Mme::connect(scene.address, "good.test");
    let mut open = Vec::new();
    let mut refused = 0;
    for n in 0..ATTEMPTS {
        let stream = connect_from(2 + (n / 50) as u8, scene.address).unwrap();
        let attempt = Mme::over(stream, &format!("mme{n}.test")).and_then(|mut mme| {
            let cea = mme.receive()?;
            assert_eq!(result(&cea), 2001);
            Ok(mme)
        });
        match attempt {
            Ok(mme) => open.push(mme),
            Err(_) => refused += 1,
        }
    }
    assert_eq!(
        (open.len() + 1, refused),
        (LIMIT, ATTEMPTS + 1 - LIMIT),
        "the limit is exact"
    );
    scene.still_serves(&mut good);
    scene.still_serves(open.last_mut().unwrap());
    // What is closed makes room.
    drop(open);
    crate::support::await_some("room for another connection", || {
        let mut mme = Mme::try_connect(scene.address, "late.test").ok()?;
        mme.receive().ok().map(|cea| assert_eq!(result(&cea), 2001))
    });
}
