//! Diameter over TLS (RFC 6733 13.1): who is believed, and who is not.

use crate::diameter::{
    MmeApplication, News, attach, capabilities, hss_of, identity, mme_of, node_config, watchdog,
};
use crate::support::{run, until};
use quintet_diameter::node::{DisconnectCause, Fingerprint, PeerConfig, PeerSecurity, UnknownPeers};
use quintet_diameter::{HEADER_OCTETS, Header, Message, dict::avp};
use quintet_runtime::{Driver, HssApplication, PeerTls, PeerTlsPem, TlsError, fingerprint};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const AUTHORITY: &[u8] = include_bytes!("certificates/authority.pem");

/// A certificate and its key.
type Own = (&'static [u8], &'static [u8]);

const HSS: Own = (
    include_bytes!("certificates/hss.pem"),
    include_bytes!("certificates/hss.key.pem"),
);
const MME: Own = (
    include_bytes!("certificates/mme.pem"),
    include_bytes!("certificates/mme.key.pem"),
);
/// Of the same authority, for another name.
const OTHER: Own = (
    include_bytes!("certificates/other.pem"),
    include_bytes!("certificates/other.key.pem"),
);
/// Of no authority, without a name.
const PINNED: Own = (
    include_bytes!("certificates/pinned.pem"),
    include_bytes!("certificates/pinned.key.pem"),
);

fn tls(own: Own, pins: &[Fingerprint]) -> PeerTls {
    let pem = PeerTlsPem {
        certificates: own.0,
        key: own.1,
        authorities: Some(AUTHORITY),
    };
    PeerTls::new(pem, pins).unwrap()
}

fn pin(own: Own) -> Vec<Fingerprint> {
    vec![fingerprint(own.0).unwrap()]
}

/// An HSS that believes this, over TLS alone.
fn hss(own: Own, mme: PeerSecurity) -> (Driver<HssApplication>, SocketAddr) {
    let pins = match &mme {
        PeerSecurity::Pinned(pins) => pins.clone(),
        _ => Vec::new(),
    };
    hss_with(&tls(own, &pins), mme)
}

/// The same with TLS of the test's.
fn hss_with(own: &PeerTls, mme: PeerSecurity) -> (Driver<HssApplication>, SocketAddr) {
    let mut config = node_config("hss");
    config.peers = vec![PeerConfig {
        identity: identity("mme"),
        security: mme,
        ..PeerConfig::default()
    }];
    let driver = hss_of(config);
    let address = driver.listen_tls((Ipv4Addr::LOCALHOST, 0).into(), own).unwrap();
    (driver, address)
}

/// An MME that connects to that HSS; `tls` is what it shows and believes.
fn mme(hss: SocketAddr, security: PeerSecurity, tls: Option<&PeerTls>) -> (Driver<MmeApplication>, Rc<News>) {
    let mut config = node_config("mme");
    config.peers = vec![PeerConfig {
        identity: identity("hss"),
        address: Some(hss),
        connect: true,
        security,
        ..PeerConfig::default()
    }];
    let (driver, news) = mme_of(config);
    if let Some(tls) = tls {
        let peer = driver
            .with(|_, node, _| node.find_peer(&identity("hss")))
            .unwrap();
        driver.reach_over_tls(peer, tls);
    }
    (driver, news)
}

#[test]
fn an_mme_attaches_a_subscriber_over_tls_and_leaves_in_good_order() {
    run(async {
        let (hss, address) = hss(HSS, PeerSecurity::Named);
        let (mme, news) = mme(address, PeerSecurity::Named, Some(&tls(MME, &[])));
        news.told("PeerUp").await;
        attach(&mme, &news).await;
        mme.shutdown(DisconnectCause::REBOOTING).await;
        until(|| hss.with(|_, node, _| node.connection_count()) == 0).await;
    });
}

#[test]
fn pinned_certificates_need_no_authority_and_no_name() {
    run(async {
        let (_hss, address) = hss(PINNED, PeerSecurity::Pinned(pin(PINNED)));
        let pins = pin(PINNED);
        let (mme, news) = mme(
            address,
            PeerSecurity::Pinned(pins.clone()),
            Some(&tls(PINNED, &pins)),
        );
        news.told("PeerUp").await;
        attach(&mme, &news).await;
    });
}

