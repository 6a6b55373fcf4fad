//! The table `members`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Func;
use sea_orm::{ActiveValue::Set, ExprTrait as _, QueryOrder as _, QuerySelect as _, Select};

use super::{Copied, corrupt, only};
use crate::database::violates_unique;
use crate::error::{Error, Result};
use crate::model::member::{Member, MemberId, NamePrefix};
use crate::model::timestamp::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "members")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    member_id: i64,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    version: i64,
    incarnation: Uuid,
    created_at: i64,
    updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Copied for Entity {
    type Key = i64;

    const TABLE: &'static str = "members";
    const KEY: Column = Column::MemberId;
    const CHANGES: &'static [&'static str] = &["SUM(version)", "MAX(created_at)"];

    fn key(row: &Model) -> i64 {
        row.member_id
    }

    fn shown(key: &i64) -> String {
        key.to_string()
    }
}

impl Model {
    fn read(self) -> Result<Member, DbErr> {
        Ok(Member {
            member_id: id(self.member_id)?,
            name: self.name,
            email: self.email,
            phone: self.phone,
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
            version: self.version,
            incarnation: self.incarnation,
        })
    }
}

fn id(number: i64) -> Result<MemberId, DbErr> {
    MemberId::try_from(number).map_err(|_| corrupt("members", "member_id"))
}

async fn all(select: Select<Entity>, db: &impl ConnectionTrait) -> Result<Vec<Member>, DbErr> {
    select.all(db).await?.into_iter().map(Model::read).collect()
}

/// The member with this id.
pub(crate) async fn find(db: &impl ConnectionTrait, id: MemberId) -> Result<Option<Member>, DbErr> {
    only(Entity::find_by_id(id.get()), db).await?.map(Model::read).transpose()
}

/// The same, and nobody else changes the member until the end of the transaction.
pub(crate) async fn lock(tx: &impl ConnectionTrait, id: MemberId) -> Result<Option<Member>, DbErr> {
    only(Entity::find_by_id(id.get()).lock_exclusive(), tx).await?.map(Model::read).transpose()
}

/// The member with this name.
pub(crate) async fn find_named(db: &impl ConnectionTrait, name: &str) -> Result<Option<Member>, DbErr> {
    only(Entity::find().filter(Column::Name.eq(name)), db).await?.map(Model::read).transpose()
}

/// Whether there is a member with this id.
pub(crate) async fn is_taken(db: &impl ConnectionTrait, id: MemberId) -> Result<bool, DbErr> {
    let found: Option<i64> =
        Entity::find_by_id(id.get()).select_only().column(Column::MemberId).into_tuple().one(db).await?;
    Ok(found.is_some())
}

/// Adds a member.
///
/// # Errors
/// [`Error::NameTaken`] by the unique index, so that of two at once exactly one succeeds.
pub(crate) async fn insert(db: &impl ConnectionTrait, member: &Member) -> Result<()> {
    let mut row = shown(member);
    row.member_id = Set(member.member_id.get());
    row.incarnation = Set(member.incarnation);
    row.created_at = Set(member.created_at.as_millis());
    named(Entity::insert(row).exec_without_returning(db).await).map(drop)
}

fn shown(member: &Member) -> ActiveModel {
    ActiveModel {
        name: Set(member.name.clone()),
        email: Set(member.email.clone()),
        phone: Set(member.phone.clone()),
        version: Set(member.version),
        updated_at: Set(member.updated_at.as_millis()),
        ..<ActiveModel as ActiveModelTrait>::default()
    }
}

fn named<T>(result: Result<T, DbErr>) -> Result<T> {
    match result {
        Err(error) if violates_unique(&error, "members", "name") => Err(Error::NameTaken),
        result => Ok(result?),
    }
}

/// Writes what may change of a member, if the row still is as `before` was read: `false` when it is not.
///
/// # Errors
/// [`Error::NameTaken`], as for [`insert`].
pub(crate) async fn update(db: &impl ConnectionTrait, before: &Member, after: &Member) -> Result<bool> {
    let update = Entity::update_many()
        .set(shown(after))
        .filter(Column::MemberId.eq(before.member_id.get()))
        .filter(Column::Incarnation.eq(before.incarnation))
        .filter(Column::Version.eq(before.version));
    Ok(named(update.exec(db).await)?.rows_affected == 1)
}

/// Removes a member.
pub(crate) async fn delete(db: &impl ConnectionTrait, id: MemberId) -> Result<(), DbErr> {
    Entity::delete_by_id(id.get()).exec(db).await.map(drop)
}

/// Members by id, after `start`, at most `most`.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    start: Option<MemberId>,
    most: usize,
) -> Result<Vec<Member>, DbErr> {
    let id = Expr::col(Column::MemberId);
    all(page(Entity::find(), &id, start, most), db).await
}

fn page(select: Select<Entity>, id: &Expr, start: Option<MemberId>, most: usize) -> Select<Entity> {
    let start = start.map_or(0, MemberId::get);
    select.filter(id.clone().gt(start)).order_by_asc(id.clone()).limit(most as u64)
}

/// Those whose name, in this column, starts so.
fn starting(column: &Expr, prefix: &NamePrefix) -> Select<Entity> {
    let select = Entity::find().filter(column.clone().gte(prefix.as_str()));
    match prefix.upper_bound() {
        Some(bound) => select.filter(column.clone().lt(bound)),
        None => select,
    }
}

/// Whether more than `few` members have a name that starts so.
pub(crate) async fn has_more_than(db: &impl ConnectionTrait, prefix: &NamePrefix, few: u64) -> Result<bool, DbErr> {
    let names = starting(&Expr::col(Column::Name), prefix).select_only().column(Column::Name).limit(1).offset(few);
    let one_more: Option<String> = names.into_tuple().one(db).await?;
    Ok(one_more.is_some())
}

/// Members by id, of those whose name starts so, found along the names, and sorted: quick where they are few.
pub(crate) async fn list_along_names(
    db: &impl ConnectionTrait,
    prefix: &NamePrefix,
    start: Option<MemberId>,
    most: usize,
) -> Result<Vec<Member>, DbErr> {
    let id = without_index(Column::MemberId, 0_i64);
    all(page(starting(&Expr::col(Column::Name), prefix), &id, start, most), db).await
}

/// The same members, found along the ids: quick where they are many.
pub(crate) async fn list_along_ids(
    db: &impl ConnectionTrait,
    prefix: &NamePrefix,
    start: Option<MemberId>,
    most: usize,
) -> Result<Vec<Member>, DbErr> {
    let id = Expr::col(Column::MemberId);
    all(page(starting(&without_index(Column::Name, ""), prefix), &id, start, most), db).await
}

/// The value of a column that is never null, written so that no database looks for it in an index.
fn without_index(column: Column, otherwise: impl Into<Value>) -> Expr {
    Expr::expr(Func::coalesce([Expr::col(column), Expr::value(otherwise)]))
}
