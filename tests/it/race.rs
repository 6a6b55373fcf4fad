//! What happens at the same moment, in one process and in two: two stores on one file are two processes to each other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::task::JoinSet;
use userstore_core::config::{Secret, Settings};
use userstore_core::{
    Caller, Data, Error, Password, Precondition, Role, SignIn, Signup, Status, UserFilter, UserStore,
};

const PASSWORD: &str = "correct horse battery";

struct File(TempDir);

impl File {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self) -> UserStore {
        let mut settings = Settings::default();
        settings.database.url = Secret::new(format!("sqlite://{}?mode=rwc", self.0.path().join("users.db").display()));
        // How often somebody signs in, and how long a busy disk may take, is not what is tested here.
        settings.limits.enabled = false;
        settings.database.timeout = Duration::from_mins(1);
        UserStore::builder().settings(settings).connect().await.unwrap()
    }
}

fn signup(username: &str) -> Signup {
    Signup { username: username.to_owned(), password: Password::new(PASSWORD), data: Data::default() }
}

async fn sign_in(store: &UserStore, username: &str) -> Result<SignIn, Error> {
    store.anyone().sign_in(username, Password::new(PASSWORD)).await
}

async fn caller(store: &UserStore, username: &str) -> Caller {
    let signed_in = sign_in(store, username).await.unwrap();
    store.authenticate(signed_in.token.reveal()).await.unwrap()
}

fn number(data: &Data) -> i64 {
    data.as_object().get("n").and_then(serde_json::Value::as_i64).unwrap_or(0)
}

fn data(number: i64) -> Data {
    Data::new([("n".to_owned(), number.into())].into_iter().collect()).unwrap()
}

