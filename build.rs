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
    pub mod pack;
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
    let (structure, texts) = catalog::pack::pack(&catalog)?;
    // The texts live as long as the build script, which is what borrowing them asks for.
    let texts: &'static str = texts.leak();
    if catalog::pack::unpack(&structure, texts)? != catalog {
        return Err("its compiled form reads back differently".into());
    }
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("catalog.postcard"), structure)?;
    fs::write(Path::new(&out).join("catalog.txt"), texts)?;
    Ok(())
}
