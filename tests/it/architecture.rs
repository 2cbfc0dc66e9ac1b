//! The order of the rooms, held to the code: who may use whom, where the clock, chance and the environment
//! may be asked, where something may be printed, how long a file may get. `docs/architecture.md` is the
//! same in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Every room, and the rooms that it may use. A room is a module at the top of the library; `main` is the
/// binary.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("qr", &[]),
    ("ports", &["domain"]),
    ("i18n", &["domain"]),
    ("config", &["domain"]),
    ("sandbox", &["domain"]),
    ("app", &["domain", "ports", "i18n"]),
    ("ops", &["domain", "ports"]),
    // the edges: each knows the world outside, none knows another
    ("dintero", &["domain", "ports"]),
    ("ledger", &["domain", "ports"]),
    ("desktop", &["domain", "ports"]),
    ("ui", &["domain", "ports", "i18n", "app", "qr"]),
    ("runtime", &["domain", "ports", "i18n", "app", "ops", "ui"]),
    // puts the house together: the one place that names edges
    (
        "wiring",
        &[
            "domain", "ports", "i18n", "config", "app", "ops", "dintero", "ledger", "desktop", "sandbox",
            "runtime",
        ],
    ),
    ("cli", &["domain", "ports", "i18n", "config", "ops", "qr", "sandbox", "app", "ui", "runtime", "wiring"]),
    ("main", &["cli"]),
];

/// Asking the clock, chance or the environment, instead of being told.
const IMPURE: &[&str] = &[
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
    "Instant::now",
    "env::var",
    "env::args",
    "Uuid::new_v4",
    "Uuid::now_v7",
    "rand::",
    "getrandom",
    "RandomState",
    "OsRng",
];

/// The rooms that may.
const MAY_BE_IMPURE: &[&str] =
    &["dintero", "ledger", "desktop", "sandbox", "runtime", "wiring", "cli", "main"];

/// The one clock handed to everybody else lives beside its trait; how long something took is no time of day.
const IMPURE_EXCEPTIONS: &[(&str, &str)] =
    &[("src/ports.rs", "Timestamp::now"), ("src/ops/patience.rs", "Instant::now")];

/// The rooms that may write to the terminal as a stream.
const MAY_PRINT: &[&str] = &["cli", "main"];

/// What the rooms without waiting may not name of `ports`: they use its words (rows, totals), not its doers.
const DOERS: &[&str] = &["Ports", "Gateway", "Ledger", "Desktop", "SystemClock", "Reply"];
const KNOW_NO_DOER: &[&str] = &["app", "ui", "domain", "i18n"];

const REPORT_OVER: usize = 400;
const FAIL_OVER: usize = 600;

#[test]
fn rooms_use_only_the_rooms_they_may() {
    let table: BTreeMap<_, _> = ROOMS.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in &production_files() {
        let Some(may) = table.get(file.room.as_str()) else {
            wrong.push(format!("{}: the room `{}` is not in the table", file.shown, file.room));
            continue;
        };
        for (line, used) in file.rooms_used() {
            if used == file.room || may.contains(&used.as_str()) {
                continue;
            }
            // `crate::name` that is no room: an item of the crate root
            let what =
                if table.contains_key(used.as_str()) { "may not use" } else { "uses what is no room:" };
            wrong.push(format!("{}:{line}: `{}` {what} `{used}`", file.shown, file.room));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_document_has_the_same_table() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md")).unwrap();
    let words =
        |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<String>>();
    let told: BTreeMap<String, BTreeSet<String>> = text
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            (cells[1].trim().trim_matches('`').to_owned(), words(cells[3]))
        })
        .collect();
    let held: BTreeMap<String, BTreeSet<String>> = ROOMS
        .iter()
        .map(|(room, may)| ((*room).to_owned(), may.iter().map(|m| (*m).to_owned()).collect()))
        .collect();
    assert_eq!(told, held);
}

