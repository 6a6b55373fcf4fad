//! The table `audit_log`. Rows are added and, when they are old, removed; the database refuses to change one.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, Condition, QueryOrder as _, QuerySelect as _, Select};

use super::{Copied, corrupt};
use crate::model::audit::{Action, AuditEntry, DONE, REFUSED};
use crate::model::id::AuditId;
use crate::model::timestamp::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_log")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    at: i64,
    action: String,
    outcome: String,
    times: i64,
    actor_kind: String,
    actor_id: Option<String>,
    actor_name: Option<String>,
    target_kind: Option<String>,
    target_id: Option<String>,
    target_name: Option<String>,
    ip: Option<String>,
    user_agent: Option<String>,
    request_id: Option<String>,
    detail: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Copied for Entity {
    type Key = Uuid;

    const TABLE: &'static str = "audit_log";
    const KEY: Column = Column::Id;
    const CHANGES: &'static [&'static str] = &["MAX(at)", "SUM(times)"];

    fn key(row: &Model) -> Uuid {
        row.id
    }

    fn shown(key: &Uuid) -> String {
        key.to_string()
    }
}

impl Model {
    fn read(self) -> Result<AuditEntry, DbErr> {
        let wrong = |column: &str| corrupt("audit_log", column);
        Ok(AuditEntry {
            id: AuditId::new(self.id),
            at: Timestamp::from_millis(self.at),
            action: self.action.parse().map_err(|_| wrong("action"))?,
            outcome: self.outcome,
            times: u64::try_from(self.times).map_err(|_| wrong("times"))?,
            actor_kind: self.actor_kind.parse().map_err(|_| wrong("actor_kind"))?,
            actor_id: self.actor_id,
            actor_name: self.actor_name,
            target_kind: self.target_kind.map(|kind| kind.parse()).transpose().map_err(|_| wrong("target_kind"))?,
            target_id: self.target_id,
            target_name: self.target_name,
            ip: self.ip,
            user_agent: self.user_agent,
            request_id: self.request_id,
            detail: serde_json::from_str(&self.detail).map_err(|_| wrong("detail"))?,
        })
    }
}

/// Adds an entry.
pub(crate) async fn insert(db: &impl ConnectionTrait, entry: &AuditEntry) -> Result<(), DbErr> {
    let entry = entry.clone();
    let row = ActiveModel {
        id: Set(entry.id.as_uuid()),
        at: Set(entry.at.as_millis()),
        action: Set(entry.action.as_str().to_owned()),
        outcome: Set(entry.outcome),
        times: Set(i64::try_from(entry.times).unwrap_or(i64::MAX)),
        actor_kind: Set(entry.actor_kind.as_str().to_owned()),
        actor_id: Set(entry.actor_id),
        actor_name: Set(entry.actor_name),
        target_kind: Set(entry.target_kind.map(|kind| kind.as_str().to_owned())),
        target_id: Set(entry.target_id),
        target_name: Set(entry.target_name),
        ip: Set(entry.ip),
        user_agent: Set(entry.user_agent),
        request_id: Set(entry.request_id),
        detail: Set(serde_json::Value::Object(entry.detail).to_string()),
    };
    Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Which rows are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Those of this id and later ones.
    pub(crate) from: Option<Uuid>,
    /// Those before this id.
    pub(crate) to: Option<Uuid>,
    pub(crate) username: Option<String>,
    pub(crate) action: Option<Action>,
    pub(crate) outcome: Option<String>,
}

impl Wanted {
    fn select(&self) -> Select<Entity> {
        let name = |name: &String| {
            Condition::any().add(Column::ActorName.eq(name.as_str())).add(Column::TargetName.eq(name.as_str()))
        };
        let outcome = |outcome: &String| match outcome.as_str() {
            REFUSED => Column::Outcome.ne(DONE),
            code => Column::Outcome.eq(code),
        };
        Entity::find().filter(
            Condition::all()
                .add_option(self.from.map(|id| Column::Id.gte(id)))
                .add_option(self.to.map(|id| Column::Id.lt(id)))
                .add_option(self.username.as_ref().map(name))
                .add_option(self.action.map(|action| Column::Action.eq(action.as_str())))
                .add_option(self.outcome.as_ref().map(outcome)),
        )
    }
}

/// Entries in the order of time, after the one with this id, at most `most`.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    wanted: &Wanted,
    after: Option<AuditId>,
    most: usize,
) -> Result<Vec<AuditEntry>, DbErr> {
    let mut select = wanted.select().order_by_asc(Column::Id).limit(most as u64);
    if let Some(after) = after {
        select = select.filter(Column::Id.gt(after.as_uuid()));
    }
    select.all(db).await?.into_iter().map(Model::read).collect()
}

/// The id of the entry that so many are not before, itself counted: none where there are fewer.
pub(crate) async fn nth_last(db: &impl ConnectionTrait, wanted: &Wanted, last: u64) -> Result<Option<Uuid>, DbErr> {
    let select = wanted.select().select_only().column(Column::Id).order_by_desc(Column::Id);
    select.offset(last.saturating_sub(1)).limit(1).into_tuple().one(db).await
}

/// Whether there is an entry before this id.
pub(crate) async fn is_any_before(db: &impl ConnectionTrait, id: Uuid) -> Result<bool, DbErr> {
    let select = Entity::find().select_only().column(Column::Id).filter(Column::Id.lt(id));
    let first: Option<Uuid> = select.order_by_asc(Column::Id).limit(1).into_tuple().one(db).await?;
    Ok(first.is_some())
}

/// Removes at most `most` of those before this id; says how many.
pub(crate) async fn remove_before(db: &impl ConnectionTrait, id: Uuid, most: u64) -> Result<u64, DbErr> {
    let select = Entity::find().select_only().column(Column::Id).filter(Column::Id.lt(id));
    let old: Vec<Uuid> = select.order_by_asc(Column::Id).limit(most).into_tuple().all(db).await?;
    if old.is_empty() {
        return Ok(0);
    }
    Ok(Entity::delete_many().filter(Column::Id.is_in(old)).exec(db).await?.rows_affected)
}
