use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::task::JoinSet;
use tokio::time::{advance, sleep};

use super::*;

const TIMEOUT: Duration = Duration::from_secs(1);

/// What becomes of whoever connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Good,
    Refusing,
    Silent,
}

#[derive(Debug)]
struct Machine {
    mood: RwLock<Mood>,
    /// How often somebody came.
    knocks: AtomicU32,
}

/// The number of a connection, and whether the machine has closed it.
#[derive(Debug, Clone)]
struct Wire(u32, Arc<AtomicBool>);

impl Remote for Machine {
    const NAME: &'static str = "Machine";

    type Connection = Wire;

    fn step(&self) -> Span {
        Span::none()
    }

    async fn connect(&self) -> Result<Wire, Fault> {
        let number = self.knocks.fetch_add(1, Ordering::SeqCst) + 1;
        let mood = *self.mood.read().unwrap();
        sleep(Duration::from_millis(10)).await;
        match mood {
            Mood::Good => Ok(Wire(number, Arc::default())),
            Mood::Refusing => Err(Fault::Lost("go away".to_owned())),
            Mood::Silent => std::future::pending().await,
        }
    }

    fn is_closed(connection: &Wire) -> bool {
        connection.1.load(Ordering::SeqCst)
    }
}

fn gate(mood: Mood) -> Arc<Gate<Machine>> {
    Arc::new(Gate::new(Machine { mood: RwLock::new(mood), knocks: AtomicU32::new(0) }, TIMEOUT))
}

impl Gate<Machine> {
    fn turn(&self, mood: Mood) {
        *self.remote.mood.write().unwrap() = mood;
    }

    fn knocks(&self) -> u32 {
        self.remote.knocks.load(Ordering::SeqCst)
    }

    /// The number of the connection that is given, and how long that took.
    async fn try_enter(&self) -> (Result<u32, String>, Duration) {
        let started = Instant::now();
        let entered = self.enter().await;
        (entered.map(|passage| passage.connection().0).map_err(|outage| outage.to_string()), started.elapsed())
    }
}

async fn together(gate: &Arc<Gate<Machine>>, many: usize) -> Vec<(Result<u32, String>, Duration)> {
    let mut all = JoinSet::new();
    for _ in 0..many {
        let gate = Arc::clone(gate);
        all.spawn(async move { gate.try_enter().await });
    }
    all.join_all().await
}

#[tokio::test(start_paused = true)]
async fn all_share_one_connection_also_when_they_come_at_once() {
    let gate = gate(Mood::Good);
    assert!(together(&gate, 100).await.iter().all(|(entered, _)| *entered == Ok(1)));
    assert_eq!(gate.try_enter().await, (Ok(1), Duration::ZERO));
    assert_eq!(gate.knocks(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_everybody_is_refused_at_once_for_a_moment() {
    let gate = gate(Mood::Refusing);
    let refused = Err("Machine: go away".to_owned());
    assert_eq!(gate.try_enter().await.0, refused);
    for _ in 0..100 {
        assert_eq!(gate.try_enter().await, (refused.clone(), Duration::ZERO));
    }
    assert_eq!(gate.knocks(), 1);
    gate.turn(Mood::Good);
    advance(PAUSE).await;
    assert_eq!(gate.try_enter().await.0, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn only_one_tries_a_machine_that_swallows_everything_and_the_others_do_not_wait() {
    let gate = gate(Mood::Silent);
    let late = Err("Machine: no answer within 1s".to_owned());
    assert_eq!(gate.try_enter().await, (late.clone(), TIMEOUT));
    advance(PAUSE).await;
    let mut all = together(&gate, 100).await;
    all.sort_by_key(|(_, took)| *took);
    assert!(all[..99].iter().all(|refused| *refused == (late.clone(), Duration::ZERO)), "{all:?}");
    assert_eq!(all[99], (late, TIMEOUT));
    assert_eq!(gate.knocks(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_is_back_is_used_within_two_seconds() {
    for mood in [Mood::Refusing, Mood::Silent] {
        let gate = gate(Mood::Good);
        let passage = gate.enter().await.unwrap();
        gate.turn(mood);
        assert!(passage.run(async { Err::<(), _>(Fault::Lost("broken".to_owned())) }).await.is_err());
        for _ in 0..50 {
            assert!(gate.try_enter().await.0.is_err());
            advance(Duration::from_millis(100)).await;
        }
        gate.turn(Mood::Good);
        let back = Instant::now();
        while gate.try_enter().await.0.is_err() {
            advance(Duration::from_millis(10)).await;
        }
        assert!(back.elapsed() < Duration::from_secs(2), "{mood:?}: {:?}", back.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_answer_in_time_is_given_up() {
    let gate = gate(Mood::Good);
    let passage = gate.enter().await.unwrap();
    let late = passage.run(std::future::pending::<Result<(), Fault>>()).await;
    assert_eq!(late.unwrap_err().to_string(), "Machine: no answer within 1s");
    assert!(gate.try_enter().await.0.is_err());
    advance(PAUSE).await;
    assert_eq!(gate.try_enter().await.0, Ok(2));
    // What an old connection comes to is no news of the new one.
    assert!(passage.run(async { Err::<(), _>(Fault::Lost("long dead".to_owned())) }).await.is_err());
    assert_eq!(gate.try_enter().await.0, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn connecting_and_asking_share_the_time() {
    let gate = gate(Mood::Good);
    let started = Instant::now();
    let mut passage = gate.enter().await.unwrap();
    assert!(passage.run(std::future::pending::<Result<(), Fault>>()).await.is_err());
    assert_eq!(started.elapsed(), TIMEOUT);
    passage.prolong();
    let in_time = async {
        sleep(TIMEOUT / 2).await;
        Ok(())
    };
    assert!(passage.run(in_time).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_one_thing_leaves_the_gate_open() {
    let gate = gate(Mood::Good);
    let passage = gate.enter().await.unwrap();
    let refused = passage.run(async { Err::<(), _>(Fault::Refused("not this".to_owned())) }).await;
    assert_eq!(refused.unwrap_err().to_string(), "Machine: not this");
    assert_eq!(gate.try_enter().await, (Ok(1), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_the_machine_has_closed_is_replaced_without_a_word() {
    let gate = gate(Mood::Good);
    gate.enter().await.unwrap().connection().1.store(true, Ordering::SeqCst);
    assert!(together(&gate, 100).await.iter().all(|(entered, _)| *entered == Ok(2)));
    assert_eq!(gate.knocks(), 2);
}

/// Whoever connects may be gone before it is done.
#[tokio::test(start_paused = true)]
async fn one_that_gives_up_connecting_keeps_nobody_else_from_it() {
    let gate = gate(Mood::Silent);
    assert!(tokio::time::timeout(Duration::from_millis(20), gate.enter()).await.is_err());
    gate.turn(Mood::Good);
    assert_eq!(gate.try_enter().await.0, Ok(2));
}
