//! The reference of the C ABI is generated from the header, and the header has what it needs:
//! for each function its purpose, the threads that may call it, and how long it blocks.
#![allow(clippy::unwrap_used)]

mod c_header;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use c_header::{Declaration, Kind, declarations, introduction};

/// How a sentence about blocking begins. It stands in the paragraph that begins with
/// "Any thread". Few forms, so that a host's programmer can compare functions.
const FORMS: [&str; 5] = [
    "Never blocks",
    "Wait-free",
    "Blocks for ",
    "Blocks until ",
    "Takes less than ",
];

/// One function of the header.
struct Function<'a> {
    name: &'a str,
    /// The file of `src/ffi/` that has it, without `.rs`.
    file: String,
    /// Its prose, with the conditions.
    comment: &'a str,
    signature: &'a str,
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    let text = std::fs::read_to_string(path(name)).unwrap_or_default();
    text.replace("\r\n", "\n")
}

/// The files of `src/ffi/` in the order of the table in `mod.rs`, which is the order of the
/// reference, with their texts.
fn files() -> Vec<(String, String)> {
    let table = read("src/ffi/mod.rs");
    let rows = table.lines().filter_map(|l| l.strip_prefix("//! | "));
    let cells = rows.filter_map(|row| Some(row.split_once(" |")?.0));
    let names = cells.flat_map(|cell| cell.split(", "));
    let names = names.filter_map(|name| name.strip_prefix('`')?.strip_suffix(".rs`"));
    names
        .map(|name| (name.to_owned(), read(&format!("src/ffi/{name}.rs"))))
        .collect()
}

/// The functions of the header, in the order of the files and of the code.
fn functions(declarations: &[Declaration]) -> Vec<Function<'_>> {
    let files = files();
    let mut functions = Vec::new();
    for declaration in declarations {
        let Kind::Function(name) = declaration.kind() else {
            continue;
        };
        let definition = format!("fn {name}(");
        let place = files.iter().enumerate().find_map(|(index, (file, text))| {
            let at = text.find(&definition)?;
            Some((index, at, file))
        });
        let (index, at, file) = place.unwrap_or_else(|| {
            panic!("{name}: its file is not in the table of src/ffi/mod.rs; add it there")
        });
        let function = Function {
            name,
            file: file.clone(),
            comment: &declaration.comment,
            signature: &declaration.code,
        };
        functions.push(((index, at), function));
    }
    functions.sort_by_key(|(place, _)| *place);
    functions
        .into_iter()
        .map(|(_, function)| function)
        .collect()
}

/// The sentences of a paragraph, without their full stops.
fn sentences(paragraph: &str) -> Vec<String> {
    let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.strip_suffix('.').unwrap_or(&line);
    line.split(". ").map(str::to_owned).collect()
}

impl Function<'_> {
    fn purpose(&self) -> String {
        sentences(self.comment.split("\n\n").next().unwrap_or_default()).remove(0)
    }

    /// The sentence on blocking. The error says what is missing.
    fn blocks(&self) -> Result<String, String> {
        let Self { name, .. } = self;
        let mut paragraphs = self.comment.split("\n\n");
        let threads = paragraphs
            .find(|paragraph| paragraph.starts_with("Any thread"))
            .ok_or(format!("{name}: no paragraph begins with \"Any thread\""))?;
        let is_one = |s: &String| FORMS.iter().any(|form| s.starts_with(form));
        let mut found: Vec<_> = sentences(threads).into_iter().filter(is_one).collect();
        match found.len() {
            1 => Ok(found.remove(0)),
            count => Err(format!(
                "{name}: {count} sentences after \"Any thread\" begin with one of {FORMS:?}"
            )),
        }
    }
}

