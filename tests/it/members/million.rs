//! A million members: every operation costs what it costs among three thousand.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use userstore_core::config::{CacheKind, Secret, Settings};
use userstore_core::{Cursor, Error, Member, MemberFilter, MemberId, NewMember, PageRequest, Precondition, UserStore};

/// How many members there are in the small directory, and in the large one.
const FEW: i64 = 3000;
const MANY: i64 = 1_000_000;

/// How often each operation is measured. The median counts.
const TIMES: i64 = 61;

/// How much longer an operation may take among a million: the trees of a database are two levels higher there, and less
/// of them is in memory. An operation that looked at every member would take hundreds of times as long.
const LONGER: u32 = 3;

/// Members with all ids up to `to`, put in by the database's own program. Their names are in another order than their
/// ids; two of them, where the last page starts, are known by theirs.
fn fill(file: &Path, to: i64) {
    let (one, two) = (to - 50, to - 49);
    let statement = format!(
        "WITH RECURSIVE ids(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < {to})
         INSERT INTO members (member_id, name, email, phone, version, incarnation, created_at, updated_at)
         SELECT id, CASE WHEN id IN ({one}, {two}) THEN 'last page: ' || id
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
    /// Where the last page starts.
    last: Cursor,
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
        let store = UserStore::builder().settings(settings).connect().await.unwrap();
        fill(file, size);
        // The next one after the first of the two that are known by name.
        let one = PageRequest::first().limit(1).unwrap();
        let page = store.operator().read_members().list_members(&prefix("last page: "), one).await.unwrap();
        assert_eq!(page.items[0].member_id.get(), size - 50);
        Self { store, size, last: page.next.unwrap() }
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

    async fn new_member(&self, time: i64) -> Result<Arc<Member>, Error> {
        let name = format!("post {time}");
        self.store.operator().write_members().create_member(NewMember { name, ..NewMember::default() }).await
    }
}

/// Two directories, and how long each operation takes in either of them.
struct Comparison {
    few: Bench,
    many: Bench,
    medians: Vec<(&'static str, Duration, Duration)>,
}

impl Comparison {
    /// Does something in both by turns, so that whatever else the machine does meanwhile slows down both.
    async fn add(&mut self, name: &'static str, operation: impl AsyncFn(&Bench, i64)) {
        let mut times = [Vec::new(), Vec::new()];
        for time in 0..TIMES {
            for (bench, times) in [&self.few, &self.many].into_iter().zip(&mut times) {
                let start = Instant::now();
                operation(bench, time).await;
                times.push(start.elapsed());
            }
        }
        let [few, many] = times.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2]
        });
        self.medians.push((name, few, many));
    }

    async fn reads(&mut self) {
        let get = async |bench: &Bench, id| bench.store.operator().read_members().get_member(id).await;
        let (all, common) = (MemberFilter::default(), prefix("member"));
        let nobody = MemberId::try_from(2 * MANY).unwrap();
        let named = |name| MemberFilter { name: Some(name), prefix: None };
        self.add("get", async |bench, time| drop(get(bench, bench.id(time)).await.unwrap())).await;
        self.add("get nobody", async |bench, _| drop(get(bench, nobody).await.unwrap_err())).await;
        self.add("first page", async |bench, _| bench.lists(&all, None, 50).await).await;
        self.add("last page", async |bench, _| bench.lists(&all, Some(&bench.last), 50).await).await;
        self.add("name", async |bench, time| bench.lists(&named(bench.name(time)), None, 1).await).await;
        self.add("prefix of one", async |bench, time| bench.lists(&prefix(&bench.name(time)), None, 1).await).await;
        self.add("prefix of nobody", async |bench, _| bench.lists(&prefix("nember"), None, 0).await).await;
        self.add("prefix of all", async |bench, _| bench.lists(&common, None, 50).await).await;
        self.add("prefix of all, last page", async |bench, _| bench.lists(&common, Some(&bench.last), 49).await).await;
    }

    async fn writes(&mut self) {
        let put = async |bench: &Bench, time: i64| {
            let new = NewMember { name: format!("put {time}"), ..NewMember::default() };
            bench.store.operator().write_members().put_member(bench.id(time), new, &Precondition::NONE).await
        };
        let delete = async |bench: &Bench, time: i64| {
            bench.store.operator().delete_members().delete_member(bench.id(time), &Precondition::NONE).await
        };
        self.add("put", async |bench, time| drop(put(bench, time).await.unwrap())).await;
        // Every id that the store would choose at first is taken.
        self.add("post", async |bench, time| {
            assert!(bench.new_member(time).await.unwrap().member_id.get() > bench.size);
        })
        .await;
        self.add("post of a name that is taken", async |bench, time| {
            assert!(matches!(bench.new_member(time).await, Err(Error::NameTaken)));
        })
        .await;
        self.add("delete", async |bench, time| delete(bench, time).await.unwrap()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
async fn nothing_takes_longer_among_a_million() {
    let folder = tempfile::tempdir().unwrap();
    let few = Bench::open(&folder.path().join("few.db"), FEW).await;
    let many = Bench::open(&folder.path().join("many.db"), MANY).await;
    let mut comparison = Comparison { few, many, medians: Vec::new() };
    comparison.reads().await;
    comparison.writes().await;
    let mut table = String::new();
    for (name, few, many) in &comparison.medians {
        writeln!(table, "{name:30} {few:>12?} {many:>12?}").unwrap();
    }
    let too_long = comparison.medians.iter().find(|(_, few, many)| *many > LONGER * *few);
    assert!(too_long.is_none(), "{too_long:?}: more than {LONGER} times as long:\n{table}");
    comparison.few.store.close().await;
    comparison.many.store.close().await;
}
