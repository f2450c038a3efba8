//! Hostile input: what must not get in, put before every reader there is.
//!
//! `corpus` makes the files, 25 families of them (`docs/durability.md` lists what is refused and why).
//! `readers` puts each before every reader in memory, `cuts` cuts good files at every byte, `program`
//! runs the real program on real files with little memory and processor time, and `texts` sends what
//! would act on a terminal through every way out. `tests/journeys/hostile.rs` does that for the screen.
//!
//! A new reader gets a row in `readers`, its bad files a function in `corpus`, and a target in
//! `fuzz/`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod corpus;
mod cuts;
mod program;
mod readers;
#[path = "../session/mod.rs"]
#[allow(dead_code, reason = "shared with the tests of the terminal, which use more of it")]
mod session;
mod terminal;
mod texts;

/// A small whole release in format 6, which the fuzz targets start from as well.
const V6: &str = include_str!("../../fuzz/seeds/catalogue/v6.yaml");
/// A small whole release in the legacy format.
const LEGACY: &str = include_str!("../../fuzz/seeds/catalogue/legacy.yaml");
/// A small whole assessment.
const ASSESSMENT: &str = include_str!("../../fuzz/seeds/assessment/whole.yaml");
