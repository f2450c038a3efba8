//! atlasnav: the MITRE ATLAS matrix in a terminal.

pub mod catalog;
pub mod coverage;
pub mod store;
