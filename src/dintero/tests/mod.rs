//! The client as a whole: against scripted answers, and over real sockets.

mod bodies;
mod calls;
mod listing;
mod profile;
mod searching;
mod sockets;
mod support;
mod tokens;
