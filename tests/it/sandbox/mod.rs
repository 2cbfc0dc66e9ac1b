//! The sandbox, over real HTTP.

mod control;
mod faults;
mod pages;
mod sessions;
mod transactions;
