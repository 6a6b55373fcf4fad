//! The table `sessions`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{ActiveValue::Set, Condition, ExprTrait as _, Order, QueryOrder as _, QuerySelect as _};

use super::{Copied, corrupt, only};
use crate::model::id::{SessionId, UserId};
use crate::model::session::{Session, TokenHash};
use crate::model::timestamp::Timestamp;
use crate::model::user::User;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    token_hash: Vec<u8>,
    user_id: Uuid,
    epoch: i64,
    created_at: i64,
    expires_at: i64,
    user_agent: Option<String>,
    ip: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Copied for Entity {
    type Key = Uuid;

    const TABLE: &'static str = "sessions";
    const KEY: Column = Column::Id;
    const CHANGES: &'static [&'static str] = &["MAX(created_at)"];

    fn key(row: &Model) -> Uuid {
        row.id
    }

    fn shown(key: &Uuid) -> String {
        key.to_string()
    }
}

impl From<Model> for Session {
    fn from(row: Model) -> Self {
        Self {
            id: SessionId::new(row.id),
            created_at: Timestamp::from_millis(row.created_at),
            expires_at: Timestamp::from_millis(row.expires_at),
            current: false,
            user_agent: row.user_agent,
            ip: row.ip,
            user_id: UserId::new(row.user_id),
            epoch: row.epoch,
        }
    }
}

/// Adds a session.
pub(crate) async fn insert(db: &impl ConnectionTrait, hash: TokenHash, session: &Session) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(session.id.as_uuid()),
        token_hash: Set(hash.to_vec()),
        user_id: Set(session.user_id.as_uuid()),
        epoch: Set(session.epoch),
        created_at: Set(session.created_at.as_millis()),
        expires_at: Set(session.expires_at.as_millis()),
        user_agent: Set(session.user_agent.clone()),
        ip: Set(session.ip.clone()),
    };
    Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Adds a session in one statement, where nothing of the user's has to go for it: that is, where nothing is over, and it
/// leaves the user with `most` at most. `false` where it was not added.
pub(crate) async fn insert_if_room(
    db: &impl ConnectionTrait,
    user: &User,
    hash: TokenHash,
    session: &Session,
    most: u16,
) -> Result<bool, DbErr> {
    let of_user = || Query::select().from(Entity).and_where(Column::UserId.eq(user.id.as_uuid())).take();
    let count = of_user().expr(Expr::col(Column::Id).count()).take();
    let over = of_user().expr(Expr::value(1)).cond_where(over(user, session.created_at)).take();
    let values = [
        session.id.as_uuid().into(),
        hash.to_vec().into(),
        session.user_id.as_uuid().into(),
        session.epoch.into(),
        session.created_at.as_millis().into(),
        session.expires_at.as_millis().into(),
        session.user_agent.clone().into(),
        session.ip.clone().into(),
    ];
    let row = Query::select()
        .exprs(values.map(Expr::value::<Value>))
        .cond_where(Condition::all().add(Expr::from(count).lt(most)).add(Expr::exists(over).not()))
        .take();
    let columns = [
        Column::Id,
        Column::TokenHash,
        Column::UserId,
        Column::Epoch,
        Column::CreatedAt,
        Column::ExpiresAt,
        Column::UserAgent,
        Column::Ip,
    ];
    let mut insert = Query::insert().into_table(Entity).columns(columns).take();
    let insert = insert.select_from(row).map_err(|error| DbErr::Custom(error.to_string()))?;
    Ok(db.execute(insert).await?.rows_affected() == 1)
}

/// The session with this token.
pub(crate) async fn find(db: &impl ConnectionTrait, hash: TokenHash) -> Result<Option<Session>, DbErr> {
    let row = only(Entity::find().filter(Column::TokenHash.eq(hash.to_vec())), db).await?;
    Ok(row.map(Session::from))
}

/// What holds of the rows of a user's live sessions, as far as the user says.
fn of_epoch(user: &User) -> Condition {
    let kept = user.kept_session.map(|id| Column::Id.eq(id.as_uuid()));
    Condition::any().add(Column::Epoch.eq(user.epoch)).add_option(kept)
}

