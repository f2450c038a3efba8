//! The catalogue that is compiled into the program.

use super::model::Catalog;
use super::read::ReadError;

/// Made by `build.rs` from the file in `assets/`, with the same reader that opens official files.
static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.postcard"));

/// The built-in catalogue: ATLAS 2026.09 with summaries of our own. Its texts are borrowed from the
/// program, which makes this a matter of half a millisecond.
///
/// The error can't happen in a program that passed its tests: `build.rs` decodes the same bytes. It
/// is a result and no panic, so that a damaged program says what is wrong like every other fault.
pub fn builtin() -> Result<Catalog, ReadError> {
    postcard::from_bytes(BYTES).map_err(|_| {
        ReadError::whole("the catalogue inside this program is damaged; install the program again")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_catalogue_decodes() {
        let catalog = builtin().unwrap();
        assert_eq!(&*catalog.release, "2026.09");
        assert_eq!(catalog.tactics.len(), 16);
    }
}
