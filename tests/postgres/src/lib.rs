//! A PostgreSQL server for tests. It needs Debian's package `postgresql`, or another installation of version 15 or later whose `initdb` is on the PATH, and
//! stops with the process that started it, however that ends.

mod both_stores;

use anyhow::{Context as _, Result, ensure};
pub use both_stores::{is_on_postgres, run_on_postgres};
use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Where Debian installs the programs of each major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Starts a server in a folder of its own with the programs in `$1` at port `$2`, writes its certificate and `ready`, and stops and removes everything when its
/// input ends, which is when the test ends. Until then, each line of the input is a command, which it answers with `done`. The locale orders texts in another
/// way than by their bytes, so that a test fails where a column has no collation of its own.
const SCRIPT: &str = r#"
folder=$(mktemp -d) && cd "$folder" || exit
trap 'cd /; rm -rf "$folder"' EXIT
prepare() {
    "$1/initdb" --pgdata data --no-sync --auth trust --username hub --encoding UTF8 \
        --locale C --locale-provider icu --icu-locale en-US &&
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
            -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
            -keyout data/server.key -out data/server.crt
}
start() {
    "$1/pg_ctl" start --pgdata data --log log --wait --options \
        "-p $2 -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c ssl=on \
         -c fsync=off -c full_page_writes=off -c jit=off"
}
{ prepare "$1" && start "$1" "$2"; } >output 2>&1 || { cat output log >&2; exit 1; }
cat data/server.crt
echo ready
while read -r order; do
    case $order in
    kill) kill -KILL "$(head -n 1 data/postmaster.pid)" ;;
    # It refuses as long as a process of the one that was killed lives.
    start) until start "$1" "$2"; do sleep 0.05; done ;;
    esac >output 2>&1
    echo done
done
"$1/pg_ctl" stop --pgdata data --mode immediate >output 2>&1
"#;

/// How often another port is tried. Between its choice and the start, another program may take it.
const ATTEMPTS: usize = 3;

/// A running server with the superuser `hub`, which needs no password, and the database `postgres`.
pub struct Server {
    port: u16,
    programs: PathBuf,
    certificate: String,
    schemas: AtomicU32,
    /// The script that started the server, and stops it when its input is closed.
    script: Mutex<Script>,
}

