//! `cargo xtask client-test`: clients that nobody wrote, generated from the contract. One is at work as `docs/api.md`
//! shows it; one in each language reads every type of event, and goes on where a type is unknown.

use std::path::Path;
use std::process::Command;

use refund_tests::demo::{Demo, with_demo};
use refund_tests::repository::root;

use crate::node;
use crate::python::{programs, run};

const TYPESCRIPT: &str = "client-test/typescript";

/// What the page shows: a program, and what it prints.
struct Shown<'a> {
    program: &'a str,
    printed: &'a str,
}

/// The clients are generated from what a server gives out, and call that server.
pub(crate) fn run_shown() -> Result<String, String> {
    let folder = root().join("target/client-test");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let page = std::fs::read_to_string(root().join("docs/api.md")).map_err(|error| error.to_string())?;
    let Shown { program, printed } = shown(&page).ok_or("docs/api.md has no block of Python and what it prints")?;
    std::fs::write(folder.join("integration.py"), program).map_err(|error| error.to_string())?;
    with_demo(|demo| {
        let said = in_python(demo, &folder)?;
        if said != printed {
            return Err(format!("docs/api.md shows that the client prints\n{printed}\nand it prints\n{said}"));
        }
        in_typescript(demo, &root().join("target").join(TYPESCRIPT))
    })?;
    Ok("generated clients do what docs/api.md shows, and read every type of event".to_owned())
}

/// What the program of the page says.
fn in_python(demo: &Demo, folder: &Path) -> Result<String, String> {
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
    Ok(said)
}

/// Every event that the others let happen, read with nothing but types that are generated.
fn in_typescript(demo: &Demo, folder: &Path) -> Result<(), String> {
    let tools = node::installed(TYPESCRIPT)?.join("node_modules/.bin");
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    for file in ["every_event.ts", "tsconfig.json", "package.json"] {
        let from = root().join("xtask").join(TYPESCRIPT).join(file);
        std::fs::copy(from, folder.join(file)).map_err(|error| error.to_string())?;
    }
    let mut types = Command::new(tools.join("openapi-typescript"));
    run(types.arg(contract(demo)).args(["--output", "refund-engine.ts"]).current_dir(folder))?;
    run(Command::new(tools.join("tsc")).args(["--project", "."]).current_dir(folder))?;
    let mut program = Command::new("node");
    program.arg("every_event.js").env("BASE_URL", &demo.base_url).env("KEY", &demo.operator);
    run(program.current_dir(folder))
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
