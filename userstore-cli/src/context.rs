//! What every command works with.

use std::path::PathBuf;

use userstore_core::config::{Sources, load};
use userstore_core::{Admin, Settings, User, UserStore};

use crate::args::{Arguments, Format};
use crate::exit::Failure;
use crate::io::Io;
use crate::output::{List, Record, print};

/// The streams, what the global arguments say, and the store once it is open.
pub(crate) struct Context<'io> {
    pub(crate) io: &'io mut Io,
    format: Format,
    config: Option<PathBuf>,
    creates: bool,
    store: Option<UserStore>,
}

impl<'io> Context<'io> {
    pub(crate) fn new(arguments: &Arguments, io: &'io mut Io) -> Self {
        let creates = arguments.command.may_create_database();
        Self { io, format: arguments.output, config: arguments.config.clone(), creates, store: None }
    }

    /// The settings, as the server would load them.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Ok(load(&Sources::from_process().file(self.config.clone()))?)
    }

    /// Opens the store, and brings its tables up to date. One that is not there is made by the commands that may: in the
    /// wrong directory, the others would be told of an empty one.
    pub(crate) async fn open(&mut self, settings: Settings) -> Result<UserStore, Failure> {
        let builder = UserStore::builder().settings(settings);
        let store = if self.creates { builder } else { builder.existing_only() }.connect().await?;
        self.store = Some(store.clone());
        Ok(store)
    }

    /// The operator's door.
    pub(crate) async fn operator(&mut self) -> Result<Admin, Failure> {
        let settings = self.settings()?;
        Ok(self.open(settings).await?.operator())
    }

    /// Finishes what was written.
    pub(crate) async fn close(&mut self) {
        if let Some(store) = self.store.take() {
            store.close().await;
        }
    }

    /// Prints a user, as `show-user` does.
    pub(crate) fn show(&mut self, user: &User) -> Result<(), Failure> {
        Ok(print(self.io, self.format, user)?)
    }

    /// Starts to print a list.
    pub(crate) fn list<R: Record>(&mut self) -> Result<List<'_, R>, Failure> {
        Ok(List::start(self.io, self.format)?)
    }
}
