//! The doing against simulated ports, with faults at every step.

mod cancelling;
mod lost;
mod moving;
mod sending;
mod tracking;