struct Script {
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// The server that all tests of this process share, started by the first.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<Server, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| Self::start().map_err(|error| format!("{error:#}")));
        shared.as_ref().map_err(|error| anyhow::anyhow!("{error}"))
    }

    /// Starts a server, as `nobody` if this process runs as root: PostgreSQL refuses root.
    ///
    /// # Errors
    /// If there is no PostgreSQL, or it does not start.
    pub fn start() -> Result<Self> {
        let programs = programs()?;
        let mut started = Self::attempt(&programs);
        for _ in 1..ATTEMPTS {
            if started.is_ok() {
                break;
            }
            started = Self::attempt(&programs);
        }
        started
    }

    fn attempt(programs: &Path) -> Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let is_root = Command::new("id").arg("-u").output().context("cannot start `id`")?.stdout.trim_ascii() == b"0";
        let mut command = if is_root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        // In a group of its own, so that an interrupt from the terminal does not keep the script from cleaning up.
        let mut child = command
            .args(["-c", SCRIPT, "postgres"])
            .arg(programs)
            .arg(port.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .context("cannot start a shell")?;
        let input = child.stdin.take().context("the script has no input")?;
        let mut lines = BufReader::new(child.stdout.take().context("the script has no output")?).lines();
        let mut certificate = String::new();
        loop {
            match lines.next().transpose()?.as_deref() {
                Some("ready") => break,
                Some(line) => certificate.extend([line, "\n"]),
                None => {
                    let mut why = String::new();
                    child.stderr.take().context("the script has no errors")?.read_to_string(&mut why)?;
                    anyhow::bail!("PostgreSQL does not start: {why}");
                }
            }
        }
        let (programs, schemas) = (programs.to_owned(), AtomicU32::new(0));
        Ok(Self { port, programs, certificate, schemas, script: Mutex::new(Script { input, output: lines }) })
    }

    /// Kills the postmaster as a power cut would. Its other processes notice, and end by themselves.
    ///
    /// # Errors
    /// If the script that started it has ended.
    pub fn kill(&self) -> Result<()> {
        self.order("kill")
    }

    /// Starts the server again after [`Server::kill`], and waits until it accepts connections.
    ///
    /// # Errors
    /// If the script that started it has ended.
    pub fn start_again(&self) -> Result<()> {
        self.order("start")
    }

    fn order(&self, order: &str) -> Result<()> {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(script.input, "{order}")?;
        script.output.next().context("the script of the server has ended")??;
        Ok(())
    }

    /// The port at 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The connection string, without TLS.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The connection string of another database on this server.
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://hub@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// The self-signed certificate of the server, for `localhost` and 127.0.0.1, as PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The connection string for a new and empty schema.
    ///
    /// # Errors
    /// If the schema cannot be created.
    pub fn schema(&self) -> Result<String> {
        let name = format!("test_{}", self.schemas.fetch_add(1, Ordering::Relaxed));
        self.run(&format!("CREATE SCHEMA {name}"))?;
        Ok(format!("{}&options=-c%20search_path%3D{name}", self.url()))
    }

    /// The connection string of a new database that is a copy of `template`, to which nothing may be connected. It takes as long as copying its files.
    ///
    /// # Errors
    /// If there is no such database, or a client stays connected to it.
    pub fn copy(&self, template: &str) -> Result<String> {
        let name = format!("copy_{}", self.schemas.fetch_add(1, Ordering::Relaxed));
        self.run(&format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))?;
        Ok(self.url_of(&name))
    }

    /// Runs SQL as another client, and returns what it prints, unaligned and without headings.
    ///
    /// # Errors
    /// If a statement fails.
    pub fn run(&self, sql: &str) -> Result<String> {
        self.run_at(&self.url(), sql)
    }

    /// The same with another connection string, such as that of a [`Server::schema`].
    ///
    /// # Errors
    /// If a statement fails.
    pub fn run_at(&self, url: &str, sql: &str) -> Result<String> {
        let psql =
            Command::new(self.programs.join("psql")).args(["-XqtA", "-v", "ON_ERROR_STOP=1", "-c", sql, url]).output();
        let output = psql.context("cannot start psql")?;
        ensure!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }
}

/// The folder of the newest version's programs.
fn programs() -> Result<PathBuf> {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let of_debian =
        versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))));
    let newest =
        of_debian.filter(|(_, folder)| folder.join("initdb").is_file()).max_by_key(|(version, _): &(u32, _)| *version);
    let on_path = || env::split_paths(&env::var_os("PATH")?).find(|folder| folder.join("initdb").is_file());
    let found = newest.map(|(_, folder)| folder).or_else(on_path);
    found.context("the tests need PostgreSQL: install Debian's package `postgresql`, or put `initdb` on the PATH")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;
    use std::time::{Duration, Instant};

    #[test]
    fn a_server_ends_with_its_owner() {
        let server = Server::start().unwrap();
        assert_eq!(server.run("SHOW server_encoding").unwrap(), "UTF8");
        assert!(server.schema().unwrap().ends_with("%3Dtest_0") && server.schema().unwrap().ends_with("%3Dtest_1"));
        assert!(server.run("SELECT 1 / 0").is_err());
        server.run("CREATE DATABASE one").unwrap();
        server.run_at(&server.url_of("one"), "CREATE TABLE t (v INT)").unwrap();
        assert_eq!(server.run_at(&server.copy("one").unwrap(), "SELECT count(*) FROM t").unwrap(), "0");
        server.kill().unwrap();
        server.start_again().unwrap();
        assert_eq!(
            server.run("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'test!_%' ESCAPE '!'").unwrap(),
            "2"
        );
        let port = server.port();
        drop(server);
        let dropped = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_ok() {
            assert!(dropped.elapsed() < Duration::from_secs(60), "it still listens");
            std::thread::yield_now();
        }
    }
}
