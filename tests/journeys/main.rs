//! Whole-screen tests: keys go in, screens come out, nothing touches a terminal or a disk.
//!
//! `screens` compares whole screens with the files in `snapshots/`; after a wanted change
//! `INSTA_UPDATE=always cargo test --test journeys` writes them anew, and each is to be read as a
//! user would read it. `behaviour` asserts what a picture does not show. `sizes`, `walk` and
//! `hostile` try what nobody would draw.

// Clippy allows `expect` in test functions, but not in the helpers beside them.
#![allow(clippy::expect_used)]

mod behaviour;
mod boards;
mod filter;
mod harness;
mod hostile;
mod marking;
mod mouse;
mod overlay;
mod picture;
mod saving;
mod screens;
mod sizes;
mod stumbles;
mod synthetic;
mod theme;
mod walk;