/// Text with a link for each function between backquotes.
fn linked(text: &str, functions: &[Function<'_>]) -> String {
    let mut text = text.to_owned();
    for Function { name, .. } in functions {
        text = text.replace(&format!("`{name}`"), &format!("[`{name}`](#{name})"));
    }
    text
}

/// The header's introduction as Markdown.
fn introduction_in_markdown(header: &str, functions: &[Function<'_>]) -> String {
    let mut text = String::new();
    let mut in_code = false;
    let introduction = introduction(header);
    // The lines before the first title name the library and cbindgen.
    let lines = introduction
        .lines()
        .skip_while(|line| *line != "Reading this header");
    let mut lines = lines.peekable();
    while let Some(line) = lines.next() {
        let is_code = line.starts_with("    ");
        if is_code != in_code && !line.is_empty() {
            text.push_str(if is_code { "```c\n" } else { "```\n" });
            in_code = is_code;
        }
        if line.is_empty() {
            // The end of a block of code comes before the empty line.
            if in_code && lines.peek().is_none_or(|next| !next.starts_with("    ")) {
                text.push_str("```\n");
                in_code = false;
            }
            text.push('\n');
        } else if let Some(code) = line.strip_prefix("    ") {
            writeln!(text, "{code}").unwrap();
        } else if let Some(prose) = line.strip_prefix("  ") {
            writeln!(text, "{}", with_code_marks(prose)).unwrap();
        } else {
            writeln!(text, "## {line}\n").unwrap();
        }
    }
    linked(text.trim_end(), functions)
}

/// A line of plain text with names of the library between backquotes.
fn with_code_marks(line: &str) -> String {
    let mark = |word: &str| {
        let name = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '_');
        let is_name = ["rextrack_", "REXTRACK_", "struct_size", "slots."]
            .iter()
            .any(|prefix| name.starts_with(prefix));
        let is_struct = name.starts_with("Rextrack");
        match is_name || is_struct {
            true => word.replacen(name, &format!("`{name}`"), 1),
            false => word.to_owned(),
        }
    };
    line.split(' ').map(mark).collect::<Vec<_>>().join(" ")
}

fn reference() -> String {
    // Generated here, because the committed header may be written at the same time.
    let header = crate::header::generated();
    let declarations = declarations(&header);
    let functions = functions(&declarations);
    let mut text = String::from(
        "# C ABI\n\n\
         <!-- Generated from include/rextrack.h by `cargo xtask generate`. -->\n\n\
         The reference of the library for hosts, from the comments of\n\
         [`include/rextrack.h`](../../include/rextrack.h).\n\
         [Embed the library](../guide/embed.md) says how to install it, how to configure it, and\n\
         what to know about fork, unloading and versions. [`abi-changes.md`](../abi-changes.md)\n\
         lists the changes.\n\n",
    );
    text.push_str(&introduction_in_markdown(&header, &functions));
    text.push_str("\n\n## Functions\n\n| function | purpose | blocks |\n|---|---|---|\n");
    for function in &functions {
        let name = function.name;
        let purpose = function.purpose().replace('|', "\\|");
        let blocks = function.blocks().unwrap_or_else(|_| "see there".into());
        let row = linked(&format!("| `{name}` | {purpose} | {blocks} |"), &functions);
        writeln!(text, "{row}").unwrap();
    }
    let mut file = "";
    for function in &functions {
        if function.file != file {
            file = &function.file;
            let title = file[..1].to_uppercase() + &file[1..].replace('_', " ");
            writeln!(text, "\n## {title}").unwrap();
        }
        let prose = linked(function.comment, &functions);
        let prose = prose.replace("\n\nConditions:\n", "\n\nConditions: ");
        let Function {
            name, signature, ..
        } = function;
        writeln!(text, "\n### `{name}`\n\n```c\n{signature}\n```\n\n{prose}").unwrap();
    }
    text.push_str("\n## Types\n");
    for declaration in &declarations {
        write_type(&mut text, declaration, &functions);
    }
    text
}

/// Writes a struct, an enum, a callback or a macro.
fn write_type(text: &mut String, declaration: &Declaration, functions: &[Function<'_>]) {
    let (name, columns) = match declaration.kind() {
        Kind::Function(_) => return,
        Kind::Struct(name) => (name, "field"),
        Kind::Enum(name) => (name, "value"),
        Kind::Macro(name) | Kind::Other(name) => (name, ""),
    };
    let prose = linked(&declaration.comment, functions);
    writeln!(text, "\n### `{name}`\n").unwrap();
    if columns.is_empty() {
        writeln!(text, "```c\n{}\n```\n\n{prose}", declaration.code).unwrap();
        return;
    }
    writeln!(text, "{prose}\n\n| {columns} | meaning |\n|---|---|").unwrap();
    for member in declaration.members() {
        let meaning = member
            .comment
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let meaning = linked(&meaning, functions).replace('|', "\\|");
        writeln!(text, "| `{}` | {meaning} |", member.code).unwrap();
    }
}

#[test]
fn every_function_says_who_may_call_it_and_how_long_it_blocks() {
    let declarations = declarations(&crate::header::generated());
    let functions = functions(&declarations);
    assert!(functions.len() > 20, "{} functions", functions.len());
    let problems: Vec<_> = functions
        .iter()
        .filter_map(|function| function.blocks().err())
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn reference_of_the_c_abi_is_current() {
    let text = reference();
    if std::env::var_os("REXTRACK_BLESS").is_some() {
        std::fs::write(path("docs/ref/c-abi.md"), &text).unwrap();
    }
    assert!(
        read("docs/ref/c-abi.md") == text,
        "docs/ref/c-abi.md is not what include/rextrack.h says; run `cargo xtask generate` and \
         commit it"
    );
}
