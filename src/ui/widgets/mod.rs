//! Pieces that screens are put together from.

pub(crate) mod big;
pub(crate) mod field;
pub(crate) mod links;
pub(crate) mod qr;
pub(crate) mod timeline;
