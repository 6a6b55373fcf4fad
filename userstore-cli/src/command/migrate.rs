//! `migrate`

use userstore_core::Migration;

use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let settings = context.settings()?;
    // To open the store is to bring it up to date.
    let migrations = context.open(settings).await?.migrations().await?;
    let mut list = context.list::<Migration>()?;
    migrations.iter().try_for_each(|migration| list.add(migration))?;
    Ok(list.finish()?)
}
