//! Who comes in, what they may do there, and how long; what other sites' pages can make a browser do: nothing.

use crate::support::{HOST, IMSI, K, OPC, Rig, encoded};
use quintet_admin::Role;
use quintet_browser::Answer;
use quintet_web::{IDLE, LIFE};
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

/// Pages, and who sees them: Admin, Provisioner, No-secrets, Read-only.
const PAGES: [(&str, &str); 17] = [
    ("/ui/", "APNR"),
    ("/ui/subscribers", "APNR"),
    ("/ui/subscribers?prefix=00101", "APNR"),
    ("/ui/subscribers/new", "AP"),
    ("/ui/subscribers/001010000000001", "APNR"),
    ("/ui/subscribers/001010000000001/edit", "APN"),
    ("/ui/subscribers/001010000000001/json", "APNR"),
    ("/ui/subscribers/001010000000001/apns/1", "APN"),
    ("/ui/subscribers/001010000000001/apns/9", "APN"),
    ("/ui/subscribers/001010000000001/remove", "APN"),
    ("/ui/equipment", "APNR"),
    ("/ui/peers", "APNR"),
    ("/ui/registrations", "APNR"),
    ("/ui/registrations?of=ims", "APNR"),
    ("/ui/audit", "AR"),
    ("/ui/keys", "AR"),
    ("/ui/nothing", ""),
];

fn letter(role: Role) -> char {
    match role {
        Role::Admin => 'A',
        Role::Provisioner => 'P',
        Role::NoSecrets => 'N',
        Role::ReadOnly => 'R',
    }
}

/// The headers that every page has, whatever it is.
fn check_headers(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{}",
        answer.head
    );
    assert!(
        policy.contains("form-action 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = &answer.body;
    assert!(
        !body.contains("<style") && !body.contains(" style=") && !body.contains(" onclick="),
        "{body}"
    );
    for script in body.split("<script").skip(1) {
        assert!(script.starts_with(" src=\"/ui/assets/"), "{script}");
    }
}

#[test]
fn nobody_comes_in_without_a_session() {
    let rig = Rig::new();
    for (path, _) in PAGES {
        let answer = rig.ask("GET", path, &[("Accept", "text/html")], "");
        if path == "/ui/nothing" {
            assert_eq!(answer.status, 404);
            continue;
        }
        assert_eq!(answer.status, 303, "{path}");
        assert!(
            answer.header("location").starts_with("/ui/login"),
            "{}",
            answer.head
        );
        let wrong = rig.ask("GET", path, &[("Cookie", "quintet-session=AAAA")], "");
        assert_eq!(wrong.status, 303, "{path}");
    }
    assert_eq!(
        rig.ask(
            "GET",
            "/ui/events/overview",
            &[("Accept", "text/event-stream")],
            ""
        )
        .status,
        401
    );
    assert_eq!(
        rig.ask("POST", &format!("/ui/subscribers/{IMSI}/remove"), &[], "")
            .status,
        401
    );
    let to = rig.ask("GET", "/ui/subscribers/001010000000001?done=saved", &[], "");
    assert_eq!(
        to.header("location"),
        "/ui/login?to=%2Fui%2Fsubscribers%2F001010000000001%3Fdone%3Dsaved"
    );
    assert_eq!(rig.ask("GET", "/", &[], "").header("location"), "/ui/");
    check_headers(&rig.ask("GET", "/ui/login", &[], ""));
}

#[test]
fn a_token_opens_a_session_and_is_in_no_page() {
    let rig = Rig::new();
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let token = rig.token(Role::Admin);
    let fields = [("token", token), ("to", "/ui/audit")];
    let answer = rig.ask("POST", "/ui/login", &form, &encoded(&fields));
    assert_eq!((answer.status, answer.header("location")), (303, "/ui/audit"));
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("quintet-session=") && cookie.contains("; Path=/;"),
        "{cookie}"
    );
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    assert!(!cookie.contains(token) && !cookie.contains("Domain"));
    let visitor = rig.visitor(Role::Admin);
    for (path, _) in PAGES {
        let answer = visitor.get(path);
        assert!(
            !answer.body.contains(token) && !answer.body.contains(visitor.cookie.split_once('=').unwrap().1),
            "{path}"
        );
    }
    let elsewhere = [("token", token), ("to", "//evil.example/")];
    assert_eq!(
        rig.ask("POST", "/ui/login", &form, &encoded(&elsewhere))
            .header("location"),
        "/ui/"
    );
}

