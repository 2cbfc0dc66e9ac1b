//! paylink: take a payment by link from a laptop.
//!
//! The map of the house is `docs/architecture.md`; `tests/it/architecture.rs` holds it to the code.

pub mod app;
pub mod cli;
pub mod config;
pub mod desktop;
pub mod dintero;
pub mod domain;
pub mod i18n;
pub mod ledger;
pub mod ops;
pub mod ports;
pub mod qr;
pub mod runtime;
pub mod sandbox;
pub mod ui;
pub mod wiring;
