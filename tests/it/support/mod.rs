//! What several subjects of the tests need.

pub(crate) mod http;
#[cfg(unix)]
pub(crate) mod pty;
pub(crate) mod qr;
