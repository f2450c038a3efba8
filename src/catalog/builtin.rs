//! The catalogue and the guide that are compiled into the program.

use std::sync::OnceLock;

use super::guide::Guide;
use super::model::Catalog;
use super::pack::unpack;
use super::read::ReadError;

/// Made by `build.rs` from the file in `assets/`, with the same reader that opens official files.
static STRUCTURE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.postcard"));
static TEXTS: &str = include_str!(concat!(env!("OUT_DIR"), "/catalog.txt"));
static GUIDE_STRUCTURE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guide.postcard"));
static GUIDE_TEXTS: &str = include_str!(concat!(env!("OUT_DIR"), "/guide.txt"));

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

/// The attack areas and the glossary. Decoded when they are first asked for: most of a session, and
/// the start of every one, does without them.
pub fn guide() -> &'static Guide {
    static GUIDE: OnceLock<Guide> = OnceLock::new();
    // `build.rs` decodes the same bytes. Should the program be damaged nonetheless, it goes on without
    // a guide, as it shows ATLAS well enough.
    GUIDE.get_or_init(|| unpack(GUIDE_STRUCTURE, GUIDE_TEXTS).unwrap_or_default())
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
    fn the_guide_decodes() {
        assert_eq!(guide().areas.len(), 6);
        assert!(guide().terms.len() >= 60);
    }

    #[test]
    fn damage_is_an_error() {
        let unpack = |structure, texts| unpack::<Catalog>(structure, texts);
        assert!(unpack(STRUCTURE, &TEXTS[..TEXTS.len() - 1]).is_err());
        assert!(unpack(STRUCTURE, "").is_err());
        assert!(unpack(&STRUCTURE[..STRUCTURE.len() / 2], TEXTS).is_err());
        assert!(unpack(&[], TEXTS).is_err());
    }
}
