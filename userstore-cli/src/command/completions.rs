//! `completions`

use clap::CommandFactory as _;

use crate::args::{Arguments, Completions};
use crate::exit::Failure;
use crate::io::Io;

pub(super) fn run(args: &Completions, io: &mut Io) -> Result<(), Failure> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(args.shell, &mut command, "userstore-cli", &mut script);
    Ok(io.stdout.write_all(&script)?)
}
