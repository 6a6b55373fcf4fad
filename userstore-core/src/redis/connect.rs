//! Connecting: to the host, through TLS where it is wanted, with the password, and to a Redis that can tell who it is.

use std::fmt;
use std::sync::Arc;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{AsyncConnectionConfig, pipe};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tracing::Span;

use super::target::Target;
use crate::figures::step;
use crate::gate::{Fault, Remote};

/// How many commands wait before further ones have to wait to be sent.
const CAPACITY: usize = 1024;

/// A connection, which all share.
pub(crate) struct Connection {
    commands: MultiplexedConnection,
    run_id: String,
    driver: Driver,
}

/// What moves bytes. It ends when the other side hangs up.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("run_id", &self.run_id).finish_non_exhaustive()
    }
}

impl Connection {
    pub(super) fn commands(&self) -> MultiplexedConnection {
        self.commands.clone()
    }

    pub(super) fn run_id(&self) -> &str {
        &self.run_id
    }
}

impl Remote for Target {
    const NAME: &'static str = "Redis";

    type Connection = Arc<Connection>;

    fn step(&self) -> Span {
        step!("redis", otel.kind = "client", db.system.name = "redis")
    }

    async fn connect(&self) -> Result<Arc<Connection>, Fault> {
        let lost = |error: std::io::Error| Fault::Lost(error.to_string());
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(lost)?;
        stream.set_nodelay(true).map_err(lost)?;
        match &self.tls {
            Some((tls, name)) => self.greet(tls.connect(name.clone(), stream).await.map_err(lost)?).await,
            None => self.greet(stream).await,
        }
    }

    fn is_closed(connection: &Arc<Connection>) -> bool {
        connection.driver.0.is_finished()
    }
}

impl Target {
    /// Logs in, and asks who answers.
    async fn greet<S>(&self, stream: S) -> Result<Arc<Connection>, Fault>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // How long a command may take, the gate knows.
        let config = AsyncConnectionConfig::new().set_response_timeout(None).set_pipeline_buffer_size(CAPACITY);
        let (mut commands, driver) = MultiplexedConnection::new_with_config(&self.login, stream, config).await?;
        let driver = Driver(tokio::spawn(driver));
        let mut questions = pipe();
        questions.cmd("INFO").arg("server").cmd("INFO").arg("replication");
        let (server, replication): (String, String) = questions.query_async(&mut commands).await?;
        let run_id = field(&server, "run_id").filter(|id| !id.is_empty()).ok_or_else(|| {
            let advice = "let the user of redis.url call INFO, or use a Redis that says it";
            Fault::Lost(format!("INFO server gives no run_id, by which a restarted Redis is known; {advice}"))
        })?;
        if field(&replication, "role") == Some("slave") {
            return Err(Fault::Lost("redis.url names a replica; name the primary, which can be written".to_owned()));
        }
        Ok(Arc::new(Connection { commands, run_id: run_id.to_owned(), driver }))
    }
}

/// A field of what `INFO` says.
pub(super) fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.trim_end().strip_prefix(name)?.strip_prefix(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_info_is_found_by_its_whole_name() {
        let info = "# Server\r\nredis_version:7.0.15\r\nrun_id:0123abcd\r\nold_run_id:1\r\n";
        assert_eq!(field(info, "run_id"), Some("0123abcd"));
        assert_eq!(field(info, "redis_version"), Some("7.0.15"));
        assert_eq!(field(info, "run"), None);
        assert_eq!(field("", "run_id"), None);
    }
}
