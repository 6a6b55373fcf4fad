mod bounds;
mod following;

use sea_orm::ConnectionTrait as _;
use std::time::Duration;

use tempfile::TempDir;

use crate::clock::Clock;
use crate::database::Written;
use crate::error::Error;
use crate::model::audit::{Action, ActorKind, AuditEntry, AuditFilter, TargetKind};
use crate::model::page::PageRequest;
use crate::model::precondition::Precondition;
use crate::model::role::Role;
use crate::model::timestamp::Timestamp;
use crate::model::user::Signup;
use crate::{Client, Data, Password, Settings, UserStore};

const START: Timestamp = Timestamp::from_millis(1_767_323_045_678);
const PASSWORD: &str = "plums in the icebox";

/// A store with a clock that stands still, and nothing that goes on by itself.
struct Fixture {
    store: UserStore,
    clock: Clock,
    _folder: TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.database.url = format!("sqlite://{}?mode=rwc", folder.path().join("users.db").display()).into();
        let clock = Clock::manual(START);
        let builder = UserStore::builder().settings(settings).clock(clock.clone()).for_one_task();
        Self { store: builder.connect().await.unwrap(), clock, _folder: folder }
    }

    async fn create(&self, name: &str, role: Role) {
        self.store.operator().create_user(signup(name), role).await.unwrap();
    }

    async fn sign_in(&self, name: &str, password: &str) -> crate::Result<crate::SignIn> {
        self.store.anyone().sign_in(name, Password::new(password)).await
    }

    async fn entries(&self, filter: AuditFilter) -> Vec<AuditEntry> {
        let mut request = PageRequest::first().limit(7).unwrap();
        let mut entries = Vec::new();
        loop {
            let page = self.store.operator().audit(&filter, request.clone()).await.unwrap();
            entries.extend(page.items);
            match page.next {
                Some(next) => request = request.after(next),
                None => return entries,
            }
        }
    }

    async fn all(&self) -> Vec<AuditEntry> {
        self.entries(AuditFilter::default()).await
    }

    async fn sql(&self, statement: &'static str) -> crate::Result<()> {
        let write = self.store.writes().run(move |tx| {
            Box::pin(async move {
                tx.execute_unprepared(statement).await?;
                Ok(Written::new(()))
            })
        });
        write.await
    }
}

fn signup(name: &str) -> Signup {
    Signup { username: name.to_owned(), password: Password::new(PASSWORD), data: Data::default() }
}

