//! `cargo xtask client-test`: clients that nobody wrote, generated from the contract. One is at work as `docs/api.md`
//! shows it. One of each generator reads every type of event, a refund and a problem, of the server and of one of
//! tomorrow, which says more than any of them knows.

mod by_one_generator;
mod tomorrow;

use std::path::Path;
use std::process::Command;

use refund_tests::demo::{Demo, with_demo};
use refund_tests::repository::root;

use self::tomorrow::Tomorrow;
use crate::node;
use crate::python::{programs, run};

const TYPESCRIPT: &str = "client-test/typescript";

/// What the page shows: a program, and what it prints.
struct Shown<'a> {
    program: &'a str,
    printed: &'a str,
}

/// All of them.
pub(crate) fn run_all() -> Result<String, String> {
    run_with(by_one_generator::in_go_and_java)
}

/// Those that need nothing but Python and Node: a compiler of Go and one of Java are much to fetch for every test.
pub(crate) fn run_without_compilers() -> Result<String, String> {
    run_with(|_, _| Ok(()))
}

/// The clients are generated from what a server gives out, and call that server.
fn run_with(compiled: fn(&Servers<'_>, &Path) -> Result<(), String>) -> Result<String, String> {
    let folder = root().join("target/client-test");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let page = std::fs::read_to_string(root().join("docs/api.md")).map_err(|error| error.to_string())?;
    let Shown { program, printed } = shown(&page).ok_or("docs/api.md has no block of Python and what it prints")?;
    std::fs::write(folder.join("integration.py"), program).map_err(|error| error.to_string())?;
    with_demo(|demo| {
        let tomorrow = Tomorrow::of(&demo.base_url)?;
        let servers = Servers { today: demo, tomorrow: &tomorrow };
        let said = in_python(&servers, &folder)?;
        if said != printed {
            return Err(format!("docs/api.md shows that the client prints\n{printed}\nand it prints\n{said}"));
        }
        in_typescript(&servers, &root().join("target").join(TYPESCRIPT))?;
        compiled(&servers, &folder)
    })?;
    Ok("generated clients do what docs/api.md shows, and read every type of event, today and tomorrow".to_owned())
}

/// Those that clients call.
struct Servers<'a> {
    today: &'a Demo,
    tomorrow: &'a Tomorrow,
}

impl Servers<'_> {
    /// Lets a client read both. In the one of tomorrow it meets what it can't know.
    fn read_by(&self, client: &dyn Fn() -> Command) -> Result<(), String> {
        let key = &self.today.operator;
        run(client().env("BASE_URL", &self.today.base_url).env("KEY", key))?;
        run(client().env("BASE_URL", &self.tomorrow.base_url).env("KEY", key).env("TOMORROW", "yes"))
    }
}

/// What the program of the page says.
fn in_python(servers: &Servers<'_>, folder: &Path) -> Result<String, String> {
    let demo = servers.today;
    let tools = programs("openapi-python-client", "client-test/requirements.txt")?;
    let mut generator = Command::new(tools.join("openapi-python-client"));
    generator.args(["generate", "--meta", "none", "--overwrite", "--output-path", "refund_engine"]);
    // What it does not understand it warns of, and leaves out.
    generator.arg("--fail-on-warning").arg("--config").arg(root().join("xtask/client-test/generator.yml"));
    run(generator.arg("--url").arg(contract(demo)).current_dir(folder))?;
    let python = || {
        let mut python = Command::new(tools.join("python"));
        python.env("DEMO", demo.file.parent().unwrap_or(Path::new(""))).env("PYTHONPATH", folder).current_dir(folder);
        python
    };
    let said = output(python().arg("integration.py"))?;
    run(python().arg(root().join("xtask/client-test/every_event.py")))?;
    servers.read_by(&|| {
        let mut client = python();
        client.arg(root().join("xtask/client-test/every_answer.py"));
        client
    })?;
    Ok(said)
}

/// With types alone, and with a client that calls by itself.
fn in_typescript(servers: &Servers<'_>, folder: &Path) -> Result<(), String> {
    let demo = servers.today;
    let tools = node::installed(TYPESCRIPT)?.join("node_modules/.bin");
    std::fs::create_dir_all(folder.join("out")).map_err(|error| error.to_string())?;
    for file in ["every_event.ts", "tsconfig.json", "every_answer.ts", "tsconfig.answer.json", "package.json"] {
        let from = root().join("xtask").join(TYPESCRIPT).join(file);
        std::fs::copy(from, folder.join(file)).map_err(|error| error.to_string())?;
    }
    let mut types = Command::new(tools.join("openapi-typescript"));
    run(types.arg(contract(demo)).args(["--output", "refund-engine.ts"]).current_dir(folder))?;
    run(Command::new(tools.join("tsc")).args(["--project", "."]).current_dir(folder))?;
    let mut program = Command::new("node");
    program.arg("every_event.js").env("BASE_URL", &demo.base_url).env("KEY", &demo.operator);
    run(program.current_dir(folder))?;
    let mut client = Command::new(tools.join("openapi-ts"));
    run(client.args(["--silent", "--input", &contract(demo), "--output", "client"]).current_dir(folder))?;
    run(Command::new(tools.join("tsc")).args(["--project", "tsconfig.answer.json"]).current_dir(folder))?;
    // What is generated names its files as no module of Node does.
    std::fs::write(folder.join("out/package.json"), "{}").map_err(|error| error.to_string())?;
    servers.read_by(&|| {
        let mut client = Command::new("node");
        client.arg("out/every_answer.js").current_dir(folder);
        client
    })
}

fn contract(demo: &Demo) -> String {
    format!("{}/openapi.json", demo.base_url)
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("the client failed: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

fn shown(page: &str) -> Option<Shown<'_>> {
    let (_, rest) = page.split_once("```python\n")?;
    let (program, rest) = rest.split_once("```\n")?;
    let (printed, _) = rest.strip_prefix("```text\n")?.split_once("```\n")?;
    Some(Shown { program, printed })
}
