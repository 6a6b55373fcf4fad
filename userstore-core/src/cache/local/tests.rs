use std::time::Duration;

use uuid::Uuid;

use super::*;
use crate::model::data::Data;
use crate::model::id::SessionId;
use crate::model::role::{Role, Status};
use crate::model::timestamp::Timestamp;
use crate::model::username::Username;

const USER: UserId = UserId::new(Uuid::from_u128(1));
const THEN: Timestamp = Timestamp::from_millis(0);

fn hash() -> TokenHash {
    TokenHash::from_bytes(&[7; 32]).unwrap()
}

/// Alice as she was at this version, and her session of the same epoch.
fn loaded(version: i64) -> (Arc<Session>, Arc<User>) {
    let user = User {
        id: USER,
        username: Username::parse("alice").unwrap(),
        role: Role::User,
        status: Status::Active,
        blocked_reason: None,
        data: Data::default(),
        created_at: THEN,
        updated_at: THEN,
        version,
        epoch: version,
        kept_session: None,
    };
    let session = Session {
        id: SessionId::new(Uuid::from_u128(2)),
        created_at: THEN,
        expires_at: THEN,
        current: true,
        user_agent: None,
        ip: None,
        user_id: USER,
        epoch: version,
    };
    (Arc::new(session), Arc::new(user))
}

fn remember(cache: &Local, ticket: Ticket, version: i64) {
    let (session, user) = loaded(version);
    cache.remember(ticket, hash(), &session, &user);
}

/// The versions of the session and the user that the cache gives.
fn known(cache: &Local) -> (Option<i64>, Option<i64>) {
    (cache.0.sessions.get(&hash()).map(|session| session.epoch), cache.user(&USER).map(|user| user.version))
}

/// A change that makes something stale.
type Change = fn(&Local);

/// One of the user, one of a session, one of who knows what.
const CHANGES: [Change; 3] = [
    |cache| cache.forget(&Stale { user: Some(USER), ..Stale::default() }),
    |cache| cache.forget(&Stale { sessions: vec![hash()], ..Stale::default() }),
    Local::clear,
];

#[test]
fn what_was_loaded_is_remembered_until_it_changes() {
    let cache = Local::new(Duration::from_mins(1));
    assert_eq!(known(&cache), (None, None));
    remember(&cache, cache.ticket(), 1);
    assert_eq!(known(&cache), (Some(1), Some(1)));
    let stale_after = [(Some(1), None), (None, Some(1)), (None, None)];
    for (change, left) in CHANGES.iter().zip(stale_after) {
        remember(&cache, cache.ticket(), 1);
        change(&cache);
        assert_eq!(known(&cache), left);
    }
    remember(&cache, cache.ticket(), 2);
    assert_eq!(known(&cache), (Some(2), Some(2)));
}

/// A reader that is slow has in hand what was true before the change.
#[test]
fn what_was_loaded_before_a_change_is_not_remembered_after_it() {
    for change in CHANGES {
        let cache = Local::new(Duration::from_mins(1));
        let ticket = cache.ticket();
        change(&cache);
        remember(&cache, ticket, 1);
        assert_eq!(known(&cache), (None, None));
    }
}

#[test]
fn the_older_record_does_not_take_the_place_of_the_newer() {
    for change in CHANGES {
        let cache = Local::new(Duration::from_mins(1));
        let slow = cache.ticket();
        change(&cache);
        remember(&cache, cache.ticket(), 2);
        remember(&cache, slow, 1);
        assert_eq!(known(&cache), (Some(2), Some(2)));
    }
}

#[test]
fn a_write_that_makes_nothing_stale_keeps_no_reader_from_remembering() {
    let cache = Local::new(Duration::from_mins(1));
    let ticket = cache.ticket();
    cache.forget(&Stale::default());
    remember(&cache, ticket, 1);
    assert_eq!(known(&cache), (Some(1), Some(1)));
}
