//! Compiles the catalogue and the guide in `assets/` into the form that the program carries.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use serde::Serialize;
use serde::de::DeserializeOwned;

// The real reader, so that the built-in catalogue passes every check that an official file does.
// All of `src/catalog` but `builtin.rs`, which needs what is made here, and `lens.rs`.
#[path = "src/catalog"]
#[allow(dead_code, unused_imports)]
mod catalog {
    mod chain;
    pub mod guide;
    mod id;
    mod legacy;
    mod link;
    pub mod model;
    pub mod pack;
    mod raw;
    pub mod read;
    mod sanitize;
    mod v6;
}

const CATALOG: &str = "assets/atlas-2026.09.yaml";
const AREAS: &str = "assets/attack-areas.yaml";
const GLOSSARY: &str = "assets/glossary.yaml";

/// Names a directory with a packed catalogue, to be built in instead of the one in `assets/`: for
/// measuring what a larger one costs. `examples/grow.rs` writes such.
const PACKED: &str = "ATLASNAV_PACKED_CATALOG";

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    for input in [CATALOG, AREAS, GLOSSARY, "src/catalog"] {
        println!("cargo:rerun-if-changed={input}");
    }
    println!("cargo:rerun-if-env-changed={PACKED}");
    let catalog = || match env::var_os(PACKED) {
        None => catalog(),
        Some(directory) => packed(Path::new(&directory)),
    };
    match catalog().and_then(|()| guide()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the files in assets/ can't be built into the program: {error}");
            ExitCode::FAILURE
        }
    }
}

fn catalog() -> Result<(), Failure> {
    let (catalog, _) = catalog::read::read(&fs::read(CATALOG)?).map_err(|e| format!("{CATALOG}: {e}"))?;
    carry("catalog", &catalog)
}

/// No reader has checked this catalogue, so nobody should take such a program for the real one.
fn packed(directory: &Path) -> Result<(), Failure> {
    println!("cargo:warning=the catalogue is that of {PACKED}: this program is for measuring only");
    println!("cargo:rerun-if-changed={}", directory.display());
    let file = |name| fs::read(directory.join(name)).map_err(|e| format!("{PACKED}: {name}: {e}"));
    let texts: &'static str = String::from_utf8(file("catalog.txt")?)?.leak();
    let structure: &'static [u8] = file("catalog.postcard")?.leak();
    carry("catalog", &catalog::pack::unpack::<catalog::model::Catalog>(structure, texts)?)
}

fn guide() -> Result<(), Failure> {
    let guide = catalog::guide::read_guide(&fs::read_to_string(AREAS)?, &fs::read_to_string(GLOSSARY)?);
    carry("guide", &guide.map_err(|e| format!("{AREAS} or {GLOSSARY}: {e}"))?)
}

/// Writes `NAME.postcard` and `NAME.txt`, and makes sure that they read back as they were.
fn carry<T: Serialize + DeserializeOwned + PartialEq>(name: &str, whole: &T) -> Result<(), Failure> {
    let (structure, texts) = catalog::pack::pack(whole)?;
    // They live as long as the build script, which is what borrowing them asks for.
    let (structure, texts): (&'static [u8], &'static str) = (structure.leak(), texts.leak());
    if catalog::pack::unpack::<T>(structure, texts)? != *whole {
        return Err(format!("the compiled form of the {name} reads back differently").into());
    }
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join(format!("{name}.postcard")), structure)?;
    fs::write(Path::new(&out).join(format!("{name}.txt")), texts)?;
    Ok(())
}
