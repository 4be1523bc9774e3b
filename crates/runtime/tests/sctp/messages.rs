//! Messages of an application: both ways, many at once, large ones, and every way an association ends.

use crate::support::{Station, message, remote, run, udp};
use quintet_diameter::node::DisconnectCause;
use quintet_runtime::sctp::{SctpBackend, SctpCommand, SctpConnectError, SctpError, SctpSettings, SctpUse};
use quintet_sctp::{AssociationId, Config, Down, Event};

const S1AP: u32 = 18;

/// An echo and a station connected to it.
async fn pair() -> (Station, Station, AssociationId, AssociationId) {
    let (echo, station) = (Station::start(true, None), Station::start(false, None));
    let server = echo.open(true);
    let client = station.open(false);
    let begun = station
        .driver
        .connect_sctp(client, remote(&echo.driver, server))
        .unwrap();
    let (up, accepted) = (station.heard.up().await, echo.heard.up().await);
    assert_eq!(up, begun);
    (echo, station, up, accepted)
}

#[test]
fn messages_keep_stream_and_identifier_both_ways() {
    run(async {
        let (_echo, station, association, _) = pair().await;
        for (stream, payload) in [(0, &b"first"[..]), (3, b"second")] {
            let message = message(stream, S1AP, payload);
            station.command(SctpCommand::Send {
                association,
                message: message.clone(),
            });
            assert_eq!(station.heard.message().await, message);
        }
    });
}

/// More than send buffers, windows and socket buffers hold: nothing is lost, nothing is out of order.
#[test]
fn a_burst_past_every_buffer_arrives_whole_and_in_order() {
    run(async {
        let (_echo, station, association, _) = pair().await;
        let payload = |n: u32| [n.to_be_bytes().repeat(250), vec![7; (n % 5) as usize]].concat();
        station.commands((0..3_000).map(|n| SctpCommand::Send {
            association,
            message: message(1, S1AP, &payload(n)),
        }));
        for n in 0..3_000 {
            assert!(station.heard.message().await.payload == payload(n), "message {n}");
        }
    });
}

#[test]
fn the_largest_message_passes_and_a_larger_one_harms_nothing() {
    run(async {
        let (_echo, station, association, _) = pair().await;
        station.send(association, S1AP, &vec![1; Config::MAX_MESSAGE + 1]);
        station.send(association, S1AP, &vec![2; Config::MAX_MESSAGE]);
        assert_eq!(
            station.heard.message().await.payload,
            vec![2; Config::MAX_MESSAGE]
        );
    });
}

#[test]
fn a_shutdown_is_told_on_both_sides() {
    run(async {
        let (echo, station, association, accepted) = pair().await;
        station.command(SctpCommand::Shutdown { association });
        let down = |association| Event::Down {
            association,
            reason: Down::Shutdown,
        };
        assert_eq!(station.heard.next().await, down(association));
        assert_eq!(echo.heard.next().await, down(accepted));
    });
}

#[test]
fn an_abort_is_told_on_both_sides() {
    run(async {
        let (echo, station, association, accepted) = pair().await;
        station.command(SctpCommand::Abort { association });
        assert_eq!(
            station.heard.next().await,
            Event::Down {
                association,
                reason: Down::Local
            }
        );
        match echo.heard.next().await {
            Event::Down {
                association,
                reason: Down::Aborted(_),
            } => assert_eq!(association, accepted),
            other => panic!("{other:?}"),
        }
    });
}

/// What was sent before a shutdown arrives before its end.
#[test]
fn a_shutdown_waits_for_what_was_sent() {
    run(async {
        let (sink, station) = (Station::start(false, None), Station::start(false, None));
        let server = sink.open(true);
        let client = station.open(false);
        let association = station
            .driver
            .connect_sctp(client, remote(&sink.driver, server))
            .unwrap();
        // More than the send buffer, from before the association is up.
        let sends = (0..600).map(|_| SctpCommand::Send {
            association,
            message: message(0, S1AP, &[9; 1_000]),
        });
        station.heard.up().await;
        station.commands(sends.chain([SctpCommand::Shutdown { association }]));
        sink.heard.up().await;
        for _ in 0..600 {
            assert_eq!(sink.heard.message().await.payload.len(), 1_000);
        }
        assert!(matches!(
            sink.heard.next().await,
            Event::Down {
                reason: Down::Shutdown,
                ..
            }
        ));
    });
}