#[test]
fn a_certificate_of_another_name_is_not_the_peers() {
    run(async {
        for security in [PeerSecurity::Any, PeerSecurity::Named] {
            let (hss, address) = hss(HSS, security);
            let (_mme, news) = mme(address, PeerSecurity::Any, Some(&tls(OTHER, &[])));
            news.told("Refused { connection: ConnectionId(0), reason: RefusedByPeer(UNKNOWN_PEER (3010))")
                .await;
            assert!(hss.with(|_, node, _| node.peers().all(|peer| peer.connection.is_none())));
        }
    });
}

#[test]
fn a_peer_that_is_not_configured_must_prove_its_name_as_well() {
    run(async {
        let (mut config, believed) = (node_config("hss"), tls(HSS, &[]));
        config.unknown_peers = UnknownPeers::Accept;
        let hss = hss_of(config);
        let address = hss
            .listen_tls((Ipv4Addr::LOCALHOST, 0).into(), &believed)
            .unwrap();
        let (_other, refused) = mme(address, PeerSecurity::Any, Some(&tls(OTHER, &[])));
        refused.told("Refused").await;
        let (_mme, served) = mme(address, PeerSecurity::Any, Some(&tls(MME, &[])));
        served.told("PeerUp").await;
    });
}

#[test]
fn another_certificate_than_the_pinned_one_is_refused_although_an_authority_issued_it() {
    run(async {
        let (_hss, address) = hss(HSS, PeerSecurity::Pinned(pin(PINNED)));
        let (_mme, news) = mme(address, PeerSecurity::Any, Some(&tls(MME, &[])));
        news.told("Refused { connection: ConnectionId(0), reason: RefusedByPeer(UNKNOWN_PEER (3010))")
            .await;
    });
}

#[test]
fn the_mme_does_not_talk_to_an_hss_of_another_name() {
    run(async {
        let (_hss, address) = hss(OTHER, PeerSecurity::Any);
        let (_mme, news) = mme(address, PeerSecurity::Any, Some(&tls(MME, &[])));
        news.told("ConnectFailed").await;
    });
}

#[test]
fn the_mme_does_not_talk_to_an_hss_with_another_certificate_than_the_pinned_one() {
    run(async {
        let (_hss, address) = hss(HSS, PeerSecurity::Any);
        let pinned = PeerSecurity::Pinned(pin(PINNED));
        let (_mme, news) = mme(address, pinned, Some(&tls(MME, &pin(PINNED))));
        news.told("Refused { connection: ConnectionId(0), reason: Unproven(OtherCertificate)")
            .await;
    });
}

#[test]
fn a_peer_that_is_expected_over_tls_is_refused_without() {
    run(async {
        let (hss, _) = hss(HSS, PeerSecurity::Named);
        let bare = hss.listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let (_mme, news) = mme(bare, PeerSecurity::Any, None);
        news.told("Refused { connection: ConnectionId(0), reason: RefusedByPeer(NO_COMMON_SECURITY (5017))")
            .await;
    });
}

#[test]
fn certificates_are_renewed_under_an_open_connection() {
    run(async {
        let of_hss = tls(HSS, &pin(MME));
        let (hss, address) = hss_with(&of_hss, PeerSecurity::Pinned(pin(MME)));
        let own = tls(MME, &[]);
        let (first, news) = mme(address, PeerSecurity::Pinned(pin(HSS)), Some(&own));
        news.told("PeerUp").await;

        // The HSS shows another certificate from now on, and expects another of the MME.
        of_hss.renew(&tls(PINNED, &pin(OTHER)));
        hss.with(|_, node, _| {
            let peer = node.find_peer(&identity("mme")).unwrap();
            node.expect_of(peer, PeerSecurity::Pinned(pin(OTHER)));
        });
        attach(&first, &news).await;

        // Neither what the MME believes nor what it shows is right any more.
        let (_stale, news) = mme(address, PeerSecurity::Any, Some(&own));
        news.told("ConnectFailed").await;
        own.renew(&tls(MME, &pin(PINNED)));
        let (_refused, news) = mme(address, PeerSecurity::Pinned(pin(PINNED)), Some(&own));
        news.told("Refused { connection: ConnectionId(0), reason: RefusedByPeer(UNKNOWN_PEER (3010))")
            .await;
        assert_eq!(
            hss.with(|_, node, _| node.peers().filter(|peer| peer.state.is_open()).count()),
            1
        );

        first.shutdown(DisconnectCause::REBOOTING).await;
        own.renew(&tls(OTHER, &pin(PINNED)));
        let (_fresh, news) = mme(address, PeerSecurity::Pinned(pin(PINNED)), Some(&own));
        news.told("PeerUp").await;
    });
}

