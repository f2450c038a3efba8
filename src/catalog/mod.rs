//! What ATLAS says: one release, loaded, immutable, with lookups both ways.
//!
//! Pure: bytes in, [`Catalog`] out. The YAML and postcard crates stay inside this part.
//! `build.rs` compiles these files too (all but `builtin.rs` and `lens.rs`), so they name each other by `super::`.

mod builtin;
mod chain;
mod guide;
mod id;
mod legacy;
mod lens;
mod link;
mod model;
mod pack;
mod raw;
mod read;
mod sanitize;
mod v6;

pub use builtin::{builtin, guide};
pub use guide::{Area, Guide, Term};
pub use id::{Kind, ObjectId, ParseIdError};
pub use lens::{Distinction, Facet, Lens, Value, key};
pub use model::{
    AttackReference, CaseStudy, CaseStudyKind, Catalog, Column, Format, Granularity, Maturity, Mitigates,
    Mitigation, Reference, Step, StepRef, Tactic, Technique, Text,
};
pub use pack::{Late, pack, unpack};
pub use read::{MAX_BYTES, ReadError, Warning, read};
pub use sanitize::{is_unsafe, sanitize};
