//! The real transport: HTTP/1.1 over TLS.
//!
//! Two pools. Reads share connections that are kept alive. A request that does something (`POST`) gets
//! a new connection each time: on a hotspot a kept connection is often dead without anybody knowing,
//! and a request written into it is one whose outcome nobody knows, while a dead network shows on a new
//! connection as "no connection", which is certain and can be tried again by itself. One handshake
//! more is the price.
//!
//! Whether a `POST` was written is not guessed from the text of an error: its body is handed to the HTTP
//! library through a stream that notes when it is asked for. A body that was never asked for never
//! left, and without its body the backend has no request. (A request without a body gives no such
//! proof and counts as written once there was a connection.)

use std::convert::Infallible;
use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Method};
use tokio::sync::OnceCell;
use url::Url;

use super::transport::{
    MAX_BODY, Request, Response, Transport, TransportError, TransportFault, is_loopback, place, too_large,
};
use crate::domain::cause::{Cause, Flaw, Network, Plain};
use crate::domain::clean;
use crate::ports::Reply;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To connect: name, TCP and TLS.
    pub connect: Duration,
    /// The whole call, with its answer.
    pub whole: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), whole: Duration::from_secs(20) }
    }
}

/// HTTP over sockets. Making one costs nothing; certificates are loaded with the first request.
#[derive(Default)]
pub struct HttpTransport {
    limits: Limits,
    /// For `https`.
    secure: OnceCell<Clients>,
    /// For `http` to this machine (the sandbox): without certificates and proxies.
    plain: OnceCell<Clients>,
}

struct Clients {
    /// Keeps connections alive.
    reading: Client,
    /// A new connection for each request.
    acting: Client,
}

impl HttpTransport {
    /// With the usual limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    async fn clients(&self, url: &Url) -> Result<&Clients, TransportError> {
        let cell = match url.scheme() {
            "https" => &self.secure,
            "http" if is_loopback(url) => &self.plain,
            _ => {
                return Err(TransportError::before(
                    TransportFault::Unsendable,
                    Cause::at(&place(url), Cause::Plain(Plain::OnlyHttps)),
                ));
            }
        };
        let limits = self.limits;
        let secure = url.scheme() == "https";
        cell.get_or_try_init(|| async move {
            // Reading the system's certificates takes tens of milliseconds of disk and processor.
            tokio::task::spawn_blocking(move || Clients::build(limits, secure))
                .await
                .map_err(|_| "it stopped".to_owned())
                .and_then(|built| built)
                .map_err(|why| TransportError::before(TransportFault::Unsendable, Cause::NoClient(why)))
        })
        .await
    }

    async fn exchange(&self, request: Request, handed: &AtBody) -> Result<Response, TransportError> {
        let clients = self.clients(&request.url).await?;
        let at = place(&request.url);
        let client = if request.method == Method::GET { &clients.reading } else { &clients.acting };
        let acts = request.method != Method::GET;
        let mut builder = client.request(request.method, request.url).headers(request.headers);
        if let Some(body) = request.body {
            builder = builder.header(CONTENT_LENGTH, HeaderValue::from(body.len()));
            let flag = Arc::clone(&handed.0);
            let stream = futures_util::stream::once(async move {
                flag.store(true, Ordering::SeqCst);
                Ok::<_, Infallible>(body)
            });
            builder = builder.body(reqwest::Body::wrap_stream(stream));
        } else if acts {
            handed.0.store(true, Ordering::SeqCst);
            builder = builder.header(CONTENT_LENGTH, HeaderValue::from_static("0"));
        } else {
            handed.0.store(true, Ordering::SeqCst);
        }
        let mut response = builder.send().await.map_err(|e| handed.classify(&e, &at))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        if response.content_length().is_some_and(|n| n > MAX_BODY as u64) {
            return Err(too_large(&at));
        }
        let mut body = Blocks::default();
        loop {
            // From here on the backend has had the request, whatever the error says.
            match response.chunk().await {
                Ok(Some(chunk)) if body.size + chunk.len() > MAX_BODY => return Err(too_large(&at)),
                Ok(Some(chunk)) => body.add(&chunk),
                Ok(None) => return Ok(Response { status, headers, body: body.blocks.concat() }),
                Err(e) => {
                    return Err(TransportError::after(
                        TransportFault::Cut,
                        Cause::at(&at, Cause::BrokeOff(network(&e))),
                    ));
                }
            }
        }
    }
}

/// An answer on its way, in blocks. As one piece it would be moved whenever it has outgrown its room, and the allocator
/// does not give rooms of megabytes back: an answer that never ends would cost them for good.
#[derive(Default)]
struct Blocks {
    blocks: Vec<Vec<u8>>,
    size: usize,
}

impl Blocks {
    /// Smaller than what an allocator takes for large.
    const LARGEST: usize = 64 * 1024;

    fn add(&mut self, mut bytes: &[u8]) {
        self.size += bytes.len();
        while !bytes.is_empty() {
            match self.blocks.last_mut().filter(|block| block.len() < Self::LARGEST) {
                Some(block) => {
                    let (now, later) = bytes.split_at(bytes.len().min(Self::LARGEST - block.len()));
                    block.extend_from_slice(now);
                    bytes = later;
                }
                None => self.blocks.push(Vec::new()),
            }
        }
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> Reply<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let at = place(&request.url);
            let handed = AtBody::default();
            match tokio::time::timeout(self.limits.whole, self.exchange(request, &handed)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(TransportError {
                    fault: TransportFault::TimedOut,
                    maybe_written: handed.asked_for(),
                    cause: Cause::at(&at, Cause::NoAnswer(self.limits.whole.as_secs())),
                }),
            }
        })
    }
}