#[test]
fn who_guesses_tokens_waits() {
    let rig = Rig::new();
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    for n in 0..12 {
        let guess = format!("quintet_{n}\"><script>");
        let answer = rig.ask(
            "POST",
            "/ui/login",
            &form,
            &encoded(&[("token", &guess), ("to", "\"><script>")]),
        );
        assert_eq!(answer.status, if n < 10 { 401 } else { 429 });
        assert_eq!(answer.header("set-cookie"), "");
        assert!(answer.body.contains("role=\"alert\"") && !answer.body.contains("\"><script>"));
        check_headers(&answer);
    }
    assert_eq!(
        rig.visitor(Role::ReadOnly).get("/ui/").status,
        200,
        "a token that counts is always heard"
    );
}

#[test]
fn every_role_on_every_page() {
    let rig = Rig::new();
    for role in Role::ALL {
        let visitor = rig.visitor(role);
        for (path, who) in PAGES {
            let answer = visitor.get(path);
            let expected = match (who.contains(letter(role)), who.is_empty()) {
                (true, _) => 200,
                (false, true) => 404,
                (false, false) => 403,
            };
            assert_eq!(answer.status, expected, "{role} {path} {}", answer.body);
            check_headers(&answer);
            assert!(answer.body.contains("<main id=\"main\""), "{path}");
        }
        let page = visitor.get(&format!("/ui/subscribers/{IMSI}")).body;
        assert_eq!(page.contains("/edit\""), role != Role::ReadOnly, "{role}");
        assert_eq!(page.contains("/remove\""), role != Role::ReadOnly, "{role}");
        let form = visitor.get(&format!("/ui/subscribers/{IMSI}/edit")).body;
        assert_eq!(
            form.contains("name=\"k\""),
            matches!(role, Role::Admin | Role::Provisioner),
            "{role}"
        );
        let keys = visitor.get("/ui/keys").body;
        assert_eq!(
            keys.contains("no-secrets</td>"),
            role == Role::Admin,
            "tokens are for {role}"
        );
    }
}

#[test]
fn the_server_refuses_what_the_page_does_not_offer() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::ReadOnly);
    let one = format!("/ui/subscribers/{IMSI}");
    let edit = [
        ("uplink", "1k"),
        ("downlink", "1k"),
        ("status", "service_granted"),
        ("default_apn", "1"),
    ];
    let apn = [
        ("apn", "x"),
        ("pdn_type", "ipv4"),
        ("qci", "9"),
        ("priority", "8"),
    ];
    for (path, fields) in [
        (format!("{one}/edit"), &edit[..]),
        (format!("{one}/apns/1"), &apn[..]),
        (format!("{one}/apns/1"), &[("what", "remove")]),
        (
            format!("{one}/json"),
            &[("record", "{\"imsi\":\"001010000000001\"}")],
        ),
        (format!("{one}/remove"), &[]),
        (format!("{one}/cancel-location"), &[]),
        (format!("{one}/deregister"), &[]),
        (
            "/ui/subscribers/new".to_owned(),
            &[("imsi", "001010000000009"), ("k", "00"), ("opc", "00")],
        ),
        (
            "/ui/equipment/rule".to_owned(),
            &[("equipment", "35"), ("status", "black")],
        ),
        (
            "/ui/equipment/binding".to_owned(),
            &[("imsi", IMSI), ("equipment", "35209900")],
        ),
    ] {
        assert_eq!(visitor.post(&path, fields).status, 403, "{path}");
    }
    let no_secrets = rig.visitor(Role::NoSecrets);
    let keys = [&edit[..], &[("algorithm", "milenage"), ("k", K), ("opc", OPC)]].concat();
    assert_eq!(no_secrets.post(&format!("{one}/edit"), &keys).status, 403);
    assert_eq!(no_secrets.post(&format!("{one}/edit"), &edit).status, 303);
}

#[test]
fn a_scope_hides_who_is_not_in_it() {
    let rig = Rig::new();
    let narrow = rig.log_in(&rig.tokens.last().unwrap().1.clone());
    assert_eq!(narrow.get(&format!("/ui/subscribers/{IMSI}")).status, 404);
    assert!(!narrow.get("/ui/subscribers").body.contains(IMSI));
    let sought = narrow.get(&format!("/ui/subscribers?q={IMSI}"));
    assert_eq!(sought.status, 200);
    assert!(!sought.body.contains(&format!("/ui/subscribers/{IMSI}")));
    let served = narrow.get(&format!("/ui/registrations?host={HOST}"));
    assert!(!served.body.contains(IMSI));
    assert_eq!(narrow.get("/ui/audit").status, 403);
    assert!(
        !narrow.get("/ui/").body.contains("href=\"/ui/audit\""),
        "what is refused is not offered"
    );
}