/// A user's live sessions after `after`, at most `most`.
pub(crate) async fn list_live(
    db: &impl ConnectionTrait,
    user: &User,
    after: Option<SessionId>,
    most: usize,
    now: Timestamp,
) -> Result<Vec<Session>, DbErr> {
    let mut select = Entity::find()
        .filter(Column::UserId.eq(user.id.as_uuid()))
        .filter(Column::ExpiresAt.gt(now.as_millis()))
        .filter(of_epoch(user))
        .order_by_asc(Column::Id)
        .limit(most as u64);
    if let Some(after) = after {
        select = select.filter(Column::Id.gt(after.as_uuid()));
    }
    Ok(select.all(db).await?.into_iter().map(Session::from).collect())
}

/// Removes one live session of a user, and gives its token's hash.
pub(crate) async fn remove_live(
    db: &impl ConnectionTrait,
    user: &User,
    id: SessionId,
    now: Timestamp,
) -> Result<Option<TokenHash>, DbErr> {
    let found = Condition::all()
        .add(Column::Id.eq(id.as_uuid()))
        .add(Column::UserId.eq(user.id.as_uuid()))
        .add(Column::ExpiresAt.gt(now.as_millis()))
        .add(of_epoch(user));
    Ok(remove(db, found, None).await?.pop())
}

/// What holds of the rows of a user's sessions that are over, by an epoch that has ended or by their time.
fn over(user: &User, now: Timestamp) -> Condition {
    let mut earlier = Condition::all().add(Column::Epoch.lt(user.epoch));
    if let Some(kept) = user.kept_session {
        earlier = earlier.add(Column::Id.ne(kept.as_uuid()));
    }
    Condition::any().add(earlier).add(Column::ExpiresAt.lte(now.as_millis()))
}

/// Removes a user's sessions that are over: those of an earlier epoch, and those that had expired at `now`; and of the
/// others the oldest, until `left` are left.
pub(crate) async fn remove_over(
    db: &impl ConnectionTrait,
    user: &User,
    now: Timestamp,
    left: Option<u64>,
) -> Result<Vec<TokenHash>, DbErr> {
    let mut over = over(user, now);
    if let Some(left) = left {
        // Ids go by time. Most of the time nothing is over, or one.
        let most = Query::select()
            .column(Column::Id)
            .from(Entity)
            .cond_where(Condition::all().add(Column::UserId.eq(user.id.as_uuid())).add(over.clone().not()))
            .order_by(Column::Id, Order::Desc)
            .offset(left)
            .limit(1000)
            .to_owned();
        // MySQL takes no limit in a subquery of `IN`, but in one that is a table.
        let most = Query::select().column(Column::Id).from_subquery(most, "most").to_owned();
        over = over.add(Column::Id.in_subquery(most));
    }
    remove(db, Condition::all().add(Column::UserId.eq(user.id.as_uuid())).add(over), None).await
}

/// Removes at most `most` sessions, of any user, that have expired.
pub(crate) async fn remove_expired(
    db: &impl ConnectionTrait,
    now: Timestamp,
    most: u64,
) -> Result<Vec<TokenHash>, DbErr> {
    remove(db, Condition::all().add(Column::ExpiresAt.lte(now.as_millis())), Some(most)).await
}

async fn remove(db: &impl ConnectionTrait, found: Condition, most: Option<u64>) -> Result<Vec<TokenHash>, DbErr> {
    let rows: Vec<(Uuid, Vec<u8>)> = Entity::find()
        .select_only()
        .column(Column::Id)
        .column(Column::TokenHash)
        .filter(found)
        .limit(most)
        .lock_exclusive()
        .into_tuple()
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (ids, hashes): (Vec<Uuid>, Vec<Vec<u8>>) = rows.into_iter().unzip();
    Entity::delete_many().filter(Column::Id.is_in(ids)).exec(db).await?;
    hashes.iter().map(|hash| TokenHash::from_bytes(hash).ok_or_else(|| corrupt("sessions", "token_hash"))).collect()
}
