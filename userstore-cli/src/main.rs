//! The administrator's command line of userstore; everything it does is in the library beside it.

use std::process::ExitCode;

use userstore_cli::Io;

fn main() -> ExitCode {
    userstore_cli::run(std::env::args_os(), &mut Io::process()).into()
}