#[test]
fn nobody_would_be_believed_without_authority_and_pin() {
    let pem = PeerTlsPem {
        certificates: HSS.0,
        key: HSS.1,
        authorities: None,
    };
    assert!(matches!(PeerTls::new(pem, &[]), Err(TlsError::Nobody)));
}

/// A client of TLS that is not ours, with a certificate or without, of one version or the other.
async fn connect(
    address: SocketAddr,
    own: Option<Own>,
    version: &'static rustls::SupportedProtocolVersion,
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(AUTHORITY).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    let config = match own {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => builder
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(certificate).unwrap()],
                PrivateKeyDer::from_pem_slice(key).unwrap(),
            )
            .unwrap(),
    };
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from(identity("hss")).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// What the HSS answers to a CER, whole; an error if it does not.
async fn introduced(stream: &mut TlsStream<TcpStream>) -> io::Result<Vec<u8>> {
    stream.write_all(&capabilities()).await?;
    let mut octets = vec![0; HEADER_OCTETS];
    stream.read_exact(&mut octets).await?;
    let length = Header::decode(&octets).unwrap().length as usize;
    octets.resize(length, 0);
    stream.read_exact(&mut octets[HEADER_OCTETS..]).await?;
    Ok(octets)
}

#[test]
fn without_a_certificate_or_with_tls_1_2_nothing_is_heard() {
    run(async {
        let (hss, address) = hss(HSS, PeerSecurity::Any);
        for (own, version) in [
            (None, &rustls::version::TLS13),
            (Some(PINNED), &rustls::version::TLS13),
            (Some(MME), &rustls::version::TLS12),
        ] {
            // In TLS 1.3 a client learns with the first reading that its certificate is not taken.
            let heard = match connect(address, own, version).await {
                Ok(mut stream) => introduced(&mut stream).await,
                Err(error) => Err(error),
            };
            assert!(heard.is_err(), "{version:?}");
        }
        assert_eq!(hss.with(|_, node, _| node.counters().connections), 0);
        until(|| {
            let mut told = quintet_telemetry::Collection::default();
            hss.measure(&mut told);
            told.text()
                .contains("quintet_tls_failed_total{node=\"hss\",protocol=\"diameter\"} 3\n")
        })
        .await;
    });
}

#[test]
fn more_than_fits_any_buffer_passes_whole_and_in_order() {
    const MESSAGES: u32 = 40_000;
    run(async {
        let mut config = node_config("hss");
        config.peers = vec![PeerConfig {
            identity: identity("raw"),
            security: PeerSecurity::Pinned(pin(MME)),
            ..PeerConfig::default()
        }];
        let hss = hss_of(config);
        let address = hss
            .listen_tls((Ipv4Addr::LOCALHOST, 0).into(), &tls(HSS, &pin(MME)))
            .unwrap();
        let mut stream = connect(address, Some(MME), &rustls::version::TLS13)
            .await
            .unwrap();
        let answer = introduced(&mut stream).await.unwrap();
        let result = Message::decode(&answer)
            .unwrap()
            .find(avp::RESULT_CODE)
            .unwrap()
            .u32();
        assert_eq!(result, Ok(2001));
        let (mut read, mut write) = tokio::io::split(stream);
        let writing = tokio::task::spawn_local(async move {
            let all: Vec<u8> = (1..=MESSAGES).flat_map(watchdog).collect();
            write.write_all(&all).await.unwrap();
            write
        });
        let mut octets = vec![0; HEADER_OCTETS];
        for expected in 1..=MESSAGES {
            read.read_exact(&mut octets[..HEADER_OCTETS]).await.unwrap();
            let header = Header::decode(&octets).unwrap();
            octets.resize(header.length as usize, 0);
            read.read_exact(&mut octets[HEADER_OCTETS..]).await.unwrap();
            assert_eq!(header.hop_by_hop, expected);
        }
        drop(writing.await.unwrap());
    });
}
