//! `userstore-server`: serves the user store over HTTP.

use std::process::ExitCode;

fn main() -> ExitCode {
    userstore_server::main()
}
