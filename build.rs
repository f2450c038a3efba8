//! Compiles the catalogue in `assets/` into the form that the program carries.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

// The real reader, so that the built-in catalogue passes every check that an official file does.
// All of `src/catalog` but `builtin.rs`, which needs what is made here.
#[path = "src/catalog"]
#[allow(dead_code, unused_imports)]
mod catalog {
    mod chain;
    mod id;
    mod legacy;
    mod link;
    pub mod model;
    mod raw;
    pub mod read;
    mod sanitize;
    mod v6;
}

const ASSET: &str = "assets/atlas-2026.09.yaml";

fn main() -> ExitCode {
    println!("cargo:rerun-if-changed={ASSET}");
    println!("cargo:rerun-if-changed=src/catalog");
    match compile() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{ASSET} can't be built into the program: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compile() -> Result<(), Box<dyn std::error::Error>> {
    let (catalog, _) = catalog::read::read(&fs::read(ASSET)?)?;
    // The bytes live as long as the build script, which is what borrowed texts ask for.
    let bytes: &'static [u8] = Box::leak(postcard::to_allocvec(&catalog)?.into_boxed_slice());
    if postcard::from_bytes::<catalog::model::Catalog>(bytes)? != catalog {
        return Err("its compiled form reads back differently".into());
    }
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("catalog.postcard"), bytes)?;
    Ok(())
}
