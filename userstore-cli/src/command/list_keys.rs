//! `list-keys`

use userstore_core::KeyInfo;

use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let keys = context.store().await?.keys().list_keys().await?;
    let mut list = context.list::<KeyInfo>()?;
    keys.iter().try_for_each(|key| list.add(key))?;
    Ok(list.finish()?)
}
