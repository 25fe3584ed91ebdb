//! The command line of the server.

use std::io::IsTerminal;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use refund_api::{
    Config, Demo, Limits, MailSettings, MailTool, Migration, Origin, Place, Reach, Running, Settling, StartError,
    StoreTool, demo, start, tell_people,
};
use refund_core::Label;
use rustix::fs::Mode;
use rustix::process::umask;
use tracing_subscriber::EnvFilter;

/// What it gains over the system's is in docs/benchmarks.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The refund negotiation engine's server.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How the log is written, to standard error.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object a line.
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Serve, with everything kept under one folder or in a database.
    Serve {
        /// The folder that everything is kept under; beside a database, what is this server's own.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        #[command(flatten)]
        place: Place,
        /// Where to listen.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
        listen: SocketAddr,
        /// How others reach the server, where a proxy stands before it.
        #[arg(long, value_name = "URL")]
        public_url: Option<String>,
        /// Speak plain HTTP to others: on an address that they can reach, or by a public URL without TLS.
        #[arg(long)]
        insecure: bool,
        /// Print a link by which one of the operator's people signs in once, also where they have a password.
        #[arg(long, value_name = "NAME")]
        sign_in_link: Option<Label>,
        /// Let nothing happen that is due, so that it can be extended after an outage (R36). Beside a database it is held for
        /// all servers until `refund-api settling release`.
        #[arg(long)]
        hold_settling: bool,
        /// Send webhooks also to private addresses and without TLS: for development and tests alone.
        #[arg(long)]
        webhooks_to_private_addresses: bool,
        /// From where pages of others may call in a browser, such as https://shop.example.com.
        #[arg(long, value_name = "ORIGIN", value_delimiter = ',')]
        cors_origin: Vec<Origin>,
        #[command(flatten)]
        mail: MailSettings,
        #[command(flatten)]
        limits: Limits,
    },
    /// Serve something to try: a few sellers, refunds in every status, and a clock that can be moved.
    Demo {
        /// The folder that everything is kept under.
        #[arg(long, value_name = "DIR", default_value = "demo-data")]
        data: PathBuf,
        #[command(flatten)]
        place: Place,
        /// Where to listen.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
        listen: SocketAddr,
        #[command(flatten)]
        mail: MailSettings,
    },
    /// Look after what is stored: check it, rebuild the view, back up, restore, count.
    #[command(subcommand)]
    Store(StoreTool),
    /// Make a PostgreSQL database a store for servers, or bring one to this program's layout.
    ///
    /// What is done is done whole, or nothing is. Several may do it at once, while no server runs.
    #[command(after_help = MIGRATE_HELP)]
    Migrate(Migration),
    /// Let nothing happen that is due on the servers of a database, or let it happen again (R36).
    ///
    /// It holds from the next command on, whichever servers run, and through their starts. `serve --hold-settling` holds
    /// it too; nothing but this lets it go.
    #[command(subcommand, after_help = SETTLING_HELP)]
    Settling(Settling),
    /// Try how notices are mailed (R41).
    #[command(subcommand, after_help = NOTICES_HELP)]
    Notices(MailTool),
}

const NOTICES_HELP: &str = "\
Examples:
  refund-api notices test --to kim@example.com --smtp-url smtps://refund@mail.example.com \\
    --smtp-password-file /etc/refund/mail-password --mail-from 'Example Shop <refunds@example.com>'

Exit codes: 0 the mail server took it; 1 it did not, and the message says why; 2 the command line is wrong.";

const SETTLING_HELP: &str = "\
Examples:
  refund-api settling hold --store postgres://refund@db.example.com/refund --store-password-file /etc/refund/password
  refund-api settling release --store postgres://refund@db.example.com/refund --store-password-file /etc/refund/password

Exit codes: 0 it is so; 1 it could not be done, and the message says why; 2 the command line is wrong.";

const MIGRATE_HELP: &str = "\
Examples:
  refund-api migrate --store postgres://refund@db.example.com/refund --store-password-file /etc/refund/password --plan
  refund-api migrate --store postgres://refund@db.example.com/refund --store-password-file /etc/refund/password

Exit codes: 0 it is done, or there is nothing to do; 1 it could not be done, and the message says why; 2 the command \
line is wrong.";

