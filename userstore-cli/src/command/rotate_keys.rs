//! `rotate-keys`

use crate::args::RotateKeys;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &RotateKeys, context: &mut Context<'_>) -> Result<(), Failure> {
    let keys = context.store().await?.keys();
    let key = if args.now { keys.rotate_keys_now().await? } else { keys.rotate_keys().await? };
    context.show(&key)?;
    context.io.tell(&format!("It signs from {} on.", key.signs_at));
    Ok(())
}
