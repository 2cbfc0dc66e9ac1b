//! The doing against simulated ports, with faults at every step.

mod cancelling;
mod moving;
mod sending;
mod tracking;