/// Whether the body of a request has been asked for.
#[derive(Default)]
struct AtBody(Arc<AtomicBool>);

impl AtBody {
    fn asked_for(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    fn classify(&self, error: &reqwest::Error, at: &str) -> TransportError {
        let before = |fault, cause| TransportError::before(fault, Cause::at(at, cause));
        if error.is_builder() {
            return before(TransportFault::Unsendable, Cause::Unsendable(innermost(error)));
        }
        if error.is_connect() {
            return match tls_error(error) {
                Some(rustls::Error::InvalidCertificate(bad)) => {
                    before(TransportFault::Certificate, Cause::Certificate(flaw(bad)))
                }
                _ => before(TransportFault::NoConnection, Cause::NoConnection(network(error))),
            };
        }
        TransportError {
            fault: if error.is_timeout() { TransportFault::TimedOut } else { TransportFault::Cut },
            maybe_written: self.asked_for(),
            cause: Cause::at(at, Cause::Cut(network(error))),
        }
    }
}

fn flaw(bad: &rustls::CertificateError) -> Flaw {
    use rustls::CertificateError as Bad;
    match bad {
        Bad::Expired | Bad::ExpiredContext { .. } => Flaw::Expired,
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => Flaw::NotYet,
        Bad::UnknownIssuer => Flaw::UnknownIssuer,
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => Flaw::OtherName,
        other => {
            let said = other.to_string();
            // What a box in between makes for itself, as the gateways of hotspots do: it vouches for itself alone. Of
            // this the library tells nothing but a text.
            if said.contains("CaUsedAsEndEntity") {
                return Flaw::UnknownIssuer;
            }
            Flaw::Theirs(clean::line_within(&said, 160))
        }
    }
}

/// What is wrong with the network: by the kind of the system's error where there is one.
fn network(error: &reqwest::Error) -> Network {
    if error.is_timeout() {
        return Network::TooSlow;
    }
    let mut inner: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(e) = inner {
        if let Some(known) = e.downcast_ref::<io::Error>().and_then(Network::of) {
            return known;
        }
        inner = e.source();
    }
    if matches!(tls_error(error), Some(rustls::Error::InvalidMessage(_))) {
        return Network::NotTls;
    }
    let said = innermost(error);
    // Of this the libraries tell nothing but a text. Where it is another one, it is told as it is.
    if said.contains("closed before message completed") || said.contains("end of file before message length")
    {
        return Network::Closed;
    }
    if said.is_empty() { Network::Unsaid } else { Network::Theirs(said) }
}

/// The innermost cause as one short line. It never holds the address: only the outermost error does.
fn innermost(error: &reqwest::Error) -> String {
    let mut inner: Option<&dyn StdError> = error.source();
    let mut text = String::new();
    while let Some(e) = inner {
        text = e.to_string();
        inner = e.source();
    }
    clean::line_within(&text, 160)
}

/// The TLS error that `error` comes from. An `io::Error` hides the error that it was made of from
/// `source()`, so it is asked for by itself.
fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut inner: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(e) = inner {
        if let Some(tls) = e.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        let hidden = e.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(hidden) = hidden {
            if let Some(tls) = hidden.downcast_ref::<rustls::Error>() {
                return Some(tls);
            }
            inner = Some(hidden);
            // An io::Error made of an io::Error: go on inside of it.
            if hidden.is::<std::io::Error>() {
                continue;
            }
        }
        inner = inner.and_then(StdError::source);
    }
    None
}

impl Clients {
    fn build(limits: Limits, secure: bool) -> Result<Self, String> {
        // Once a process; a second call does nothing. Without it the builder panics.
        rustls::crypto::ring::default_provider().install_default().ok();
        if !secure {
            let none = || Ok(base(limits).no_proxy().tls_certs_only(std::iter::empty()));
            return Self::pair(none);
        }
        // A machine without a store of certificates (a bare container) gets Mozilla's.
        Self::pair(|| Ok(base(limits))).or_else(|_| {
            let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
                .iter()
                .map(|der| Certificate::from_der(der))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|e| format!("the built-in certificates: {}", innermost(&e)))?;
            Self::pair(|| Ok(base(limits).tls_certs_only(roots.iter().cloned())))
        })
    }

    fn pair(builder: impl Fn() -> Result<ClientBuilder, String>) -> Result<Self, String> {
        let made = |e: reqwest::Error| innermost(&e);
        Ok(Self {
            reading: builder()?.pool_idle_timeout(Duration::from_secs(30)).build().map_err(made)?,
            acting: builder()?.pool_max_idle_per_host(0).build().map_err(made)?,
        })
    }
}

fn base(limits: Limits) -> ClientBuilder {
    Client::builder()
        .connect_timeout(limits.connect)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .http1_only()
        .referer(false)
        .tcp_nodelay(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_in_blocks_is_the_answer_however_it_comes() {
        let all: Vec<u8> = (0_u32..300_000).map(|n| n.to_le_bytes()[0]).collect();
        for piece in [1_000, Blocks::LARGEST - 1, Blocks::LARGEST, Blocks::LARGEST + 1, all.len()] {
            let mut body = Blocks::default();
            all.chunks(piece).for_each(|bytes| body.add(bytes));
            assert_eq!((body.size, body.blocks.concat() == all), (all.len(), true), "{piece}");
            assert_eq!(body.blocks.len(), all.len().div_ceil(Blocks::LARGEST), "{piece}");
        }
        assert_eq!(Blocks::default().blocks.concat(), [0_u8; 0]);
    }
}
