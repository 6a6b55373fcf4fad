//! The table `users`.

use std::fmt;

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, DbBackend, DeriveValueType, QueryOrder as _, QuerySelect as _, Select};

use super::{Copied, corrupt, only, store_state};
use crate::database::violates_unique;
use crate::error::{Error, Result};
use crate::model::data::Data;
use crate::model::id::{SessionId, UserId};
use crate::model::role::{Role, Status};
use crate::model::timestamp::Timestamp;
use crate::model::user::User;
use crate::model::username::{Username, UsernamePrefix};
use crate::password::ANY_PEPPER;

/// A password hash (PHC string), which `Debug` does not show.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub(crate) struct PasswordHash(pub(crate) String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    username: String,
    password_hash: PasswordHash,
    role: String,
    status: String,
    blocked_reason: Option<String>,
    data: String,
    version: i64,
    epoch: i64,
    kept_session: Option<Uuid>,
    created_at: i64,
    updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Copied for Entity {
    type Key = Uuid;

    const TABLE: &'static str = "users";
    const KEY: Column = Column::Id;
    const CHANGES: &'static [&'static str] = &["SUM(version)", "SUM(epoch)", "MAX(created_at)"];

    fn key(row: &Model) -> Uuid {
        row.id
    }

    fn shown(key: &Uuid) -> String {
        key.to_string()
    }
}

impl Model {
    fn read(self) -> Result<(User, PasswordHash), DbErr> {
        let wrong = |column: &str| corrupt("users", column);
        let user = User {
            id: UserId::new(self.id),
            username: Username::from_stored(self.username),
            role: self.role.parse().map_err(|_| wrong("role"))?,
            status: self.status.parse().map_err(|_| wrong("status"))?,
            blocked_reason: self.blocked_reason,
            data: Data::from_text(&self.data).map_err(|_| wrong("data"))?,
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
            version: self.version,
            epoch: self.epoch,
            kept_session: self.kept_session.map(SessionId::new),
        };
        Ok((user, self.password_hash))
    }
}

async fn one(select: Select<Entity>, db: &impl ConnectionTrait) -> Result<Option<(User, PasswordHash)>, DbErr> {
    only(select, db).await?.map(Model::read).transpose()
}

/// The user with this id, and its password's hash.
pub(crate) async fn find(db: &impl ConnectionTrait, id: UserId) -> Result<Option<(User, PasswordHash)>, DbErr> {
    one(Entity::find_by_id(id.as_uuid()), db).await
}

/// The user with this name, and its password's hash. Text that is no username finds nobody.
pub(crate) async fn find_named(db: &impl ConnectionTrait, name: &str) -> Result<Option<(User, PasswordHash)>, DbErr> {
    one(Entity::find().filter(Column::Username.eq(name)), db).await
}

/// The same, and nobody else changes the user until the end of the transaction.
pub(crate) async fn lock(tx: &impl ConnectionTrait, id: UserId) -> Result<Option<(User, PasswordHash)>, DbErr> {
    one(Entity::find_by_id(id.as_uuid()).lock_exclusive(), tx).await
}

/// Has nobody else change this user, or open a session of it, until the end of the transaction. On SQLite, with its one
/// writer, there is nothing to do.
pub(crate) async fn lock_alone(tx: &impl ConnectionTrait, id: UserId) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Sqlite {
        return Ok(());
    }
    let select = Entity::find_by_id(id.as_uuid()).select_only().column(Column::Id).lock_exclusive();
    select.into_tuple::<Uuid>().one(tx).await.map(drop)
}

/// The same by name.
pub(crate) async fn lock_named(tx: &impl ConnectionTrait, name: &str) -> Result<Option<(User, PasswordHash)>, DbErr> {
    one(Entity::find().filter(Column::Username.eq(name)).lock_exclusive(), tx).await
}

