//! Life and death in a terminal: terminals that are lost, every way out, every size, a slow link.
//!
//! `lost` takes 200 terminals away and looks at what is left of the program and its marks. `ways` leaves
//! by every way there is, and compares the terminal before and after. `sizes` starts at odd sizes and
//! changes them in storms. `link` counts what typical use costs over 64 kbit/s. `line` is the terminal that all of them hold.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod line;
mod link;
mod lost;
#[path = "../session/mod.rs"]
#[allow(dead_code, reason = "shared with other tests, which use more of it")]
mod session;
mod sizes;
mod ways;

/// Where the cursor stands at the start.
const FIRST: &str = "T0000 Search Open Technical Data";
