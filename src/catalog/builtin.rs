//! The catalogue that is compiled into the program.

use super::model::Catalog;
use super::pack::unpack;
use super::read::ReadError;

/// Made by `build.rs` from the file in `assets/`, with the same reader that opens official files.
static STRUCTURE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.postcard"));
static TEXTS: &str = include_str!(concat!(env!("OUT_DIR"), "/catalog.txt"));

/// The built-in catalogue: ATLAS 2026.09 with summaries of our own. Its texts are borrowed from the
/// program, which makes this a matter of a fraction of a millisecond.
///
/// The error can't happen in a program that passed its tests: `build.rs` decodes the same bytes. It
/// is a result and no panic, so that a damaged program says what is wrong like every other fault.
pub fn builtin() -> Result<Catalog, ReadError> {
    unpack(STRUCTURE, TEXTS).map_err(|_| {
        ReadError::whole("the catalogue inside this program is damaged; install the program again")
    })
}

#[cfg(test)]
mod tests {
    use super::super::pack::pack;
    use super::*;

    #[test]
    fn the_built_in_catalogue_decodes() {
        let catalog = builtin().unwrap();
        assert_eq!(&*catalog.release, "2026.09");
        assert_eq!(catalog.tactics.len(), 16);
    }

    #[test]
    fn packing_again_gives_the_same_bytes() {
        let (structure, texts) = pack(&builtin().unwrap()).unwrap();
        assert!(structure == STRUCTURE && texts == TEXTS);
    }

    #[test]
    fn damage_is_an_error() {
        assert!(unpack(STRUCTURE, &TEXTS[..TEXTS.len() - 1]).is_err());
        assert!(unpack(STRUCTURE, "").is_err());
        assert!(unpack(&STRUCTURE[..STRUCTURE.len() / 2], TEXTS).is_err());
        assert!(unpack(&[], TEXTS).is_err());
    }
}
