//! Files and functions that have grown too long to be read.

use super::SourceFile;

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

pub(super) fn files(sources: &[SourceFile]) -> Vec<String> {
    let long =
        sources.iter().map(|file| (file, file.text.lines().count())).filter(|(_, lines)| *lines > FILE_LINES_MAX);
    long.map(|(file, lines)| format!("{} has {lines} lines; split it", file.path)).collect()
}

pub(super) fn functions(sources: &[SourceFile]) -> Vec<String> {
    sources.iter().flat_map(long_functions).collect()
}

/// As rustfmt leaves it a function ends at the first closing brace with its own indentation, and one that has no body
/// at a semicolon behind its signature.
fn long_functions(file: &SourceFile) -> Vec<String> {
    let lines: Vec<_> = file.text.lines().collect();
    let mut long = Vec::new();
    for (number, line) in (1..).zip(&lines) {
        let Some(name) = function(line) else { continue };
        let indent = line.len().saturating_sub(line.trim_start().len());
        let spaces = " ".repeat(indent);
        let (end, bodiless) = (format!("{spaces}}}"), format!("{spaces})"));
        let ends = |line: &str| line == end || (line.starts_with(&bodiless) && line.ends_with(';'));
        let rest = lines.iter().skip(number);
        let length =
            if line.trim_end().ends_with([';', '}']) { 0 } else { rest.take_while(|line| !ends(line)).count() };
        if length.saturating_add(2) > FUNCTION_LINES_MAX {
            long.push(format!("{}:{number}: {name} has about {} lines; split it", file.path, length.saturating_add(2)));
        }
    }
    long
}

/// The name of the function that begins on the line.
fn function(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let modifiers = ["pub", "pub(crate)", "pub(super)", "const", "async", "unsafe"];
    let begins = before.split_whitespace().all(|word| modifiers.contains(&word));
    begins.then(|| after.split(['(', '<']).next()).flatten().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_function_is_found_and_a_signature_of_a_trait_is_none() {
        let body = "        line();\n".repeat(80);
        let text = format!(
            "trait T {{\n    fn asked(\n        &self,\n    ) -> u8;\n\n    fn given(\n        &self,\n    ) -> u8 {{\n{body}    \
             }}\n}}\n"
        );
        let long = long_functions(&SourceFile { path: "a.rs".into(), text });
        assert_eq!(long, ["a.rs:6: given has about 84 lines; split it"]);
    }
}
