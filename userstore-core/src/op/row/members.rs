//! The table `members`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Func;
use sea_orm::{ActiveValue::Set, ExprTrait as _, QueryOrder as _, QuerySelect as _, Select};

use super::corrupt;
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
    Entity::find_by_id(id.get()).one(db).await?.map(Model::read).transpose()
}

/// The member with this name.
pub(crate) async fn find_named(db: &impl ConnectionTrait, name: &str) -> Result<Option<Member>, DbErr> {
    Entity::find().filter(Column::Name.eq(name)).one(db).await?.map(Model::read).transpose()
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

/// The members with these ids, by id.
pub(crate) async fn find_all(db: &impl ConnectionTrait, ids: &[MemberId]) -> Result<Vec<Member>, DbErr> {
    let ids = ids.iter().map(|id| id.get());
    all(Entity::find().filter(Column::MemberId.is_in(ids)).order_by_asc(Column::MemberId), db).await
}

fn after(after: Option<MemberId>, most: usize) -> Select<Entity> {
    let select = Entity::find().order_by_asc(Column::MemberId).limit(most as u64);
    select.filter(Column::MemberId.gt(after.map_or(0, MemberId::get)))
}

/// Members by id, after `start`, at most `most`.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    start: Option<MemberId>,
    most: usize,
) -> Result<Vec<Member>, DbErr> {
    all(after(start, most), db).await
}

/// The same of those whose name starts so. They are found along the ids: that is quick where many names start so.
pub(crate) async fn list_by_prefix(
    db: &impl ConnectionTrait,
    prefix: &NamePrefix,
    start: Option<MemberId>,
    most: usize,
) -> Result<Vec<Member>, DbErr> {
    // Not the column itself, lest a database takes the index on it, and sorts all that it finds there.
    let name = || Expr::expr(Func::coalesce([Expr::col(Column::Name), Expr::value("")]));
    let mut select = after(start, most).filter(name().gte(prefix.as_str()));
    if let Some(bound) = prefix.upper_bound() {
        select = select.filter(name().lt(bound));
    }
    all(select, db).await
}

/// Ids of members whose name starts so, in no order, at most `most`. They are found along the names: that is quick where
/// few names start so.
pub(crate) async fn ids_by_prefix(
    db: &impl ConnectionTrait,
    prefix: &NamePrefix,
    most: usize,
) -> Result<Vec<MemberId>, DbErr> {
    let mut select = Entity::find().select_only().column(Column::MemberId).limit(most as u64);
    select = select.filter(Column::Name.gte(prefix.as_str()));
    if let Some(bound) = prefix.upper_bound() {
        select = select.filter(Column::Name.lt(bound));
    }
    let found: Vec<i64> = select.into_tuple().all(db).await?;
    found.into_iter().map(id).collect()
}
