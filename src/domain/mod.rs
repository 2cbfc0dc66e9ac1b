//! What is true: money, VAT, product lines, references, expiry, people, and the life of a link.
//!
//! Pure rules. This room knows no other: no I/O, no clock, no async, no words for people, no floats.
//! Time and new ids come in as arguments.
#![deny(clippy::float_arithmetic)]

pub mod address;
pub mod amount;
pub mod cause;
pub mod clean;
pub mod email;
pub mod expiry;
pub mod fault;
pub mod lifecycle;
pub mod line;
pub mod link;
pub mod method;
pub mod money;
pub mod phone;
pub mod product;
pub mod profiles;
pub mod reference;
pub mod sale;
pub mod scrub;
pub mod vat;
