//! A transport without a network: calls a router in the same process. Journeys run on it with tokio's
//! paused clock, where a socket would time out because the clock runs ahead of it.

use std::fmt::Display;
use std::time::Duration;

use axum::body::Body;
use axum::http::Extensions;
use futures_util::StreamExt as _;
use reqwest::header::{CONTENT_LENGTH, HOST, HeaderValue};
use tower_service::Service;

use super::transport::{
    MAX_BODY, Request, Response, Transport, TransportError, TransportFault, place, too_large,
};
use crate::domain::cause::{Cause, Network};
use crate::domain::clean;
use crate::ports::Reply;

/// How long a call may take, as with sockets.
const WHOLE: Duration = Duration::from_secs(20);

/// Calls `service` for each request: an `axum::Router`, or anything like it.
#[derive(Clone, Debug)]
pub struct RouterTransport<S> {
    service: S,
    is_cut: fn(&Extensions) -> bool,
}

impl<S> RouterTransport<S> {
    /// A transport to `service`.
    #[must_use]
    pub const fn new(service: S) -> Self {
        Self { service, is_cut: |_| false }
    }

    /// Takes an answer with such extensions for a connection that was cut: a service can't cut one.
    #[must_use]
    pub const fn cut_when(mut self, is_cut: fn(&Extensions) -> bool) -> Self {
        self.is_cut = is_cut;
        self
    }
}

impl<S> Transport for RouterTransport<S>
where
    S: Service<axum::http::Request<Body>, Response = axum::http::Response<Body>>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send,
    S::Error: Display + Send,
{
    fn send(&self, request: Request) -> Reply<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let at = place(&request.url);
            // A task of its own: the backend goes on when the caller has given up, as a real one does.
            let call = tokio::spawn(call(self.service.clone(), request, self.is_cut));
            match tokio::time::timeout(WHOLE, call).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err(cut(&at, Network::Unsaid)),
                Err(_) => Err(TransportError::after(
                    TransportFault::TimedOut,
                    Cause::at(&at, Cause::NoAnswer(WHOLE.as_secs())),
                )),
            }
        })
    }
}

async fn call<S>(
    mut service: S,
    request: Request,
    is_cut: fn(&Extensions) -> bool,
) -> Result<Response, TransportError>
where
    S: Service<axum::http::Request<Body>, Response = axum::http::Response<Body>>,
    S::Error: Display,
{
    let at = place(&request.url);
    let unsendable = |why: String| {
        TransportError::before(TransportFault::Unsendable, Cause::at(&at, Cause::Unsendable(why)))
    };
    let path = match request.url.query() {
        Some(query) => format!("{}?{query}", request.url.path()),
        None => request.url.path().to_owned(),
    };
    let mut asked = axum::http::Request::new(Body::empty());
    *asked.method_mut() = request.method;
    *asked.uri_mut() = path.parse().map_err(|_| unsendable("not an address".to_owned()))?;
    *asked.headers_mut() = request.headers;
    let host = HeaderValue::from_str(&at).map_err(|_| unsendable("not a host".to_owned()))?;
    asked.headers_mut().insert(HOST, host);
    if let Some(body) = request.body {
        asked.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        *asked.body_mut() = Body::from(body);
    }
    std::future::poll_fn(|cx| service.poll_ready(cx)).await.map_err(|e| unsendable(e.to_string()))?;
    let broken = |why: String| cut(&at, Network::Theirs(clean::line_within(&why, 160)));
    let answer = service.call(asked).await.map_err(|e| broken(e.to_string()))?;
    let (parts, body) = answer.into_parts();
    if is_cut(&parts.extensions) {
        return Err(cut(&at, Network::Unsaid));
    }
    let mut stream = body.into_data_stream();
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|e| broken(e.to_string()))?;
        if body.len() + chunk.len() > MAX_BODY {
            return Err(too_large(&at));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status: parts.status.as_u16(), headers: parts.headers, body })
}

fn cut(at: &str, why: Network) -> TransportError {
    TransportError::after(TransportFault::Cut, Cause::at(at, Cause::Cut(why)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::http::HeaderMap as Headers;
    use axum::response::IntoResponse as _;
    use axum::routing::{get, post};
    use reqwest::Method;
    use reqwest::header::HeaderMap;
    use url::Url;

    #[derive(Clone)]
    struct Scissors;

    fn router() -> Router {
        Router::new()
            .route(
                "/echo",
                post(|uri: axum::http::Uri, headers: Headers, body: String| async move {
                    (
                        axum::http::StatusCode::CREATED,
                        [("x-test", "1")],
                        format!("{uri} {} {body}", headers["host"].to_str().unwrap()),
                    )
                }),
            )
            .route("/never", get(std::future::pending::<&str>))
            .route("/panic", get(async || if true { panic!("on purpose") } else { "" }))
            .route("/endless", get(async || Body::from_stream(futures_util::stream::repeat_with(endless))))
            .route(
                "/cut",
                get(async || {
                    let mut answer = "".into_response();
                    answer.extensions_mut().insert(Scissors);
                    answer
                }),
            )
    }

    fn endless() -> Result<Vec<u8>, std::convert::Infallible> {
        Ok(vec![b'x'; 64 * 1024])
    }

    async fn send(method: Method, path: &str) -> Result<Response, TransportError> {
        let body = (method == Method::POST).then(|| b"hello".to_vec());
        let url = Url::parse("http://127.0.0.1:4711").unwrap().join(path).unwrap();
        RouterTransport::new(router())
            .cut_when(|extensions| extensions.get::<Scissors>().is_some())
            .send(Request { method, url, headers: HeaderMap::new(), body })
            .await
    }

    #[tokio::test]
    async fn a_request_arrives_as_over_a_socket() {
        let answer = send(Method::POST, "/echo?a=%20b").await.unwrap();
        assert_eq!(answer.status, 201);
        assert_eq!(answer.headers["x-test"], "1");
        assert_eq!(String::from_utf8(answer.body).unwrap(), "/echo?a=%20b 127.0.0.1:4711 hello");
    }

    #[tokio::test(start_paused = true)]
    async fn what_goes_wrong_is_told_as_over_a_socket() {
        for (path, fault) in [
            ("/never", TransportFault::TimedOut),
            ("/panic", TransportFault::Cut),
            ("/endless", TransportFault::TooLarge),
            ("/cut", TransportFault::Cut),
        ] {
            let error = send(Method::GET, path).await.unwrap_err();
            assert_eq!((error.fault, error.maybe_written), (fault, true), "{path}");
        }
    }
}
