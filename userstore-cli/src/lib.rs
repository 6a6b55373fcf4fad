//! The administrator's command line: straight on the database, with the operations of `userstore-core`.
//!
//! [`run`] is the whole program: arguments in, exit code out, and everything it reads and writes is handed in as an
//! [`Io`]. The database, like every other setting, comes from the file of settings and the environment, as it does for
//! the server; neither it nor a password can be given as an argument, where every process of the machine could read it,
//! and the database that `migrate --to` copies to need not be.
//!
//! A command parses its arguments, calls one operation as the [operator](userstore_core::UserStore::operator), and
//! prints what came back. No rule about accounts is made here.
//!
//! ```
//! use userstore_cli::{Exit, Io, run};
//!
//! assert_eq!(run(["userstore-cli", "completions", "bash"], &mut Io::captured("")), Exit::Done);
//! ```

mod args;
mod command;
mod context;
mod exit;
mod input;
mod interrupt;
mod io;
mod output;
mod progress;
mod terminal;
mod usage;

use std::ffi::OsString;

use clap::Parser as _;

use crate::args::Arguments;
use crate::context::Context;
use crate::exit::Failure;

pub use crate::exit::Exit;
pub use crate::io::Io;
pub use crate::terminal::Terminal;

/// Does what the arguments say, the first of them being the program's name.
///
/// Data goes to the standard output of `io`; errors, notes and questions go to its standard error.
pub fn run<I, A>(args: I, io: &mut Io) -> Exit
where
    I: IntoIterator<Item = A>,
    A: Into<OsString> + Clone,
{
    let outcome = match Arguments::try_parse_from(args) {
        Ok(arguments) => execute(&arguments, io),
        Err(error) => usage::answer(error, io),
    };
    let outcome = outcome.and_then(|exit| io.stdout.flush().map(|()| exit).map_err(Failure::Output));
    outcome.unwrap_or_else(|failure| failure.report(io))
}

fn execute(arguments: &Arguments, io: &mut Io) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("no threads to work with: {error}")))?;
    let outcome = runtime.block_on(async {
        let mut context = Context::new(arguments, io);
        let outcome = if arguments.command.may_ask() {
            tokio::select! {
                outcome = arguments.command.run(&mut context) => outcome,
                signal = interrupt::received() => Err(Failure::Stopped(signal)),
            }
        } else {
            arguments.command.run(&mut context).await
        };
        context.close().await;
        outcome
    });
    // A question that was interrupted still waits for its answer, on a thread that must not be waited for.
    runtime.shutdown_background();
    outcome.map(|()| Exit::Done)
}
