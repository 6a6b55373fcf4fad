mod refusals;

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait as _, Statement};
use tempfile::TempDir;
use tokio::runtime::Handle;

use super::table::PAGE;
use super::*;
use crate::database::Written;
use crate::model::data::Data;
use crate::model::json;
use crate::model::member::{Member, NewMember};
use crate::model::page::PageRequest;
use crate::model::precondition::Precondition;
use crate::model::role::Role;
use crate::model::user::Signup;
use crate::{Client, Password, TokenRequest};

const PASSWORD: &str = "plums in the icebox";

/// What a copy has to bring through as it is.
const ODD: &str = r#"{"":[null,-0.5,18446744073709551615,1e300],"é\u202e":"'; \"\\\\ 日本 \ud83d\ude00","a":{"a":{}}}"#;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self, name: &str) -> UserStore {
        let url = format!("sqlite://{}?mode=rwc", self.0.path().join(name).display());
        UserStore::builder().database_url(&url).for_one_task().connect().await.unwrap()
    }

    /// A store to copy from, and an empty one to copy to.
    async fn both(&self) -> (UserStore, UserStore) {
        (self.open("from.db").await, self.open("to.db").await)
    }
}

async fn create(store: &UserStore, name: &str, data: &str, role: Role) {
    let data = Data::new(json::parse_object(data.as_bytes()).unwrap()).unwrap();
    let signup = Signup { username: name.to_owned(), password: Password::new(PASSWORD), data };
    store.operator().create_user(signup, role).await.unwrap();
}

async fn add_member(store: &UserStore, name: &str, email: Option<&str>) -> Member {
    let new = NewMember { name: name.to_owned(), email: email.map(str::to_owned), phone: None };
    Member::clone(&*store.operator().write_members().create_member(new).await.unwrap())
}

async fn sql(store: &UserStore, statement: String) {
    let write = store.writes().run(move |tx| {
        Box::pin(async move {
            tx.execute_unprepared(&statement).await?;
            Ok(Written::of_keys(()))
        })
    });
    write.await.unwrap();
}

/// Members with these ids, put in at once.
async fn fill(store: &UserStore, count: usize) {
    sql(
        store,
        format!(
            "WITH RECURSIVE ids(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < {count})
             INSERT INTO members (member_id, name, version, incarnation, created_at, updated_at)
             SELECT id, 'member ' || id, 1, randomblob(16), 0, 0 FROM ids"
        ),
    )
    .await;
}

/// Every row of every table that is copied.
async fn content(store: &UserStore) -> Vec<String> {
    let mut content = Vec::new();
    for table in tables() {
        let columns = format!("SELECT name FROM pragma_table_info('{}')", table.told().table);
        let columns: Vec<String> = texts(store, columns).await.iter().map(|name| format!("quote({name})")).collect();
        let sql = format!("SELECT {} FROM {} ORDER BY 1", columns.join(" || ' ' || "), table.told().table);
        content.extend(texts(store, sql).await);
    }
    content
}

