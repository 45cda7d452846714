//! The `msp-api` program.

fn main() -> std::process::ExitCode {
    msp_api::cli::run()
}
