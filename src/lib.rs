//! atlasnav: the MITRE ATLAS matrix in a terminal.
//!
//! # The map
//!
//! | Part | What it is | May use |
//! | --- | --- | --- |
//! | [`catalog`] | what ATLAS says | - |
//! | [`coverage`] | what we say about it | catalog |
//! | [`config`] | what the user has set: settings and themes, as values | catalog, coverage |
//! | [`search`] | finding objects by id, name and text | catalog, coverage |
//! | [`page`] | objects and lists as wrapped lines with links | catalog, coverage |
//! | [`app`] | what happens: events in, effects out | the five above |
//! | [`ui`] | how it looks | the six above |
//! | [`exchange`] | reports and tickets in formats that others use | catalog, coverage |
//! | [`store`] | disk | catalog, coverage |
//! | [`term`] | the terminal: loop, input, signals | app, ui, store, and what they hand out |
//! | [`cli`] | arguments, and the verbs that need no screen | everything |
//!
//! The first eight are pure: no files, no terminal, no clock. `tests/architecture.rs` fails on any
//! other arrow. `docs/architecture.md` says why, and holds the vocabulary.
//!
//! Data flows one way: terminal -> [`app::Key`] -> [`app::Command`] -> [`app::App::update`] ->
//! [`app::Effect`]s, carried out by `term`, and a frame, drawn by [`ui::Ui`].

pub mod app;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod coverage;
pub mod exchange;
pub mod page;
pub mod search;
pub mod store;
pub mod term;
pub mod ui;
