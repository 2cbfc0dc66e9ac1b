//! The client of one account at a Dintero-compatible backend: implements [`Gateway`](crate::ports::Gateway).
//!
//! What goes out is built in `create` and `gateway`, what comes back is read in `wire` and turned into
//! our own words in `map`; `errors` says what a failure did at the backend. How bytes travel is a
//! [`Transport`]'s business: a socket in real life, a router in the same process for journeys.

mod client;
mod create;
mod dates;
mod errors;
mod exchange;
mod gateway;
mod http;
mod link;
mod listed;
mod map;
mod mask;
mod mend;
mod number;
mod profile;
mod profile_cache;
mod router;
mod sessions;
mod shelf;
mod token;
mod transport;
mod wire;

pub use client::{ClientConfig, DinteroClient};
pub use http::{HttpTransport, Limits};
pub use link::check_link;
pub use router::RouterTransport;
pub use shelf::Shelf;
pub use token::SecretSource;
pub use transport::{MAX_BODY, Request, Response, Transport, TransportError, TransportFault};

#[cfg(test)]
mod tests;