async fn texts(store: &UserStore, sql: String) -> Vec<String> {
    let reads = store.reads();
    let rows = reads.query_all_raw(Statement::from_string(reads.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn copied(from: &UserStore, to: &UserStore) -> Vec<CopiedTable> {
    from.copy_to(to, |_| ()).await.unwrap()
}

/// Does something in the middle of a copy, when it is told for the first time that it is there.
fn once_at(
    is_there: impl Fn(&CopyProgress) -> bool + Send,
    act: impl AsyncFnOnce() + Send,
) -> impl FnMut(CopyProgress) + Send {
    let mut act = Some(act);
    move |progress| {
        if is_there(&progress)
            && let Some(act) = act.take()
        {
            tokio::task::block_in_place(|| Handle::current().block_on(act()));
        }
    }
}

#[tokio::test]
async fn no_table_is_forgotten() {
    let store = Folder::new().open("from.db").await;
    let there = texts(&store, "SELECT name FROM sqlite_master WHERE type = 'table'".to_owned()).await;
    let mut told: BTreeSet<String> = tables().iter().map(|table| table.told().table.to_owned()).collect();
    // Each database has its own history, and is a store of its own.
    told.extend(["seaql_migrations".to_owned(), "store_state".to_owned()]);
    assert_eq!(there.into_iter().collect::<BTreeSet<_>>(), told);
}

#[tokio::test]
async fn everything_arrives_and_goes_on() {
    let folder = Folder::new();
    let (from, to) = folder.both().await;
    create(&from, "alice", ODD, Role::Admin).await;
    create(&from, "zoë", "{}", Role::Reader).await;
    from.operator().block_user("zoë", Some("'late' \u{1f422}".to_owned()), &Precondition::NONE).await.unwrap();
    let client = Client::unknown().user_agent("é'\"").ip([127, 0, 0, 1].into());
    let session = from.for_client(client).anyone().sign_in("alice", Password::new(PASSWORD)).await.unwrap();
    let kept = from.authenticate(session.token.reveal()).await.unwrap();
    from.keys().rotate_keys_now().await.unwrap();
    let token = from.keys().mint_user_token("alice", &TokenRequest::default()).await.unwrap();
    add_member(&from, "Ada", Some("ada@example.org")).await;
    let last = add_member(&from, "Bob ", None).await;
    from.operator().delete_members().delete_member(last.member_id, &Precondition::NONE).await.unwrap();
    sql(&from, "INSERT INTO ended_sessions VALUES (x'00ff', 1), (randomblob(32), 9223372036854775807)".to_owned())
        .await;

    let told = copied(&from, &to).await;
    assert_eq!(content(&to).await, content(&from).await);
    let counts: Vec<_> = told.iter().map(|table| (table.table, table.rows)).collect();
    let wanted = [("signing_keys", 2), ("member_ids", 1), ("users", 2), ("sessions", 1), ("ended_sessions", 2)];
    assert_eq!((&counts[..5], counts[5]), (&wanted[..], ("members", 1)));
    assert!(counts[6].0 == "audit_log" && counts[6].1 > 5, "{counts:?}");
    assert!(told.iter().all(|table| table.copied == table.rows && table.verified == table.rows), "{told:?}");

    let there = to.authenticate(session.token.reveal()).await.unwrap();
    let (there, here) = (there.account().get().await.unwrap(), kept.account().get().await.unwrap());
    assert_eq!((there.tag(), there.data.to_text()), (here.tag(), here.data.to_text()));
    assert!(to.bearer(token.reveal()).await.is_ok());
    to.anyone().sign_in("alice", Password::new(PASSWORD)).await.unwrap();
    assert!(add_member(&to, "Cy", None).await.member_id > last.member_id);
    let users = to.operator().list_users(&crate::UserFilter::default(), PageRequest::first()).await.unwrap();
    assert_eq!(users.items[1].blocked_reason.as_deref(), Some("'late' \u{1f422}"));
}

#[tokio::test]
async fn what_is_there_is_not_copied_again() {
    let folder = Folder::new();
    let (from, to) = folder.both().await;
    create(&from, "alice", "{}", Role::User).await;
    copied(&from, &to).await;
    let before = content(&to).await;
    let again = copied(&from, &to).await;
    assert!(again.iter().all(|table| table.copied == 0 && table.verified == table.rows), "{again:?}");
    // What has come since is.
    create(&from, "bob", "{}", Role::User).await;
    let told = copied(&from, &to).await;
    // With the entry of the audit log about it.
    assert_eq!(told.iter().map(|table| table.copied).sum::<u64>(), 2);
    assert_eq!(content(&to).await.len(), before.len() + 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_was_stopped_goes_on() {
    let folder = Folder::new();
    let (from, to) = folder.both().await;
    create(&from, "alice", "{}", Role::User).await;
    fill(&from, 3 * PAGE).await;
    for stop in [1, 3, 1 + PAGE, 1 + 2 * PAGE] {
        let (told, stopped) = tokio::sync::oneshot::channel();
        let mut told = Some(told);
        let progress = move |progress: CopyProgress| {
            if progress.done >= stop as u64
                && let Some(told) = told.take()
            {
                told.send(()).unwrap();
            }
        };
        tokio::select! {
            biased;
            stopped = stopped => stopped.unwrap(),
            outcome = from.copy_to(&to, progress) => panic!("it should be stopped: {outcome:?}"),
        }
    }
    let told = copied(&from, &to).await;
    let members = &told[5];
    assert!(members.copied < members.rows && members.verified == 3 * PAGE as u64, "{told:?}");
    assert_eq!(content(&to).await, content(&from).await);
}

#[tokio::test]
async fn at_most_a_page_is_held() {
    let folder = Folder::new();
    let (from, to) = folder.both().await;
    fill(&from, 3 * PAGE + 7).await;
    let (mut steps, mut last) = (Vec::new(), 0);
    let told = from
        .copy_to(&to, |progress| {
            steps.push(progress.done - last);
            last = progress.done;
            assert!(progress.done <= progress.total, "{progress:?}");
        })
        .await
        .unwrap();
    assert!(steps.iter().all(|step| *step <= PAGE as u64), "{steps:?}");
    let rows: u64 = told.iter().map(|table| table.rows).sum();
    assert_eq!(last, 2 * rows, "each is copied, and verified");
}
