//! Calls cli and sets the exit code.

fn main() -> std::process::ExitCode {
    atlasnav::cli::run()
}