/// Adds a user.
///
/// # Errors
/// [`Error::UsernameTaken`] by the unique index, so that of two at once exactly one succeeds.
pub(crate) async fn insert(db: &impl ConnectionTrait, user: &User, hash: PasswordHash) -> Result<()> {
    let mut row = shown(user);
    row.id = Set(user.id.as_uuid());
    row.username = Set(user.username.as_str().to_owned());
    row.password_hash = Set(hash);
    row.created_at = Set(user.created_at.as_millis());
    match Entity::insert(row).exec_without_returning(db).await {
        Err(error) if violates_unique(&error, "users", "username") => Err(Error::UsernameTaken),
        result => Ok(result.map(drop)?),
    }
}

fn shown(user: &User) -> ActiveModel {
    ActiveModel {
        role: Set(user.role.as_str().to_owned()),
        status: Set(user.status.as_str().to_owned()),
        blocked_reason: Set(user.blocked_reason.clone()),
        data: Set(user.data.to_text()),
        version: Set(user.version),
        epoch: Set(user.epoch),
        kept_session: Set(user.kept_session.map(|id| id.as_uuid())),
        updated_at: Set(user.updated_at.as_millis()),
        ..<ActiveModel as ActiveModelTrait>::default()
    }
}

/// Writes what may change of a user, if the row still is as `before` was read: `false` when it is not.
pub(crate) async fn update(db: &impl ConnectionTrait, before: &User, after: &User) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .set(shown(after))
        .filter(Column::Id.eq(before.id.as_uuid()))
        .filter(Column::Version.eq(before.version))
        .filter(Column::Epoch.eq(before.epoch))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Replaces a password's hash, if it still is `before`: `false` when it is not.
pub(crate) async fn replace_hash(
    db: &impl ConnectionTrait,
    id: UserId,
    before: PasswordHash,
    after: PasswordHash,
) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::PasswordHash, Expr::value(after))
        .filter(Column::Id.eq(id.as_uuid()))
        .filter(Column::PasswordHash.eq(before))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes a user, and with it by the tables' references everything that belongs to it.
pub(crate) async fn delete(db: &impl ConnectionTrait, id: UserId) -> Result<(), DbErr> {
    Entity::delete_by_id(id.as_uuid()).exec(db).await.map(drop)
}

fn active_admins() -> Select<Entity> {
    Entity::find().filter(Column::Role.eq(Role::Admin.as_str())).filter(Column::Status.eq(Status::Active.as_str()))
}

/// Whether there is an active administrator besides this user. Whoever asks waits for those who have asked before: of two
/// administrators who demote each other, only one succeeds.
pub(crate) async fn has_other_admin(tx: &impl ConnectionTrait, id: UserId) -> Result<bool, DbErr> {
    store_state::lock(tx).await?;
    Ok(active_admins().filter(Column::Id.ne(id.as_uuid())).one(tx).await?.is_some())
}

/// Whether there is any active administrator.
pub(crate) async fn has_admin(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(active_admins().one(db).await?.is_some())
}

/// How many hashes were made with a pepper, but not with the one that has this mark.
pub(crate) async fn count_peppered_but_not(db: &impl ConnectionTrait, mark: Option<&str>) -> Result<u64, DbErr> {
    let mut select = Entity::find().filter(Column::PasswordHash.contains(ANY_PEPPER));
    if let Some(mark) = mark {
        select = select.filter(Column::PasswordHash.not_like(format!("%{mark}%")));
    }
    select.count(db).await
}

/// Users by name, after `after`, at most `most`.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    role: Option<Role>,
    status: Option<Status>,
    prefix: Option<&UsernamePrefix>,
    after: Option<String>,
    most: usize,
) -> Result<Vec<User>, DbErr> {
    let mut select = Entity::find().order_by_asc(Column::Username).limit(most as u64);
    if let Some(role) = role {
        select = select.filter(Column::Role.eq(role.as_str()));
    }
    if let Some(status) = status {
        select = select.filter(Column::Status.eq(status.as_str()));
    }
    if let Some(prefix) = prefix.filter(|prefix| !prefix.as_str().is_empty()) {
        select = select.filter(Column::Username.gte(prefix.as_str())).filter(Column::Username.lt(prefix.upper_bound()));
    }
    if let Some(after) = after {
        select = select.filter(Column::Username.gt(after));
    }
    select.all(db).await?.into_iter().map(|row| row.read().map(|(user, _)| user)).collect()
}
