//! TLS with ALPN, and certificates of clients.

use crate::support::{PATIENCE, Station, post, run};
use quintet_runtime::{Alpn, ClientTls, ServerTls};
use quintet_sbi::{CallFailure, CallId, Output, Target};

const AUTHORITY: &[u8] = include_bytes!("certificates/authority.pem");
const SERVER: (&[u8], &[u8]) = (
    include_bytes!("certificates/server.pem"),
    include_bytes!("certificates/server.key.pem"),
);
const CLIENT: (&[u8], &[u8]) = (
    include_bytes!("certificates/client.pem"),
    include_bytes!("certificates/client.key.pem"),
);

fn secure_call(id: u64, authority: String) -> Output {
    Output::Call {
        id: CallId(id),
        target: Target { tls: true, authority },
        request: post("/echo", "secret"),
        timeout: PATIENCE,
    }
}

async fn try_call(client: &Station, id: u64, authority: String) -> Result<u16, CallFailure> {
    client.call([secure_call(id, authority)]);
    client.heard.outcome(id).await.map(|response| response.status)
}

#[test]
fn a_call_over_tls() {
    run(async {
        let tls = ServerTls::from_pem(Alpn::H2, SERVER.0, SERVER.1, None).unwrap();
        let (_server, at) = Station::serving(|settings| settings.tls = Some(tls));
        let client = Station::start(None);
        let nobody_trusted = try_call(&client, 1, at.to_string()).await;
        assert!(
            matches!(nobody_trusted, Err(CallFailure::Unreachable { .. })),
            "{nobody_trusted:?}"
        );
        client
            .driver
            .secure_sbi(ClientTls::from_pem(Alpn::H2, AUTHORITY, None).unwrap());
        assert_eq!(try_call(&client, 2, at.to_string()).await, Ok(201));
        assert_eq!(
            try_call(&client, 3, format!("localhost:{}", at.port())).await,
            Ok(201)
        );
    });
}

#[test]
fn another_name_or_another_authority_is_not_trusted() {
    run(async {
        let tls = ServerTls::from_pem(Alpn::H2, SERVER.0, SERVER.1, None).unwrap();
        let (server, at) = Station::serving(|settings| settings.tls = Some(tls.clone()));
        // The certificate names 127.0.0.1.
        let unnamed = "127.0.0.2:0".parse().unwrap();
        let unnamed = server.listen(unnamed, |settings| settings.tls = Some(tls));
        let client = Station::start(None);
        assert_eq!((server.tls_failures(), client.tls_failures()), (Some(0), None));
        client
            .driver
            .secure_sbi(ClientTls::from_pem(Alpn::H2, AUTHORITY, None).unwrap());
        assert_eq!(client.tls_failures(), Some(0));
        let wrong_name = try_call(&client, 1, unnamed.to_string()).await;
        assert!(
            matches!(wrong_name, Err(CallFailure::Unreachable { .. })),
            "{wrong_name:?}"
        );
        // The client's certificate is no authority: nothing that it trusts issued the server's.
        client
            .driver
            .secure_sbi(ClientTls::from_pem(Alpn::H2, CLIENT.0, None).unwrap());
        let wrong_authority = try_call(&client, 2, at.to_string()).await;
        assert!(
            matches!(wrong_authority, Err(CallFailure::Unreachable { .. })),
            "{wrong_authority:?}"
        );
        assert_eq!(client.tls_failures(), Some(2));
        server.await_tls_failures(2).await;
    });
}

#[test]
fn a_server_may_want_certificates_of_clients() {
    run(async {
        let tls = ServerTls::from_pem(Alpn::H2, SERVER.0, SERVER.1, Some(AUTHORITY)).unwrap();
        let (_server, at) = Station::serving(|settings| settings.tls = Some(tls));
        let client = Station::start(None);
        client
            .driver
            .secure_sbi(ClientTls::from_pem(Alpn::H2, AUTHORITY, None).unwrap());
        // In TLS 1.3 the client hears of it after its handshake: the call breaks, or no connection comes about.
        assert!(try_call(&client, 1, at.to_string()).await.is_err());
        client
            .driver
            .secure_sbi(ClientTls::from_pem(Alpn::H2, AUTHORITY, Some(CLIENT)).unwrap());
        assert_eq!(try_call(&client, 2, at.to_string()).await, Ok(201));
    });
}

#[test]
fn what_is_renewed_counts_for_new_connections() {
    run(async {
        let server_tls = ServerTls::from_pem(Alpn::H2, SERVER.0, SERVER.1, None).unwrap();
        let tls = server_tls.clone();
        let (_server, at) = Station::serving(|settings| settings.tls = Some(tls));
        let trust = ClientTls::from_pem(Alpn::H2, AUTHORITY, None).unwrap();
        let [first, second, third] = [1, 2, 3].map(|_| {
            let client = Station::start(None);
            client.driver.secure_sbi(trust.clone());
            client
        });
        assert_eq!(try_call(&first, 1, at.to_string()).await, Ok(201));
        // From now on clients must show a certificate.
        server_tls.renew(&ServerTls::from_pem(Alpn::H2, SERVER.0, SERVER.1, Some(AUTHORITY)).unwrap());
        assert!(try_call(&second, 2, at.to_string()).await.is_err());
        trust.renew(&ClientTls::from_pem(Alpn::H2, AUTHORITY, Some(CLIENT)).unwrap());
        assert_eq!(try_call(&third, 3, at.to_string()).await, Ok(201));
        assert_eq!(try_call(&first, 4, at.to_string()).await, Ok(201));
    });
}

#[test]
fn what_is_no_certificate_is_refused() {
    assert!(ServerTls::from_pem(Alpn::H2, b"none", SERVER.1, None).is_err());
    assert!(ServerTls::from_pem(Alpn::H2, SERVER.0, b"none", None).is_err());
    assert!(
        ServerTls::from_pem(Alpn::H2, SERVER.0, CLIENT.1, None).is_err(),
        "another's key"
    );
    assert!(ClientTls::from_pem(Alpn::H2, b"", None).is_err());
}