#[test]
fn pages_of_other_sites_change_nothing() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::Admin);
    let remove = format!("/ui/subscribers/{IMSI}/remove");
    let site = rig.site();
    let proof = [("csrf", visitor.proof.as_str())];
    for (fields, headers) in [
        (&[][..], &[("Origin", site.as_str())][..]),
        (&[("csrf", "")], &[("Origin", &site)]),
        (&[("csrf", "AAAA")], &[]),
        (&proof, &[("Origin", "https://evil.example")]),
        (&proof, &[("Origin", "null")]),
        (&proof, &[("Sec-Fetch-Site", "cross-site"), ("Origin", &site)]),
        (&proof, &[("Sec-Fetch-Site", "same-site")]),
    ] {
        let answer = visitor.post_with(&remove, fields, headers);
        assert_eq!(answer.status, 403, "{fields:?} {headers:?}");
    }
    let other = rig.visitor(Role::Admin);
    assert_eq!(
        visitor.post_with(&remove, &[("csrf", &other.proof)], &[]).status,
        403,
        "of another session"
    );
    let json = rig.ask(
        "POST",
        &remove,
        &[("Cookie", &visitor.cookie), ("Content-Type", "text/plain")],
        "csrf=x",
    );
    assert_eq!(json.status, 415);
    let form = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", "https://evil.example"),
    ];
    let log_in = rig.ask(
        "POST",
        "/ui/login",
        &form,
        &encoded(&[("token", rig.token(Role::Admin))]),
    );
    assert_eq!(log_in.status, 403, "nobody is logged in as somebody else");
    assert_eq!(
        visitor.get(&format!("/ui/subscribers/{IMSI}")).status,
        200,
        "it is still there"
    );
    let with_session = [("Cookie", visitor.cookie.as_str())];
    let api = rig.ask("GET", "/api/v1/subscribers", &with_session, "");
    assert_eq!(api.status, 401, "a session is none for the interface");
}

#[test]
fn a_session_ends() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::Admin);
    assert_eq!(visitor.post("/ui/logout", &[]).header("location"), "/ui/login");
    assert_eq!(visitor.get("/ui/").status, 303, "logged out");
    let visitor = rig.visitor(Role::Admin);
    rig.pass(IDLE - Duration::from_secs(1));
    assert_eq!(visitor.get("/ui/").status, 200);
    rig.pass(IDLE);
    assert_eq!(visitor.get("/ui/").status, 303, "idle");
    let visitor = rig.visitor(Role::Admin);
    let mut lived = Duration::ZERO;
    while lived + IDLE / 2 < LIFE {
        rig.pass(IDLE / 2);
        lived += IDLE / 2;
        assert_eq!(visitor.get("/ui/").status, 200);
    }
    rig.pass(IDLE / 2);
    assert_eq!(visitor.get("/ui/").status, 303, "old");
}

#[test]
fn a_revoked_token_ends_its_sessions_and_their_streams() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::ReadOnly);
    assert_eq!(visitor.get("/ui/").status, 200);
    let headers = [
        ("Cookie", visitor.cookie.as_str()),
        ("Accept", "text/event-stream"),
    ];
    let mut stream = rig.connect("GET", "/ui/events/overview", &headers, "");
    let mut first = [0; 1];
    stream.read_exact(&mut first).unwrap();
    let token = format!("Bearer {}", rig.token(Role::Admin));
    let revoked = rig.ask(
        "DELETE",
        "/api/v1/tokens/read-only",
        &[("Authorization", &token)],
        "",
    );
    assert_eq!(revoked.status, 204);
    assert_eq!(visitor.get("/ui/").status, 303);
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("it ends by itself");
}

#[tokio::test]
async fn over_tls_the_cookie_is_this_hosts_alone() {
    let mut store = quintet_store::MemoryStore::new();
    let new = quintet_admin::NewToken {
        name: "a".to_owned(),
        role: Role::Admin,
        scopes: quintet_admin::Scopes::default(),
        expires: None,
    };
    let (token, text) = quintet_admin::mint(new, Duration::from_secs(1)).unwrap();
    let token = Box::new(token);
    let add = quintet_store::AdminCommand::AddToken { token, first: false };
    store.execute(quintet_store::Command::Admin(add)).unwrap();
    let (desk, work) = quintet_admin::Desk::new(Box::new(store), Arc::default(), Arc::default());
    tokio::spawn(work);
    let settings = quintet_admin::Settings {
        home_plmns: Vec::new(),
        audit_kept: Duration::from_secs(1),
        orders: None,
        keys: None,
        clock: Arc::new(|| Duration::from_secs(1_800_000_000)),
    };
    let app = quintet_admin::App::new(desk, settings);
    app.learn_tokens().await.unwrap();
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let inside = quintet_admin::Inside::new(app, true, stopped);
    let router = quintet_web::router(inside, quintet_web::Settings::default());
    let request = http::Request::post("/ui/login")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(encoded(&[("token", &text)])))
        .unwrap();
    let answer = router.oneshot(request).await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-quintet-session="), "{cookie}");
    assert!(
        cookie.contains("; Secure") && cookie.contains("; Path=/;") && !cookie.contains("Domain"),
        "{cookie}"
    );
}
