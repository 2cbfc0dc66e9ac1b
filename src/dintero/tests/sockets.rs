//! The real transport against raw servers that misbehave on purpose, each on a port of its own.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::json;
use url::Url;

use super::support::{SESSION, client_with, config, link_id, sale};
use crate::dintero::{
    HttpTransport, Limits, MAX_BODY, Request, Response, Transport as _, TransportError, TransportFault,
};
use crate::domain::cause::{Barrier, Cause, Flaw};
use crate::ports::{FaultKind, Gateway as _, Sending};

/// A server that does with each connection what `serve` does, given how many came before.
fn server(serve: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let (count, serve) = (Arc::clone(&connections), Arc::new(serve));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (n, serve) = (count.fetch_add(1, Ordering::SeqCst), Arc::clone(&serve));
            thread::spawn(move || serve(stream, n));
        }
    });
    (base, connections)
}

/// Reads one request; its head, or `None` when the other side has gone.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).unwrap();
    let length =
        head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some(head)
}

fn reply(stream: &mut TcpStream, status: &str, body: &str) {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
    // The client may have gone: that is its business.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

fn request(method: Method, base: &str) -> Request {
    let body = (method == Method::POST).then(|| b"{}".to_vec());
    Request {
        method,
        url: Url::parse(base).unwrap().join("/v1/x?search=secret").unwrap(),
        headers: HeaderMap::new(),
        body,
    }
}

fn impatient() -> HttpTransport {
    HttpTransport::with_limits(Limits { connect: Duration::from_secs(5), whole: Duration::from_millis(300) })
}

async fn send(method: Method, base: &str) -> Result<Response, TransportError> {
    HttpTransport::new().send(request(method, base)).await
}

#[tokio::test]
async fn an_answer_is_read_whole() {
    let (base, _) = server(|mut stream, _| {
        let head = read_request(&mut stream).unwrap();
        reply(&mut stream, "418 I'm a teapot", &head);
    });
    let answer = send(Method::POST, &base).await.unwrap();
    assert_eq!(answer.status, 418);
    let head = String::from_utf8(answer.body).unwrap();
    assert!(head.starts_with("POST /v1/x?search=secret HTTP/1.1\r\n"));
    assert!(head.contains("content-length: 2\r\n"), "{head}");
    assert!(!head.contains("transfer-encoding"), "{head}");
}

#[tokio::test]
async fn a_post_without_a_body_says_so() {
    let (base, _) = server(|mut stream, _| {
        let head = read_request(&mut stream).unwrap();
        reply(&mut stream, "200 OK", &head);
    });
    let answer = HttpTransport::new().send(Request { body: None, ..request(Method::POST, &base) }).await;
    let head = String::from_utf8(answer.unwrap().body).unwrap();
    assert!(head.contains("content-length: 0\r\n"), "{head}");
}

#[tokio::test]
async fn no_connection_is_certain() {
    // A port that was free a moment ago and that nobody listens on.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for method in [Method::GET, Method::POST] {
        let error = send(method, &format!("http://127.0.0.1:{port}")).await.unwrap_err();
        assert_eq!((error.fault, error.maybe_written), (TransportFault::NoConnection, false));
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn only_https_leaves_this_machine() {
    for base in ["http://192.0.2.1", "http://checkout.dintero.com", "ftp://127.0.0.1"] {
        let error = send(Method::POST, base).await.unwrap_err();
        assert_eq!((error.fault, error.maybe_written), (TransportFault::Unsendable, false));
    }
}

#[tokio::test]
async fn tls_to_a_server_without_it_is_no_connection() {
    let (base, _) = server(|mut stream, _| reply(&mut stream, "400 Bad Request", ""));
    let error = send(Method::POST, &base.replace("http:", "https:")).await.unwrap_err();
    assert_eq!((error.fault, error.maybe_written), (TransportFault::NoConnection, false), "{error}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_told_apart() {
    use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
    // Made for this test alone: openssl req -x509 -newkey ec … -subj "/CN=paylink test".
    let certificate = CertificateDer::from(&include_bytes!("data/self-signed.crt.der")[..]);
    let key = PrivatePkcs8KeyDer::from(&include_bytes!("data/self-signed.key.der")[..]);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    let tls = Arc::new(tls);
    let (base, _) = server(move |mut stream, _| {
        let mut connection = rustls::ServerConnection::new(Arc::clone(&tls)).unwrap();
        // Ends with the client's alert.
        let _ = connection.complete_io(&mut stream);
    });
    let base = base.replace("http:", "https:");
    let error = send(Method::POST, &base).await.unwrap_err();
    assert_eq!((error.fault, error.maybe_written), (TransportFault::Certificate, false), "{error}");
    // Nothing was sent to the backend, which nobody has reached: the network answers for itself.
    let client = client_with(config(&base), Arc::new(HttpTransport::new()));
    let fault = client.create(link_id(), &sale(), &Sending::default()).await.unwrap_err();
    assert_eq!((fault.kind, fault.barrier()), (FaultKind::Untrusted, Some(Barrier::SomebodyElse)), "{fault}");
    let kept = Cause::read(&fault.line()).unwrap();
    assert!(kept.unreached(), "also as it is kept: {kept}");
    assert!(matches!(&kept, Cause::At(_, why) if **why == Cause::Certificate(Flaw::UnknownIssuer)), "{kept}");
}

#[tokio::test]
async fn a_cut_after_the_request_was_read_may_have_done_something() {
    let (base, _) = server(|mut stream, _| {
        read_request(&mut stream);
    });
    let error = send(Method::POST, &base).await.unwrap_err();
    assert_eq!((error.fault, error.maybe_written), (TransportFault::Cut, true));
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn a_cut_in_the_middle_of_the_answer() {
    let (base, _) = server(|mut stream, _| {
        read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":");
    });
    let error = send(Method::POST, &base).await.unwrap_err();
    assert_eq!((error.fault, error.maybe_written), (TransportFault::Cut, true));
}

#[tokio::test]
async fn garbage_instead_of_http() {
    let (base, _) = server(|mut stream, _| {
        read_request(&mut stream);
        let _ = stream.write_all(b"\x16\x03\x01 not http at all\r\n\r\n");
    });
    let error = send(Method::POST, &base).await.unwrap_err();
    assert_eq!((error.fault, error.maybe_written), (TransportFault::Cut, true));
}

#[tokio::test]
async fn an_endless_answer_is_refused() {
    let chunk = [b'x'; 64 * 1024];
    let (base, _) = server(move |mut stream, _| {
        read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&chunk).is_ok() {}
    });
    let error = send(Method::POST, &base).await.unwrap_err();
    assert_eq!((error.fault, error.maybe_written), (TransportFault::TooLarge, true));
    // One that says beforehand how long it is isn't even begun.
    let (base, _) = server(|mut stream, _| {
        read_request(&mut stream);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", MAX_BODY + 1);
        let _ = stream.write_all(head.as_bytes());
        // Held open until the client leaves.
        let _ = stream.read(&mut [0]);
    });
    let error = send(Method::GET, &base).await.unwrap_err();
    assert_eq!(error.fault, TransportFault::TooLarge);
}

#[tokio::test]
async fn an_answer_that_does_not_come_or_does_not_end() {
    let (silent, _) = server(|mut stream, _| {
        read_request(&mut stream);
        let _ = stream.read(&mut [0]);
    });
    let (slow, _) = server(|mut stream, _| {
        read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx");
        let _ = stream.read(&mut [0]);
    });
    for base in [silent, slow] {
        let error = impatient().send(request(Method::POST, &base)).await.unwrap_err();
        assert_eq!((error.fault, error.maybe_written), (TransportFault::TimedOut, true));
    }
}

#[tokio::test]
async fn who_never_gets_to_the_request_has_not_got_it() {
    // TCP connects, TLS is never answered: still connecting, by either clock.
    let (base, _) = server(|mut stream, _| {
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let base = base.replace("http:", "https:");
    let (short, long) = (Duration::from_millis(300), Duration::from_secs(60));
    for (limits, fault) in [
        (Limits { connect: short, whole: long }, TransportFault::NoConnection),
        (Limits { connect: long, whole: short }, TransportFault::TimedOut),
    ] {
        let error = HttpTransport::with_limits(limits).send(request(Method::POST, &base)).await.unwrap_err();
        assert_eq!((error.fault, error.maybe_written), (fault, false), "{error}");
    }
}

#[tokio::test]
async fn reads_share_a_connection_and_a_post_has_its_own() {
    let (base, connections) = server(|mut stream, _| {
        while read_request(&mut stream).is_some() {
            reply(&mut stream, "200 OK", "{}");
        }
    });
    let transport = HttpTransport::new();
    for _ in 0..3 {
        transport.send(request(Method::GET, &base)).await.unwrap();
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    for _ in 0..3 {
        transport.send(request(Method::POST, &base)).await.unwrap();
    }
    assert_eq!(connections.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn no_redirect_is_followed_by_the_transport() {
    let (base, connections) = server(|mut stream, _| {
        read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n");
    });
    assert_eq!(send(Method::GET, &base).await.unwrap().status, 302);
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

/// A network that wants a sign-in first sends everybody to its page, or answers with it.
#[tokio::test]
async fn a_page_in_place_of_a_token_is_somebody_else() {
    for (status, body) in
        [("302 Found", ""), ("511 Network Authentication Required", ""), ("200 OK", "<html>Welcome")]
    {
        let (base, _) = server(move |mut stream, _| {
            read_request(&mut stream);
            reply(&mut stream, status, body);
        });
        let client = client_with(config(&base), Arc::new(HttpTransport::new()));
        let fault = client.create(link_id(), &sale(), &Sending::default()).await.unwrap_err();
        let told = (fault.kind, fault.barrier());
        assert_eq!(told, (FaultKind::NotSent, Some(Barrier::SomebodyElse)), "{status}: {fault}");
    }
}

#[tokio::test]
async fn a_sale_over_sockets_with_every_kind_of_trouble() {
    // Signing in, then a cut, a refused token, a session.
    let posts = AtomicUsize::new(0);
    let (base, _) = server(move |mut stream, _| {
        let Some(head) = read_request(&mut stream) else { return };
        let host = head.lines().find_map(|l| l.strip_prefix("host: ")).unwrap().to_owned();
        if head.contains("/auth/token") {
            return reply(&mut stream, "200 OK", r#"{"access_token":"t","expires_in":100}"#);
        }
        match posts.fetch_add(1, Ordering::SeqCst) {
            0 => {}
            1 => reply(&mut stream, "401 Unauthorized", "{}"),
            _ => {
                let made = json!({"id": SESSION, "url": format!("http://{host}/v1/view/{SESSION}")});
                reply(&mut stream, "200 OK", &made.to_string());
            }
        }
    });
    let client = client_with(config(&base), Arc::new(HttpTransport::new()));
    let fault = client.create(link_id(), &sale(), &Sending::default()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Maybe);
    let made = client.create(link_id(), &sale(), &Sending::default()).await.unwrap();
    assert_eq!(made.url, format!("{base}/v1/view/{SESSION}"));
}