#[test]
fn nobody_listens_there() {
    run(async {
        let (quiet, station) = (Station::start(false, None), Station::start(false, None));
        let deaf = quiet.open(false);
        let transport = station.open(false);
        station.command(SctpCommand::Connect {
            transport,
            to: remote(&quiet.driver, deaf),
            token: 5,
        });
        let connecting = station.heard.connecting();
        let [(5, Ok(begun))] = connecting[..] else {
            panic!("{connecting:?}");
        };
        match station.heard.next().await {
            Event::Down {
                association,
                reason: Down::Aborted(_),
            } => assert_eq!(association, begun),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn one_association_for_a_pair_of_ports() {
    run(async {
        let (echo, station, association, _) = pair().await;
        let server = echo.open(true);
        let client = station.open(false);
        let to = remote(&echo.driver, server);
        assert!(station.driver.connect_sctp(client, to).is_ok());
        assert!(matches!(
            station.driver.connect_sctp(client, to),
            Err(SctpConnectError::Endpoint(_))
        ));
        assert_ne!(station.heard.up().await, association);
    });
}

/// A driver that stops ends its associations, so that peers need not find out.
#[test]
fn a_driver_that_stops_says_so() {
    run(async {
        let (echo, station, _, accepted) = pair().await;
        station.driver.shutdown(DisconnectCause::REBOOTING).await;
        assert_eq!(
            echo.heard.next().await,
            Event::Down {
                association: accepted,
                reason: Down::Shutdown
            }
        );
        // The other one has none left: it is over at once.
        echo.driver.shutdown(DisconnectCause::REBOOTING).await;
    });
}

/// Nor does it wait for peers that never answer.
#[test]
fn a_driver_that_stops_gives_up_connecting() {
    run(async {
        let station = Station::start(false, None);
        let client = station.open(false);
        // No SCTP over UDP there: the system's port is closed.
        let nobody = "127.0.0.1:9".parse::<std::net::SocketAddr>().unwrap().into();
        station.driver.connect_sctp(client, nobody).unwrap();
        station.driver.shutdown(DisconnectCause::REBOOTING).await;
        assert!(matches!(
            station.heard.next().await,
            Event::Down {
                reason: Down::Local,
                ..
            }
        ));
    });
}

#[test]
fn errors_say_what_to_do() {
    run(async {
        let station = Station::start(false, None);
        let first = station.open(true);
        let to = remote(&station.driver, first);
        let mut taken = udp(true);
        taken.udp_port = to.udp_port.unwrap();
        let error = station
            .driver
            .open_sctp(&taken, SctpUse::Application)
            .unwrap_err();
        assert!(error.to_string().contains("another program is there"), "{error}");
        let elsewhere = SctpSettings::listening("192.0.2.1:36412".parse().unwrap(), SctpBackend::Udp);
        let error = station
            .driver
            .open_sctp(&elsewhere, SctpUse::Application)
            .unwrap_err();
        assert!(
            error.to_string().contains("does not have that address"),
            "{error}"
        );
        let kernel = SctpSettings::listening("127.0.0.1:0".parse().unwrap(), SctpBackend::Kernel);
        match station.driver.open_sctp(&kernel, SctpUse::Application) {
            // This kernel has SCTP.
            Ok(_) => {}
            Err(error @ SctpError::NoKernelSctp(_)) => {
                assert!(error.to_string().contains("modprobe sctp"), "{error}");
            }
            Err(other) => panic!("{other}"),
        }
    });
}