#[test]
fn the_table_has_no_circle() {
    let table: BTreeMap<_, _> = ROOMS.iter().copied().collect();
    fn reaches(table: &BTreeMap<&str, &[&str]>, from: &str, goal: &str, seen: &mut BTreeSet<String>) -> bool {
        table[from].iter().any(|next| {
            *next == goal || (seen.insert((*next).to_owned()) && reaches(table, next, goal, seen))
        })
    }
    for (room, may) in ROOMS {
        for used in *may {
            assert!(table.contains_key(used), "`{room}` may use `{used}`, which is not in the table");
        }
        assert!(!reaches(&table, room, room, &mut BTreeSet::new()), "`{room}` comes round to itself");
    }
}

#[test]
fn clock_chance_and_environment_are_asked_at_the_edges_only() {
    let mut wrong = Vec::new();
    for file in &production_files() {
        if MAY_BE_IMPURE.contains(&file.room.as_str()) {
            continue;
        }
        for (number, line) in file.code.lines().enumerate() {
            for word in IMPURE {
                if has_word(line, word)
                    && !IMPURE_EXCEPTIONS.iter().any(|(path, w)| *path == file.shown && w == word)
                {
                    wrong.push(format!("{}:{}: {word} in `{}`", file.shown, number + 1, file.room));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn state_and_drawing_name_no_port_and_await_nothing() {
    let mut wrong = Vec::new();
    for file in production_files().iter().filter(|file| KNOW_NO_DOER.contains(&file.room.as_str())) {
        for (number, line) in file.code.lines().enumerate() {
            let doer = DOERS.iter().find(|doer| {
                line.contains("ports") && names(line, doer)
                    || has_word(line, &format!("dyn {doer}"))
                    || has_word(line, &format!("impl {doer}"))
            });
            let waits = [".await", "async fn", "async move", "tokio::", "thread::sleep"]
                .iter()
                .find(|w| line.contains(**w));
            if let Some(what) = doer.or(waits) {
                wrong.push(format!("{}:{}: `{what}` in `{}`", file.shown, number + 1, file.room));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn only_the_command_line_prints() {
    let mut wrong = Vec::new();
    for file in &production_files() {
        if MAY_PRINT.contains(&file.room.as_str()) {
            continue;
        }
        for (number, line) in file.code.lines().enumerate() {
            for word in ["println!", "print!", "eprintln!", "eprint!", "dbg!"] {
                if has_word(line, word) {
                    wrong.push(format!("{}:{}: {word}", file.shown, number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn a_file_has_one_subject() {
    let mut long = Vec::new();
    for file in &production_files() {
        let lines = file.code.lines().filter(|line| !line.contains(GONE)).count();
        if lines > REPORT_OVER {
            long.push((lines, file.shown.clone()));
        }
    }
    long.sort_unstable_by(|a, b| b.cmp(a));
    let report: String = long.iter().map(|(lines, file)| format!("{lines:5} {file}\n")).collect();
    println!("over {REPORT_OVER} lines without their tests:\n{report}");
    assert!(
        long.iter().all(|(lines, _)| *lines <= FAIL_OVER),
        "over {FAIL_OVER} lines without their tests, to be split:\n{report}"
    );
}

// -------------------------------------------------------------------------------------------------------
// Reading the sources
// -------------------------------------------------------------------------------------------------------

/// Stands in lines that belonged to a test.
const GONE: char = '\u{1}';

/// A file of the program, without comments, texts and tests. Line numbers are the file's own.
struct Source {
    /// Below the top of the repository, with `/`.
    shown: String,
    room: String,
    /// How many modules deep it is: 1 for a room's own file.
    depth: usize,
    code: String,
}

impl Source {
    /// The rooms it names, each with its line.
    fn rooms_used(&self) -> Vec<(usize, String)> {
        let root = if self.room == "main" { "paylink" } else { "crate" };
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices("::") {
            let before = &self.code[..at];
            let start = before.rfind(|c: char| !is_word(c)).map_or(0, |i| i + 1);
            let word = &before[start..];
            // `super::super::x`: from the file's own depth up to the root
            let reaches_root = if word == root || word == "$crate" {
                !before[..start].ends_with("::") || before[..start].ends_with(":::")
            } else {
                word == "super" && supers_before(&before[..start]) + 1 == self.depth
            };
            if reaches_root {
                let line = before.matches('\n').count() + 1;
                found.extend(first_names(&self.code[at + 2..]).into_iter().map(|name| (line, name)));
            }
        }
        found
    }
}

/// How many `super::` stand right before.
fn supers_before(mut text: &str) -> usize {
    let mut count = 0;
    while let Some(rest) = text.strip_suffix("super::") {
        count += 1;
        text = rest;
    }
    count
}

/// The first names of what follows `crate::`: one, or those of a group.
fn first_names(text: &str) -> Vec<String> {
    let text = text.trim_start();
    let Some(group) = text.strip_prefix('{') else {
        let name: String = text.chars().take_while(|c| is_word(*c)).collect();
        return if name.is_empty() || name == "super" { Vec::new() } else { vec![name] };
    };
    let mut names = Vec::new();
    let (mut depth, mut part) = (0_usize, String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.extend(first_names(&std::mem::take(&mut part)));
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    names.extend(first_names(&part));
    names
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// `word` in `line`, not as the end of a longer word.
/// Whether the line has the whole word: the error of a doer is not the doer.
fn names(line: &str, word: &str) -> bool {
    let ends = |at: usize| !line[at + word.len()..].chars().next().is_some_and(is_word);
    line.match_indices(word).any(|(at, _)| !line[..at].chars().next_back().is_some_and(is_word) && ends(at))
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| !line[..at].chars().next_back().is_some_and(is_word))
}

fn production_files() -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    collect(&top.join("src"), &mut paths);
    paths.sort();
    assert!(paths.len() > 20, "found only {} sources", paths.len());

    let mut files = Vec::new();
    let mut test_modules = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let (code, modules) = without_tests(&without_comments_and_texts(&text));
        let parts: Vec<String> = path
            .strip_prefix(top.join("src"))
            .unwrap()
            .with_extension("")
            .iter()
            .map(|part| part.to_str().unwrap().to_owned())
            .filter(|part| part != "mod")
            .collect();
        let home = if path.file_stem().is_some_and(|stem| ["mod", "lib", "main"].iter().any(|s| *s == stem)) {
            path.parent().unwrap().to_owned()
        } else {
            path.with_extension("")
        };
        test_modules.extend(modules.into_iter().map(|name| home.join(name)));
        if parts == ["lib"] {
            continue; // only says which rooms there are
        }
        files.push((
            path.clone(),
            Source {
                shown: path.strip_prefix(top).unwrap().to_str().unwrap().replace('\\', "/"),
                room: parts[0].clone(),
                depth: parts.len(),
                code,
            },
        ));
    }
    files
        .into_iter()
        .filter(|(path, _)| {
            !test_modules.iter().any(|module| path.starts_with(module) || path.with_extension("") == *module)
        })
        .map(|(_, file)| file)
        .collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The code with comments and the insides of texts blanked. Lines stay where they are.
fn without_comments_and_texts(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut i = 0;
    // copies line breaks alone
    let blank = |out: &mut String, from: usize, to: usize| {
        out.extend(chars[from..to.min(chars.len())].iter().filter(|c| **c == '\n'));
        out.push(' ');
    };
    while i < chars.len() {
        let start = i;
        match at(i) {
            '/' if at(i + 1) == '/' => {
                while i < chars.len() && at(i) != '\n' {
                    i += 1;
                }
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                loop {
                    if at(i) == '/' && at(i + 1) == '*' {
                        depth += 1;
                        i += 2;
                    } else if at(i) == '*' && at(i + 1) == '/' {
                        depth -= 1;
                        i += 2;
                    } else {
                        i += 1;
                    }
                    if depth == 0 || i >= chars.len() {
                        break;
                    }
                }
                blank(&mut out, start, i);
            }
            'r' if matches!(at(i + 1), '"' | '#') && (i == 0 || !is_word(at(i - 1)) || at(i - 1) == 'b') => {
                let hashes = (1..).take_while(|n| at(i + n) == '#').count();
                if at(i + 1 + hashes) != '"' {
                    out.push('r'); // a raw identifier
                    i += 1;
                    continue;
                }
                i += 2 + hashes;
                while i < chars.len() && !(at(i) == '"' && (1..=hashes).all(|n| at(i + n) == '#')) {
                    i += 1;
                }
                i += 1 + hashes;
                blank(&mut out, start, i);
            }
            '"' => {
                i += 1;
                while i < chars.len() && at(i) != '"' {
                    i += if at(i) == '\\' { 2 } else { 1 };
                }
                i += 1;
                blank(&mut out, start, i);
            }
            // a character, not a lifetime
            '\'' if at(i + 1) == '\\' || at(i + 2) == '\'' => {
                i += if at(i + 1) == '\\' { 3 } else { 2 };
                while i < chars.len() && at(i) != '\'' {
                    i += 1;
                }
                i += 1;
                blank(&mut out, start, i);
            }
            c => {
                out.push(c);
                i += 1;
            }
        }
    }
    out
}

/// The code without items marked `#[cfg(test)]`, and the names of the modules in files of their own among
/// them. Works on what [`without_comments_and_texts`] leaves.
fn without_tests(code: &str) -> (String, Vec<String>) {
    let mut out = String::with_capacity(code.len());
    let mut modules = Vec::new();
    let mut rest = code;
    while let Some(at) = ["#[cfg(test)]", "#[cfg(all(test"].iter().filter_map(|mark| rest.find(mark)).min() {
        out.push_str(&rest[..at]);
        let item = &rest[at..];
        let end = end_of_item(item);
        let head: String = item[..end].chars().take_while(|c| *c != '{').collect();
        if let Some(name) = head.strip_suffix(';').and_then(|h| h.rsplit_once("mod ")) {
            modules.push(name.1.trim().to_owned());
        }
        for line in item[..end].split_inclusive('\n') {
            out.push(GONE);
            if line.ends_with('\n') {
                out.push('\n');
            }
        }
        rest = &item[end..];
    }
    out.push_str(rest);
    (out, modules)
}

/// Where an item with its attributes ends: after its `;`, or the bracket that closes its first block.
fn end_of_item(item: &str) -> usize {
    let mut depth = 0_i32;
    for (at, c) in item.char_indices() {
        match c {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' => depth -= 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    item.len()
}

mod tests_of_the_reading {
    use super::*;

    fn used(room: &str, depth: usize, text: &str) -> Vec<(usize, String)> {
        let (code, _) = without_tests(&without_comments_and_texts(text));
        Source { shown: String::new(), room: room.into(), depth, code }.rooms_used()
    }

    #[test]
    fn finds_every_way_to_name_a_room() {
        let text = "use crate::domain::money;\n\
                    use crate::{app::{Model, msg::Msg}, ports};\n\
                    fn f() { crate::ledger::open(); super::super::ui::draw(); super::near(); }\n\
                    use ::std::mem; use other::crate_like::x;\n";
        let names: Vec<_> =
            used("x", 2, text).into_iter().map(|(line, name)| format!("{line} {name}")).collect();
        assert_eq!(names, ["1 domain", "2 app", "2 ports", "3 ledger", "3 ui"]);
        assert_eq!(used("main", 1, "fn main() { paylink::cli::main() }"), [(1, "cli".to_owned())]);
    }

    #[test]
    fn comments_texts_and_tests_do_not_count() {
        let text = "// crate::a\n/* crate::b /* */ crate::c */\nconst X: &str = \"crate::d \\\" crate::e\";\n\
                    const Y: &str = r#\"crate::f\"#; const Z: char = '\"'; fn g<'a>(_: &'a str) {}\n\
                    #[cfg(test)]\n#[allow(x)]\nmod tests { use crate::h; }\nuse crate::domain;\n";
        assert_eq!(used("x", 1, text), [(8, "domain".to_owned())]);
    }

    #[test]
    fn modules_of_tests_in_files_of_their_own_are_known() {
        let (code, modules) =
            without_tests("#[cfg(test)]\nmod probe;\n#[cfg(all(test, unix))] mod more;\nfn f() {}\n");
        assert_eq!(modules, ["probe", "more"]);
        assert!(code.ends_with("\nfn f() {}\n") && !code.contains("mod"), "{code:?}");
    }

    #[test]
    fn a_word_is_not_the_end_of_a_longer_one() {
        assert!(has_word("let a = rand::random();", "rand::"));
        assert!(!has_word("use operand::x;", "rand::"));
        assert!(has_word("std::env::var(NAME)", "env::var"));
        assert!(!has_word("eprintln!()", "println!"));
    }
}
