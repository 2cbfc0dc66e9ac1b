//! Everything that is tested through the library's public face, in one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod app_machine;
mod architecture;
mod browser;
mod cli;
mod client;
mod config;
mod corpus;
#[cfg(unix)]
mod crash;
mod first_start;
mod i18n;
mod journeys;
mod ledger_processes;
#[cfg(unix)]
mod opening;
#[cfg(unix)]
mod resizing;
mod sandbox;
mod screens;
mod strange;
mod support;
#[cfg(unix)]
mod taken_back;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod waiting;
#[cfg(unix)]
mod weather;
