//! A proxy that runs with the recipe of the page.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;
use tests::servers::{self, free_port};

/// What the page calls the service.
pub(super) const NAME: &str = "users.example.org";

/// How long a proxy may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy)]
pub(super) enum Recipe {
    Nginx,
    Caddy,
    HaProxy,
}

impl Recipe {
    /// What the page has under its name.
    pub(super) fn text(self) -> String {
        let language = match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
            Self::HaProxy => "haproxy",
        };
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/proxies.md");
        let page = fs::read_to_string(page).unwrap();
        let (_, rest) = page.split_once(&format!("```{language}\n")).expect("a recipe");
        rest.split_once("\n```").expect("its end").0.to_owned() + "\n"
    }

    /// The same, for one test: what differs are names of files and ports, and what stands around it.
    fn written(self, folder: &Path, address: SocketAddr, server: SocketAddr) -> String {
        let port = address.port();
        let mut text = self.text();
        let mut put = |printed: &str, private: &str| {
            assert_eq!(text.matches(printed).count(), 1, "{printed}");
            text = text.replace(printed, private);
        };
        put("127.0.0.1:8000", &server.to_string());
        let there = folder.display();
        match self {
            Self::Nginx => {
                put("listen 443 ", &format!("listen {address} "));
                put("/etc/ssl/userstore/cert.pem", &format!("{there}/cert.pem"));
                put("/etc/ssl/userstore/key.pem", &format!("{there}/key.pem"));
                let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .iter()
                    .flat_map(|what| [what.to_string(), format!("_temp_path {there}/{what};\n")])
                    .collect();
                format!(
                    "user root;\npid {there}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{text}}}\n"
                )
            }
            Self::Caddy => {
                put(NAME, &format!("https://{NAME}:{port}"));
                put("/etc/ssl/userstore/cert.pem", &format!("{there}/cert.pem"));
                put("/etc/ssl/userstore/key.pem", &format!("{there}/key.pem"));
                format!("{{\n\tadmin off\n\tauto_https disable_redirects\n\tdefault_bind 127.0.0.1\n}}\n{text}")
            }
            Self::HaProxy => {
                put("bind :443 ", &format!("bind {address} "));
                put("/etc/ssl/userstore/both.pem", &format!("{there}/both.pem"));
                text
            }
        }
    }

    fn command(self, folder: &Path, file: &Path) -> Command {
        let mut command;
        match self {
            Self::Nginx => {
                command = Command::new(servers::program(option_env!("PROGRAM_NGINX"), "nginx"));
                command.args(["-g", "daemon off;", "-p"]).arg(folder).arg("-c").arg(file);
            }
            Self::Caddy => {
                command = Command::new(servers::program(option_env!("PROGRAM_CADDY"), "caddy"));
                command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file).env("HOME", folder);
            }
            Self::HaProxy => {
                command = Command::new(servers::program(option_env!("PROGRAM_HAPROXY"), "haproxy"));
                command.args(["-db", "-f"]).arg(file);
            }
        }
        command
    }
}

/// A proxy in front of a server. It is stopped when it is dropped.
pub(super) struct Running {
    child: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Running {
    pub(super) fn start(recipe: Recipe, server: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([NAME.to_owned()]).unwrap();
        let put = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
        put("both.pem", cert.pem() + &signing_key.serialize_pem());
        put("cert.pem", cert.pem());
        put("key.pem", signing_key.serialize_pem());
        let address = free_port();
        put("config", recipe.written(folder.path(), address, server));
        let said = folder.path().join("said");
        let mut command = recipe.command(folder.path(), &folder.path().join("config"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&said).unwrap());
        let mut running = Self { child: command.spawn().unwrap(), address, folder };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            let is_gone = running.child.try_wait().unwrap().is_some() || start.elapsed() > PATIENCE;
            assert!(!is_gone, "{recipe:?} does not start: {}", fs::read_to_string(&said).unwrap());
            std::thread::sleep(Duration::from_millis(20));
        }
        running
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate that its clients trust.
    pub(super) fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Told to, it ends its workers too.
        let _told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
