//! Links the store: signs a user up and in.
#![expect(clippy::print_stdout, reason = "the example shows what it did")]

use userstore_core::{Data, Password, Result, Signup, UserStore};

#[tokio::main]
async fn main() -> Result<()> {
    let file = std::env::temp_dir().join(format!("userstore-example-{}.db", std::process::id()));
    let store = UserStore::connect(&format!("sqlite://{}?mode=rwc", file.display())).await?;

    let password = || Password::new("correct horse battery");
    let signup = Signup { username: "alice".into(), password: password(), data: Data::default() };
    store.anyone().sign_up(signup).await?;

    let signed_in = store.anyone().sign_in("Alice", password()).await?;
    let caller = store.authenticate(signed_in.token.reveal()).await?;
    println!("{} is signed in until {}", caller.user().username, signed_in.session.expires_at);

    store.close().await;
    std::fs::remove_file(file).ok();
    Ok(())
}
