//! Reports: golden ones, every figure against the analysis, hostile texts in every format, the page in a
//! real browser, and the verb from outside.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod browser;
mod figures;
mod golden;
mod hostile;
mod page;
mod program;
mod sample;
