//! atlasnav: the MITRE ATLAS matrix in a terminal.

pub mod app;
pub mod catalog;
pub mod coverage;
pub mod page;
pub mod search;
pub mod ui;
