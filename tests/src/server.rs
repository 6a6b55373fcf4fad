//! The server in this process: a port, a database and a clock of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use userstore_core::{Clock, Data, Password, Role, Settings, Signup, Timestamp, TokenRequest, UserStore, json};
use userstore_server::{Server, Stop};

use crate::backend::{Backend, Footing};
use crate::record::Record;
use crate::{Answer, Cli, Client, Persona, Request};

/// What the clock of a [`TestServer`] shows at first: 2026-01-02T03:04:05.678Z.
pub const START: Timestamp = Timestamp::from_millis(1_767_323_045_678);

/// How long a server may take to stop.
const STOP: Duration = Duration::from_secs(5);

/// A server on a free port of the loopback, with a fresh database and a clock that stands still until it is moved. It
/// stops when it is dropped.
pub struct TestServer {
    client: Client,
    clock: Clock,
    store: UserStore,
    stop: Stop,
    served: Option<JoinHandle<()>>,
    runtime: Option<Runtime>,
    footing: Footing,
    record: Record,
}

impl TestServer {
    /// Starts one with the default settings.
    #[must_use]
    pub fn start() -> Self {
        Self::with(|_| ())
    }

    /// Starts one with other settings.
    #[must_use]
    pub fn with(tune: impl FnOnce(&mut Settings)) -> Self {
        Self::at(&Footing::new(Backend::SQLITE), Clock::manual(START), tune)
    }

    /// Starts one on these engines, with a database of its own.
    #[must_use]
    pub fn on(backend: Backend) -> Self {
        Self::at(&Footing::new(backend), Clock::manual(START), |_| ())
    }

    /// Starts one here, by this clock and with other settings.
    #[must_use]
    pub fn at(footing: &Footing, clock: Clock, tune: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = footing.settings();
        tune(&mut settings);
        Self::launch(settings, clock, footing.clone(), Record::default())
    }

    /// Starts another one on the same database, with the same settings but for these. Both have one clock.
    #[must_use]
    pub fn beside(&self, tune: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.store.settings().clone();
        tune(&mut settings);
        Self::launch(settings, self.clock.clone(), self.footing.clone(), self.record.clone())
    }

    fn launch(settings: Settings, clock: Clock, footing: Footing, record: Record) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (store, stop, served, address) = runtime.block_on(launch(settings, clock.clone(), record.clone()));
        let client = Client::new(address);
        Self { client, clock, store, stop, served: Some(served), runtime: Some(runtime), footing, record }
    }

    /// A client of the server.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client
    }

    /// Moves the clock.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The store that is served.
    #[must_use]
    pub fn store(&self) -> &UserStore {
        &self.store
    }

    /// The file that the database is in.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.footing.database_file()
    }

    /// What it stands on.
    #[must_use]
    pub fn footing(&self) -> &Footing {
        &self.footing
    }

    /// The command line on the same database.
    #[must_use]
    pub fn cli(&self) -> Cli {
        Cli::on(&self.footing)
    }

    /// What was asked of it, and of those beside it, and how it was answered.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Runs an operation of the library.
    pub fn run<T>(&self, operation: impl Future<Output = T>) -> T {
        self.runtime.as_ref().unwrap().block_on(operation)
    }

    /// A request that nobody has signed.
    pub fn request(&self, method: &str, target: &str) -> Request {
        self.client.request(method, target)
    }

    /// What somebody without a token is answered to a `GET`.
    #[track_caller]
    #[must_use]
    pub fn get(&self, target: &str) -> Answer {
        self.request("GET", target).send()
    }

    /// Somebody without an account.
    #[must_use]
    pub fn anonymous(&self) -> Persona {
        Persona::anonymous(self.client)
    }

    /// A service, with an access token that has these scopes.
    #[must_use]
    pub fn service(&self, name: &str, scopes: &str) -> Persona {
        let request = TokenRequest { scopes: Some(scopes.parse().unwrap()), ..TokenRequest::default() };
        let token = self.run(self.store.keys().mint_service_token(name, &request)).unwrap();
        self.anonymous().with_token(token.reveal())
    }

    /// Creates an account with the role `user`, and signs in.
    #[must_use]
    pub fn user(&self, name: &str) -> Persona {
        self.persona(name, Role::User)
    }

    /// Creates an administrator, and signs in.
    #[must_use]
    pub fn admin(&self, name: &str) -> Persona {
        self.persona(name, Role::Admin)
    }

    /// Creates an account, and signs in.
    #[must_use]
    pub fn persona(&self, name: &str, role: Role) -> Persona {
        self.account(name, role, "{}").signed_in()
    }

    /// Creates an account with this JSON object, without a session.
    #[must_use]
    pub fn account(&self, name: &str, role: Role, data: &str) -> Persona {
        let persona = Persona::named(self.client, name);
        let signup = Signup {
            username: name.to_owned(),
            password: Password::new(persona.password()),
            data: Data::new(json::parse_object(data.as_bytes()).unwrap()).unwrap(),
        };
        self.run(self.store.operator().create_user(signup, role)).unwrap();
        persona
    }
}

async fn launch(settings: Settings, clock: Clock, record: Record) -> (UserStore, Stop, JoinHandle<()>, SocketAddr) {
    let store = UserStore::builder().settings(settings).clock(clock).connect().await.unwrap();
    let server = Server::bind(userstore_server::rocket(store.clone()).attach(record)).await.unwrap();
    let (stop, address) = (server.stop(), server.address());
    let served = tokio::spawn(async move {
        server.serve().await;
    });
    (store, stop, served, address)
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        self.stop.now();
        let (store, served) = (self.store.clone(), self.served.take());
        runtime.block_on(async move {
            let _late = tokio::time::timeout(STOP, async {
                if let Some(served) = served {
                    let _failed = served.await;
                }
                store.close().await;
            })
            .await;
        });
        runtime.shutdown_timeout(STOP);
    }
}