/// An address with a port, also by name, such as localhost:8080.
fn address(text: &str) -> Result<SocketAddr, String> {
    let mut found = text.to_socket_addrs().map_err(|error| error.to_string())?;
    found.next().ok_or_else(|| "the name has no address".to_owned())
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Also what libraries write is its owner's alone, whatever whoever starts us lets others do.
    umask(Mode::RWXG | Mode::RWXO);
    // A tool says by itself what it does.
    let is_tool =
        matches!(cli.command, Command::Store(_) | Command::Migrate(_) | Command::Settling(_) | Command::Notices(_));
    log_to_stderr(cli.log_format, if is_tool { "error" } else { "info,sled=warn,tokio=warn" });
    match &cli.command {
        Command::Store(tool) => return tool.run().into(),
        Command::Migrate(migration) => return migration.run().into(),
        Command::Settling(settling) => return settling.run().into(),
        Command::Serve { .. } | Command::Demo { .. } | Command::Notices(_) => {}
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("refund-api: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("refund-api: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), String> {
    let running = match command {
        Command::Serve {
            data,
            place,
            listen,
            public_url,
            insecure,
            sign_in_link,
            hold_settling,
            webhooks_to_private_addresses,
            cors_origin,
            mail,
            limits,
        } => {
            let reach = if webhooks_to_private_addresses { Reach::Anywhere } else { Reach::Public };
            let config = Config::new(data, listen);
            let config = Config {
                place,
                public_url,
                insecure,
                sign_in_link,
                hold_settling,
                limits,
                reach,
                mail,
                cors_origins: cors_origin,
                ..config
            };
            let running = start(config).await.map_err(said)?;
            if let Some(path) = &running.operator_key {
                println!("The first operator's key is in {}", path.display());
            }
            if let Some(link) = &running.sign_in {
                println!("The operator signs in once, within a day, at {link}");
            }
            println!("Listening on {}", running.public_url);
            running
        }
        Command::Demo { data, place, listen, mail } => {
            let (running, made) = demo(data, place, listen, mail).await.map_err(said)?;
            tell_people(&running).await.map_err(said)?;
            print!("{}", greeting(&made));
            running
        }
        Command::Notices(tool) => {
            println!("{}", tool.run().await?);
            return Ok(());
        }
        // They need no server and ran before.
        Command::Store(_) | Command::Migrate(_) | Command::Settling(_) => return Ok(()),
    };
    wait_for_end(running).await
}

fn said(error: StartError) -> String {
    error.to_string()
}

fn greeting(demo: &Demo) -> String {
    let Demo { base_url, operator, platform, seller, seller_id, seller_link, operator_link, buyer_link, file, now } =
        demo;
    let file = file.display();
    format!(
        "The demo listens on {base_url}, and its clock stands at {now}.\n\n\
         Open in a browser (the first two links sign in once):\n\n  \
         seller    {seller_link}\n  operator  {operator_link}\n  buyer     {buyer_link}\n\n\
         Keys for programs:\n\n  \
         operator  {operator}\n  platform  {platform}\n  seller    {seller}  ({seller_id})\n\n\
         The same is in {file}. In another terminal:\n\n  \
         refund profile add demo --demo {file}\n  \
         refund list\n  \
         refund clock advance 1h\n\nOr without the desk:\n\n  \
         curl -s {base_url}/v1/refunds -H 'Authorization: Bearer {seller}'\n\n\
         Ctrl-C ends it; started again it goes on from there.\n"
    )
}

/// Runs until the process is told to end, then ends in order.
async fn wait_for_end(running: Running) -> Result<(), String> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let has_lost = tokio::select! {
        result = tokio::signal::ctrl_c() => result.map(|()| false).map_err(|error| error.to_string())?,
        _ = terminated.recv() => false,
        () = running.has_lost_its_store() => true,
    };
    tracing::info!("stopping");
    let stopped = running.stop().await;
    if has_lost {
        return Err(
            "the database has lost what had been recorded in it, and this server went by that: it ends, to be \
            started again"
                .to_owned(),
        );
    }
    stopped
}

/// Without the errors that the library has for each certificate of a receiver's that it does not trust: they are the
/// receiver's, and the delivery says which.
fn of_our_own(filter: EnvFilter) -> EnvFilter {
    match "rustls_platform_verifier=off".parse() {
        Ok(silent) => filter.add_directive(silent),
        Err(_) => filter,
    }
}

/// `RUST_LOG` says what is logged, where it is set.
fn log_to_stderr(format: LogFormat, default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(of_our_own(filter))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tracing_subscriber::EnvFilter;

    use super::of_our_own;

    #[test]
    fn a_certificate_of_somebody_elses_is_no_error_of_ours() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(of_our_own(EnvFilter::new("info")))
            .with_writer(Arc::new(log.reopen().unwrap()))
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::error!(target: "rustls_platform_verifier::verification::others", "failed to verify TLS certificate");
            tracing::error!("ours");
        });
        let logged = std::fs::read_to_string(log.path()).unwrap();
        assert!(logged.contains("ours") && !logged.contains("certificate"), "{logged}");
    }
}
