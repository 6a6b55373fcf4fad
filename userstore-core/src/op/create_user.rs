//! A new account, whoever asks for it.

use std::sync::Arc;

use super::actor::{Actor, Target};
use super::audit::{Note, Who};
use super::row::users;
use crate::UserStore;
use crate::database::Written;
use crate::error::{Error, Result, Violation};
use crate::model::audit::{Action, ActorKind};
use crate::model::client::Client;
use crate::model::data::Data;
use crate::model::id::UserId;
use crate::model::precondition::Precondition;
use crate::model::role::{Role, Status};
use crate::model::user::{Signup, User};
use crate::model::username::Username;
use crate::password::Prepared;

/// Whether an account can have this name, as things stand.
pub(super) async fn check_username(store: &UserStore, name: &str) -> Result<()> {
    check_free(store, &parse(name).map_err(Error::invalid)?).await
}

fn parse(name: &str) -> Result<Username, Violation> {
    Username::parse(name).map_err(|error| Violation::at("/username", error.to_string()))
}

async fn check_free(store: &UserStore, username: &Username) -> Result<()> {
    match users::find_named(store.reads(), username.as_str()).await? {
        Some(_) => Err(Error::UsernameTaken),
        None => Ok(()),
    }
}

/// Creates an account. Without an actor it is open sign-up, to which reserved names are closed.
pub(super) async fn create_user(
    store: &UserStore,
    actor: Option<&Actor>,
    signup: Signup,
    role: Role,
) -> Result<Arc<User>> {
    let mut violations = Vec::new();
    let username = match parse(&signup.username) {
        Ok(name) if actor.is_none() && name.is_reserved() => {
            Err(Violation::at("/username", "is reserved; choose another"))
        }
        parsed => parsed,
    };
    let checked = store.passwords().check(&signup.password, username.as_ref().ok(), "/password");
    let (username, password) = match (username, checked) {
        (Ok(username), Ok(password)) => (username, password),
        (username, password) => {
            violations.extend(username.err());
            violations.extend(password.err());
            return Err(Error::Invalid(violations));
        }
    };
    let limited = match actor {
        Some(_) => None,
        None => Some(store.limits().sign_up(store.client().and_then(Client::its_ip)).await?),
    };
    let created = create(store, actor, (username, password), signup.data, role).await;
    if let Some(attempt) = limited {
        match &created {
            // That a name is taken is not told to anyone as often as he likes.
            Ok(_) | Err(Error::UsernameTaken) => drop(attempt),
            Err(_) => attempt.give_back().await,
        }
    }
    created
}

async fn create(
    store: &UserStore,
    actor: Option<&Actor>,
    (username, password): (Username, Prepared),
    data: Data,
    role: Role,
) -> Result<Arc<User>> {
    // Told before the work of hashing; the unique index decides all the same.
    check_free(store, &username).await?;
    let hash = store.passwords().hash(password).await?;
    let now = store.clock().now();
    let user = User {
        id: UserId::new(store.random().uuid(now)),
        username,
        role,
        status: Status::Active,
        blocked_reason: None,
        data,
        created_at: now,
        updated_at: now,
        version: 1,
        epoch: 1,
        kept_session: None,
    };
    let note = match actor {
        Some(actor) => Note::new(store, actor, Action::CreateUser),
        None => Note::new(store, Who::of(ActorKind::Anyone, None), Action::SignUp),
    };
    let note = note.about_user(&user).with("role", role.as_str());
    let actor = actor.cloned();
    let write = store.writes().run(move |tx| {
        Box::pin(async move {
            if let Some(actor @ Actor::Caller(caller)) = &actor {
                // An administrator whose right has ended since the request came in creates nobody.
                let own = Target::Own(caller.user().id);
                let (admin, _) = actor.open(tx, &own, &Precondition::NONE, now).await?;
                if !admin.is_active_admin() {
                    return Err(Error::Forbidden);
                }
            }
            users::insert(tx, &user, hash).await?;
            note.write(tx).await?;
            Ok(Written::new(Arc::new(user)))
        })
    });
    write.await
}
