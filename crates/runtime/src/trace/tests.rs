//! A small collector takes what is exported, with TLS and without; one that is away costs spans and nothing else.

use super::*;
use crate::tls::ServerTls;
use quintet_telemetry::SpanKind;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn span(id: u64) -> Span {
    Span {
        node: "hss",
        attempt: AttemptId::derived("test", &[&id.to_be_bytes()]),
        id,
        parent: None,
        name: "S6a Authentication-Information".to_owned(),
        kind: SpanKind::Server,
        start: Duration::from_secs(1_760_000_000),
        end: Duration::from_secs(1_760_000_001),
        attributes: Vec::new(),
        events: Vec::new(),
        failure: None,
    }
}

/// Takes one request whole, answers it, and says what it was: the head, and the body.
async fn serve(listener: &TcpListener, status: &str) -> (String, Value) {
    let (stream, _) = listener.accept().await.unwrap();
    serve_on(stream, status).await
}

async fn serve_on(mut stream: impl AsyncRead + AsyncWrite + Unpin, status: &str) -> (String, Value) {
    let mut octets = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&octets).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            });
            if body.len() == length.unwrap_or(usize::MAX) {
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}");
                stream.write_all(answer.as_bytes()).await.unwrap();
                // Under TLS what is written may still be ours, and an end without a word of it is an error to whoever reads.
                stream.flush().await.unwrap();
                _ = stream.shutdown().await;
                return (head.to_owned(), serde_json::from_str(body).unwrap());
            }
        }
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.unwrap();
        assert!(read > 0, "the connection ended within a request: {text}");
        octets.extend_from_slice(&part[..read]);
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(work)
}

fn collector(listener: &TcpListener) -> Collector {
    Collector::parse(&format!("http://{}", listener.local_addr().unwrap()), None).unwrap()
}

/// A file of the certificates that other tests have: `sbi/authority.pem` issued that of `sbi/server.pem`, a server at 127.0.0.1.
fn certificate(name: &str) -> Vec<u8> {
    let (of, name) = name.split_once('/').unwrap();
    let directory = format!("{}/tests/{of}/certificates", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(format!("{directory}/{name}")).unwrap()
}

#[test]
fn spans_come_to_a_collector_over_tls_and_to_nobody_else() {
    block_on(async {
        let tls = ServerTls::from_pem(
            Alpn::Http11,
            &certificate("sbi/server.pem"),
            &certificate("sbi/server.key.pem"),
            None,
        );
        let acceptor = tls.unwrap().acceptor();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let away = |authority: &str| Collector::parse(&url, Some(&certificate(authority))).unwrap();
        let (tracer, exporter) = Tracer::start(away("sbi/authority.pem"), 1.0, "1").unwrap();
        tracer.tell(span(1));
        let finished = tokio::task::spawn_blocking(move || exporter.finish());
        let (stream, _) = listener.accept().await.unwrap();
        let (head, body) = serve_on(acceptor.accept(stream).await.unwrap(), "200 OK").await;
        assert!(head.starts_with("POST /v1/traces HTTP/1.1"), "{head}");
        assert_eq!(body["resourceSpans"].as_array().unwrap().len(), 1);
        finished.await.unwrap();
        assert_eq!(tracer.outcomes(), (1, 0));

        // One whose certificate somebody else issued is told nothing.
        let (tracer, exporter) = Tracer::start(away("sctp/authority.pem"), 1.0, "1").unwrap();
        tracer.tell(span(1));
        let finished = tokio::task::spawn_blocking(move || exporter.finish());
        let (stream, _) = listener.accept().await.unwrap();
        assert!(acceptor.accept(stream).await.is_err(), "it was believed");
        finished.await.unwrap();
        assert_eq!(tracer.outcomes(), (0, 1));
    });
}

#[test]
fn spans_come_to_the_collector() {
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (tracer, exporter) = Tracer::start(collector(&listener), 1.0, "1.2.3").unwrap();
        for id in 1..=3 {
            tracer.tell(span(id));
        }
        let (head, body) = serve(&listener, "200 OK").await;
        assert!(head.starts_with("POST /v1/traces HTTP/1.1"), "{head}");
        assert!(
            head.to_ascii_lowercase()
                .contains("content-type: application/json"),
            "{head}"
        );
        let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"]
            .as_array()
            .unwrap();
        assert!((1..=3).contains(&spans.len()), "{body}");
        assert_eq!(spans[0]["name"], "S6a Authentication-Information");
        // What is left is sent at the end, and then the thread is gone.
        let rest = 3 - spans.len();
        let finished = tokio::task::spawn_blocking(move || exporter.finish());
        if rest > 0 {
            serve(&listener, "200 OK").await;
        }
        finished.await.unwrap();
        assert_eq!(tracer.outcomes(), (3, 0));
    });
}

#[test]
fn a_collector_that_refuses_or_is_away_loses_spans_and_holds_nobody() {
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (tracer, exporter) = Tracer::start(collector(&listener), 1.0, "1").unwrap();
        tracer.tell(span(1));
        serve(&listener, "503 Service Unavailable").await;
        tokio::task::spawn_blocking(move || exporter.finish())
            .await
            .unwrap();
        assert_eq!(tracer.outcomes(), (0, 1));

        let away = collector(&listener);
        drop(listener);
        let (tracer, exporter) = Tracer::start(away, 1.0, "1").unwrap();
        // More than the queue holds, at once: this returns all the same.
        for id in 0..2 * MAX_WAITING as u64 {
            tracer.tell(span(id));
        }
        tokio::task::spawn_blocking(move || exporter.finish())
            .await
            .unwrap();
        assert_eq!(tracer.outcomes(), (0, 2 * MAX_WAITING as u64));
    });
}

#[test]
fn a_collector_is_named_by_a_url() {
    let parsed = |url| Collector::parse(url, None).map(|collector| (collector.authority, collector.path));
    let default = Ok(("127.0.0.1:4318".to_owned(), "/v1/traces".to_owned()));
    assert_eq!(parsed("http://127.0.0.1:4318"), default);
    assert_eq!(parsed("http://127.0.0.1/"), default);
    assert_eq!(
        parsed("http://[::1]:4318/otlp/"),
        Ok(("[::1]:4318".to_owned(), "/otlp/v1/traces".to_owned()))
    );
    for wrong in ["127.0.0.1:4318", "http://", "http://a b", "http:///x"] {
        assert!(parsed(wrong).is_err(), "{wrong}");
    }
    let authority = certificate("sbi/authority.pem");
    let why = |url, authorities| Collector::parse(url, authorities).unwrap_err();
    assert!(why("https://x:4318", None).contains("telemetry.authorities"));
    assert!(why("http://x:4318", Some(&*authority)).contains("https://"));
    assert!(why("https://x:4318", Some(b"no PEM")).contains("certificate"));
    let secured = Collector::parse("https://x/otlp", Some(&authority)).unwrap();
    assert_eq!(
        (&*secured.authority, &*secured.path),
        ("x:4318", "/otlp/v1/traces")
    );
    assert!(secured.tls.is_some());
}
