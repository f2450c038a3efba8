//! Writes a catalogue that is larger than ATLAS, in the form that a program carries, for a program to
//! be built around it: `ATLASNAV_PACKED_CATALOG=DIRECTORY cargo build --release`.
//!
//! `cargo run --example grow -- TIMES DIRECTORY`

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

#[path = "../tests/grown/mod.rs"]
mod grown;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let parsed = match arguments.as_slice() {
        [times, directory] => times.parse().ok().map(|times| (times, directory)),
        _ => None,
    };
    let Some((times @ 1..=100, directory)) = parsed else {
        eprintln!("usage: grow TIMES DIRECTORY, with 1 to 100 times");
        return ExitCode::from(2);
    };
    match write(times, Path::new(directory)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the catalogue can't be written to {directory}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(times: u16, directory: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let (structure, texts) = atlasnav::catalog::pack(&grown::catalog(times))?;
    fs::create_dir_all(directory)?;
    fs::write(directory.join("catalog.postcard"), structure)?;
    fs::write(directory.join("catalog.txt"), texts)?;
    Ok(())
}
