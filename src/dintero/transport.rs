//! How a request gets to the backend and what is known when it didn't.

use std::fmt;

use reqwest::Method;
use reqwest::header::HeaderMap;
use url::Url;

use crate::domain::cause::Cause;
use crate::ports::Reply;

/// The largest answer that is read: 2 MiB. A page of a hundred transactions is far below it.
pub const MAX_BODY: usize = 2 * 1024 * 1024;

/// A request, ready to be written.
#[derive(Clone)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: Method,
    /// The whole address. Its query may hold a phone number or an e-mail address: never logged.
    pub url: Url,
    /// All headers but those of the connection.
    pub headers: HeaderMap,
    /// The JSON body, if there is one.
    pub body: Option<Vec<u8>>,
}

/// An answer, read to its end.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most [`MAX_BODY`] bytes.
    pub body: Vec<u8>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers hold the token, query and body hold people.
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.url.path())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What went wrong on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportFault {
    /// No connection: no such name, refused, unreachable, too slow to connect.
    NoConnection,
    /// The other side could not prove who it is.
    Certificate,
    /// Connected, but the whole call took too long.
    TimedOut,
    /// The connection ended before the whole answer was here.
    Cut,
    /// The answer is over [`MAX_BODY`].
    TooLarge,
    /// The request could not be made at all.
    Unsendable,
}

/// Why there is no answer, and the one thing that decides about sending again: whether the request may
/// have been written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct TransportError {
    /// What went wrong.
    pub fault: TransportFault,
    /// `false` only where it is certain that the backend can't have the whole request.
    pub maybe_written: bool,
    /// Why, with the host but without path, query or headers.
    pub cause: Cause,
}

impl TransportError {
    /// A failure before anything was written.
    #[must_use]
    pub const fn before(fault: TransportFault, cause: Cause) -> Self {
        Self { fault, maybe_written: false, cause }
    }

    /// A failure after which the backend may have the request.
    #[must_use]
    pub const fn after(fault: TransportFault, cause: Cause) -> Self {
        Self { fault, maybe_written: true, cause }
    }
}

/// Something that carries a request to the backend and its answer back. It never tries twice and
/// follows no redirect.
pub trait Transport: Send + Sync {
    /// Sends, and reads the whole answer.
    fn send(&self, request: Request) -> Reply<'_, Result<Response, TransportError>>;
}

/// `host` or `host:port` of an address, for messages.
pub(super) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or("?");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether the address is this machine itself.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The answer of `at` is over [`MAX_BODY`].
pub(super) fn too_large(at: &str) -> TransportError {
    let size = (MAX_BODY / 1024 / 1024) as u64;
    TransportError::after(TransportFault::TooLarge, Cause::at(at, Cause::TooLarge(size)))
}
