//! Clients in Go and in Java, by openapi-generator.

use std::path::Path;
use std::process::{Command, Stdio};

use refund_tests::repository::root;

use super::{Servers, contract};
use crate::debian::{install, said};
use crate::python::{programs, run};

/// What each generator is told; `docs/api.md` says why.
const FOR_GO: &str =
    "enumClassPrefix=true,disallowAdditionalPropertiesIfNotPresent=false,useOneOfDiscriminatorLookup=true";
const FOR_JAVA: &str = "openApiNullable=false,useOneOfDiscriminatorLookup=true";
/// What the clients need of the machine, by the names of Debian's packages.
const PACKAGES: [&str; 4] =
    ["golang-go", "openjdk-17-jdk-headless", "libgeronimo-annotation-1.3-spec-java", "libjsr305-java"];
const OF_JAVA: &str = "/usr/share/java/jsr305.jar:/usr/share/java/geronimo-annotation-1.3-spec.jar";

pub(super) fn in_go_and_java(servers: &Servers<'_>, folder: &Path) -> Result<(), String> {
    if said("go", &["version"]).is_empty()
        || said("javac", &["--version"]).is_empty()
        || OF_JAVA.split(':').any(|jar| !Path::new(jar).exists())
    {
        install(&PACKAGES, "the clients in Go and Java need them")?;
    }
    let tools = programs("openapi-generator", "client-test/generator-requirements.txt")?;
    let jar = "import openapi_generator_cli, pathlib; \
               print(pathlib.Path(openapi_generator_cli.__file__).with_name('openapi-generator.jar'))";
    let jar = said(&tools.join("python").display().to_string(), &["-c", jar]);
    let generate = |language: &str, told: &str| {
        let place = folder.join(language);
        // What another contract had is not compiled too.
        let _ = std::fs::remove_dir_all(&place);
        let mut generator = Command::new("java");
        generator.args(["-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-jar", &jar, "generate"]);
        generator.args(["--generator-name", language, "--additional-properties", told]);
        generator.args(["--input-spec", &contract(servers.today)]).arg("--output").arg(&place);
        run(generator.stdout(Stdio::null())).map(|()| place)
    };
    in_go(servers, &generate("go", FOR_GO)?)?;
    in_java(servers, &generate("java", &format!("library=native,{FOR_JAVA}"))?, &format!("{jar}:{OF_JAVA}"))
}

fn in_go(servers: &Servers<'_>, place: &Path) -> Result<(), String> {
    let within = |error: std::io::Error| format!("{}: {error}", place.display());
    std::fs::create_dir_all(place.join("every_event")).map_err(within)?;
    std::fs::copy(root().join("xtask/client-test/go/every_event.go"), place.join("every_event/main.go"))
        .map_err(within)?;
    let mut build = Command::new("go");
    build.args(["build", "-o", "reader", "./every_event"]).current_dir(place);
    run(build.envs([("GOTOOLCHAIN", "local"), ("GOPROXY", "off"), ("GOFLAGS", "-buildvcs=false")]))?;
    servers.read_by(&|| Command::new(place.join("reader")))
}

/// The generator's own program has in it what its clients read JSON with.
fn in_java(servers: &Servers<'_>, place: &Path, with: &str) -> Result<(), String> {
    let sources = said("find", &[&place.join("src/main").display().to_string(), "-name", "*.java"]);
    std::fs::write(place.join("sources"), sources).map_err(|error| error.to_string())?;
    let mut compile = Command::new("javac");
    compile.args(["-nowarn", "-proc:none", "-Xlint:none", "-classpath", with, "-d", "classes", "@sources"]);
    run(compile.arg(root().join("xtask/client-test/java/EveryEvent.java")).current_dir(place))?;
    servers.read_by(&|| {
        let mut reader = Command::new("java");
        reader.args(["-classpath", &format!("classes:{with}"), "EveryEvent"]).current_dir(place);
        reader
    })
}
