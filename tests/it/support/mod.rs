//! What several subjects of the tests need.
#![allow(dead_code)] // not every helper has a user on every system

pub(crate) mod http;
#[cfg(unix)]
pub(crate) mod pty;
pub(crate) mod qr;
pub(crate) mod shop;
pub(crate) mod webdriver;
