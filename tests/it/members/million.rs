//! A million members: every operation costs what it costs among three thousand.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use userstore_core::config::{CacheKind, Secret, Settings};
use userstore_core::{Cursor, Error, MemberFilter, MemberId, NewMember, PageRequest, Precondition, UserStore};

/// How many members there are at first, and in the end.
const FEW: i64 = 3000;
const MANY: i64 = 1_000_000;

/// How often each operation is measured. The median counts.
const TIMES: i64 = 61;

/// How much longer an operation may take among a million: the trees of a database are two levels higher there, and less
/// of them is in memory. An operation that looked at every member would take hundreds of times as long.
const LONGER: u32 = 3;

/// Members with all ids up to `to` from the next one on that the store would choose, put in by the database's own
/// program. Their names are in another order than their ids; two of them, where the last page starts, are known by
/// theirs.
fn fill(file: &Path, to: i64) {
    let (one, two) = (to - 50, to - 49);
    let statement = format!(
        "WITH RECURSIVE ids(id) AS (SELECT last + 1 FROM member_ids UNION ALL SELECT id + 1 FROM ids WHERE id < {to})
         INSERT INTO members (member_id, name, email, phone, version, incarnation, created_at, updated_at)
         SELECT id, CASE WHEN id IN ({one}, {two}) THEN 'last page of {to}: ' || id
                    ELSE printf('member %06d', id * 7919 % {MANY}) END,
                NULL, NULL, 1, randomblob(16), 0, 0 FROM ids"
    );
    let output = Command::new("sqlite3").arg(file).arg(statement).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// A directory that has this many members at first.
struct Bench {
    store: UserStore,
    size: i64,
}

fn prefix(text: &str) -> MemberFilter {
    MemberFilter { prefix: Some(text.to_owned()), name: None }
}

impl Bench {
    /// Nothing is remembered: every operation has to do its work.
    async fn open(file: &Path, size: i64) -> Self {
        let mut settings = Settings::default();
        settings.database.url = Secret::new(format!("sqlite://{}?mode=rwc", file.display()));
        settings.database.timeout = Duration::from_mins(1);
        settings.cache.kind = CacheKind::Off;
        Self { store: UserStore::builder().settings(settings).connect().await.unwrap(), size }
    }

    /// An id among them, another one each time.
    fn id(&self, time: i64) -> MemberId {
        let step = self.size / TIMES;
        MemberId::try_from(step / 2 + time * step).unwrap()
    }

    fn name(&self, time: i64) -> String {
        format!("member {:06}", self.id(time).get() * 7919 % MANY)
    }

    async fn lists(&self, filter: &MemberFilter, after: Option<&Cursor>, wanted: usize) {
        let page = PageRequest::first();
        let page = if let Some(after) = after { page.after(after.clone()) } else { page };
        let page = self.store.operator().read_members().list_members(filter, page).await.unwrap();
        assert_eq!(page.items.len(), wanted, "{filter:?}");
    }

    /// The cursor of the last page: the next one after the first of the two that are known by name.
    async fn last_page(&self) -> Cursor {
        let (filter, one) = (prefix(&format!("last page of {}: ", self.size)), PageRequest::first().limit(1).unwrap());
        let page = self.store.operator().read_members().list_members(&filter, one).await.unwrap();
        assert_eq!(page.items[0].member_id.get(), self.size - 50);
        page.next.unwrap()
    }

    async fn measure_reads(&self) -> Vec<(&'static str, Duration)> {
        let read = self.store.operator().read_members();
        let (all, common, last) = (MemberFilter::default(), prefix("member"), self.last_page().await);
        let nobody = MemberId::try_from(2 * MANY).unwrap();
        let named = |time| MemberFilter { name: Some(self.name(time)), prefix: None };
        vec![
            ("get", median(async |time| drop(read.get_member(self.id(time)).await.unwrap())).await),
            ("get nobody", median(async |_| drop(read.get_member(nobody).await.unwrap_err())).await),
            ("first page", median(async |_| self.lists(&all, None, 50).await).await),
            ("last page", median(async |_| self.lists(&all, Some(&last), 50).await).await),
            ("by name", median(async |time| self.lists(&named(time), None, 1).await).await),
            ("prefix of one", median(async |time| self.lists(&prefix(&self.name(time)), None, 1).await).await),
            ("prefix of nobody", median(async |_| self.lists(&prefix("nember"), None, 0).await).await),
            ("prefix of all", median(async |_| self.lists(&common, None, 50).await).await),
            ("prefix of all, last page", median(async |_| self.lists(&common, Some(&last), 49).await).await),
        ]
    }

    async fn measure_writes(&self) -> Vec<(&'static str, Duration)> {
        let operator = self.store.operator();
        let (write, delete) = (operator.write_members(), operator.delete_members());
        let new = |name: String| NewMember { name, ..NewMember::default() };
        let put = async |time| {
            let name = format!("{}, put", self.name(time));
            drop(write.put_member(self.id(time), new(name), &Precondition::NONE).await.unwrap());
        };
        let post = async |time| write.create_member(new(format!("post {time} to {}", self.size))).await;
        let free = async |time| assert!(post(time).await.unwrap().member_id.get() > self.size);
        let taken = async |time| assert!(matches!(post(time).await, Err(Error::NameTaken)));
        let delete = async |time| delete.delete_member(self.id(time), &Precondition::NONE).await.unwrap();
        vec![
            ("put", median(put).await),
            ("post", median(free).await),
            ("post of a name that is taken", median(taken).await),
            ("delete", median(delete).await),
        ]
    }

    async fn measure(self) -> Vec<(&'static str, Duration)> {
        let mut measured = self.measure_reads().await;
        measured.extend(self.measure_writes().await);
        self.store.close().await;
        measured
    }
}

async fn median(mut operation: impl AsyncFnMut(i64)) -> Duration {
    let mut times = Vec::new();
    for time in 0..TIMES {
        let start = Instant::now();
        operation(time).await;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
async fn nothing_takes_longer_among_a_million() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    Bench::open(&file, 0).await.store.close().await;
    fill(&file, FEW);
    let few = Bench::open(&file, FEW).await.measure().await;
    fill(&file, MANY);
    let many = Bench::open(&file, MANY).await.measure().await;
    let mut table = String::new();
    for ((name, among_few), (_, among_many)) in few.iter().zip(&many) {
        writeln!(table, "{name:30} {among_few:>12?} {among_many:>12?}").unwrap();
    }
    let too_long = few.iter().zip(&many).find(|((_, few), (_, many))| *many > LONGER * *few);
    assert!(too_long.is_none(), "{too_long:?} takes more than {LONGER} times as long:\n{table}");
}
