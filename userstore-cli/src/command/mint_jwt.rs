//! `mint-jwt`

use userstore_core::TokenRequest;

use crate::args::MintJwt;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &MintJwt, context: &mut Context<'_>) -> Result<(), Failure> {
    let request = TokenRequest {
        scopes: args.scope,
        ttl: args.ttl,
        audience: args.audience.clone(),
        client_id: Some("userstore-cli".to_owned()),
        expired: args.expired,
        not_yet_valid: args.not_yet_valid,
        unknown_key: args.unknown_key,
    };
    let keys = context.store().await?.keys();
    let token = match (&args.service, &args.name) {
        (Some(service), _) => keys.mint_service_token(service, &request).await?,
        (None, name) => keys.mint_user_token(name.as_deref().unwrap_or_default(), &request).await?,
    };
    Ok(writeln!(context.io.stdout, "{}", token.reveal())?)
}
