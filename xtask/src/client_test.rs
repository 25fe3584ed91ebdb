//! `cargo xtask client-test`: a client that nobody wrote, generated from the contract, at work as
//! `docs/api.md` shows it.

use std::path::Path;
use std::process::Command;

use refund_tests::demo::with_demo;
use refund_tests::repository::root;

use crate::python::{programs, run};

/// What the page shows: a program, and what it prints.
struct Shown<'a> {
    program: &'a str,
    printed: &'a str,
}

/// The client is generated from what a server gives out, and calls that server.
pub(crate) fn run_shown() -> Result<String, String> {
    let tools = programs("openapi-python-client", "client-test/requirements.txt")?;
    let folder = root().join("target/client-test");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let page = std::fs::read_to_string(root().join("docs/api.md")).map_err(|error| error.to_string())?;
    let Shown { program, printed } = shown(&page).ok_or("docs/api.md has no block of Python and what it prints")?;
    std::fs::write(folder.join("integration.py"), program).map_err(|error| error.to_string())?;
    let said = with_demo(|demo| {
        let mut generator = Command::new(tools.join("openapi-python-client"));
        generator.args(["generate", "--meta", "none", "--overwrite", "--output-path", "refund_engine"]);
        // What it does not understand it warns of, and leaves out.
        generator.arg("--fail-on-warning").arg("--config").arg(root().join("xtask/client-test/generator.yml"));
        run(generator.arg("--url").arg(format!("{}/openapi.json", demo.base_url)).current_dir(&folder))?;
        let data = demo.file.parent().unwrap_or(Path::new(""));
        let python =
            Command::new(tools.join("python")).arg("integration.py").env("DEMO", data).current_dir(&folder).output();
        let output = python.map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(format!("the client failed: {}", String::from_utf8_lossy(&output.stderr)))
        }
    })?;
    if said == printed {
        Ok("a generated client does what docs/api.md shows".to_owned())
    } else {
        Err(format!("docs/api.md shows that the client prints\n{printed}\nand it prints\n{said}"))
    }
}

fn shown(page: &str) -> Option<Shown<'_>> {
    let (_, rest) = page.split_once("```python\n")?;
    let (program, rest) = rest.split_once("```\n")?;
    let (printed, _) = rest.strip_prefix("```text\n")?.split_once("```\n")?;
    Some(Shown { program, printed })
}
