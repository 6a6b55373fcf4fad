//! `migrate`

use userstore_core::config::{CacheKind, Secret, SessionStoreKind};
use userstore_core::{CopiedTable, Error, Migration, Settings, UserStore};

use crate::args::Migrate;
use crate::context::Context;
use crate::exit::Failure;
use crate::progress::Progress;

pub(super) async fn run(args: &Migrate, context: &mut Context<'_>) -> Result<(), Failure> {
    match &args.to {
        None => bring_up_to_date(context).await,
        Some(to) => {
            let url = to.url(context.io)?;
            copy_to(url, context).await
        }
    }
}

async fn bring_up_to_date(context: &mut Context<'_>) -> Result<(), Failure> {
    let settings = context.settings()?;
    // To open the store is to bring it up to date.
    let migrations = context.open(settings).await?.migrations().await?;
    let mut list = context.list::<Migration>()?;
    migrations.iter().try_for_each(|migration| list.add(migration))?;
    Ok(list.finish()?)
}

async fn copy_to(url: Secret, context: &mut Context<'_>) -> Result<(), Failure> {
    let mut settings = context.settings()?;
    let leaves_sessions = keeps_sessions_in_redis(&settings);
    on_the_database_alone(&mut settings);
    let mut others = settings.clone();
    others.database.url = url;
    others.validate().map_err(of_the_other)?;
    let store = context.open(settings).await?;
    let other = UserStore::builder().settings(others).for_one_task().connect().await.map_err(of_the_other)?;
    let progress = Progress::start(context.io);
    let outcome = store.copy_to(&other, |now| progress.show(&now)).await;
    drop(progress);
    other.close().await;
    let tables = outcome?;
    let mut list = context.list::<CopiedTable>()?;
    tables.iter().try_for_each(|table| list.add(table))?;
    list.finish()?;
    if leaves_sessions {
        context.io.tell("Sessions are in Redis and were not copied: users have to sign in again.");
    }
    context
        .io
        .tell("Everything is there. Set DATABASE_URL (database.url) to the new database, then start the servers.");
    Ok(())
}

fn keeps_sessions_in_redis(settings: &Settings) -> bool {
    match settings.sessions.store {
        SessionStoreKind::Redis => true,
        SessionStoreKind::Database => false,
        _ => settings.redis.url.is_some(),
    }
}

/// Nothing of Redis or Memcached is copied, so neither has to be there.
fn on_the_database_alone(settings: &mut Settings) {
    settings.redis.url = None;
    settings.sessions.store = SessionStoreKind::Database;
    settings.cache.kind = CacheKind::Off;
    settings.cache.memcached_url = None;
}

/// What core says of a database, said of the one to copy to.
fn of_the_other(error: Error) -> Failure {
    Failure::Store(match error {
        Error::Settings(rule) => Error::Settings(rule.replacen("database.url", "--to", 1)),
        Error::Unavailable { part: "database", source } => {
            let source = source.to_string().replacen("database.url", "--to", 1).into();
            Error::Unavailable { part: "database to copy to", source }
        }
        error => error,
    })
}
