//! What is refused, and what is found out.

use super::*;

#[tokio::test]
async fn a_database_that_is_not_empty_stays_as_it_is() {
    for used in ["user", "member", "id", "token"] {
        let folder = Folder::new();
        let (from, to) = folder.both().await;
        create(&from, "alice", "{}", Role::User).await;
        add_member(&from, "Ada", None).await;
        add_member(&from, "Bob", None).await;
        let table = match used {
            "user" => {
                create(&to, "alice", "{}", Role::User).await;
                "users"
            }
            // The same in all that is shown.
            "member" => {
                add_member(&to, "Ada", None).await;
                add_member(&to, "Bob", None).await;
                "members"
            }
            "id" => {
                let member = add_member(&to, "Ada", None).await;
                to.operator().delete_members().delete_member(member.member_id, &Precondition::NONE).await.unwrap();
                "member_ids"
            }
            _ => {
                let scopes = Some("members:read".parse().unwrap());
                let request = TokenRequest { scopes, ..TokenRequest::default() };
                to.keys().mint_service_token("ci", &request).await.unwrap();
                "signing_keys"
            }
        };
        let before = content(&to).await;
        let refused = from.copy_to(&to, |_| ()).await.unwrap_err();
        assert!(matches!(refused, Error::NotACopy { table: told, .. } if told == table), "{used}: {refused:?}");
        assert_eq!(content(&to).await, before, "{used}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_under_way_is_found() {
    for verifies in [false, true] {
        for change in ["create", "delete", "update", "epoch", "member"] {
            let folder = Folder::new();
            let (from, to) = folder.both().await;
            create(&from, "alice", "{}", Role::User).await;
            fill(&from, 2 * PAGE).await;
            let source = from.clone();
            let act = async move || match change {
                "create" => create(&source, "bob", "{}", Role::User).await,
                "delete" => sql(&source, "DELETE FROM users".to_owned()).await,
                "update" => sql(&source, "UPDATE users SET data = '{\"a\":1}', version = version + 1".to_owned()).await,
                "epoch" => source.operator().account_of("alice").end_sessions().await.unwrap(),
                _ => drop(add_member(&source, "Ada", None).await),
            };
            // Before the last table is copied, and after all is verified: what changes then was seen already.
            let is_there = move |at: &CopyProgress| {
                at.verifies == verifies && at.table == "audit_log" && (!verifies || at.done == at.total)
            };
            let outcome = from.copy_to(&to, once_at(is_there, act)).await;
            assert!(matches!(outcome, Err(Error::SourceChanged)), "{verifies} {change}: {outcome:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_not_the_same_in_the_copy_is_found() {
    for (damage, table) in [
        ("UPDATE users SET password_hash = password_hash || ' '", "users"),
        ("UPDATE users SET data = '{ }'", "users"),
        ("UPDATE users SET blocked_reason = ''", "users"),
        ("UPDATE members SET incarnation = randomblob(16) WHERE member_id = 601", "members"),
        ("UPDATE members SET phone = NULL, updated_at = updated_at + 1 WHERE member_id = 1", "members"),
        ("DELETE FROM members WHERE member_id = 300", "members"),
        ("UPDATE members SET member_id = 1000 WHERE member_id = 601", "members"),
        ("INSERT INTO members SELECT 602, 'x', NULL, NULL, 1, randomblob(16), 0, 0", "members"),
        ("UPDATE member_ids SET last = 0", "member_ids"),
        ("UPDATE signing_keys SET private_key = x'00'", "signing_keys"),
    ] {
        let folder = Folder::new();
        let (from, to) = folder.both().await;
        create(&from, "alice", "{}", Role::User).await;
        fill(&from, 2 * PAGE + 1).await;
        sql(&from, "UPDATE member_ids SET last = 601".to_owned()).await;
        let target = to.clone();
        let act = async move || sql(&target, damage.to_owned()).await;
        let outcome = from.copy_to(&to, once_at(|at| at.verifies, act)).await;
        assert!(
            matches!(&outcome, Err(Error::CopyDiffers { table: told, .. }) if *told == table),
            "{damage}: {outcome:?}"
        );
        let again = from.copy_to(&to, |_| ()).await;
        let is_repaired =
            damage.starts_with("DELETE") || damage.contains("member_ids") || damage.contains("private_key");
        assert_eq!(again.is_ok(), is_repaired, "{damage}: {again:?}");
        assert_eq!(matches!(again, Err(Error::NotACopy { .. })), !is_repaired, "{damage}: {again:?}");
    }
}

#[tokio::test]
async fn a_row_that_is_refused_is_named_and_no_secret() {
    let folder = Folder::new();
    let (from, to) = folder.both().await;
    create(&from, "alice", "{}", Role::User).await;
    for name in ["a", "b", "c", "d"] {
        add_member(
            &from,
            name,
            Some(if name == "c" { "A@x.org".to_owned() } else { format!("{name}@x.org") }.as_str()),
        )
        .await;
    }
    sql(&to, "CREATE UNIQUE INDEX uq_members_email ON members (email COLLATE NOCASE)".to_owned()).await;
    let refused = from.copy_to(&to, |_| ()).await.unwrap_err();
    assert!(matches!(&refused, Error::RowRefused { table: "members", row } if row == "3"), "{refused:?}");
    assert!(!refused.with_causes().contains("x.org"), "{refused:?}");
    // It is as far as it could get, and goes on once the cause is gone.
    sql(&to, "DROP INDEX uq_members_email".to_owned()).await;
    let told = copied(&from, &to).await;
    assert_eq!(told[5].copied, 2);

    let folder = Folder::new();
    let to = folder.open("to.db").await;
    from.anyone().sign_in("alice", Password::new(PASSWORD)).await.unwrap();
    sql(&to, "CREATE UNIQUE INDEX uq_x ON sessions (user_id)".to_owned()).await;
    let session = from.anyone().sign_in("alice", Password::new(PASSWORD)).await.unwrap();
    let hidden = Error::NotACopy { table: "ended_sessions", row: "…".to_owned() }.to_string();
    sql(&to, "INSERT INTO ended_sessions VALUES (x'c0ffee', 1)".to_owned()).await;
    assert_eq!(from.copy_to(&to, |_| ()).await.unwrap_err().to_string(), hidden);
    sql(&to, "DELETE FROM ended_sessions".to_owned()).await;
    let refused = from.copy_to(&to, |_| ()).await.unwrap_err();
    let id = session.session.id.to_string();
    assert!(matches!(&refused, Error::RowRefused { table: "sessions", row } if *row == id), "{refused:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_store_is_not_copied_to_itself() {
    let folder = Folder::new();
    let from = folder.open("from.db").await;
    create(&from, "alice", "{}", Role::User).await;
    let before = content(&from).await;
    std::os::unix::fs::symlink(folder.0.path().join("from.db"), folder.0.path().join("to.db")).unwrap();
    for other in [from.clone(), folder.open("from.db").await, folder.open("to.db").await] {
        assert!(matches!(from.copy_to(&other, |_| ()).await, Err(Error::SameDatabase)));
    }
    assert_eq!(content(&from).await, before);
}