fn odd() -> Data {
    Data::new(crate::json::parse_object(br#"{"a": 1}"#).unwrap()).unwrap()
}

/// What an entry says in short.
fn short(entries: &[AuditEntry]) -> Vec<String> {
    let text = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
    let line = |entry: &AuditEntry| {
        let (actor, target) = (text(&entry.actor_name), text(&entry.target_name));
        format!("{} {actor} {} {target} {}", entry.actor_kind, entry.action, entry.outcome)
    };
    entries.iter().map(line).collect()
}

#[tokio::test]
async fn what_is_done_is_noted_in_order() {
    let fixture = Fixture::new().await;
    fixture.store.anyone().sign_up(signup("Alice")).await.unwrap();
    fixture.create("root", Role::Admin).await;
    let client = Client::unknown().ip([192, 0, 2, 7].into()).user_agent("a browser").request_id("r-1");
    let store = fixture.store.for_client(client);
    let signed_in = store.anyone().sign_in("root", Password::new(PASSWORD)).await.unwrap();
    let root = store.authenticate(signed_in.token.reveal()).await.unwrap();
    root.admin().unwrap().grant_role("alice", Role::Reader, &Precondition::NONE).await.unwrap();
    // What changes nothing is no change.
    root.admin().unwrap().grant_role("alice", Role::Reader, &Precondition::NONE).await.unwrap();
    root.admin().unwrap().account_of("alice").delete(&Precondition::NONE).await.unwrap();
    root.sign_out().await.unwrap();
    let entries = fixture.all().await;
    assert_eq!(
        short(&entries),
        [
            "anyone - sign_up alice done",
            "operator - create_user root done",
            "anyone - sign_in root done",
            "user root grant_role alice done",
            "user root delete_user alice done",
            "user root sign_out root done",
        ]
    );
    let granted = &entries[3];
    assert_eq!(granted.at, START);
    assert_eq!(granted.actor_id, Some(root.user().id.to_string()));
    assert_eq!((granted.target_kind, &granted.target_id), (Some(TargetKind::User), &entries[0].target_id));
    assert_eq!(granted.ip.as_deref(), Some("192.0.2.7"));
    assert_eq!(granted.user_agent.as_deref(), Some("a browser"));
    assert_eq!(granted.request_id.as_deref(), Some("r-1"));
    assert_eq!(
        serde_json::to_value(&granted.detail).unwrap(),
        serde_json::json!({"role": {"from": "user", "to": "reader"}})
    );
    assert_eq!(entries[2].detail["session"], signed_in.session.id.to_string());
    assert_eq!((entries[1].ip.as_deref(), entries[1].times), (None, 1));
}

#[tokio::test]
async fn what_is_undone_is_not_noted_as_done() {
    let fixture = Fixture::new().await;
    fixture.create("root", Role::Admin).await;
    let operator = fixture.store.operator();
    let before = fixture.all().await.len();
    let refused = operator.account_of("root").delete(&Precondition::NONE).await;
    assert!(matches!(refused, Err(Error::LastAdmin)));
    // The change, and then something that fails in the same transaction.
    fixture.sql("CREATE TRIGGER t BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'full'); END").await.unwrap();
    assert!(operator.account_of("root").replace_data(odd(), &Precondition::NONE).await.is_err());
    assert!(fixture.sign_in("root", PASSWORD).await.is_err(), "no session without a note");
    fixture.sql("DROP TRIGGER t").await.unwrap();
    let entries = fixture.all().await;
    assert_eq!(short(&entries[before..]), ["operator - delete_user root last_admin"]);
    let root = operator.account_of("root").get().await.unwrap();
    assert_eq!(root.data.to_text(), "{}", "no change without a note");
}

#[tokio::test]
async fn entries_are_found_by_what_they_say() {
    let fixture = Fixture::new().await;
    for name in ["alice", "bob", "carol"] {
        fixture.create(name, Role::User).await;
        fixture.clock.advance(Duration::from_secs(10));
    }
    fixture.sign_in("bob", PASSWORD).await.unwrap();
    fixture.sign_in("BOB", "a wrong one, 7").await.unwrap_err();
    let filtered = async |filter| short(&fixture.entries(filter).await);
    let none = AuditFilter::default;
    let signed_in = ["anyone - sign_in bob done", "anyone - sign_in bob invalid_credentials"];
    assert_eq!(filtered(AuditFilter { action: Some(Action::SignIn), ..none() }).await, signed_in);
    let of_bob = filtered(AuditFilter { user: Some("Bob".to_owned()), ..none() }).await;
    assert_eq!(of_bob, [&["operator - create_user bob done"][..], &signed_in].concat());
    assert_eq!(filtered(AuditFilter { user: Some("\0".to_owned()), ..none() }).await, [""; 0]);
    for outcome in ["refused", "invalid_credentials"] {
        assert_eq!(filtered(AuditFilter { outcome: Some(outcome.to_owned()), ..none() }).await, signed_in[1..]);
    }
    assert_eq!(filtered(AuditFilter { last: Some(2), ..none() }).await, signed_in);
    assert_eq!(filtered(AuditFilter { last: Some(0), ..none() }).await, [""; 0]);
    assert_eq!(filtered(AuditFilter { last: Some(99), ..none() }).await.len(), 5);
    let after = |secs| Some(START.plus(Duration::from_secs(secs)));
    let between = AuditFilter { since: after(10), until: after(20), ..none() };
    assert_eq!(filtered(between).await, ["operator - create_user bob done"]);
}

#[tokio::test]
async fn an_entry_is_never_changed() {
    let fixture = Fixture::new().await;
    fixture.create("alice", Role::User).await;
    let before = fixture.all().await;
    assert!(fixture.sql("UPDATE audit_log SET outcome = 'done'").await.is_err());
    assert_eq!(fixture.all().await, before);
}

#[tokio::test]
async fn entries_go_when_they_are_old() {
    let mut fixture = Fixture::new().await;
    fixture.create("alice", Role::User).await;
    fixture.clock.advance(Duration::from_hours(365 * 24));
    fixture.create("bob", Role::User).await;
    crate::op::sweep_audit(&fixture.store).await;
    assert_eq!(fixture.all().await.len(), 2, "none is older than a year");
    fixture.clock.advance(Duration::from_millis(1));
    crate::op::sweep_audit(&fixture.store).await;
    assert_eq!(short(&fixture.all().await), ["operator - create_user bob done"]);
    let mut settings = fixture.store.settings().clone();
    settings.audit.retention = None;
    let builder = UserStore::builder().settings(settings).clock(fixture.clock.clone()).for_one_task();
    fixture.store = builder.connect().await.unwrap();
    fixture.clock.advance(Duration::from_hours(100 * 365 * 24));
    crate::op::sweep_audit(&fixture.store).await;
    assert_eq!(fixture.all().await.len(), 1, "for ever");
}