/// How long after an answer of one process the other one acts on it; asserted to be 100 ms at most.
pub(crate) async fn seen_within_100_ms(mut is_seen: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_seen().await {
        assert!(start.elapsed() < Duration::from_millis(100), "not seen after {:?}", start.elapsed());
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_sees_every_change_within_100_ms() {
    let file = File::new();
    let (server, other) = (file.open().await, file.open().await);
    let operator = other.operator();
    server.anyone().sign_up(signup("alice")).await.unwrap();
    operator.create_user(signup("root"), Role::Admin).await.unwrap();
    let live = async |token: &str| server.authenticate(token).await.is_ok();

    for round in 0..10 {
        let signed_in = sign_in(&server, "alice").await.unwrap();
        let token = signed_in.token.reveal();
        assert!(live(token).await);
        let role = if round % 2 == 0 { Role::Editor } else { Role::Reader };
        operator.grant_role("alice", role, &Precondition::NONE).await.unwrap();
        seen_within_100_ms(async || server.authenticate(token).await.unwrap().user().role == role).await;
        match round % 3 {
            0 => operator.account_of("alice").end_session(signed_in.session.id).await.unwrap(),
            1 => operator.account_of("alice").end_sessions().await.unwrap(),
            _ => {
                operator.block_user("alice", None, &Precondition::NONE).await.unwrap();
                operator.unblock_user("alice", &Precondition::NONE).await.unwrap();
            }
        }
        seen_within_100_ms(async || !live(token).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_sign_ups_of_one_name_exactly_one_succeeds() {
    let file = File::new();
    let stores = [file.open().await, file.open().await];
    for round in 0..3 {
        let mut tries = JoinSet::new();
        for number in 0..20 {
            let anyone = stores[number % 2].anyone();
            let name = [format!("Alice{round}"), format!("ALICE{round}"), format!("ａlice{round}")][number % 3].clone();
            tries.spawn(async move { anyone.sign_up(signup(&name)).await.map(|user| user.id) });
        }
        let outcomes = tries.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(
            outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|e| matches!(e, Error::UsernameTaken))
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_admin_is_left_whatever_admins_do_to_each_other() {
    let file = File::new();
    let stores = [file.open().await, file.open().await];
    let operator = stores[0].operator();
    operator.create_user(signup("a"), Role::Admin).await.unwrap();
    operator.create_user(signup("b"), Role::Admin).await.unwrap();
    for round in 0..20 {
        let (a, b) = (caller(&stores[0], "a").await, caller(&stores[round % 2], "b").await);
        let attack = async |by: &Caller, on: &str| {
            let admin = by.admin().unwrap();
            match round % 3 {
                0 => admin.grant_role(on, Role::User, &Precondition::NONE).await.map(drop),
                1 => admin.block_user(on, None, &Precondition::NONE).await.map(drop),
                _ => admin.account_of(on).delete(&Precondition::NONE).await,
            }
        };
        let (on_b, on_a) = tokio::join!(attack(&a, "b"), attack(&b, "a"));
        assert!(on_b.is_ok() != on_a.is_ok(), "round {round}: {on_b:?} {on_a:?}");
        let filter = UserFilter { role: Some(Role::Admin), status: Some(Status::Active), ..UserFilter::default() };
        let admins = operator.list_users(&filter, userstore_core::PageRequest::first()).await.unwrap();
        assert_eq!(admins.items.len(), 1, "round {round}");
        for name in ["a", "b"] {
            let _taken = operator.create_user(signup(name), Role::Admin).await;
            operator.unblock_user(name, &Precondition::NONE).await.unwrap();
            operator.grant_role(name, Role::Admin, &Precondition::NONE).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_opened_while_its_user_is_deleted_opens_nothing() {
    let file = File::new();
    let stores = [file.open().await, file.open().await];
    for round in 0..10 {
        let first = stores[0].anyone().sign_up(signup("alice")).await.unwrap();
        let mut tries = JoinSet::new();
        for number in 0..4 {
            let store = stores[number % 2].clone();
            tries.spawn(async move { sign_in(&store, "alice").await });
        }
        for _ in 0..round % 4 {
            // Lets some of the sign-ins come further than others.
            assert!(matches!(sign_in(&stores[1], "nobody").await, Err(Error::InvalidCredentials)));
        }
        stores[1].operator().account_of("alice").delete(&Precondition::NONE).await.unwrap();
        let second = stores[1].anyone().sign_up(signup("alice")).await.unwrap();
        assert_ne!(first.id, second.id);
        for outcome in tries.join_all().await {
            match outcome {
                // A sign-in that came to read the row after the new sign-up is the new user's.
                Ok(signed_in) if signed_in.user.id == second.id => {}
                Ok(signed_in) => {
                    let refused = stores[1].authenticate(signed_in.token.reveal()).await;
                    assert!(matches!(refused, Err(Error::Unauthenticated)), "round {round}");
                }
                Err(error) => assert!(matches!(error, Error::InvalidCredentials), "round {round}: {error:?}"),
            }
        }
        stores[0].operator().account_of("alice").delete(&Precondition::NONE).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_update_is_lost_between_two_processes() {
    const WRITERS: usize = 6;
    const EACH: i64 = 15;
    let file = File::new();
    let stores = [file.open().await, file.open().await];
    stores[0].anyone().sign_up(signup("alice")).await.unwrap();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let account = stores[writer % 2].operator().account_of("alice");
        writers.spawn(async move {
            let mut done = 0;
            while done < EACH {
                let user = account.get().await.unwrap();
                match account.replace_data(data(number(&user.data) + 1), &Precondition::matches(user.tag())).await {
                    Ok(_) => done += 1,
                    Err(error) => assert!(matches!(error, Error::PreconditionFailed), "{error:?}"),
                }
            }
        });
    }
    writers.join_all().await;
    let user = stores[0].operator().account_of("alice").get().await.unwrap();
    assert_eq!(number(&user.data), i64::try_from(WRITERS).unwrap() * EACH);
}

/// Readers fill the cache as fast as they can while a writer changes the user; a reader that starts after a write was
/// answered must never see what was there before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_reader_never_brings_an_old_record_back() {
    let file = File::new();
    let store = file.open().await;
    store.anyone().sign_up(signup("alice")).await.unwrap();
    let token = Arc::new(sign_in(&store, "alice").await.unwrap().token);
    let answered = Arc::new(std::sync::atomic::AtomicI64::new(0));
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let (store, token, answered) = (store.clone(), Arc::clone(&token), Arc::clone(&answered));
        readers.spawn(async move {
            let mut reads = 0_u32;
            loop {
                let least = answered.load(std::sync::atomic::Ordering::SeqCst);
                if least < 0 {
                    return reads;
                }
                let seen = number(&store.authenticate(token.reveal()).await.unwrap().user().data);
                assert!(seen >= least, "{seen} was read after {least} was answered");
                reads += 1;
                tokio::task::yield_now().await;
            }
        });
    }
    let account = store.operator().account_of("alice");
    for value in 1..=300 {
        account.replace_data(data(value), &Precondition::NONE).await.unwrap();
        answered.store(value, std::sync::atomic::Ordering::SeqCst);
    }
    answered.store(-1, std::sync::atomic::Ordering::SeqCst);
    assert!(readers.join_all().await.into_iter().all(|reads| reads > 100));
}
